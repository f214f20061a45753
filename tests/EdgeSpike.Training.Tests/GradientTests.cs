using System;
using System.Linq;
using Xunit;

namespace EdgeSpike.Training.Tests;

/// <summary>Gradients against central differences of the loss, with spikes that are the smooth surrogate itself.</summary>
public class GradientTests
{
    private const int Ticks = 7;

    /// <summary>Every layer, both resets, both neurons, both read-outs: every parameter array along random directions, small ones element by element.</summary>
    [Theory]
    [InlineData(NeuronKind.Lif, ResetDelay.Next, true, false, false)]
    [InlineData(NeuronKind.Lif, ResetDelay.Now, false, true, true)]
    [InlineData(NeuronKind.CubaLif, ResetDelay.Next, true, true, true)]
    [InlineData(NeuronKind.CubaLif, ResetDelay.Now, false, false, false)]
    [InlineData(NeuronKind.Linear, ResetDelay.Next, true, false, false)]
    public void MatchDifferences(NeuronKind kind, ResetDelay reset, bool normalize, bool counts, bool each)
    {
        Network network = SmallNetworks.Create(kind, reset, normalize, counts, each);
        NetworkPass pass = new(network, Ticks, backward: true);
        SmallNetworks.FillInput(pass, 3);
        int[] labels = SmallNetworks.Labels(3);
        CrossEntropy entropy = new(SmallNetworks.Classes, SmallNetworks.TickWeights(Ticks), 0.1f);
        PassSettings settings = new() { Training = true, Smooth = true, Key = 9 };
        double Loss()
        {
            pass.Forward(settings);
            return entropy.Apply(pass.Output, labels, [], 0, 1, 1).Loss;
        }

        _ = Loss();
        float[][] gradients = network.CreateGradients();
        pass.Backward(gradients, GradientMode.ThroughTime);
        float[][] analytic = [.. gradients.Select(g => (float[])g.Clone())];
        TrainingRandom random = new(4);
        int compared = 0;
        foreach (Parameter parameter in network.Parameters.Where(p => p.Rate > 0))
        {
            int n = parameter.Value.Length;
            float[] before = (float[])parameter.Value.Clone();
            for (int round = 0; round < (n <= 8 ? n : 6); round++)
            {
                float[] direction = new float[n];
                for (int i = 0; i < n; i++) direction[i] = n <= 8 ? (i == round ? 1 : 0) : random.Normal() / MathF.Sqrt(n);
                const float Step = 4e-3f;
                double At(float by)
                {
                    for (int i = 0; i < n; i++) parameter.Value[i] = before[i] + by * direction[i];
                    return Loss();
                }

                // Fourth order, so that float32 allows a step that is not tiny.
                double difference = (8 * (At(Step) - At(-Step)) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
                before.CopyTo(parameter.Value, 0);
                double expected = direction.Select((d, i) => (double)d * analytic[parameter.Index][i]).Sum();
                Assert.True(Math.Abs(difference - expected) <= 0.01 * Math.Abs(difference) + 0.02, $"{parameter.Name}, round {round}: {expected} where differences give {difference}");
                compared += Math.Abs(difference) > 0.2 ? 1 : 0;
            }
        }

        Assert.True(compared > 20, $"only {compared} derivatives were large enough to tell");
    }

    /// <summary>With a detached reset the gradient is that of a network whose reset is a constant.</summary>
    [Fact]
    public void DetachedResetLeavesOnlyTheLeak()
    {
        // One neuron, two ticks, by hand: v1 = x1, v2 = b v1 + x2 - θ s1 ; dL/ds1 = 0, dL/ds2 = 1.
        const float B = 0.5f, Theta = 1f, Width = 2f;
        foreach (bool detach in (bool[])[true, false])
        {
            Population population = new("p", NeuronKind.Lif, 1, B, Theta) { SurrogateWidth = Width, DetachReset = detach };
            _ = new Network([TemporalConvolutionOf(population)]);
            PopulationPass pass = population.CreatePass(2);
            float[] x = new float[2 * 64], s = new float[2 * 64], ds = new float[2 * 64], dx = new float[2 * 64];
            x.AsSpan(0, 64).Fill(1.25f);
            x.AsSpan(64).Fill(0.75f);
            ds.AsSpan(64).Fill(1);
            float[][] gradients = [.. Enumerable.Range(0, 16).Select(_ => new float[64])];
            pass.Forward(0, x, 0, s, 0, 64, smooth: false);
            pass.Forward(1, x, 64, s, 64, 64, smooth: false);
            pass.BeginBackward();
            pass.Backward(1, ds, 64, s, 64, 64, dx, 64, gradients, GradientMode.ThroughTime);
            pass.Backward(0, ds, 0, s, 0, 64, dx, 0, gradients, GradientMode.ThroughTime);
            float v1 = 1.25f, v2 = B * v1 + 0.75f - Theta;
            float g2 = Slope(v2 - Theta, Width), g1 = B * g2 + (detach ? 0 : -Theta * g2 * Slope(v1 - Theta, Width));
            Assert.Equal(1, s[0]);
            Assert.Equal(g2, dx[64], 1e-6f);
            Assert.Equal(g1, dx[0], 1e-6f);
        }
    }

    /// <summary>SLTT, Meng et al. 2023, eq. 7: dL/dW = Σ_t (dL/du_t) s_t, dL/du_t from the layer above at the same tick and nothing from later ticks.</summary>
    [Fact]
    public void ThroughSpaceIsItsFormula()
    {
        const int T = 5;
        TrainingRandom random = new(2);
        Population first = new("a", NeuronKind.Lif, 3, 0.6f, 0.5f) { SurrogateWidth = 1.5f }, second = new("b", NeuronKind.Lif, 2, 0.8f, 0.4f) { SurrogateWidth = 1.5f };
        TemporalConvolution one = TemporalConvolution.Create("one", 4, 1, first, normalize: false, ref random), two = TemporalConvolution.Create("two", 3, 1, second, normalize: false, ref random);
        Network network = new([one, two]);
        NetworkPass pass = new(network, T, backward: true);
        for (int i = pass.Input.At(0); i < pass.Input.Value.Length; i++) pass.Input.Value[i] = random.Normal();
        pass.Forward(new PassSettings { Training = true });
        for (int i = pass.Output.At(0); i < pass.Output.Gradient.Length; i++) pass.Output.Gradient[i] = random.Normal();
        float[][] gradients = network.CreateGradients();
        pass.Backward(gradients, GradientMode.ThroughSpace);

        double[] expectedOne = new double[12], expectedTwo = new double[6];
        for (int k = 0; k < BatchMatrix.Lanes; k++)
        {
            double[] u = new double[3], v = new double[2], s = new double[3], o = new double[2];
            for (int t = 0; t < T; t++)
            {
                double[] x = [.. Enumerable.Range(0, 4).Select(i => (double)pass.Input.Value[pass.Input.At(t) + i * 64 + k])];
                for (int j = 0; j < 3; j++)
                {
                    u[j] = 0.6f * u[j] + Enumerable.Range(0, 4).Sum(i => one.Weight.Value[j * 4 + i] * x[i]) - 0.5f * s[j];
                    s[j] = u[j] > 0.5f ? 1 : 0;
                }

                for (int j = 0; j < 2; j++)
                {
                    v[j] = 0.8f * v[j] + Enumerable.Range(0, 3).Sum(i => two.Weight.Value[j * 3 + i] * s[i]) - 0.4f * o[j];
                    o[j] = v[j] > 0.4f ? 1 : 0;
                }

                double[] dv = [.. Enumerable.Range(0, 2).Select(j => pass.Output.Gradient[pass.Output.At(t) + j * 64 + k] * (double)Slope((float)v[j] - 0.4f, 1.5f))];
                double[] du = [.. Enumerable.Range(0, 3).Select(j => Enumerable.Range(0, 2).Sum(o => two.Weight.Value[o * 3 + j] * dv[o]) * Slope((float)u[j] - 0.5f, 1.5f))];
                for (int j = 0; j < 2; j++)
                    for (int i = 0; i < 3; i++) expectedTwo[j * 3 + i] += dv[j] * s[i];
                for (int j = 0; j < 3; j++)
                    for (int i = 0; i < 4; i++) expectedOne[j * 4 + i] += du[j] * x[i];
            }
        }

        for (int i = 0; i < 12; i++) Assert.Equal(expectedOne[i], gradients[one.Weight.Index][i], 1e-3 + 1e-4 * Math.Abs(expectedOne[i]));
        for (int i = 0; i < 6; i++) Assert.Equal(expectedTwo[i], gradients[two.Weight.Index][i], 1e-3 + 1e-4 * Math.Abs(expectedTwo[i]));
    }

    /// <summary>
    /// A loss of the last tick alone: there both modes give the cell the same gradient, and through space nothing of it reaches
    /// an earlier tick, by no path of the cell's.
    /// </summary>
    [Theory]
    [InlineData(NeuronKind.Lif)]
    [InlineData(NeuronKind.CubaLif)]
    public void ThroughSpaceStaysInItsTick(NeuronKind kind)
    {
        Network network = SmallNetworks.Create(kind, ResetDelay.Next, normalize: false, counts: false, each: false);
        network.Layers.OfType<Readout>().Single().Decay.Value[0] = 0;
        NetworkPass pass = new(network, Ticks, backward: true);
        SmallNetworks.FillInput(pass, 3);
        pass.Forward(new PassSettings());
        Signal cell = pass.Signals[3];              // what enters the cell
        float[] Gradient(GradientMode mode)
        {
            Array.Clear(pass.Output.Gradient);
            TrainingRandom random = new(5);
            for (int i = pass.Output.At(Ticks - 1); i < pass.Output.Gradient.Length; i++) pass.Output.Gradient[i] = random.Normal();
            pass.Backward(network.CreateGradients(), mode);
            return (float[])cell.Gradient.Clone();
        }

        float[] time = Gradient(GradientMode.ThroughTime), space = Gradient(GradientMode.ThroughSpace);
        int last = cell.At(Ticks - 1);
        Assert.Equal(time[last..], space[last..]);
        Assert.Contains(space[last..], g => g != 0);
        Assert.All(space[..last], g => Assert.Equal(0, g));
        Assert.Contains(time[cell.At(0)..last], g => g != 0);
    }

    // S'(z) = (w / 2) / (1 + (π w z / 2)²)
    private static float Slope(float z, float width) => width / 2 / (1 + MathF.Pow(MathF.PI / 2 * width * z, 2));

    private static TemporalConvolution TemporalConvolutionOf(Population population)
    {
        TrainingRandom random = new(1);
        return TemporalConvolution.Create("c", 1, 1, population, normalize: false, ref random);
    }
}
