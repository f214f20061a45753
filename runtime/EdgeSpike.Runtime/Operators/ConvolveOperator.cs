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
        context.Require(perGroupIn * groups == inputChannels, ModelError.Size, 22);
        context.Require(perGroupOut * groups == outputChannels, ModelError.Size, 22);
        _window.GroupInputs = perGroupIn;
        _window.GroupOutputs = perGroupOut;

        long area = (long)_window.KernelHeight * _window.KernelWidth;
        PrepareFrame(context, area * perGroupIn, false, outputChannels);
        if (context.Failed) return;
        context.Require((long)_window.InputHeight * _window.InputWidth * inputChannels == Source.Length, ModelError.Size, 8);
        context.Require((long)_window.OutputHeight * _window.OutputWidth * outputChannels == Target.Length, ModelError.Size, 11);
        _window.RowBytes = context.RowBytes(23, context.Weights(6), area * inputChannels, perGroupOut);
        _window.Weights = Weights;
        _window.WeightType = WeightType;
        context.AddWork((Source.Length + (long)_window.InputHeight) * area);
        context.AddWork((long)Source.Length * area * perGroupOut + (long)Source.Length * groups + Target.Length);
    }

    internal override void Accumulate(int sum)
    {
        SynapticOperations += FromEvents
            ? Kernels.ConvolveEvents(_window, File, Arena, Source.Offset, sum)
            : Kernels.ConvolveValues(_window, File, Arena, Source.Offset, sum);
    }
}
