using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// A node of weights. Frameworks add the products of all connections that enter a population to one running sum, and in
/// single precision the order shows; so a connection adds its products to a sum that the target owns. Its own output
/// is made only where somebody reads it.
/// </summary>
internal abstract class ReferenceConnection : ReferenceOperator
{
    private readonly bool _single;
    private History? _inputs;
    private int _inputDepth;
    private bool _ownOutputDue;
    private bool _needsOwnOutput;

    protected ReferenceConnection(Node node, Precision precision) : base(node) => _single = precision == Precision.Float32;

    /// <summary>What the sum starts from, one for each output; null: zeros.</summary>
    public double[]? Bias { get; protected init; }

    /// <summary>True: a sum that this connection enters is made in double and rounded once at its end.</summary>
    public virtual bool SumsInDouble => false;

    /// <summary>Before the first tick: products of inputs of up to <paramref name="delay"/> ticks ago will be asked for.</summary>
    public virtual void KeepInput(int delay)
    {
        if (delay <= _inputDepth) return;
        _inputDepth = delay;
        _inputs = new History(Input.Length, delay);
    }

    /// <summary>Before the first tick: some edge takes the output as a value.</summary>
    public void NeedOwnOutput() => _needsOwnOutput = true;

    /// <summary>
    /// Adds the products of the input of <paramref name="delay"/> ticks ago (0: now) to <paramref name="sum"/>, for each
    /// element in ascending order of inputs; the bias is not part of it.
    /// </summary>
    /// <param name="delay">Ticks, at most what <see cref="KeepInput"/> asked for.</param>
    /// <param name="sum">One element for each output.</param>
    /// <param name="single">True: each product and each addition is rounded to single.</param>
    public abstract void Accumulate(int delay, Span<double> sum, bool single);

    /// <inheritdoc/>
    public sealed override ReadOnlySpan<double> ReadOutput()
    {
        if (_ownOutputDue) MakeOwnOutput();
        return Output;
    }

    /// <inheritdoc/>
    public sealed override void Step()
    {
        _ownOutputDue = true;
        if (_needsOwnOutput) MakeOwnOutput();
    }

    /// <inheritdoc/>
    public override void Advance()
    {
        base.Advance();
        _inputs?.Push(Input);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _inputs?.Clear();
        _ownOutputDue = false;
    }

    /// <summary>The input of <paramref name="delay"/> ticks ago.</summary>
    protected ReadOnlySpan<double> ReadInput(int delay) => delay == 0 ? Input : _inputs!.Read(delay);

    /// <summary>One bias for each of <paramref name="count"/> outputs: a channel's outputs lie together, or the channels repeat.</summary>
    protected static double[]? SpreadBias(double[]? bias, int count, bool channelsOuter, Precision precision)
    {
        if (bias is null) return null;
        double[] rounded = Rounding.Parameters(bias, precision);
        double[] all = new double[count];
        int perChannel = count / bias.Length;
        for (int i = 0; i < count; i++) all[i] = rounded[channelsOuter ? i / perChannel : i % bias.Length];
        return all;
    }

    private void MakeOwnOutput()
    {
        _ownOutputDue = false;
        if (Bias is null) Array.Clear(Output);
        else Bias.CopyTo(Output, 0);
        Accumulate(0, Output, _single && !SumsInDouble);
        if (_single && SumsInDouble)
            for (int i = 0; i < Output.Length; i++) Output[i] = (float)Output[i];
    }
}
