namespace EdgeSpike.Boards.Images;

/// <summary>What an image is to run, besides the model that is linked with it.</summary>
public enum ImageKind
{
    /// <summary>Models that need no more than that one does; the device verifies them.</summary>
    OneModel,

    /// <summary>Any model; the device verifies it.</summary>
    AllOperators,

    /// <summary>That model and no other: the build verifies it, the device its checksum. No uploads.</summary>
    VerifiedModel,
}
