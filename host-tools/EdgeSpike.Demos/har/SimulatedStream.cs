using System;

namespace EdgeSpike.Demos.Har;

/// <summary>What goes wrong on the way from a simulated sensor, as shares of its samples.</summary>
public sealed record StreamTroubles
{
    /// <summary>Samples a second.</summary>
    public double Rate { get; init; } = 50;

    /// <summary>Error of the sensor's own rate: 0.01 is 1 % fast.</summary>
    public double RateError { get; init; }

    /// <summary>Standard deviation of the time stamps, s; at most 0.45 of a period is used, so that their order stays.</summary>
    public double Jitter { get; init; }

    /// <summary>Share that never arrives.</summary>
    public double Lost { get; init; }

    /// <summary>Share that arrives 1 to <see cref="MostLate"/> samples late.</summary>
    public double Late { get; init; }

    /// <summary>See <see cref="Late"/>.</summary>
    public int MostLate { get; init; } = 3;

    /// <summary>Share that arrives twice.</summary>
    public double Doubled { get; init; }

    /// <summary>Share with a value beyond what the sensor can measure, or, one in four, with an impossible time.</summary>
    public double Corrupt { get; init; }
}

/// <summary>
/// The samples of a simulated wrist as they would arrive: at a rate of the sensor's own, with uneven time stamps, some lost,
/// late, doubled or damaged. A recording of all seven movements that repeats for ever; counts what it did wrong.
/// </summary>
public sealed class SimulatedStream
{
    /// <summary>A value at this magnitude is not from the sensor: it marks damage.</summary>
    public const short Damage = short.MaxValue;

    private const int MostWaiting = 16;

    private readonly StreamTroubles _troubles;
    private readonly SplitMix64 _random;
    private readonly short[] _recording;
    private readonly int _length, _each;
    private readonly double _period;
    private readonly long[] _waitingTimes = new long[MostWaiting], _waitingDue = new long[MostWaiting];
    private readonly short[] _waiting = new short[MostWaiting * HarWindows.Channels];
    private readonly short[] _again = new short[HarWindows.Channels];
    private long _index, _againTime;
    private int _waitingCount;
    private bool _hasAgain;

    /// <param name="troubles">What goes wrong.</param>
    /// <param name="seconds">Length of each movement.</param>
    /// <param name="start">Time of the first sample, microseconds.</param>
    /// <param name="seed">Chooses the person and what goes wrong when.</param>
    public SimulatedStream(StreamTroubles troubles, double seconds, long start, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(troubles);
        _troubles = troubles;
        Start = start;
        _random = new SplitMix64(seed);
        _period = 1 / (troubles.Rate * (1 + troubles.RateError));
        _each = (int)Math.Round(seconds / _period);
        _length = HarWindows.Classes * _each;
        _recording = new short[_length * HarWindows.Channels];
        SimulatedWrist wrist = new(_random.NextBits());
        for (int i = 0; i < _length; i++) wrist.Read(i / _each, i % _each * _period, _recording, i * HarWindows.Channels);
    }

    /// <summary>Time of the first sample, microseconds.</summary>
    public long Start { get; }

    /// <summary>Samples that the sensor made.</summary>
    public long Made => _index;

    /// <summary>Samples handed out.</summary>
    public long Sent { get; private set; }

    /// <summary>Samples that never arrive.</summary>
    public long Lost { get; private set; }

    /// <summary>Samples that arrived behind later ones.</summary>
    public long Late { get; private set; }

    /// <summary>Samples that arrived twice.</summary>
    public long Doubled { get; private set; }

    /// <summary>Samples with a damaged value or time.</summary>
    public long Corrupt { get; private set; }

    /// <summary>The movement that was made at a time.</summary>
    public int ActivityAt(long time) => (int)((long)Math.Round((time - Start) / 1e6 / _period) % _length / _each);

    /// <summary>The next sample to arrive.</summary>
    /// <param name="values">Receives six values.</param>
    /// <returns>Its time stamp, microseconds.</returns>
    public long Next(short[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Sent++;
        if (_hasAgain)
        {
            _hasAgain = false;
            _again.CopyTo(values, 0);
            return _againTime;
        }

        while (true)
        {
            for (int w = 0; w < _waitingCount; w++)
                if (_waitingDue[w] <= _index) return Leave(w, values);

            long index = _index++;
            double jitter = Math.Clamp(_troubles.Jitter * _random.NextNormal(), -0.45 * _period, 0.45 * _period);
            long time = Start + (long)Math.Round(1e6 * (index * _period + (index == 0 ? 0 : jitter)));
            _recording.AsSpan((int)(index % _length) * HarWindows.Channels, HarWindows.Channels).CopyTo(values);
            // The first is the stream's beginning, by which it is judged.
            double fate = index == 0 ? 1 : _random.NextDouble();
            if ((fate -= _troubles.Lost) < 0)
            {
                Lost++;
                continue;
            }

            if ((fate -= _troubles.Late) < 0 && _waitingCount < MostWaiting)
            {
                Late++;
                _waitingTimes[_waitingCount] = time;
                _waitingDue[_waitingCount] = _index + 1 + _random.NextInt(_troubles.MostLate);
                values.AsSpan(0, HarWindows.Channels).CopyTo(_waiting.AsSpan(_waitingCount * HarWindows.Channels));
                _waitingCount++;
                continue;
            }

            if ((fate -= _troubles.Corrupt) < 0)
            {
                Corrupt++;
                if (_random.NextInt(4) == 0) return time + (_random.NextInt(2) == 0 ? 1 : -1) * (1L << (30 + _random.NextInt(20)));
                values[_random.NextInt(HarWindows.Channels)] = Damage;
                return time;
            }

            if (fate - _troubles.Doubled < 0)
            {
                Doubled++;
                _hasAgain = true;
                _againTime = time;
                values.AsSpan(0, HarWindows.Channels).CopyTo(_again);
            }

            return time;
        }
    }

    private long Leave(int w, short[] values)
    {
        long time = _waitingTimes[w];
        _waiting.AsSpan(w * HarWindows.Channels, HarWindows.Channels).CopyTo(values);
        _waitingCount--;
        _waitingTimes[w] = _waitingTimes[_waitingCount];
        _waitingDue[w] = _waitingDue[_waitingCount];
        _waiting.AsSpan(_waitingCount * HarWindows.Channels, HarWindows.Channels).CopyTo(_waiting.AsSpan(w * HarWindows.Channels));
        return time;
    }
}
