using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>The drivers' sources that other targets compile keep to what those have; what no compiler there finds. Integers may be divided.</summary>
public sealed class PortableSubsetTests
{
    private static readonly string Root = Path.Combine(TestData.RepositoryRoot, "drivers", "EdgeSpike.Drivers");

    public static IEnumerable<TheoryDataRow<string>> PortableFiles() => ((string[])["Actuator", "Barometer", "Hal", "Imu", "Range", "Simulation"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal).Select(path => new TheoryDataRow<string>(path));

    [Theory]
    [MemberData(nameof(PortableFiles))]
    public void A_file_of_the_drivers_keeps_to_the_portable_subset(string file) => Assert.Equal([], PortableSubset.Violations(File.ReadAllText(Path.Combine(Root, file)), division: true));

    [Fact]
    public void All_other_files_are_in_folders_that_no_other_target_compiles()
    {
        string[] folders = [.. Directory.EnumerateDirectories(Root).Select(path => Path.GetFileName(path)!).Where(name => name is not ("bin" or "obj")).Order(StringComparer.Ordinal)];
        Assert.Equal(["Actuator", "Barometer", "Hal", "Host", "Imu", "Linux", "Range", "Simulation"], folders);
        Assert.Empty(Directory.EnumerateFiles(Root, "*.cs"));
    }
}
