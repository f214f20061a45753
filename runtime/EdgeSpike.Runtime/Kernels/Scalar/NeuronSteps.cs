namespace EdgeSpike.Runtime;

/// <summary>The neurons of an operator, one by one.</summary>
internal static partial class Kernels
{
    /// <summary>One tick of all neurons of an operator; adds to its spikes and saturations.</summary>
    public static void StepNeurons(NeuronOperator p, byte[] file, int[] arena)
    {
        int emitted = 0;
        StepNeurons(p, file, arena, 0, p.Count, ref emitted);
        if (p.HasTarget && p.MostSpikes == 1)
        {
            arena[p.Target] = emitted;
            p.Spikes += emitted;
        }
    }
}
