namespace EdgeSpike.Runtime;

/// <summary>Sees the arena after every operator: the only moment at which a transient buffer can be read.</summary>
public abstract class StepObserver
{
    /// <summary>Operator <paramref name="index"/> has just run.</summary>
    public abstract void After(int index);
}

/// <summary>
/// Runs a model, tick by tick. Load verifies the file and allocates the arena; after that nothing is allocated, and no
/// input makes it read or write outside the file and the arena.
/// </summary>
/// <remarks>
/// A tick: fill input ports with <see cref="SetEvents"/> or <see cref="SetValues"/> (a port that is not filled is silent),
/// then <see cref="Step()"/>; read <see cref="Arena"/> at the buffers of ports. Not thread-safe; an instance a thread.
/// </remarks>
public sealed class Interpreter
{
    private Operator[] _operators;
    private Operator[] _schedule;
    private ModelPort[] _ports;

    /// <summary>An interpreter without a model.</summary>
    public Interpreter()
    {
        Model = new ModelFile();
        Arena = new int[0];
        _operators = _schedule = Model.Operators;
        _ports = Model.Ports;
    }

    /// <summary>The model, or an empty one.</summary>
    public ModelFile Model { get; private set; }

    /// <summary>All state and signals; buffers say where.</summary>
    public int[] Arena { get; private set; }

    /// <summary>Ticks since the reset.</summary>
    public long Ticks { get; private set; }

    /// <summary>Values at input ports that were clamped to the port's bound, since the reset.</summary>
    public long InputSaturations { get; private set; }

    /// <summary>Verifies a model and makes it ready at tick 0. None, or why it was refused (details in <see cref="Model"/>).</summary>
    /// <param name="file">The whole file; kept, not copied, and not to be changed.</param>
    /// <param name="maximumArenaWords">Largest arena to accept.</param>
    /// <param name="maximumWork">Largest worst case of operations per tick to accept.</param>
    public ModelError Load(byte[] file, int maximumArenaWords, long maximumWork)
    {
        ModelError error = Model.Load(file, maximumArenaWords, maximumWork);
        TableMemory.Release(Model);
        _operators = Model.Operators;
        _ports = Model.Ports;
        Arena = new int[Model.ArenaWords];
        int[] peaks = new int[Model.Peaks];
        for (int i = 0; i < _operators.Length; i++)
        {
            _operators[i].Arena = Arena;
            _operators[i].Peaks = peaks;
        }

        _schedule = Schedule(file);
        Reset();
        return error;
    }

    /// <summary>Back to tick 0: state, read-outs and counters.</summary>
    public void Reset()
    {
        Kernels.Fill(Arena, 0, Arena.Length, 0);
        for (int i = 0; i < _operators.Length; i++)
        {
            _operators[i].Reset();
            _operators[i].ClearCounters();
        }

        Ticks = 0;
        InputSaturations = 0;
    }

    /// <summary>Fills an input port of events for the next tick.</summary>
    /// <param name="port">Index among all ports.</param>
    /// <param name="indices">Active elements, strictly ascending.</param>
    /// <param name="offset">First one in <paramref name="indices"/>.</param>
    /// <param name="count">How many.</param>
    /// <returns>None, InputPort, or InputIndex; then nothing has changed.</returns>
    public ModelError SetEvents(int port, int[] indices, int offset, int count)
    {
        ModelPort buffer = Input(port, BufferKind.Events);
        if (buffer == null) return ModelError.InputPort;
        if (count < 0 || offset < 0 || count > buffer.Length || count > indices.Length - offset) return ModelError.InputIndex;
        int previous = -1;
        for (int i = 0; i < count; i++)
        {
            int index = indices[offset + i];
            if (index <= previous || index >= buffer.Length) return ModelError.InputIndex;
            previous = index;
        }

        int list = buffer.Offset;
        for (int i = 0; i < count; i++) Arena[list + 1 + i] = indices[offset + i];
        Arena[list] = count;
        return ModelError.None;
    }

    /// <summary>Fills an input port of values for the next tick; magnitudes beyond the port's bound are clamped and counted.</summary>
    /// <returns>None, InputPort, or InputIndex when there are fewer values than the port has elements.</returns>
    public ModelError SetValues(int port, int[] values, int offset)
    {
        ModelPort buffer = Input(port, BufferKind.Values);
        if (buffer == null) return ModelError.InputPort;
        if (offset < 0 || buffer.Length > values.Length - offset) return ModelError.InputIndex;
        for (int i = 0; i < buffer.Length; i++)
        {
            int value = values[offset + i], kept = value;
            if (value > buffer.Bound) kept = buffer.Bound;
            if (value < -buffer.Bound) kept = -buffer.Bound;
            if (kept != value) InputSaturations++;
            Arena[buffer.Offset + i] = kept;
        }

        return ModelError.None;
    }

    /// <summary>Runs one tick.</summary>
    public void Step()
    {
        Operator[] schedule = _schedule;
        for (int i = 0; i < schedule.Length; i++) schedule[i].Step();
        EndTick();
    }

    /// <summary>Runs one tick and shows the arena after every operator.</summary>
    public void Step(StepObserver observer)
    {
        for (int i = 0; i < _operators.Length; i++)
        {
            _operators[i].Step();
            observer.After(i);
        }

        EndTick();
    }

    /// <summary>Runs one tick and returns its checksum (FORMAT.md, Vectors): equal checksums, equal spikes.</summary>
    public uint StepChecksum()
    {
        uint hash = 2166136261;
        Operator[] schedule = _schedule;
        for (int i = 0; i < schedule.Length; i++)
        {
            schedule[i].Step();
            hash = schedule[i].Checksum(hash);
        }

        EndTick();
        return hash;
    }

    /// <summary>The operators as they run: groups in place of their members.</summary>
    private Operator[] Schedule(byte[] file)
    {
        int steps = 0, grouped = 0;
        for (int i = 0; i < _operators.Length; steps++)
        {
            int length = RowGroup.Length(_operators, i);
            grouped += length;
            i += length == 0 ? 1 : length;
        }

        if (grouped == 0) return _operators;
        Operator[] schedule = new Operator[steps];
        int[] rows = new int[Kernels.RowListWords()];
        int first = 0;
        for (int s = 0; s < steps; s++)
        {
            int length = RowGroup.Length(_operators, first);
            if (length == 0)
            {
                schedule[s] = _operators[first++];
                continue;
            }

            schedule[s] = new RowGroup(_operators, first, length, rows);
            schedule[s].File = file;
            schedule[s].Arena = Arena;
            first += length;
        }

        return schedule;
    }

    private void EndTick()
    {
        Ticks++;
        for (int i = 0; i < _ports.Length; i++)
        {
            ModelPort port = _ports[i];
            if (port.Kind != PortKind.Input) continue;

            // Of events the count alone.
            Kernels.Fill(Arena, port.Offset, port.Holds == BufferKind.Events ? 1 : port.Length, 0);
        }
    }

    private ModelPort Input(int port, BufferKind kind)
    {
        if (port < 0 || port >= _ports.Length) return null;
        ModelPort found = _ports[port];
        return found.Kind == PortKind.Input && found.Holds == kind ? found : null;
    }
}
