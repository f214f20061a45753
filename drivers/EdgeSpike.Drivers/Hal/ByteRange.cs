namespace EdgeSpike.Drivers;

/// <summary>Ranges of arrays as callers name them.</summary>
public static class ByteRange
{
    /// <summary>True when the range lies within the array; an empty range of no array does.</summary>
    public static bool Fits(byte[] data, int offset, int count)
    {
        if (data == null) return offset == 0 && count == 0;
        return offset >= 0 && count >= 0 && offset <= data.Length - count;
    }
}
