// Names that the compilers replace by their own code, and the parts of the run-time library that ilc calls by name.
using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using Internal.Runtime;

namespace System.Runtime.CompilerServices
{
    /// <summary>Folded by the compiler; a call that survives is a defect.</summary>
    public static class RuntimeHelpers
    {
        /// <summary>Fills an array with constants.</summary>
        [Intrinsic]
        public static void InitializeArray(Array array, RuntimeFieldHandle field)
        {
            Panic.Raise(PanicCode.Unsupported);
        }

        /// <summary>Constant data in place.</summary>
        [Intrinsic]
        public static ReadOnlySpan<T> CreateSpan<T>(RuntimeFieldHandle field)
        {
            Panic.Raise(PanicCode.Unsupported);
            return default;
        }
    }

    /// <summary>Address arithmetic; ilc supplies the bodies.</summary>
    public static unsafe class Unsafe
    {
        /// <summary>A reference from an address.</summary>
        [Intrinsic]
        public static extern ref T AsRef<T>(void* source);

        /// <summary>An object as one of another class, unchecked.</summary>
        [Intrinsic]
        public static extern T As<T>(object value) where T : class;

        /// <summary>A reference to something else at the same place.</summary>
        [Intrinsic]
        public static extern ref TTo As<TFrom, TTo>(ref TFrom source);

        /// <summary>A reference some elements on.</summary>
        [Intrinsic]
        public static extern ref T Add<T>(ref T source, int elementOffset);

        /// <summary>A reference some bytes on.</summary>
        [Intrinsic]
        public static extern ref T AddByteOffset<T>(ref T source, nuint byteOffset);

        /// <summary>Orders two references.</summary>
        [Intrinsic]
        public static extern bool IsAddressLessThan<T>(ref readonly T left, ref readonly T right);
    }

    /// <summary>A static constructor that is still to run.</summary>
    public struct StaticClassConstructionContext
    {
        /// <summary>Its address, 0 when it has run.</summary>
        public IntPtr cctorMethodAddress;
    }

    /// <summary>Runs static constructors that could not be evaluated at compile time, on first use.</summary>
    internal static unsafe class ClassConstructorRunner
    {
        private static object CheckStaticClassConstructionReturnGCStaticBase(ref StaticClassConstructionContext context, object statics)
        {
            CheckStaticClassConstruction(ref context);
            return statics;
        }

        private static IntPtr CheckStaticClassConstructionReturnNonGCStaticBase(ref StaticClassConstructionContext context, IntPtr statics)
        {
            CheckStaticClassConstruction(ref context);
            return statics;
        }

        private static object CheckStaticClassConstructionReturnThreadStaticBase(ref StaticClassConstructionContext context, object statics)
        {
            CheckStaticClassConstruction(ref context);
            return statics;
        }

        private static void CheckStaticClassConstruction(ref StaticClassConstructionContext context)
        {
            IntPtr constructor = context.cctorMethodAddress;
            if (constructor == 0) return;

            // One thread: marked first, so that a constructor that reaches itself does not run twice.
            context.cctorMethodAddress = 0;
            ((delegate*<void>)constructor)();
        }
    }
}

namespace System.Runtime.InteropServices
{
    /// <summary>ilc looks for it; nothing implements it.</summary>
    public interface IDynamicInterfaceCastable
    {
        /// <summary>Never called.</summary>
        RuntimeTypeHandle GetDynamicInterfaceImplementation(RuntimeTypeHandle interfaceType);
    }
}

namespace System
{
    /// <summary>Block moves; compiled code calls the link names.</summary>
    internal static class SpanHelpers
    {
        /// <summary>Copies, whichever way the blocks overlap.</summary>
        [RuntimeExport("RhSpanHelpers_MemCopy")]
        internal static void Memmove(ref byte target, ref byte source, nuint bytes)
        {
            if (Unsafe.IsAddressLessThan(ref source, ref target))
                for (nuint i = bytes; i != 0; i--) Unsafe.AddByteOffset(ref target, i - 1) = Unsafe.AddByteOffset(ref source, i - 1);
            else
                for (nuint i = 0; i < bytes; i++) Unsafe.AddByteOffset(ref target, i) = Unsafe.AddByteOffset(ref source, i);
        }

        /// <summary>Fills with a byte.</summary>
        [RuntimeExport("RhSpanHelpers_MemSet")]
        internal static void Fill(ref byte target, byte value, nuint bytes)
        {
            for (nuint i = 0; i < bytes; i++) Unsafe.AddByteOffset(ref target, i) = value;
        }

        /// <summary>Clears.</summary>
        [RuntimeExport("RhSpanHelpers_MemZero")]
        internal static void ClearWithoutReferences(ref byte target, nuint bytes)
        {
            for (nuint i = 0; i < bytes; i++) Unsafe.AddByteOffset(ref target, i) = 0;
        }
    }

    /// <summary>ilc looks for it.</summary>
    internal static class Buffer
    {
        private static void BulkMoveWithWriteBarrier(ref byte target, ref byte source, nuint bytes)
        {
            SpanHelpers.Memmove(ref target, ref source, bytes);
        }
    }

    /// <summary>Division: a call on 32-bit Arm, even by a constant. The runtime has none; drivers use it at set-up.</summary>
    public static class Math
    {
        [RuntimeImport("*", "arm_signed_divide")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern int Divide(int dividend, int divisor);

        [RuntimeImport("*", "arm_unsigned_divide")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern uint Divide(uint dividend, uint divisor);

        private static int DivInt32(int dividend, int divisor)
        {
            if (divisor == 0) Panic.Raise(PanicCode.DivisionByZero);
            return Divide(dividend, divisor);
        }

        private static uint DivUInt32(uint dividend, uint divisor)
        {
            if (divisor == 0) Panic.Raise(PanicCode.DivisionByZero);
            return Divide(dividend, divisor);
        }

        private static int ModInt32(int dividend, int divisor)
        {
            return dividend - DivInt32(dividend, divisor) * divisor;
        }

        private static uint ModUInt32(uint dividend, uint divisor)
        {
            return dividend - DivUInt32(dividend, divisor) * divisor;
        }

        // ilc asks for the 64-bit ones by name wherever it sees a division. Bit by bit: nothing on the device divides 64 bits.
        private static ulong DivUInt64(ulong dividend, ulong divisor)
        {
            if (divisor == 0) Panic.Raise(PanicCode.DivisionByZero);
            ulong quotient = 0, rest = 0;
            for (int bit = 63; bit >= 0; bit--)
            {
                bool carry = (long)rest < 0;
                rest = (rest << 1) | ((dividend >> bit) & 1);
                if (!carry && rest < divisor) continue;
                rest -= divisor;
                quotient |= 1UL << bit;
            }

            return quotient;
        }

        private static ulong ModUInt64(ulong dividend, ulong divisor)
        {
            return dividend - DivUInt64(dividend, divisor) * divisor;
        }

        private static long DivInt64(long dividend, long divisor)
        {
            ulong quotient = DivUInt64((ulong)(dividend < 0 ? -dividend : dividend), (ulong)(divisor < 0 ? -divisor : divisor));
            return (dividend < 0) == (divisor < 0) ? (long)quotient : -(long)quotient;
        }

        private static long ModInt64(long dividend, long divisor)
        {
            return dividend - DivInt64(dividend, divisor) * divisor;
        }
    }
}

namespace System.Text
{
    /// <summary>Text of a model file.</summary>
    public class Encoding
    {
        /// <summary>UTF-8.</summary>
        public static Encoding UTF8
        {
            get { return new Encoding(); }
        }

        /// <summary>Decodes bytes; a character outside 7-bit ASCII becomes '?', which names on a device can stand.</summary>
        public virtual unsafe string GetString(byte[] bytes, int index, int count)
        {
            string text = Allocator.NewString(count);
            fixed (char* first = &text._firstChar)
                for (int i = 0; i < count; i++) first[i] = bytes[index + i] < 128 ? (char)bytes[index + i] : '?';
            return text;
        }
    }
}
