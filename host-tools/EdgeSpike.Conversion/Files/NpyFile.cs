using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace EdgeSpike.Conversion.Files;

/// <summary>
/// NumPy's .npy, versions 1 to 3: one array of little-endian booleans, integers or floats. Fortran order is turned to C
/// order on reading. Written files are version 1, C order, aligned to 64 bytes as NumPy's own.
/// </summary>
/// <remarks>
/// Layout: 0x93 "NUMPY", major, minor, header length (2 bytes; 4 from version 2), a Python dictionary literal with the
/// keys descr, fortran_order and shape, then the elements. Nothing is allocated that the file's length does not justify.
/// </remarks>
public static class NpyFile
{
    private static readonly (string Code, NumericType Type)[] s_types =
    [
        ("b1", NumericType.Boolean), ("u1", NumericType.UInt8), ("i1", NumericType.Int8), ("u2", NumericType.UInt16), ("i2", NumericType.Int16),
        ("u4", NumericType.UInt32), ("i4", NumericType.Int32), ("u8", NumericType.UInt64), ("i8", NumericType.Int64),
        ("f2", NumericType.Float16), ("f4", NumericType.Float32), ("f8", NumericType.Float64),
    ];

    /// <summary>True when the bytes begin as a .npy file does.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConversionException">Missing, not .npy, of an unsupported type, or damaged.</exception>
    public static NumericArray Read(string path) => Parse(InputFile.ReadAllBytes(path), path);

    /// <summary>Reads the content of a file; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="ConversionException">Not .npy, of an unsupported type, or damaged.</exception>
    public static NumericArray Parse(ReadOnlySpan<byte> bytes, string where)
    {
        if (!HasSignature(bytes))
            throw new ConversionException(ErrorCode.WrongFormat, where, "it does not begin as a NumPy file", "save it with numpy.save");
        if (bytes.Length < 10) throw Damaged(where, $"it ends after {bytes.Length} bytes, within the header");
        int major = bytes[6];
        if (major is < 1 or > 3)
            throw new ConversionException(ErrorCode.Unsupported, where, $".npy version {major}", "versions 1 to 3 are read");
        int start = major == 1 ? 10 : 12;
        if (bytes.Length < start) throw Damaged(where, $"it ends after {bytes.Length} bytes, within the header");
        long headerLength = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (headerLength > bytes.Length - start) throw Damaged(where, $"a header of {headerLength} bytes in a file of {bytes.Length}");

        HeaderReader header = new(Encoding.UTF8.GetString(bytes.Slice(start, (int)headerLength)), where);
        header.Read();
        NumericType type = TypeOf(header.Descr!, where);
        int size = NumericArray.SizeOf(type);
        ReadOnlySpan<byte> data = bytes[(start + (int)headerLength)..];
        if (!NumericArray.TryDimensions(header.Shape!, size, out int[] dimensions, out long wanted))
            throw Damaged(where, $"the shape ({string.Join(", ", header.Shape!)}) is beyond 2 GB");
        if (data.Length != wanted)
            throw Damaged(where, $"shape ({string.Join(", ", dimensions)}) of {size}-byte elements takes {wanted} bytes, the file has {data.Length}");
        return new NumericArray(type, dimensions, header.FortranOrder && dimensions.Length > 1 ? FromFortran(data, dimensions, size) : data.ToArray());
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.OutputFailed"/>.</exception>
    public static void Write(string path, NumericArray array) => OutputFile.Write(path, ToBytes(array));

    /// <summary>The content of a version 1 file.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.Unsupported"/>: NumPy has no bfloat16.</exception>
    public static byte[] ToBytes(NumericArray array)
    {
        ArgumentNullException.ThrowIfNull(array);
        string? code = s_types.FirstOrDefault(t => t.Type == array.Type).Code;
        if (code is null)
            throw new ConversionException(ErrorCode.Unsupported, "numpy file", $"no NumPy type for {array.Type}", "convert to float32 first");
        string order = NumericArray.SizeOf(array.Type) == 1 ? "|" : "<";
        string shape = array.Rank == 1 ? $"({array.Dimensions[0]},)" : $"({string.Join(", ", array.Dimensions)})";
        string text = $"{{'descr': '{order}{code}', 'fortran_order': False, 'shape': {shape}, }}";
        int total = (10 + text.Length + 1 + 63) / 64 * 64;
        byte[] bytes = new byte[total + array.Bytes.Length];
        ((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]).CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text.PadRight(total - 11) + "\n", bytes.AsSpan(10));
        array.Bytes.CopyTo(bytes.AsSpan(total));
        return bytes;
    }

    private static NumericType TypeOf(string descr, string where)
    {
        string code = descr.TrimStart('<', '|', '=');
        foreach ((string known, NumericType type) in s_types)
            if (known == code || (known == "b1" && code == "?"))
                return type;
        throw new ConversionException(ErrorCode.Unsupported, where, $"elements of type '{descr}'", "convert with .astype(): little-endian bool, int8 to int64, uint8 to uint64, float16 to float64 are read");
    }

    // Element (i0, i1, ..) lies at i0 + n0 * (i1 + n1 * ..); walks the target in order and counts the index up.
    private static byte[] FromFortran(ReadOnlySpan<byte> data, int[] dimensions, int size)
    {
        byte[] result = new byte[data.Length];
        if (data.IsEmpty) return result;
        int[] index = new int[dimensions.Length];
        long[] stride = new long[dimensions.Length];
        long step = size;
        for (int axis = 0; axis < stride.Length; axis++)
        {
            stride[axis] = step;
            step *= dimensions[axis];
        }

        long source = 0;
        for (int target = 0; target < result.Length; target += size)
        {
            data.Slice((int)source, size).CopyTo(result.AsSpan(target));
            for (int axis = dimensions.Length - 1; axis >= 0; axis--)
            {
                source += stride[axis];
                if (++index[axis] < dimensions[axis]) break;
                source -= stride[axis] * dimensions[axis];
                index[axis] = 0;
            }
        }

        return result;
    }

    private static ConversionException Damaged(string where, string what) => new(ErrorCode.Damaged, where, what, "copy or save it again");

    // The dictionary literal: {'key': 'text' | True | False | (1, 2, ), ...}, white space anywhere.
    private sealed class HeaderReader(string text, string where)
    {
        private int _at;

        public string? Descr { get; private set; }

        public bool FortranOrder { get; private set; }

        public List<long>? Shape { get; private set; }

        public void Read()
        {
            bool order = false;
            Expect('{');
            while (!Accept('}'))
            {
                string key = Quoted();
                Expect(':');
                switch (key)
                {
                    case "descr" when Descr is null:
                        Descr = Peek() is '\'' or '"'
                            ? Quoted()
                            : throw new ConversionException(ErrorCode.Unsupported, where, "a structured type", "save one plain array");
                        break;
                    case "fortran_order" when !order:
                        FortranOrder = Word() switch { "True" => true, "False" => false, string word => throw Fault($"'{word}' for fortran_order") };
                        order = true;
                        break;
                    case "shape" when Shape is null:
                        Shape = Tuple();
                        break;
                    default:
                        throw Fault($"key '{key}'");
                }

                if (Accept(',')) continue;
                Expect('}');
                break;
            }

            if (Descr is null || Shape is null || !order) throw Fault("descr, fortran_order or shape is missing");
        }

        private List<long> Tuple()
        {
            List<long> values = [];
            Expect('(');
            while (!Accept(')'))
            {
                string word = Word();
                if (!long.TryParse(word.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out long value)) throw Fault($"'{word}' in the shape");
                values.Add(value);
                if (values.Count > 32) throw Fault("more than 32 dimensions");
                if (Accept(',')) continue;
                Expect(')');
                break;
            }

            return values;
        }

        private string Quoted()
        {
            char quote = Peek();
            if (quote is not ('\'' or '"')) throw Fault("a quoted text is missing");
            int end = text.IndexOf(quote, ++_at);
            if (end < 0) throw Fault("a quote is open");
            string inner = text[_at..end];
            _at = end + 1;
            return inner;
        }

        private string Word()
        {
            _ = Peek();
            int start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '-' or '+' or '.')) _at++;
            return text[start.._at];
        }

        private char Peek()
        {
            while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n') _at++;
            return _at < text.Length ? text[_at] : '\0';
        }

        private bool Accept(char wanted)
        {
            if (Peek() != wanted) return false;
            _at++;
            return true;
        }

        private void Expect(char wanted)
        {
            if (!Accept(wanted)) throw Fault($"'{wanted}' is missing");
        }

        private ConversionException Fault(string what) => Damaged(where, $"the header can't be read at character {_at}: {what}");
    }
}
