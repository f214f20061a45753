using System;
using System.Collections.Concurrent;
using System.IO;

namespace EdgeSpike.Firmware.Tests;

/// <summary>One direction of a line between two threads; closing it ends the reader.</summary>
internal sealed class MemoryPipe : Stream
{
    private readonly BlockingCollection<byte> _bytes = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (!_bytes.TryTake(out buffer[offset], -1)) return 0;
        int read = 1;
        while (read < count && _bytes.TryTake(out byte next))
        {
            buffer[offset + read] = next;
            read++;
        }

        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        if (_bytes.IsAddingCompleted) throw new IOException("the pipe is closed");
        for (int i = 0; i < count; i++) _bytes.Add(buffer[offset + i]);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _bytes.CompleteAdding();
        base.Dispose(disposing);
    }
}
