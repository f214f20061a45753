using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using EdgeSpike.Conversion.Graph;

namespace EdgeSpike.Training;

/// <summary>
/// The L2MU cell (Leto, Urgese, Macii, Fra 2025): encoder u, memory m and hidden h, each a population of neurons.
/// </summary>
/// <remarks>
/// One tick, with s(t−1) on the right of the first line:
/// I_u = E_x x + E_h s_h + E_m s_m ; I_m[b] = A s_m[b] + B s_u[b] with the old s_m ; I_h = W_x x + W_h s_h + W_m s_m with the old
/// s_h and the new s_m. A and B are the Legendre matrices of order d over theta ticks by zero-order hold and are not trained.
/// What x brings may be normalised over the ticks, since it is known before the loop. The output is s_h, then s_m[b, i] at
/// H + b d + i.
/// </remarks>
public sealed class LegendreCell : Layer
{
    /// <summary>Makes its parameters.</summary>
    /// <param name="name">Name.</param>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="order">Order d of the memory.</param>
    /// <param name="theta">Ticks that the memory spans.</param>
    /// <param name="encoder">u, M neurons.</param>
    /// <param name="memory">m, M d neurons.</param>
    /// <param name="hidden">h, H neurons.</param>
    /// <param name="normalize">Normalise what the input brings; otherwise a bias.</param>
    /// <param name="random">Draws the weights.</param>
    public static LegendreCell Create(string name, int inputs, int order, double theta, Population encoder, Population memory, Population hidden, bool normalize, ref TrainingRandom random)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(hidden);
        if (memory.Size != encoder.Size * order) throw new ArgumentException($"{memory.Size} memory neurons where {encoder.Size} of order {order} need {encoder.Size * order}", nameof(memory));
        int m = encoder.Size, h = hidden.Size;
        (double[] a, double[] b) = LegendreMatrices.Discrete(order, theta);
        LegendreCell cell = new()
        {
            Name = name,
            Inputs = inputs,
            Outputs = h + memory.Size,
            Order = order,
            Encoder = encoder,
            Memory = memory,
            Hidden = hidden,
            StateMatrix = Array.ConvertAll(a, v => (float)v),
            InputMatrix = Array.ConvertAll(b, v => (float)v),
            InputWeight = new Parameter($"{name}.input", m + h, inputs) { Decays = true }.Fill(ref random, inputs, 3),
            EncoderWeight = new Parameter($"{name}.encoder", m, h + memory.Size) { Decays = true },
            HiddenWeight = new Parameter($"{name}.hidden", h, h) { Decays = true }.Fill(ref random, h, 1),
            MemoryWeight = new Parameter($"{name}.memory", h, memory.Size) { Decays = true }.Fill(ref random, memory.Size, 3),
            Normalization = normalize ? new BatchNormalization($"{name}.norm", m + h) : null,
            Bias = normalize ? null : new Parameter($"{name}.bias", m + h),
        };
        for (int row = 0; row < m; row++)
            for (int column = 0; column < h; column++) cell.EncoderWeight.Value[row * (h + memory.Size) + column] = random.Uniform(-1, 1) / MathF.Sqrt(h);
        return cell;
    }

    /// <summary>Order d of the memory.</summary>
    public required int Order { get; init; }

    /// <summary>u.</summary>
    public required Population Encoder { get; init; }

    /// <summary>m.</summary>
    public required Population Memory { get; init; }

    /// <summary>h.</summary>
    public required Population Hidden { get; init; }

    /// <summary>A, [d, d].</summary>
    public required float[] StateMatrix { get; init; }

    /// <summary>B, [d].</summary>
    public required float[] InputMatrix { get; init; }

    /// <summary>E_x above W_x, [M + H, inputs].</summary>
    public required Parameter InputWeight { get; init; }

    /// <summary>E_h beside E_m, [M, H + M d].</summary>
    public required Parameter EncoderWeight { get; init; }

    /// <summary>W_h, [H, H].</summary>
    public required Parameter HiddenWeight { get; init; }

    /// <summary>W_m, [H, M d].</summary>
    public required Parameter MemoryWeight { get; init; }

    /// <summary>Normalisation of what the input brings, or null.</summary>
    public required BatchNormalization? Normalization { get; init; }

    /// <summary>Bias of u and h where there is no normalisation.</summary>
    public required Parameter? Bias { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters =>
        [InputWeight, EncoderWeight, HiddenWeight, MemoryWeight, .. Normalization?.Parameters ?? [], .. Bias is null ? (Parameter[])[] : [Bias], .. Encoder.Parameters, .. Memory.Parameters, .. Hidden.Parameters];

    /// <inheritdoc/>
    public override IEnumerable<Population> Populations => [Encoder, Memory, Hidden];

    /// <inheritdoc/>
    public override IEnumerable<BatchNormalization> Normalizations => Normalization is null ? [] : [Normalization];

    internal override LayerPass CreatePass(Signal input, Signal output) => new Pass(this, input, output);

    internal sealed class Pass : LayerPass
    {
        private const int Lanes = BatchMatrix.Lanes;
        private readonly LegendreCell _cell;
        private readonly Signal _input, _output, _encoder;
        private readonly Currents _currents;
        private readonly PopulationPass _u, _m, _h;
        private readonly int _encoders, _memories, _hiddens;
        private readonly float[] _memoryCurrent, _encoderTransposed, _hiddenTransposed, _memoryTransposed;

        public Pass(LegendreCell cell, Signal input, Signal output)
        {
            (_cell, _input, _output) = (cell, input, output);
            (_encoders, _memories, _hiddens) = (cell.Encoder.Size, cell.Memory.Size, cell.Hidden.Size);
            _currents = new Currents(cell.InputWeight, cell.Normalization, cell.Bias, 1, input);
            _encoder = new Signal(1, input.Ticks, _encoders, hasGradient: true);
            _u = cell.Encoder.CreatePass(input.Ticks);
            _m = cell.Memory.CreatePass(input.Ticks);
            _h = cell.Hidden.CreatePass(input.Ticks);
            _memoryCurrent = new float[_memories * Lanes];
            _encoderTransposed = new float[cell.EncoderWeight.Value.Length];
            _hiddenTransposed = new float[cell.HiddenWeight.Value.Length];
            _memoryTransposed = new float[cell.MemoryWeight.Value.Length];
        }

        public PopulationPass Encoder => _u;

        public PopulationPass Memory => _m;

        public PopulationPass Hidden => _h;

        public Signal EncoderSignal => _encoder;

        public override IEnumerable<BatchNormalizationPass> Normalizations => _currents.Normalization is null ? [] : [_currents.Normalization];

        public override void Forward(in PassSettings settings)
        {
            _currents.Forward(settings.Training);
            int stride = _output.TickStride, state = _hiddens + _memories, m0 = _hiddens * Lanes;
            float[] z = _output.Value, c = _currents.Value;
            for (int t = 0; t < _input.Ticks; t++)
            {
                int now = _output.At(t), before = now - stride, u = _currents.At(t), h = u + _encoders * Lanes;
                BatchMatrix.Multiply(_cell.EncoderWeight.Value, 0, state, _encoders, state, z, before, 0, c, u, 0, 1, accumulate: true);
                _u.Forward(t, c, u, _encoder.Value, _encoder.At(t), _encoder.TickStride, settings.Smooth);
                Remember(z, before + m0, _encoder.Value, _encoder.At(t));
                _m.Forward(t, _memoryCurrent, 0, z, now + m0, stride, settings.Smooth);
                BatchMatrix.Multiply(_cell.HiddenWeight.Value, 0, _hiddens, _hiddens, _hiddens, z, before, 0, c, h, 0, 1, accumulate: true);
                BatchMatrix.Multiply(_cell.MemoryWeight.Value, 0, _memories, _hiddens, _memories, z, now + m0, 0, c, h, 0, 1, accumulate: true);
                _h.Forward(t, c, h, z, now, stride, settings.Smooth);
            }
        }

        // I_m[b, i] = Σ_j A_ij s_m[b, j] + B_i s_u[b]
        private void Remember(float[] memory, int m0, float[] encoder, int u0)
        {
            int d = _cell.Order;
            for (int b = 0; b < _encoders; b++)
                for (int i = 0; i < d; i++)
                    for (int k = 0; k < Lanes; k += 16)
                    {
                        Vector512<float> sum = Vector512.Create(_cell.InputMatrix[i]) * Vector512.LoadUnsafe(ref encoder[u0 + b * Lanes + k]);
                        for (int j = 0; j < d; j++)
                            sum = Vector512.FusedMultiplyAdd(Vector512.Create(_cell.StateMatrix[i * d + j]), Vector512.LoadUnsafe(ref memory[m0 + (b * d + j) * Lanes + k]), sum);
                        sum.StoreUnsafe(ref _memoryCurrent[(b * d + i) * Lanes + k]);
                    }
        }

        public override void Backward(float[][] gradients, GradientMode mode)
        {
            int stride = _output.TickStride, state = _hiddens + _memories, m0 = _hiddens * Lanes;
            float[] z = _output.Value, dz = _output.Gradient, c = _currents.Value;
            bool throughTime = mode == GradientMode.ThroughTime;
            BatchMatrix.Transpose(_cell.EncoderWeight.Value, 0, state, _encoders, state, _encoderTransposed);
            BatchMatrix.Transpose(_cell.HiddenWeight.Value, 0, _hiddens, _hiddens, _hiddens, _hiddenTransposed);
            BatchMatrix.Transpose(_cell.MemoryWeight.Value, 0, _memories, _hiddens, _memories, _memoryTransposed);
            _u.BeginBackward();
            _m.BeginBackward();
            _h.BeginBackward();
            for (int t = _input.Ticks - 1; t >= 0; t--)
            {
                int now = _output.At(t), before = now - stride, u = _currents.At(t), h = u + _encoders * Lanes;
                _h.Backward(t, dz, now, z, now, stride, c, h, gradients, mode);
                BatchMatrix.Multiply(_memoryTransposed, 0, _hiddens, _memories, _hiddens, c, h, 0, dz, now + m0, 0, 1, accumulate: true);
                _m.Backward(t, dz, now + m0, z, now + m0, stride, _memoryCurrent, 0, gradients, mode);
                Recall(dz, before + m0, _encoder.Gradient, _encoder.At(t), throughTime);
                _u.Backward(t, _encoder.Gradient, _encoder.At(t), _encoder.Value, _encoder.At(t), _encoder.TickStride, c, u, gradients, mode);
                if (!throughTime) continue;
                BatchMatrix.Multiply(_hiddenTransposed, 0, _hiddens, _hiddens, _hiddens, c, h, 0, dz, before, 0, 1, accumulate: true);
                BatchMatrix.Multiply(_encoderTransposed, 0, _encoders, state, _encoders, c, u, 0, dz, before, 0, 1, accumulate: true);
            }

            int rows = (_encoders + _hiddens) * Lanes, ticks = _input.Ticks, hidden = _encoders * Lanes;
            BatchMatrix.AddOuter(gradients[_cell.EncoderWeight.Index], 0, state, _encoders, state, c, 0, rows, z, _output.At(-1), stride, ticks);
            BatchMatrix.AddOuter(gradients[_cell.HiddenWeight.Index], 0, _hiddens, _hiddens, _hiddens, c, hidden, rows, z, _output.At(-1), stride, ticks);
            BatchMatrix.AddOuter(gradients[_cell.MemoryWeight.Index], 0, _memories, _hiddens, _memories, c, hidden, rows, z, _output.At(0) + m0, stride, ticks);
            _currents.Backward(gradients);
        }

        // The way back of Remember; _memoryCurrent holds dI_m.
        private void Recall(float[] dMemory, int m0, float[] dEncoder, int u0, bool throughTime)
        {
            int d = _cell.Order;
            for (int b = 0; b < _encoders; b++)
                for (int k = 0; k < Lanes; k += 16)
                {
                    Vector512<float> sum = default;
                    for (int i = 0; i < d; i++) sum = Vector512.FusedMultiplyAdd(Vector512.Create(_cell.InputMatrix[i]), Vector512.LoadUnsafe(ref _memoryCurrent[(b * d + i) * Lanes + k]), sum);
                    sum.StoreUnsafe(ref dEncoder[u0 + b * Lanes + k]);
                    for (int j = 0; j < d && throughTime; j++)
                    {
                        ref float target = ref dMemory[m0 + (b * d + j) * Lanes + k];
                        sum = Vector512.LoadUnsafe(ref target);
                        for (int i = 0; i < d; i++) sum = Vector512.FusedMultiplyAdd(Vector512.Create(_cell.StateMatrix[i * d + j]), Vector512.LoadUnsafe(ref _memoryCurrent[(b * d + i) * Lanes + k]), sum);
                        sum.StoreUnsafe(ref target);
                    }
                }
        }
    }
}
