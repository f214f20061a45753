using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Boards.Link;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Runtime;

namespace EdgeSpike.Cli.Devices;

/// <summary>
/// Replays a window on a board, from a reset, with the words that the host's ports took, and compares: the checksum of every
/// tick, which is that of its spikes, and after the last one the scores.
/// </summary>
internal sealed class ReplayDevice
{
    private readonly DeviceConnection _device;
    private readonly Interpreter _host;
    private readonly int _port;

    /// <param name="device">Holds the model.</param>
    /// <param name="model">The same model here; its input is one port of values.</param>
    /// <param name="where">Its name.</param>
    public ReplayDevice(DeviceConnection device, byte[] model, string where)
    {
        _device = device;
        _host = ModelLoading.Load(model, where);
        _port = Array.FindIndex(_host.Model.Ports, p => p.Kind == PortKind.Input);
    }

    /// <summary>Ticks that were alike.</summary>
    public long SameTicks { get; private set; }

    /// <summary>Replays and compares.</summary>
    /// <param name="name">What it is, for errors.</param>
    /// <param name="inputs">Words of the port at each tick.</param>
    /// <param name="answer">The class that was answered here.</param>
    /// <exception cref="ConversionException"><see cref="ErrorCode.CheckFailed"/> with the first tick that differs.</exception>
    public void Replay(string name, IReadOnlyList<int[]> inputs, int answer)
    {
        _device.Link.Reset();
        uint[] given = _device.Link.Run([.. inputs.Select(words => DeviceLink.ValueInput(words))]);
        _host.Reset();
        for (int t = 0; t < inputs.Count; t++)
        {
            _host.SetValues(_port, inputs[t], 0);
            uint expected = _host.StepChecksum();
            if (given[t] == expected)
            {
                SameTicks++;
                continue;
            }

            // A device that restarted begins at tick 0 again, which is no difference in arithmetic.
            _device.ThrowIfStopped();
            throw Differs($"{name} differs first at tick {t} (checksum {given[t]:x8}, the host's {expected:x8})");
        }

        foreach (ModelPort port in _host.Model.Ports.Where(p => p.Kind is PortKind.Scores or PortKind.Answer))
        {
            int words = port.Holds == BufferKind.Events ? port.Length + 1 : port.Length;
            int[] there = _device.Link.ReadArena(port.Offset, words);
            if (!there.AsSpan().SequenceEqual(_host.Arena.AsSpan(port.Offset, words)) || (port.Kind == PortKind.Answer && there[0] != answer))
                throw Differs($"{name} gives other {(port.Kind == PortKind.Answer ? "answers" : "scores")} after tick {inputs.Count - 1}");
        }
    }

    private ConversionException Differs(string what) => new(ErrorCode.CheckFailed, _device.Place, what, "flash it again; if it stays, please report it with the model");
}
