namespace EdgeSpike.Drivers;

/// <summary>What a simulated sensor feels.</summary>
public abstract class SimulatedMotion
{
    /// <summary>Sample number <paramref name="index"/>, in steps: [6] accelerometer x, y, z, gyroscope x, y, z.</summary>
    public abstract void Next(int index, short[] axes);
}
