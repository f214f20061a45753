namespace EdgeSpike.Runtime;

/// <summary>
/// Answers what each window of a signal is: drives an <see cref="Interpreter"/> tick by tick from a reset, reads its scores
/// after every tick, and stops early once they are sure enough (<see cref="Runtime.Confidence"/>). What is left of the window
/// is then not computed at all.
/// </summary>
/// <remarks>
/// The interpreter is lent: nobody else may step it. A tick takes one or more samples; element p of the input port is
/// element Order[p] of them, [sample, channel]. Scores are the model's port of scores (counts or values) or, in its
/// place, of 64-bit sums; on a tie the lowest index is the answer. Nothing is allocated after <see cref="Prepare"/>.
/// </remarks>
public sealed class WindowClassifier
{
    private Interpreter _interpreter;
    private Confidence _confidence;
    private int _channels;
    private int _samplesPerTick;
    private int _windowTicks;
    private int[] _order;
    private int _port;
    private int _scoresOffset;
    private bool _sums;
    private short[] _samples;
    private int _gathered;
    private int _position;
    private int _doubt;

    /// <summary>Sees the arena after every operator of every tick; null: nobody looks.</summary>
    public StepObserver Observer { get; set; }

    /// <summary>The interpreter lent to it: after an answer its operators' counters are those of the window, until the next begins.</summary>
    public Interpreter Interpreter
    {
        get { return _interpreter; }
    }

    /// <summary>The input of the last tick, as the port took it.</summary>
    public int[] Input { get; private set; }

    /// <summary>[classes] of the window so far.</summary>
    public long[] Scores { get; private set; }

    /// <summary>Classes.</summary>
    public int Classes { get; private set; }

    /// <summary>The best class after the last tick.</summary>
    public int Answer { get; private set; }

    /// <summary>How sure the answer is after the last tick: 0 to 32768.</summary>
    public int AnswerConfidence { get; private set; }

    /// <summary>Ticks computed of the window so far.</summary>
    public int Ticks { get; private set; }

    /// <summary>The window's answer has been given; the rest of it is passed over.</summary>
    public bool Answered { get; private set; }

    /// <summary>Answers given.</summary>
    public long Windows { get; private set; }

    /// <summary>Answers given before the last tick.</summary>
    public long EarlyWindows { get; private set; }

    /// <summary>Ticks computed.</summary>
    public long TicksRun { get; private set; }

    /// <summary>Ticks that early answers saved.</summary>
    public long TicksSaved { get; private set; }

    /// <summary>Windows that had begun and were given up without an answer.</summary>
    public long Abandoned { get; private set; }

    /// <summary>Takes a loaded model and all the memory there will be. None, or why they do not fit; then it must not be used.</summary>
    /// <param name="interpreter">With a model whose only input is a port of values.</param>
    /// <param name="channels">Values of a sample.</param>
    /// <param name="samplesPerTick">Samples that a tick takes.</param>
    /// <param name="order">Element of the samples for each element of the port; null: as they are.</param>
    /// <param name="confidence">One gain for each tick of a window.</param>
    public StreamError Prepare(Interpreter interpreter, int channels, int samplesPerTick, int[] order, Confidence confidence)
    {
        if (channels < 1 || channels > 32) return StreamError.Channels;
        StreamError error = confidence.Check();
        if (error != StreamError.None) return error;
        ModelPort[] ports = interpreter.Model.Ports;
        _port = -1;
        ModelPort scores = null;
        for (int i = 0; i < ports.Length; i++)
        {
            if (ports[i].Kind == PortKind.Input)
            {
                if (_port >= 0 || ports[i].Holds != BufferKind.Values) return StreamError.InputPort;
                _port = i;
            }

            bool sums = ports[i].Kind == PortKind.Sums;
            if (scores == null && ((ports[i].Kind == PortKind.Scores && ports[i].Holds == BufferKind.Values) || sums))
            {
                scores = ports[i];
                _sums = sums;
            }
        }

        if (_port < 0) return StreamError.InputPort;
        int size = ports[_port].Length;
        if (samplesPerTick < 1 || (long)channels * samplesPerTick != size) return StreamError.InputSize;
        if (scores == null) return StreamError.Scores;
        int classes = _sums ? scores.Length >> 1 : scores.Length;
        if (classes < 2 || classes > 1024) return StreamError.Scores;
        _order = new int[size];
        int[] seen = new int[size];
        if (order != null && order.Length != size) return StreamError.InputOrder;
        for (int p = 0; p < size; p++)
        {
            int from = order == null ? p : order[p];
            if (from < 0 || from >= size || seen[from] != 0) return StreamError.InputOrder;
            seen[from] = 1;
            _order[p] = from;
        }

        _interpreter = interpreter;
        _confidence = confidence;
        _channels = channels;
        _samplesPerTick = samplesPerTick;
        _windowTicks = confidence.Ticks;
        _scoresOffset = scores.Offset;
        _samples = new short[size];
        Input = new int[size];
        Scores = new long[classes];
        Classes = classes;
        Windows = EarlyWindows = TicksRun = TicksSaved = Abandoned = 0;
        Begin();
        return StreamError.None;
    }

    /// <summary>The next sample is the first of a window; one that had begun and has no answer is given up.</summary>
    public void Restart()
    {
        if (_position > 0 && !Answered) Abandoned++;
        Begin();
    }

    /// <summary>Adds a sample. True: the window has just got its answer.</summary>
    /// <param name="values">One value a channel, from <paramref name="offset"/> on.</param>
    /// <param name="offset">Where they begin.</param>
    public bool Push(short[] values, int offset)
    {
        // A window ends when the next one begins: its answer can be read until then.
        if (_position == _windowTicks * _samplesPerTick) Begin();
        _position++;
        if (Answered) return false;
        for (int c = 0; c < _channels; c++) _samples[_gathered * _channels + c] = values[offset + c];
        if (++_gathered < _samplesPerTick) return false;
        _gathered = 0;
        Step();
        bool last = Ticks == _windowTicks;
        if (!last && !_confidence.Enough(_doubt, Ticks - 1)) return false;
        Answered = true;
        Windows++;
        AnswerConfidence = Confidence.Of(_doubt);
        if (!last) EarlyWindows++;
        TicksSaved += _windowTicks - Ticks;
        return true;
    }

    private void Begin()
    {
        _position = _gathered = Ticks = 0;
        Answered = false;
        Answer = AnswerConfidence = 0;
        _interpreter.Reset();
    }

    private void Step()
    {
        for (int p = 0; p < Input.Length; p++) Input[p] = _samples[_order[p]];
        _interpreter.SetValues(_port, Input, 0);
        if (Observer == null) _interpreter.Step();
        else _interpreter.Step(Observer);
        TicksRun++;
        int[] arena = _interpreter.Arena;
        int best = 0;
        for (int c = 0; c < Classes; c++)
        {
            Scores[c] = _sums ? SumOperator.Read(arena, _scoresOffset + 2 * c) : arena[_scoresOffset + c];
            if (Scores[c] > Scores[best]) best = c;
        }

        Answer = best;
        _doubt = _confidence.Doubt(Scores, Classes, best, Ticks);
        Ticks++;
    }
}
