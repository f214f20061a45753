using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace EdgeSpike.Runtime.Tests;

/// <summary>
/// The part of the portable subset that no compiler checks: what .NET nanoFramework 1.x compiles and then crashes on, and what
/// the runtime denies itself (floating point, division). Types that are absent there are compile errors of
/// EdgeSpike.Runtime.Portable, which is part of the solution.
/// </summary>
public sealed class PortableSubsetTests
{
    private static readonly SyntaxKind[] Forbidden =
    [
        SyntaxKind.TypeParameterList, SyntaxKind.GenericName, SyntaxKind.PointerType, SyntaxKind.FunctionPointerType,
        SyntaxKind.UnsafeStatement, SyntaxKind.FixedStatement, SyntaxKind.StackAllocArrayCreationExpression,
        SyntaxKind.ImplicitStackAllocArrayCreationExpression, SyntaxKind.NullableType, SyntaxKind.TupleType,
        SyntaxKind.TupleExpression, SyntaxKind.RecordDeclaration, SyntaxKind.RecordStructDeclaration, SyntaxKind.YieldReturnStatement,
        SyntaxKind.AwaitExpression, SyntaxKind.QueryExpression, SyntaxKind.IndexExpression, SyntaxKind.RangeExpression,
        SyntaxKind.DivideExpression, SyntaxKind.DivideAssignmentExpression, SyntaxKind.ModuloExpression,
        SyntaxKind.ModuloAssignmentExpression, SyntaxKind.ThrowStatement, SyntaxKind.ThrowExpression,
    ];

    private static readonly SyntaxKind[] FloatingPoint = [SyntaxKind.FloatKeyword, SyntaxKind.DoubleKeyword, SyntaxKind.DecimalKeyword];

    public static IEnumerable<TheoryDataRow<string>> PortableFiles()
    {
        string root = Path.Combine(TestData.RepositoryRoot, "runtime", "EdgeSpike.Runtime");
        return Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path))
            .Where(path => !path.StartsWith("obj", System.StringComparison.Ordinal) && !path.StartsWith("bin", System.StringComparison.Ordinal))
            .Where(path => !path.Contains("Simd") && !path.Contains("Packed"))
            .Order()
            .Select(path => new TheoryDataRow<string>(path));
    }

    [Theory]
    [MemberData(nameof(PortableFiles))]
    public void A_file_of_the_runtime_keeps_to_the_portable_subset(string file)
    {
        string text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "runtime", "EdgeSpike.Runtime", file));
        Assert.Equal([], Violations(text));
    }

    [Theory]
    [InlineData("class A<T> { }", "TypeParameterList")]
    [InlineData("class A { int M(int x) => x / 3; }", "DivideExpression")]
    [InlineData("class A { int M(int x) => x % 3; }", "ModuloExpression")]
    [InlineData("class A { int[,] M; }", "rank 2")]
    [InlineData("class A { double M; }", "DoubleKeyword")]
    [InlineData("class A { object M = 1.5; }", "real literal")]
    [InlineData("class A { unsafe int* M; }", "PointerType")]
    [InlineData("class A { int? M; }", "NullableType")]
    public void What_the_subset_lacks_is_found(string source, string expected)
    {
        Assert.Contains(Violations(source), violation => violation.Contains(expected));
    }

    private static List<string> Violations(string source)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken).GetRoot(TestContext.Current.CancellationToken);
        List<string> found = [];
        foreach (SyntaxNode node in root.DescendantNodes())
        {
            if (Forbidden.Contains(node.Kind())) found.Add(Describe(node, node.Kind().ToString()));
            if (node is ArrayRankSpecifierSyntax { Rank: > 1 } rank) found.Add(Describe(node, $"rank {rank.Rank}"));
            if (node is LiteralExpressionSyntax { Token.Value: float or double or decimal }) found.Add(Describe(node, "real literal"));
        }

        foreach (SyntaxToken token in root.DescendantTokens())
            if (FloatingPoint.Contains(token.Kind())) found.Add($"{token.Kind()}: {token.Parent}");
        return found;
    }

    private static string Describe(SyntaxNode node, string what) => $"line {node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {what}: {node}";
}
