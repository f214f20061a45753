using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Firmware images built by the same command that people use; each once.</summary>
internal static class Images
{
    private static readonly object Gate = new();
    private static readonly ConcurrentDictionary<string, string> Built = new();
    private static readonly string Root = Directory.CreateTempSubdirectory("edgespike-images-").FullName;

    static Images() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Root, recursive: true);

    /// <summary>The model linked with most images.</summary>
    public static byte[] Model { get; } = Models.Random(1, TensorType.Int8);

    /// <summary>A Cortex-M3, M4, M7 and M33.</summary>
    public static IReadOnlyList<string> Cores { get; } = ["mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505"];

    /// <summary>A board of the repository.</summary>
    public static Board Board(string name) => BoardFile.Read(Path.Combine(TestData.RepositoryRoot, "boards", name + ".json"));

    /// <summary>The image of <see cref="Model"/>; skips the test when the tools are not there.</summary>
    public static string Of(string board, ImageKind kind = ImageKind.OneModel) => Of(board, "model", Model, kind, among: kind switch { ImageKind.OneModel => [.. BoardFileTests.Names], ImageKind.AllOperators => Cores, _ => null });

    /// <summary>An image's .elf, with the program of another folder if one is named; skips the test when the tools are not there.</summary>
    /// <remarks>Boards <paramref name="among"/> which it is are those that other tests take the same of: they are built in one go, at a fifth of the time.</remarks>
    public static string Of(string board, string name, byte[] model, ImageKind kind = ImageKind.OneModel, string? application = null, IReadOnlyList<string>? among = null)
    {
        RequireTools();
        string Folder(string one) => Path.Combine(Root, $"{one}-{name}-{kind}");
        string Key(string one) => $"{one} {name} {kind}";
        lock (Gate)
        {
            // The first build of all fetches what the others need.
            if (Programs.HasBuiltFirmware && !Built.ContainsKey(Key(board)) && among is not null)
            {
                string[] missing = [.. among.Where(one => !Built.ContainsKey(Key(one)))];
                BuildTogether(missing, name, model, Folder, kind, application);
                foreach (string one in missing)
                {
                    string elf = Path.Combine(Folder(one), $"{one}-{name}.elf");
                    if (File.Exists(elf)) Built.TryAdd(Key(one), elf);
                }
            }

            return Built.GetOrAdd(Key(board), _ => Build(board, name, model, Folder(board), kind, application));
        }
    }

    /// <summary>Builds into a folder, whether built before or not; the board by its name or its file.</summary>
    public static string Build(string board, string name, byte[] model, string folder, ImageKind kind = ImageKind.OneModel, string? application = null)
    {
        (int status, string text) = TryBuild(board, name, model, folder, kind, application);
        Assert.True(status == 0, text);
        return Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(board)}-{name}.elf");
    }

    /// <summary>The same, and how it ended.</summary>
    public static (int Status, string Text) TryBuild(string board, string name, byte[] model, string folder, ImageKind kind = ImageKind.OneModel, string? application = null)
    {
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, name + ".esm");
        File.WriteAllBytes(file, model);
        lock (Gate) return Programs.BuildFirmware(board, file, folder, Property(kind), $"Application={application}");
    }

    private static string Property(ImageKind kind) => kind switch { ImageKind.AllOperators => "Operators=All", ImageKind.VerifiedModel => "Verification=Build", _ => "Operators=Used" };

    // One start of the build for several boards; one that fails leaves no .elf, and is built again by itself for its message.
    private static void BuildTogether(IReadOnlyList<string> boards, string name, byte[] model, Func<string, string> folder, ImageKind kind, string? application)
    {
        XElement target = new("Target", new XAttribute("Name", "Build"));
        foreach (string board in boards)
        {
            string file = Path.Combine(Directory.CreateDirectory(folder(board)).FullName, name + ".esm");
            File.WriteAllBytes(file, model);
            target.Add(new XElement("MSBuild", new XAttribute("Projects", Path.Combine(TestData.RepositoryRoot, "firmware", "bare-metal", "EdgeSpike.Firmware.csproj")), new XAttribute("Targets", "Build"), new XAttribute("ContinueOnError", "true"),
                new XAttribute("Properties", $"Board={board};Model={file};FirmwareOutput={folder(board)};{Property(kind)};Application={application};BuildProjectReferences=false")));
        }

        string project = Path.Combine(Root, "together.proj");
        new XElement("Project", target).Save(project);
        Programs.Run("dotnet", "msbuild", project, "-nologo", "-v:quiet", "-m:1", "-nodeReuse:false");
    }

    /// <summary>Skips the test, naming what is missing.</summary>
    public static void RequireTools() => Assert.SkipUnless(Exists("arm-none-eabi-gcc"), "needs arm-none-eabi-gcc: apt install gcc-arm-none-eabi");

    /// <summary>Skips the test, naming what is missing.</summary>
    public static void RequireEmulator()
    {
        RequireTools();
        Assert.SkipUnless(Exists("qemu-system-arm"), "needs qemu-system-arm: apt install qemu-system-arm");
    }

    private static bool Exists(string program)
    {
        try
        {
            return Programs.Run(program, "--version").Status == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
