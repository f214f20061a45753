namespace EdgeSpike.Runtime;

/// <summary>
/// Cross-correlation over channels-last images, by source: an active input pixel adds a row of output channels at every
/// place of the kernel. ARITHMETIC.md, section 2. Cost: kernel area × output channels / groups additions for each
/// active source element.
/// </summary>
internal sealed class ConvolveOperator : Connection
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
        Record.Weights, 0, 0, // weights
        Record.Later, 0, 0, // bias
        Record.Number, Record.One, Record.Most16, // in height
        Record.Number, Record.One, Record.Most16, // in width
        Record.Number, Record.One, Record.Most16, // in channels
        Record.Number, Record.One, Record.Most16, // out height
        Record.Number, Record.One, Record.Most16, // out width
        Record.Number, Record.One, Record.Most16, // out channels
        Record.Number, Record.One, Record.Two12, // kernel height
        Record.Number, Record.One, Record.Two12, // kernel width
        Record.Number, Record.One, Record.Most16, // stride height
        Record.Number, Record.One, Record.Most16, // stride width
        Record.Number, Record.Zero, Record.Most16, // padding top
        Record.Number, Record.Zero, Record.Most16, // padding left
        Record.Number, Record.One, Record.Most16, // dilation height
        Record.Number, Record.One, Record.Most16, // dilation width
        Record.Number, Record.One, Record.Most16, // groups
        Record.Later, 0, 0, // row bytes
    };

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Read(Layout)) return;
        int inputChannels = context.At(10), outputChannels = context.At(13), groups = context.At(22);
        int perGroupIn = WindowGeometry.Quotient(inputChannels, groups), perGroupOut = WindowGeometry.Quotient(outputChannels, groups);
        if (perGroupIn * groups != inputChannels || perGroupOut * groups != outputChannels) context.Fail(ModelError.Size, 22);
        _window.Groups = groups;
        _window.GroupInputs = perGroupIn;
        _window.GroupOutputs = perGroupOut;
        int area = _window.Prepare(context, 8, 11, 14, inputChannels, outputChannels);
        PrepareFrame(context, context.Times(area, perGroupIn), outputChannels);
        _window.Match(context, SourceLength, TargetLength, 8, 11);
        _window.RowBytes = context.RowBytes(23, context.Times(area, inputChannels), perGroupOut);
        _window.Weights = Weights;
        _window.WeightType = WeightType;
        context.AddWork(SourceLength, area);
        context.AddWork(_window.InputHeight, area);
        context.AddWork(SourceLength, context.Times(area, perGroupOut));
        context.AddWork(SourceLength, groups);
        context.AddWork(TargetLength, 1);
    }

    internal override void Accumulate(int sum)
    {
        SynapticOperations += FromEvents
            ? Kernels.SlideEvents(_window, File, Arena, SourceOffset, sum)
            : Kernels.SlideValues(_window, File, Arena, SourceOffset, sum);
    }
}
