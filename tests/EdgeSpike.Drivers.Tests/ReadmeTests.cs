using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using EdgeSpike.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace EdgeSpike.Drivers.Tests;

/// <summary>What drivers/README.md shows compiles, and its table says what the boards' files do.</summary>
public sealed class ReadmeTests
{
    // nanoFramework's System.Device.I2c 1.1, as far as the adapter needs it.
    private const string NanoFramework = """
        namespace System { public readonly ref struct SpanByte { public SpanByte(byte[] array, int start, int length) { } } }
        namespace System.Device.I2c
        {
            public enum I2cTransferStatus { UnknownError, FullTransfer, ClockStretchTimeout, PartialTransfer, SlaveAddressNotAcknowledged }
            public readonly struct I2cTransferResult { public I2cTransferStatus Status => default; }
            public sealed class I2cConnectionSettings { public I2cConnectionSettings(int busId, int deviceAddress) { } }
            public sealed class I2cDevice(I2cConnectionSettings settings)
            {
                public I2cConnectionSettings ConnectionSettings => settings;
                public I2cTransferResult Read(System.SpanByte buffer) => default;
                public I2cTransferResult Write(System.SpanByte buffer) => default;
                public I2cTransferResult WriteRead(System.SpanByte writeBuffer, System.SpanByte readBuffer) => default;
            }
        }
        """;

    private static readonly string Text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "drivers", "README.md"));

    [Fact]
    public void The_program_for_linux_compiles() =>
        Assert.Equal([], Errors(OutputKind.ConsoleApplication, "using System;\nusing System.Threading;\nusing EdgeSpike.Drivers;\n" + Block("csharp"), gpio: true));

    [Fact]
    public void The_bus_for_nanoframework_compiles() =>
        Assert.Equal([], Errors(OutputKind.DynamicallyLinkedLibrary, "using EdgeSpike.Drivers;\n" + NanoFramework + Block("csharp nanoframework"), gpio: false));

    [Fact]
    public void A_mistake_would_be_found() => Assert.NotEmpty(Errors(OutputKind.DynamicallyLinkedLibrary, "class A { EdgeSpike.Drivers.Nothing B; }", gpio: false));

    [Fact]
    public void Every_board_is_in_the_wiring_with_the_pins_of_its_file()
    {
        string wiring = Text[Text.IndexOf("## Wiring", StringComparison.Ordinal)..];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(TestData.RepositoryRoot, "boards"), "*.json"))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            string row = wiring.Split('\n').First(line => line.StartsWith('|') && (line.Contains("| " + name + " ") || (name.StartsWith("mps2", StringComparison.Ordinal) && line.Contains("mps2-an385") && line.Contains(name[4..]))));
            string file = File.ReadAllText(path);
            foreach (Match pin in Regex.Matches(file, "\"(?:i2c0\\.)?(?:scl|sda)\": \"([^\"]+)\"")) Assert.Contains(pin.Groups[1].Value, row);
        }
    }

    private static string Block(string language)
    {
        int start = Text.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return Text[start..Text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static List<string> Errors(OutputKind kind, string source, bool gpio)
    {
        string[] assemblies = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(path => gpio || !path.Contains("System.Device.Gpio"))];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "readme",
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(kind));
        return [.. compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(found => found.Severity == DiagnosticSeverity.Error).Select(found => found.ToString())];
    }
}
