using System;
using System.Buffers.Binary;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Boards.Link;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Runtime;

namespace EdgeSpike.Cli.Devices;

/// <summary>A model into a board's second slot over the link (firmware/bare-metal/PROTOCOL.md), and the restart that makes it run.</summary>
internal static class ModelUpload
{
    /// <summary>Says before anything is sent what the board lacks.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.Unsupported"/>: it has no slot, or one that is too small.</exception>
    public static void CheckSlot(Board board, string path, int bytes)
    {
        if (board.Slot is not { } slot)
            throw new ConversionException(ErrorCode.Unsupported, board.Name, "it has no second slot to upload to", $"build the model into the firmware: edgespike flash --board {board.Name} --model {path}");
        long room = slot.Bytes - HeadBytes;
        if (bytes > room) throw new ConversionException(ErrorCode.Unsupported, $"{path} on {board.Name}", $"the model needs {bytes} bytes of the second slot; there are {room}", $"build it into the firmware: edgespike flash --board {board.Name} --model {path}");
    }

    /// <summary>Uploads, restarts, and makes sure that the device runs it.</summary>
    /// <exception cref="BoardException">The line or the flash failed, or the device refuses the model.</exception>
    public static void Run(Session session, DeviceConnection device, string path, byte[] model)
    {
        DeviceIdentity identity = LongWork.Run(session, $"uploading {path}", progress =>
        {
            device.Link.Upload(model, new Share(progress, model.Length));
            return device.Link.Restart();
        });
        device.ThrowIfStopped();
        if (identity.Slot == 1 && identity.ModelBytes == model.Length && identity.ModelChecksum == BinaryPrimitives.ReadUInt32LittleEndian(model.AsSpan(12))) return;
        throw new BoardException(device.Place, $"it runs the model linked with the firmware, and refuses the uploaded one at offset {identity.ModelErrorOffset}: {ModelLoading.Text((ModelError)identity.ModelError)}", "a firmware holds the operators of its own model only, unless it was flashed with --all-operators");
    }

    /// <summary>Bytes in front of a model in the slot.</summary>
    private const int HeadBytes = 64;

    private sealed class Share(IProgress<double> progress, int bytes) : IProgress<int>
    {
        public void Report(int value) => progress.Report((double)value / bytes);
    }
}
