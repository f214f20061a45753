using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using EdgeSpike.Firmware;

namespace EdgeSpike.Boards.Link;

/// <summary>
/// The host's side of the link (firmware/bare-metal/PROTOCOL.md) over any pair of streams: one request at a time, repeated when no
/// answer comes; the device carries a repeated request out once. Not thread-safe.
/// </summary>
public sealed class DeviceLink : IDisposable
{
    // Flash is written in units of up to 32 bytes: as many as a frame holds.
    private const int UploadPart = (FrameLine.MostBytes - 8) & ~31;

    private readonly string _name;
    private readonly StreamPort _port;
    private readonly FrameLine _line;
    private readonly List<byte[]> _emitted = [];
    private byte _sequence;

    /// <summary>A link over streams, which it closes in the end.</summary>
    /// <param name="name">Names the device in messages.</param>
    /// <param name="input">From the device.</param>
    /// <param name="output">To the device.</param>
    public DeviceLink(string name, Stream input, Stream output)
    {
        _name = name;
        _port = new StreamPort(input, output);
        _line = new FrameLine(_port);

        // A device that has answered the frame before this one with the same number and content would repeat that answer.
        _sequence = (byte)Environment.TickCount;
    }

    /// <summary>How long an answer may take; the slowest block of flash is erased in 4 s.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request is sent before the device counts as silent.</summary>
    public int Attempts { get; set; } = 4;

    /// <summary>Damaged frames from the device.</summary>
    public int Dropped => _line.Dropped;

    /// <summary>Who the device is.</summary>
    public DeviceIdentity Identify()
    {
        byte[] answer = Request(LinkCommand.Identify, []);
        Expect(answer, 36, int.MaxValue);
        int Number(int index) => BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(4 * index));
        return new DeviceIdentity(Encoding.ASCII.GetString(answer.AsSpan(36)), Number(0), Number(1), Number(2), Number(3), Number(4), Number(5), (uint)Number(6), Number(7), Number(8));
    }

    /// <summary>Back to tick 0.</summary>
    public void Reset() => Request(LinkCommand.Reset, []);

    /// <summary>Fills an input port of events for the next tick.</summary>
    /// <param name="port">Index among all ports.</param>
    /// <param name="indices">Active elements, strictly ascending.</param>
    public void SetEvents(int port, ReadOnlySpan<int> indices) => Input(port, indices, 2);

    /// <summary>Fills an input port of values for the next tick.</summary>
    /// <param name="port">Index among all ports.</param>
    /// <param name="values">One for each element.</param>
    public void SetValues(int port, ReadOnlySpan<int> values) => Input(port, values, 4);

    /// <summary>Runs one tick; the number of ticks since the reset.</summary>
    public long Step()
    {
        byte[] answer = Request(LinkCommand.Step, [0]);
        Expect(answer, 8, 8);
        return BinaryPrimitives.ReadUInt32LittleEndian(answer);
    }

    /// <summary>Runs one tick; what every neuron operator and state space emitted.</summary>
    /// <exception cref="BoardException">A frame was lost: reset and run again, the same comes.</exception>
    public IReadOnlyList<Emission> StepEmitting()
    {
        byte[] answer = Request(LinkCommand.Step, [1]);
        Expect(answer, 8, 8);
        uint frames = BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4));
        if (frames != _emitted.Count) throw new BoardException(_name, $"{frames} frames of spikes were sent and {_emitted.Count} arrived whole", "reset and run again; look at the cable if it stays so");
        List<Emission> emissions = [];
        foreach (byte[] frame in _emitted)
        {
            bool events = frame[8] == 1;
            List<int> values = [];
            for (int at = 12; at < frame.Length; at += events ? 2 : 4)
                values.Add(events ? BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(at)) : BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(at)));
            int index = BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(6));
            if (BinaryPrimitives.ReadUInt16LittleEndian(frame.AsSpan(10)) > 0 && emissions.Count > 0 && emissions[^1].Operator == index)
                emissions[^1] = emissions[^1] with { Values = [.. emissions[^1].Values, .. values] };
            else emissions.Add(new Emission(BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(2)), index, events, values));
        }

        return emissions;
    }

    /// <summary>
    /// Runs ticks, each with its inputs as <see cref="EventInput"/> and <see cref="ValueInput"/> encode them (all input ports in
    /// order, joined), and returns their checksums. As many go into a frame as fit; one takes at most 255 bytes.
    /// </summary>
    public uint[] Run(IReadOnlyList<byte[]> ticks)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        uint[] checksums = new uint[ticks.Count];
        const int Room = FrameLine.MostBytes - 4, Most = Room / 4;
        for (int done = 0; done < ticks.Count;)
        {
            List<byte> payload = [0];
            int count = 0;
            while (count < Most && done + count < ticks.Count && payload.Count + ticks[done + count].Length <= Room) payload.AddRange(ticks[done + count++]);
            if (count == 0) throw new ArgumentException($"tick {done} has {ticks[done].Length} bytes where a frame holds {Room - 1}", nameof(ticks));
            payload[0] = (byte)count;
            byte[] answer = Request(LinkCommand.Run, [.. payload]);
            Expect(answer, 4 * count, 4 * count);
            for (int i = 0; i < count; i++) checksums[done + i] = BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4 * i));
            done += count;
        }

        return checksums;
    }

    /// <summary>Runs ticks and returns their checksums. Inputs that a frame does not hold go in parts, a tick at a time.</summary>
    /// <param name="ticks">For each tick its input ports in order: index among all ports, whether it takes events, indices or values.</param>
    public uint[] Run(IReadOnlyList<IReadOnlyList<(int Port, bool Events, int[] Words)>> ticks)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        List<uint> checksums = [];
        List<byte[]> together = [];
        foreach (IReadOnlyList<(int Port, bool Events, int[] Words)> tick in ticks)
        {
            if (tick.Sum(p => p.Events ? 2 + 2 * p.Words.Length : 4 * p.Words.Length) < FrameLine.MostBytes - 4)
            {
                together.Add([.. tick.SelectMany(p => p.Events ? EventInput(p.Words) : ValueInput(p.Words))]);
                continue;
            }

            checksums.AddRange(Run(together));
            together.Clear();
            foreach ((int port, bool events, int[] words) in tick) Input(port, words, events ? 2 : 4);
            byte[] answer = Request(LinkCommand.Step, [2]);
            Expect(answer, 8, 8);
            checksums.Add(BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
        }

        return [.. checksums, .. Run(together)];
    }

    /// <summary>A tick's input at a port of events, for <see cref="Run(IReadOnlyList{byte[]})"/>.</summary>
    public static byte[] EventInput(ReadOnlySpan<int> indices)
    {
        byte[] bytes = new byte[2 + 2 * indices.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, checked((ushort)indices.Length));
        for (int i = 0; i < indices.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 + 2 * i), checked((ushort)indices[i]));
        return bytes;
    }

    /// <summary>A tick's input at a port of values, for <see cref="Run(IReadOnlyList{byte[]})"/>.</summary>
    public static byte[] ValueInput(ReadOnlySpan<int> values)
    {
        byte[] bytes = new byte[4 * values.Length];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }

    /// <summary>Reads words of the arena; where a signal stands in it, the model file says.</summary>
    public int[] ReadArena(int first, int count)
    {
        int[] words = new int[count];
        for (int done = 0; done < count;)
        {
            int part = Math.Min(64, count - done);
            byte[] payload = new byte[6];
            BinaryPrimitives.WriteInt32LittleEndian(payload, first + done);
            BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(4), (ushort)part);
            byte[] answer = Request(LinkCommand.ReadArena, payload);
            Expect(answer, 4 * part, 4 * part);
            for (int i = 0; i < part; i++) words[done + i] = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(4 * i));
            done += part;
        }

        return words;
    }

    /// <summary>Counters of an operator.</summary>
    public OperatorProfile Profile(int index)
    {
        byte[] answer = Request(LinkCommand.Profile, [(byte)index, (byte)(index >> 8)]);
        Expect(answer, 40, 40);
        long Number(int i) => BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(8 * i));
        return new OperatorProfile(Number(0), Number(1), Number(2), Number(3), Number(4));
    }

    /// <summary>Replays the vectors inside the model; leaves it reset.</summary>
    public DeviceCheck Check()
    {
        byte[] answer = Request(LinkCommand.Check, []);
        Expect(answer, 16, 16);
        int Number(int index) => BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(4 * index));
        return new DeviceCheck(Number(0), Number(1), Number(2), Number(3));
    }

    /// <summary>The panic record.</summary>
    /// <param name="forget">Clears it on the device.</param>
    public PanicReport ReadPanic(bool forget = false)
    {
        byte[] answer = Request(LinkCommand.PanicRecord, [(byte)(forget ? 1 : 0)]);
        Expect(answer, 28, 28);
        uint Number(int index) => BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4 * index));
        return new PanicReport((int)Number(1), Number(2), Number(3), Number(4), Number(5), (int)Number(6));
    }

    /// <summary>Memory of the device.</summary>
    public DeviceMemory ReadMemory()
    {
        byte[] answer = Request(LinkCommand.Memory, []);
        Expect(answer, 20, 20);
        int Number(int index) => BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(4 * index));
        return new DeviceMemory(Number(0), Number(1), Number(2), Number(3), Number(4));
    }

    /// <summary>Restarts the device, and waits until it answers again.</summary>
    public DeviceIdentity Restart()
    {
        Request(LinkCommand.Restart, []);
        return Identify();
    }

    /// <summary>Writes a model into the second slot; it runs from the next start. Until the end is confirmed the old one stays.</summary>
    /// <param name="model">The .esm file.</param>
    /// <param name="progress">Told the bytes written so far.</param>
    public void Upload(byte[] model, IProgress<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, model.Length);
        Request(LinkCommand.UploadBegin, number);
        for (int at = 0; at < model.Length;)
        {
            int count = Math.Min(UploadPart, model.Length - at);
            byte[] payload = new byte[4 + count];
            BinaryPrimitives.WriteInt32LittleEndian(payload, at);
            model.AsSpan(at, count).CopyTo(payload.AsSpan(4));
            Request(LinkCommand.UploadData, payload);
            at += count;
            progress?.Report(at);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(number, FrameLine.Checksum(model, model.Length));
        Request(LinkCommand.UploadEnd, number);
    }

    /// <summary>Makes the device fault on purpose (PROTOCOL.md) and waits until it is back; what its panic record says.</summary>
    public PanicReport Provoke(int fault)
    {
        Send(LinkCommand.Provoke, [(byte)fault]);
        return ReadPanic();
    }

    /// <inheritdoc/>
    public void Dispose() => _port.Dispose();

    private void Input(int port, ReadOnlySpan<int> items, int width)
    {
        int most = (FrameLine.MostBytes - 8) / width, done = 0;
        do
        {
            int count = Math.Min(most, items.Length - done);
            byte[] payload = new byte[4 + width * count];
            payload[0] = (byte)port;
            payload[1] = (byte)(done + count == items.Length ? 1 : 0);
            BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(2), checked((ushort)done));
            for (int i = 0; i < count; i++)
                if (width == 2) BinaryPrimitives.WriteUInt16LittleEndian(payload.AsSpan(4 + 2 * i), checked((ushort)items[done + i]));
                else BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4 + 4 * i), items[done + i]);
            Request(LinkCommand.Input, payload);
            done += count;
        }
        while (done < items.Length);
    }

    /// <summary>Sends a request until it is answered; the answer's payload behind its status.</summary>
    private byte[] Request(int command, ReadOnlySpan<byte> payload)
    {
        _sequence++;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            _emitted.Clear();
            Transmit(command, payload);
            Stopwatch clock = Stopwatch.StartNew();
            while (clock.Elapsed < Patience)
            {
                if (!_line.Receive())
                {
                    if (_port.Ended) throw new BoardException(_name, "the line was closed", "look at the cable or the emulator and start again");
                    _port.Await(Patience - clock.Elapsed);
                    continue;
                }

                byte[] frame = _line.Incoming[.._line.IncomingBytes];
                if (frame[0] != _sequence) continue;
                if (frame[1] == LinkCommand.Emitted && frame.Length >= 12) _emitted.Add(frame);
                if (frame[1] == (command | LinkCommand.Answer) && frame.Length >= 3) return Accept(command, frame);
            }
        }

        throw new BoardException(_name, $"no answer to command {command} in {Attempts} attempts of {Patience.TotalSeconds:0.#} s", "check that EdgeSpike's firmware runs, the port and its rate");
    }

    private byte[] Accept(int command, byte[] frame)
    {
        switch (frame[2])
        {
            case LinkStatus.Done: return frame[3..];
            case LinkStatus.UnknownCommand: throw new BoardException(_name, $"command {command} is unknown", "flash the firmware of this version");
            case LinkStatus.NoModel: throw new BoardException(_name, "it has no model that it accepts", "see what identify and the panic record say; flash or upload another");
            case LinkStatus.InputRefused: throw new BoardException(_name, $"the input was refused with code {(frame.Length > 3 ? frame[3] : 0)}", "indices ascend and lie within the port");
            case LinkStatus.NotHere: throw new BoardException(_name, $"the board can't do command {command}, or the size is too large", "boards/README.md lists what a board has");
            case LinkStatus.FlashFailed: throw new BoardException(_name, "flash did not take the bytes", "upload again");
            default: throw new BoardException(_name, $"command {command} was malformed", "this is a defect, please report it");
        }
    }

    private void Expect(byte[] answer, int least, int most)
    {
        if (answer.Length < least || answer.Length > most) throw new BoardException(_name, $"an answer has {answer.Length} bytes", "flash the firmware of this version");
    }

    private void Send(int command, ReadOnlySpan<byte> payload)
    {
        _sequence++;
        Transmit(command, payload);
    }

    private void Transmit(int command, ReadOnlySpan<byte> payload)
    {
        byte[] frame = _line.Outgoing;
        frame[0] = _sequence;
        frame[1] = (byte)command;
        payload.CopyTo(frame.AsSpan(2));
        try
        {
            // A zero first ends whatever noise the device may have taken for the start of a frame.
            _port.Write(0);
            _line.Send(2 + payload.Length);
            _port.Flush();
        }
        catch (IOException error)
        {
            throw new BoardException(_name, "the line was closed", "look at the cable or the emulator and start again", error);
        }
    }
}
