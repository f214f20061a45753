using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Link;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>The device's link server itself, on the host: what it answers, and what a bad line can't do to it.</summary>
public sealed class LinkServerTests
{
    [Fact]
    public void Ticks_in_frames_give_the_checksums_of_the_interpreter()
    {
        byte[] file = Models.Random(5, TensorType.Int8);
        int[][] events = Models.RandomInput(new Random(6), 12, 200);
        using HostDevice device = new(Models.Load(file));
        Assert.Equal(Models.Checksums(Models.Load(file), events), device.Link.Run([.. events.Select(e => DeviceLink.EventInput(e))]));
        Assert.Equal(0, device.Link.Check().Error);
    }

    [Fact]
    public void Inputs_of_any_size_give_the_checksums_of_the_interpreter()
    {
        byte[] file = Models.Random(15, TensorType.Int8, inputs: 400);
        Random random = new(16);

        // From nothing to every channel: below, at and above what a frame holds (126 indices).
        int[][] events = [.. ((int[])[0, 1, 125, 126, 127, 128, 129, 130, 300, 399, 400, 5, 400]).Select(count => Enumerable.Range(0, 400).OrderBy(_ => random.Next()).Take(count).Order().ToArray())];
        using HostDevice device = new(Models.Load(file));
        device.Link.Reset();
        Assert.Equal(Models.Checksums(Models.Load(file), events), device.Link.Run([.. events.Select(e => (IReadOnlyList<(int, bool, int[])>)[(0, true, e)])]));
    }

    [Fact]
    public void A_step_streams_what_every_population_emitted()
    {
        byte[] file = Models.Random(7, TensorType.Int16, inputs: 30, hidden: 300);
        int[][] events = Models.RandomInput(new Random(8), 30, 30);
        Interpreter host = Models.Load(file);
        using HostDevice device = new(Models.Load(file));
        Checker checker = new(host);
        foreach (int[] tick in events)
        {
            device.Link.SetEvents(0, tick);
            IReadOnlyList<Emission> emissions = device.Link.StepEmitting();
            host.SetEvents(0, tick, 0, tick.Length);
            checker.Expected = new(emissions);
            host.Step(checker);
            Assert.Empty(checker.Expected);
        }

        Assert.Equal(host.Model.Operators[2].Spikes, device.Link.Profile(2).Spikes);
        Assert.Equal(host.Arena, device.Link.ReadArena(0, host.Arena.Length));
    }

    [Fact]
    public void A_line_that_flips_and_loses_bytes_changes_nothing()
    {
        byte[] file = Models.Random(9, TensorType.Int8);
        int[][] events = Models.RandomInput(new Random(10), 12, 300);
        Random random = new(11);
        int Line(byte value)
        {
            lock (random) return random.Next(1500) switch { 0 => -1, 1 => value ^ (1 << random.Next(8)), _ => value };
        }

        using HostDevice device = new(Models.Load(file), Line);
        device.Link.Reset();
        Assert.Equal(Models.Checksums(Models.Load(file), events), device.Link.Run([.. events.Select(e => DeviceLink.EventInput(e))]));
        Assert.Equal(300, device.Link.Profile(0).Ticks);
    }

    [Fact]
    public void A_request_that_comes_twice_is_carried_out_once()
    {
        Interpreter interpreter = Models.Load(Models.Random(12, TensorType.Int8));
        QueuePort port = new();
        using HostDevice control = new(null);
        LinkServer server = new(new FrameLine(port), control, interpreter);
        byte[] step = Frame(3, LinkCommand.Step, 0), second = Frame(4, LinkCommand.Step, 0);
        foreach (byte value in step.Concat(step).Concat(step).Concat(second)) port.Received.Enqueue(value);
        while (port.Received.Count > 0) server.Poll();
        Assert.Equal(2, interpreter.Ticks);
    }

    [Fact]
    public void Any_request_is_answered_and_none_harms()
    {
        Random random = new(13);
        Interpreter interpreter = Models.Load(Models.Random(14, TensorType.Int8));
        QueuePort port = new();
        using HostDevice control = new(null);
        LinkServer server = new(new FrameLine(port), control, interpreter);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] payload = new byte[random.Next(random.Next(4) == 0 ? 258 : 12)];
            random.NextBytes(payload);
            foreach (byte value in Frame((byte)i, random.Next(0, 18), payload)) port.Received.Enqueue(value);
            port.Sent.Clear();
            server.Poll();
            Assert.Equal(0, port.Sent[^1]);
        }

        Assert.Equal(ModelError.None, new VectorCheck(interpreter).Run());
    }

    [Fact]
    public void Without_a_model_the_link_says_so()
    {
        using HostDevice device = new(null);
        Assert.Equal("host", device.Link.Identify().Board);
        Assert.Contains("no model", Assert.Throws<BoardException>(() => device.Link.Step()).Message);
    }

    [Fact]
    public void A_device_that_is_silent_is_named()
    {
        using DeviceLink link = new("nobody", new MemoryPipe(), System.IO.Stream.Null) { Patience = TimeSpan.FromMilliseconds(10), Attempts = 2 };
        Assert.Contains("nobody: no answer", Assert.Throws<BoardException>(() => link.Identify()).Message);
    }

    [Fact]
    public void Time_that_has_run_out_is_no_time_to_wait()
    {
        using MemoryPipe pipe = new();
        using StreamPort port = new(pipe, System.IO.Stream.Null);

        // A millisecond less than none is what .NET takes for ever.
        foreach (double milliseconds in (double[])[0, -0.5, -1, -2, -1e6]) Assert.False(port.Await(TimeSpan.FromMilliseconds(milliseconds)));
        pipe.Write([7], 0, 1);
        Assert.True(port.Await(TimeSpan.FromMinutes(5)));
        Assert.True(port.Await(TimeSpan.FromMilliseconds(-2)));
        Assert.Equal(7, port.Read());
    }

    private static byte[] Frame(byte sequence, int command, params byte[] payload)
    {
        QueuePort port = new();
        FrameLine line = new(port);
        line.Outgoing[0] = sequence;
        line.Outgoing[1] = (byte)command;
        payload.CopyTo(line.Outgoing, 2);
        line.Send(2 + payload.Length);
        return [.. port.Sent];
    }

    /// <summary>Holds each emission to the arena right after its operator.</summary>
    private sealed class Checker(Interpreter host) : StepObserver
    {
        public Queue<Emission> Expected { get; set; } = new();

        public override void After(int index)
        {
            if (Expected.Count == 0 || Expected.Peek().Operator != index) return;
            Emission emission = Expected.Dequeue();
            Assert.Contains(host.Model.Buffers, b => (b.Kind == Runtime.BufferKind.Events) == emission.Events && host.Arena.AsSpan(b.Offset, b.Words).SequenceEqual(emission.Events ? [emission.Values.Count, .. emission.Values] : [.. emission.Values])
                || (emission.Events && b.Kind == Runtime.BufferKind.Events && host.Arena[b.Offset] == emission.Values.Count && host.Arena.AsSpan(b.Offset + 1, emission.Values.Count).SequenceEqual([.. emission.Values])));
        }
    }
}
