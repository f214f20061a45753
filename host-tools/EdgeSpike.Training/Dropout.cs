using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;

namespace EdgeSpike.Training;

/// <summary>
/// In training, silences a share of the channels of each window for all of its ticks and scales the others up
/// (Srivastava et al. 2014). Otherwise it passes all on, and is not there on export.
/// </summary>
public sealed class Dropout : Layer
{
    /// <summary>A dropout.</summary>
    public static Dropout Create(string name, int channels, float share) => new() { Name = name, Inputs = channels, Outputs = channels, Share = share };

    /// <summary>Share that is silenced, 0 to below 1.</summary>
    public required float Share { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [];

    internal override LayerPass CreatePass(Signal input, Signal output) => new Pass(this, input, output);

    private sealed class Pass(Dropout layer, Signal input, Signal output) : LayerPass
    {
        private readonly float[] _mask = new float[input.TickStride];

        public override void Forward(in PassSettings settings)
        {
            if (settings.Training && layer.Share > 0)
            {
                TrainingRandom random = new(settings.Key, (ulong)layer.Inputs, 17);
                float kept = 1 / (1 - layer.Share);
                for (int i = 0; i < _mask.Length; i++) _mask[i] = random.Uniform() < layer.Share ? 0 : kept;
            }
            else Array.Fill(_mask, 1);

            for (int t = 0; t < input.Ticks; t++)
                for (int i = 0, from = input.At(t), to = output.At(t); i < _mask.Length; i += 16)
                    (Vector512.LoadUnsafe(ref input.Value[from + i]) * Vector512.LoadUnsafe(ref _mask[i])).StoreUnsafe(ref output.Value[to + i]);
        }

        public override void Backward(float[][] gradients, GradientMode mode)
        {
            if (input.Gradient.Length == 0) return;
            for (int t = 0; t < input.Ticks; t++)
                for (int i = 0, from = input.At(t), to = output.At(t); i < _mask.Length; i += 16)
                    Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref output.Gradient[to + i]), Vector512.LoadUnsafe(ref _mask[i]), Vector512.LoadUnsafe(ref input.Gradient[from + i])).StoreUnsafe(ref input.Gradient[from + i]);
        }
    }
}
