using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;

namespace EdgeSpike.Boards.Link;

/// <summary>A board in QEMU with its UART on the emulator's own input and output.</summary>
public sealed class EmulatedDevice : IDisposable
{
    /// <summary>Attempts at a request of a device that is emulated: five minutes with <see cref="DeviceLink.Patience"/>, for it is as slow as its host is busy.</summary>
    public const int Attempts = 60;

    private readonly Process _process;

    private EmulatedDevice(Process process, DeviceLink link)
    {
        _process = process;
        Link = link;
    }

    /// <summary>The link to it.</summary>
    public DeviceLink Link { get; }

    /// <summary>Starts an image, with more of QEMU's arguments where they are given.</summary>
    /// <exception cref="BoardException">The board has no emulator, or QEMU is not there.</exception>
    public static EmulatedDevice Start(Board board, string elfPath, params string[] more)
    {
        ArgumentNullException.ThrowIfNull(board);
        if (board.QemuMachine is null) throw new BoardException(board.Name, "QEMU does not have this board", "choose one that boards/README.md marks as emulated");
        if (!File.Exists(elfPath)) throw new BoardException(elfPath, "is not there", "build the firmware first");
        ProcessStartInfo start = new("qemu-system-arm", [.. Arguments(board, "stdio", elfPath), .. more])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            return new EmulatedDevice(process, new DeviceLink($"{board.Name} in QEMU", process.StandardOutput.BaseStream, process.StandardInput.BaseStream) { Attempts = Attempts });
        }
        catch (Win32Exception error)
        {
            throw new BoardException("qemu-system-arm", "is not there", "on Debian: apt install qemu-system-arm", error);
        }
    }

    /// <summary>QEMU's arguments: the board with an image, its link's UART where <paramref name="serial"/> says, nothing on the UARTs before it.</summary>
    public static IReadOnlyList<string> Arguments(Board board, string serial, string elfPath)
    {
        ArgumentNullException.ThrowIfNull(board);
        List<string> arguments = ["-M", board.QemuMachine ?? "none", "-display", "none", "-monitor", "none"];
        for (int i = 0; i < board.QemuSerial; i++) arguments.AddRange(["-serial", "null"]);
        return [.. arguments, "-serial", serial, "-kernel", elfPath];
    }

    /// <summary>Ends the emulator.</summary>
    public void Dispose()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It had ended by itself.
        }

        Link.Dispose();
        _process.Dispose();
    }
}
