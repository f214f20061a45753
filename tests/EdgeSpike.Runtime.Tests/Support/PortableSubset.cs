using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>Finds what .NET nanoFramework 1.x compiles and then crashes on, and what the portable sources deny themselves.</summary>
internal static class PortableSubset
{
    private static readonly SyntaxKind[] Forbidden =
    [
        SyntaxKind.TypeParameterList, SyntaxKind.GenericName, SyntaxKind.PointerType, SyntaxKind.FunctionPointerType,
        SyntaxKind.UnsafeStatement, SyntaxKind.FixedStatement, SyntaxKind.StackAllocArrayCreationExpression,
        SyntaxKind.ImplicitStackAllocArrayCreationExpression, SyntaxKind.NullableType, SyntaxKind.TupleType,
        SyntaxKind.TupleExpression, SyntaxKind.RecordDeclaration, SyntaxKind.RecordStructDeclaration, SyntaxKind.YieldReturnStatement,
        SyntaxKind.AwaitExpression, SyntaxKind.QueryExpression, SyntaxKind.IndexExpression, SyntaxKind.RangeExpression,
        SyntaxKind.ThrowStatement, SyntaxKind.ThrowExpression,
    ];

    private static readonly SyntaxKind[] Division =
    [
        SyntaxKind.DivideExpression, SyntaxKind.DivideAssignmentExpression, SyntaxKind.ModuloExpression, SyntaxKind.ModuloAssignmentExpression,
    ];

    private static readonly SyntaxKind[] FloatingPoint = [SyntaxKind.FloatKeyword, SyntaxKind.DoubleKeyword, SyntaxKind.DecimalKeyword];

    /// <summary>What a source has that the subset lacks, a line each; division may be allowed.</summary>
    public static List<string> Violations(string source, bool division)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken);
        List<string> found = [];
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            if (Forbidden.Contains(node.Kind()) || (!division && Division.Contains(node.Kind()))) found.Add(Describe(node, node.Kind().ToString()));
            if (node is ArrayRankSpecifierSyntax { Rank: > 1 } rank) found.Add(Describe(node, $"rank {rank.Rank}"));
            if (node is LiteralExpressionSyntax { Token.Value: float or double or decimal }) found.Add(Describe(node, "real literal"));
        }

        foreach (SyntaxToken token in root.DescendantTokens())
            if (FloatingPoint.Contains(token.Kind())) found.Add($"{token.Kind()}: {token.Parent}");
        return found;
    }

    private static string Describe(SyntaxNode node, string what) => $"line {node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {what}: {node}";
}
