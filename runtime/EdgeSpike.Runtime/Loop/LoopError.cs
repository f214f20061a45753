namespace EdgeSpike.Runtime;

/// <summary>Why <see cref="ControlLoop.Start"/> refused a configuration.</summary>
public enum LoopError
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>The period is below 1.</summary>
    Period = 1,

    /// <summary>The deadline is outside 1 … period.</summary>
    Deadline = 2,

    /// <summary>The catch-up is outside 0 … 64.</summary>
    CatchUp = 3,

    /// <summary>There is no input, or one's low end is above its high end.</summary>
    InputRange = 4,

    /// <summary>An input's gate or its growth is negative, or the gate grows without being there.</summary>
    InputGate = 5,

    /// <summary>An input's age limit is below 1, or its limit of repetitions is negative.</summary>
    InputAge = 6,

    /// <summary>A layer's limits cross, or its counts are negative.</summary>
    Layer = 7,

    /// <summary>The predictor's arrays don't fit its order, which is 1 … 8.</summary>
    PredictorShape = 8,

    /// <summary>The predictor's shift is outside 1 … 27, its fraction outside 0 … 16, a coefficient beyond 2^27, or a limit below 1.</summary>
    PredictorScale = 9,

    /// <summary>Weights of faults are not eight of 0 … 32768, or the rise is outside 1 … 32768.</summary>
    Trust = 10,

    /// <summary>0 &lt; trip &lt;= recover &lt;= 32768 does not hold.</summary>
    Thresholds = 11,

    /// <summary>The output's low end is above its high end, or the safe value is outside.</summary>
    Output = 12,

    /// <summary>A slew is below 1, or a number of steps negative.</summary>
    Slew = 13,

    /// <summary>The feedback is not the index of an input other than 0, or that input has no gate.</summary>
    Feedback = 14,
}
