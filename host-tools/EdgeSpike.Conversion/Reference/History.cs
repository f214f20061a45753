using System;

namespace EdgeSpike.Conversion.Reference;

/// <summary>The last values of a signal, a ring of whole ticks. Before the first tick every signal is zero.</summary>
internal sealed class History
{
    private readonly double[] _values;
    private readonly int _width;
    private readonly int _depth;
    private int _newest;

    /// <summary>Room for the values of <paramref name="depth"/> ticks, 1 or more.</summary>
    public History(int width, int depth)
    {
        _width = width;
        _depth = depth;
        _values = new double[checked(width * depth)];
    }

    /// <summary>Enters the values of the tick that has passed; those of depth ticks ago go.</summary>
    public void Push(ReadOnlySpan<double> values)
    {
        _newest = _newest + 1 < _depth ? _newest + 1 : 0;
        values.CopyTo(_values.AsSpan(_newest * _width, _width));
    }

    /// <summary>The values of <paramref name="age"/> ticks ago: 1 (pushed last) to depth.</summary>
    public ReadOnlySpan<double> Read(int age)
    {
        int slot = _newest - (age - 1);
        return _values.AsSpan((slot < 0 ? slot + _depth : slot) * _width, _width);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => Array.Clear(_values);
}
