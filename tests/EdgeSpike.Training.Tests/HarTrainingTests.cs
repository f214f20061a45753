using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Import;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Demos.Har;
using EdgeSpike.Tests;
using EdgeSpike.Training.Har;
using Xunit;

namespace EdgeSpike.Training.Tests;

/// <summary>The wrist's training data, its training, and the weights that are committed.</summary>
public class HarTrainingTests
{
    private static string Folder => Path.Combine(TestData.RepositoryRoot, "host-tools", "EdgeSpike.Demos", "har");

    /// <summary>Without a key a window comes as it is: raw reading times 0.0001 or 1/3000, two samples in a tick.</summary>
    [Fact]
    public void AWindowIsLoadedAsItIs()
    {
        HarWindows windows = Made(4, joined: true);
        HarTrainingData data = new(windows, [2, 3], 2);
        Assert.Equal((2, 20, 12, 7), (data.Count, data.Ticks, data.Channels, data.Classes));
        float[] target = new float[240 * 3 + 1];
        data.Load(1, 0, target, 1, 3);
        for (int i = 0; i < 240; i++) Assert.Equal(windows.Window(3)[i] * (i % 6 < 3 ? 1e-4f : 1f / 3000), target[1 + 3 * i], 1e-6f);
    }

    /// <summary>
    /// A shifted window is a run of the recording that it belongs to, and never takes a sample from a window that is not
    /// among those of the training: here every window holds its own number, and the neighbours belong to the others.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NoSampleOfAnotherSplitIsSeen(bool joined)
    {
        HarWindows windows = Made(30, joined);
        int[] train = [0, 1, 2, 6, 7, 12, 20, 21, 22, 23, 29];
        HarAugmentation shiftOnly = new() { Turn = 0, Scale = 0, Noise = 0, Warp = 0 };
        HarTrainingData data = new(windows, train, 1, shiftOnly);
        float[] target = new float[240];
        HashSet<int> seen = [];
        bool mixed = false;
        for (int index = 0; index < train.Length; index++)
            for (ulong key = 1; key <= 200; key++)
            {
                data.Load(index, key, target, 0, 1);
                // Channel 0 counts the samples of the whole recording: 40 a window, up to interpolation.
                float first = target[0] / 1e-4f;
                for (int t = 0; t < 40; t++)
                {
                    float sample = target[t * 6] / 1e-4f;
                    Assert.Equal(first + t, sample, 0.05f);
                    int low = (int)MathF.Floor(sample + 0.05f) / 40, high = (int)MathF.Ceiling(sample - 0.05f) / 40;
                    Assert.Contains(low, train);
                    Assert.Contains(high, train);
                    seen.Add(low);
                    mixed |= low != train[index];
                    Assert.Equal(windows.Labels[train[index]], windows.Labels[low]);
                }
            }

        Assert.Equal(train, seen.Order());
        Assert.Equal(joined, mixed);
    }

    /// <summary>A turn keeps the length of both triads; a factor and a warp change it; the same key gives the same window.</summary>
    [Fact]
    public void ATurnKeepsLengths()
    {
        HarWindows windows = Made(1, joined: false);
        HarTrainingData turned = new(windows, [0], 1, new HarAugmentation { Shift = false, Turn = 40, Scale = 0, Noise = 0, Warp = 0 });
        float[] plain = new float[240], changed = new float[240], again = new float[240];
        turned.Load(0, 0, plain, 0, 1);
        turned.Load(0, 7, changed, 0, 1);
        turned.Load(0, 7, again, 0, 1);
        Assert.Equal(changed, again);
        Assert.NotEqual(plain, changed);
        for (int t = 0; t < 40; t++)
            for (int triad = 0; triad < 6; triad += 3) Assert.Equal(Length(plain, t * 6 + triad), Length(changed, t * 6 + triad), 1e-4);

        static double Length(float[] values, int at) => Math.Sqrt(values[at..(at + 3)].Sum(v => (double)v * v));
    }

    /// <summary>
    /// The watch the other way round turns x and y about z; on the other wrist acceleration is mirrored in x, and rotation, a
    /// pseudovector, in y and z.
    /// </summary>
    [Fact]
    public void FlipsAndMirrorsAreThoseOfTheBody()
    {
        HarWindows windows = Made(1, joined: false);
        HarAugmentation none = new() { Shift = false, Turn = 0, Scale = 0, Noise = 0, Warp = 0 };
        float[] plain = new float[240], flipped = new float[240], mirrored = new float[240];
        new HarTrainingData(windows, [0], 1).Load(0, 0, plain, 0, 1);
        new HarTrainingData(windows, [0], 1, none with { Flip = 1 }).Load(0, 3, flipped, 0, 1);
        new HarTrainingData(windows, [0], 1, none with { Mirror = 1 }).Load(0, 3, mirrored, 0, 1);
        float[] flip = [-1, -1, 1, -1, -1, 1], mirror = [-1, 1, 1, 1, -1, -1];
        for (int i = 0; i < 240; i++)
        {
            Assert.Equal(flip[i % 6] * plain[i], flipped[i], 1e-5f);
            Assert.Equal(mirror[i % 6] * plain[i], mirrored[i], 1e-5f);
        }
    }

    /// <summary>The committed description converts to the committed model, to the last byte, and that one passes its own vectors.</summary>
    [Fact]
    public void TheCommittedModelIsTheCommittedDescriptions()
    {
        NetworkGraph graph = DescriptionImporter.Import(Path.Combine(Folder, "har.json"));
        SampleSet samples = SampleSet.Read(Path.Combine(Folder, "har.calibration.npy"), graph.Nodes.OfType<InputNode>().Single().OutputShape);
        byte[] model = Converter.Convert(graph, new ConvertOptions(), samples, null, null).Bytes;
        byte[] committed = File.ReadAllBytes(Path.Combine(Folder, "har.esm"));
        Assert.Equal(committed, model);
        ModelRunner runner = new(committed, "har.esm");
        Assert.Equal(40, runner.Check());
        Assert.Equal(HarWindows.ActivityNames, runner.Labels);
        Assert.Equal(12, runner.InputCount);
        Assert.InRange(committed.Length, 1, 54_000);
        Assert.InRange(4 * runner.Interpreter.Model.ArenaWords, 1, 8192);
    }

    /// <summary>A whole training on a few made windows: log, both widths, a resume that ends in the same network.</summary>
    [Fact]
    public void TrainsEndToEnd()
    {
        using TemporaryFolder folder = new();
        HarWindows windows = Made(300, joined: true);
        HarTrainingSettings settings = new() { Epochs = 2, IntegerEpochs = 1, TeacherEpochs = 1, Keep = 0.5, Threads = 2, Size = new HarNetworkSize { Name = "tiny", First = 6, Second = 6, Encoders = 2, Order = 2, Hidden = 6 } };
        HarTraining training = new(windows, settings);
        HarTrainingResult whole = training.Run(Path.Combine(folder.Path, "a"), false, _ => { }, null, TestContext.Current.CancellationToken);
        Assert.Equal(["teacher", "network", "network", "pruned", "int8", "int4"], training.Log.Select(e => e.Stage));
        Assert.Equal([WeightType.Int8, WeightType.Int4], whole.Integers.Select(i => i.Weights));
        Assert.Equal(30, whole.Test);

        int epochs = 0;
        HarTraining stopped = new(windows, settings);
        using System.Threading.CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => stopped.Run(Path.Combine(folder.Path, "b"), false, _ =>
        {
            if (++epochs == 2) stop.Cancel();
        }, null, stop.Token));
        HarTraining continued = new(windows, settings);
        HarTrainingResult resumed = continued.Run(Path.Combine(folder.Path, "b"), true, _ => { }, null, TestContext.Current.CancellationToken);
        for (int i = 0; i < 2; i++)
        {
            (byte[] json, byte[] tensors) = DescriptionWriter.ToBytes(whole.Integers[i].Graph, "t");
            (byte[] resumedJson, byte[] resumedTensors) = DescriptionWriter.ToBytes(resumed.Integers[i].Graph, "t");
            Assert.Equal(json, resumedJson);
            Assert.Equal(tensors, resumedTensors);
            Assert.Equal(whole.Integers[i].Model, resumed.Integers[i].Model);
        }

        Assert.Equal(training.Log.Select(e => (e.Stage, e.Result with { Seconds = 0 })), continued.Log.Select(e => (e.Stage, e.Result with { Seconds = 0 })));
        Assert.Equal(7, System.Text.Encoding.UTF8.GetString(continued.LogTable()).Count(c => c == '\n'));

        HarTraining other = new(windows, settings with { Seed = 1 });
        Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => other.Run(Path.Combine(folder.Path, "b"), true, _ => { }, null, TestContext.Current.CancellationToken)).Code);
        Assert.Throws<ConversionException>(() => new HarTraining(Made(10, joined: true), settings));
    }

    // Channel 0 counts samples over the whole recording, the others are waves that depend on the class. One subject and
    // activity for ten windows in a row; 2 s from each to the next, or 3 s.
    private static HarWindows Made(int count, bool joined)
    {
        short[] samples = new short[count * 240];
        int[] labels = new int[count], subjects = new int[count];
        long[] starts = new long[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = n / 10 % 7;
            subjects[n] = 1600 + n / 70;
            starts[n] = n * (joined ? 2_000_000_000L : 3_000_000_000L);
            for (int t = 0; t < 40; t++)
                for (int c = 0; c < 6; c++)
                    samples[(n * 40 + t) * 6 + c] = (short)(c == 0 ? n * 40 + t : 2000 * Math.Sin(0.2 * (1 + labels[n]) * t + c + n));
        }

        return new HarWindows(samples, labels, subjects, starts);
    }
}
