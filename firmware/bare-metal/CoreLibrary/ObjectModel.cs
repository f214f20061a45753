// Objects without a collector: allocation, casts, start-up of statics, and the throw helpers. Names and register use are ilc 10.0.14's.
using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using Internal.Runtime;

namespace Internal.Runtime
{
    /// <summary>The head of ilc's method table, 32 bit. The virtual slots and the interfaces follow.</summary>
    public unsafe struct MethodTable
    {
        /// <summary>Low half: bytes of an array's element.</summary>
        internal uint Flags;

        /// <summary>Bytes of an object, the header word before it included.</summary>
        internal uint BaseSize;

        /// <summary>The base class, or an array's element type.</summary>
        internal MethodTable* Related;

        /// <summary>Virtual slots.</summary>
        internal ushort Slots;

        /// <summary>Interfaces.</summary>
        internal ushort Interfaces;

        /// <summary>Unused here.</summary>
        internal uint Hash;
    }

    /// <summary>
    /// Memory is handed out in order, from both ends: what stays from below, what only loading needs from above, until it is dropped
    /// as a whole. The runtime allocates while it loads and not afterwards. The heap is
    /// cleared at start, so a new object is zero without work. Exhausted: panic <see cref="PanicCode.OutOfMemory"/>.
    /// </summary>
    internal static unsafe class Allocator
    {
        private static byte* _heap;
        private static byte* _next;
        private static byte* _end;
        private static byte* _heapEnd;
        private static uint _most;

        /// <summary>New objects go to the top of the heap, from where <see cref="ReleaseTop"/> drops them.</summary>
        internal static bool FromTop;

        /// <summary>Most bytes that were in use at once.</summary>
        internal static uint Most
        {
            get
            {
                uint used = (uint)_next - (uint)_heap + ((uint)_heapEnd - (uint)_end);
                if (used > _most) _most = used;
                return _most;
            }
        }

        /// <summary>Drops every object at the top, and clears their memory.</summary>
        internal static void ReleaseTop()
        {
            _ = Most;
            for (; _end < _heapEnd; _end += 4) *(uint*)_end = 0;
        }

        /// <summary>Bytes still free.</summary>
        internal static uint Free
        {
            get { return (uint)_end - (uint)_next; }
        }

        /// <summary>Where the next object goes: the caller may return to it when it drops everything allocated since.</summary>
        internal static byte* Mark
        {
            get { return _next; }
        }

        /// <summary>Drops every object allocated since <paramref name="mark"/>, and clears their memory.</summary>
        internal static void Release(byte* mark)
        {
            while (_next > mark)
            {
                _next -= 4;
                *(uint*)_next = 0;
            }
        }

        /// <summary>Called by start-up: the heap, cleared.</summary>
        [RuntimeExport("object_model_start")]
        private static void Start(byte* heap, byte* heapEnd)
        {
            _heap = _next = heap;
            _end = _heapEnd = heapEnd;
        }

        private static byte* Take(uint bytes)
        {
            bytes = (bytes + 3) & ~3u;
            if (bytes > (uint)_end - (uint)_next) Panic.Raise(PanicCode.OutOfMemory);
            if (FromTop)
            {
                _end -= bytes;
                return _end;
            }

            byte* taken = _next;
            _next += bytes;
            return taken;
        }

        // BaseSize counts a header word in front of the object, which a collector would use; it is left out.
        [RuntimeExport("RhpNewFast")]
        internal static void* NewObject(MethodTable* table)
        {
            byte* made = Take(table->BaseSize - 4);
            *(MethodTable**)made = table;
            return made;
        }

        [RuntimeExport("RhpNewFastAlign8")]
        private static void* NewAligned(MethodTable* table)
        {
            // 64-bit fields need no more than 4 bytes of alignment: LDRD and STRD ask for words.
            return NewObject(table);
        }

        [RuntimeExport("RhNewObject")]
        private static void* NewAny(MethodTable* table)
        {
            return NewObject(table);
        }

        [RuntimeExport("RhpNewArrayFast")]
        internal static void* NewArray(MethodTable* table, int length)
        {
            if (length < 0) Panic.Raise(PanicCode.ArrayLength);
            ulong bytes = (ulong)(uint)length * (table->Flags & 0xFFFF) + 8;
            if (bytes > int.MaxValue) Panic.Raise(PanicCode.OutOfMemory);
            byte* made = Take((uint)bytes);
            *(MethodTable**)made = table;
            *(int*)(made + 4) = length;
            return made;
        }

        [RuntimeExport("RhpNewPtrArrayFast")]
        private static void* NewReferences(MethodTable* table, int length)
        {
            return NewArray(table, length);
        }

        [RuntimeExport("RhpNewArrayFastAlign8")]
        private static void* NewWide(MethodTable* table, int length)
        {
            return NewArray(table, length);
        }

        [RuntimeExport("RhNewArray")]
        private static void* NewAnyArray(MethodTable* table, int length)
        {
            return NewArray(table, length);
        }

        /// <summary>A string of zeros.</summary>
        internal static string NewString(int length)
        {
            void* made = NewArray("".ObjectTable, length + 1);
            *((int*)made + 1) = length;
            return *(string*)&made;
        }
    }
}

namespace Internal.Runtime.CompilerHelpers
{
    /// <summary>Tokens are folded by the compiler; these names only have to exist.</summary>
    internal static class LdTokenHelpers
    {
        private static RuntimeTypeHandle GetRuntimeTypeHandle(IntPtr token)
        {
            return default;
        }

        private static RuntimeMethodHandle GetRuntimeMethodHandle(IntPtr token)
        {
            return default;
        }

        private static RuntimeFieldHandle GetRuntimeFieldHandle(IntPtr token)
        {
            return default;
        }

        private static Type GetRuntimeType(IntPtr token)
        {
            return null;
        }
    }

    /// <summary>
    /// What compiled code calls when a check fails. The frequent ones are links to assembly, so that the recorded address is that
    /// of the check and no code is spent on a body.
    /// </summary>
    internal static class ThrowHelpers
    {
        [RuntimeImport("*", "panic_index")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowIndexOutOfRangeException();

        [RuntimeImport("*", "panic_division")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowDivideByZeroException();

        [RuntimeImport("*", "panic_overflow")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowOverflowException();

        [RuntimeImport("*", "panic_null")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowNullReferenceException();

        [RuntimeImport("*", "panic_unsupported")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowPlatformNotSupportedException();

        [RuntimeImport("*", "panic_unsupported")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowInvalidProgramException(int id);

        [RuntimeImport("*", "panic_unsupported")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowFeatureBodyRemoved();

        [RuntimeImport("*", "panic_unsupported")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowInstanceBodyRemoved();

        [RuntimeImport("*", "panic_unsupported")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void ThrowUnavailableType();
    }
}

namespace System.Runtime
{
    /// <summary>ilc looks these up by name when arrays of references are written and when classes are tested.</summary>
    internal static unsafe class TypeCast
    {
        private static void StelemRef(object[] array, nint index, object value)
        {
            void** words = *(void***)&array;
            if ((nuint)index >= *((uint*)words + 1)) Panic.Raise(PanicCode.Index);
            words[2 + index] = *(void**)&value;
        }

        private static bool Is(MethodTable* table, MethodTable* target)
        {
            for (; table != null; table = table->Related)
                if (table == target) return true;
            return false;
        }

        private static object IsInstanceOfClass(MethodTable* target, object value)
        {
            return value != null && Is(value.ObjectTable, target) ? value : null;
        }

        private static object CheckCastClass(MethodTable* target, object value)
        {
            if (value != null && !Is(value.ObjectTable, target)) Panic.Raise(PanicCode.Cast);
            return value;
        }

        private static object CheckCastClassSpecial(MethodTable* target, object value)
        {
            return CheckCastClass(target, value);
        }

        // Interfaces and array variance are not used: what would need them stops with a code instead of guessing.
        private static object CheckCastAny(MethodTable* target, object value)
        {
            return CheckCastClass(target, value);
        }

        private static object CheckCastInterface(MethodTable* target, object value)
        {
            return CheckCastClass(target, value);
        }

        private static object IsInstanceOfAny(MethodTable* target, object value)
        {
            return IsInstanceOfClass(target, value);
        }

        private static object IsInstanceOfInterface(MethodTable* target, object value)
        {
            return IsInstanceOfClass(target, value);
        }

        private static bool IsInstanceOfException(MethodTable* target, object value)
        {
            return value != null && Is(value.ObjectTable, target);
        }

        private static ref object LdelemaRef(object[] array, nint index, MethodTable* table)
        {
            void** words = *(void***)&array;
            if ((nuint)index >= *((uint*)words + 1)) Panic.Raise(PanicCode.Index);
            return ref *(object*)(words + 2 + index);
        }
    }

    /// <summary>ilc looks these up by name. Boxes are not used: a box is a panic.</summary>
    internal static unsafe class RuntimeExports
    {
        private static object RhBox(MethodTable* table, ref byte data)
        {
            Panic.Raise(PanicCode.Unsupported);
            return null;
        }

        private static ref byte RhUnbox2(MethodTable* table, object value)
        {
            Panic.Raise(PanicCode.Unsupported);
            return ref *(byte*)null;
        }

        private static void RhUnboxNullable(ref byte data, MethodTable* table, object value)
        {
            Panic.Raise(PanicCode.Unsupported);
        }

        private static void RhUnboxTypeTest(MethodTable* table, MethodTable* boxed)
        {
            Panic.Raise(PanicCode.Unsupported);
        }

        private static object RhNewObject(MethodTable* table)
        {
            void* made = Allocator.NewObject(table);
            return *(object*)&made;
        }

        private static object RhNewArray(MethodTable* table, int length)
        {
            void* made = Allocator.NewArray(table, length);
            return *(object*)&made;
        }
    }
}
