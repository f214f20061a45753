using System;
using System.IO;

namespace EdgeSpike.Firmware.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgespike-firmware-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
