
namespace EdgeSpike.Conversion.Graph;

/// <summary>
/// One vertex of a <see cref="NetworkGraph"/>. Its input is the elementwise sum of all edges that arrive; its name is
/// the one in the source file. All numbers are already discrete in time (one tick), real-valued and finite.
/// </summary>
public abstract class Node
{
    /// <summary>Name in the source file, unique in the graph; nested graphs join names with '.'.</summary>
    public required string Name { get; init; }

    /// <summary>Shape of the sum that arrives.</summary>
    public required Shape InputShape { get; init; }

    /// <summary>Shape of what leaves.</summary>
    public required Shape OutputShape { get; init; }

    /// <summary>The kind of node in words, as in messages and reports.</summary>
    public abstract string Kind { get; }
}

/// <summary>Where a signal enters: spikes (0 or 1, or small counts) or real values.</summary>
public sealed class InputNode : Node
{
    /// <summary>
    /// Real value of one integer where the network was made for whole steps of its input, above 0; null: chosen at conversion. An input
    /// that states it carries real values, up to ±32767 steps.
    /// </summary>
    public double? Step { get; init; }

    /// <inheritdoc/>
    public override string Kind => "input";
}

/// <summary>Where a signal leaves, and how it is read.</summary>
public sealed class OutputNode : Node
{
    /// <summary>What is made of the last node's activity over a whole sequence.</summary>
    public required Readout Readout { get; init; }

    /// <inheritdoc/>
    public override string Kind => "output";
}

/// <summary>y = W x + b, for every one of <see cref="Repeat"/> equal blocks side by side.</summary>
/// <remarks>
/// Block r reads x[r * Inputs .. ] and writes y[r * Outputs .. ]; all blocks share W and b. Repeat 1 is the ordinary
/// dense layer. A memory of a Legendre cell (one matrix for each of M inputs) is a layer with repeat M.
/// </remarks>
public sealed class LinearNode : Node
{
    /// <summary>W, [Outputs x Inputs] row-major.</summary>
    public required double[] Weight { get; init; }

    /// <summary>b, [Outputs], or null.</summary>
    public double[]? Bias { get; init; }

    /// <summary>Rows of W.</summary>
    public required int Outputs { get; init; }

    /// <summary>Columns of W.</summary>
    public required int Inputs { get; init; }

    /// <summary>Number of blocks, 1 or more.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Real value of one integer, of which all weights are whole multiples, above 0; null: chosen at conversion.</summary>
    public double? WeightStep { get; init; }

    /// <inheritdoc/>
    public override string Kind => "linear";
}

/// <summary>
/// A cross-correlation (no kernel flip) over [C, H, W]; one dimension is [C, L] with height 1 for all the pairs below.
/// </summary>
public sealed class ConvolutionNode : Node
{
    /// <summary>[OutputChannels x InputChannels/Groups x KernelHeight x KernelWidth], row-major.</summary>
    public required double[] Weight { get; init; }

    /// <summary>[OutputChannels] or null.</summary>
    public double[]? Bias { get; init; }

    /// <summary>Channels in.</summary>
    public required int InputChannels { get; init; }

    /// <summary>Channels out.</summary>
    public required int OutputChannels { get; init; }

    /// <summary>Height, stride, padding, dilation and such of the window.</summary>
    public required Window Window { get; init; }

    /// <summary>Groups; divides both channel counts.</summary>
    public int Groups { get; init; } = 1;

    /// <inheritdoc/>
    public override string Kind => Window.InputHeight == 1 && InputShape.Rank == 2 ? "conv1d" : "conv2d";
}

/// <summary>Sum or mean over windows, channel by channel, over [C, H, W] or [C, L].</summary>
public sealed class PoolNode : Node
{
    /// <summary>True: mean over the kernel's area, padding counted as zeros; false: sum.</summary>
    public required bool Average { get; init; }

    /// <summary>Channels.</summary>
    public required int Channels { get; init; }

    /// <summary>The window.</summary>
    public required Window Window { get; init; }

    /// <inheritdoc/>
    public override string Kind => Average ? "average pool" : "sum pool";
}

/// <summary>The geometry that convolution and pooling share. Output position o covers inputs o * stride - padding + k * dilation.</summary>
public sealed class Window
{
    /// <summary>Rows in (1 for one-dimensional signals).</summary>
    public required int InputHeight { get; init; }

    /// <summary>Columns in.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Rows out.</summary>
    public required int OutputHeight { get; init; }

    /// <summary>Columns out.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Kernel rows.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Kernel columns.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Step between rows of the output.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Step between columns of the output.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows of zeros above; those below follow from the output height.</summary>
    public int PaddingTop { get; init; }

    /// <summary>Columns of zeros on the left; those on the right follow from the output width.</summary>
    public int PaddingLeft { get; init; }

    /// <summary>Distance between kernel rows.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Distance between kernel columns.</summary>
    public int DilationWidth { get; init; } = 1;
}

/// <summary>The same elements in another shape; row-major order is kept, so nothing moves.</summary>
public sealed class FlattenNode : Node
{
    /// <inheritdoc/>
    public override string Kind => "flatten";
}

/// <summary>y = s * x, elementwise; s has one element or as many as x.</summary>
public sealed class ScaleNode : Node
{
    /// <summary>s: 1 or n elements.</summary>
    public required double[] Factor { get; init; }

    /// <inheritdoc/>
    public override string Kind => "scale";
}

/// <summary>y(t) = x(t - d), with a whole number of ticks d for all elements or for each.</summary>
public sealed class DelayNode : Node
{
    /// <summary>d: 1 or n elements, each 0 or more.</summary>
    public required int[] Ticks { get; init; }

    /// <inheritdoc/>
    public override string Kind => "delay";
}

/// <summary>
/// y = W x with a delay of its own for every synapse: y_i(t) = sum_j W_ij x_j(t - d_ij).
/// </summary>
public sealed class DelayedLinearNode : Node
{
    /// <summary>W, [outputs x inputs] row-major.</summary>
    public required double[] Weight { get; init; }

    /// <summary>d, [outputs x inputs] row-major, in ticks, 0 or more.</summary>
    public required int[] Ticks { get; init; }

    /// <summary>[outputs] or null.</summary>
    public double[]? Bias { get; init; }

    /// <inheritdoc/>
    public override string Kind => "delayed linear";
}

/// <summary>
/// The linear state space m(t) = A m(t-1) + B u(t) of a Legendre memory and its kin, discrete, for every one of
/// <see cref="Repeat"/> equal blocks side by side. Output is m.
/// </summary>
public sealed class StateSpaceNode : Node
{
    /// <summary>A, [Order x Order] row-major.</summary>
    public required double[] StateMatrix { get; init; }

    /// <summary>B, [Order x Inputs] row-major.</summary>
    public required double[] InputMatrix { get; init; }

    /// <summary>Length of m in one block.</summary>
    public required int Order { get; init; }

    /// <summary>Length of u in one block.</summary>
    public required int Inputs { get; init; }

    /// <summary>Number of blocks.</summary>
    public int Repeat { get; init; } = 1;

    /// <inheritdoc/>
    public override string Kind => "state space";
}

/// <summary>Neurons: each has a membrane, and spikes or shows it.</summary>
public abstract class PopulationNode : Node
{
    /// <summary>True when the output is spikes; otherwise it is the membrane.</summary>
    public abstract bool Spikes { get; }

    /// <summary>Spikes that one neuron may emit in one tick.</summary>
    public virtual int LargestOutput => 1;

    /// <summary>
    /// Real value of one integer of the membrane where the network was made for whole steps of it, above 0; null: chosen at conversion.
    /// The steps of all connections that arrive are then stated too, each a power of two of it.
    /// </summary>
    public double? MembraneStep { get; init; }
}

/// <summary>
/// The general leaky threshold neuron, n of them. Every array has one element (shared by all) or n.
/// </summary>
/// <remarks>
/// With x the sum that arrives, in one tick:
/// <code>
/// pending = spiked at the tick before                                       (only with ResetTime.Next)
/// if pending and Reset is ToValue:  v = ResetValue
/// c = InputGain * x + InputBias
/// with SynapticDecay:  i' = SynapticDecay * i + c ;  drive = DriveGain * (Current is New ? i' : i)
/// without:             drive = c
/// if refractory > 0:   refractory -= 1 ; no integration, no spike           (i goes on)
///       if pending and Reset is Subtract:  v = v - Threshold
/// else: v = Decay * v + drive + MembraneBias - (pending and Reset is Subtract ? Threshold : 0)
///       v = max(v, LowerLimit)
///       s = v > Threshold   (or >=)                                         never without a threshold
///       MaximumSpikes > 1:  s = number of times Threshold can be subtracted, at most MaximumSpikes
///       if s: refractory = RefractoryTicks ; ResetTime.Now: v = ResetValue, or v - s * Threshold, or unchanged
/// </code>
/// A spike is pending at the tick after it. Without refractory ticks it is read off the membrane as in the recursion
/// of snnTorch: pending = v(t-1) compares as spiked, which is the same for a neuron that starts below threshold.
/// The output is s, or v where there is no threshold.
/// </remarks>
public class NeuronNode : PopulationNode
{
    /// <summary>Membrane decay for one tick, in [0, 1].</summary>
    public required double[] Decay { get; init; }

    /// <summary>Decay of the synaptic current for one tick, in [0, 1]; null: the input drives the membrane directly.</summary>
    public double[]? SynapticDecay { get; init; }

    /// <summary>Factor on the sum that arrives.</summary>
    public double[] InputGain { get; init; } = [1.0];

    /// <summary>Factor from the synaptic current to the membrane; 1 without a synaptic current.</summary>
    public double[] DriveGain { get; init; } = [1.0];

    /// <summary>Added to the input at every tick (before the synaptic current).</summary>
    public double[] InputBias { get; init; } = [0.0];

    /// <summary>Added to the membrane at every tick.</summary>
    public double[] MembraneBias { get; init; } = [0.0];

    /// <summary>Threshold; null: no spikes, the output is the membrane (leaky integrator).</summary>
    public double[]? Threshold { get; init; }

    /// <summary>Where the membrane goes with <see cref="ResetRule.ToValue"/>.</summary>
    public double[] ResetValue { get; init; } = [0.0];

    /// <summary>Membrane before the first tick.</summary>
    public double[] InitialMembrane { get; init; } = [0.0];

    /// <summary>What a spike does to the membrane.</summary>
    public ResetRule Reset { get; init; } = ResetRule.ToValue;

    /// <summary>When it does so.</summary>
    public ResetTime ResetTime { get; init; } = ResetTime.Now;

    /// <summary>Whether v = threshold is a spike.</summary>
    public Comparison Comparison { get; init; } = Comparison.Greater;

    /// <summary>Which synaptic current drives the membrane.</summary>
    public CurrentOrder Current { get; init; } = CurrentOrder.New;

    /// <summary>Ticks after a spike during which the neuron neither integrates nor spikes; 0 to 65535.</summary>
    public int RefractoryTicks { get; init; }

    /// <summary>Spikes that one neuron may emit in one tick; more than 1 needs a subtractive reset at once.</summary>
    public int MaximumSpikes { get; init; } = 1;

    /// <summary>The membrane never goes below this; null: no limit.</summary>
    public double? LowerLimit { get; init; }

    /// <inheritdoc/>
    public override bool Spikes => Threshold is not null;

    /// <inheritdoc/>
    public override int LargestOutput => MaximumSpikes;

    /// <inheritdoc/>
    public override string Kind => Threshold is null
        ? SynapticDecay is null ? "leaky integrator" : "current-based leaky integrator"
        : SynapticDecay is null ? "leaky threshold neuron" : "current-based threshold neuron";
}

/// <summary>What a spike does to the membrane.</summary>
public enum ResetRule
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Sets it to the reset value.</summary>
    ToValue,

    /// <summary>Takes the threshold off it.</summary>
    Subtract,
}

/// <summary>When a reset happens.</summary>
public enum ResetTime
{
    /// <summary>In the tick of the spike.</summary>
    Now,

    /// <summary>In the tick after it.</summary>
    Next,
}

/// <summary>Whether reaching the threshold suffices.</summary>
public enum Comparison
{
    /// <summary>v &gt; threshold.</summary>
    Greater,

    /// <summary>v &gt;= threshold.</summary>
    GreaterOrEqual,
}

/// <summary>Which synaptic current drives the membrane.</summary>
public enum CurrentOrder
{
    /// <summary>The one of this tick, the input included.</summary>
    New,

    /// <summary>The one of the tick before.</summary>
    Old,
}

/// <summary>How an output is read after a sequence; the class is the index of the largest, the lowest on a tie.</summary>
public enum Readout
{
    /// <summary>Sum of spikes over all ticks.</summary>
    SpikeCount,

    /// <summary>Value at the last tick (a neuron's membrane; of other nodes the output).</summary>
    Last,

    /// <summary>Largest value over all ticks.</summary>
    Maximum,

    /// <summary>Mean over all ticks.</summary>
    Mean,
}
