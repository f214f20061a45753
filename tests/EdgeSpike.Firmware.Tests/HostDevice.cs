using System;
using System.IO;
using System.Threading;
using EdgeSpike.Boards.Link;
using EdgeSpike.Runtime;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The device's own link server on a thread of the host, behind a line that may damage what passes.</summary>
internal sealed class HostDevice : DeviceControl, IDisposable
{
    private readonly MemoryPipe _toDevice = new(), _fromDevice = new();
    private readonly Thread _thread;
    private volatile bool _ended;

    public HostDevice(Interpreter? interpreter, Func<byte, int>? line = null)
    {
        LinkServer server = new(new FrameLine(new PipePort(_toDevice, _fromDevice, line)), this, interpreter!);
        _thread = new Thread(() =>
        {
            try
            {
                while (!_ended) server.Poll();
            }
            catch (IOException)
            {
                // The test is over.
            }
        }) { IsBackground = true };
        _thread.Start();
        Link = new DeviceLink("host", _fromDevice, _toDevice) { Patience = TimeSpan.FromMilliseconds(line is null ? 5000 : 40), Attempts = line is null ? 2 : 200 };
    }

    public DeviceLink Link { get; }

    public int Contacts { get; private set; }

    public override int ModelError => 0;

    public override int ModelErrorOffset => 0;

    public override int Slot => 0;

    public override void Contact() => Contacts++;

    public override void Tick(int tick)
    {
    }

    public override int WriteName(byte[] target, int offset)
    {
        "host"u8.CopyTo(target.AsSpan(offset));
        return 4;
    }

    public override uint PanicWord(int index) => 0;

    public override void ClearPanic()
    {
    }

    public override uint MemoryWord(int index) => 0;

    public override void Restart()
    {
    }

    public override int SlotBytes => 0;

    public override bool SlotBegin(int bytes) => false;

    public override bool SlotWrite(int offset, byte[] source, int from, int count) => false;

    public override bool SlotEnd(uint checksum) => false;

    public override void Provoke(int fault)
    {
    }

    public void Dispose()
    {
        _ended = true;
        Link.Dispose();
        _thread.Join();
    }

    /// <summary>line: what becomes of a byte in either direction; -1 loses it.</summary>
    private sealed class PipePort(Stream input, Stream output, Func<byte, int>? line) : BytePort
    {
        private readonly byte[] _one = new byte[1];

        public override int Read()
        {
            while (true)
            {
                if (input.Read(_one) == 0) throw new IOException();
                int value = line is null ? _one[0] : line(_one[0]);
                if (value >= 0) return value;
            }
        }

        public override void Write(int value)
        {
            int passed = line is null ? value : line((byte)value);
            if (passed >= 0) output.WriteByte((byte)passed);
        }
    }
}
