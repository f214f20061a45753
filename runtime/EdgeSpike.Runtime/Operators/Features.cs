using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// What operators may ask for: here everything. A build for one model replaces this file by what the model has
/// (OperatorFactory likewise), and the compiler leaves out the code of the rest. A file that asks for more than the build has is
/// refused with <see cref="ModelError.LeftOut"/>.
/// </summary>
internal static class Features
{
    /// <summary>The value of a field that every record has, or this: any.</summary>
    public const int Any = -1;

    /// <summary>For what asks here: becomes a constant where it is used. (AggressiveInlining, which .NET nanoFramework has no name for.)</summary>
    public const MethodImplOptions Inlined = (MethodImplOptions)256;

    /// <summary>Nothing is left out.</summary>
    public static bool Complete { get { return true; } }

    /// <summary>
    /// Load checks all that a file says. Otherwise only whether it is the file that it was, by its checksum: for a program with one model in
    /// the same flash, which whoever built it has verified.
    /// </summary>
    public static bool Verifies { get { return true; } }

    /// <summary>Load reckons the work of a tick, for callers who limit it.</summary>
    public static bool LimitsWork { get { return true; } }

    /// <summary>Type of the weights of dense, sparse and convolve.</summary>
    public static int WeightType { get { return Any; } }

    /// <summary>1: connections read events only, 0: values only.</summary>
    public static int EventSources { get { return Any; } }

    /// <summary>Matrices whose rows several blocks share.</summary>
    public static bool Blocks { get { return true; } }

    /// <summary>Connections with a bias.</summary>
    public static bool SumBiases { get { return true; } }

    /// <summary>Reset rule of neurons.</summary>
    public static int ResetRule { get { return Any; } }

    /// <summary>1: neurons reset on the next tick, 0: now.</summary>
    public static int ResetNext { get { return Any; } }

    /// <summary>1: neurons spike at their threshold, 0: above it.</summary>
    public static int OrEqual { get { return Any; } }

    /// <summary>1: neurons have a threshold, 0: none has.</summary>
    public static int Thresholds { get { return Any; } }

    /// <summary>Thresholds of each neuron's own.</summary>
    public static bool OwnThresholds { get { return true; } }

    /// <summary>Decays of each neuron's own.</summary>
    public static bool OwnDecays { get { return true; } }

    /// <summary>Synaptic currents.</summary>
    public static bool Currents { get { return true; } }

    /// <summary>Biases of neurons, of input or membrane.</summary>
    public static bool NeuronBiases { get { return true; } }

    /// <summary>Refractory periods.</summary>
    public static bool Refractory { get { return true; } }

    /// <summary>Several spikes of a neuron in a tick.</summary>
    public static bool SeveralSpikes { get { return true; } }

    /// <summary>Sums, the read-out.</summary>
    public static bool Sums { get { return true; } }

    /// <summary>The one value that there is, or what a record says.</summary>
    [MethodImpl(Inlined)]
    public static int Choose(int only, int said)
    {
        return only == Any ? said : only;
    }
}
