using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Link;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Devices;

/// <summary>The tool that a board's file names, and the command that puts an image onto the board with it.</summary>
internal static class FlashTool
{
    /// <summary>The method in words, for tables.</summary>
    public static string Describe(Board board) => board.Flashing.Method switch
    {
        "none" => board.QemuMachine is null ? "none" : "starts QEMU",
        "uf2" => "UF2 drive",
        _ => board.Flashing.Method,
    };

    /// <summary>The command.</summary>
    /// <param name="board">Board.</param>
    /// <param name="imageBase">Path of the image without its ending.</param>
    /// <param name="port">Serial number of the probe or device, folder of the UF2 drive, or where QEMU listens; null: the only one there is.</param>
    /// <param name="emulator">Start QEMU, whatever the board's file says.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.Unsupported"/>: the board can't be flashed and has no emulator.</exception>
    public static IReadOnlyList<string> Command(Board board, string imageBase, string? port, bool emulator)
    {
        if (emulator || board.Flashing.Method == "none") return Qemu(board, imageBase, port);
        string address = $"0x{board.Flash.Origin:X8}", target = board.Flashing.Target ?? "";
        return board.Flashing.Method switch
        {
            "openocd" => ["openocd", "-f", target, .. port is null ? (string[])[] : ["-c", $"adapter serial {port}"], "-c", $"program {{{imageBase}.elf}} verify reset exit"],
            "st-flash" => ["st-flash", .. port is null ? (string[])[] : ["--serial", port], "--reset", "write", $"{imageBase}.bin", address],
            "dfu-util" => ["dfu-util", "-d", target, .. port is null ? (string[])[] : ["-S", port], "-a", "0", "-s", $"{address}:leave", "-D", $"{imageBase}.bin"],
            _ => ["cp", $"{imageBase}.uf2", port ?? FindDrive() ?? "DRIVE"],
        };
    }

    /// <summary>Copies the image onto the drive that the board's boot loader shows.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.DeviceFailed"/>: there is no such drive, or it did not take the file.</exception>
    public static string Copy(string imageBase, string? port)
    {
        string drive = port ?? FindDrive() ?? throw new ConversionException(ErrorCode.DeviceFailed, "UF2 drive", "no mounted drive has INFO_UF2.TXT", "start the board's boot loader (Pico: hold BOOTSEL while plugging in), mount its drive, or name its folder with --port");
        if (!Directory.Exists(drive)) throw new ConversionException(ErrorCode.DeviceFailed, drive, "the folder is not there", "name the folder of the board's drive with --port");
        try
        {
            File.Copy(imageBase + ".uf2", Path.Combine(drive, Path.GetFileName(imageBase) + ".uf2"), overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConversionException(ErrorCode.DeviceFailed, drive, $"it did not take the file ({error.Message})", "mount the drive so that you may write to it, and try again", error);
        }

        return drive;
    }

    // Boot loaders that take UF2 have this file at the top of their drive.
    private static string? FindDrive() => DriveInfo.GetDrives().Select(d => d.Name).FirstOrDefault(name => File.Exists(Path.Combine(name, "INFO_UF2.TXT")));

    private static IReadOnlyList<string> Qemu(Board board, string imageBase, string? port)
    {
        if (board.QemuMachine is null) throw new ConversionException(ErrorCode.Unsupported, board.Name, "QEMU does not have this board", "leave out --emulator, or choose a board that 'edgespike boards' shows with an emulator");
        string serial = port is null ? "pty" : port.StartsWith("tcp:", StringComparison.Ordinal) ? $"{port},server=on,wait=off" : throw new ConversionException(ErrorCode.Usage, $"--port {port}", "it is not where an emulator can listen", "give tcp:127.0.0.1:4242, or leave it out for a terminal of its own");
        return ["qemu-system-arm", .. EmulatedDevice.Arguments(board, serial, imageBase + ".elf")];
    }
}
