using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CsCheck;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>Arrays, tables, tensors and samples: what is written is read back, and what does not fit is refused with its numbers.</summary>
public class FileTests
{
    private static readonly Gen<NumericArray> s_arrays =
        from type in Gen.Enum<NumericType>()
        from dimensions in Gen.Int[0, 5].Array[0, 4]
        from bytes in Gen.Byte.Array[dimensions.Aggregate(1, (a, d) => a * d) * NumericArray.SizeOf(type)]
        select new NumericArray(type, dimensions, bytes);

    [Fact]
    public void Any_array_survives_npy() => s_arrays.Where(a => a.Type != NumericType.BFloat16).Sample(array => Same(array, NpyFile.Parse(NpyFile.ToBytes(array), "x.npy")));

    [Fact]
    public void Any_tensors_survive_safetensors() => s_arrays.Array[0, 4].Sample(arrays =>
    {
        KeyValuePair<string, NumericArray>[] named = [.. arrays.Select((a, i) => KeyValuePair.Create($"t{i}\"\u00e9", a))];
        IReadOnlyDictionary<string, NumericArray> read = SafetensorsFile.Parse(SafetensorsFile.ToBytes(named), "x.safetensors").Tensors;
        return read.Count == named.Length && named.All(n => Same(n.Value, read[n.Key]));
    });

    [Fact]
    public void Fortran_order_is_read_as_C_order()
    {
        // numpy.save(numpy.asfortranarray([[1, 2, 3], [4, 5, 6]], uint8)) stores columns.
        string header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n";
        byte[] file = [0x93, .. "NUMPY"u8, 2, 0, (byte)header.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(header), 1, 4, 2, 5, 3, 6];
        Assert.Equal([1, 2, 3, 4, 5, 6], NpyFile.Parse(file, "x.npy").ToDoubles());
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", ErrorCode.Unsupported)]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", ErrorCode.Unsupported)]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", ErrorCode.Unsupported)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", ErrorCode.Damaged)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", ErrorCode.Damaged)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", ErrorCode.Damaged)]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", ErrorCode.Damaged)]
    [InlineData("{'descr': '<f4', 'descr': '<f4'}", ErrorCode.Damaged)]
    [InlineData("nonsense", ErrorCode.Damaged)]
    public void A_faulty_npy_header_is_refused(string header, ErrorCode code)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), 0, 0, 0, 0];
        Assert.Equal(code, Assert.Throws<ConversionException>(() => NpyFile.Parse(file, "x.npy")).Code);
    }

    [Theory]
    [InlineData("1,2\n3,4\n")]
    [InlineData("left;right\r\n1;2\r\n3;4")]
    [InlineData("# made by hand\n\"left\"\tright\n 1\t2 \n\n3\t4e0\n")]
    public void Tables_come_with_any_separator_with_or_without_header(string text)
    {
        CsvTable table = CsvTable.Parse(Encoding.UTF8.GetBytes(text), "x.csv");
        Assert.Equal((2, 2), (table.Rows, table.Columns));
        Assert.Equal([1, 2, 3, 4], table.Values);
    }

    [Theory]
    [InlineData("1,2\n3,x\n", ErrorCode.WrongFormat, "line 2, column 2")]
    [InlineData("a,b\n1,2\nnan,3\n", ErrorCode.NotFinite, "line 3, column 1")]
    [InlineData("1,2\n3\n", ErrorCode.Damaged, "line 2")]
    [InlineData("1;2\n1,5;3\n", ErrorCode.WrongFormat, "line 2, column 1")]
    [InlineData("a,b\n", ErrorCode.WrongFormat, "x.csv")]
    [InlineData("", ErrorCode.WrongFormat, "x.csv")]
    public void A_faulty_cell_is_named_by_line_and_column(string text, ErrorCode code, string where)
    {
        ConversionException e = Assert.Throws<ConversionException>(() => CsvTable.Parse(Encoding.UTF8.GetBytes(text), "x.csv"));
        Assert.Equal(code, e.Code);
        Assert.Contains(where, e.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 5, 3 }, new[] { 3 }, 1, 5)]
    [InlineData(new[] { 4, 5, 3 }, new[] { 3 }, 4, 5)]
    [InlineData(new[] { 5, 2, 3, 3 }, new[] { 2, 3, 3 }, 1, 5)]
    [InlineData(new[] { 4, 5, 2, 3, 3 }, new[] { 2, 3, 3 }, 4, 5)]
    [InlineData(new[] { 4, 5, 18 }, new[] { 2, 3, 3 }, 4, 5)]
    [InlineData(new[] { 7 }, new[] { 1 }, 1, 7)]
    public void Samples_are_found_in_any_rank_that_fits(int[] dimensions, int[] input, int count, int ticks)
    {
        NumericArray array = NumericArray.From(Enumerable.Range(0, dimensions.Aggregate(1, (a, d) => a * d)).ToArray(), dimensions);
        SampleSet samples = SampleSet.From(array, new Shape(input), "x.npy");
        Assert.Equal((count, ticks), (samples.Count, samples.Ticks));
        Assert.Equal(array.Count - 1, samples.Value(count - 1, ticks - 1, samples.Channels - 1));
        Assert.Equal(samples.Channels * (ticks - 1), samples.Tick(0, ticks - 1)[0]);
    }

    [Fact]
    public void Samples_that_do_not_fit_are_refused_with_both_numbers()
    {
        ConversionException e = Assert.Throws<ConversionException>(() => SampleSet.From(NumericArray.From(new byte[24], 2, 3, 4), new Shape(12), "x.npy"));
        Assert.Equal(ErrorCode.InputMismatch, e.Code);
        Assert.Contains("4 channels", e.What, StringComparison.Ordinal);
        Assert.Contains("12", e.What, StringComparison.Ordinal);
        e = Assert.Throws<ConversionException>(() => SampleSet.From(NumericArray.From((ReadOnlySpan<float>)[0, 0, 0, 0, 0, float.NaN], 1, 3, 2), new Shape(2), "x.npy"));
        Assert.Equal(ErrorCode.NotFinite, e.Code);
        Assert.Contains("sample 0, tick 2, channel 1", e.Where, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => SampleSet.From(NumericArray.From(Array.Empty<byte>(), 0, 5, 2), new Shape(2), "x.npy")).Code);
    }

    [Fact]
    public void Labels_come_from_arrays_and_tables()
    {
        InFolder(folder =>
        {
            string npy = Path.Combine(folder, "labels.npy"), csv = Path.Combine(folder, "labels.csv");
            NpyFile.Write(npy, NumericArray.From((ReadOnlySpan<long>)[3, 0, 2], 3));
            Assert.Equal([3, 0, 2], SampleSet.ReadLabels(npy));
            OutputFile.Write(csv, "sample,label\n0,4\n1,1\n");
            Assert.Equal([4, 1], SampleSet.ReadLabels(csv));
            OutputFile.Write(csv, "0.5\n");
            Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => SampleSet.ReadLabels(csv)).Code);
        });
    }

    [Fact]
    public void Output_is_written_whole_or_not_at_all()
    {
        InFolder(folder =>
        {
            string first = Path.Combine(folder, "first"), blocked = Path.Combine(folder, "blocked");
            OutputFile.Write(first, "old");
            Directory.CreateDirectory(blocked);
            ConversionException e = Assert.Throws<ConversionException>(() => OutputFile.WriteAll([(first, [1]), (blocked, [2])]));
            Assert.Equal(ErrorCode.OutputFailed, e.Code);
            Assert.Equal("old", File.ReadAllText(first));
            Assert.Equal(ErrorCode.OutputFailed, Assert.Throws<ConversionException>(() => OutputFile.Write(Path.Combine(folder, "none", "x"), "y")).Code);

            // A name that no file can have, after two that can.
            string late = Path.Combine(folder, "late");
            File.WriteAllText(late, "old");
            Assert.Equal(ErrorCode.OutputFailed, Assert.Throws<ConversionException>(() => OutputFile.WriteAll([(first, [1]), (late, [2]), (late + "\0", [3])])).Code);
            Assert.Equal(("old", "old"), (File.ReadAllText(first), File.ReadAllText(late)));
            File.Delete(late);
            OutputFile.WriteAll([(first, [1]), (Path.Combine(folder, "second"), [2])]);
            Assert.Equal(["first", "second"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        });
    }

    [Fact]
    public void Tensors_that_overlap_or_leave_gaps_are_refused()
    {
        foreach (string offsets in new[] { "[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]", "[4,8]", "[0,8]", "[8,4]", "[-4,0]" })
        {
            string header = $"{{\"a\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":{offsets}}}}}";
            byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[8]];
            Assert.Equal(ErrorCode.Damaged, Assert.Throws<ConversionException>(() => SafetensorsFile.Parse(file, "x")).Code);
        }
    }

    [Fact]
    public void The_Legendre_matrices_are_those_of_order_one_and_satisfy_the_hold()
    {
        // Order 1: a = -1/theta, b = 1/theta, so A = exp(-1/theta) and B = 1 - A.
        (double[] a, double[] b) = LegendreMatrices.Discrete(1, 4);
        Assert.Equal(Math.Exp(-0.25), a[0], 1e-15);
        Assert.Equal(1 - Math.Exp(-0.25), b[0], 1e-15);

        // B = a^-1 (A - I) b, that is a B = (A - I) b.
        (double[] ca, double[] cb) = LegendreMatrices.Continuous(7, 10);
        (double[] da, double[] db) = LegendreMatrices.Discrete(7, 10);
        for (int i = 0; i < 7; i++)
        {
            double left = Enumerable.Range(0, 7).Sum(j => ca[i * 7 + j] * db[j]);
            double right = Enumerable.Range(0, 7).Sum(j => (da[i * 7 + j] - (i == j ? 1 : 0)) * cb[j]);
            Assert.Equal(left, right, 1e-12);
        }
    }

    [Fact]
    public void Names_are_ordered_as_people_count()
    {
        string[] names = ["input", "lif10", "lif2", "2", "10", "1", "lif2.w", "01"];
        Assert.Equal(["01", "1", "2", "10", "input", "lif2", "lif2.w", "lif10"], names.Order(NaturalOrder.Instance));
        Gen<string> name = Gen.Int[0, 3].Array[0, 5].Select(letters => string.Concat(letters.Select(l => "a01."[l])));
        Gen.Select(name, name, name).Sample((a, b, c) =>
        {
            NaturalOrder order = NaturalOrder.Instance;
            bool opposite = Math.Sign(order.Compare(a, b)) == -Math.Sign(order.Compare(b, a)), same = order.Compare(a, b) != 0 || a == b;
            bool transitive = order.Compare(a, b) > 0 || order.Compare(b, c) > 0 || order.Compare(a, c) <= 0;
            return opposite && same && transitive;
        });
    }

    private static bool Same(NumericArray a, NumericArray b) => a.Type == b.Type && a.Dimensions.SequenceEqual(b.Dimensions) && a.Bytes.SequenceEqual(b.Bytes);

    private static void InFolder(Action<string> test)
    {
        string folder = Directory.CreateTempSubdirectory("edgespike").FullName;
        try
        {
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
