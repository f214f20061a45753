namespace EdgeSpike.Drivers;

/// <summary>The bytes of a simulated sensor's FIFO.</summary>
internal sealed class SimulatedFifo
{
    private readonly byte[] _bytes;
    private int _first;

    public SimulatedFifo(int capacity)
    {
        _bytes = new byte[capacity];
    }

    public int Count { get; private set; }

    public int Room
    {
        get { return _bytes.Length - Count; }
    }

    public void Clear()
    {
        Count = 0;
        _first = 0;
    }

    /// <summary>Appends a byte; false: it is full.</summary>
    public bool Push(int value)
    {
        if (Count == _bytes.Length) return false;
        int at = _first + Count;
        if (at >= _bytes.Length) at -= _bytes.Length;
        _bytes[at] = (byte)value;
        Count++;
        return true;
    }

    public int Peek(int offset)
    {
        int at = _first + offset;
        return _bytes[at >= _bytes.Length ? at - _bytes.Length : at];
    }

    public void Drop(int count)
    {
        _first += count;
        if (_first >= _bytes.Length) _first -= _bytes.Length;
        Count -= count;
    }
}
