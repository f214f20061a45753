using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>Neurons at work: their membranes, now and some ticks ago, and what else is looked at inside them.</summary>
internal abstract class PopulationOperator : ReferenceOperator
{
    private readonly double[] _initial;
    private History? _membranes;
    private int _membraneDepth;

    /// <param name="node">The node.</param>
    /// <param name="initial">Membranes before the first tick, one for each neuron; kept.</param>
    protected PopulationOperator(PopulationNode node, double[] initial) : base(node)
    {
        _initial = initial;
        Membrane = (double[])initial.Clone();
    }

    /// <summary>State at the end of the tick.</summary>
    public double[] Membrane { get; }

    /// <summary>The current that drives the membranes, at the end of the tick; empty where the input does so directly.</summary>
    public double[] SynapticCurrent { get; protected init; } = [];

    /// <summary>What is added to the thresholds at this tick; empty where none adapts.</summary>
    public double[] Adaptation { get; protected init; } = [];

    /// <summary>The sum that arrived at the thresholds at this tick; empty where nothing can.</summary>
    public double[] ThresholdDrive { get; protected init; } = [];

    /// <summary>Before the first tick: membranes of up to <paramref name="delay"/> ticks ago will be read.</summary>
    public void KeepMembrane(int delay)
    {
        if (delay <= _membraneDepth) return;
        _membraneDepth = delay;
        _membranes = new History(Membrane.Length, delay);
    }

    /// <summary>The membrane of <paramref name="delay"/> ticks ago; 0: now.</summary>
    public ReadOnlySpan<double> ReadMembrane(int delay) => delay == 0 ? Membrane : _membranes!.Read(delay);

    /// <inheritdoc/>
    public override void Advance()
    {
        base.Advance();
        _membranes?.Push(Membrane);
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _initial.CopyTo(Membrane, 0);
        Array.Clear(SynapticCurrent);
        Array.Clear(Adaptation);
        Array.Clear(ThresholdDrive);
        _membranes?.Clear();
    }
}
