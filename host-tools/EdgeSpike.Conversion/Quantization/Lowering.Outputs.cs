using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Outputs: activity, scores and answer.</summary>
internal sealed partial class Lowering
{
    private void LowerOutput(OutputNode output)
    {
        Edge edge = _graph.Incoming(output.Name).First();
        Signal activity = Shown(Resolve(edge.Source, edge.Delay), output.Name);
        Builder.AddPort(PortKind.Activity, activity.Buffer, output.Name);
        Signal read = output.Readout == Readout.SpikeCount || Membrane(edge) is not Signal membrane ? activity : membrane;
        read = Ordered(read, Layout.Plain(read.Count), output.Name);
        if (!read.Uniform) read = OneStep(read, output.Name);

        int scores;
        PortKind kind = PortKind.Scores;
        switch (output.Readout)
        {
            case Readout.SpikeCount when read.Bound <= 255:
                scores = Builder.AddBuffer(BufferKind.Values, read.Count, int.MaxValue, persistent: true, name: $"{output.Name}.scores");
                Builder.AddOperator(new RunningOperator { Name = output.Name, Source = read.Buffer, When = read.When, Target = scores, Maximum = false });
                break;
            case Readout.Maximum:
                read = AsValues(read, output.Name);
                scores = Builder.AddBuffer(BufferKind.Values, read.Count, read.Bound, persistent: true, name: $"{output.Name}.scores");
                Builder.AddOperator(new RunningOperator { Name = output.Name, Source = read.Buffer, When = read.When, Target = scores, Maximum = true });
                break;
            case Readout.Last:
                read = Shown(AsValues(read, output.Name), output.Name);
                scores = read.Buffer;
                break;
            default:
                kind = PortKind.Sums;
                scores = Builder.AddBuffer(BufferKind.Words, 2 * read.Count, persistent: true, name: $"{output.Name}.sums");
                Builder.AddOperator(new SumOperator { Name = output.Name, Source = read.Buffer, When = read.When, State = scores });
                break;
        }

        Builder.AddPort(kind, scores, output.Name);
        int answer = -1;
        if (read.Count > 1)
        {
            answer = Builder.AddBuffer(BufferKind.Values, 1, read.Count, persistent: true, name: $"{output.Name}.answer");
            Builder.AddOperator(new ArgumentMaximumOperator { Name = output.Name, Source = scores, Target = answer });
            Builder.AddPort(PortKind.Answer, answer, output.Name);
        }

        Outputs.Add(new OutputMetadata(output.Name, activity.Buffer, output.Readout, scores, answer, output.OutputShape.ToArray(), activity.Layout.Channels, activity.Layout.Positions, read.Step[0]));
    }

    // The membrane of a neuron right before an output; null: another node is there.
    private Signal? Membrane(Edge edge)
    {
        if (_graph.Find(edge.Source) is not PopulationNode { Spikes: true } neuron) return null;
        Signal membrane = _membranes[neuron.Name].Signal;
        return edge.Delay == 0 ? membrane : Delayed(membrane, edge.Delay, $"{neuron.Name}.membrane.delay{edge.Delay}");
    }

    // A port's buffer outlives the tick; an input's is cleared with it, so it is copied.
    private Signal Shown(Signal signal, string name)
    {
        if (Builder.Ports.Any(p => p.Kind == PortKind.Input && p.Buffer == signal.Buffer))
        {
            int copy = Builder.AddBuffer(BufferKind.Values, signal.Count, signal.Bound, persistent: true, name: $"{name}.copy");
            Builder.AddOperator(new AddOperator { Name = $"{name}.copy", Source = signal.Buffer, When = signal.When, Target = copy });
            return signal with { Buffer = copy, Kind = BufferKind.Values, When = 0 };
        }

        MakePersistent(signal.Buffer);
        return signal;
    }
}
