namespace EdgeSpike.Drivers;

/// <summary>A hobby servo: a pulse of 1 to 2 ms, 50 times a second, tells its angle. Positions are limited, and so is the speed of their change.</summary>
/// <remarks>A pulse is a duty of 16 bits: 0.3 microseconds a step at 50 Hz. Nothing waits: <see cref="Update"/> moves it on.</remarks>
public sealed class Servo
{
    /// <summary>Position of the longest pulse; its negative is the shortest.</summary>
    public const int One = 32768;

    private readonly PwmOutput _output;
    private readonly TimeBase _time;
    private int _hertz;
    private int _target;
    private long _position;
    private long _moved;

    /// <summary>On an output that <see cref="Start"/> starts.</summary>
    public Servo(PwmOutput output, TimeBase time)
    {
        _output = output;
        _time = time;
    }

    /// <summary>Shortest pulse in microseconds, at least 400.</summary>
    public int LeastMicroseconds { get; set; } = 1000;

    /// <summary>Longest pulse in microseconds, at most 2600.</summary>
    public int MostMicroseconds { get; set; } = 2000;

    /// <summary>Least position that it is sent to.</summary>
    public int Low { get; set; } = -One;

    /// <summary>Greatest position that it is sent to.</summary>
    public int High { get; set; } = One;

    /// <summary>Most by which the position moves in a second; 0: at once.</summary>
    public int SlewPerSecond { get; set; }

    /// <summary>Where the pulse is now, -<see cref="One"/> … <see cref="One"/>.</summary>
    public int Position
    {
        get { return (int)_position; }
    }

    /// <summary>Length of the pulse in microseconds, rounded.</summary>
    public int PulseMicroseconds
    {
        get { return LeastMicroseconds + (int)(((_position + One) * (MostMicroseconds - LeastMicroseconds) + One) >> 16); }
    }

    /// <summary>Starts at a position, at once: where the servo stands is not known. <see cref="BusError.Argument"/>: limits that can't be.</summary>
    /// <param name="hertz">Pulses a second, 40 … 333.</param>
    /// <param name="position">First position.</param>
    public BusError Start(int hertz, int position)
    {
        if (hertz < 40 || hertz > 333 || LeastMicroseconds < 400 || MostMicroseconds > 2600 || LeastMicroseconds >= MostMicroseconds) return BusError.Argument;
        if (Low < -One || High > One || Low > High || SlewPerSecond < 0) return BusError.Argument;
        _hertz = hertz;
        _target = Limit(position);
        _position = _target;
        _moved = _time.Ticks;
        BusError error = _output.Start(hertz);
        return error == BusError.None ? Send() : error;
    }

    /// <summary>Goes to a position, within the limits.</summary>
    public BusError Set(int position)
    {
        // The way so far belongs to the target so far.
        BusError error = Update();
        _target = Limit(position);
        return SlewPerSecond == 0 && error == BusError.None ? Update() : error;
    }

    /// <summary>Moves on as far as the slew allows by now.</summary>
    public BusError Update()
    {
        if (_hertz == 0) return BusError.Argument;
        long now = _time.Ticks, way = _target - _position;
        if (way == 0)
        {
            _moved = now;
            return BusError.None;
        }

        if (SlewPerSecond > 0)
        {
            // Whole positions alone, and the time they take: the rest of the time counts next time.
            long passed = now - _moved, most = passed > 100L * _time.Hz ? 2 * One : passed * SlewPerSecond / _time.Hz;
            if (most == 0) return BusError.None;
            if (way > most || way < -most)
            {
                way = way > 0 ? most : -most;
                _moved += most * _time.Hz / SlewPerSecond;
            }
            else _moved = now;
        }

        _position += way;
        return Send();
    }

    /// <summary>No pulses any more: most servos let go.</summary>
    public BusError Stop()
    {
        return _output.Stop();
    }

    private int Limit(int position)
    {
        return position < Low ? Low : position > High ? High : position;
    }

    private BusError Send()
    {
        // Microseconds in 1/65536, times periods a second, over a million.
        long pulse = ((long)LeastMicroseconds << 16) + (_position + One) * (MostMicroseconds - LeastMicroseconds);
        return _output.SetDuty((int)((pulse * _hertz + 500000) / 1000000));
    }
}
