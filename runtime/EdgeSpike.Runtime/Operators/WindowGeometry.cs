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
    public int Groups;
    public int GroupInputs;

    /// <summary>Elements of a row of weights; 1 for pooling, which adds the element itself.</summary>
    public int GroupOutputs;

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

    /// <summary>
    /// Takes sizes that a record's description has checked: height and width of input and output from two fields on, the kernel's eight
    /// numbers from another. The kernel's area.
    /// </summary>
    public int Prepare(PrepareContext context, int input, int output, int kernel, int inputChannels, int outputChannels)
    {
        InputHeight = context.Field(input);
        InputWidth = context.Field(input + 1);
        InputChannels = inputChannels;
        OutputHeight = context.Field(output);
        OutputWidth = context.Field(output + 1);
        OutputChannels = outputChannels;
        KernelHeight = context.Field(kernel);
        KernelWidth = context.Field(kernel + 1);
        StrideHeight = context.Field(kernel + 2);
        StrideWidth = context.Field(kernel + 3);
        PaddingTop = context.Field(kernel + 4);
        PaddingLeft = context.Field(kernel + 5);
        DilationHeight = context.Field(kernel + 6);
        DilationWidth = context.Field(kernel + 7);
        PaddingTopQuotient = Quotient(PaddingTop, StrideHeight);
        PaddingTopRemainder = PaddingTop - PaddingTopQuotient * StrideHeight;
        PaddingLeftQuotient = Quotient(PaddingLeft, StrideWidth);
        PaddingLeftRemainder = PaddingLeft - PaddingLeftQuotient * StrideWidth;
        DilationHeightQuotient = Quotient(DilationHeight, StrideHeight);
        DilationHeightRemainder = DilationHeight - DilationHeightQuotient * StrideHeight;
        DilationWidthQuotient = Quotient(DilationWidth, StrideWidth);
        DilationWidthRemainder = DilationWidth - DilationWidthQuotient * StrideWidth;
        return KernelHeight * KernelWidth;
    }

    /// <summary>The buffers have the elements of the images; the fields are those of the heights.</summary>
    public void Match(PrepareContext context, int sourceLength, int targetLength, int input, int output)
    {
        context.Product(context.Times(InputHeight, InputWidth), InputChannels, sourceLength, input);
        context.Product(context.Times(OutputHeight, OutputWidth), OutputChannels, targetLength, output);
    }

    /// <summary>
    /// value / divisor, a divisor of 1 or more, bit by bit: a hostile file may ask for it 65535 times, so it must not count up.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint Quotient(uint value, uint divisor)
    {
        uint quotient = 0;
        for (int bit = 31; bit >= 0; bit--)
        {
            if (value >> bit < divisor) continue;
            value -= divisor << bit;
            quotient |= 1u << bit;
        }

        return quotient;
    }

    public static int Quotient(int value, int divisor)
    {
        return (int)Quotient((uint)value, (uint)divisor);
    }
}
