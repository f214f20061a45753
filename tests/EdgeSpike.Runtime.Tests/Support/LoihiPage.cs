using System;
using System.Linq;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>How Lava reads the signs of a weight matrix.</summary>
internal enum SignMode
{
    Mixed,
    Excitatory,
    Inhibitory,
}

/// <summary>
/// Lava's bit-accurate LIF behind Dense or DelayDense, as the chip documentation states it (slots that roll, one wrap of the
/// current), without the runtime's own view of delays as operators. The literal other half of the loihi tests.
/// </summary>
internal sealed class LoihiPage
{
    private readonly int[][] _weights;
    private readonly int[][] _delays;
    private readonly int _exponent;
    private readonly int _du;
    private readonly int _dv;
    private readonly long _threshold;
    private readonly long _bias;
    private readonly long[][] _slots;

    /// <summary>Weights [n][inputs] as they act; delays alike, 0: the next tick.</summary>
    public LoihiPage(int[][] weights, int[][] delays, int exponent, int du, int dv, long threshold, long bias)
    {
        (_weights, _delays, _exponent, _du, _dv, _threshold, _bias) = (weights, delays, exponent, du, dv, threshold, bias);
        int slots = delays.Max(row => row.Max()) + 1;
        _slots = [.. weights.Select(_ => new long[slots])];
        Current = new long[weights.Length];
        Membrane = new long[weights.Length];
        Spikes = new bool[weights.Length];
    }

    public long[] Current { get; }

    public long[] Membrane { get; }

    public bool[] Spikes { get; }

    /// <summary>One tick with these (graded) spikes at the inputs.</summary>
    public void Tick(int[] inputs)
    {
        for (int i = 0; i < _weights.Length; i++)
        {
            // Send slot 0, roll, then add what these spikes contribute: it is sent on the next tick or later.
            long a = _slots[i][0];
            Array.Copy(_slots[i], 1, _slots[i], 0, _slots[i].Length - 1);
            _slots[i][^1] = 0;
            for (int d = 0; d < _slots[i].Length; d++)
            {
                long sum = 0;
                for (int k = 0; k < inputs.Length; k++)
                    if (_delays[i][k] == d) sum += (long)_weights[i][k] * inputs[k];
                _slots[i][d] += _exponent > 0 ? sum << _exponent : sum >> -_exponent;
            }

            Neuron(i, a);
        }
    }

    private void Neuron(int i, long a)
    {
        long u = Mul12(Current[i], _du + 1) + (a << 6);
        if (u > 1 << 23) u -= 1 << 24;
        else if (u <= -(1 << 23)) u += 1 << 24;
        long v = Math.Clamp(Mul12(Membrane[i], _dv) + u + _bias, -((1 << 23) - 1), (1 << 23) - 1);
        Spikes[i] = v > _threshold;
        Current[i] = u;
        Membrane[i] = Spikes[i] ? 0 : v;
    }

    private static long Mul12(long x, int d) => Math.Sign(x) * (Math.Abs(x) * (4096 - d) >> 12);

    /// <summary>The bias in membrane steps.</summary>
    public static int Bias(int mantissa, int exponent) => exponent >= 0 ? mantissa << exponent : mantissa >> -exponent;

    /// <summary>The weights that a matrix becomes on the chip: clipped to the range of its sign mode, low bits dropped.</summary>
    public static int[][] Weights(int[][] given, SignMode mode, int bits)
    {
        int dropped = 8 - bits + (mode == SignMode.Mixed ? 1 : 0);
        int One(int w) => mode switch
        {
            SignMode.Mixed => Math.Clamp(w, -256, 255) >> dropped << dropped,
            SignMode.Excitatory => Math.Clamp(w, 0, 255) >> dropped << dropped,
            _ => -(Math.Clamp(-w, 0, 255) >> dropped << dropped),
        };
        return [.. given.Select(row => row.Select(One).ToArray())];
    }
}
