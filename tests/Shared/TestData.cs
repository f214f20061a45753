using System;
using System.IO;
using System.Runtime.CompilerServices;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>
/// The recordings and models that some tests use and the repository does not hold: in the folder named by EDGESPIKE_DATA,
/// or in shared/data beside the checkout. A test that needs them is skipped by name where they are absent.
/// </summary>
internal static class TestData
{
    /// <summary>Full path of a file or folder of the test data; skips the test when it is not there.</summary>
    public static string Require(string relativePath)
    {
        string? path = Find(relativePath);
        Assert.SkipWhen(path is null, $"needs the recording '{relativePath}': set EDGESPIKE_DATA to the folder that holds it");
        return path!;
    }

    /// <summary>Full path of a file or folder of the test data, or null.</summary>
    public static string? Find(string relativePath)
    {
        string root = Environment.GetEnvironmentVariable("EDGESPIKE_DATA") is { Length: > 0 } set
            ? set
            : Path.Combine(RepositoryRoot, "..", "shared", "data");
        string path = Path.GetFullPath(Path.Combine(root, relativePath));
        return File.Exists(path) || Directory.Exists(path) ? path : null;
    }

    /// <summary>The folder that holds EdgeSpike.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "EdgeSpike.sln"))) return folder.FullName;
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
    }
}
