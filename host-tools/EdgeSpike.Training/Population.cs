using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training;

/// <summary>What a population of neurons does with its current.</summary>
public enum NeuronKind
{
    /// <summary>Passes it on.</summary>
    Linear,

    /// <summary>max(0, x): for networks that are compared with, not for export.</summary>
    Rectified,

    /// <summary>Leaky threshold neuron.</summary>
    Lif,

    /// <summary>The same behind a leaky synaptic current.</summary>
    CubaLif,
}

/// <summary>When the threshold is taken off after a spike.</summary>
public enum ResetDelay
{
    /// <summary>In the same tick.</summary>
    Now,

    /// <summary>In the tick after, undecayed (snnTorch).</summary>
    Next,
}

/// <summary>
/// A population of n neurons with decays and thresholds that are learned, one for all or one for each. Reset by subtraction.
/// </summary>
/// <remarks>
/// i(t) = a i(t−1) + x(t), or x(t) without synapse; v(t) = b v(t−1) + i(t) − r θ s(t−1) with r = 1 (next) or b (now, v being
/// the membrane before the reset); s = [v > θ]. Gradient of the step: the arctangent's derivative,
/// S'(z) = (w / 2) / (1 + (π w z / 2)²) (Fang et al. 2021), at z = v − θ.
/// With g(t) = dL/dv(t), h(t) = dL/ds(t) S': h uses ds(t) − r θ g(t+1) unless the reset is detached, and
/// g(t) = h(t) + b g(t+1). Through space only, all that comes from t + 1 is left out.
/// </remarks>
public sealed class Population
{
    /// <summary>A population.</summary>
    /// <param name="name">Prefix of its parameters.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="size">Neurons.</param>
    /// <param name="decay">First membrane decay, 0 … 1.</param>
    /// <param name="threshold">First threshold.</param>
    /// <param name="synapticDecay">First decay of the current, for <see cref="NeuronKind.CubaLif"/>.</param>
    /// <param name="each">A decay and threshold for each neuron.</param>
    public Population(string name, NeuronKind kind, int size, float decay = 0.8f, float threshold = 1, float synapticDecay = 0.5f, bool each = false)
    {
        Name = name;
        Kind = kind;
        Size = size;
        if (kind is NeuronKind.Linear or NeuronKind.Rectified) return;
        int n = each ? size : 1;
        Decay = new Parameter($"{name}.decay", n) { Low = 0, High = 0.995f, Rate = 0.5f }.Fill(decay);
        Threshold = new Parameter($"{name}.threshold", n) { Low = 0.05f, High = 8, Rate = 0.5f }.Fill(threshold);
        if (kind == NeuronKind.CubaLif) SynapticDecay = new Parameter($"{name}.synaptic_decay", n) { Low = 0, High = 0.995f, Rate = 0.5f }.Fill(synapticDecay);
    }

    /// <summary>Prefix of its parameters, and the node's name on export.</summary>
    public string Name { get; }

    /// <summary>What it does.</summary>
    public NeuronKind Kind { get; }

    /// <summary>Neurons.</summary>
    public int Size { get; }

    /// <summary>True when it spikes.</summary>
    public bool Spikes => Decay is not null;

    /// <summary>Membrane decay b; null without spikes.</summary>
    public Parameter? Decay { get; }

    /// <summary>Threshold θ; null without spikes.</summary>
    public Parameter? Threshold { get; }

    /// <summary>Decay a of the synaptic current, or null.</summary>
    public Parameter? SynapticDecay { get; }

    /// <summary>When the threshold is taken off.</summary>
    public ResetDelay Reset { get; init; } = ResetDelay.Next;

    /// <summary>Slope w of the surrogate; a wide one is below 2.</summary>
    public float SurrogateWidth { get; set; } = 2;

    /// <summary>No gradient through the reset.</summary>
    public bool DetachReset { get; set; }

    /// <summary>Its parameters.</summary>
    public IEnumerable<Parameter> Parameters
    {
        get
        {
            if (Decay is not null) yield return Decay;
            if (Threshold is not null) yield return Threshold;
            if (SynapticDecay is not null) yield return SynapticDecay;
        }
    }

    internal PopulationPass CreatePass(int ticks) => new(this, ticks);

    /// <summary>The smooth step S, whose derivative the surrogate is.</summary>
    internal static float SmoothStep(float z, float width) => 0.5f + MathF.Atan(MathF.PI / 2 * width * z) / MathF.PI;
}

/// <summary>A population's states for a shard: membranes and currents of all ticks, for the way back.</summary>
internal sealed class PopulationPass
{
    private const int Lanes = BatchMatrix.Lanes;
    private readonly Population _population;
    private readonly int _stride;
    private readonly float[] _membrane;        // [1 + ticks, n, 64], the first tick zero
    private readonly float[] _current;         // likewise, with a synapse
    private readonly float[] _membraneGradient;
    private readonly float[] _currentGradient;

    public PopulationPass(Population population, int ticks)
    {
        _population = population;
        _stride = population.Size * Lanes;
        _membrane = new float[population.Spikes ? (1 + ticks) * _stride : 0];
        _current = new float[population.SynapticDecay is not null ? (1 + ticks) * _stride : 0];
        _membraneGradient = new float[population.Spikes ? _stride : 0];
        _currentGradient = new float[population.SynapticDecay is not null ? _stride : 0];
    }

    /// <summary>Membranes, [1 + ticks, n, 64]: filled by the forward pass, or by an integer one in its place.</summary>
    public float[] Membrane => _membrane;

    /// <summary>Synaptic currents, likewise.</summary>
    public float[] Current => _current;

    /// <summary>One tick: current x at x0 to output s at s0; the tick before of s is <paramref name="sTick"/> floats earlier.</summary>
    public void Forward(int tick, float[] x, int x0, float[] s, int s0, int sTick, bool smooth)
    {
        int n = _population.Size;
        if (!_population.Spikes)
        {
            bool rectified = _population.Kind == NeuronKind.Rectified;
            for (int i = 0; i < _stride; i += 16)
            {
                Vector512<float> value = Vector512.LoadUnsafe(ref x[x0 + i]);
                (rectified ? Vector512.Max(value, Vector512<float>.Zero) : value).StoreUnsafe(ref s[s0 + i]);
            }

            return;
        }

        float[] decay = _population.Decay!.Value, threshold = _population.Threshold!.Value;
        float[]? synaptic = _population.SynapticDecay?.Value;
        Vector512<float> one = Vector512.Create(1f);
        for (int c = 0; c < n; c++)
        {
            float b = decay[decay.Length == 1 ? 0 : c], theta = threshold[threshold.Length == 1 ? 0 : c];
            float r = _population.Reset == ResetDelay.Next ? theta : b * theta;
            Vector512<float> bv = Vector512.Create(b), tv = Vector512.Create(theta), rv = Vector512.Create(-r);
            Vector512<float> av = synaptic is null ? default : Vector512.Create(synaptic[synaptic.Length == 1 ? 0 : c]);
            int now = (tick + 1) * _stride + c * Lanes, before = now - _stride;
            for (int k = 0; k < Lanes; k += 16)
            {
                Vector512<float> drive = Vector512.LoadUnsafe(ref x[x0 + c * Lanes + k]);
                if (synaptic is not null)
                {
                    drive = Vector512.FusedMultiplyAdd(av, Vector512.LoadUnsafe(ref _current[before + k]), drive);
                    drive.StoreUnsafe(ref _current[now + k]);
                }

                Vector512<float> v = Vector512.FusedMultiplyAdd(bv, Vector512.LoadUnsafe(ref _membrane[before + k]), drive);
                if (tick > 0) v = Vector512.FusedMultiplyAdd(rv, Vector512.LoadUnsafe(ref s[s0 - sTick + c * Lanes + k]), v);
                v.StoreUnsafe(ref _membrane[now + k]);
                Vector512.ConditionalSelect(Vector512.GreaterThan(v, tv), one, Vector512<float>.Zero).StoreUnsafe(ref s[s0 + c * Lanes + k]);
            }

            if (!smooth) continue;
            for (int k = 0; k < Lanes; k++) s[s0 + c * Lanes + k] = Population.SmoothStep(_membrane[now + k] - theta, _population.SurrogateWidth);
        }
    }

    /// <summary>Before the last tick of a backward pass.</summary>
    public void BeginBackward()
    {
        Array.Clear(_membraneGradient);
        Array.Clear(_currentGradient);
    }

    /// <summary>
    /// One tick back: gradient ds of the output at d0 to that of the current, dx at dx0 (which may be the same place);
    /// gradients of decays and thresholds are added to <paramref name="gradients"/>. s is the output as in the forward pass.
    /// </summary>
    public void Backward(int tick, float[] ds, int d0, float[] s, int s0, int sTick, float[] dx, int dx0, float[][] gradients, GradientMode mode)
    {
        int n = _population.Size;
        if (!_population.Spikes)
        {
            bool rectified = _population.Kind == NeuronKind.Rectified;
            for (int i = 0; i < _stride; i += 16)
            {
                Vector512<float> d = Vector512.LoadUnsafe(ref ds[d0 + i]);
                if (rectified) d = Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.LoadUnsafe(ref s[s0 + i]), Vector512<float>.Zero), d, Vector512<float>.Zero);
                d.StoreUnsafe(ref dx[dx0 + i]);
            }

            return;
        }

        float[] decay = _population.Decay!.Value, threshold = _population.Threshold!.Value;
        float[]? synaptic = _population.SynapticDecay?.Value;
        float[] decayGradient = gradients[_population.Decay.Index], thresholdGradient = gradients[_population.Threshold.Index];
        float[]? synapticGradient = _population.SynapticDecay is null ? null : gradients[_population.SynapticDecay.Index];
        bool throughTime = mode == GradientMode.ThroughTime, next = _population.Reset == ResetDelay.Next;
        float slope = MathF.PI / 2 * _population.SurrogateWidth;
        Vector512<float> half = Vector512.Create(_population.SurrogateWidth / 2), one = Vector512.Create(1f), slopeSquared = Vector512.Create(slope * slope);
        for (int c = 0; c < n; c++)
        {
            float b = decay[decay.Length == 1 ? 0 : c], theta = threshold[threshold.Length == 1 ? 0 : c], r = next ? 1 : b;
            Vector512<float> bv = Vector512.Create(throughTime ? b : 0), tv = Vector512.Create(theta);
            Vector512<float> reset = Vector512.Create(throughTime && !_population.DetachReset ? -r * theta : 0);
            Vector512<float> av = synaptic is null || !throughTime ? default : Vector512.Create(synaptic[synaptic.Length == 1 ? 0 : c]);
            Vector512<float> sumB = default, sumT = default, sumA = default;
            int now = (tick + 1) * _stride + c * Lanes, before = now - _stride;
            for (int k = 0; k < Lanes; k += 16)
            {
                ref float carried = ref _membraneGradient[c * Lanes + k];
                Vector512<float> later = Vector512.LoadUnsafe(ref carried);
                Vector512<float> d = Vector512.FusedMultiplyAdd(reset, later, Vector512.LoadUnsafe(ref ds[d0 + c * Lanes + k]));
                Vector512<float> z = Vector512.LoadUnsafe(ref _membrane[now + k]) - tv;
                Vector512<float> h = d * (half / Vector512.FusedMultiplyAdd(slopeSquared, z * z, one));
                Vector512<float> g = Vector512.FusedMultiplyAdd(bv, later, h);
                g.StoreUnsafe(ref carried);
                sumT -= h;
                Vector512<float> last = Vector512.LoadUnsafe(ref _membrane[before + k]);
                if (tick > 0)
                {
                    Vector512<float> spike = Vector512.LoadUnsafe(ref s[s0 - sTick + c * Lanes + k]);
                    sumT -= Vector512.Create(r) * spike * g;
                    if (!next) last -= tv * spike;
                }

                sumB = Vector512.FusedMultiplyAdd(last, g, sumB);
                if (synaptic is not null)
                {
                    ref float carriedCurrent = ref _currentGradient[c * Lanes + k];
                    g = Vector512.FusedMultiplyAdd(av, Vector512.LoadUnsafe(ref carriedCurrent), g);
                    g.StoreUnsafe(ref carriedCurrent);
                    sumA = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref _current[before + k]), g, sumA);
                }

                g.StoreUnsafe(ref dx[dx0 + c * Lanes + k]);
            }

            decayGradient[decayGradient.Length == 1 ? 0 : c] += Vector512.Sum(sumB);
            thresholdGradient[thresholdGradient.Length == 1 ? 0 : c] += Vector512.Sum(sumT);
            if (synapticGradient is not null) synapticGradient[synapticGradient.Length == 1 ? 0 : c] += Vector512.Sum(sumA);
        }
    }
}
