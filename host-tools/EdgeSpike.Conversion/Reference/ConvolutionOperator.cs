using System;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>
/// Cross-correlation of one or two dimensions, from the input's side: each input that is not zero adds to the outputs
/// whose window covers it. An output takes at most one weight of each input, so ascending inputs are ascending products.
/// </summary>
internal sealed class ConvolutionOperator : ReferenceConnection
{
    private readonly double[] _weight;      // [input channels x kernel height x kernel width x output channels of the group]
    private readonly Window _window;
    private readonly int _channels;
    private readonly int _groupInputs;
    private readonly int _groupOutputs;

    public ConvolutionOperator(ConvolutionNode node, Precision precision) : base(node, precision)
    {
        Window w = _window = node.Window;
        _channels = node.InputChannels;
        _groupInputs = node.InputChannels / node.Groups;
        _groupOutputs = node.OutputChannels / node.Groups;
        int kernel = w.KernelHeight * w.KernelWidth;
        double[] weight = Rounding.Parameters(node.Weight, precision);
        _weight = new double[weight.Length];
        for (int o = 0; o < node.OutputChannels; o++)
            for (int c = 0; c < _groupInputs; c++)
                for (int k = 0; k < kernel; k++)
                {
                    int channel = o / _groupOutputs * _groupInputs + c;
                    _weight[(channel * kernel + k) * _groupOutputs + o % _groupOutputs] = weight[(o * _groupInputs + c) * kernel + k];
                }

        Bias = SpreadBias(node.Bias, Output.Length, channelsOuter: true, precision);
    }

    /// <inheritdoc/>
    public override void Accumulate(int delay, Span<double> sum, bool single)
    {
        if (single) Accumulate<ToSingle>(ReadInput(delay), sum);
        else Accumulate<ToDouble>(ReadInput(delay), sum);
    }

    private void Accumulate<TRounding>(ReadOnlySpan<double> input, Span<double> sum) where TRounding : struct, IRounding
    {
        Window w = _window;
        int index = 0, plane = w.OutputHeight * w.OutputWidth;
        for (int c = 0; c < _channels; c++)
            for (int row = 0; row < w.InputHeight; row++)
                for (int column = 0; column < w.InputWidth; column++)
                {
                    double x = input[index++];
                    if (x == 0) continue;
                    int first = c / _groupInputs * _groupOutputs * plane;
                    for (int ky = 0; ky < w.KernelHeight; ky++)
                    {
                        if (!Covers(row + w.PaddingTop - ky * w.DilationHeight, w.StrideHeight, w.OutputHeight, out int y)) continue;
                        for (int kx = 0; kx < w.KernelWidth; kx++)
                        {
                            if (!Covers(column + w.PaddingLeft - kx * w.DilationWidth, w.StrideWidth, w.OutputWidth, out int z)) continue;
                            ReadOnlySpan<double> taps = _weight.AsSpan(((c * w.KernelHeight + ky) * w.KernelWidth + kx) * _groupOutputs, _groupOutputs);
                            int at = first + y * w.OutputWidth + z;
                            for (int o = 0; o < taps.Length; o++, at += plane)
                                sum[at] = TRounding.Round(sum[at] + TRounding.Round(taps[o] * x));
                        }
                    }
                }
    }

    /// <summary>False: no window starts at <paramref name="start"/> (in padded coordinates); otherwise the output's position.</summary>
    internal static bool Covers(int start, int stride, int outputs, out int position)
    {
        position = start / stride;
        return start >= 0 && start % stride == 0 && position < outputs;
    }
}
