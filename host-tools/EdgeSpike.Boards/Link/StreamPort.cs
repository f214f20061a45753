using System;
using System.Collections.Concurrent;
using System.IO;
using System.Threading;
using EdgeSpike.Firmware;

namespace EdgeSpike.Boards.Link;

/// <summary>A line over streams: a serial port, a socket, or the pipes of an emulator. Reads on a thread of its own.</summary>
internal sealed class StreamPort : BytePort, IDisposable
{
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly BlockingCollection<byte[]> _chunks = [];
    private readonly byte[] _pending = new byte[1024];
    private byte[] _chunk = [];
    private int _at;
    private int _waiting;

    public StreamPort(Stream input, Stream output)
    {
        _input = input;
        _output = output;
        new Thread(ReadAll) { IsBackground = true, Name = "EdgeSpike device link" }.Start();
    }

    /// <summary>The other side has closed, and everything it sent has been read.</summary>
    public bool Ended => _at == _chunk.Length && _chunks.IsCompleted;

    /// <inheritdoc/>
    public override int Read()
    {
        if (_at == _chunk.Length && !Take(TimeSpan.Zero)) return -1;
        return _chunk[_at++];
    }

    /// <summary>Waits until there is something to read. False: there is not, within this time; none is left where it is negative.</summary>
    public bool Await(TimeSpan time) => _at < _chunk.Length || Take(time > TimeSpan.Zero ? time : TimeSpan.Zero);

    /// <inheritdoc/>
    public override void Write(int value)
    {
        if (_waiting == _pending.Length) Flush();
        _pending[_waiting++] = (byte)value;
    }

    /// <summary>Sends what was written.</summary>
    public void Flush()
    {
        _output.Write(_pending, 0, _waiting);
        _output.Flush();
        _waiting = 0;
    }

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
    }

    private bool Take(TimeSpan time)
    {
        while (_chunks.TryTake(out byte[]? chunk, time))
        {
            if (chunk.Length == 0) continue;
            _chunk = chunk;
            _at = 0;
            return true;
        }

        return false;
    }

    private void ReadAll()
    {
        byte[] buffer = new byte[4096];
        try
        {
            for (int count = _input.Read(buffer); count > 0; count = _input.Read(buffer)) _chunks.Add(buffer[..count]);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The line is gone; the next request says so.
        }

        _chunks.CompleteAdding();
    }
}
