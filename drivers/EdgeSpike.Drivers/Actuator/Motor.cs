namespace EdgeSpike.Drivers;

/// <summary>
/// A motor that turns both ways: speed, brake, coast, a pause before its direction changes, and a stop when no command comes any more.
/// How it is wired is the subclass's: <see cref="PwmMotor"/>, <see cref="Drv8833"/>, <see cref="Tb6612"/>.
/// </summary>
/// <remarks>Nothing waits: what is due later is done by <see cref="Update"/>, which a program calls in its loop. Single-threaded.</remarks>
public abstract class Motor
{
    /// <summary>Full speed; speeds are in 1/2^15 of it.</summary>
    public const int One = 32768;

    /// <summary>Pause, without current, between two directions, in microseconds: a motor at speed is a generator, and a bridge switches in finite time.</summary>
    public int ReversalMicroseconds { get; set; } = 20000;

    /// <summary>Microseconds without a command after which it coasts; 0: never.</summary>
    public int TimeoutMicroseconds { get; set; }

    private readonly TimeBase _time;
    private int _target;
    private int _driven;
    private int _last;
    private long _still;
    private long _commanded;
    private bool _braked;

    /// <summary>By this clock.</summary>
    protected Motor(TimeBase time)
    {
        _time = time;
    }

    /// <summary>The speed that is driven now: 0 while it pauses.</summary>
    public int Speed
    {
        get { return _driven; }
    }

    /// <summary>True: it waits to turn the other way.</summary>
    public bool Reversing
    {
        get { return _target != _driven && !_braked; }
    }

    /// <summary>True: no command came in time, and it coasts.</summary>
    public bool TimedOut { get; private set; }

    /// <summary>Times that it was reversed.</summary>
    public long Reversals { get; private set; }

    /// <summary>Drives at a speed, -<see cref="One"/> … <see cref="One"/>; more is taken as full. Against the present direction it coasts for the pause first.</summary>
    public BusError Set(int speed)
    {
        _target = speed > One ? One : speed < -One ? -One : speed;
        _commanded = _time.Ticks;
        TimedOut = false;
        _braked = false;
        return Update();
    }

    /// <summary>Shorts the motor: it stops fast. A command of its own, as <see cref="Set"/>.</summary>
    public BusError Brake()
    {
        _target = 0;
        _commanded = _time.Ticks;
        TimedOut = false;
        _braked = true;
        Rest();
        return ApplyBrake();
    }

    /// <summary>Lets the motor run out.</summary>
    public BusError Coast()
    {
        return Set(0);
    }

    /// <summary>Does what has become due: the other direction after the pause, the stop after the time-out.</summary>
    public BusError Update()
    {
        long now = _time.Ticks;
        if (TimeoutMicroseconds > 0 && now - _commanded > _time.TicksOf(TimeoutMicroseconds) && !TimedOut)
        {
            TimedOut = true;
            _target = 0;
            _braked = false;
            Rest();
            return Apply(0);
        }

        if (_braked || (_target == _driven && _target != 0)) return BusError.None;
        if (_target == 0)
        {
            Rest();
            return Apply(0);
        }

        bool other = _last != 0 && (_target < 0) != (_last < 0);
        if (other)
        {
            if (_driven != 0)
            {
                Rest();
                BusError error = Apply(0);
                if (error != BusError.None || ReversalMicroseconds > 0) return error;
            }

            if (now - _still < _time.TicksOf(ReversalMicroseconds)) return BusError.None;
            Reversals++;
        }

        _driven = _last = _target;
        return Apply(_driven);
    }

    /// <summary>Drives; 0 is to coast.</summary>
    protected abstract BusError Apply(int speed);

    /// <summary>Shorts the motor, or coasts where that can't be.</summary>
    protected abstract BusError ApplyBrake();

    /// <summary>A speed's magnitude as a duty.</summary>
    protected static int Duty(int speed)
    {
        return (speed < 0 ? -speed : speed) * (PwmOutput.Full / One);
    }

    private void Rest()
    {
        if (_driven != 0) _still = _time.Ticks;
        _driven = 0;
    }
}
