namespace EdgeSpike.Runtime;

/// <summary>
/// A small linear model of the plant, in integers: z' = A z + B u between steps, and the observer's correction z' = z + L (y - z0) when a
/// measurement comes (D. Luenberger, An Introduction to Observers, IEEE Transactions on Automatic Control 16(6), 1971). What the
/// measurement has and the model lacks is the residual. LOOP.md, section 4.
/// </summary>
/// <remarks>
/// State 0 is the measured quantity. States are int32 in units of 2^-Fraction of the measurement, or whatever the model makes of them;
/// coefficients are in 2^-Shift. Products and sums are 64 bits, rounded to nearest, saturated to 32. Cost: order^2 + 2 order products a step.
/// </remarks>
public sealed class LinearPredictor
{
    /// <summary>Greatest number of states.</summary>
    public const int MostStates = 8;

    /// <summary>Largest magnitude of a coefficient.</summary>
    public const int MostCoefficient = 1 << 27;

    /// <summary>Fractional bits of the coefficients, 1 … 27.</summary>
    public int Shift;

    /// <summary>Fractional bits of state 0, 0 … 16.</summary>
    public int Fraction;

    /// <summary>A, row by row: order * order coefficients.</summary>
    public int[] Transition;

    /// <summary>B: one coefficient a state, state units per unit of the command.</summary>
    public int[] Input;

    /// <summary>L: one coefficient a state.</summary>
    public int[] Gain;

    /// <summary>Largest residual, in units of the measurement, that is none.</summary>
    public int Limit;

    /// <summary>Larger residuals in a row from which on they are a fault, at least 1.</summary>
    public int After = 1;

    /// <summary>Steps without a measurement after which the model is lost and starts again from the next one.</summary>
    public int LostAfter = int.MaxValue;

    private int[] _state;
    private int[] _next;
    private int _above;
    private int _alone;
    private bool _started;

    /// <summary>Measurement minus expectation at the last correction, in units of the measurement; saturated.</summary>
    public int Residual { get; private set; }

    /// <summary>Values of states that were saturated.</summary>
    public long Saturations { get; private set; }

    /// <summary>True: the model has started and has had a measurement lately.</summary>
    public bool Follows
    {
        get { return _started && _alone <= LostAfter; }
    }

    /// <summary>What the measurement should be now; int32 in its units.</summary>
    public int Estimate
    {
        get { return Round(_state[0], Fraction); }
    }

    /// <summary>A state, in its own units.</summary>
    public int State(int index)
    {
        return _state[index];
    }

    /// <summary>None, or what does not fit. Allocates the states.</summary>
    public LoopError Check()
    {
        if (Transition == null || Input == null || Gain == null) return LoopError.PredictorShape;
        int order = Input.Length;
        if (order < 1 || order > MostStates || Gain.Length != order || Transition.Length != order * order) return LoopError.PredictorShape;
        if (Shift < 1 || Shift > 27 || Fraction < 0 || Fraction > 16 || Limit < 1 || After < 1 || LostAfter < 1) return LoopError.PredictorScale;
        if (!Fits(Transition) || !Fits(Input) || !Fits(Gain)) return LoopError.PredictorScale;
        if (_state == null || _state.Length != order)
        {
            _state = new int[order];
            _next = new int[order];
        }

        return LoopError.None;
    }

    /// <summary>Forgets everything; the first measurement starts it.</summary>
    public void Reset()
    {
        for (int i = 0; i < _state.Length; i++) _state[i] = 0;
        _started = false;
        _above = _alone = 0;
        Residual = 0;
        Saturations = 0;
    }

    /// <summary>One step on, under the command that was given.</summary>
    public void Predict(int command)
    {
        if (!_started) return;
        int order = _state.Length;
        for (int i = 0; i < order; i++)
        {
            // Nine products of 27 and 31 bits.
            long sum = (long)Input[i] * command;
            for (int j = 0; j < order; j++) sum += (long)Transition[i * order + j] * _state[j];
            _next[i] = Narrow(Shifted(sum, Shift));
        }

        for (int i = 0; i < order; i++) _state[i] = _next[i];
        if (_alone < int.MaxValue) _alone++;
    }

    /// <summary>A measurement. <see cref="LoopFault.Residual"/> when residuals have been too large for long enough, else none.</summary>
    public int Correct(int measurement)
    {
        if (!Follows)
        {
            // Keeps slow states, such as a bias: they are better known than nothing.
            _state[0] = Narrow((long)measurement << Fraction);
            if (_started && _state.Length > 1) _state[1] = 0;
            _started = true;
            _alone = _above = 0;
            Residual = 0;
            return LoopFault.None;
        }

        _alone = 0;
        Residual = Clamp((long)measurement - Estimate);
        long difference = Clamp(((long)measurement << Fraction) - _state[0]);
        for (int i = 0; i < _state.Length; i++) _state[i] = Narrow(_state[i] + Shifted(difference * Gain[i], Shift));
        if (Residual <= Limit && Residual >= -Limit) _above = 0;
        else if (_above < int.MaxValue) _above++;
        return _above >= After ? LoopFault.Residual : LoopFault.None;
    }

    private static bool Fits(int[] coefficients)
    {
        for (int i = 0; i < coefficients.Length; i++)
            if (coefficients[i] > MostCoefficient || coefficients[i] < -MostCoefficient) return false;
        return true;
    }

    private int Narrow(long value)
    {
        int narrow = Clamp(value);
        if (narrow != value) Saturations++;
        return narrow;
    }

    private static int Clamp(long value)
    {
        return value > int.MaxValue ? int.MaxValue : value < -int.MaxValue ? -int.MaxValue : (int)value;
    }

    private static long Shifted(long value, int shift)
    {
        return shift == 0 ? value : (value + (1L << (shift - 1))) >> shift;
    }

    private static int Round(int value, int shift)
    {
        return (int)Shifted(value, shift);
    }
}
