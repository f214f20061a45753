namespace EdgeSpike.Runtime;

/// <summary>
/// Sum over windows, channel by channel, of channels-last images. ARITHMETIC.md, section 2. Cost: the windows that cover
/// an active element, for each.
/// </summary>
internal sealed class PoolOperator : Connection
{
    private readonly WindowGeometry _window = new WindowGeometry();

    internal override void Prepare(PrepareContext context)
    {
        if (!context.Fields(19)) return;
        int channels = context.Field(8, 1, 65535);
        _window.Prepare(context, 6, 7, 9, 10, 11);
        if (context.Failed) return;
        _window.InputChannels = _window.OutputChannels = channels;
        _window.Pools = true;
        long area = (long)_window.KernelHeight * _window.KernelWidth;
        PrepareFrame(context, area, true, 0);
        if (context.Failed) return;
        _window.Match(context, SourceLength, TargetLength, 6, 9);
        context.AddWork((SourceLength + (long)_window.InputHeight) * (area + 1) + TargetLength);
    }

    internal override void Accumulate(int sum)
    {
        SynapticOperations += FromEvents
            ? Kernels.SlideEvents(_window, File, Arena, SourceOffset, sum)
            : Kernels.SlideValues(_window, File, Arena, SourceOffset, sum);
    }
}
