namespace EdgeSpike.Training;

/// <summary>How gradients flow through time.</summary>
public enum GradientMode
{
    /// <summary>Back-propagation through time: all of them.</summary>
    ThroughTime,

    /// <summary>
    /// Through space only (SLTT, Meng et al. 2023, ICCV, eq. 7): what a state or a delayed spike passes from one tick to the
    /// next counts as a constant. No memory of later ticks is needed, and no product with a recurrent matrix.
    /// </summary>
    ThroughSpace,
}

/// <summary>What a forward pass is for.</summary>
internal struct PassSettings
{
    /// <summary>Statistics of the shard, dropout; otherwise the running statistics and none.</summary>
    public bool Training;

    /// <summary>Spikes are the smooth surrogate itself: only to compare gradients with finite differences.</summary>
    public bool Smooth;

    /// <summary>Key of what is drawn at random in this pass.</summary>
    public ulong Key;
}
