using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>
/// Whole recordings of the Braille network as vectors of the linked model, replayed on QEMU's cores by Device/RecordingProgram: the
/// checksum of every tick is that of the host.
/// </summary>
public sealed class RecordingTests(ITestOutputHelper output)
{
    private static readonly string Application = Path.Combine(TestData.RepositoryRoot, "tests", "EdgeSpike.Firmware.Tests", "Device", "RecordingProgram");
    private static readonly ConcurrentDictionary<WeightType, byte[]> Models = new();

    /// <summary>Recordings for each core and width; the environment asks for all 280 with EDGESPIKE_RECORDINGS=280.</summary>
    private static int Recordings => int.TryParse(Environment.GetEnvironmentVariable("EDGESPIKE_RECORDINGS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 4;

    /// <summary>Cores and widths of weights.</summary>
    public static TheoryData<string, WeightType> Cases
    {
        get
        {
            TheoryData<string, WeightType> cases = [];
            foreach (WeightType weights in (WeightType[])[WeightType.Int8, WeightType.Int16])
                foreach (string board in Images.Cores) cases.Add(board, weights);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_tick_of_the_recordings_equals_the_host_s(string board, WeightType weights)
    {
        Images.RequireEmulator();
        byte[] model = Models.GetOrAdd(weights, Convert);
        Interpreter host = new();
        Assert.Equal(ModelError.None, host.Load(model, int.MaxValue, long.MaxValue));
        VectorCheck check = new(host);
        Assert.Equal(ModelError.None, check.Run());
        Assert.Equal(Recordings * L2muBraille.Ticks, check.Ticks);

        string elf = Images.Of(board, $"braille-{weights}", model, application: Application, among: Images.Cores);
        List<string> lines = await EmulatedProgram.Read(board, elf, "", TimeSpan.FromMinutes(30));
        Assert.Equal([$"0 {Recordings} 256 {Recordings * L2muBraille.Ticks}"], lines);
        output.WriteLine($"{board} {weights}: {Recordings} recordings, {Recordings * L2muBraille.Ticks} ticks alike");
    }

    private static byte[] Convert(WeightType weights)
    {
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        return Converter.Convert(braille.Graph, new ConvertOptions { Weights = weights, Vectors = Recordings, VectorTicks = L2muBraille.Ticks, ReportSamples = 4 }, new BrailleSamples(braille), null, null).Bytes;
    }
}
