using System;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// The 261 numbers that describe a controller of 80 neurons, and what they become in integers. A gene is in [0, 1] over the range of its
/// parameter; outside it is the nearest end. Thresholds up to 10 go with the square of the gene: most of that range keeps a neuron silent.
/// </summary>
/// <remarks>
/// 13 genes for each of 20 pairs, and the leak of the output last. LIF: encoder weight, bias, decay, threshold; weight to the same and to
/// the other sign; synaptic decay, membrane decay, threshold of both neurons of the pair; read-out weight. IWTA-LIF: the last six shared by the
/// pair: synaptic decay, membrane decay, threshold, decay of the adaptation, threshold weight to the same and to the other sign.
/// Bounds: the paper's, W_e and W_h ±2, b ±1, decays 0 … 1, W_d and W_th ±1, leak of the I controller 0 … 0.3; thresholds: paper 0 … 10, base
/// thresholds 0 … 2 and encoders from 0.8 in the authors' code.
/// </remarks>
public static class ControllerGenome
{
    /// <summary>Genes of a pair.</summary>
    public const int PairGenes = 13;

    /// <summary>Genes of a controller.</summary>
    public const int Length = ControllerParameters.Pairs * PairGenes + 1;

    private const double Weight = 2, Bias = 1, ReadoutWeight = 1, ThresholdWeight = 1, Threshold = 10, BaseThreshold = 2, AdaptiveLeak = 0.3;

    /// <summary>The integers of a genome.</summary>
    /// <param name="genes">[Length].</param>
    /// <param name="adaptive">IWTA-LIF; otherwise LIF.</param>
    public static ControllerParameters Decode(ReadOnlySpan<double> genes, bool adaptive)
    {
        if (genes.Length != Length) throw new ArgumentException($"{genes.Length} genes where {Length} belong", nameof(genes));
        ControllerParameters c = new() { Adaptive = adaptive };
        double leak = Unit(genes[Length - 1]) * (adaptive ? AdaptiveLeak : 1);
        c.ReadoutDecay = (int)Math.Round(leak * 32768);
        double largest = 0;
        for (int p = 0; p < ControllerParameters.Pairs; p++) largest = Math.Max(largest, Math.Abs(Signed(genes[p * PairGenes + 12]) * ReadoutWeight * (1 - leak)));

        // The finest power of two with which the largest weight still fits 8 bits; at most the output's own resolution.
        int bits = 7;
        while (bits < ControllerParameters.OutputBits && Math.Round(largest * (1 << (bits + 1))) <= 127) bits++;
        c.ReadoutShift = ControllerParameters.OutputBits - bits;
        for (int p = 0; p < ControllerParameters.Pairs; p++)
        {
            ReadOnlySpan<double> g = genes.Slice(p * PairGenes, PairGenes);
            c.EncoderWeight[p] = Byte(Signed(g[0]) * Weight * 64);
            c.EncoderBias[p] = (int)Math.Round(Signed(g[1]) * Bias * (1 << ControllerParameters.EncoderBits));
            c.EncoderDecay[p] = Decay(g[2]);
            c.EncoderThreshold[p] = (int)Math.Round(Unit(g[3]) * Unit(g[3]) * Threshold * (1 << ControllerParameters.EncoderBits));
            c.SameWeight[p] = Byte(Signed(g[4]) * Weight * 64);
            c.CrossWeight[p] = Byte(Signed(g[5]) * Weight * 64);
            for (int side = 0; side < 2; side++)
            {
                int j = 2 * p + side;
                c.SynapticDecay[j] = Decay(adaptive ? g[6] : g[6 + side]);
                c.MembraneDecay[j] = Decay(adaptive ? g[7] : g[8 + side]);
                double threshold = adaptive ? Unit(g[8]) * BaseThreshold : Unit(g[10 + side]) * Unit(g[10 + side]) * Threshold;
                c.Threshold[j] = (int)Math.Round(threshold * (1 << ControllerParameters.HiddenBits));
                if (adaptive) c.AdaptationDecay[j] = Decay(g[9]);
            }

            if (adaptive)
            {
                c.SameThresholdWeight[p] = Byte(Signed(g[10]) * ThresholdWeight * 128);
                c.CrossThresholdWeight[p] = Byte(Signed(g[11]) * ThresholdWeight * 128);
            }

            c.ReadoutWeight[p] = Byte(Signed(g[12]) * ReadoutWeight * (1 - leak) * (1 << bits));
        }

        return c;
    }

    /// <summary>How far a genome lies outside its bounds: Σ of the squared distances, in units of a parameter's range.</summary>
    public static double Outside(ReadOnlySpan<double> genes)
    {
        double sum = 0;
        foreach (double gene in genes)
        {
            double distance = gene < 0 ? gene : gene > 1 ? gene - 1 : 0;
            sum += distance * distance;
        }

        return sum;
    }

    private static double Unit(double gene) => Math.Clamp(gene, 0, 1);

    private static double Signed(double gene) => 2 * Unit(gene) - 1;

    private static int Decay(double gene) => (int)Math.Round(Unit(gene) * 32768);

    private static int Byte(double value) => (int)Math.Clamp(Math.Round(value), -127, 127);
}
