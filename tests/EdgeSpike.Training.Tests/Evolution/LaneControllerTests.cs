using System;
using System.Linq;
using System.Runtime.Intrinsics;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Runtime;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>What evolves is what flies: sixteen controllers in lanes against the interpreter on their model files.</summary>
public sealed class LaneControllerTests
{
    /// <summary>Genomes of four kinds: anywhere in the bounds, at their ends, near the middle, and with decays of 1.</summary>
    private static double[] Genome(SeededRandom random, int kind)
    {
        double[] genes = new double[ControllerGenome.Length];
        for (int i = 0; i < genes.Length; i++)
            genes[i] = kind switch { 0 => random.Next(), 1 => random.Next() < 0.5 ? 0 : 1, 2 => 0.5 + 0.1 * random.NextGaussian(), _ => random.Next(0, 1.5) };
        return genes;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_output_of_every_lane_is_the_interpreters(bool adaptive)
    {
        long spikes = 0, distinct = 0;
        for (int round = 0; round < 12; round++)
        {
            SeededRandom random = new((ulong)round, 5);
            ControllerParameters[] controllers = [.. Enumerable.Range(0, LaneController.Lanes).Select(_ => ControllerGenome.Decode(Genome(random, round % 4), adaptive))];
            LaneController lanes = new(controllers) { CountSpikes = true };
            Interpreter[] interpreters = [.. controllers.Select(Load)];
            int[] error = new int[1], given = new int[LaneController.Lanes];
            int scale = 1 << random.NextIndex(16);
            for (int t = 0; t < 300; t++)
            {
                for (int k = 0; k < given.Length; k++) given[k] = (int)(random.Next(-1, 1) * scale) + (random.NextIndex(50) == 0 ? ControllerParameters.ErrorBound / 2 : 0);
                Vector512<int> output = lanes.Step(Vector512.LoadUnsafe(ref given[0]));
                for (int k = 0; k < interpreters.Length; k++)
                {
                    error[0] = given[k];
                    Assert.Equal(ModelError.None, interpreters[k].SetValues(0, error, 0));
                    interpreters[k].Step();
                    int command = interpreters[k].Arena[interpreters[k].Model.Buffers[interpreters[k].Model.Ports[1].Buffer].Offset];
                    Assert.True(command == output.GetElement(k), $"round {round}, tick {t}, lane {k}: {output.GetElement(k)} in the lane, {command} in the interpreter");
                    if (command != 0) distinct++;
                }
            }

            for (int k = 0; k < interpreters.Length; k++)
            {
                long counted = interpreters[k].Model.Operators.Sum(o => o.Spikes);
                Assert.Equal(counted, lanes.Spikes.GetElement(k));
                spikes += counted;
            }
        }

        // Controllers that sleep prove nothing.
        Assert.True(spikes > 100_000 && distinct > 20_000, $"{spikes} spikes, {distinct} outputs");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lane_does_not_depend_on_its_neighbours(bool adaptive)
    {
        SeededRandom random = new(3);
        ControllerParameters[] controllers = [.. Enumerable.Range(0, 16).Select(_ => ControllerGenome.Decode(Genome(random, 0), adaptive))];
        ControlSet set = ControlSet.FromSimulatedFlights(1, 9)[0];
        double[] together = new double[16], alone = new double[16];
        OpenLoopLoss.Evaluate(new LaneController(controllers), set, together);
        for (int k = 0; k < 16; k++)
        {
            OpenLoopLoss.Evaluate(new LaneController([controllers[k]]), set, alone);
            Assert.Equal(together[k], alone[0]);
            Assert.Equal(together[k], OpenLoopLoss.EvaluateEach(controllers[k], [set])[0]);
        }
    }

    /// <summary>The paper's parameter count for 80 neurons: 261, LIF and IWTA-LIF alike.</summary>
    [Fact]
    public void A_genome_has_the_papers_261_numbers_and_each_one_matters()
    {
        Assert.Equal(261, ControllerGenome.Length);
        foreach (bool adaptive in new[] { false, true })
        {
            // Away from the ends and from weights of 0, where rounding could hide a gene.
            double[] genes = [.. Enumerable.Range(0, 261).Select(i => 0.55 + 0.3 * ((i * 37 % 101) / 101.0))];
            byte[] before = File(genes, adaptive);
            for (int i = 0; i < genes.Length; i++)
            {
                double[] changed = (double[])genes.Clone();
                changed[i] += 0.05;
                Assert.False(before.AsSpan().SequenceEqual(File(changed, adaptive)), $"gene {i} changes nothing");
            }
        }
    }

    /// <summary>The paper's equations in double, on a controller whose integers are exact in them, until rounding shows.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_integers_follow_the_papers_equations(bool adaptive)
    {
        SeededRandom random = new(21);
        double[] genes = new double[ControllerGenome.Length];
        for (int i = 0; i < genes.Length; i++) genes[i] = random.Next(0.3, 0.7);
        for (int p = 0; p < ControllerParameters.Pairs; p++)
        {
            // Thresholds go with the square of their gene. Both neurons of a pair spiking at every tick would cancel in the read-out.
            (genes[p * 13 + 1], genes[p * 13 + 3]) = (0.9, Math.Sqrt(0.06 + 0.002 * p));
            if (!adaptive) genes[p * 13 + 10] = genes[p * 13 + 11] = Math.Sqrt(0.05 + 0.001 * p);
        }

        ControllerParameters c = ControllerGenome.Decode(genes, adaptive);
        double encoderUnit = 1 << ControllerParameters.EncoderBits, hiddenUnit = 1 << ControllerParameters.HiddenBits;
        double[] v = new double[40], s = new double[40], current = new double[40], h = new double[40], hs = new double[40], q = new double[80], theta = new double[40];
        for (int j = 0; j < 40; j++) theta[j] = c.Threshold[j] / hiddenUnit;
        double output = 0, farthest = 0, largest = 0;
        LaneController lanes = new([c]);
        for (int t = 0; t < 25; t++)
        {
            int error = (int)(700 * Math.Sin(t / 4.0));
            for (int j = 0; j < 40; j++)
            {
                int p = j / 2, sign = j % 2 == 0 ? 1 : -1;
                double th = c.EncoderThreshold[p] / encoderUnit;
                v[j] = c.EncoderDecay[p] / 32768.0 * v[j] + sign * c.EncoderWeight[p] / 64.0 * (error / 1024.0) + c.EncoderBias[p] / encoderUnit - s[j] * th;
                s[j] = v[j] > th ? 1 : 0;
            }

            double sum = 0;
            for (int j = 0; j < 40; j++)
            {
                int p = j / 2, other = j ^ 1;
                current[j] = c.SynapticDecay[j] / 32768.0 * current[j] + (c.SameWeight[p] * s[j] + c.CrossWeight[p] * s[other]) / 64.0;
                double old = theta[j];
                if (adaptive)
                {
                    // q(t) = tau q(t-1) + s_in(t) for each of the two inputs; th = th0 + W_th q.
                    q[2 * j] = c.AdaptationDecay[j] / 32768.0 * q[2 * j] + s[j];
                    q[2 * j + 1] = c.AdaptationDecay[j] / 32768.0 * q[2 * j + 1] + s[other];
                    theta[j] = c.Threshold[j] / hiddenUnit + (c.SameThresholdWeight[p] * q[2 * j] + c.CrossThresholdWeight[p] * q[2 * j + 1]) / 128.0;
                    theta[j] = Math.Max(theta[j], 1.0 / 16);
                }

                h[j] = c.MembraneDecay[j] / 32768.0 * h[j] + current[j] - hs[j] * old;
                hs[j] = h[j] > theta[j] ? 1 : 0;
                sum += (j % 2 == 0 ? 1 : -1) * c.ReadoutWeight[p] * hs[j] / (1 << (ControllerParameters.OutputBits - c.ReadoutShift));
            }

            output = c.ReadoutDecay / 32768.0 * output + sum;
            double integers = lanes.Step(Vector512.Create(error)).GetElement(0) / encoderUnit;
            farthest = Math.Max(farthest, Math.Abs(integers - output));
            largest = Math.Max(largest, Math.Abs(output));
        }

        Assert.True(largest > 0.2, $"the largest output is {largest}");
        Assert.True(farthest < 0.001, $"{farthest} apart");
    }

    private static byte[] File(double[] genes, bool adaptive) => ControllerModel.Build([("c", ControllerGenome.Decode(genes, adaptive))], "test", null, []);

    private static Interpreter Load(ControllerParameters controller)
    {
        Interpreter interpreter = new();
        Assert.Equal(ModelError.None, interpreter.Load(ControllerModel.Build([("c", controller)], "test", null, []), 4096, 100_000));
        return interpreter;
    }
}
