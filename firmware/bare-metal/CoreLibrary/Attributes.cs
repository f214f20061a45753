// Attributes that the compilers read. None has behaviour; fields and properties are those that sources set.
namespace System
{
    /// <summary>The root of attributes.</summary>
    public abstract class Attribute
    {
    }

    /// <summary>Where an attribute may stand.</summary>
    public enum AttributeTargets
    {
        /// <summary>Anywhere.</summary>
        All = 0x7FFF,
    }

    /// <summary>How an attribute may be used.</summary>
    public sealed class AttributeUsageAttribute : Attribute
    {
        /// <summary>On these targets.</summary>
        public AttributeUsageAttribute(AttributeTargets validOn)
        {
        }

        /// <summary>More than once.</summary>
        public bool AllowMultiple { get; set; }

        /// <summary>By heirs as well.</summary>
        public bool Inherited { get; set; }
    }

    /// <summary>params.</summary>
    public sealed class ParamArrayAttribute : Attribute
    {
    }

    /// <summary>Written by the compiler on ref structs.</summary>
    public sealed class ObsoleteAttribute : Attribute
    {
        /// <summary>With a message.</summary>
        public ObsoleteAttribute(string message, bool error)
        {
        }
    }
}

namespace System.Reflection
{
    /// <summary>Written by the compiler on types with an indexer.</summary>
    public sealed class DefaultMemberAttribute : Attribute
    {
        /// <summary>Its name.</summary>
        public DefaultMemberAttribute(string memberName)
        {
        }
    }
}

namespace System.Runtime
{
    /// <summary>Gives a method a link name, for assembly and for the vector table.</summary>
    public sealed class RuntimeExportAttribute : Attribute
    {
        /// <summary>The name.</summary>
        public RuntimeExportAttribute(string entry)
        {
        }
    }

    /// <summary>Binds an extern method to a link name: a plain call.</summary>
    public sealed class RuntimeImportAttribute : Attribute
    {
        /// <summary>The library is always "*".</summary>
        public RuntimeImportAttribute(string library, string entry)
        {
        }
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>The compiler knows a better body.</summary>
    public sealed class IntrinsicAttribute : Attribute
    {
    }

    /// <summary>How to compile a method.</summary>
    public sealed class MethodImplAttribute : Attribute
    {
        /// <summary>With options.</summary>
        public MethodImplAttribute(MethodImplOptions options)
        {
        }
    }

    /// <summary>Bits of <see cref="MethodImplAttribute"/>.</summary>
    public enum MethodImplOptions
    {
        /// <summary>Its own call frame.</summary>
        NoInlining = 8,

        /// <summary>Wherever possible.</summary>
        AggressiveInlining = 256,

        /// <summary>Implemented by the link.</summary>
        InternalCall = 4096,
    }

    /// <summary>Marks volatile fields.</summary>
    public sealed class IsVolatile
    {
    }

    /// <summary>Locals of a method need not be cleared.</summary>
    public sealed class SkipLocalsInitAttribute : Attribute
    {
    }

    /// <summary>Written on ref structs.</summary>
    public sealed class IsByRefLikeAttribute : Attribute
    {
    }

    /// <summary>Written on readonly members.</summary>
    public sealed class IsReadOnlyAttribute : Attribute
    {
    }

    /// <summary>Written on ref structs, for older compilers.</summary>
    public sealed class CompilerFeatureRequiredAttribute : Attribute
    {
        /// <summary>The feature.</summary>
        public CompilerFeatureRequiredAttribute(string featureName)
        {
        }

        /// <summary>May be ignored.</summary>
        public bool IsOptional { get; set; }
    }

    /// <summary>Written on generated members.</summary>
    public sealed class CompilerGeneratedAttribute : Attribute
    {
    }

    /// <summary>What the compiler may rely on.</summary>
    public static class RuntimeFeature
    {
        /// <summary>ref fields, which ReadOnlySpan is made of.</summary>
        public const string ByRefFields = "ByRefFields";

        /// <summary>nint is IntPtr.</summary>
        public const string NumericIntPtr = "NumericIntPtr";
    }
}

namespace System.Runtime.InteropServices
{
    /// <summary>How fields are laid out.</summary>
    public sealed class StructLayoutAttribute : Attribute
    {
        /// <summary>With a kind.</summary>
        public StructLayoutAttribute(LayoutKind layoutKind)
        {
        }

        /// <summary>Bytes of the struct.</summary>
        public int Size;

        /// <summary>Largest alignment.</summary>
        public int Pack;

        /// <summary>Unused; the compiler's metadata names it.</summary>
        public CharSet CharSet;
    }

    /// <summary>Unused; the compiler's metadata names it.</summary>
    public enum CharSet
    {
        /// <summary>The default.</summary>
        Ansi = 2,
    }

    /// <summary>Kinds of layout.</summary>
    public enum LayoutKind
    {
        /// <summary>In order of declaration.</summary>
        Sequential = 0,

        /// <summary>By offsets.</summary>
        Explicit = 2,

        /// <summary>As the compiler likes.</summary>
        Auto = 3,
    }

    /// <summary>The offset of a field.</summary>
    public sealed class FieldOffsetAttribute : Attribute
    {
        /// <summary>In bytes.</summary>
        public FieldOffsetAttribute(int offset)
        {
        }
    }

    /// <summary>Marks in parameters.</summary>
    public sealed class InAttribute : Attribute
    {
    }
}
