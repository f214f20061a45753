using System;
using System.Collections.Generic;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// Cuts a subject's readings into windows: accelerometer and gyroscope joined where their time stamps are equal, in the
/// order of time; a gap above 0.5 s discards what was gathered; every 40 joined readings in a row are a window.
/// </summary>
/// <remarks>
/// Of readings with the same time stamp the last in the file counts. A value is 1000 times the reading, rounded half to
/// even, limited to 16 bits.
/// </remarks>
public sealed class WisdmWindows
{
    private const long LongestGap = 500_000_000;

    private readonly List<short> _samples = [];
    private readonly List<int> _labels = [], _subjects = [];
    private readonly List<long> _starts = [];
    private long _clipped;

    /// <summary>Readings that share their time stamp with a later one, which counts instead.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Readings with an earlier time stamp than the one before them in the file; they are put in order.</summary>
    public long Unordered { get; private set; }

    /// <summary>Readings of one sensor that the other has no partner for.</summary>
    public long Unpaired { get; private set; }

    /// <summary>Gaps above 0.5 s inside an activity.</summary>
    public long Gaps { get; private set; }

    /// <summary>Values in windows that did not fit 16 bits.</summary>
    public long Clipped { get; private set; }

    /// <summary>Adds one subject; its windows come in the order of the labels.</summary>
    /// <param name="subject">Number.</param>
    /// <param name="accelerometer">Readings by label, in m/s².</param>
    /// <param name="gyroscope">Readings by label, in rad/s.</param>
    public void Add(int subject, List<WisdmReading>[] accelerometer, List<WisdmReading>[] gyroscope)
    {
        ArgumentNullException.ThrowIfNull(accelerometer);
        ArgumentNullException.ThrowIfNull(gyroscope);
        for (int label = 0; label < HarWindows.Classes; label++) Cut(subject, label, Order(accelerometer[label]), Order(gyroscope[label]));
    }

    /// <summary>All windows so far.</summary>
    public HarWindows ToWindows() => new([.. _samples], [.. _labels], [.. _subjects], [.. _starts]);

    private SortedList<long, WisdmReading> Order(List<WisdmReading> readings)
    {
        Dictionary<long, WisdmReading> last = new(readings.Count);
        long before = long.MinValue;
        foreach (WisdmReading reading in readings)
        {
            if (reading.Timestamp < before) Unordered++;
            before = reading.Timestamp;
            if (!last.TryAdd(reading.Timestamp, reading))
            {
                Duplicates++;
                last[reading.Timestamp] = reading;
            }
        }

        return new SortedList<long, WisdmReading>(last);
    }

    private void Cut(int subject, int label, SortedList<long, WisdmReading> accelerometer, SortedList<long, WisdmReading> gyroscope)
    {
        Span<short> window = stackalloc short[HarWindows.Ticks * HarWindows.Channels];
        int gathered = 0, joined = 0;
        long before = 0, start = 0;
        foreach ((long time, WisdmReading acceleration) in accelerometer)
        {
            if (!gyroscope.TryGetValue(time, out WisdmReading rotation)) continue;
            // Unsigned: a difference of two longs may not fit one.
            if (joined > 0 && (ulong)(time - before) > LongestGap)
            {
                Gaps++;
                gathered = 0;
            }

            joined++;
            before = time;
            if (gathered == 0) (start, _clipped) = (time, 0);
            Span<short> sample = window.Slice(gathered * HarWindows.Channels, HarWindows.Channels);
            (sample[0], sample[1], sample[2]) = (Word(acceleration.X), Word(acceleration.Y), Word(acceleration.Z));
            (sample[3], sample[4], sample[5]) = (Word(rotation.X), Word(rotation.Y), Word(rotation.Z));
            if (++gathered < HarWindows.Ticks) continue;
            foreach (short value in window) _samples.Add(value);
            _labels.Add(label);
            _subjects.Add(subject);
            _starts.Add(start);
            Clipped += _clipped;
            gathered = 0;
        }

        Unpaired += accelerometer.Count + gyroscope.Count - 2L * joined;
    }

    private short Word(double reading)
    {
        double value = Math.Round(1000 * reading, MidpointRounding.ToEven);
        if (value is >= short.MinValue and <= short.MaxValue) return (short)value;
        _clipped++;
        return value > 0 ? short.MaxValue : short.MinValue;
    }
}
