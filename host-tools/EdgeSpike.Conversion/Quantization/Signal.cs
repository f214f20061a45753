using System;
using System.Linq;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>
/// A buffer of integers and what they mean: real value = integer * Step. Factors of the graph (averages, scale nodes) change the
/// step alone, so that they cost nothing until something needs a common unit.
/// </summary>
internal sealed record Signal
{
    /// <summary>Index of the buffer.</summary>
    public required int Buffer { get; init; }

    /// <summary>Events or values.</summary>
    public required BufferKind Kind { get; init; }

    /// <summary>Largest magnitude of an integer.</summary>
    public required int Bound { get; init; }

    /// <summary>Real value of one, 1 or n elements in the arena's order; any sign.</summary>
    public required double[] Step { get; init; }

    /// <summary>Order of the elements.</summary>
    public required Layout Layout { get; init; }

    /// <summary>0: of this tick; 1: of the tick before.</summary>
    public int When { get; init; }

    /// <summary>Mean square of the integers on sample input; weighs rounding errors.</summary>
    public double Power { get; init; } = 0.1;

    /// <summary>Real magnitude that is provided for, where sample input showed it; the bound may be far above.</summary>
    public double Spread { get; init; } = double.PositiveInfinity;

    /// <summary>Elements.</summary>
    public int Count => Layout.Count;

    /// <summary>Real magnitude that has to be representable, above 0.</summary>
    public double Reach
    {
        get
        {
            double worst = Step.Max(Math.Abs) * Bound, spread = Math.Min(worst, Spread);
            return spread > 0 ? spread : 1;
        }
    }

    /// <summary>Step of the arena's element p.</summary>
    public double StepAt(int p) => Step.Length == 1 ? Step[0] : Step[p];

    /// <summary>True when all elements have one positive step.</summary>
    public bool Uniform => Step[0] > 0 && Step.All(s => s == Step[0]);

    /// <summary>The same integers with a factor on their meaning; 1 or n elements in the arena's order.</summary>
    public Signal Times(double[] factor)
    {
        double spread = Spread * factor.Max(Math.Abs);
        if (double.IsNaN(spread)) spread = double.PositiveInfinity;
        if (factor.Length == 1 && Step.Length == 1) return this with { Step = [Step[0] * factor[0]], Spread = spread };
        double[] step = new double[Count];
        for (int p = 0; p < step.Length; p++) step[p] = StepAt(p) * (factor.Length == 1 ? factor[0] : factor[p]);
        return this with { Step = Array.TrueForAll(step, s => s == step[0]) ? [step[0]] : step, Spread = spread };
    }
}
