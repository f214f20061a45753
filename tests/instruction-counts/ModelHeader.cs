using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using EdgeSpike.Runtime;

namespace EdgeSpike.InstructionCounts;

/// <summary>The L2MU's model file as constant arrays for yardstick.c: names of nodes in capitals, weights by source.</summary>
public static class ModelHeader
{
    private const int Fields = 8;

    /// <summary>The header.</summary>
    /// <param name="file">A conversion of the network, with vectors of equal length.</param>
    public static string Of(byte[] file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Interpreter interpreter = new();
        if (interpreter.Load(file, int.MaxValue, long.MaxValue) != ModelError.None) throw new ArgumentException("not a model", nameof(file));
        ModelFile model = interpreter.Model;
        bool wide = model.Tensors.Any(t => t.Type == TensorType.Int16);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"typedef {(wide ? "int16_t" : "int8_t")} weight_t;\n");
        text.Append("enum { N_X = 12, N_U = 70, N_M = 490, N_H = 120, N_OUT = 7, ORDER = 7 };\n");
        int at = Word(file, 48);
        foreach (Operator item in model.Operators)
        {
            int Field(int index) => Word(file, at + Fields + 4 * index);
            string name = model.Text(item.Name).ToUpperInvariant();
            switch (item.Code)
            {
                case OperatorCode.Dense or OperatorCode.Sparse: Rows(text, name, Matrix(model, item.Code, Field), Field(5), wide ? 2 : 4); break;
                case OperatorCode.Neuron:
                    int n = model.Buffers[Field(0)].Length;
                    text.Append(CultureInfo.InvariantCulture, $"#define SHIFT_{name} {Field(5)}\n#define DECAY_{name} {Elements(model, Field(13))[0]}\n");
                    int[] threshold = Elements(model, Field(15));
                    Array(text, "int32_t", "TH_" + name, threshold.Length == n ? threshold : Enumerable.Repeat(threshold[0], n));
                    if (Field(16) >= 0) Array(text, "int32_t", "BIAS_" + name, Elements(model, Field(16)));
                    break;
                default: break;
            }

            at += file[at + 2] | file[at + 3] << 8;
        }

        Vectors(text, file, model.VectorCount);
        return text.ToString();
    }

    private static int[][] Matrix(ModelFile model, OperatorCode code, Func<int, int> field)
    {
        int[] weights = Elements(model, field(6));
        if (code == OperatorCode.Dense)
        {
            int stride = field(11) / (model.Tensors[field(6)].Bits / 8);
            return [.. Enumerable.Range(0, field(9)).Select(row => weights[(row * stride)..(row * stride + field(10))])];
        }

        int[] starts = Elements(model, field(8)), targets = Elements(model, field(9));
        int[][] rows = new int[starts.Length - 1][];
        for (int row = 0; row < rows.Length; row++)
        {
            rows[row] = new int[model.Buffers[field(2)].Length];
            for (int k = starts[row]; k < starts[row + 1]; k++) rows[row][targets[k]] = weights[k];
        }

        return rows;
    }

    private static void Rows(StringBuilder text, string name, int[][] rows, int shift, int alignment)
    {
        int stride = (rows[0].Length + alignment - 1) / alignment * alignment;
        text.Append(CultureInfo.InvariantCulture, $"#define {name}_STRIDE {stride}\n#define {name}_SHIFT {shift}\n");
        Array(text, "weight_t", name, rows.SelectMany(row => row.Concat(new int[stride - row.Length])));
    }

    // One word a tick, bit i for input i; then the checksums.
    private static void Vectors(StringBuilder text, byte[] file, int count)
    {
        List<int> inputs = [];
        List<uint> checksums = [];
        int vector = Word(file, 76), ticks = 0;
        for (int v = 0; v < count; v++)
        {
            int at = vector + 8;
            ticks = Word(file, vector + 4);
            for (int t = 0; t < ticks; t++)
            {
                int active = Word(file, at), bits = 0;
                for (int i = 1; i <= active; i++) bits |= 1 << Word(file, at + 4 * i);
                inputs.Add(bits);
                at += 4 + 4 * active;
            }

            for (int t = 0; t < ticks; t++) checksums.Add((uint)Word(file, at + 4 * t));
            vector += Word(file, vector);
        }

        text.Append(CultureInfo.InvariantCulture, $"enum {{ VECTORS = {count}, TICKS = {ticks} }};\n");
        Array(text, "uint16_t", "INPUTS", inputs);
        Array(text, "uint32_t", "CHECKSUMS", checksums);
    }

    private static void Array<T>(StringBuilder text, string type, string name, IEnumerable<T> values) =>
        text.Append(CultureInfo.InvariantCulture, $"static const {type} {name}[] __attribute__((aligned(4))) = {{ {string.Join(',', values)} }};\n");

    private static int[] Elements(ModelFile model, int tensor)
    {
        ModelTensor t = model.Tensors[tensor];
        ReadOnlySpan<byte> bytes = model.File.AsSpan(t.Offset);
        int[] values = new int[t.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = t.Type switch
            {
                TensorType.Int8 => (sbyte)bytes[i],
                TensorType.Int16 => BitConverter.ToInt16(bytes[(2 * i)..]),
                TensorType.UInt16 => BitConverter.ToUInt16(bytes[(2 * i)..]),
                TensorType.Int32 => BitConverter.ToInt32(bytes[(4 * i)..]),
                _ => bytes[i],
            };
        return values;
    }

    private static int Word(byte[] file, int at) => BitConverter.ToInt32(file, at);
}
