using System.Runtime;
using System.Runtime.CompilerServices;

namespace EdgeSpike.Runtime;

/// <summary>
/// The bodies of Bodies.S, for Cortex-M cores from Armv7-M on (M3, M4, M7, M33). Replaces Kernels/Packed/Bodies.cs, which
/// says what each does; bit-identical to it.
/// </summary>
internal static partial class Kernels
{
    [RuntimeImport("*", "kernels_list_matrix_rows")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe int ListMatrixRows(int* sources, int count, byte* weights, int rowBytes, byte** rows);

    [RuntimeImport("*", "kernels_list_whole_rows")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe int ListWholeRows(int* sources, int count, byte* weights, int shift, int* starts, byte** rows);

    [RuntimeImport("*", "kernels_add_bytes")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddBytes(byte** rows, int count, int* sums, int width, int mode);

    [RuntimeImport("*", "kernels_add_shorts")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddShorts(byte** rows, int count, int* sums, int width, int mode);

    [RuntimeImport("*", "kernels_add_byte_row")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddByteRow(byte* row, int factor, int* sums, int width);

    [RuntimeImport("*", "kernels_add_short_row")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddShortRow(byte* row, int factor, int* sums, int width);

    [RuntimeImport("*", "kernels_add_byte_blocks")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddByteBlocks(byte* weights, int rowBytes, int sources, uint reciprocal, int width, int* list, int* sums, int factor);

    [RuntimeImport("*", "kernels_add_short_blocks")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddShortBlocks(byte* weights, int rowBytes, int sources, uint reciprocal, int width, int* list, int* sums, int factor);

    [RuntimeImport("*", "kernels_add_byte_synapses")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddByteSynapses(byte* weights, ushort* targets, int count, int factor, int* sums);

    [RuntimeImport("*", "kernels_add_short_synapses")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void AddShortSynapses(byte* weights, ushort* targets, int count, int factor, int* sums);

    [RuntimeImport("*", "kernels_fill")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void FillWords(int* p, int count, int value);

    [RuntimeImport("*", "kernels_step_subtract_next")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe int StepSubtractNext(int* v, int* end, int* input, int shift, int decay, byte* thresholds, int step, int* list);

    [RuntimeImport("*", "kernels_step_reset_now")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe int StepResetNow(int* v, int* end, int* input, int shift, int decay, byte* thresholds, int step, int* list, int keep, int subtract, int value);

    [RuntimeImport("*", "kernels_step_loop")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern unsafe void StepLoop(NeuronLoop* p);
}
