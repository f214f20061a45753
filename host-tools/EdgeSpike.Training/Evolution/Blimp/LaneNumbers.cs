using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// A double for each of the 16 lanes of a <see cref="LaneController"/>. Every operation is IEEE 754's of one lane, so that a lane computes what
/// the same expression in scalars does, bit for bit. A mask has all bits of a lane set or none.
/// </summary>
internal readonly struct LaneNumbers(Vector512<double> low, Vector512<double> high)
{
    private readonly Vector512<double> _low = low, _high = high;

    public LaneNumbers(double value) : this(Vector512.Create(value), Vector512.Create(value))
    {
    }

    /// <summary>Exact: the lanes are int32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Of(Vector512<int> whole) => new(Vector512.ConvertToDouble(Vector512.WidenLower(whole)), Vector512.ConvertToDouble(Vector512.WidenUpper(whole)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Load(ref double first) => new(Vector512.LoadUnsafe(ref first), Vector512.LoadUnsafe(ref first, 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref double first)
    {
        _low.StoreUnsafe(ref first);
        _high.StoreUnsafe(ref first, 8);
    }

    /// <summary>Whole numbers below 2^24 as int32; through float, which holds them exactly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<int> ToInt32() => Vector512.ConvertToInt32(Vector512.Narrow(_low, _high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator +(LaneNumbers a, LaneNumbers b) => new(a._low + b._low, a._high + b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator -(LaneNumbers a, LaneNumbers b) => new(a._low - b._low, a._high - b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator *(LaneNumbers a, LaneNumbers b) => new(a._low * b._low, a._high * b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator *(LaneNumbers a, double b) => new(a._low * b, a._high * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator /(LaneNumbers a, double b) => new(a._low / Vector512.Create(b), a._high / Vector512.Create(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator <(LaneNumbers a, double b) => new(Vector512.LessThan(a._low, Vector512.Create(b)), Vector512.LessThan(a._high, Vector512.Create(b)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator >(LaneNumbers a, double b) => new(Vector512.GreaterThan(a._low, Vector512.Create(b)), Vector512.GreaterThan(a._high, Vector512.Create(b)));

    /// <summary>Of masks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers operator ^(LaneNumbers a, LaneNumbers b) => new(a._low ^ b._low, a._high ^ b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Select(LaneNumbers mask, LaneNumbers a, LaneNumbers b) => new(Vector512.ConditionalSelect(mask._low, a._low, b._low), Vector512.ConditionalSelect(mask._high, a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Abs(LaneNumbers a) => new(Vector512.Abs(a._low), Vector512.Abs(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Max(LaneNumbers a, LaneNumbers b) => new(Vector512.Max(a._low, b._low), Vector512.Max(a._high, b._high));

    /// <summary>Within ±<paramref name="limit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Held(LaneNumbers a, double limit)
    {
        Vector512<double> most = Vector512.Create(limit), least = Vector512.Create(-limit);
        return new(Vector512.Min(Vector512.Max(a._low, least), most), Vector512.Min(Vector512.Max(a._high, least), most));
    }

    /// <summary>To the nearest whole number, halves to the even one, as Math.Round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Round(LaneNumbers a) => new(Vector512.Round(a._low), Vector512.Round(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LaneNumbers Sqrt(LaneNumbers a) => new(Vector512.Sqrt(a._low), Vector512.Sqrt(a._high));
}
