using System;
using System.Linq;

namespace EdgeSpike.Training;

/// <summary>Takes the smallest weights of each matrix away for good (Han et al. 2015); what is left is trained on.</summary>
public static class Pruning
{
    /// <summary>Sets masks that leave a share of each matrix; what was pruned before stays so.</summary>
    /// <param name="network">The network.</param>
    /// <param name="keep">Share that stays, above 0 to 1.</param>
    /// <param name="least">Matrices with fewer numbers are left whole.</param>
    public static void Apply(Network network, double keep, int least = 1024)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!(keep is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(keep), keep, "a share above 0, at most 1");
        foreach (Parameter parameter in network.Parameters.Where(p => p.Decays && p.Value.Length >= least))
        {
            int count = parameter.Value.Length, stay = Math.Max(1, (int)Math.Round(keep * count));
            // Ties go to the earlier weight, so that the number is exact.
            bool[] mask = new bool[count];
            foreach (int i in Enumerable.Range(0, count).OrderByDescending(i => MathF.Abs(parameter.Value[i])).Take(stay)) mask[i] = parameter.Mask?[i] ?? true;
            parameter.Mask = mask;
            for (int i = 0; i < count; i++)
                if (!mask[i]) parameter.Value[i] = 0;
        }
    }
}
