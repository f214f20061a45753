using System;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion;
using Xunit;

namespace EdgeSpike.Training.Tests;

/// <summary>The optimiser, the loop around it, and its checkpoints.</summary>
public class TrainerTests
{
    private static System.Threading.CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Kingma, Ba 2015, algorithm 1, and Loshchilov, Hutter 2019, algorithm 2, written out in double, over several steps.</summary>
    [Fact]
    public void AdamIsItsFormula()
    {
        TrainingRandom random = new(1);
        TemporalConvolution layer = TemporalConvolution.Create("c", 2, 1, new Population("p", NeuronKind.Lif, 2), normalize: false, ref random);
        Network network = new([layer]);
        double[] theta = [.. layer.Weight.Value.Select(v => (double)v)], m = new double[4], v = new double[4];
        Adam adam = new(network) { WeightDecay = 0.1f };
        const double Rate = 0.01;
        for (int t = 1; t <= 5; t++)
        {
            float[][] gradients = network.CreateGradients();
            for (int i = 0; i < 4; i++)
            {
                double g = gradients[layer.Weight.Index][i] = random.Normal();
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                theta[i] -= Rate * (m[i] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, t))) + 1e-8) + 0.1 * theta[i]);
            }

            adam.Step(gradients, (float)Rate);
        }

        for (int i = 0; i < 4; i++) Assert.Equal(theta[i], layer.Weight.Value[i], 1e-5);
    }

    /// <summary>A common norm above the limit scales all gradients by one factor: the first step of Adam does not see it, the second moment does.</summary>
    [Fact]
    public void ClipsByTheCommonNorm()
    {
        TrainingRandom random = new(1);
        Network network = new([TemporalConvolution.Create("c", 2, 1, new Population("p", NeuronKind.Linear, 2), normalize: false, ref random)]);
        Adam adam = new(network) { LargestNorm = 1 };
        float[][] gradients = network.CreateGradients();
        gradients[0][0] = 3;
        gradients[1][1] = 4;
        adam.Step(gradients, 1e-3f);
        Assert.Equal(0.1f * 3 / 5, adam.First[0][0], 1e-6f);
        Assert.Equal(0.1f * 4 / 5, adam.First[1][1], 1e-6f);
    }

    /// <summary>Warm-up, then half a cosine: the literal values at its corners.</summary>
    [Fact]
    public void RateWarmsUpAndFallsAsACosine()
    {
        TrainingOptions options = new() { Rate = 1, WarmUp = 1, Epochs = 11, LastRate = 0.1f };
        Assert.Equal(0.1f, options.RateAt(0, 10), 1e-6f);
        Assert.Equal(1f, options.RateAt(9, 10), 1e-6f);
        Assert.Equal(1f, options.RateAt(10, 10), 1e-6f);
        Assert.Equal(0.55f, options.RateAt(60, 10), 1e-6f);
        Assert.Equal(0.1f, options.RateAt(110, 10), 1e-6f);
    }

    /// <summary>Cross-entropy of smoothed labels mixed with a teacher, and its gradient, against the formula in double.</summary>
    [Fact]
    public void CrossEntropyIsItsFormula()
    {
        const int T = 3, C = 3;
        float[] weights = [0, 0.25f, 0.75f];
        Signal output = new(1, T, C, hasGradient: true);
        TrainingRandom random = new(3);
        for (int i = output.At(0); i < output.Value.Length; i++) output.Value[i] = 2 * random.Normal();
        float[] teacher = [.. Enumerable.Range(0, C * 64).Select(_ => 3 * new TrainingRandom((ulong)_).Normal())];
        int[] labels = [.. Enumerable.Range(0, 50).Select(k => k % C)];      // a shard that is not full
        (double loss, int right) = new CrossEntropy(C, weights, 0.3f).Apply(output, labels, teacher, 0.4f, 2, 0.5f);
        double expected = 0;
        int correct = 0;
        for (int k = 0; k < labels.Length; k++)
        {
            double[] taught = [.. Enumerable.Range(0, C).Select(c => Math.Exp(teacher[c * 64 + k] / 2.0))];
            double[] q = [.. Enumerable.Range(0, C).Select(c => 0.6 * ((c == labels[k] ? 0.7 : 0) + 0.3 / C) + 0.4 * taught[c] / taught.Sum())];
            for (int t = 0; t < T; t++)
            {
                double[] e = [.. Enumerable.Range(0, C).Select(c => Math.Exp(output.Value[output.At(t) + c * 64 + k]))];
                for (int c = 0; c < C; c++)
                {
                    expected -= weights[t] * q[c] * Math.Log(e[c] / e.Sum());
                    Assert.Equal(weights[t] * 0.5 * (e[c] / e.Sum() - q[c]), output.Gradient[output.At(t) + c * 64 + k], 1e-5);
                }

                if (t == T - 1 && Array.IndexOf(e, e.Max()) == labels[k]) correct++;
            }
        }

        Assert.Equal(expected, loss, 1e-3);
        Assert.Equal(correct, right);
        Assert.All(Enumerable.Range(50, 14), k => Assert.Equal(0, output.Gradient[output.At(1) + k]));
    }

    /// <summary>The same seed gives the same weights to the last bit, with one thread and with four; another seed does not.</summary>
    [Fact]
    public void SameSeedSameWeightsWhateverTheThreads()
    {
        float[] one = Train(seed: 3, threads: 1), four = Train(seed: 3, threads: 4), other = Train(seed: 4, threads: 1);
        Assert.Equal(one, four);
        Assert.NotEqual(one, other);
    }

    /// <summary>Stopped after two of four epochs and continued from the file: the same weights as without, to the last bit, and the same history.</summary>
    [Fact]
    public void ResumeEqualsUninterrupted()
    {
        string path = Path.Combine(Path.GetTempPath(), $"edgespike-{Guid.NewGuid():N}.checkpoint");
        try
        {
            Moving data = new(300);
            TrainingOptions options = new() { Seed = 5, Epochs = 4, Batch = 128, Threads = 2 };
            Network whole = SmallNetworks.Create(NeuronKind.CubaLif, ResetDelay.Next, true, false, true), first = SmallNetworks.Create(NeuronKind.CubaLif, ResetDelay.Next, true, false, true);
            Trainer uninterrupted = new(whole, data, options), begun = new(first, data, options);
            while (!uninterrupted.IsDone) _ = uninterrupted.RunEpoch(data, null, Stop);
            _ = begun.RunEpoch(data, null, Stop);
            _ = begun.RunEpoch(data, null, Stop);
            Checkpoint.Write(path, first, begun, "key");

            Network second = SmallNetworks.Create(NeuronKind.CubaLif, ResetDelay.Next, true, false, true, seed: 77);
            Trainer continued = new(second, data, options);
            Checkpoint.Read(path, second, continued, "key");
            Assert.Equal(2, continued.Epoch);
            while (!continued.IsDone) _ = continued.RunEpoch(data, null, Stop);
            uninterrupted.Finish();
            continued.Finish();
            for (int i = 0; i < whole.Parameters.Count; i++) Assert.Equal(whole.Parameters[i].Value, second.Parameters[i].Value);
            Assert.Equal(uninterrupted.Best, continued.Best);
            Assert.Equal(uninterrupted.History.Select(e => e with { Seconds = 0 }), continued.History.Select(e => e with { Seconds = 0 }));

            ConversionException another = Assert.Throws<ConversionException>(() => Checkpoint.Read(path, second, continued, "other"));
            Assert.Equal(ErrorCode.InputMismatch, another.Code);
            byte[] bytes = File.ReadAllBytes(path);
            File.WriteAllBytes(path, bytes[..^5]);
            float[] before = [.. second.Parameters.SelectMany(p => p.Value)];
            Assert.Equal(ErrorCode.Damaged, Assert.Throws<ConversionException>(() => Checkpoint.Read(path, second, continued, "key")).Code);
            Assert.Equal(before, second.Parameters.SelectMany(p => p.Value));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A task that needs the order of two inputs is learnt, through time and through space.</summary>
    [Theory]
    [InlineData(GradientMode.ThroughTime)]
    [InlineData(GradientMode.ThroughSpace)]
    public void LearnsAnOrder(GradientMode mode)
    {
        Moving data = new(512);
        Network network = SmallNetworks.Create(NeuronKind.Lif, ResetDelay.Next, true, false, false);
        double before = Evaluation.Accuracy(network, data);
        Trainer trainer = new(network, data, new TrainingOptions { Seed = 1, Epochs = 12, Batch = 64, Rate = 1e-2f, Mode = mode, Augment = false, Averaging = 0.9f, Threads = 1 });
        while (!trainer.IsDone) _ = trainer.RunEpoch(null, null, Stop);
        trainer.Finish();
        Assert.True(before < 0.7, $"{before} before training: the task is too easy to tell");
        Assert.True(Evaluation.Accuracy(network, data) > 0.9, $"{Evaluation.Accuracy(network, data)} after training");
    }

    /// <summary>Early stopping ends when the validation has not been better for as many epochs.</summary>
    [Fact]
    public void StopsWhenPatienceEnds()
    {
        Moving data = new(64);
        Network network = SmallNetworks.Create(NeuronKind.Lif, ResetDelay.Next, true, false, false);
        // A rate of 0 never gets better.
        Trainer trainer = new(network, data, new TrainingOptions { Epochs = 50, Batch = 64, Rate = 0, Patience = 3, Averaging = 0, Threads = 1 });
        while (!trainer.IsDone) _ = trainer.RunEpoch(data, null, Stop);
        Assert.InRange(trainer.Epoch - trainer.BestEpoch, 3, 3);
        Assert.True(trainer.Epoch < 50);
    }

    /// <summary>The largest weights stay, exactly as many as asked for, and training leaves the others at 0.</summary>
    [Fact]
    public void PrunedWeightsStayZero()
    {
        Moving data = new(128);
        Network network = SmallNetworks.Create(NeuronKind.Lif, ResetDelay.Next, true, false, false);
        Parameter weight = network.Parameters.First(p => p.Name == "conv1.weight");
        float[] sorted = [.. weight.Value.Select(MathF.Abs).OrderDescending()];
        Pruning.Apply(network, 0.25, least: 10);
        int stay = (int)Math.Round(0.25 * weight.Value.Length);
        Assert.Equal(stay, weight.Value.Count(v => v != 0));
        Assert.Equal(sorted[..stay], weight.Value.Where(v => v != 0).Select(MathF.Abs).OrderDescending());
        bool[] zero = [.. weight.Value.Select(v => v == 0)];
        Trainer trainer = new(network, data, new TrainingOptions { Epochs = 2, Batch = 64, Threads = 1 });
        while (!trainer.IsDone) _ = trainer.RunEpoch(null, null, Stop);
        trainer.Finish();
        for (int i = 0; i < zero.Length; i++) Assert.Equal(zero[i], weight.Value[i] == 0);
    }

    private static float[] Train(int seed, int threads)
    {
        Moving data = new(400);
        Network network = SmallNetworks.Create(NeuronKind.Lif, ResetDelay.Next, true, false, false);
        Trainer trainer = new(network, data, new TrainingOptions { Seed = seed, Epochs = 2, Batch = 256, Threads = threads }, SmallNetworks.Create(NeuronKind.Rectified, ResetDelay.Next, true, false, false, seed: 8));
        while (!trainer.IsDone) _ = trainer.RunEpoch(null, null, Stop);
        return [.. network.Parameters.SelectMany(p => p.Value)];
    }

    /// <summary>Three classes: a bump on channel 0 before channel 1, after it, or together; noise elsewhere.</summary>
    private sealed class Moving(int count) : ITrainingData
    {
        public int Count => count;

        public int Ticks => 8;

        public int Channels => SmallNetworks.Inputs;

        public int Classes => SmallNetworks.Classes;

        public int Label(int index) => index % 3;

        public void Load(int index, ulong key, float[] target, int first, int stride)
        {
            TrainingRandom random = new((ulong)index, key);
            int middle = 3 + random.Below(2), apart = 2 * (Label(index) - 1);
            for (int t = 0; t < Ticks; t++)
                for (int c = 0; c < Channels; c++)
                {
                    float value = 0.1f * random.Normal() + (c == 0 && t == middle ? 2 : 0) + (c == 1 && t == middle + apart ? 2 : 0);
                    target[first + (t * Channels + c) * stride] = value;
                }
        }
    }
}
