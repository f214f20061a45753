using System;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>
/// The paper's loss of a controller that only listens: MAE(u, û) + (1 − ρ), ρ Pearson's correlation over the set. A command that never
/// changes has ρ = 0.
/// </summary>
/// <remarks>Sums are kept lane by lane in double, so that the loss of a controller does not depend on its neighbours or on the machine.</remarks>
public static class OpenLoopLoss
{
    /// <summary>The losses of the controllers of all lanes on one set.</summary>
    /// <param name="controllers">At rest; they run through the set.</param>
    /// <param name="set">Error and target.</param>
    /// <param name="losses">[<see cref="LaneController.Lanes"/>].</param>
    public static void Evaluate(LaneController controllers, ControlSet set, Span<double> losses)
    {
        ArgumentNullException.ThrowIfNull(controllers);
        ArgumentNullException.ThrowIfNull(set);
        Sums sums = default;
        Vector512<float> limit = Vector512.Create(set.Limit);
        for (int t = 0; t < set.Error.Length; t++)
            sums.Add(controllers.Step(Vector512.Create(set.Error[t])), Vector512.Create(set.Target[t]), limit);
        sums.Finish(set.Error.Length, losses);
    }

    /// <summary>The mean loss of one controller over many sets of one length and limit.</summary>
    public static double Evaluate(ControllerParameters controller, ReadOnlySpan<ControlSet> sets)
    {
        double sum = 0;
        foreach (double loss in EvaluateEach(controller, sets)) sum += loss;
        return sum / sets.Length;
    }

    /// <summary>The losses of one controller on each of many sets of one length and limit, 16 at a time.</summary>
    public static double[] EvaluateEach(ControllerParameters controller, ReadOnlySpan<ControlSet> sets)
    {
        double[] all = new double[sets.Length], losses = new double[LaneController.Lanes];
        LaneController lanes = new([controller]);
        int[] error = new int[LaneController.Lanes];
        float[] target = new float[LaneController.Lanes];
        for (int first = 0; first < sets.Length; first += LaneController.Lanes)
        {
            lanes.Reset();
            Sums sums = default;
            Vector512<float> limit = Vector512.Create(sets[first].Limit);
            int steps = sets[first].Error.Length;
            for (int t = 0; t < steps; t++)
            {
                for (int k = 0; k < LaneController.Lanes; k++)
                {
                    ControlSet set = sets[Math.Min(first + k, sets.Length - 1)];
                    (error[k], target[k]) = (set.Error[t], set.Target[t]);
                }

                sums.Add(lanes.Step(Vector512.LoadUnsafe(ref error[0])), Vector512.LoadUnsafe(ref target[0]), limit);
            }

            sums.Finish(steps, losses);
            for (int k = 0; k < LaneController.Lanes && first + k < sets.Length; k++) all[first + k] = losses[k];
        }

        return all;
    }

    private struct Sums
    {
        private Pair _distance, _u, _squares, _target, _targetSquares, _products;

        public void Add(Vector512<int> output, Vector512<float> target, Vector512<float> limit)
        {
            Vector512<float> u = Vector512.ConvertToSingle(output) * Vector512.Create(1f / (1 << ControllerParameters.OutputBits));
            u = Vector512.Min(Vector512.Max(u, -limit), limit);
            Pair x = new(u), y = new(target);
            _distance.Add(Vector512.Abs(x.Low - y.Low), Vector512.Abs(x.High - y.High));
            _u.Add(x.Low, x.High);
            _squares.Add(x.Low * x.Low, x.High * x.High);
            _target.Add(y.Low, y.High);
            _targetSquares.Add(y.Low * y.Low, y.High * y.High);
            _products.Add(x.Low * y.Low, x.High * y.High);
        }

        public readonly void Finish(int steps, Span<double> losses)
        {
            for (int k = 0; k < LaneController.Lanes; k++)
            {
                double n = steps, sx = _u.At(k), sy = _target.At(k);
                double covariance = n * _products.At(k) - sx * sy, varianceX = n * _squares.At(k) - sx * sx, varianceY = n * _targetSquares.At(k) - sy * sy;
                double correlation = varianceX > 1e-9 && varianceY > 1e-9 ? covariance / Math.Sqrt(varianceX * varianceY) : 0;
                losses[k] = _distance.At(k) / n + 1 - correlation;
            }
        }
    }

    private struct Pair
    {
        public Vector512<double> Low, High;

        public Pair(Vector512<float> x) => (Low, High) = Vector512.Widen(x);

        public void Add(Vector512<double> low, Vector512<double> high) => (Low, High) = (Low + low, High + high);

        public readonly double At(int lane) => lane < 8 ? Low.GetElement(lane) : High.GetElement(lane - 8);
    }
}
