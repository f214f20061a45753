using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Runtime.Tests;

/// <summary>
/// The part of the portable subset that no compiler checks: what .NET nanoFramework 1.x compiles and then crashes on, and what
/// the runtime denies itself (floating point, division). Types that are absent there are compile errors of
/// EdgeSpike.Runtime.Portable, which is part of the solution.
/// </summary>
public sealed class PortableSubsetTests
{
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
        Assert.Equal([], PortableSubset.Violations(text, division: false));
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
        Assert.Contains(PortableSubset.Violations(source, division: false), violation => violation.Contains(expected));
    }
}
