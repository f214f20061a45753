namespace EdgeSpike.Runtime;

/// <summary>
/// Cross-correlation over channels-last images, by source: an active input pixel adds a row of output channels at every
/// place of the kernel. ARITHMETIC.md, section 2. Cost: kernel area × output channels / groups additions for each
/// active source element.
/// </summary>
internal sealed class ConvolveOperator : Connection
{
    private readonly WindowGeometry _window = new WindowGeometry();

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(24)) return;
        int inputChannels = context.Field(10, 1, 65535);
        int outputChannels = context.Field(13, 1, 65535);
        int groups = context.Field(22, 1, 65535);
        _window.Prepare(context, 8, 9, 11, 12, 14);
        if (context.Failed) return;
        _window.Groups = groups;
        _window.InputChannels = inputChannels;
        _window.OutputChannels = outputChannels;

        int perGroupIn = WindowGeometry.Quotient(inputChannels, groups), perGroupOut = WindowGeometry.Quotient(outputChannels, groups);
        if (perGroupIn * groups != inputChannels) context.Fail(ModelError.Size, 22);
        if (perGroupOut * groups != outputChannels) context.Fail(ModelError.Size, 22);
        _window.GroupInputs = perGroupIn;
        _window.GroupOutputs = perGroupOut;

        long area = (long)_window.KernelHeight * _window.KernelWidth;
        PrepareFrame(context, area * perGroupIn, false, outputChannels);
        if (context.Failed) return;
        _window.Match(context, SourceLength, TargetLength, 8, 11);
        _window.RowBytes = context.RowBytes(23, context.Weights(6), area * inputChannels, perGroupOut);
        _window.Weights = Weights;
        _window.WeightType = WeightType;
        context.AddWork((SourceLength + (long)_window.InputHeight) * area);
        context.AddWork((long)SourceLength * area * perGroupOut + (long)SourceLength * groups + TargetLength);
    }

    internal override void Accumulate(int sum)
    {
        SynapticOperations += FromEvents
            ? Kernels.SlideEvents(_window, File, Arena, SourceOffset, sum)
            : Kernels.SlideValues(_window, File, Arena, SourceOffset, sum);
    }
}
