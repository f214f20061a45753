using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// What the program will take of flash, before it is built: measured sizes by operator. Operators share kernels, so the sum is a
/// little too large, and never more than the program with all of them. Exact is only <see cref="ImageFinisher"/>, after the link.
/// </summary>
/// <remarks>Measured on mps2-an386 by tests/run -method '*Program_sizes_by_operator' with EDGESPIKE_PROGRAM_SIZES=1, which prints this table.</remarks>
public static class ProgramSize
{
    /// <summary>Share by which the estimate may be off: a test holds it for what it builds.</summary>
    public const double Tolerance = 0.15;

    /// <summary>Bytes without any operator and without vectors.</summary>
    private const int Base = 15168;

    /// <summary>Bytes that the first operator brings, whichever it is.</summary>
    private const int First = 1700;

    /// <summary>Bytes with all operators and without vectors.</summary>
    private const int All = 32720;

    /// <summary>Bytes of the program with one operator alone beyond <see cref="Base"/>, by code (runtime/FORMAT.md).</summary>
    private static readonly int[] Alone = [0, 3920, 3824, 4608, 4176, 2848, 2112, 4416, 2816, 3024, 2208, 2208, 1920, 1792, 1904, 1808, 2544, 2544, 3584];

    /// <summary>Estimates the program with these operators, by code, on a board.</summary>
    public static int Estimate(Board board, IReadOnlyCollection<int> operators)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(operators);
        int sum = Base + (operators.Count > 0 ? First : 0) + operators.Where(c => c > 0 && c < Alone.Length).Sum(c => Alone[c] - First);
        return board.VectorBytes + 4 * board.ImageDefinition.Count + Math.Min(sum, All);
    }
}
