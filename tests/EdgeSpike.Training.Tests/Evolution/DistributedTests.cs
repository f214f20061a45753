using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using EdgeSpike.Conversion;
using EdgeSpike.Training.Evolution.Blimp;
using EdgeSpike.Training.Evolution.Distributed;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>An evolution over workers at a real Mosquitto: the same bytes as on one machine, whatever the workers do.</summary>
public sealed class DistributedTests : IDisposable
{
    private const int Generations = 12, Population = 40;

    private readonly Process? _broker;
    private readonly string _folder = Directory.CreateTempSubdirectory("edgespike-broker-").FullName;
    private readonly string _address = "";

    public DistributedTests()
    {
        string? mosquitto = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(p => Path.Combine(p, "mosquitto")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(mosquitto is null, "needs mosquitto: apt install mosquitto");
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        string configuration = Path.Combine(_folder, "mosquitto.conf");
        File.WriteAllText(configuration, $"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n");
        _broker = Process.Start(new ProcessStartInfo(mosquitto!, ["-c", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _address = $"mqtt://127.0.0.1:{port}";
        for (int i = 0; ; i++)
        {
            try
            {
                using TcpClient probe = new("127.0.0.1", port);
                break;
            }
            catch (SocketException) when (i < 100)
            {
                Thread.Sleep(50);
            }
        }
    }

    public void Dispose()
    {
        if (_broker is not null)
        {
            _broker.Kill();
            _broker.WaitForExit();
            _broker.Dispose();
        }

        Directory.Delete(_folder, true);
    }

    private static BlimpTask Task() => new(ControlTask.ProportionalDerivative, 6, 0.2, null, null);

    private static BlimpSettings Settings => new() { Control = ControlTask.ProportionalDerivative, Seed = 6, ClosedWeight = 0.2, Population = Population };

    private static byte[] Alone()
    {
        BlimpEvolution evolution = new(Task(), Population, 0.1, null);
        for (int g = 0; g < Generations; g++) evolution.Step(new LocalEvaluator(1));
        return evolution.Save();
    }

    private Thread Worker(CancellationToken cancellation, Action<EvolutionWorker>? told = null)
    {
        Thread thread = new(() =>
        {
            using EvolutionWorker worker = new(_address, _ => null);
            worker.Run(told ?? (_ => { }), cancellation);
        });
        thread.Start();
        return thread;
    }

    [Fact]
    public void Workers_come_and_go_and_the_result_is_that_of_one_machine()
    {
        BlimpTask task = Task();
        using DistributedEvaluator spread = new(_address, task, Settings, false, TimeSpan.FromSeconds(1));
        using CancellationTokenSource first = new(), others = new();
        BlimpEvolution evolution = new(task, Population, 0.1, null);
        Thread leaving = Worker(first.Token), staying = Worker(others.Token);
        Thread? late = null;
        for (int g = 0; g < Generations; g++)
        {
            if (g == 4)
            {
                first.Cancel();
                leaving.Join();
            }

            if (g == 8) late = Worker(others.Token);
            evolution.Step(spread);
        }

        others.Cancel();
        staying.Join();
        late!.Join();
        Assert.Equal(Alone(), evolution.Save());
        Assert.Equal(0, spread.Refused);
        Assert.True(spread.FromWorkers > Generations, $"{spread.FromWorkers} groups by workers, {spread.Here} here");
    }

    [Fact]
    public void Work_of_a_worker_that_dies_is_done_again()
    {
        BlimpTask task = Task();
        using DistributedEvaluator spread = new(_address, task, Settings, false, TimeSpan.FromMilliseconds(300));
        using CancellationTokenSource end = new();
        int taken = 0;

        // It takes work and never answers.
        using BrokerConnection dead = BrokerConnection.Open(_address, (_, _) => Interlocked.Increment(ref taken));
        dead.Subscribe(BrokerConnection.SharedWork);
        Thread alive = Worker(end.Token);
        BlimpEvolution evolution = new(task, Population, 0.1, null);
        for (int g = 0; g < Generations; g++) evolution.Step(spread);
        end.Cancel();
        alive.Join();
        Assert.Equal(Alone(), evolution.Save());
        Assert.True(taken > 5 && spread.SentAgain > 5, $"{taken} taken, {spread.SentAgain} sent again");
    }

    [Fact]
    public void Nobody_answers_and_all_is_done_here()
    {
        BlimpTask task = Task();
        using DistributedEvaluator spread = new(_address, task, Settings, false, TimeSpan.FromMilliseconds(20));
        BlimpEvolution evolution = new(task, Population, 0.1, null);
        for (int g = 0; g < Generations; g++) evolution.Step(spread);
        Assert.Equal(Alone(), evolution.Save());
        Assert.Equal(3 * Generations, spread.Here);
    }

    [Fact]
    public void Garbage_is_refused_and_counted()
    {
        BlimpTask task = Task();
        using DistributedEvaluator spread = new(_address, task, Settings, false, TimeSpan.FromSeconds(1));
        using CancellationTokenSource end = new();
        Thread alive = Worker(end.Token);
        using BrokerConnection noise = BrokerConnection.Open(_address, (_, _) => { });
        BlimpEvolution evolution = new(task, Population, 0.1, null);
        Random random = new(1);
        int sent = 0;
        for (int g = 0; g < Generations; g++)
        {
            byte[] bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            noise.Send(BrokerConnection.Results, bytes);
            noise.Send(BrokerConnection.Results, EvolutionPacket.Write(task.Identity, g + 1000, 0, 1, [1.0]));
            noise.Send(BrokerConnection.Results, EvolutionPacket.Write(task.Identity, g, 0, 16, [.. Enumerable.Repeat(double.NaN, 16)]));
            noise.Send(BrokerConnection.Results, EvolutionPacket.Write(task.Identity, g, 77, 1, [1.0]));
            noise.Send(BrokerConnection.Results, EvolutionPacket.Write(new string('a', 64), g, 0, 16, new double[16]));
            sent += 5;
            evolution.Step(spread);
        }

        end.Cancel();
        alive.Join();
        Assert.Equal(Alone(), evolution.Save());
        Assert.InRange(spread.Refused, sent / 2, sent);
    }

    /// <summary>A result that is well formed and wrong is only found by computing it: one group in 16 is.</summary>
    [Fact]
    public void A_worker_that_computes_wrongly_is_found_out()
    {
        BlimpTask task = Task();
        using DistributedEvaluator spread = new(_address, task, Settings, false, TimeSpan.FromSeconds(1));
        BrokerConnection? liar = null;
        System.Collections.Concurrent.BlockingCollection<byte[]> work = [];
        liar = BrokerConnection.Open(_address, (_, payload) => work.Add(payload));
        liar.Subscribe(BrokerConnection.SharedWork);
        Thread lies = new(() =>
        {
            foreach (byte[] payload in work.GetConsumingEnumerable())
                if (EvolutionPacket.TryRead(payload, task.Identity, ControllerGenome.Length, out long generation, out int group, out double[] genes))
                    liar.Send(BrokerConnection.Results, EvolutionPacket.Write(task.Identity, generation, group, genes.Length / ControllerGenome.Length, new double[genes.Length / ControllerGenome.Length]));
        });
        lies.Start();
        BlimpEvolution evolution = new(task, Population, 0.1, null);
        for (int g = 0; g < Generations; g++) evolution.Step(spread);
        work.CompleteAdding();
        lies.Join();
        liar.Dispose();
        Assert.True(spread.Refused > 0, $"{spread.FromWorkers} groups believed");
    }

    [Theory]
    [InlineData("http://localhost", ErrorCode.Usage)]
    [InlineData("mqtt://127.0.0.1:1", ErrorCode.DeviceFailed)]
    public void A_broker_that_is_not_there_is_told(string address, ErrorCode code) =>
        Assert.Equal(code, Assert.Throws<ConversionException>(() => BrokerConnection.Open(address, (_, _) => { })).Code);
}
