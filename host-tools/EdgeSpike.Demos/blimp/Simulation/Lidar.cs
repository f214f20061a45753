namespace EdgeSpike.Demos.Blimp;

/// <summary>
/// A TFmini-S as the controller sees it: whole centimetres of altitude with ±1 cm of uniform noise; now and then no reading, then the
/// one before stands.
/// </summary>
/// <param name="random">Its noise.</param>
/// <param name="noise">Half width of the noise, m.</param>
/// <param name="dropOuts">Share of readings that are lost.</param>
public sealed class Lidar(SeededRandom random, double noise = Lidar.Noise, double dropOuts = 0.01)
{
    /// <summary>Half width of the noise, m (the paper: ±1 cm).</summary>
    public const double Noise = 0.01;

    private double _last;

    /// <summary>Whether the last reading is of its own step.</summary>
    public bool Fresh { get; private set; }

    /// <summary>Readings lost so far.</summary>
    public long Lost { get; private set; }

    /// <summary>The reading before the first.</summary>
    public void Reset(double altitude) => (_last, Fresh, Lost) = (altitude, false, 0);

    /// <summary>One reading, m.</summary>
    public double Read(double altitude)
    {
        double noisy = altitude + random.Next(-noise, noise);
        Fresh = random.Next() >= dropOuts;
        if (Fresh) _last = System.Math.Round(noisy * 100) / 100;
        else Lost++;
        return _last;
    }

    /// <summary>A lost reading: what stood before stands on.</summary>
    public double Silent()
    {
        Fresh = false;
        Lost++;
        return _last;
    }
}
