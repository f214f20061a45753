namespace EdgeSpike.Runtime;

/// <summary>Convolution and pooling, by source. ARITHMETIC.md, section 2.</summary>
/// <remarks>
/// A source at row y reaches output row o through kernel row k where y + padding − k × dilation = o × stride. With
/// y + padding = quotient × stride + remainder, kernel row k is met where the remainder, less k dilations, is 0; both are
/// carried along, so there is no division. Sources come in ascending order: y and x are found by walking forward.
/// </remarks>
internal static partial class Kernels
{
    /// <summary>Adds the contributions of a list of events; returns the synaptic operations done.</summary>
    public static long SlideEvents(WindowGeometry w, byte[] file, int[] arena, int list, int sum)
    {
        long rows = 0;
        int count = arena[list], channels = w.InputChannels, rowElements = w.InputWidth * channels;
        int rowStart = 0, pixelStart = 0;
        int yq = w.PaddingTopQuotient, yr = w.PaddingTopRemainder;
        int xq = w.PaddingLeftQuotient, xr = w.PaddingLeftRemainder;
        for (int e = 1; e <= count; e++)
        {
            int index = arena[list + e];
            while (index - rowStart >= rowElements)
            {
                rowStart += rowElements;
                pixelStart = rowStart;
                xq = w.PaddingLeftQuotient;
                xr = w.PaddingLeftRemainder;
                if (++yr == w.StrideHeight)
                {
                    yr = 0;
                    yq++;
                }
            }

            while (index - pixelStart >= channels)
            {
                pixelStart += channels;
                if (++xr == w.StrideWidth)
                {
                    xr = 0;
                    xq++;
                }
            }

            rows += One(w, file, arena, yq, yr, xq, xr, index - pixelStart, 1, sum);
        }

        return rows * w.GroupOutputs;
    }

    /// <summary>Adds the contributions of values, zeros skipped; returns the synaptic operations done.</summary>
    public static long SlideValues(WindowGeometry w, byte[] file, int[] arena, int source, int sum)
    {
        long rows = 0;
        int yq = w.PaddingTopQuotient, yr = w.PaddingTopRemainder;
        for (int y = 0; y < w.InputHeight; y++)
        {
            int xq = w.PaddingLeftQuotient, xr = w.PaddingLeftRemainder;
            for (int x = 0; x < w.InputWidth; x++)
            {
                for (int c = 0; c < w.InputChannels; c++)
                {
                    int value = arena[source++];
                    if (value != 0) rows += One(w, file, arena, yq, yr, xq, xr, c, value, sum);
                }

                if (++xr == w.StrideWidth)
                {
                    xr = 0;
                    xq++;
                }
            }

            if (++yr == w.StrideHeight)
            {
                yr = 0;
                yq++;
            }
        }

        return rows * w.GroupOutputs;
    }

    /// <summary>One source element through the whole kernel, or into every window that covers it; returns the rows or elements added.</summary>
    private static int One(WindowGeometry w, byte[] file, int[] arena, int yq, int yr, int xq, int xr, int channel, int value, int sum)
    {
        int first = sum + channel, rows = 0;
        if (!w.Pools)
        {
            int group = 0;
            if (w.GroupInputs == 1) group = channel;
            else
                for (int c = channel; c >= w.GroupInputs; c -= w.GroupInputs) group++;
            first = sum + group * w.GroupOutputs;
        }

        for (int ky = 0; ky < w.KernelHeight; ky++)
        {
            if (yr == 0 && yq < w.OutputHeight)
            {
                int q = xq, r = xr;
                for (int kx = 0; kx < w.KernelWidth; kx++)
                {
                    if (r == 0 && q < w.OutputWidth)
                    {
                        int output = first + (yq * w.OutputWidth + q) * w.OutputChannels;
                        if (w.Pools) arena[output] = arena[output] + value;
                        else
                        {
                            int row = w.Weights + ((ky * w.KernelWidth + kx) * w.InputChannels + channel) * w.RowBytes;
                            if (value == 1) AddRow(w.WeightType, file, row, arena, output, w.GroupOutputs);
                            else AddScaledRow(w.WeightType, file, row, value, arena, output, w.GroupOutputs);
                        }

                        rows++;
                    }

                    q -= w.DilationWidthQuotient;
                    r -= w.DilationWidthRemainder;
                    if (r < 0)
                    {
                        r += w.StrideWidth;
                        q--;
                    }

                    if (q < 0) break;
                }
            }

            yq -= w.DilationHeightQuotient;
            yr -= w.DilationHeightRemainder;
            if (yr < 0)
            {
                yr += w.StrideHeight;
                yq--;
            }

            if (yq < 0) break;
        }

        return rows;
    }
}
