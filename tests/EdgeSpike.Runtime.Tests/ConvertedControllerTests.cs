extern alias packed;
extern alias scalar;
using System;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.RuntimeTests.Support;
using EdgeSpike.Tests;
using Xunit;
using Packed = packed::EdgeSpike.Runtime;
using Portable = scalar::EdgeSpike.Runtime;

namespace EdgeSpike.RuntimeTests;

/// <summary>The blimp's controllers, converted from their descriptions, on all kernels: adaptive thresholds, pairs, leaky read-outs.</summary>
public sealed class ConvertedControllerTests
{
    [Theory]
    [InlineData(WeightType.Int8)]
    [InlineData(WeightType.Int16)]
    [InlineData(WeightType.Int4)]
    public void All_kernels_give_the_same_spikes_and_commands(WeightType weights)
    {
        string path = Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "blimp", "blimp.json");
        byte[] file = Converter.Convert(DescriptionImporter.Import(path), new ConvertOptions { Weights = weights }, null, null, null).Bytes;
        Runtime.Interpreter fast = Runs.Load(file);
        Portable.Interpreter plain = new();
        Packed.Interpreter packed = new();
        Assert.Equal(Portable.ModelError.None, plain.Load(file, int.MaxValue, long.MaxValue));
        Assert.Equal(Packed.ModelError.None, packed.Load(file, int.MaxValue, long.MaxValue));
        Random random = new(4);
        int error = 0;
        for (int t = 0; t < 500; t++)
        {
            error = Math.Clamp(error + random.Next(-400, 401), -4000, 4000);
            int[] input = [t % 100 == 99 ? random.Next(-32767, 32768) : error];
            Assert.Equal(Runtime.ModelError.None, fast.SetValues(0, input, 0));
            Assert.Equal(Portable.ModelError.None, plain.SetValues(0, input, 0));
            Assert.Equal(Packed.ModelError.None, packed.SetValues(0, input, 0));
            uint expected = plain.StepChecksum();
            Assert.Equal(expected, fast.StepChecksum());
            Assert.Equal(expected, packed.StepChecksum());
            Runs.AssertSameState(fast, plain, t);
        }

        Assert.Equal(plain.Model.Operators.Select(o => o.Spikes), fast.Model.Operators.Select(o => o.Spikes));
        Assert.Equal(plain.Model.Operators.Select(o => o.Spikes), packed.Model.Operators.Select(o => o.Spikes));
        Assert.True(plain.Model.Operators.Sum(o => o.Spikes) > 1000, "too few spikes to prove anything");
    }
}
