using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>A factor for all elements or for each.</summary>
internal sealed class ScaleOperator<TRounding> : ReferenceOperator where TRounding : struct, IRounding
{
    private readonly double[] _factor;

    public ScaleOperator(ScaleNode node, Precision precision) : base(node) =>
        _factor = Rounding.Parameters(node.Factor, Input.Length, precision);

    /// <inheritdoc/>
    public override void Step()
    {
        for (int i = 0; i < Output.Length; i++) Output[i] = TRounding.Round(_factor[i] * Input[i]);
    }
}
