using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// Sixteen controllers side by side, one in each lane of a vector: every operation is the interpreter's own integer arithmetic on the model
/// that <see cref="ControllerModel"/> builds of the same parameters, so that a controller evolves in what will fly. Tests hold it to
/// <c>Interpreter</c>, output for output.
/// </summary>
/// <remarks>
/// It knows what the interpreter can't: that the matrices between the layers are blocks of 2 × 2, that the neurons of a pair mirror each
/// other, and that a spike is a mask. Cost of a step: 20 pairs of about 120 vector operations (adaptive: 150), for 16 controllers of 80
/// neurons. State is within ±(2^28 − 1), as ARITHMETIC.md says; saturations are not counted.
/// </remarks>
public sealed class LaneController
{
    /// <summary>Controllers that run side by side.</summary>
    public const int Lanes = 16;

    private const int P = 17, S = 8, Limit = (1 << 28) - 1;
    private readonly Vector512<int>[] _parameters = new Vector512<int>[ControllerParameters.Pairs * P];
    private readonly Vector512<int>[] _state = new Vector512<int>[ControllerParameters.Pairs * S];
    private readonly bool _adaptive;
    private Vector512<int> _leak, _output;

    /// <summary>Takes up to 16 controllers of one kind; lanes beyond them repeat the last.</summary>
    public LaneController(ReadOnlySpan<ControllerParameters> controllers)
    {
        if (controllers.Length is < 1 or > Lanes) throw new ArgumentException($"{controllers.Length} controllers where 1 to {Lanes} belong", nameof(controllers));
        _adaptive = controllers[0].Adaptive;
        Load(controllers);
    }

    /// <summary>Takes other controllers of the same kind, at rest.</summary>
    public void Load(ReadOnlySpan<ControllerParameters> controllers)
    {
        int[] lane = new int[Lanes];
        Span<int> row = stackalloc int[P];
        Span<Vector512<int>> all = _parameters;
        for (int k = 0; k < Lanes; k++)
        {
            ControllerParameters c = controllers[Math.Min(k, controllers.Length - 1)];
            if (c.Adaptive != _adaptive) throw new ArgumentException("controllers of both kinds", nameof(controllers));
            for (int p = 0; p < ControllerParameters.Pairs; p++)
            {
                int i = 0;
                row[i++] = c.EncoderWeight[p];
                row[i++] = c.EncoderBias[p];
                row[i++] = c.EncoderDecay[p];
                row[i++] = c.EncoderThreshold[p];
                row[i++] = c.SameWeight[p] << ControllerParameters.HiddenShift;
                row[i++] = c.CrossWeight[p] << ControllerParameters.HiddenShift;
                row[i++] = c.SynapticDecay[2 * p];
                row[i++] = c.MembraneDecay[2 * p];
                row[i++] = c.Threshold[2 * p];
                row[i++] = c.SynapticDecay[2 * p + 1];
                row[i++] = c.MembraneDecay[2 * p + 1];
                row[i++] = c.Threshold[2 * p + 1];
                row[i++] = c.ReadoutWeight[p] << c.ReadoutShift;
                row[i++] = c.AdaptationDecay[2 * p];
                row[i++] = c.AdaptationDecay[2 * p + 1];
                row[i++] = c.SameThresholdWeight[p] << ControllerParameters.DriveShift;
                row[i++] = c.CrossThresholdWeight[p] << ControllerParameters.DriveShift;
                for (i = 0; i < P; i++) all[p * P + i] = all[p * P + i].WithElement(k, row[i]);
            }

            lane[k] = c.ReadoutDecay;
        }

        _leak = Vector512.LoadUnsafe(ref lane[0]);
        Reset();
    }

    /// <summary>Back to rest.</summary>
    public void Reset()
    {
        Array.Clear(_state);
        _output = default;
    }

    /// <summary>Spikes of encoding and hidden neurons since they were last read, in all lanes; see <see cref="CountSpikes"/>.</summary>
    public Vector512<int> Spikes { get; private set; }

    /// <summary>Counts spikes, at a small cost.</summary>
    public bool CountSpikes { get; set; }

    /// <summary>One tick.</summary>
    /// <param name="error">In steps of 1/1024 m, one for each lane, within ±<see cref="ControllerParameters.ErrorBound"/>.</param>
    /// <returns>The output of each lane in 1/2^16 of a unit of u.</returns>
    public Vector512<int> Step(Vector512<int> error) => _adaptive ? StepAdaptive(error) : StepLif(error);

    private Vector512<int> StepLif(Vector512<int> error)
    {
        Vector512<int> limit = Vector512.Create(Limit), floor = -limit, sum = default, counted = default;
        ref Vector512<int> q = ref _parameters[0];
        ref Vector512<int> s = ref _state[0];
        for (int p = 0; p < ControllerParameters.Pairs; p++)
        {
            Encode(error, ref q, ref s, limit, floor, out Vector512<int> up, out Vector512<int> down);
            Vector512<int> same = Unsafe.Add(ref q, 4), cross = Unsafe.Add(ref q, 5);
            Vector512<int> a = Hidden((up & same) + (down & cross), Unsafe.Add(ref q, 6), Unsafe.Add(ref q, 7), Unsafe.Add(ref q, 8), ref Unsafe.Add(ref s, 2), ref Unsafe.Add(ref s, 3), limit, floor);
            Vector512<int> b = Hidden((up & cross) + (down & same), Unsafe.Add(ref q, 9), Unsafe.Add(ref q, 10), Unsafe.Add(ref q, 11), ref Unsafe.Add(ref s, 4), ref Unsafe.Add(ref s, 5), limit, floor);
            Vector512<int> weight = Unsafe.Add(ref q, 12);
            sum += (weight & a) - (weight & b);
            if (CountSpikes) counted -= up + down + a + b;
            q = ref Unsafe.Add(ref q, P);
            s = ref Unsafe.Add(ref s, S);
        }

        if (CountSpikes) Spikes += counted;
        return _output = Held(Decayed(_output, _leak) + sum, limit, floor);
    }

    private Vector512<int> StepAdaptive(Vector512<int> error)
    {
        Vector512<int> limit = Vector512.Create(Limit), floor = -limit, sum = default, counted = default;
        Vector512<int> lowest = Vector512.Create(ControllerParameters.ThresholdLowerLimit);
        ref Vector512<int> q = ref _parameters[0];
        ref Vector512<int> s = ref _state[0];
        for (int p = 0; p < ControllerParameters.Pairs; p++)
        {
            Encode(error, ref q, ref s, limit, floor, out Vector512<int> up, out Vector512<int> down);
            Vector512<int> same = Unsafe.Add(ref q, 4), cross = Unsafe.Add(ref q, 5), drive = Unsafe.Add(ref q, 15), crossDrive = Unsafe.Add(ref q, 16);
            Vector512<int> a = Adaptive(
                (up & same) + (down & cross), (up & drive) + (down & crossDrive), Unsafe.Add(ref q, 6), Unsafe.Add(ref q, 7), Unsafe.Add(ref q, 8), Unsafe.Add(ref q, 13),
                ref Unsafe.Add(ref s, 2), ref Unsafe.Add(ref s, 3), ref Unsafe.Add(ref s, 6), lowest, limit, floor);
            Vector512<int> b = Adaptive(
                (up & cross) + (down & same), (up & crossDrive) + (down & drive), Unsafe.Add(ref q, 9), Unsafe.Add(ref q, 10), Unsafe.Add(ref q, 11), Unsafe.Add(ref q, 14),
                ref Unsafe.Add(ref s, 4), ref Unsafe.Add(ref s, 5), ref Unsafe.Add(ref s, 7), lowest, limit, floor);
            Vector512<int> weight = Unsafe.Add(ref q, 12);
            sum += (weight & a) - (weight & b);
            if (CountSpikes) counted -= up + down + a + b;
            q = ref Unsafe.Add(ref q, P);
            s = ref Unsafe.Add(ref s, S);
        }

        if (CountSpikes) Spikes += counted;
        return _output = Held(Decayed(_output, _leak) + sum, limit, floor);
    }

    /// <summary>The encoding neurons of a pair; masks of their spikes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Encode(Vector512<int> error, ref Vector512<int> q, ref Vector512<int> s, Vector512<int> limit, Vector512<int> floor, out Vector512<int> up, out Vector512<int> down)
    {
        Vector512<int> drive = error * q, bias = Unsafe.Add(ref q, 1), decay = Unsafe.Add(ref q, 2), threshold = Unsafe.Add(ref q, 3);
        up = Fire(ref s, decay, bias + drive, threshold, threshold, limit, floor);
        down = Fire(ref Unsafe.Add(ref s, 1), decay, bias - drive, threshold, threshold, limit, floor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Hidden(Vector512<int> drive, Vector512<int> synaptic, Vector512<int> decay, Vector512<int> threshold, ref Vector512<int> i, ref Vector512<int> v, Vector512<int> limit, Vector512<int> floor)
    {
        i = Held(Decayed(i, synaptic) + drive, limit, floor);
        return Fire(ref v, decay, i, threshold, threshold, limit, floor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Adaptive(
        Vector512<int> drive, Vector512<int> thresholdDrive, Vector512<int> synaptic, Vector512<int> decay, Vector512<int> threshold, Vector512<int> adaptationDecay,
        ref Vector512<int> i, ref Vector512<int> v, ref Vector512<int> a, Vector512<int> lowest, Vector512<int> limit, Vector512<int> floor)
    {
        i = Held(Decayed(i, synaptic) + drive, limit, floor);
        Vector512<int> old = Vector512.Min(Vector512.Max(threshold + a, lowest), limit);
        a = Held(Decayed(a, adaptationDecay) + thresholdDrive, limit, floor);
        return Fire(ref v, decay, i, old, Vector512.Min(Vector512.Max(threshold + a, lowest), limit), limit, floor);
    }

    /// <summary>v = v d + drive − (v spiked ? old threshold : 0); the mask of v above the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Fire(ref Vector512<int> v, Vector512<int> decay, Vector512<int> drive, Vector512<int> old, Vector512<int> threshold, Vector512<int> limit, Vector512<int> floor)
    {
        Vector512<int> before = v, next = Decayed(before, decay) + drive - (Vector512.GreaterThan(before, old) & old);
        v = next = Held(next, limit, floor);
        return Vector512.GreaterThan(next, threshold);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Held(Vector512<int> x, Vector512<int> limit, Vector512<int> floor) => Vector512.Min(Vector512.Max(x, floor), limit);

    /// <summary>
    /// (v × d) >> 15, exact in 32 bits: with v = h 2^15 + l, 0 ≤ l &lt; 2^15, it is h d + ((l d) >> 15), and |h d| ≤ 2^28, l d &lt; 2^30.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Decayed(Vector512<int> v, Vector512<int> d) =>
        Vector512.ShiftRightArithmetic(v, 15) * d + Vector512.ShiftRightLogical((v & Vector512.Create(32767)) * d, 15);
}
