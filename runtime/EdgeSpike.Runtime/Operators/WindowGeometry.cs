using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The geometry that convolution and pooling share: output row o covers input rows o × stride + k × dilation − padding.
/// </summary>
internal sealed class WindowGeometry
{
    public int InputHeight;
    public int InputWidth;
    public int InputChannels;
    public int OutputHeight;
    public int OutputWidth;
    public int OutputChannels;
    public int KernelHeight;
    public int KernelWidth;
    public int StrideHeight;
    public int StrideWidth;
    public int PaddingTop;
    public int PaddingLeft;
    public int DilationHeight;
    public int DilationWidth;
    public int Groups = 1;
    public int GroupInputs;

    /// <summary>Elements of a row of weights; 1 for pooling, which adds the element itself.</summary>
    public int GroupOutputs = 1;

    /// <summary>A pooling: every weight is 1, channels stay apart.</summary>
    public bool Pools;

    public TensorType WeightType;
    public int Weights;
    public int RowBytes;

    // Padding and dilation as quotient and remainder by the stride: the kernels then need no division.
    public int PaddingTopQuotient;
    public int PaddingTopRemainder;
    public int PaddingLeftQuotient;
    public int PaddingLeftRemainder;
    public int DilationHeightQuotient;
    public int DilationHeightRemainder;
    public int DilationWidthQuotient;
    public int DilationWidthRemainder;

    /// <summary>Reads sizes; the eight kernel fields follow one another from <paramref name="kernel"/>.</summary>
    public void Prepare(PrepareContext context, int inputHeight, int inputWidth, int outputHeight, int outputWidth, int kernel)
    {
        InputHeight = context.Field(inputHeight, 1, 65535);
        InputWidth = context.Field(inputWidth, 1, 65535);
        OutputHeight = context.Field(outputHeight, 1, 65535);
        OutputWidth = context.Field(outputWidth, 1, 65535);
        KernelHeight = context.Field(kernel, 1, 4096);
        KernelWidth = context.Field(kernel + 1, 1, 4096);
        StrideHeight = context.Field(kernel + 2, 1, 65535);
        StrideWidth = context.Field(kernel + 3, 1, 65535);
        PaddingTop = context.Field(kernel + 4, 0, 65535);
        PaddingLeft = context.Field(kernel + 5, 0, 65535);
        DilationHeight = context.Field(kernel + 6, 1, 65535);
        DilationWidth = context.Field(kernel + 7, 1, 65535);
        PaddingTopQuotient = Quotient(PaddingTop, StrideHeight);
        PaddingTopRemainder = PaddingTop - PaddingTopQuotient * StrideHeight;
        PaddingLeftQuotient = Quotient(PaddingLeft, StrideWidth);
        PaddingLeftRemainder = PaddingLeft - PaddingLeftQuotient * StrideWidth;
        DilationHeightQuotient = Quotient(DilationHeight, StrideHeight);
        DilationHeightRemainder = DilationHeight - DilationHeightQuotient * StrideHeight;
        DilationWidthQuotient = Quotient(DilationWidth, StrideWidth);
        DilationWidthRemainder = DilationWidth - DilationWidthQuotient * StrideWidth;
    }

    /// <summary>The buffers have the elements of the images; the fields are those of the heights.</summary>
    public void Match(PrepareContext context, int sourceLength, int targetLength, int input, int output)
    {
        if ((long)InputHeight * InputWidth * InputChannels != sourceLength) context.Fail(ModelError.Size, input);
        if ((long)OutputHeight * OutputWidth * OutputChannels != targetLength) context.Fail(ModelError.Size, output);
    }

    /// <summary>
    /// value / divisor for 0 … 65535 by 1 … 65535, bit by bit: a hostile file may ask for it 65535 times, so it must not count up.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Quotient(int value, int divisor)
    {
        int quotient = 0;
        for (int bit = 15; bit >= 0; bit--)
        {
            long part = (long)divisor << bit;
            if (value < part) continue;
            value -= (int)part;
            quotient |= 1 << bit;
        }

        return quotient;
    }
}
