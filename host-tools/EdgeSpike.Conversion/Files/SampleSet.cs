using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Files;

/// <summary>
/// Inputs for a network: <see cref="Count"/> samples of <see cref="Ticks"/> ticks of <see cref="Channels"/> values, kept in
/// the type of the file and read as doubles. Channels are the input's elements in row-major order.
/// </summary>
public sealed class SampleSet : ISampleSource
{
    private readonly NumericArray _array;

    private SampleSet(NumericArray array, int count, int ticks, int channels)
    {
        _array = array;
        Count = count;
        Ticks = ticks;
        Channels = channels;
    }

    /// <summary>Number of samples, 1 or more.</summary>
    public int Count { get; }

    /// <summary>Ticks of each sample, 1 or more.</summary>
    public int Ticks { get; }

    /// <summary>Values of each tick: the count of the network's input shape.</summary>
    public int Channels { get; }

    /// <summary>The type in the file.</summary>
    public NumericType Type => _array.Type;

    /// <summary>One value.</summary>
    public double Value(int sample, int tick, int channel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)channel, (uint)Channels, nameof(channel));
        return _array[Offset(sample, tick) + channel];
    }

    /// <summary>All values of one tick into <paramref name="values"/>, which has <see cref="Channels"/> elements.</summary>
    public void ReadTick(int sample, int tick, Span<double> values) => _array.CopyTo(Offset(sample, tick), values[..Channels]);

    void ISampleSource.Tick(int sample, int tick, Span<double> values) => ReadTick(sample, tick, values);

    /// <summary>All values of one tick, as a new array.</summary>
    public double[] Tick(int sample, int tick)
    {
        double[] values = new double[Channels];
        ReadTick(sample, tick, values);
        return values;
    }

    /// <summary>
    /// Reads samples for an input of the given shape from .npy ([T, shape] or [N, T, shape], the shape also flat as C) or
    /// from a text table ([T, C]).
    /// </summary>
    /// <exception cref="ConversionException">The file's own errors; <see cref="ErrorCode.InputMismatch"/> with both numbers when it does not fit.</exception>
    public static SampleSet Read(string path, Shape input)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        return From(NpyFile.HasSignature(bytes) ? NpyFile.Parse(bytes, path) : CsvTable.Parse(bytes, path).ToArray(), input, path);
    }

    /// <summary>Takes an array for samples; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.InputMismatch"/> with both numbers; <see cref="ErrorCode.NotFinite"/> with the place.</exception>
    public static SampleSet From(NumericArray array, Shape input, string where)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentNullException.ThrowIfNull(input);
        int[] shape = input.ToArray();
        int[] dimensions = [.. array.Dimensions];
        int lead = -1;
        if (dimensions.Length > shape.Length && dimensions.AsSpan()[^shape.Length..].SequenceEqual(shape)) lead = dimensions.Length - shape.Length;
        if (lead is not (1 or 2) && dimensions.Length is 2 or 3 && dimensions[^1] == input.Count) lead = dimensions.Length - 1;
        if (lead < 0 && dimensions.Length == 1 && input.Count == 1) lead = 1;
        if (lead is not (1 or 2))
        {
            string what = shape.Length == 1 || dimensions.Length is 2 or 3
                ? $"{(dimensions.Length == 0 ? 1 : dimensions[^1])} channels ({array.DimensionsText}) where the network takes {input.Count} ({input})"
                : $"an array of {array.DimensionsText} where the network takes {input}";
            throw new ConversionException(ErrorCode.InputMismatch, where, what, $"give [ticks, {string.Join(", ", shape)}] or [samples, ticks, {string.Join(", ", shape)}]");
        }

        int count = lead == 2 ? dimensions[0] : 1, ticks = dimensions[lead - 1];
        if (count == 0 || ticks == 0)
            throw new ConversionException(ErrorCode.InputMismatch, where, $"{count} samples of {ticks} ticks", "give at least one of each");
        SampleSet samples = new(array, count, ticks, input.Count);
        if (!array.IsInteger) samples.CheckFinite(where);
        return samples;
    }

    /// <summary>
    /// Labels of samples: whole numbers, 0 or more, from a one-dimensional .npy, or from a text table with one column or a
    /// column named "label".
    /// </summary>
    /// <exception cref="ConversionException">The file's own errors; <see cref="ErrorCode.InputMismatch"/> for other content.</exception>
    public static int[] ReadLabels(string path)
    {
        byte[] bytes = InputFile.ReadAllBytes(path);
        double[] values;
        if (NpyFile.HasSignature(bytes))
        {
            NumericArray array = NpyFile.Parse(bytes, path);
            if (array.Dimensions.Count(d => d != 1) > 1)
                throw new ConversionException(ErrorCode.InputMismatch, path, $"labels of {array.DimensionsText}", "give one whole number per sample");
            values = array.ToDoubles();
        }
        else
        {
            CsvTable table = CsvTable.Parse(bytes, path);
            int column = table.Columns == 1 ? 0 : table.Header.ToList().FindIndex(h => h.Equals("label", StringComparison.OrdinalIgnoreCase));
            if (column < 0)
                throw new ConversionException(ErrorCode.InputMismatch, path, $"{table.Columns} columns and none is named 'label'", "give one column, or name it 'label'");
            values = new double[table.Rows];
            for (int row = 0; row < values.Length; row++) values[row] = table.Values[row * table.Columns + column];
        }

        int[] labels = new int[values.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            if (values[i] != Math.Floor(values[i]) || values[i] is < 0 or > ushort.MaxValue || double.IsNaN(values[i]))
                throw new ConversionException(ErrorCode.InputMismatch, $"{path}, label {i}", $"{values[i].ToString(CultureInfo.InvariantCulture)} is not a class", "labels are whole numbers from 0 to 65535");
            labels[i] = (int)values[i];
        }

        return labels;
    }

    private int Offset(int sample, int tick)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)sample, (uint)Count, nameof(sample));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tick, (uint)Ticks, nameof(tick));
        return (sample * Ticks + tick) * Channels;
    }

    private void CheckFinite(string where)
    {
        for (int i = 0; i < _array.Count; i++)
            if (!double.IsFinite(_array[i]))
                throw new ConversionException(ErrorCode.NotFinite, $"{where}, sample {i / (Ticks * Channels)}, tick {i / Channels % Ticks}, channel {i % Channels}", $"the value is {_array[i]}", "replace or leave out missing readings");
    }
}
