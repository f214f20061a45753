using System;
using System.Collections.Generic;

namespace EdgeSpike.Conversion.Reference;

/// <summary>The running sum of what arrives at one node.</summary>
/// <remarks>
/// It starts from the sum of the biases of the fused connections and takes the edges in the order of the graph: of a
/// fused connection the products one by one, of anything else the value. In single precision each addition is
/// rounded, unless a connection of several blocks takes part: then the whole sum is made in double and rounded once.
/// </remarks>
internal sealed class Arrival
{
    private readonly Part[] _parts;
    private readonly double[] _bias;
    private readonly int _biasDelay;
    private readonly bool _single;
    private readonly bool _roundOnce;

    public Arrival(IReadOnlyList<Part> parts, int count, Precision precision)
    {
        _parts = [.. parts];
        bool inDouble = false;
        foreach (Part part in _parts)
        {
            inDouble |= part.Fused is { SumsInDouble: true };
            if (part.Fused?.Bias is not null) _biasDelay = Math.Max(_biasDelay, part.Delay);
        }

        _single = precision == Precision.Float32 && !inDouble;
        _roundOnce = precision == Precision.Float32 && inDouble;
        _bias = new double[count];
        AddBiases(long.MaxValue, _bias);
    }

    /// <summary>Makes the sum of tick <paramref name="tick"/> (the first is 0).</summary>
    public void Sum(long tick, double[] sum)
    {
        if (tick >= _biasDelay) _bias.CopyTo(sum, 0);
        else
        {
            Array.Clear(sum);
            AddBiases(tick, sum);
        }

        foreach (Part part in _parts)
        {
            if (part.Fused is not null) part.Fused.Accumulate(part.Delay, sum, _single);
            else if (_single) Add<ToSingle>(part.Source.ReadOutput(part.Delay), sum);
            else Add<ToDouble>(part.Source.ReadOutput(part.Delay), sum);
        }

        if (_roundOnce)
            for (int i = 0; i < sum.Length; i++) sum[i] = (float)sum[i];
    }

    /// <summary>The biases that have arrived by that tick: one behind a delayed edge is not there before the first tick is.</summary>
    private void AddBiases(long tick, double[] sum)
    {
        foreach (Part part in _parts)
            if (part.Fused?.Bias is double[] bias && tick >= part.Delay)
            {
                if (_single) Add<ToSingle>(bias, sum);
                else Add<ToDouble>(bias, sum);
            }
    }

    private static void Add<TRounding>(ReadOnlySpan<double> values, double[] sum) where TRounding : struct, IRounding
    {
        for (int i = 0; i < sum.Length; i++) sum[i] = TRounding.Round(sum[i] + values[i]);
    }

    /// <summary>One edge: <paramref name="Fused"/> is its source where that is a connection whose products enter the sum.</summary>
    internal readonly record struct Part(ReferenceOperator Source, ReferenceConnection? Fused, int Delay);
}
