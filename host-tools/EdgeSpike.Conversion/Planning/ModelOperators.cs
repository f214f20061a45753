using System.Collections.Generic;

namespace EdgeSpike.Conversion.Planning;

/// <summary>How an operator touches a buffer; lifetimes follow from it (runtime/FORMAT.md, "Buffers").</summary>
public enum BufferUse
{
    /// <summary>Reads what an earlier operator of the same tick wrote.</summary>
    Read,

    /// <summary>Reads the value of the tick before.</summary>
    ReadBefore,

    /// <summary>Begins or accumulates.</summary>
    Write,

    /// <summary>Keeps its own state in it.</summary>
    State,

    /// <summary>Needs it at this operator only.</summary>
    Scratch,
}

/// <summary>
/// One operator of a model file, its fields named and ordered as in runtime/FORMAT.md. Buffers and tensors are indices into
/// the builder's lists, −1 for none. Nothing is checked here: tests and fuzzers may build what the verifier refuses.
/// </summary>
public abstract record ModelOperator
{
    /// <summary>Name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Code in the file.</summary>
    public abstract int Code { get; }

    /// <summary>The int32 fields in file order.</summary>
    public abstract int[] Fields();

    /// <summary>The buffers it touches; entries with index −1 are left out by the caller.</summary>
    public abstract IEnumerable<(int Buffer, BufferUse Use)> Uses();

    private protected static BufferUse ReadAt(int when) => when == 0 ? BufferUse.Read : BufferUse.ReadBefore;
}

/// <summary>An operator that reads one source.</summary>
public abstract record SourceOperator : ModelOperator
{
    /// <summary>Buffer that is read.</summary>
    public required int Source { get; init; }

    /// <summary>0: the value of this tick; 1: of the tick before.</summary>
    public int When { get; init; }
}

/// <summary>What dense, sparse, convolve and pool share: an int32 sum, shifted once, that begins or accumulates.</summary>
public abstract record ConnectionOperator : SourceOperator
{
    /// <summary>Values buffer that is written.</summary>
    public required int Target { get; init; }

    /// <summary>Values buffer of the target's length; needed when it accumulates with a shift.</summary>
    public int Scratch { get; init; } = -1;

    /// <summary>Adds to the target; otherwise begins it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Left shift of the sum (negative: right), −31 … 24.</summary>
    public int Shift { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write), (Scratch, BufferUse.Scratch)];
}

/// <summary>Code 1: a matrix, the same for every block.</summary>
public sealed record DenseOperator : ConnectionOperator
{
    /// <summary>int4, int8 or int16 [Sources rows of Width].</summary>
    public required int Weights { get; init; }

    /// <summary>int32 [Width], or −1.</summary>
    public int Bias { get; init; } = -1;

    /// <summary>Blocks.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Sources of a block.</summary>
    public required int Sources { get; init; }

    /// <summary>Targets of a block.</summary>
    public required int Width { get; init; }

    /// <summary>Bytes from one row to the next.</summary>
    public required int RowBytes { get; init; }

    /// <inheritdoc/>
    public override int Code => 1;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target, Scratch, Accumulate ? 1 : 0, Shift, Weights, Bias, Repeat, Sources, Width, RowBytes];
}

/// <summary>Code 2: compressed rows, one for each source.</summary>
public sealed record SparseOperator : ConnectionOperator
{
    /// <summary>int4, int8 or int16, as many as targets.</summary>
    public required int Weights { get; init; }

    /// <summary>int32 [target's length], or −1.</summary>
    public int Bias { get; init; } = -1;

    /// <summary>int32 [sources + 1].</summary>
    public required int RowStarts { get; init; }

    /// <summary>uint16, strictly ascending in a row.</summary>
    public required int Targets { get; init; }

    /// <inheritdoc/>
    public override int Code => 2;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target, Scratch, Accumulate ? 1 : 0, Shift, Weights, Bias, RowStarts, Targets];
}

/// <summary>The window of a convolution or pool over [height, width, channels].</summary>
public sealed record ModelWindow
{
    /// <summary>Rows in.</summary>
    public required int InHeight { get; init; }

    /// <summary>Columns in.</summary>
    public required int InWidth { get; init; }

    /// <summary>Rows out.</summary>
    public required int OutHeight { get; init; }

    /// <summary>Columns out.</summary>
    public required int OutWidth { get; init; }

    /// <summary>Kernel rows.</summary>
    public required int KernelHeight { get; init; }

    /// <summary>Kernel columns.</summary>
    public required int KernelWidth { get; init; }

    /// <summary>Step between rows of the output.</summary>
    public int StrideHeight { get; init; } = 1;

    /// <summary>Step between columns of the output.</summary>
    public int StrideWidth { get; init; } = 1;

    /// <summary>Rows of zeros above.</summary>
    public int PaddingTop { get; init; }

    /// <summary>Columns of zeros on the left.</summary>
    public int PaddingLeft { get; init; }

    /// <summary>Distance between kernel rows.</summary>
    public int DilationHeight { get; init; } = 1;

    /// <summary>Distance between kernel columns.</summary>
    public int DilationWidth { get; init; } = 1;
}

/// <summary>Code 3: a cross-correlation.</summary>
public sealed record ConvolveOperator : ConnectionOperator
{
    /// <summary>int4, int8 or int16 [kernel height × kernel width × in channels rows of out channels / groups].</summary>
    public required int Weights { get; init; }

    /// <summary>int32 [out channels], or −1.</summary>
    public int Bias { get; init; } = -1;

    /// <summary>Geometry.</summary>
    public required ModelWindow Window { get; init; }

    /// <summary>Channels in.</summary>
    public required int InChannels { get; init; }

    /// <summary>Channels out.</summary>
    public required int OutChannels { get; init; }

    /// <summary>Groups.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Bytes from one row to the next.</summary>
    public required int RowBytes { get; init; }

    /// <inheritdoc/>
    public override int Code => 3;

    /// <inheritdoc/>
    public override int[] Fields() =>
    [
        Source, When, Target, Scratch, Accumulate ? 1 : 0, Shift, Weights, Bias,
        Window.InHeight, Window.InWidth, InChannels, Window.OutHeight, Window.OutWidth, OutChannels, Window.KernelHeight, Window.KernelWidth,
        Window.StrideHeight, Window.StrideWidth, Window.PaddingTop, Window.PaddingLeft, Window.DilationHeight, Window.DilationWidth, Groups, RowBytes,
    ];
}

/// <summary>Code 4: the sum over a window, channel by channel.</summary>
public sealed record PoolOperator : ConnectionOperator
{
    /// <summary>Geometry.</summary>
    public required ModelWindow Window { get; init; }

    /// <summary>Channels, in and out.</summary>
    public required int Channels { get; init; }

    /// <inheritdoc/>
    public override int Code => 4;

    /// <inheritdoc/>
    public override int[] Fields() =>
    [
        Source, When, Target, Scratch, Accumulate ? 1 : 0, Shift,
        Window.InHeight, Window.InWidth, Channels, Window.OutHeight, Window.OutWidth, Window.KernelHeight, Window.KernelWidth,
        Window.StrideHeight, Window.StrideWidth, Window.PaddingTop, Window.PaddingLeft, Window.DilationHeight, Window.DilationWidth,
    ];
}

/// <summary>Code 5: a matrix for real-valued sources, rows by target, 64-bit sum.</summary>
public sealed record ProductOperator : SourceOperator
{
    /// <summary>Values buffer that is written.</summary>
    public required int Target { get; init; }

    /// <summary>Adds to the target; otherwise begins it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Right shift of the sum, 0 … 46, half up.</summary>
    public int Shift { get; init; }

    /// <summary>Limit of the shifted sum's magnitude.</summary>
    public required int Limit { get; init; }

    /// <summary>int4, int8 or int16 [Width rows of Sources].</summary>
    public required int Weights { get; init; }

    /// <summary>int32 [target's length], or −1.</summary>
    public int Bias { get; init; } = -1;

    /// <summary>Blocks.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Sources of a block.</summary>
    public required int Sources { get; init; }

    /// <summary>Targets of a block.</summary>
    public required int Width { get; init; }

    /// <summary>Bytes from one row to the next.</summary>
    public required int RowBytes { get; init; }

    /// <inheritdoc/>
    public override int Code => 5;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target, Accumulate ? 1 : 0, Shift, Limit, Weights, Bias, Repeat, Sources, Width, RowBytes];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write)];
}

/// <summary>Code 6: the source some ticks ago.</summary>
public sealed record DelayOperator : SourceOperator
{
    /// <summary>Buffer of the source's kind and length.</summary>
    public required int Target { get; init; }

    /// <summary>Words: see <see cref="StateWords"/>.</summary>
    public required int State { get; init; }

    /// <summary>Ticks, 1 … 65535.</summary>
    public required int Ticks { get; init; }

    /// <inheritdoc/>
    public override int Code => 6;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target, State, Ticks];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write), (State, BufferUse.State)];

    /// <summary>Words of the state: a bit per element and tick for events, a word for values, and the position.</summary>
    public static int StateWords(BufferKind kind, int elements, int ticks) =>
        checked(ticks * (kind == BufferKind.Events ? (elements + 31) / 32 : elements) + 1);
}

/// <summary>Code 7: the general leaky threshold neuron of the edge profile.</summary>
public sealed record NeuronOperator : ModelOperator
{
    /// <summary>Values buffer with the input sum, of the same tick.</summary>
    public required int Source { get; init; }

    /// <summary>Events, values (several spikes), or −1 without a threshold.</summary>
    public int Target { get; init; } = -1;

    /// <summary>Values, persistent.</summary>
    public required int Membrane { get; init; }

    /// <summary>Values, persistent, or −1 without a synaptic decay.</summary>
    public int Current { get; init; } = -1;

    /// <summary>Values, persistent, or −1 without refractory ticks.</summary>
    public int Counter { get; init; } = -1;

    /// <summary>Left shift of the input sum, 0 … 24.</summary>
    public int InputShift { get; init; }

    /// <summary>0 none, 1 value, 2 subtract.</summary>
    public int Reset { get; init; }

    /// <summary>0 now, 1 next tick.</summary>
    public int ResetTime { get; init; }

    /// <summary>0 greater, 1 greater or equal.</summary>
    public int Comparison { get; init; }

    /// <summary>0 new, 1 old.</summary>
    public int CurrentOrder { get; init; }

    /// <summary>Refractory ticks.</summary>
    public int Refractory { get; init; }

    /// <summary>Most spikes per tick, 1 … 255.</summary>
    public int MostSpikes { get; init; } = 1;

    /// <summary>The membrane never goes below; −(2^28 − 1) for none.</summary>
    public int LowerLimit { get; init; } = -StateLimit;

    /// <summary>uint16, 1 or n, in 1/2^15.</summary>
    public int Decay { get; init; } = -1;

    /// <summary>uint16, 1 or n, in 1/2^15.</summary>
    public int SynapticDecay { get; init; } = -1;

    /// <summary>int32, 1 or n; −1: no spikes.</summary>
    public int Threshold { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int InputBias { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int MembraneBias { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int ResetValue { get; init; } = -1;

    /// <summary>int32, 1 or n.</summary>
    public int Initial { get; init; } = -1;

    /// <summary>L of the edge profile.</summary>
    public const int StateLimit = (1 << 28) - 1;

    /// <inheritdoc/>
    public override int Code => 7;

    /// <inheritdoc/>
    public override int[] Fields() =>
    [
        Source, Target, Membrane, Current, Counter, InputShift, Reset, ResetTime, Comparison, CurrentOrder, Refractory, MostSpikes, LowerLimit,
        Decay, SynapticDecay, Threshold, InputBias, MembraneBias, ResetValue, Initial,
    ];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() =>
        [(Source, BufferUse.Read), (Target, BufferUse.Write), (Membrane, BufferUse.State), (Current, BufferUse.State), (Counter, BufferUse.State)];
}

/// <summary>Code 8: the neuron of the loihi profile.</summary>
public sealed record LoihiNeuronOperator : ModelOperator
{
    /// <summary>Values buffer with the input sum, of the same tick.</summary>
    public required int Source { get; init; }

    /// <summary>Events, or values when ternary.</summary>
    public required int Target { get; init; }

    /// <summary>Values, persistent.</summary>
    public required int Membrane { get; init; }

    /// <summary>Values, persistent.</summary>
    public required int Current { get; init; }

    /// <summary>Values, persistent: n, one more with a reset interval; −1 when neither is used.</summary>
    public int Counter { get; init; } = -1;

    /// <summary>0 … 4095.</summary>
    public int CurrentDecay { get; init; }

    /// <summary>0 … 4095.</summary>
    public int MembraneDecay { get; init; }

    /// <summary>int32, 1 or n, shifted by 6.</summary>
    public required int Threshold { get; init; }

    /// <summary>int32, 1 or n, shifted by its exponent; −1: 0.</summary>
    public int Bias { get; init; } = -1;

    /// <summary>Refractory ticks, 0 … 65535.</summary>
    public int Refractory { get; init; }

    /// <summary>0: none.</summary>
    public int ResetInterval { get; init; }

    /// <summary>Tick within the interval.</summary>
    public int ResetOffset { get; init; }

    /// <summary>int32, 1 or n: ternary; −1: binary.</summary>
    public int LowerThreshold { get; init; } = -1;

    /// <inheritdoc/>
    public override int Code => 8;

    /// <inheritdoc/>
    public override int[] Fields() =>
        [Source, Target, Membrane, Current, Counter, CurrentDecay, MembraneDecay, Threshold, Bias, Refractory, ResetInterval, ResetOffset, LowerThreshold];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() =>
        [(Source, BufferUse.Read), (Target, BufferUse.Write), (Membrane, BufferUse.State), (Current, BufferUse.State), (Counter, BufferUse.State)];
}

/// <summary>Code 9: a linear state space; its state is its output.</summary>
public sealed record StateSpaceOperator : SourceOperator
{
    /// <summary>Values [Repeat × Order], persistent.</summary>
    public required int State { get; init; }

    /// <summary>Values [Order].</summary>
    public required int Scratch { get; init; }

    /// <summary>Blocks.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Length of the state of a block.</summary>
    public required int Order { get; init; }

    /// <summary>Inputs of a block.</summary>
    public required int Inputs { get; init; }

    /// <summary>int8 or int16 [Order rows of Order + Inputs].</summary>
    public required int Matrix { get; init; }

    /// <summary>Bytes from one row to the next.</summary>
    public required int RowBytes { get; init; }

    /// <summary>uint8 [Order], each at most 46.</summary>
    public required int Shifts { get; init; }

    /// <summary>The stored matrix is A − 1.</summary>
    public bool Residual { get; init; }

    /// <summary>Left shift of the input's part, 0 … 24.</summary>
    public int InputShift { get; init; }

    /// <inheritdoc/>
    public override int Code => 9;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, State, Scratch, Repeat, Order, Inputs, Matrix, RowBytes, Shifts, Residual ? 1 : 0, InputShift];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (State, BufferUse.State), (Scratch, BufferUse.Scratch)];
}

/// <summary>Code 10: the source, shifted, begins or is added.</summary>
public sealed record AddOperator : SourceOperator
{
    /// <summary>Values buffer that is written.</summary>
    public required int Target { get; init; }

    /// <summary>Adds to the target; otherwise begins it.</summary>
    public bool Accumulate { get; init; }

    /// <summary>Left shift (negative: right), −31 … 24.</summary>
    public int Shift { get; init; }

    /// <inheritdoc/>
    public override int Code => 10;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target, Accumulate ? 1 : 0, Shift];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write)];
}

/// <summary>Code 11: a factor for all or for each element, with rounding, bias and limit.</summary>
public sealed record ScaleOperator : SourceOperator
{
    /// <summary>Values buffer that is begun.</summary>
    public required int Target { get; init; }

    /// <summary>int16 or int32, 1 or n.</summary>
    public required int Factor { get; init; }

    /// <summary>Right shift, 0 … 46, half up.</summary>
    public int Shift { get; init; }

    /// <summary>Limit of the magnitude.</summary>
    public required int Limit { get; init; }

    /// <summary>int32, 1 or n; −1: 0.</summary>
    public int Bias { get; init; } = -1;

    /// <inheritdoc/>
    public override int Code => 11;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target, Factor, Shift, Limit, Bias];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write)];
}

/// <summary>Codes 12 and 13: running count or maximum, one value for each element.</summary>
public sealed record RunningOperator : SourceOperator
{
    /// <summary>True: maximum; false: count.</summary>
    public required bool Maximum { get; init; }

    /// <summary>Values, persistent, the source's length.</summary>
    public required int Target { get; init; }

    /// <inheritdoc/>
    public override int Code => Maximum ? 13 : 12;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write)];
}

/// <summary>Code 14: 64-bit sums over the ticks.</summary>
public sealed record SumOperator : SourceOperator
{
    /// <summary>Words [2n], persistent: low, high for each element.</summary>
    public required int State { get; init; }

    /// <inheritdoc/>
    public override int Code => 14;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, State];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (State, BufferUse.Write)];
}

/// <summary>Code 15: the index of the largest element, the lowest on a tie.</summary>
public sealed record ArgumentMaximumOperator : SourceOperator
{
    /// <summary>Values [1].</summary>
    public required int Target { get; init; }

    /// <inheritdoc/>
    public override int Code => 15;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, When, Target];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() => [(Source, ReadAt(When)), (Target, BufferUse.Write)];
}

/// <summary>Code 16: Loihi's sigma-delta unit, or the delta encoder of an input.</summary>
public sealed record LoihiSigmaDeltaOperator : ModelOperator
{
    /// <summary>Values buffer with the input sum, of the same tick.</summary>
    public required int Source { get; init; }

    /// <summary>Values.</summary>
    public required int Target { get; init; }

    /// <summary>Values, persistent: it integrates; −1: it does not.</summary>
    public int Sigma { get; init; } = -1;

    /// <summary>Values, persistent.</summary>
    public required int Activation { get; init; }

    /// <summary>Values, persistent.</summary>
    public required int Residue { get; init; }

    /// <summary>Values, persistent: the threshold compares the cumulative error; −1: the change.</summary>
    public int Error { get; init; } = -1;

    /// <summary>int32 ≥ 0, 1 or n, shifted by its exponents.</summary>
    public required int Threshold { get; init; }

    /// <summary>int32, 1 or n, shifted alike; −1: 0.</summary>
    public int Bias { get; init; } = -1;

    /// <summary>The activation is never negative.</summary>
    public bool Rectified { get; init; }

    /// <summary>Left shift of the input sum, 0 … 24.</summary>
    public int InputShift { get; init; }

    /// <summary>Right shift of what is sent, 0 … 24.</summary>
    public int StateExponent { get; init; }

    /// <summary>Limit of what is sent.</summary>
    public required int Limit { get; init; }

    /// <inheritdoc/>
    public override int Code => 16;

    /// <inheritdoc/>
    public override int[] Fields() =>
        [Source, Target, Sigma, Activation, Residue, Error, Threshold, Bias, Rectified ? 1 : 0, Sigma >= 0 ? 1 : 0, InputShift, StateExponent, Limit];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() =>
        [(Source, BufferUse.Read), (Target, BufferUse.Write), (Sigma, BufferUse.State), (Activation, BufferUse.State), (Residue, BufferUse.State), (Error, BufferUse.State)];
}

/// <summary>Code 17: Loihi's resonate-and-fire neuron.</summary>
public sealed record LoihiResonatorOperator : ModelOperator
{
    /// <summary>Values buffer with the real part of the input, of the same tick.</summary>
    public required int Source { get; init; }

    /// <summary>Values buffer with the imaginary part, of the same tick; −1: 0.</summary>
    public int ImaginarySource { get; init; } = -1;

    /// <summary>Events.</summary>
    public required int Target { get; init; }

    /// <summary>Values, persistent.</summary>
    public required int Real { get; init; }

    /// <summary>Values, persistent.</summary>
    public required int Imaginary { get; init; }

    /// <summary>int32, 1 or n, in 1/2^<see cref="DecayBits"/>.</summary>
    public required int Cosine { get; init; }

    /// <summary>int32, 1 or n, in 1/2^<see cref="DecayBits"/>.</summary>
    public required int Sine { get; init; }

    /// <summary>int32, 0 … 2^23 − 1, 1 or n, shifted by its exponent.</summary>
    public required int Threshold { get; init; }

    /// <summary>0 … 30.</summary>
    public int DecayBits { get; init; } = 12;

    /// <summary>Left shift of the input, 0 … 24.</summary>
    public int InputShift { get; init; }

    /// <summary>True: fires at the imaginary part and resets it; false: fires where the phase crosses zero.</summary>
    public bool Resets { get; init; }

    /// <inheritdoc/>
    public override int Code => 17;

    /// <inheritdoc/>
    public override int[] Fields() => [Source, ImaginarySource, Target, Real, Imaginary, Cosine, Sine, Threshold, DecayBits, InputShift, Resets ? 1 : 0];

    /// <inheritdoc/>
    public override IEnumerable<(int Buffer, BufferUse Use)> Uses() =>
        [(Source, BufferUse.Read), (ImaginarySource, BufferUse.Read), (Target, BufferUse.Write), (Real, BufferUse.State), (Imaginary, BufferUse.State)];
}
