// The host compiles this file too, where references are annotated.
#nullable disable
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// The device's side of the host link (PROTOCOL.md): one request, one answer, with what operators emitted in between when asked
/// for. A request that comes twice is not carried out twice: the answer is sent again.
/// </summary>
/// <remarks>Trusts nothing: every length is checked before it is used. Portable: the host's tests run this very class.</remarks>
public sealed class LinkServer
{
    private const int Version = 1;
    private const int Header = 3;

    private readonly FrameLine _line;
    private readonly DeviceControl _device;
    private Interpreter _interpreter;
    private VectorCheck _check;
    private EmittedObserver _observer;
    private int[] _input;
    private uint _lastRequest;
    private int _lastAnswer;
    private int _at;
    private int _upload;

    /// <summary>A server on a line; the interpreter may be null when no model was accepted.</summary>
    public LinkServer(FrameLine line, DeviceControl device, Interpreter interpreter)
    {
        _line = line;
        _device = device;
        _lastAnswer = 0;
        _interpreter = interpreter;
        if (interpreter == null) return;
        int largest = 1;
        for (int i = 0; i < interpreter.Model.Ports.Length; i++)
        {
            ModelPort port = interpreter.Model.Ports[i];
            if (port.Kind == PortKind.Input && port.Length > largest) largest = port.Length;
        }

        _input = new int[largest];
        _observer = new EmittedObserver(interpreter, line);
        _check = new VectorCheck(interpreter);
    }

    /// <summary>Answers one request if one has come.</summary>
    public void Poll()
    {
        if (!_line.Receive()) return;
        if (_line.IncomingBytes < 2) return;
        _device.Contact();
        byte[] request = _line.Incoming;
        if (_lastAnswer > 0 && _line.IncomingChecksum == _lastRequest)
        {
            _line.Send(_lastAnswer);
            return;
        }

        int command = request[1];
        _at = Header;
        int status = Carry(command, request, 2, _line.IncomingBytes);
        byte[] answer = _line.Outgoing;
        answer[0] = request[0];
        answer[1] = (byte)(command | LinkCommand.Answer);
        answer[2] = (byte)status;
        _lastRequest = _line.IncomingChecksum;
        _lastAnswer = status == LinkStatus.Done || status == LinkStatus.InputRefused ? _at : Header;
        _line.Send(_lastAnswer);
        if (command == LinkCommand.Restart) _device.Restart();
    }

    private int Carry(int command, byte[] request, int from, int to)
    {
        switch (command)
        {
            case LinkCommand.Identify: return Identify(to - from);
            case LinkCommand.PanicRecord: return PanicRecord(request, from, to);
            case LinkCommand.Memory: return Memory(to - from);
            case LinkCommand.Restart: return to == from ? LinkStatus.Done : LinkStatus.BadPayload;
            case LinkCommand.UploadBegin: return UploadBegin(request, from, to);
            case LinkCommand.UploadData: return UploadData(request, from, to);
            case LinkCommand.UploadEnd: return UploadEnd(request, from, to);
            case LinkCommand.Provoke:
                if (to - from != 1) return LinkStatus.BadPayload;
                _device.Provoke(request[from]);
                return LinkStatus.NotHere;
        }

        if (command < 1 || command > LinkCommand.Provoke) return LinkStatus.UnknownCommand;
        if (_interpreter == null) return LinkStatus.NoModel;
        switch (command)
        {
            case LinkCommand.Reset:
                if (to != from) return LinkStatus.BadPayload;
                _interpreter.Reset();
                _device.Tick(0);
                return LinkStatus.Done;
            case LinkCommand.Input: return Input(request, from, to);
            case LinkCommand.Step: return Step(request, from, to);
            case LinkCommand.Run: return Run(request, from, to);
            case LinkCommand.ReadArena: return ReadArena(request, from, to);
            case LinkCommand.Profile: return Profile(request, from, to);
            default: return Check(to - from);
        }
    }

    private int Identify(int bytes)
    {
        if (bytes != 0) return LinkStatus.BadPayload;
        PutWord((uint)Version);
        PutWord(FrameLine.MostBytes - 4);
        PutWord((uint)_device.Slot);
        PutWord((uint)_device.ModelError);
        PutWord((uint)_device.ModelErrorOffset);
        byte[] file = _interpreter == null ? null : _interpreter.Model.File;
        PutWord(file == null ? 0 : (uint)file.Length);
        PutWord(file == null ? 0 : Word(file, 12));
        PutWord(_interpreter == null ? 0 : (uint)_interpreter.Model.ArenaWords);
        PutWord((uint)_line.Dropped);
        _at += _device.WriteName(_line.Outgoing, _at);
        return LinkStatus.Done;
    }

    /// <summary>u8 port, u8 1: this is the last part, u16 offset; then u16 indices or i32 values.</summary>
    private int Input(byte[] request, int from, int to)
    {
        if (to - from < 4) return LinkStatus.BadPayload;
        int port = request[from], offset = Half(request, from + 2);
        bool last = request[from + 1] == 1;
        ModelPort input = InputPort(port);
        if (input == null) return LinkStatus.BadPayload;
        bool events = input.Holds == BufferKind.Events;
        from += 4;
        int width = events ? 2 : 4, count = 0;
        for (; to - from >= width; from += width)
        {
            if (offset + count >= _input.Length) return LinkStatus.BadPayload;
            _input[offset + count] = events ? Half(request, from) : (int)Word(request, from);
            count++;
        }

        if (from != to) return LinkStatus.BadPayload;
        if (!last) return LinkStatus.Done;
        count += offset;
        if (!events && count != input.Length) return LinkStatus.BadPayload;
        return Set(port, events, count);
    }

    private int Set(int port, bool events, int count)
    {
        ModelError error = events ? _interpreter.SetEvents(port, _input, 0, count) : _interpreter.SetValues(port, _input, 0);
        if (error == ModelError.None) return LinkStatus.Done;
        PutWord((uint)error);
        return LinkStatus.InputRefused;
    }

    /// <summary>u8 1: with what operators emitted, 2: with the checksum. Answer: ticks since the reset (u32), frames of emissions or checksum (u32).</summary>
    private int Step(byte[] request, int from, int to)
    {
        if (to - from != 1 || request[from] > 2) return LinkStatus.BadPayload;
        uint more = 0;
        _device.Tick((int)_interpreter.Ticks);
        if (request[from] == 0) _interpreter.Step();
        else if (request[from] == 2) more = _interpreter.StepChecksum();
        else
        {
            _observer.Begin(request[0], (uint)_interpreter.Ticks);
            _interpreter.Step(_observer);
            more = _observer.Frames;
        }

        PutWord((uint)_interpreter.Ticks);
        PutWord(more);
        return LinkStatus.Done;
    }

    /// <summary>u8 ticks; for each tick and input port in order: u16 count and u16 indices, or i32 values. Answer: u32 checksums.</summary>
    private int Run(byte[] request, int from, int to)
    {
        if (to - from < 1) return LinkStatus.BadPayload;
        int ticks = request[from++];
        if (ticks > (FrameLine.MostBytes - 4) / 4) return LinkStatus.BadPayload;
        ModelPort[] ports = _interpreter.Model.Ports;
        for (int t = 0; t < ticks; t++)
        {
            for (int p = 0; p < ports.Length; p++)
            {
                ModelPort port = ports[p];
                if (port.Kind != PortKind.Input) continue;
                bool events = port.Holds == BufferKind.Events;
                int count = port.Length, width = 4;
                if (events)
                {
                    if (to - from < 2) return LinkStatus.BadPayload;
                    count = Half(request, from);
                    from += 2;
                    width = 2;
                    if (count > port.Length) return LinkStatus.BadPayload;
                }

                if (to - from < count * width) return LinkStatus.BadPayload;
                for (int i = 0; i < count; i++, from += width) _input[i] = events ? Half(request, from) : (int)Word(request, from);
                int status = Set(p, events, count);
                if (status != LinkStatus.Done) return LinkStatus.BadPayload;
            }

            _device.Tick((int)_interpreter.Ticks);
            PutWord(_interpreter.StepChecksum());
        }

        return from == to ? LinkStatus.Done : LinkStatus.BadPayload;
    }

    /// <summary>u32 first word, u16 words, at most 64. Answer: the words.</summary>
    private int ReadArena(byte[] request, int from, int to)
    {
        if (to - from != 6) return LinkStatus.BadPayload;
        uint first = Word(request, from);
        int count = Half(request, from + 4);
        int[] arena = _interpreter.Arena;
        if (count > 64 || first > (uint)arena.Length || count > arena.Length - (int)first) return LinkStatus.BadPayload;
        for (int i = 0; i < count; i++) PutWord((uint)arena[(int)first + i]);
        return LinkStatus.Done;
    }

    /// <summary>u16 operator. Answer: synaptic operations, neuron updates, spikes, saturations, ticks, as 64 bits each.</summary>
    private int Profile(byte[] request, int from, int to)
    {
        if (to - from != 2) return LinkStatus.BadPayload;
        int index = Half(request, from);
        Operator[] operators = _interpreter.Model.Operators;
        if (index >= operators.Length) return LinkStatus.BadPayload;
        PutLong(operators[index].SynapticOperations);
        PutLong(operators[index].NeuronUpdates);
        PutLong(operators[index].Spikes);
        PutLong(operators[index].Saturations);
        PutLong(_interpreter.Ticks);
        return LinkStatus.Done;
    }

    /// <summary>Answer: ModelError, vector, tick, ticks replayed.</summary>
    private int Check(int bytes)
    {
        if (bytes != 0) return LinkStatus.BadPayload;
        ModelError error = _check.Run();
        PutWord((uint)error);
        PutWord((uint)_check.Vector);
        PutWord((uint)_check.Tick);
        PutWord((uint)_check.Ticks);
        return LinkStatus.Done;
    }

    /// <summary>u8 1: forget it afterwards. Answer: seven words.</summary>
    private int PanicRecord(byte[] request, int from, int to)
    {
        if (to - from != 1) return LinkStatus.BadPayload;
        for (int i = 0; i < 7; i++) PutWord(_device.PanicWord(i));
        if (request[from] == 1) _device.ClearPanic();
        return LinkStatus.Done;
    }

    private int Memory(int bytes)
    {
        if (bytes != 0) return LinkStatus.BadPayload;
        for (int i = 0; i < 5; i++) PutWord(_device.MemoryWord(i));
        return LinkStatus.Done;
    }

    private int UploadBegin(byte[] request, int from, int to)
    {
        if (to - from != 4) return LinkStatus.BadPayload;
        uint bytes = Word(request, from);
        _upload = -1;
        if (bytes < 128 || bytes > (uint)_device.SlotBytes) return LinkStatus.NotHere;

        // Its model is read in place: when it is in use, there is none from now on.
        if (_device.Slot == 1) _interpreter = null;
        if (!_device.SlotBegin((int)bytes)) return LinkStatus.FlashFailed;
        _upload = (int)bytes;
        return LinkStatus.Done;
    }

    private int UploadData(byte[] request, int from, int to)
    {
        int count = to - from - 4;
        if (count < 1) return LinkStatus.BadPayload;
        uint offset = Word(request, from);
        if (_upload < 128 || offset > (uint)_upload || count > _upload - (int)offset) return LinkStatus.BadPayload;

        // Flash is written in units of up to 32 bytes, each once.
        if (((int)offset & 31) != 0 || ((count & 31) != 0 && count != _upload - (int)offset)) return LinkStatus.BadPayload;
        return _device.SlotWrite((int)offset, request, from + 4, count) ? LinkStatus.Done : LinkStatus.FlashFailed;
    }

    private int UploadEnd(byte[] request, int from, int to)
    {
        if (to - from != 4 || _upload < 128) return LinkStatus.BadPayload;
        _upload = -1;
        return _device.SlotEnd(Word(request, from)) ? LinkStatus.Done : LinkStatus.FlashFailed;
    }

    private ModelPort InputPort(int port)
    {
        ModelPort[] ports = _interpreter.Model.Ports;
        return port >= ports.Length || ports[port].Kind != PortKind.Input ? null : ports[port];
    }

    private void PutWord(uint value)
    {
        byte[] answer = _line.Outgoing;
        answer[_at] = (byte)value;
        answer[_at + 1] = (byte)(value >> 8);
        answer[_at + 2] = (byte)(value >> 16);
        answer[_at + 3] = (byte)(value >> 24);
        _at += 4;
    }

    private void PutLong(long value)
    {
        PutWord((uint)value);
        PutWord((uint)(value >> 32));
    }

    internal static int Half(byte[] bytes, int at)
    {
        return bytes[at] | (bytes[at + 1] << 8);
    }

    internal static uint Word(byte[] bytes, int at)
    {
        return bytes[at] | ((uint)bytes[at + 1] << 8) | ((uint)bytes[at + 2] << 16) | ((uint)bytes[at + 3] << 24);
    }
}
