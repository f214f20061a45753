namespace EdgeSpike.Runtime;

/// <summary>
/// Sum over windows, channel by channel, of channels-last images. ARITHMETIC.md, section 2. Cost: the windows that cover
/// an active element, for each.
/// </summary>
internal sealed class PoolOperator : Connection
{
    private readonly WindowGeometry _window = new WindowGeometry();

    private static readonly byte[] Layout =
    {
        Record.AnyProfile,
        Record.TimedSource, Record.Values | Record.Events, 0, // source
        Record.Later, 0, 0, // when
        Record.Later, 0, 0, // target
        Record.Later, 0, 0, // scratch
        Record.Number, Record.Zero, Record.One, // accumulate
        Record.Number, Record.Minus31, Record.TwentyFour, // shift
        Record.Number, Record.One, Record.Most16, // in height
        Record.Number, Record.One, Record.Most16, // in width
        Record.Number, Record.One, Record.Most16, // channels
        Record.Number, Record.One, Record.Most16, // out height
        Record.Number, Record.One, Record.Most16, // out width
        Record.Number, Record.One, Record.Two12, // kernel height
        Record.Number, Record.One, Record.Two12, // kernel width
        Record.Number, Record.One, Record.Most16, // stride height
        Record.Number, Record.One, Record.Most16, // stride width
        Record.Number, Record.Zero, Record.Most16, // padding top
        Record.Number, Record.Zero, Record.Most16, // padding left
        Record.Number, Record.One, Record.Most16, // dilation height
        Record.Number, Record.One, Record.Most16, // dilation width
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        int channels = context.At(8), area = _window.Prepare(context, 6, 9, 11, channels, channels);
        _window.Pools = true;
        _window.Groups = _window.GroupOutputs = 1;
        PrepareFrame(context, area, 0);
        _window.Match(context, SourceLength, TargetLength, 6, 9);
        context.AddWork(SourceLength, area + 1);
        context.AddWork(_window.InputHeight, area + 1);
        context.AddWork(TargetLength, 1);
    }

    internal override void Accumulate(int sum)
    {
        SynapticOperations += FromEvents
            ? Kernels.SlideEvents(_window, File, Arena, SourceOffset, sum)
            : Kernels.SlideValues(_window, File, Arena, SourceOffset, sum);
    }
}
