namespace EdgeSpike.Demos.Blimp;

/// <summary>Rates of the blimp (Burgers, Stroobants, de Croon 2023).</summary>
public static class BlimpTiming
{
    /// <summary>The controller runs at 10 Hz.</summary>
    public const double ControlSeconds = 0.1;

    /// <summary>The flights were recorded, and the plant was identified, at 30 Hz.</summary>
    public const double PlantSeconds = 1.0 / 30;

    /// <summary>Recorded samples, and steps of the identified plant, in a control step.</summary>
    public const int PlantSteps = 3;
}
