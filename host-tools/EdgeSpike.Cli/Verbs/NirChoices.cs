using System.CommandLine;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;

namespace EdgeSpike.Cli.Verbs;

/// <summary>The options for what a NIR file leaves open, the same for all verbs that import one.</summary>
internal sealed class NirChoices
{
    private readonly Option<double?> _dt = Choices.Number("--dt", "S", "NIR: seconds per tick; needed as soon as the file has time constants.", v => v > 0, "a number of seconds above 0");
    private readonly Option<DiscretisationRule?> _rule = Choices.Of("--rule", "NIR: how a time constant becomes a factor per tick. Default euler.", ("euler", DiscretisationRule.Euler), ("zoh", DiscretisationRule.Zoh));
    private readonly Option<ResetRule?> _reset = Choices.Of("--reset", "NIR: what a spike does to the membrane. Default zero.", ("zero", ResetRule.ToValue), ("subtract", ResetRule.Subtract));
    private readonly Option<ResetTime?> _resetAt = Choices.Of("--reset-at", "NIR: in the tick of the spike, or in the next. Default now.", ("now", ResetTime.Now), ("next", ResetTime.Next));
    private readonly Option<CurrentOrder?> _current = Choices.Of("--current", "NIR: the membrane sees the new synaptic current or the old. Default new.", ("new", CurrentOrder.New), ("old", CurrentOrder.Old));
    private readonly Option<double?> _maximumSpikes = Choices.Number("--max-spikes", "N", "NIR: spikes that a neuron may emit in a tick, 1 to 255. Default 1.", v => v is >= 1 and <= 255 && v == (int)v, "a whole number from 1 to 255");
    private readonly Option<Readout?> _readout = Choices.Of("--readout", "How outputs are read over a recording. Default: spikes are counted, values taken at the end.", ("count", Readout.SpikeCount), ("last", Readout.Last), ("max", Readout.Maximum), ("mean", Readout.Mean));

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in (Option[])[_dt, _rule, _reset, _resetAt, _current, _maximumSpikes, _readout]) verb.Add(option);
    }

    /// <summary>What was given.</summary>
    public NirOptions Read(ParseResult parsed)
    {
        NirOptions defaults = new();
        return defaults with
        {
            Dt = parsed.GetValue(_dt),
            Rule = parsed.GetValue(_rule) ?? defaults.Rule,
            Reset = parsed.GetValue(_reset) ?? defaults.Reset,
            ResetAt = parsed.GetValue(_resetAt) ?? defaults.ResetAt,
            Current = parsed.GetValue(_current) ?? defaults.Current,
            MaximumSpikes = (int)(parsed.GetValue(_maximumSpikes) ?? defaults.MaximumSpikes),
            Readout = parsed.GetValue(_readout),
        };
    }
}
