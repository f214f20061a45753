using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Boards.Images;
using EdgeSpike.Boards.Link;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Demos.Memory;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The networks that people meet first, on QEMU's cores with the Packed kernels: every tick's checksum equals the host's.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    /// <summary>A Cortex-M3, M4, M7 and M33.</summary>
    public static TheoryData<string> Cores => ["mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505"];

    [Theory]
    [MemberData(nameof(Cores))]
    public void The_Legendre_demo_of_every_order_and_width(string board)
    {
        using EmulatedDevice device = Start(board);
        double[][] signal = [.. MemoryDemo.Signal().Select(value => new[] { value })];
        foreach (int order in MemoryDemo.Orders)
            foreach (WeightType weights in MemoryDemo.Widths)
                Same(device, $"{board}, memory of {order} in {weights}", MemoryDemo.Convert(order, weights).Bytes, [signal]);
    }

    [Theory]
    [MemberData(nameof(Cores))]
    public void Both_NIR_Braille_networks_in_both_widths(string board)
    {
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        double[][][] recordings = [.. Enumerable.Range(0, EmulatorTests.Recordings).Select(sample => Enumerable.Range(0, L2muBraille.Ticks).Select(tick => braille.Tick(sample, tick).ToArray().Select(b => (double)b).ToArray()).ToArray())];
        using EmulatedDevice device = Start(board);
        foreach ((string file, ResetRule reset) in ((string, ResetRule)[])[("nir/braille_noDelay_bias_zero.nir", ResetRule.ToValue), ("nir/braille_noDelay_noBias_subtract.nir", ResetRule.Subtract)])
        {
            NetworkGraph graph = NirImporter.Import(TestData.Require(file), new NirOptions { Dt = 1e-4, Reset = reset });
            foreach (WeightType weights in (WeightType[])[WeightType.Int8, WeightType.Int16])
                Same(device, $"{board}, {file} in {weights}", Converter.Convert(graph, new ConvertOptions { Weights = weights, ReportSamples = 4 }, new BrailleSamples(braille), null, null).Bytes, recordings);
        }
    }

    // The model uploaded, its own vectors, and every tick of the recordings; they must do something, or nothing would be shown.
    private void Same(EmulatedDevice device, string name, byte[] model, IReadOnlyList<double[][]> recordings)
    {
        device.Link.Upload(model);
        DeviceIdentity identity = device.Link.Restart();
        Assert.Equal((1, 0, model.Length), (identity.Slot, identity.ModelError, identity.ModelBytes));
        Assert.Equal(0, device.Link.Check().Error);
        ModelRunner host = new(model);
        HashSet<uint> seen = [];
        int ticks = 0;
        foreach (double[][] recording in recordings)
        {
            List<byte[]> inputs = [];
            List<uint> expected = [];
            host.Reset();
            foreach (double[] tick in recording)
            {
                host.SetInput(tick);
                inputs.Add([.. host.Interpreter.Model.Ports.Where(p => p.Kind == Runtime.PortKind.Input).Zip(host.LastInput()).SelectMany(p => p.First.Holds == Runtime.BufferKind.Events ? DeviceLink.EventInput(p.Second) : DeviceLink.ValueInput(p.Second))]);
                expected.Add(host.Interpreter.StepChecksum());
            }

            device.Link.Reset();
            Assert.Equal(expected, device.Link.Run(inputs));
            seen.UnionWith(expected);
            ticks += expected.Count;
        }

        Assert.True(seen.Count > ticks / 10, $"{name}: {seen.Count} different checksums in {ticks} ticks show little");
        output.WriteLine($"{name}: {ticks} ticks alike; {device.Link.ReadMemory()}");
    }

    private static EmulatedDevice Start(string name)
    {
        Images.RequireEmulator();
        return EmulatedDevice.Start(Images.Board(name), Images.Of(name, ImageKind.AllOperators));
    }
}
