using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Firmware;
using EdgeSpike.Runtime;

namespace EdgeSpike.Tests;

/// <summary>The firmware's own link server behind a socket of this machine: a board without a board, which can be made to fail.</summary>
internal sealed class SocketDevice : DeviceControl, IDisposable
{
    private readonly string _name;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Thread _thread;
    private int _contacts;
    private byte[] _slot = [];
    private bool _restarted, _slotUsed;

    /// <param name="model">What it holds; its own copy.</param>
    /// <param name="name">What board it says it is.</param>
    public SocketDevice(byte[] model, string name = "mps2-an386")
    {
        _name = name;
        Interpreter = ModelLoading.Load([.. model], "device");
        _listener.Start();
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Its interpreter, whose memory a test may damage.</summary>
    public Interpreter Interpreter { get; private set; }

    /// <summary>Room for an upload.</summary>
    public int Room { get; init; }

    /// <summary>What the device's verifier says of an uploaded model.</summary>
    public ModelError Refusal { get; init; }

    /// <summary>Where it listens, as --port takes it.</summary>
    public string Port => $"tcp:127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Called at each request with its number.</summary>
    public Action<int>? AtRequest { get; set; }

    /// <summary>Code in the panic record.</summary>
    public uint Panic { get; set; }

    public override int ModelError => _slotUsed || _slot.Length == 0 ? 0 : (int)Refusal;

    public override int ModelErrorOffset => ModelError == 0 ? 0 : 48;

    public override int Slot => _slotUsed ? 1 : 0;

    public override void Contact() => AtRequest?.Invoke(_contacts++);

    public override void Tick(int tick)
    {
    }

    public override int WriteName(byte[] target, int offset) => Encoding.ASCII.GetBytes(_name, target.AsSpan(offset));

    public override uint PanicWord(int index) => index == 1 ? Panic : 0;

    public override void ClearPanic() => Panic = 0;

    public override uint MemoryWord(int index) => 1000u + (uint)index;

    public override void Restart() => _restarted = true;

    public override int SlotBytes => Room;

    public override bool SlotBegin(int bytes)
    {
        _slot = new byte[bytes];
        return true;
    }

    public override bool SlotWrite(int offset, byte[] source, int from, int count)
    {
        source.AsSpan(from, count).CopyTo(_slot.AsSpan(offset));
        return true;
    }

    public override bool SlotEnd(uint checksum) => FrameLine.Checksum(_slot, _slot.Length) == checksum;

    public override void Provoke(int fault)
    {
    }

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                using TcpClient client = _listener.AcceptTcpClient();
                client.NoDelay = true;
                _contacts = 0;
                FrameLine line = new(new Line(client.GetStream()));
                LinkServer server = new(line, this, Interpreter);
                try
                {
                    while (true)
                    {
                        server.Poll();
                        if (!_restarted) continue;
                        _restarted = false;
                        _slotUsed = _slot.Length > 0 && Refusal == Runtime.ModelError.None;
                        if (_slotUsed) Interpreter = ModelLoading.Load(_slot, "slot");
                        server = new LinkServer(line, this, Interpreter);
                    }
                }
                catch (IOException)
                {
                    // The host has gone, or the test pulled the plug.
                }
            }
        }
        catch (Exception error) when (error is SocketException or InvalidOperationException)
        {
            // The test is over: the listener was disposed while it waited, or just before.
        }
    }

    private sealed class Line(NetworkStream stream) : BytePort
    {
        private readonly byte[] _input = new byte[512];
        private readonly byte[] _output = new byte[512];
        private int _read;
        private int _received;
        private int _waiting;

        public override int Read()
        {
            if (_read == _received)
            {
                Flush();
                (_read, _received) = (0, stream.Read(_input));
                if (_received == 0) throw new IOException("closed");
            }

            return _input[_read++];
        }

        public override void Write(int value)
        {
            if (_waiting == _output.Length) Flush();
            _output[_waiting++] = (byte)value;
        }

        private void Flush()
        {
            stream.Write(_output, 0, _waiting);
            _waiting = 0;
        }
    }
}
