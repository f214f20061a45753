namespace EdgeSpike.Conversion.Reference;

/// <summary>The arithmetic of a <see cref="ReferenceNetwork"/>.</summary>
public enum Precision
{
    /// <summary>IEEE double throughout: what the report compares integers with.</summary>
    Float64,

    /// <summary>
    /// Parameters, input and every result rounded to IEEE single, in the order that <see cref="ReferenceNetwork"/>
    /// states: what reproduces counts published by a training framework.
    /// </summary>
    Float32,
}
