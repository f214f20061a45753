namespace EdgeSpike.Runtime;

/// <summary>
/// Replays the vectors inside a model file (FORMAT.md, Vectors): any target proves with it that it computes what the
/// converter computed.
/// </summary>
public sealed class VectorCheck
{
    private readonly Interpreter _interpreter;
    private readonly int[] _input;

    /// <summary>Makes ready to replay the vectors of a loaded model; allocates room for the largest input.</summary>
    public VectorCheck(Interpreter interpreter)
    {
        _interpreter = interpreter;
        int largest = 1;
        ModelFile model = interpreter.Model;
        for (int i = 0; i < model.Ports.Length; i++)
            if (model.Ports[i].Kind == PortKind.Input && model.Ports[i].Length > largest) largest = model.Ports[i].Length;
        _input = new int[largest];
    }

    /// <summary>The vector at which <see cref="Run"/> stopped.</summary>
    public int Vector { get; private set; }

    /// <summary>The first tick that differs, or the number of ticks when only a result after the last tick differs.</summary>
    public int Tick { get; private set; }

    /// <summary>Ticks replayed, over all vectors.</summary>
    public long Ticks { get; private set; }

    /// <summary>
    /// Replays all vectors. None: all equal. VectorDiffers: see <see cref="Vector"/> and <see cref="Tick"/>. Vector: a record is
    /// malformed. Leaves the interpreter reset.
    /// </summary>
    public ModelError Run()
    {
        ModelFile model = _interpreter.Model;
        int at = model.VectorsOffset;
        Ticks = 0;
        ModelError error = ModelError.None;
        for (Vector = 0; Vector < model.VectorCount && error == ModelError.None; Vector++)
        {
            int bytes = Bytes.I32(model.File, at);
            error = Replay(model, at + 8, at + bytes, Bytes.I32(model.File, at + 4));
            at += bytes;
        }

        if (error != ModelError.None) Vector--;
        _interpreter.Reset();
        return error;
    }

    private ModelError Replay(ModelFile model, int at, int end, int ticks)
    {
        // Each tick has a checksum at least: a record that claims more ticks than it has room for is not walked through.
        if ((long)end - at < 4L * ticks) return ModelError.Vector;

        // Checksums stand behind the inputs: a first pass finds where.
        int inputs = at;
        for (int t = 0; t < ticks; t++)
        {
            at = Inputs(model, at, end, false);
            if (at < 0) return ModelError.Vector;
        }

        if ((long)end - at < 4L * ticks) return ModelError.Vector;
        int checksums = at;
        at = inputs;
        _interpreter.Reset();
        for (Tick = 0; Tick < ticks; Tick++)
        {
            at = Inputs(model, at, end, true);
            if (at < 0) return ModelError.Vector;
            Ticks++;
            if (_interpreter.StepChecksum() != (uint)Bytes.I32(model.File, checksums + 4 * Tick)) return ModelError.VectorDiffers;
        }

        at = checksums + 4 * ticks;
        for (int kind = (int)PortKind.Scores; kind <= (int)PortKind.Answer; kind++)
            for (int p = 0; p < model.Ports.Length; p++)
            {
                ModelPort port = model.Ports[p];
                if ((int)port.Kind != kind) continue;
                int words = port.Holds == BufferKind.Events ? port.Length + 1 : port.Length;
                for (int i = 0; i < words; i++, at += 4)
                {
                    if (end - at < 4) return ModelError.Vector;
                    if (Bytes.I32(model.File, at) != _interpreter.Arena[port.Offset + i]) return ModelError.VectorDiffers;
                }
            }

        return at == end ? ModelError.None : ModelError.Vector;
    }

    /// <summary>Reads one tick's inputs at <paramref name="at"/>, and sets them when <paramref name="set"/>; where the next begins, or -1.</summary>
    private int Inputs(ModelFile model, int at, int end, bool set)
    {
        for (int p = 0; p < model.Ports.Length; p++)
        {
            ModelPort port = model.Ports[p];
            if (port.Kind != PortKind.Input) continue;
            bool events = port.Holds == BufferKind.Events;
            int count = port.Length;
            if (events)
            {
                if (end - at < 4) return -1;
                count = Bytes.I32(model.File, at);
                at += 4;
                if (count < 0 || count > port.Length) return -1;
            }

            if (end - at < 4L * count) return -1;
            if (set)
            {
                for (int i = 0; i < count; i++) _input[i] = Bytes.I32(model.File, at + 4 * i);
                ModelError error = events ? _interpreter.SetEvents(p, _input, 0, count) : _interpreter.SetValues(p, _input, 0);
                if (error != ModelError.None) return -1;
            }

            at += 4 * count;
        }

        return at;
    }
}
