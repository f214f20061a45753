using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.IO.Ports;
using System.Net.Sockets;
using System.Threading;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Link;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Runtime;

namespace EdgeSpike.Cli.Devices;

/// <summary>
/// A board that holds a model, on a serial port, a socket or in QEMU, and has answered. Ctrl-C closes it, so that nothing waits
/// for an answer.
/// </summary>
internal sealed class DeviceConnection : IDisposable
{
    private readonly IDisposable _owner;
    private readonly CancellationTokenRegistration _stop;

    private DeviceConnection(Board board, string place, DeviceLink link, IDisposable owner, bool emulated, CancellationToken cancellation)
    {
        IsEmulated = emulated;
        Board = board;
        Place = place;
        Link = link;
        _owner = owner;
        _stop = cancellation.Register(owner.Dispose);
    }

    /// <summary>The board.</summary>
    public Board Board { get; }

    /// <summary>"mps2-an386 in QEMU", or "pico2 at /dev/ttyACM0".</summary>
    public string Place { get; }

    /// <summary>The link.</summary>
    public DeviceLink Link { get; }

    /// <summary>It is an emulator, whose time is not the board's; behind a socket or a pseudo-terminal there is no other.</summary>
    public bool IsEmulated { get; }

    /// <summary>Connects, and makes sure that it is this board with this model.</summary>
    /// <param name="session">For progress, notes and Ctrl-C.</param>
    /// <param name="boardName">A name in boards/, or a path.</param>
    /// <param name="port">Serial port or tcp:HOST:PORT; null: the board in QEMU, built first.</param>
    /// <param name="modelPath">The model's name.</param>
    /// <param name="model">The model, which the host has verified.</param>
    public static DeviceConnection Open(Session session, string boardName, string? port, string modelPath, byte[] model)
    {
        DeviceConnection connection = port is null ? OpenEmulator(session, boardName, modelPath) : OpenPort(session, Checkout.Board(boardName), port);
        try
        {
            connection.Greet(session, modelPath, model);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a board at a port, whatever model it holds, and makes sure that it is this board.</summary>
    /// <param name="session">For notes and Ctrl-C.</param>
    /// <param name="board">The board.</param>
    /// <param name="port">Serial port or tcp:HOST:PORT.</param>
    public static DeviceConnection OpenAny(Session session, Board board, string port)
    {
        DeviceConnection connection = OpenPort(session, board, port);
        try
        {
            connection.Meet(session, $"edgespike flash --board {board.Name} --model MODEL.esm");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Why the device restarted, if it did: then whatever it said since is of no use.</summary>
    /// <exception cref="BoardException">It stopped; with cause, place and tick.</exception>
    public void ThrowIfStopped()
    {
        PanicReport panic = Link.ReadPanic(forget: true);
        if (panic.Happened) throw new BoardException(Place, $"the program stopped: {Describe(panic)}", "please report it with the model");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        _owner.Dispose();
    }

    private static DeviceConnection OpenEmulator(Session session, string boardName, string modelPath)
    {
        Board board = Checkout.Board(boardName);
        if (board.QemuMachine is null) throw new ConversionException(ErrorCode.OptionNeeded, board.Name, "QEMU does not have this board, so it has to be a real one", "flash it with 'edgespike flash' and give its port, such as --port /dev/ttyACM0");
        FirmwareBuild build = new(boardName, modelPath);
        Tool.Require("qemu-system-arm");
        EmulatedDevice device = EmulatedDevice.Start(board, build.Run(session));
        return new DeviceConnection(board, $"{board.Name} in QEMU", device.Link, device, emulated: true, session.Cancellation);
    }

    private static DeviceConnection OpenPort(Session session, Board board, string port)
    {
        string place = $"{board.Name} at {port}";
        Stream stream;
        try
        {
            stream = port.StartsWith("tcp:", StringComparison.Ordinal) ? OpenSocket(port) : OpenSerial(port, board.Uart.Baud);
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            throw new ConversionException(ErrorCode.DeviceFailed, port, $"it can't be opened ({error.Message})", "look at the cable, at who else uses the port, and whether you may (on Debian: group dialout)", error);
        }

        bool emulated = port.StartsWith("tcp:", StringComparison.Ordinal) || port.StartsWith("/dev/pts/", StringComparison.Ordinal);
        DeviceLink link = new(place, stream, stream);
        if (emulated) link.Attempts = EmulatedDevice.Attempts;
        return new DeviceConnection(board, place, link, link, emulated, session.Cancellation);
    }

    private static Stream OpenSerial(string port, int baud)
    {
        if (port.StartsWith('/') && !File.Exists(port))
        {
            string[] there = SerialPort.GetPortNames();
            throw new ConversionException(ErrorCode.DeviceFailed, port, "there is no such port", there.Length == 0 ? "there is no serial port at all: plug the board in" : $"there are {string.Join(", ", there)}");
        }

        SerialPort serial = new(port, baud, Parity.None, 8, StopBits.One);
        serial.Open();
        // What came before this moment is of another conversation.
        serial.DiscardInBuffer();
        return serial.BaseStream;
    }

    private static NetworkStream OpenSocket(string port)
    {
        int colon = port.LastIndexOf(':');
        if (colon <= 4 || !int.TryParse(port.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > 65535)
            throw new ConversionException(ErrorCode.Usage, $"--port {port}", "it is not tcp:HOST:PORT", "give it as tcp:127.0.0.1:4242");
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(port[4..colon], number);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private void Greet(Session session, string modelPath, byte[] model)
    {
        string flash = $"edgespike flash --board {Board.Name} --model {modelPath}";
        DeviceIdentity identity = Meet(session, flash);
        bool same = identity.ModelBytes == model.Length && identity.ModelChecksum == BinaryPrimitives.ReadUInt32LittleEndian(model.AsSpan(12));

        // It may be an upload that it refuses, while the model that is asked for runs.
        if (identity.ModelError != 0 && !same) throw new BoardException(Place, $"the device refuses its model at offset {identity.ModelErrorOffset}: {ModelLoading.Text((ModelError)identity.ModelError)}", flash);
        if (!same) throw new BoardException(Place, $"the device holds another model ({identity.ModelBytes} bytes, checksum {identity.ModelChecksum:x8})", flash);
    }

    private DeviceIdentity Meet(Session session, string flash)
    {
        DeviceIdentity identity = Link.Identify();
        if (identity.Board != Board.Name) throw new BoardException(Place, $"the device calls itself '{identity.Board}'", $"give that board, or flash this one: {flash}");
        PanicReport panic = Link.ReadPanic(forget: true);
        if (panic.Happened) session.Error.WriteLine($"note: before this, the program on the device stopped: {Describe(panic)}");
        return identity;
    }

    private static string Describe(PanicReport panic) => $"{panic.Meaning}, at 0x{panic.Address:x8}, tick {panic.Tick}, restarts {panic.Restarts}";
}
