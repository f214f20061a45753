using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using EdgeSpike.Conversion.Inference;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Conversion.Quantization;

namespace EdgeSpike.Training;

/// <summary>
/// The forward pass of a folded network in the runtime's own integers (runtime/ARITHMETIC.md, sections 2 and 3), a shard at a
/// time, with the scales of a converted model: the weights are rounded anew at each step, the gradient passes straight
/// through the rounding (Bengio et al. 2013).
/// </summary>
/// <remarks>
/// It leaves spikes, membranes and scores where the float pass leaves them, so that the float pass's way back follows it.
/// Weights that the conversion rounded give the conversion's integers, and all spikes are the interpreter's, to the last one.
/// How the integers are held: sums of weights over spikes in float32, exact below 2^24 (checked); all else in float64, exact
/// below 2^53: a product of a membrane below 2^28 and a decay of 15 bits, sensor readings of 15 bits times weights of 15 bits.
/// </remarks>
internal sealed class IntegerForward
{
    private const int Lanes = BatchMatrix.Lanes;
    private const double StateLimit = (1 << 28) - 1;
    private readonly Network _network;
    private readonly List<Action> _refresh = [];
    private readonly Dictionary<string, OperatorDescription> _operators;
    private readonly Dictionary<string, LayerMetadata> _layers;
    private readonly string[] _tensorTypes;
    private readonly Dictionary<Layer, Action<LayerPass, Signal, Signal, Scratch>> _forward = [];

    /// <summary>Takes the scales of a model.</summary>
    /// <param name="network">Folded (<see cref="Folding"/>).</param>
    /// <param name="model">The model file that it was converted to.</param>
    /// <param name="inputUnits">As in the export.</param>
    public IntegerForward(Network network, byte[] model, IReadOnlyList<float> inputUnits)
    {
        _network = network;
        ModelRunner runner = new(model);
        ModelDescription description = ModelDescription.Of(runner.Interpreter);
        _tensorTypes = [.. description.Tensors.Select(t => t.Type)];
        _operators = description.Operators.Where(o => o.Name.Length > 0).GroupBy(o => o.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        _layers = runner.Metadata.Layers.ToDictionary(l => l.Name, StringComparer.Ordinal);
        double[] units = [.. inputUnits.Select(u => (double)u)];
        foreach (Layer layer in network.Layers)
        {
            switch (layer)
            {
                case TemporalConvolution convolution: Build(convolution, units, layer == network.Layers[0]); break;
                case LegendreCell cell: Build(cell); break;
                case Readout { Population: null } readout: Build(readout); break;
                default: throw new NotSupportedException($"layer '{layer.Name}' has no integer pass; fold the network first");
            }

            units = [.. Enumerable.Repeat(1.0, layer.Outputs)];
        }

        Refresh();
    }

    /// <summary>Rounds the weights, thresholds, biases and decays as they are now.</summary>
    public void Refresh()
    {
        foreach (Action refresh in _refresh) refresh();
    }

    /// <summary>Memory of one thread.</summary>
    public Scratch CreateScratch() => new(_network.Layers.Max(l => Math.Max(l.Outputs, l is LegendreCell c ? c.Encoder.Size + c.Outputs : 0)));

    /// <summary>Input (in the network's units) to spikes, membranes and scores.</summary>
    public void Forward(NetworkPass pass, Scratch scratch)
    {
        for (int i = 0; i < _network.Layers.Count; i++) _forward[_network.Layers[i]](pass.Passes[i], pass.Signals[i], pass.Signals[i + 1], scratch);
    }

    /// <summary>Memory of one thread.</summary>
    internal sealed class Scratch(int channels)
    {
        public double[] Sum { get; } = new double[channels * Lanes];

        public float[] Part { get; } = new float[channels * Lanes];

        public double[] Input { get; set; } = [];

        public Dictionary<string, double[]> States { get; } = new(StringComparer.Ordinal);

        public double[] State(string name, int length)
        {
            if (!States.TryGetValue(name, out double[]? state)) States.Add(name, state = new double[length]);
            return state;
        }
    }

    private void Build(TemporalConvolution layer, double[] units, bool first)
    {
        Neurons neurons = new(this, layer.Population, j => layer.Bias!.Value[j]);
        Connection[] taps =
        [
            .. Enumerable.Range(0, layer.Taps).Select(delay =>
                new Connection(this, $"{layer.Name}.tap{delay}", layer.Weight, 0, layer.Outputs, (layer.Taps - 1 - delay) * layer.Inputs, layer.Inputs, neurons, units, first)),
        ];
        _forward[layer] = (pass, input, output, scratch) =>
        {
            PopulationPass population = ((TemporalConvolution.Pass)pass).Population;
            if (first) ToReadings(input, units, scratch);
            neurons.Begin(scratch);
            for (int t = 0; t < input.Ticks; t++)
            {
                Array.Clear(scratch.Sum);
                for (int delay = 0; delay < taps.Length; delay++)
                    if (first) taps[delay].AddReadings(scratch.Input, input.At(t - delay), scratch);
                    else taps[delay].Add(input.Value, input.At(t - delay), scratch);
                neurons.Step(t, scratch, 0, output.Value, output.At(t), population);
            }
        };
    }

    // The network's input in whole readings, as the model takes them.
    private static void ToReadings(Signal input, double[] units, Scratch scratch)
    {
        if (scratch.Input.Length != input.Value.Length) scratch.Input = new double[input.Value.Length];
        for (int at = input.At(0), c = 0; at < input.Value.Length; at += Lanes, c = (c + 1) % input.Channels)
            for (int k = 0; k < Lanes; k++) scratch.Input[at + k] = Math.Clamp(Math.Round(input.Value[at + k] / units[c], MidpointRounding.AwayFromZero), -32767, 32767);
    }

    private void Build(LegendreCell cell)
    {
        int encoders = cell.Encoder.Size, hidden = cell.Hidden.Size, memories = cell.Memory.Size, state = hidden + memories;
        Neurons u = new(this, cell.Encoder, j => cell.Bias!.Value[j]), m = new(this, cell.Memory, _ => 0), h = new(this, cell.Hidden, j => cell.Bias!.Value[encoders + j]);
        double[] one = [.. Enumerable.Repeat(1.0, Math.Max(cell.Inputs, state))];
        Connection ex = new(this, $"{cell.Name}.E_x", cell.InputWeight, 0, encoders, 0, cell.Inputs, u, one);
        Connection eh = new(this, $"{cell.Name}.E_{cell.Hidden.Name}", cell.EncoderWeight, 0, encoders, 0, hidden, u, one);
        Connection em = new(this, $"{cell.Name}.E_{cell.Memory.Name}", cell.EncoderWeight, 0, encoders, hidden, memories, u, one);
        Connection wx = new(this, $"{cell.Name}.W_x", cell.InputWeight, encoders, hidden, 0, cell.Inputs, h, one);
        Connection wh = new(this, $"{cell.Name}.W_h", cell.HiddenWeight, 0, hidden, 0, hidden, h, one);
        Connection wm = new(this, $"{cell.Name}.W_m", cell.MemoryWeight, 0, hidden, 0, memories, h, one);
        Parameter a = new("A", cell.Order, cell.Order), b = new("B", cell.Order, 1);
        cell.StateMatrix.CopyTo(a.Value, 0);
        cell.InputMatrix.CopyTo(b.Value, 0);
        Connection am = new(this, $"{cell.Name}.A", a, 0, cell.Order, 0, cell.Order, m, one), bm = new(this, $"{cell.Name}.B", b, 0, cell.Order, 0, 1, m, one);
        _forward[cell] = (pass, input, output, scratch) =>
        {
            LegendreCell.Pass own = (LegendreCell.Pass)pass;
            float[] z = output.Value;
            int stride = output.TickStride, m0 = hidden * Lanes;
            u.Begin(scratch);
            m.Begin(scratch);
            h.Begin(scratch);
            for (int t = 0; t < input.Ticks; t++)
            {
                int now = output.At(t), before = now - stride, x = input.At(t);
                Array.Clear(scratch.Sum);
                ex.Add(input.Value, x, scratch);
                eh.Add(z, before, scratch);
                em.Add(z, before + m0, scratch);
                u.Step(t, scratch, 0, own.EncoderSignal.Value, own.EncoderSignal.At(t), own.Encoder);
                Array.Clear(scratch.Sum);
                for (int block = 0; block < encoders; block++)
                {
                    am.Add(z, before + m0 + block * cell.Order * Lanes, scratch, block * cell.Order);
                    bm.Add(own.EncoderSignal.Value, own.EncoderSignal.At(t) + block * Lanes, scratch, block * cell.Order);
                }

                m.Step(t, scratch, 0, z, now + m0, own.Memory);
                Array.Clear(scratch.Sum);
                wx.Add(input.Value, x, scratch);
                wh.Add(z, before, scratch);
                wm.Add(z, now + m0, scratch);
                h.Step(t, scratch, 0, z, now, own.Hidden);
            }
        };
    }

    private void Build(Readout layer)
    {
        List<Connection> parts = [];
        Neurons scores = new(this, "scores", layer.Outputs, layer.Decay, null, null, ResetDelay.Now, j => layer.Bias.Value[j]);
        double[] one = [.. Enumerable.Repeat(1.0, layer.Columns)];
        List<(string Name, int Channels)> sources = _network.Layers[^2] is LegendreCell cell ? [(cell.Hidden.Name, cell.Hidden.Size), (cell.Memory.Name, cell.Memory.Size)] : [("", layer.Columns)];
        int first = 0;
        bool several = sources.Count > 1 && layer.Columns > sources[0].Channels;
        foreach ((string name, int channels) in sources)
        {
            if (first == layer.Columns) break;
            parts.Add(new Connection(this, several ? $"{layer.Name}_{name}" : layer.Name, layer.Weight, 0, layer.Outputs, first, channels, scores, one));
            first += channels;
        }

        _forward[layer] = (pass, input, output, scratch) =>
        {
            scores.Begin(scratch);
            for (int t = 0; t < input.Ticks; t++)
            {
                Array.Clear(scratch.Sum);
                int at = input.At(t);
                foreach (Connection part in parts)
                {
                    part.Add(input.Value, at, scratch);
                    at += part.Columns * Lanes;
                }

                scores.Step(t, scratch, 0, output.Value, output.At(t), null);
            }
        };
    }

    // A population's constants in integers and its step.
    private sealed class Neurons
    {
        private readonly IntegerForward _owner;
        private readonly string _name;
        private readonly Parameter _decayOf;
        private readonly Parameter? _thresholdOf, _synapticOf;
        private readonly Func<int, double> _biasOf;
        private readonly int _n, _shift;
        private readonly bool _next;
        private readonly double[] _mu, _decay, _synaptic, _threshold, _bias;

        public Neurons(IntegerForward owner, Population population, Func<int, double> bias)
            : this(owner, population.Name, population.Size, population.Decay!, population.Threshold, population.SynapticDecay, population.Reset, bias)
        {
        }

        public Neurons(IntegerForward owner, string name, int n, Parameter decay, Parameter? threshold, Parameter? synaptic, ResetDelay reset, Func<int, double> bias)
        {
            (_owner, _name, _n, _decayOf, _thresholdOf, _synapticOf, _biasOf) = (owner, name, n, decay, threshold, synaptic, bias);
            _next = reset == ResetDelay.Next;
            LayerMetadata layer = owner._layers[name];
            double[] step = [.. layer.Step];
            _mu = [.. Enumerable.Range(0, n).Select(j => step[step.Length == 1 ? 0 : j])];
            _shift = owner._operators[name].Fields["input-shift"];
            (_decay, _synaptic, _threshold, _bias) = (new double[n], new double[n], new double[n], new double[n]);
            owner._refresh.Add(Refresh);
        }

        private bool HasThreshold => _thresholdOf is not null;

        /// <summary>Real value of one of the sum, of neuron j.</summary>
        public double Unit(int j) => Math.ScaleB(_mu[j], _shift);

        // As the lowering rounds them (Lowering.Neurons).
        private void Refresh()
        {
            for (int j = 0; j < _n; j++)
            {
                _decay[j] = Decay(_decayOf.Value[_decayOf.Value.Length == 1 ? 0 : j]);
                if (_synapticOf is not null) _synaptic[j] = Decay(_synapticOf.Value[_synapticOf.Value.Length == 1 ? 0 : j]);
                _threshold[j] = _thresholdOf is null ? double.PositiveInfinity : Math.Round(_thresholdOf.Value[_thresholdOf.Value.Length == 1 ? 0 : j] / _mu[j]);
                _bias[j] = Math.Round(_biasOf(j) / _mu[j], MidpointRounding.AwayFromZero);
            }
        }

        private static double Decay(double decay) => decay < 1 ? Math.Min(32767, Math.Round(decay * 32768)) : 32768;

        public void Begin(Scratch scratch)
        {
            Array.Clear(scratch.State($"{_name}.v", _n * Lanes));
            if (_synapticOf is not null) Array.Clear(scratch.State($"{_name}.i", _n * Lanes));
        }

        /// <summary>One tick: the sum at <paramref name="from"/> to spikes (or, without threshold, the membrane) at s0; real membranes and currents to the pass.</summary>
        public void Step(int tick, Scratch scratch, int from, float[] s, int s0, PopulationPass? pass)
        {
            double[] v = scratch.State($"{_name}.v", _n * Lanes);
            double[]? current = _synapticOf is null ? null : scratch.State($"{_name}.i", _n * Lanes);
            Vector512<double> limit = Vector512.Create(StateLimit), low = Vector512.Create(-StateLimit), scale = Vector512.Create((double)(1 << _shift));
            double most = (1 << (28 - _shift)) - 1;            // L >> k
            Vector512<double> inputLimit = Vector512.Create(most), inputLow = Vector512.Create(-most), fraction = Vector512.Create(1.0 / 32768), one = Vector512.Create(1.0);
            for (int j = 0; j < _n; j++)
            {
                Vector512<double> decay = Vector512.Create(_decay[j]), threshold = Vector512.Create(_threshold[j]), bias = Vector512.Create(_bias[j]), synaptic = Vector512.Create(_synaptic[j]);
                int at = j * Lanes, place = pass is null || !HasThreshold ? -1 : ((tick + 1) * _n + j) * Lanes;
                for (int k = 0; k < Lanes; k += 8)
                {
                    Vector512<double> x = Vector512.LoadUnsafe(ref scratch.Sum[from + at + k]);
                    Vector512<double> drive = Vector512.Min(Vector512.Max(x, inputLow), inputLimit) * scale + bias;
                    if (current is not null)
                    {
                        drive += Vector512.Floor(Vector512.LoadUnsafe(ref current[at + k]) * synaptic * fraction);
                        drive = Vector512.Min(Vector512.Max(drive, low), limit);
                        drive.StoreUnsafe(ref current[at + k]);
                    }

                    Vector512<double> old = Vector512.LoadUnsafe(ref v[at + k]);
                    Vector512<double> pending = _next ? Vector512.ConditionalSelect(Vector512.GreaterThan(old, threshold), threshold, Vector512<double>.Zero) : Vector512<double>.Zero;
                    Vector512<double> next = Vector512.Floor(old * decay * fraction) + drive - pending;
                    next = Vector512.Min(Vector512.Max(next, low), limit);
                    Vector512<double> spike = Vector512.ConditionalSelect(Vector512.GreaterThan(next, threshold), one, Vector512<double>.Zero);
                    if (place >= 0)
                        for (int l = 0; l < 8; l++)
                        {
                            pass!.Membrane[place + k + l] = (float)(next[l] * _mu[j]);
                            if (current is not null) pass.Current[place + k + l] = (float)(current[at + k + l] * _mu[j]);
                        }

                    if (!HasThreshold)
                        for (int l = 0; l < 8; l++) s[s0 + at + k + l] = (float)(next[l] * _mu[j]);
                    else
                        for (int l = 0; l < 8; l++) s[s0 + at + k + l] = (float)spike[l];
                    if (!_next && HasThreshold) next = Vector512.Max(next - spike * threshold, low);
                    next.StoreUnsafe(ref v[at + k]);
                }
            }
        }

    }

    // A matrix in integers.
    private sealed class Connection
    {
        private readonly Parameter _weight;
        private readonly int _firstRow, _rows, _firstColumn, _shift, _largest;
        private readonly Neurons _target;
        private readonly double[] _units;
        private readonly float[] _integers;

        public Connection(IntegerForward owner, string name, Parameter weight, int firstRow, int rows, int firstColumn, int columns, Neurons target, double[] units, bool readings = false)
        {
            (_weight, _firstRow, _rows, _firstColumn, Columns, _target, _units) = (weight, firstRow, rows, firstColumn, columns, target, units);
            if (!owner._operators.TryGetValue(name, out OperatorDescription? found)) throw new ArgumentException($"the model has no operator '{name}'", nameof(owner));
            if (found.Kind is not ("dense" or "sparse" or "convolve")) throw new NotSupportedException($"'{name}' is a {found.Kind}");
            _shift = found.Fields["shift"];
            _largest = owner._tensorTypes[found.Tensors["weights"]] switch { "int4" => 7, "int8" => 127, _ => 32767 };
            if (!readings && (long)_largest * columns >= 1 << 24) throw new NotSupportedException($"the sums of '{name}' can exceed 24 bits");
            _integers = new float[rows * columns];
            owner._refresh.Add(Refresh);
        }

        public int Columns { get; }

        /// <summary>The integers, [rows, columns].</summary>
        public IReadOnlyList<float> Integers => _integers;

        private void Refresh()
        {
            int stride = _weight.Shape[1];
            for (int j = 0; j < _rows; j++)
            {
                double scale = Math.ScaleB(_target.Unit(j), _shift);
                for (int i = 0; i < Columns; i++)
                {
                    // In the order of the export: float weight, times unit, rounded to float.
                    double weight = (float)(_weight.Value[(_firstRow + j) * stride + _firstColumn + i] * _units[i]);
                    _integers[j * Columns + i] = (float)Math.Clamp(Math.Round(weight / scale, MidpointRounding.AwayFromZero), -_largest, _largest);
                }
            }
        }

        /// <summary>sum[row0 …] += (Σ w s) shifted, s being spikes.</summary>
        public void Add(float[] s, int s0, Scratch scratch, int row0 = 0)
        {
            BatchMatrix.Multiply(_integers, 0, Columns, _rows, Columns, s, s0, 0, scratch.Part, 0, 0, 1, accumulate: false);
            double factor = Math.ScaleB(1, _shift);
            bool floor = _shift < 0;
            for (int i = 0, to = row0 * Lanes; i < _rows * Lanes; i++, to++)
            {
                double a = scratch.Part[i] * factor;
                scratch.Sum[to] += floor ? Math.Floor(a) : a;
            }
        }

        /// <summary>sum += (Σ w x) shifted, x being whole readings.</summary>
        public void AddReadings(double[] x, int x0, Scratch scratch)
        {
            Vector512<double> factor = Vector512.Create(Math.ScaleB(1, _shift));
            for (int j = 0; j < _rows; j++)
                for (int k = 0; k < Lanes; k += 8)
                {
                    Vector512<double> sum = Vector512<double>.Zero;
                    for (int i = 0; i < Columns; i++) sum = Vector512.FusedMultiplyAdd(Vector512.Create((double)_integers[j * Columns + i]), Vector512.LoadUnsafe(ref x[x0 + i * Lanes + k]), sum);
                    ref double to = ref scratch.Sum[j * Lanes + k];
                    (Vector512.LoadUnsafe(ref to) + Vector512.Floor(sum * factor)).StoreUnsafe(ref to);
                }
        }
    }
}
