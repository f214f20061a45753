using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>
/// Sends what each neuron operator and state space emitted in a tick, as soon as it has run: afterwards another signal may stand in
/// the same words. Frame: sequence number, Emitted, u32 tick, u16 operator, u16 kind (0 values, 1 events), u16 first, then u16
/// indices or i32 values.
/// </summary>
public sealed class EmittedObserver : StepObserver
{
    private const int Header = 12;
    private const int Room = FrameLine.MostBytes - Header;

    private readonly Interpreter _interpreter;
    private readonly FrameLine _line;
    private int _sequence;
    private uint _tick;
    private int _index;
    private int _record;

    /// <summary>For the model of an interpreter.</summary>
    public EmittedObserver(Interpreter interpreter, FrameLine line)
    {
        _interpreter = interpreter;
        _line = line;
    }

    /// <summary>Frames sent since <see cref="Begin"/>.</summary>
    public uint Frames { get; private set; }

    /// <summary>Before a tick.</summary>
    public void Begin(int sequence, uint tick)
    {
        _sequence = sequence;
        _tick = tick;
        Frames = 0;
        _index = 0;
        _record = (int)LinkServer.Word(_interpreter.Model.File, 48);
    }

    /// <inheritdoc/>
    public override void After(int index)
    {
        // Operators run in the order of their records, so the record is one further at each call.
        byte[] file = _interpreter.Model.File;
        while (_index < index)
        {
            _record += LinkServer.Half(file, _record + 2);
            _index++;
        }

        int code = LinkServer.Half(file, _record), buffer = -1;
        if (code == (int)OperatorCode.Neuron || code == (int)OperatorCode.LoihiNeuron)
        {
            buffer = (int)LinkServer.Word(file, _record + 8 + 4);
            if (buffer < 0) buffer = (int)LinkServer.Word(file, _record + 8 + 8);
        }
        else if (code == (int)OperatorCode.StateSpace) buffer = (int)LinkServer.Word(file, _record + 8 + 8);
        if (buffer < 0) return;

        // From the file, which the runtime has verified: its table of buffers need not outlive that.
        int entry = (int)LinkServer.Word(file, 44) + 16 * buffer;
        bool events = file[entry] == (int)BufferKind.Events;
        int from = (int)LinkServer.Word(file, entry + 4), count = (int)LinkServer.Word(file, entry + 8);
        if (events)
        {
            count = _interpreter.Arena[from];
            from++;
        }

        int most = events ? Room / 2 : Room / 4;
        for (int first = 0; first < count || first == 0; first += most) Send(index, events, from, first, count - first < most ? count - first : most);
    }

    private void Send(int index, bool events, int from, int first, int count)
    {
        byte[] frame = _line.Outgoing;
        frame[0] = (byte)_sequence;
        frame[1] = LinkCommand.Emitted;
        for (int i = 0; i < 4; i++) frame[2 + i] = (byte)(_tick >> (8 * i));
        frame[6] = (byte)index;
        frame[7] = (byte)(index >> 8);
        frame[8] = (byte)(events ? 1 : 0);
        frame[9] = 0;
        frame[10] = (byte)first;
        frame[11] = (byte)(first >> 8);
        int at = Header;
        for (int i = 0; i < count; i++)
        {
            int value = _interpreter.Arena[from + first + i];
            frame[at++] = (byte)value;
            frame[at++] = (byte)(value >> 8);
            if (events) continue;
            frame[at++] = (byte)(value >> 16);
            frame[at++] = (byte)(value >> 24);
        }

        Frames++;
        _line.Send(at);
    }
}
