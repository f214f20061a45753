using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>A sum after it was emitted.</summary>
/// <param name="Buffer">Values buffer of this tick.</param>
/// <param name="Bound">Largest magnitude.</param>
/// <param name="Step">Real value of one, 1 or n elements.</param>
/// <param name="Shift">Fraction bits of a membrane below the step.</param>
internal sealed record SumResult(int Buffer, int Bound, double[] Step, int Shift);

/// <summary>Emission of sums: every contribution by the cheapest operator that is exact enough.</summary>
internal sealed partial class Lowering
{
    private const int SmallCount = 4096;
    private const long SumBudget = 1L << 30;

    /// <summary>Plans and emits a sum.</summary>
    /// <param name="name">The node whose sum it is.</param>
    /// <param name="arrivals">Contributions and biases.</param>
    /// <param name="range">Real magnitude to provide for, each element, in the arena's order, above 0.</param>
    /// <param name="forNeuron">A neuron takes it: the bias is the neuron's, and a shift is chosen.</param>
    /// <param name="uniform">One unit for all elements.</param>
    /// <param name="membraneStep">For a neuron: the stated real value of one integer of its membrane; null: it is chosen.</param>
    private SumResult EmitSum(string name, Arrivals arrivals, double[] range, bool forNeuron, bool uniform, double? membraneStep = null)
    {
        if (!forNeuron && Added(name, arrivals) is SumResult added) return added;
        if (forNeuron && StatedPlan(name, arrivals.Connections, range, membraneStep) is SumPlan stated) return Emit(name, $"{name}.sum", arrivals, stated.Terms, stated, bias: false);
        if (forNeuron && Shared(arrivals, range, uniform) is SumResult direct) return direct;

        foreach (Contribution c in arrivals.Connections)
            if (!forNeuron && c.IsWeightStated) Choices.Add($"'{c.Name}': its stated weight step is not kept: no neuron takes its sum.");
        bool bias = !forNeuron && arrivals.HasBias;
        List<SumTerm> terms = [.. arrivals.Connections.Select(c => Classify(name, c, arrivals.Connections.Count))];
        SumPlan plan = new(terms, range, uniform, bias, _options.Percentile);
        if (forNeuron) plan.ChooseShift();
        return Emit(name, terms.Count == 1 && !forNeuron ? name : $"{name}.sum", arrivals, terms, plan, bias);
    }

    // What drives the membranes of neurons, and what drives their thresholds, in units that are planned together: membrane and
    // threshold are compared, so both sums count in the same unit, each times a power of two of its own.
    private (SumResult Sum, SumResult Drive) EmitSums(string name, Arrivals arrivals, Arrivals drive, double[] range, bool uniform, double? membraneStep)
    {
        List<Contribution> connections = [.. arrivals.Connections, .. drive.Connections];
        SumPlan? plan = StatedPlan(name, connections, range, membraneStep);
        if (plan is null)
        {
            plan = new SumPlan([.. connections.Select(c => Classify(name, c, connections.Count))], range, uniform, drive.HasBias, _options.Percentile);
            plan.ChooseShift();
        }

        return (
            Emit(name, $"{name}.sum", arrivals, [.. plan.Terms.Take(arrivals.Connections.Count)], plan, bias: false),
            Emit(name, $"{name}.drive", drive, [.. plan.Terms.Skip(arrivals.Connections.Count)], plan, drive.HasBias));
    }

    // The units of a neuron's sums where the network states them, so that the integers are those it was made with; null: they are chosen.
    private SumPlan? StatedPlan(string name, IReadOnlyList<Contribution> connections, double[] range, double? membraneStep)
    {
        if (membraneStep is null && !connections.Any(c => c.IsWeightStated)) return null;
        if (connections.FirstOrDefault(c => c.Stated is null) is Contribution silent)
            return Chosen($"'{silent.Name}' states no weight step, or its source has no step of its own");
        foreach (Contribution c in connections)
        {
            double widest = c.Rows.Max(row => row.DefaultIfEmpty(0).Max(Math.Abs)) / c.Stated!.Value;
            if (widest > WeightRounding.Largest(c.Type) + 0.5)
            {
                Choices.Add($"'{name}': its stated steps are not kept: '{c.Name}' has weights of up to {widest:0} steps, more than {Text(c.Type)} holds.");
                return null;
            }
        }

        double unit = connections.Min(c => c.Stated!.Value);
        if (connections.Any(c => PowerOfTwo(c.Stated!.Value / unit) is not (>= 0 and <= 20))) return Chosen("the steps of its connections are not powers of two of each other");
        int shift = 0;
        if (membraneStep is double step)
        {
            if (PowerOfTwo(unit / step) is not (>= 0 and <= 24) and int bits) return Chosen($"one integer of its sum stands for {unit:g6}, which is {(bits < 0 ? "less than it" : "more than 2^24 of it")}");
            if (PowerOfTwo(unit / step) is not int exact) return Chosen($"one integer of its sum stands for {unit:g6}, which is no power of two of it");
            shift = exact;
        }

        SumPlan plan = new([.. connections.Select(c => new SumTerm { Contribution = c, Exact = true, Exponent = PowerOfTwo(c.Stated!.Value / unit)!.Value })], range, unit);
        if (membraneStep is null) plan.ChooseShift();
        else plan.StateShift(shift);
        int lift = plan.Terms.Min(t => t.Exponent);
        return plan.Terms.Sum(t => (double)t.RawBound * (1L << (t.Exponent - lift))) <= SumBudget && plan.Shift + plan.Terms.Max(t => t.Exponent) <= 24
            ? plan
            : Chosen("its sums could leave 32 bits");

        SumPlan? Chosen(string why)
        {
            if (membraneStep is not null) throw NoMembraneStep(name, membraneStep.Value, why);
            Choices.Add($"'{name}': its stated weight steps are not kept: {why}.");
            return null;
        }
    }

    private static ConversionException NoMembraneStep(string name, double step, string why) => new(
        ErrorCode.Unsupported, $"node '{name}'", $"a membrane_step of {step:g6}, but {why}", "state the step of its input and of the weights of every connection into it, each a power of two of membrane_step, or leave membrane_step out");

    /// <summary>k where the ratio is 2^k; null: it is no power of two.</summary>
    private static int? PowerOfTwo(double ratio)
    {
        double bits = Math.Log2(ratio);
        return Math.Abs(bits - Math.Round(bits)) < 1e-9 ? (int)Math.Round(bits) : null;
    }

    // Signals of one step are added as they are.
    private SumResult? Added(string name, Arrivals arrivals)
    {
        if (arrivals.Connections.Count < 2 || arrivals.HasBias || !arrivals.Connections.All(c => IsDirect(c) && c.Source.Kind == BufferKind.Values)) return null;
        double step = arrivals.Connections[0].Rows[0][0];
        if (step <= 0 || arrivals.Connections.Any(c => c.Rows.Any(row => row[0] != step)) || arrivals.Connections.Sum(c => (long)c.Source.Bound) is var bound && bound > int.MaxValue) return null;
        int target = Builder.AddBuffer(BufferKind.Values, arrivals.Count, (int)bound, name: name);
        for (int i = 0; i < arrivals.Connections.Count; i++) EmitAdd(arrivals.Connections[i], 0, target, i > 0);
        return new SumResult(target, (int)bound, [step], 0);
    }

    // The terms of one sum, in the plan's units times what all of them have in common.
    private SumResult Emit(string name, string buffer, Arrivals arrivals, IReadOnlyList<SumTerm> terms, SumPlan plan, bool bias)
    {
        int lift = terms.All(t => t.Exact) && !bias ? Math.Max(0, terms.Min(t => t.Exponent)) : 0;

        // A term with a shift needs no scratch when it begins; a rescaled copy can't begin a sum that others join.
        terms = [.. terms.OrderBy(t => t.Exact && t.Exponent != lift ? 0 : t.Exact || t.Contribution is DenseContribution ? 1 : 2)];
        int n = arrivals.Count;
        int target = Builder.AddBuffer(BufferKind.Values, n, 1, name: buffer);
        int[] biasValues = bias ? [.. arrivals.Bias.Select((b, j) => Whole(name, "a bias", b / plan.UnitOf(j), SumBudget))] : [];
        long bound = 0;
        bool biasDone = !bias;
        for (int i = 0; i < terms.Count; i++)
        {
            SumTerm term = terms[i];
            int biasTensor = -1;
            if (!biasDone && i == 0 && BiasFor(term, biasValues) is int[] own)
            {
                biasTensor = Builder.AddTensor(TensorType.Int32, own);
                bound += own.Max(Magnitude);
                biasDone = true;
            }

            bound += term.Exact ? EmitExact(term, plan, lift, target, i > 0, biasTensor) : EmitRounded(term, plan, target, i > 0, biasTensor, terms.Count);
        }

        if (bound > int.MaxValue)
            throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"its sum can reach {bound}, beyond 32 bits", "use narrower weights for its connections (--weights int8, or an override of these layers)");
        Builder.ReplaceBuffer(target, Builder.Buffers[target] with { Bound = (int)Math.Max(1, bound) });
        if (!biasDone) (target, bound) = EmitBias(name, target, bound, biasValues);
        double[] step = new double[n];
        for (int j = 0; j < n; j++) step[j] = Math.ScaleB(plan.UnitOf(j), lift);
        return new SumResult(target, (int)Math.Max(1, bound), step.All(s => s == step[0]) ? [step[0]] : step, plan.Shift + lift);
    }

    // A neuron that only looks at one signal reads its buffer: no operator at all.
    private static SumResult? Shared(Arrivals arrivals, double[] range, bool uniform)
    {
        if (arrivals.Connections is not [SparseContribution { IsDiagonal: true, Source: { Kind: BufferKind.Values, When: 0 } source } single]) return null;
        double[] step = [.. single.Rows.Select(r => r[0])];
        if (step.Any(s => s <= 0) || (uniform && step.Any(s => s != step[0]))) return null;
        double room = step.Zip(range, (s, r) => SumPlan.NeuronLimit * 0.999 * s / r).Min();
        if (room < 1) return null;
        int shift = (int)Math.Min(12, Math.Floor(Math.Log2(room)));
        return new SumResult(source.Buffer, source.Bound, step.All(s => s == step[0]) ? [step[0]] : step, shift);
    }

    // Whether a contribution is summed exactly. Large values from real-valued sources are not: their 64-bit products are
    // rounded; where no such operator exists, the source is narrowed until the sum is safe.
    private SumTerm Classify(string name, Contribution contribution, int count)
    {
        long budget = SumBudget / count;
        SumTerm Exact(Contribution c) => new() { Contribution = c, Exact = true };
        SumTerm term = Exact(contribution);
        bool real = contribution.Source.Kind == BufferKind.Values && contribution.Source.Bound > SmallCount;
        if (!real && term.RawBound <= budget) return term;
        if (contribution.Source.Kind == BufferKind.Values && (contribution is DenseContribution || IsDirect(contribution)))
            return new SumTerm { Contribution = contribution, Exact = false };

        if (contribution.Type == WeightType.Int16)
        {
            Choices.Add($"'{contribution.Name}': int8 weights instead of int16, because its sums would not fit 32 bits.");
            contribution.Type = WeightType.Int8;
            if (!real && term.RawBound <= budget) return term;
        }

        if (contribution.Source.Kind == BufferKind.Events)
            throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"{contribution.Reach} synapses of '{contribution.Name}' may not fit 32 bits", "use narrower weights or divide the layer");
        long widest = budget / contribution.Reach >> (WeightRounding.Bits(contribution.Type) - 1);
        if (widest < 1)
            throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"{contribution.Reach} synapses of '{contribution.Name}' may not fit 32 bits", "use narrower weights or divide the layer");
        if (widest >= contribution.Source.Bound) return term;
        Signal narrow = Narrowed(contribution.Source, (int)Math.Min(widest, int.MaxValue), contribution.Name);
        Choices.Add($"'{contribution.Name}': its input is rounded to ±{narrow.Bound} steps, so that its sums fit 32 bits.");
        return Exact(WithSource(contribution, narrow));
    }

    private static bool IsDirect(Contribution contribution) => contribution is SparseContribution { IsDiagonal: true };

    // The same weights for a source in another step.
    private static Contribution WithSource(Contribution contribution, Signal source)
    {
        Signal old = contribution.Source;
        double Ratio(int p) => old.StepAt(p) == 0 ? 0 : source.StepAt(p) / old.StepAt(p);
        double[][] rows = [.. contribution.Rows];
        switch (contribution)
        {
            case ConvolutionContribution convolution:
                int perGroup = convolution.Node.InputChannels / convolution.Node.Groups, outPerGroup = convolution.Node.OutputChannels / convolution.Node.Groups;
                for (int o = 0; o < rows.Length; o++)
                    rows[o] = [.. rows[o].Select((w, i) => w * Ratio(o / outPerGroup * perGroup + i % perGroup))];
                return new ConvolutionContribution(rows, convolution.Node)
                {
                    Name = contribution.Name, Source = source, TargetCount = contribution.TargetCount, Type = contribution.Type, Granularity = contribution.Granularity, Range = contribution.Range,
                };
            case SparseContribution sparse:
                for (int j = 0; j < rows.Length; j++) rows[j] = [.. rows[j].Select((w, e) => w * Ratio(sparse.Sources[j][e]))];
                return new SparseContribution(rows, sparse.Sources)
                {
                    Name = contribution.Name, Source = source, TargetCount = contribution.TargetCount, Type = contribution.Type, Granularity = contribution.Granularity, Range = contribution.Range,
                };
            default:
                throw new InvalidOperationException("a matrix is never narrowed");
        }
    }

    private long EmitExact(SumTerm term, SumPlan plan, int lift, int target, bool accumulate, int bias)
    {
        Contribution c = term.Contribution;
        if (Identity(term, plan, lift) is int identity) return EmitAdd(c, identity, target, accumulate);
        int shift = term.Exponent - lift;

        TensorType type = TypeOf(c.Type);
        int largest = WeightRounding.Largest(c.Type);
        int[][] rows = new int[c.Rows.Count][];
        for (int row = 0; row < rows.Length; row++)
        {
            double scale = Math.ScaleB(plan.Unit[term.RowGroup[row]], term.Exponent);
            rows[row] = [.. c.Rows[row].Select(w => WeightRounding.Round(w, scale, largest))];
        }

        int scratch = accumulate && shift != 0 ? Builder.AddBuffer(BufferKind.Values, c.TargetCount, int.MaxValue, name: $"{c.Name}.scratch") : -1;
        int bytes = c switch
        {
            DenseContribution dense => EmitDense(dense, rows, type, target, scratch, accumulate, shift, bias),
            SparseContribution sparse => EmitSparse(sparse, rows, sparse.Sources, type, target, scratch, accumulate, shift, bias),
            ConvolutionContribution convolution => EmitConvolution(convolution, rows, type, target, scratch, accumulate, shift, bias),
            _ => throw new InvalidOperationException(c.GetType().Name),
        };
        Report(term, plan, rows, bytes);
        return shift >= 0 ? checked(term.RawBound << shift) : (term.RawBound >> -shift) + 1;
    }

    // One to one with a power of two between the units: an add, without weights.
    private static int? Identity(SumTerm term, SumPlan plan, int lift)
    {
        if (!IsDirect(term.Contribution)) return null;
        int? shift = null;
        for (int j = 0; j < term.Contribution.TargetCount; j++)
        {
            double bits = Math.Log2(term.Contribution.Rows[j][0] / plan.UnitOf(j)) - lift;
            if (double.IsNaN(bits) || Math.Abs(bits - Math.Round(bits)) > 1e-12 || bits is < -0.5 or > 24.5) return null;
            if (shift is int known && known != (int)Math.Round(bits)) return null;
            shift = (int)Math.Round(bits);
        }

        return shift;
    }

    private long EmitAdd(Contribution c, int shift, int target, bool accumulate)
    {
        Builder.AddOperator(new AddOperator { Name = c.Name, Source = c.Source.Buffer, When = c.Source.When, Target = target, Accumulate = accumulate, Shift = shift });
        return checked((long)c.Source.Bound << shift);
    }

    private int EmitDense(DenseContribution c, int[][] rows, TensorType type, int target, int scratch, bool accumulate, int shift, int bias)
    {
        int sources = c.Sources, width = rows.Length;
        if (c.Repeat == 1 && width <= 65536)
        {
            long synapses = rows.Sum(r => (long)r.Count(w => w != 0));
            double weightBytes = WeightRounding.Bits(c.Type) / 8.0;
            double sparseBytes = synapses * (weightBytes + 2) + 4.0 * (sources + 1), denseBytes = Math.Ceiling(width * weightBytes) * sources;
            if (synapses > 0 && synapses * 3 < (long)sources * width && sparseBytes < denseBytes)
            {
                int[][] kept = [.. rows.Select(r => Enumerable.Range(0, sources).Where(p => r[p] != 0).ToArray())];
                int[][] weights = [.. rows.Select((r, j) => kept[j].Select(p => r[p]).ToArray())];
                return EmitSparse(c, weights, kept, type, target, scratch, accumulate, shift, bias);
            }
        }

        int[] matrix = new int[sources * width];
        for (int j = 0; j < width; j++)
            for (int p = 0; p < sources; p++) matrix[p * width + j] = rows[j][p];
        int tensor = Builder.AddMatrix(type, matrix, sources, width, out int rowBytes, RowAlignment(type, width));
        Builder.AddOperator(new DenseOperator
        {
            Name = c.Name, Source = c.Source.Buffer, When = c.Source.When, Target = target, Scratch = scratch, Accumulate = accumulate, Shift = shift,
            Weights = tensor, Bias = bias, Repeat = c.Repeat, Sources = sources, Width = width, RowBytes = rowBytes,
        });
        return sources * rowBytes;
    }

    /// <summary>Rows that 32-bit cores read by words start on one, where that costs less than a fifth of the row.</summary>
    private static int RowAlignment(TensorType type, int width) => width * (type switch { TensorType.Int4 => 4, TensorType.Int8 => 8, _ => 16 }) >= 128 ? 4 : 1;

    /// <summary>
    /// Where a source's targets are mostly neighbours, the few missing between them join with weight 0, and where it reaches nearly
    /// all targets, the others too: kernels add such a row like one of a matrix, in a fraction of the instructions (they see it by
    /// its length, or by the distance of its first and last target).
    /// </summary>
    private static List<(int Source, int Target, int Weight)> WithWholeRows(List<(int Source, int Target, int Weight)> synapses, int targets)
    {
        List<(int Source, int Target, int Weight)> result = new(synapses.Count);
        foreach (IGrouping<int, (int Source, int Target, int Weight)> row in synapses.GroupBy(s => s.Source))
        {
            (int Source, int Target, int Weight)[] entries = [.. row.OrderBy(s => s.Target)];
            bool nearlyAll = entries.Length * 8L >= targets * 7L;
            int first = nearlyAll ? 0 : entries[0].Target, span = nearlyAll ? targets : entries[^1].Target - first + 1;
            if (entries.Length * 4L < span * 3L)
            {
                result.AddRange(entries);
                continue;
            }

            int next = 0;
            for (int target = first; target < first + span; target++)
                result.Add(next < entries.Length && entries[next].Target == target ? entries[next++] : (row.Key, target, 0));
        }

        return result;
    }

    private int EmitSparse(Contribution c, int[][] rows, int[][] sources, TensorType type, int target, int scratch, bool accumulate, int shift, int bias)
    {
        CheckSparseTargets(c.TargetCount, c.Name);
        List<(int Source, int Target, int Weight)> synapses = [];
        for (int j = 0; j < rows.Length; j++)
            for (int e = 0; e < rows[j].Length; e++)
                if (rows[j][e] != 0) synapses.Add((sources[j][e], j, rows[j][e]));
        if (synapses.Count == 0) synapses.Add((0, 0, 0));              // a tensor has at least one element
        synapses.Sort();
        synapses = WithWholeRows(synapses, c.TargetCount);
        int[] starts = new int[c.Source.Count + 1];
        foreach ((int source, _, _) in synapses) starts[source + 1]++;
        for (int i = 0; i < c.Source.Count; i++) starts[i + 1] += starts[i];
        Builder.AddOperator(new SparseOperator
        {
            Name = c.Name, Source = c.Source.Buffer, When = c.Source.When, Target = target, Scratch = scratch, Accumulate = accumulate, Shift = shift,
            Weights = Builder.AddTensor(type, [.. synapses.Select(s => s.Weight)]), Bias = bias,
            RowStarts = Builder.AddTensor(TensorType.Int32, starts),
            Targets = Builder.AddTensor(TensorType.UInt16, [.. synapses.Select(s => s.Target)]),
        });
        return (synapses.Count * WeightRounding.Bits(c.Type) + 7) / 8 + 2 * synapses.Count + 4 * starts.Length;
    }

    private int EmitConvolution(ConvolutionContribution c, int[][] rows, TensorType type, int target, int scratch, bool accumulate, int shift, int bias)
    {
        int channels = c.Node.InputChannels, groups = c.Node.Groups, perGroup = channels / groups, outPerGroup = c.Node.OutputChannels / groups;
        int area = c.Node.Window.KernelHeight * c.Node.Window.KernelWidth;
        int[] matrix = new int[area * channels * outPerGroup];
        for (int k = 0; k < area; k++)
            for (int channel = 0; channel < channels; channel++)
                for (int o = 0; o < outPerGroup; o++)
                    matrix[(k * channels + channel) * outPerGroup + o] = rows[channel / perGroup * outPerGroup + o][k * perGroup + channel % perGroup];
        int tensor = Builder.AddMatrix(type, matrix, area * channels, outPerGroup, out int rowBytes);
        Builder.AddOperator(new ConvolveOperator
        {
            Name = c.Name, Source = c.Source.Buffer, When = c.Source.When, Target = target, Scratch = scratch, Accumulate = accumulate, Shift = shift,
            Weights = tensor, Bias = bias, Window = Geometry(c.Node.Window), InChannels = channels, OutChannels = c.Node.OutputChannels, Groups = groups, RowBytes = rowBytes,
        });
        return area * channels * rowBytes;
    }

    // Real-valued sources: a product with rounded 64-bit sums, or a rescaled copy.
    private long EmitRounded(SumTerm term, SumPlan plan, int target, bool accumulate, int bias, int count)
    {
        Contribution c = term.Contribution;
        int limit = count <= 4 ? StateLimit : StateLimit / count;
        if (c is SparseContribution sparse)
        {
            bool alone = count == 1 && !accumulate;
            int copy = alone ? target : Builder.AddBuffer(BufferKind.Values, c.TargetCount, limit, name: $"{c.Name}.scaled");
            double[] steps = [.. sparse.Rows.Select(r => r[0])], units = [.. Enumerable.Range(0, c.TargetCount).Select(plan.UnitOf)];
            Signal source = c.Source with { Step = steps.All(s => s == steps[0]) ? [steps[0]] : steps };
            EmitScale($"{c.Name}.scaled", source, copy, units.All(u => u == units[0]) ? [units[0]] : units, limit, bias);
            if (!alone) Builder.AddOperator(new AddOperator { Name = c.Name, Source = copy, Target = target, Accumulate = accumulate });
            return limit;
        }

        DenseContribution dense = (DenseContribution)c;
        int largest = WeightRounding.Largest(c.Type);
        int[][] rows = new int[c.Rows.Count][];
        for (int row = 0; row < rows.Length; row++)
        {
            double scale = Math.ScaleB(plan.Unit[term.RowGroup[row]], term.Exponent);
            rows[row] = [.. c.Rows[row].Select(w => WeightRounding.Round(w, scale, largest))];
        }

        int tensor = Builder.AddMatrix(TypeOf(c.Type), [.. rows.SelectMany(r => r)], rows.Length, dense.Sources, out int rowBytes);
        Signal values = AsValues(c.Source, c.Name);
        Builder.AddOperator(new ProductOperator
        {
            Name = c.Name, Source = values.Buffer, When = values.When, Target = target, Accumulate = accumulate, Shift = -term.Exponent, Limit = limit,
            Weights = tensor, Bias = bias, Repeat = dense.Repeat, Sources = dense.Sources, Width = rows.Length, RowBytes = rowBytes,
        });
        Report(term, plan, rows, rows.Length * rowBytes);
        return limit;
    }

    // The bias in the shape that the operator takes it, or null when it takes none or repeats it differently.
    private static int[]? BiasFor(SumTerm term, int[] bias)
    {
        int period = term.Contribution switch
        {
            DenseContribution dense => dense.Rows.Count,
            ConvolutionContribution convolution => convolution.Node.OutputChannels,
            _ => IsDirect(term.Contribution) ? 0 : bias.Length,
        };
        if (period == 0) return null;
        for (int j = period; j < bias.Length; j++)
            if (bias[j] != bias[j % period]) return null;
        return bias[..period];
    }

    private (int Buffer, long Bound) EmitBias(string name, int source, long bound, int[] bias)
    {
        long total = bound + bias.Max(Magnitude);
        if (total > int.MaxValue)
            throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"its sum can reach {total}, beyond 32 bits", "use narrower weights for its connections");
        int target = Builder.AddBuffer(BufferKind.Values, bias.Length, (int)total, name: $"{name}.biased");
        Builder.AddOperator(new ScaleOperator
        {
            Name = $"{name}.bias", Source = source, Target = target, Factor = Builder.AddTensor(TensorType.Int32, [1]), Limit = (int)total,
            Bias = Builder.AddTensor(TensorType.Int32, bias),
        });
        return (target, total);
    }

    private void Report(SumTerm term, SumPlan plan, int[][] rows, int bytes) =>
        ReportRows(term.Contribution, rows, row => Math.ScaleB(plan.Unit[term.RowGroup[row]], term.Exponent), WeightRounding.Largest(term.Contribution.Type), Text(term.Contribution.Type), bytes);

    private void ReportRows(Contribution c, int[][] rows, Func<int, double> scaleOf, int largest, string type, int bytes)
    {
        int clipped = 0, used = 0;
        double error = 0, power = 0, smallest = double.PositiveInfinity, widest = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            double scale = scaleOf(row);
            (smallest, widest) = (Math.Min(smallest, scale), Math.Max(widest, scale));
            for (int i = 0; i < rows[row].Length; i++)
            {
                double weight = c.Rows[row][i], difference = rows[row][i] * scale - weight;
                error += difference * difference;
                power += weight * weight;
                used = Math.Max(used, Magnitude(rows[row][i]));
                if (Math.Abs(weight) > scale * (largest + 0.5)) clipped++;
            }
        }

        double relative = power > 0 ? Math.Sqrt(error / power) : 0;
        Tensors.Add(new TensorReport
        {
            Name = c.Name,
            Type = type,
            Shape = c.Shape,
            Bytes = bytes,
            SmallestScale = smallest,
            LargestScale = widest,
            Clipped = clipped,
            RangeUsed = Math.Min(1, (double)used / largest),
            RelativeError = relative,
        });
        if (power > 0 && used == 0) Warnings.Add($"'{c.Name}': all weights became 0; use wider weights, or scales by row.");
        else if (relative > 0.25) Warnings.Add($"'{c.Name}': rounding changes its weights by {100 * relative:0} %; use wider weights.");
    }

    private static TensorType TypeOf(WeightType type) => type switch { WeightType.Int4 => TensorType.Int4, WeightType.Int8 => TensorType.Int8, _ => TensorType.Int16 };

    private static string Text(WeightType type) => type switch { WeightType.Int4 => "int4", WeightType.Int8 => "int8", _ => "int16" };

    private static int Magnitude(int value) => Math.Abs(value);

    /// <summary>A real number of steps as an integer, or an error that names the node.</summary>
    private static int Whole(string name, string what, double value, double limit)
    {
        double rounded = Math.Round(value, MidpointRounding.AwayFromZero);
        if (double.IsNaN(rounded) || Math.Abs(rounded) > limit)
            throw new ConversionException(ErrorCode.Overflow, $"node '{name}'", $"{what} of {value:g6} steps is beyond ±{limit:g6}", "use narrower weights for its connections, or scale the layer's weights and thresholds down together");
        return (int)rounded;
    }
}
