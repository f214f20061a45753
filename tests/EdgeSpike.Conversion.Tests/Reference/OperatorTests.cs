using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Reference;
using Xunit;

namespace EdgeSpike.Conversion.Tests.Reference;

/// <summary>Every node without a threshold against its formula written out, on random sizes and values.</summary>
public sealed class OperatorTests
{
    private const int Ticks = 12;

    [Fact]
    public void Linear_is_the_matrix_product_in_every_block() => Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[1, 4], Gen.Bool, Graphs.Seed).Sample((outputs, inputs, repeat, biased, seed) =>
    {
        Random random = new(seed);
        LinearNode node = Graphs.Linear("node", outputs, inputs, Graphs.Values(random, outputs * inputs), biased ? Graphs.Values(random, outputs) : null, repeat);
        AssertMap(node, random, x =>
        {
            double[] y = new double[outputs * repeat];
            for (int r = 0; r < repeat; r++)
                for (int i = 0; i < outputs; i++)
                {
                    y[r * outputs + i] = node.Bias?[i] ?? 0;
                    for (int j = 0; j < inputs; j++) y[r * outputs + i] += node.Weight[i * inputs + j] * x[r * inputs + j];
                }

            return y;
        });
    });

    [Fact]
    public void Convolution_is_the_sum_over_the_window() => Gen.Select(Geometry, Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 3], Gen.Bool, Graphs.Seed).Sample((window, groups, groupInputs, groupOutputs, biased, seed) =>
    {
        Random random = new(seed);
        Window w = window;
        int inputs = groups * groupInputs, outputs = groups * groupOutputs;
        ConvolutionNode node = new()
        {
            Name = "node",
            InputShape = ShapeOf(inputs, w.InputHeight, w.InputWidth),
            OutputShape = ShapeOf(outputs, w.OutputHeight, w.OutputWidth),
            InputChannels = inputs,
            OutputChannels = outputs,
            Groups = groups,
            Window = w,
            Weight = Graphs.Values(random, outputs * groupInputs * w.KernelHeight * w.KernelWidth),
            Bias = biased ? Graphs.Values(random, outputs) : null,
        };
        AssertMap(node, random, x =>
        {
            double[] y = new double[node.OutputShape.Count];
            for (int o = 0; o < outputs; o++)
                for (int row = 0; row < w.OutputHeight; row++)
                    for (int column = 0; column < w.OutputWidth; column++)
                    {
                        double sum = node.Bias?[o] ?? 0;
                        for (int c = 0; c < groupInputs; c++)
                            for (int ky = 0; ky < w.KernelHeight; ky++)
                                for (int kx = 0; kx < w.KernelWidth; kx++)
                                    sum += node.Weight[((o * groupInputs + c) * w.KernelHeight + ky) * w.KernelWidth + kx]
                                        * At(x, w, o / groupOutputs * groupInputs + c, row, column, ky, kx);
                        y[(o * w.OutputHeight + row) * w.OutputWidth + column] = sum;
                    }

            return y;
        });
    });

    [Fact]
    public void Pooling_is_the_sum_or_mean_over_the_window() => Gen.Select(Geometry, Gen.Int[1, 4], Gen.Bool, Graphs.Seed).Sample((window, channels, average, seed) =>
    {
        Window w = window;
        PoolNode node = new()
        {
            Name = "node",
            InputShape = ShapeOf(channels, w.InputHeight, w.InputWidth),
            OutputShape = ShapeOf(channels, w.OutputHeight, w.OutputWidth),
            Average = average,
            Channels = channels,
            Window = w,
        };
        AssertMap(node, new Random(seed), x =>
        {
            double[] y = new double[node.OutputShape.Count];
            for (int c = 0; c < channels; c++)
                for (int row = 0; row < w.OutputHeight; row++)
                    for (int column = 0; column < w.OutputWidth; column++)
                    {
                        double sum = 0;
                        for (int ky = 0; ky < w.KernelHeight; ky++)
                            for (int kx = 0; kx < w.KernelWidth; kx++)
                                sum += At(x, w, c, row, column, ky, kx);
                        y[(c * w.OutputHeight + row) * w.OutputWidth + column] = average ? sum / (w.KernelHeight * w.KernelWidth) : sum;
                    }

            return y;
        });
    });

    [Fact]
    public void Delayed_linear_reads_each_synapse_in_its_own_past() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[0, 5], Gen.Bool, Graphs.Seed).Sample((outputs, inputs, longest, biased, seed) =>
    {
        Random random = new(seed);
        DelayedLinearNode node = new()
        {
            Name = "node",
            InputShape = new Shape(inputs),
            OutputShape = new Shape(outputs),
            Weight = Graphs.Values(random, outputs * inputs),
            Ticks = [.. Enumerable.Range(0, outputs * inputs).Select(_ => random.Next(longest + 1))],
            Bias = biased ? Graphs.Values(random, outputs) : null,
        };
        AssertFilter(node, random, (x, t) =>
        {
            double[] y = new double[outputs];
            for (int i = 0; i < outputs; i++)
            {
                y[i] = node.Bias?[i] ?? 0;
                for (int j = 0; j < inputs; j++)
                    if (t - node.Ticks[i * inputs + j] is int then and >= 0) y[i] += node.Weight[i * inputs + j] * x[then][j];
            }

            return y;
        });
    });

    [Fact]
    public void State_space_is_the_matrix_recursion() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 3], Gen.Int[1, 4], Graphs.Seed).Sample((order, inputs, repeat, seed) =>
    {
        Random random = new(seed);
        StateSpaceNode node = new()
        {
            Name = "node",
            InputShape = new Shape(inputs * repeat),
            OutputShape = new Shape(order * repeat),
            Order = order,
            Inputs = inputs,
            Repeat = repeat,
            StateMatrix = [.. Enumerable.Range(0, order * order).Select(_ => random.Next(-2, 3) / 4.0)],
            InputMatrix = Graphs.Values(random, order * inputs),
        };
        double[] m = new double[order * repeat];
        AssertFilter(node, random, (x, t) =>
        {
            if (t == 0) Array.Clear(m);
            double[] next = new double[m.Length];
            for (int r = 0; r < repeat; r++)
                for (int i = 0; i < order; i++)
                {
                    for (int j = 0; j < order; j++) next[r * order + i] += node.StateMatrix[i * order + j] * m[r * order + j];
                    for (int j = 0; j < inputs; j++) next[r * order + i] += node.InputMatrix[i * inputs + j] * x[t][r * inputs + j];
                }

            m = next;
            return next;
        });
    });

    /// <summary>Single precision: each new element is summed in double and rounded once.</summary>
    [Fact]
    public void Float32_rounds_the_state_of_a_state_space_once() => Gen.Select(Gen.Int[1, 9], Graphs.Seed).Sample((order, seed) =>
    {
        Random random = new(seed);
        StateSpaceNode node = new()
        {
            Name = "node",
            InputShape = new Shape(1),
            OutputShape = new Shape(order),
            Order = order,
            Inputs = 1,
            StateMatrix = [.. Graphs.Rough(random, order * order).Select(v => v / order)],
            InputMatrix = Graphs.Rough(random, order),
        };
        ReferenceNetwork network = Graphs.Around(node, Precision.Float32);
        double[] m = new double[order];
        for (int t = 0; t < 50; t++)
        {
            double u = random.NextDouble();
            network.Step([u]);
            double[] next = new double[order];
            for (int i = 0; i < order; i++)
            {
                double sum = 0;
                for (int j = 0; j < order; j++) sum += (float)node.StateMatrix[i * order + j] * m[j];
                sum += (double)(float)node.InputMatrix[i] * (float)u;
                next[i] = (float)sum;
            }

            m = next;
            Assert.Equal(m, network.Output("node").ToArray());
        }
    });

    [Fact]
    public void Scale_multiplies_by_one_factor_or_by_each() => Gen.Select(Gen.Int[1, 9], Gen.Bool, Graphs.Seed).Sample((count, each, seed) =>
    {
        Random random = new(seed);
        ScaleNode node = new() { Name = "node", InputShape = new Shape(count), OutputShape = new Shape(count), Factor = Graphs.Values(random, each ? count : 1) };
        AssertMap(node, random, x => [.. x.Select((v, i) => v * node.Factor[each ? i : 0])]);
    });

    [Fact]
    public void Delay_shifts_all_or_each() => Gen.Select(Gen.Int[1, 9], Gen.Int[0, 5], Gen.Bool, Graphs.Seed).Sample((count, longest, each, seed) =>
    {
        Random random = new(seed);
        DelayNode node = new() { Name = "node", InputShape = new Shape(count), OutputShape = new Shape(count), Ticks = [.. Enumerable.Range(0, each ? count : 1).Select(_ => random.Next(longest + 1))] };
        AssertFilter(node, random, (x, t) => [.. Enumerable.Range(0, count).Select(i => t - node.Ticks[each ? i : 0] is int then and >= 0 ? x[then][i] : 0)]);
    });

    [Fact]
    public void Flatten_moves_nothing()
    {
        FlattenNode node = new() { Name = "node", InputShape = new Shape(2, 3, 4), OutputShape = new Shape(24) };
        AssertMap(node, new Random(1), x => x);
    }

    /// <summary>One and two dimensions; the output may end before or behind the padded input, as files do.</summary>
    private static readonly Gen<Window> Geometry =
        from flat in Gen.Bool
        from height in Axis
        from width in Axis
        select new Window
        {
            InputHeight = flat ? 1 : height.Input,
            KernelHeight = flat ? 1 : height.Kernel,
            StrideHeight = flat ? 1 : height.Stride,
            PaddingTop = flat ? 0 : height.Padding,
            DilationHeight = flat ? 1 : height.Dilation,
            OutputHeight = flat ? 1 : height.Output,
            InputWidth = width.Input,
            KernelWidth = width.Kernel,
            StrideWidth = width.Stride,
            PaddingLeft = width.Padding,
            DilationWidth = width.Dilation,
            OutputWidth = width.Output,
        };

    private static Gen<(int Input, int Kernel, int Stride, int Padding, int Dilation, int Output)> Axis =>
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[1, 7]);

    private static Shape ShapeOf(int channels, int height, int width) => height == 1 ? new Shape(channels, width) : new Shape(channels, height, width);

    /// <summary>The input under one tap of the window; zero on the padding.</summary>
    private static double At(double[] x, Window w, int channel, int row, int column, int ky, int kx)
    {
        int y = row * w.StrideHeight - w.PaddingTop + ky * w.DilationHeight;
        int z = column * w.StrideWidth - w.PaddingLeft + kx * w.DilationWidth;
        return y < 0 || y >= w.InputHeight || z < 0 || z >= w.InputWidth ? 0 : x[(channel * w.InputHeight + y) * w.InputWidth + z];
    }

    private static void AssertMap(Node node, Random random, Func<double[], double[]> formula) => AssertFilter(node, random, (x, t) => formula(x[t]));

    /// <summary>The node's own output, and the sum that it makes at a target, over two runs with a reset between.</summary>
    private static void AssertFilter(Node node, Random random, Func<IReadOnlyList<double[]>, int, double[]> formula)
    {
        ReferenceNetwork network = Graphs.Around(node);
        for (int run = 0; run < 2; run++)
        {
            network.Reset();
            double[][] x = Graphs.Signal(random, Ticks, node.InputShape.Count);
            for (int t = 0; t < Ticks; t++)
            {
                network.Step(x[t]);
                double[] expected = formula(x, t);
                Assert.Equal(expected, network.Input("out").ToArray());
                Assert.Equal(expected, network.Output(node.Name).ToArray());
                Assert.Equal(x[t], network.Input(node.Name).ToArray());
            }
        }
    }
}
