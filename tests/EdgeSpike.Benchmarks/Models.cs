using System;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Runtime;

namespace EdgeSpike.Benchmarks;

internal static class Models
{
    /// <summary>Builds and loads, or says why the verifier refused.</summary>
    public static Interpreter Load(ModelBuilder builder)
    {
        Interpreter interpreter = new();
        ModelError error = interpreter.Load(builder.Build(), 1 << 24, 1L << 40);
        return error == ModelError.None ? interpreter : throw new InvalidOperationException($"{error} at {interpreter.Model.ErrorOffset}");
    }
}
