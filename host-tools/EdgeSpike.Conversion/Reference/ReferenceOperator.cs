using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// One node at work. The network fills <see cref="Input"/> and calls <see cref="Step"/>, in evaluation order; at the start
/// of the next tick it calls <see cref="Advance"/>, after which what was current is one tick old.
/// </summary>
/// <remarks>All memory is taken in the constructor and by <see cref="KeepOutput"/>; nothing is allocated per tick.</remarks>
internal abstract class ReferenceOperator
{
    private History? _outputs;
    private int _outputDepth;

    protected ReferenceOperator(Node node)
    {
        Name = node.Name;
        Input = new double[node.InputShape.Count];
        Output = new double[node.OutputShape.Count];
    }

    /// <summary>Name of the node.</summary>
    public string Name { get; }

    /// <summary>The sum that arrived at this tick.</summary>
    public double[] Input { get; }

    /// <summary>What leaves at this tick; see <see cref="ReadOutput()"/>.</summary>
    protected double[] Output { get; }

    /// <summary>What leaves at this tick.</summary>
    public virtual ReadOnlySpan<double> ReadOutput() => Output;

    /// <summary>What left <paramref name="delay"/> ticks ago; 0: now. <see cref="KeepOutput"/> has asked for as many.</summary>
    public ReadOnlySpan<double> ReadOutput(int delay) => delay == 0 ? ReadOutput() : _outputs!.Read(delay);

    /// <summary>Before the first tick: outputs of up to <paramref name="delay"/> ticks ago will be read.</summary>
    public void KeepOutput(int delay)
    {
        if (delay <= _outputDepth) return;
        _outputDepth = delay;
        _outputs = new History(Output.Length, delay);
    }

    /// <summary>One tick: from the input and the state to the output and the new state.</summary>
    public abstract void Step();

    /// <summary>The tick is over.</summary>
    public virtual void Advance() => _outputs?.Push(Output);

    /// <summary>Back to before the first tick.</summary>
    public virtual void Reset()
    {
        Array.Clear(Input);
        Array.Clear(Output);
        _outputs?.Clear();
    }
}
