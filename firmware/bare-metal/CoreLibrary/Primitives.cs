// The types that the C# language itself rests on: layouts are fixed by ilc, members are those the runtime and the drivers use.
using System.Runtime.CompilerServices;
using Internal.Runtime;

namespace System
{
    /// <summary>The root of all classes: one word, the method table.</summary>
    public unsafe class Object
    {
        internal MethodTable* ObjectTable;

        /// <summary>Does nothing: the allocator has written the table.</summary>
        public Object()
        {
        }

        /// <summary>Equality is identity.</summary>
        public virtual bool Equals(object other)
        {
            return this == other;
        }

        /// <summary>No hash is kept: 0 is a legal one.</summary>
        public virtual int GetHashCode()
        {
            return 0;
        }

        /// <summary>There are no names on the device.</summary>
        public virtual string ToString()
        {
            return "";
        }
    }

    /// <summary>The root of structs.</summary>
    public abstract class ValueType
    {
    }

    /// <summary>The root of enumerations.</summary>
    public abstract class Enum : ValueType
    {
    }

    /// <summary>No value.</summary>
    public struct Void
    {
    }

    /// <summary>bool.</summary>
    public struct Boolean
    {
    }

    /// <summary>char.</summary>
    public struct Char
    {
    }

    /// <summary>sbyte.</summary>
    public struct SByte
    {
        /// <summary>−2^7.</summary>
        public const sbyte MinValue = -128;

        /// <summary>2^7 − 1.</summary>
        public const sbyte MaxValue = 127;
    }

    /// <summary>byte.</summary>
    public struct Byte
    {
        /// <summary>2^8 − 1.</summary>
        public const byte MaxValue = 255;
    }

    /// <summary>short.</summary>
    public struct Int16
    {
        /// <summary>−2^15.</summary>
        public const short MinValue = -32768;

        /// <summary>2^15 − 1.</summary>
        public const short MaxValue = 32767;
    }

    /// <summary>ushort.</summary>
    public struct UInt16
    {
        /// <summary>2^16 − 1.</summary>
        public const ushort MaxValue = 65535;
    }

    /// <summary>int.</summary>
    public struct Int32
    {
        /// <summary>−2^31.</summary>
        public const int MinValue = -2147483648;

        /// <summary>2^31 − 1.</summary>
        public const int MaxValue = 2147483647;
    }

    /// <summary>uint.</summary>
    public struct UInt32
    {
        /// <summary>2^32 − 1.</summary>
        public const uint MaxValue = 4294967295;
    }

    /// <summary>long.</summary>
    public struct Int64
    {
        /// <summary>−2^63.</summary>
        public const long MinValue = -9223372036854775808;

        /// <summary>2^63 − 1.</summary>
        public const long MaxValue = 9223372036854775807;
    }

    /// <summary>ulong.</summary>
    public struct UInt64
    {
    }

    /// <summary>nint.</summary>
    public struct IntPtr
    {
    }

    /// <summary>nuint.</summary>
    public struct UIntPtr
    {
    }

    /// <summary>Named by signatures that ilc looks for; the image check refuses code that computes with it.</summary>
    public struct Single
    {
    }

    /// <summary>Named by signatures that ilc looks for; the image check refuses code that computes with it.</summary>
    public struct Double
    {
    }

    /// <summary>The root of arrays: the table, then the length, then the elements.</summary>
    public abstract class Array
    {
        internal int Elements;

        /// <summary>Elements.</summary>
        public int Length
        {
            get { return Elements; }
        }
    }

    /// <summary>The class of T[].</summary>
    /// <typeparam name="T">Element.</typeparam>
    public class Array<T> : Array
    {
    }

    /// <summary>UTF-16 text; the names of both fields are ilc's.</summary>
    public sealed class String
    {
        internal int _stringLength;
        internal char _firstChar;

        /// <summary>UTF-16 units.</summary>
        public int Length
        {
            [Intrinsic]
            get { return _stringLength; }
        }
    }

    /// <summary>The root of delegates: the language asks for it, nothing here makes one.</summary>
    public abstract class Delegate
    {
    }

    /// <summary>The base of delegate types.</summary>
    public abstract class MulticastDelegate : Delegate
    {
    }

    /// <summary>A throw is a panic; the class exists so that the language has one.</summary>
    public class Exception
    {
    }

    /// <summary>A type as a token.</summary>
    public struct RuntimeTypeHandle
    {
        private IntPtr _value;
    }

    /// <summary>A method as a token.</summary>
    public struct RuntimeMethodHandle
    {
        private IntPtr _value;
    }

    /// <summary>A field as a token.</summary>
    public struct RuntimeFieldHandle
    {
        private IntPtr _value;
    }

    /// <summary>There is no reflection; attributes name the class.</summary>
    public class Type
    {
    }

    internal class RuntimeType : Type
    {
    }

    /// <summary>ilc looks for it; nothing is configured at run time.</summary>
    public static class AppContext
    {
        /// <summary>Does nothing.</summary>
        public static void SetData(string name, object data)
        {
        }
    }

    /// <summary>Read-only memory: constant tables and u8 literals, in flash.</summary>
    /// <typeparam name="T">Element.</typeparam>
    public readonly ref struct ReadOnlySpan<T>
    {
        private readonly ref T _reference;
        private readonly int _length;

        /// <summary>Memory at an address: what the compiler makes of constant data.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public unsafe ReadOnlySpan(void* pointer, int length)
        {
            _reference = ref Unsafe.AsRef<T>(pointer);
            _length = length;
        }

        /// <summary>Part of an array: the compiler asks for it beside the pointer.</summary>
        public ReadOnlySpan(T[] array, int start, int length)
        {
            _reference = ref array[start];
            _length = length;
        }

        /// <summary>Elements.</summary>
        public int Length
        {
            [Intrinsic]
            get { return _length; }
        }

        /// <summary>An element, checked.</summary>
        public ref readonly T this[int index]
        {
            [Intrinsic]
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get
            {
                if ((uint)index >= (uint)_length) Internal.Runtime.CompilerHelpers.ThrowHelpers.ThrowIndexOutOfRangeException();
                return ref Unsafe.Add(ref _reference, index);
            }
        }
    }
}
