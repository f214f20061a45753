using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Sum or mean over windows, channel by channel, in ascending order of inputs; the mean divides by the kernel's area,
/// whatever part of it lies on padding.
/// </summary>
internal sealed class PoolOperator<TRounding> : ReferenceOperator where TRounding : struct, IRounding
{
    private readonly Window _window;
    private readonly int _channels;
    private readonly double _divisor;

    public PoolOperator(PoolNode node) : base(node)
    {
        _window = node.Window;
        _channels = node.Channels;
        _divisor = node.Average ? (double)_window.KernelHeight * _window.KernelWidth : 1;
    }

    /// <inheritdoc/>
    public override void Step()
    {
        Window w = _window;
        Array.Clear(Output);
        int index = 0, plane = w.OutputHeight * w.OutputWidth;
        for (int c = 0; c < _channels; c++)
            for (int row = 0; row < w.InputHeight; row++)
                for (int column = 0; column < w.InputWidth; column++)
                {
                    double x = Input[index++];
                    if (x == 0) continue;
                    for (int ky = 0; ky < w.KernelHeight; ky++)
                    {
                        if (!ConvolutionOperator.Covers(row + w.PaddingTop - ky * w.DilationHeight, w.StrideHeight, w.OutputHeight, out int y)) continue;
                        for (int kx = 0; kx < w.KernelWidth; kx++)
                        {
                            if (!ConvolutionOperator.Covers(column + w.PaddingLeft - kx * w.DilationWidth, w.StrideWidth, w.OutputWidth, out int z)) continue;
                            int at = c * plane + y * w.OutputWidth + z;
                            Output[at] = TRounding.Round(Output[at] + x);
                        }
                    }
                }

        if (_divisor == 1) return;
        for (int i = 0; i < Output.Length; i++) Output[i] = TRounding.Round(Output[i] / _divisor);
    }
}
