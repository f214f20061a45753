using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Conversion.Reference;

/// <summary>Input, output and flatten: what arrives leaves, in the same order.</summary>
internal sealed class CopyOperator(Node node) : ReferenceOperator(node)
{
    /// <inheritdoc/>
    public override void Step() => Input.CopyTo(Output, 0);
}
