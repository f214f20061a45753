namespace EdgeSpike.Runtime;

/// <summary>Counts the spikes of chosen operators in a tick, for <see cref="LayerMonitor"/>: pass it to <see cref="Interpreter.Step(StepObserver)"/>.</summary>
/// <remarks>It reads right after the operator has run, the only moment at which a signal is sure to stand in its words. Cost: events 1 word, values 1 word each.</remarks>
public sealed class LayerSpikes : StepObserver
{
    private readonly Interpreter _interpreter;
    private readonly int[] _operators;
    private readonly int[] _offsets;
    private readonly int[] _lengths;
    private readonly int[] _counts;

    /// <summary>For a model that is loaded.</summary>
    /// <param name="interpreter">Holds it.</param>
    /// <param name="operators">Indices of operators in the file; one out of range is never counted.</param>
    /// <param name="buffers">The buffer that each emits to; of events or values.</param>
    public LayerSpikes(Interpreter interpreter, int[] operators, int[] buffers)
    {
        _interpreter = interpreter;
        int layers = operators.Length < buffers.Length ? operators.Length : buffers.Length;
        _operators = new int[layers];
        _offsets = new int[layers];
        _lengths = new int[layers];
        _counts = new int[layers];

        // From the file, which is verified: a device drops the table of buffers after that. FORMAT.md, Buffers.
        byte[] file = interpreter.Model.File;
        int table = Bytes.I32(file, 44), count = Bytes.U16(file, 28);
        for (int i = 0; i < layers; i++)
        {
            _operators[i] = -1;
            if (buffers[i] < 0 || buffers[i] >= count) continue;
            int entry = table + 16 * buffers[i];
            _operators[i] = operators[i];
            _offsets[i] = Bytes.I32(file, entry + 4);
            _lengths[i] = file[entry] == (int)BufferKind.Events ? 0 : Bytes.I32(file, entry + 8);
        }
    }

    /// <summary>Spikes of a layer in the last tick.</summary>
    public int Count(int layer)
    {
        return _counts[layer];
    }

    /// <inheritdoc/>
    public override void After(int index)
    {
        for (int i = 0; i < _operators.Length; i++)
        {
            if (_operators[i] != index) continue;
            int[] arena = _interpreter.Arena;
            int spikes = 0;
            if (_lengths[i] == 0) spikes = arena[_offsets[i]];
            else
            {
                for (int j = 0; j < _lengths[i]; j++)
                    if (arena[_offsets[i] + j] != 0) spikes++;
            }

            _counts[i] = spikes;
        }
    }
}
