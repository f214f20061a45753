using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Runtime;

namespace EdgeSpike.Demos.Blimp;

/// <summary>The same controller elsewhere, stepped with this one: what flies is its command.</summary>
public abstract class ControllerTwin
{
    /// <summary>From rest.</summary>
    public abstract void Reset();

    /// <summary>One control step there.</summary>
    /// <param name="error">The word that the input port took.</param>
    /// <param name="checksum">Of this tick's spikes and outputs, here (runtime/FORMAT.md, Vectors).</param>
    /// <param name="command">The command, here.</param>
    /// <returns>The command, there.</returns>
    /// <exception cref="Conversion.ConversionException"><see cref="Conversion.ErrorCode.CheckFailed"/>: it differs.</exception>
    public abstract int Step(int error, uint checksum, int command);
}

/// <summary>A model that flies: metres in, units of u out, its spikes kept for whoever looks.</summary>
public sealed class SpikingController
{
    private readonly BlimpModel _model;
    private readonly Interpreter _shown, _checked;
    private readonly ControllerTwin? _twin;
    private readonly SpikeReader _reader;
    private readonly int[] _input = new int[1];

    /// <param name="model">What runs.</param>
    /// <param name="twin">Runs the same elsewhere; null: only here.</param>
    public SpikingController(BlimpModel model, ControllerTwin? twin = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _twin) = (model, twin);
        // Checksums come of a tick as a device runs it, spikes of one that is observed.
        (_shown, _checked) = (model.NewInterpreter(), model.NewInterpreter());
        _reader = new SpikeReader(_shown, model.Layers);
        Total = new long[model.Layers.Count];
    }

    /// <summary>Neurons that spiked in the last step, ascending, a list for each of <see cref="BlimpModel.Layers"/>.</summary>
    public IReadOnlyList<int[]> Spikes => _reader.Last;

    /// <summary>Spikes since the start, of each layer.</summary>
    public long[] Total { get; }

    /// <summary>Products of a weight and an active source since <see cref="Reset"/>.</summary>
    public long SynapticOperations => _shown.Model.Operators.Sum(o => o.SynapticOperations);

    /// <summary>Control steps since the start, over all flights.</summary>
    public long Steps { get; private set; }

    /// <summary>At rest, here and there.</summary>
    public void Reset()
    {
        _shown.Reset();
        _checked.Reset();
        _twin?.Reset();
    }

    /// <summary>One control step.</summary>
    /// <param name="error">Set-point minus altitude, m; what is beyond the model's bound is at the bound.</param>
    /// <returns>Command u, unlimited.</returns>
    public double Step(double error)
    {
        int word = (int)Math.Clamp(Math.Round(error / _model.ErrorStep), -_model.ErrorBound, _model.ErrorBound);
        _input[0] = word;
        _shown.SetValues(_model.Port, _input, 0);
        _shown.Step(_reader);
        for (int i = 0; i < Total.Length; i++) Total[i] += _reader.Last[i].Length;
        Steps++;
        int command = _shown.Arena[_model.Command];
        if (_twin is null) return command * _model.CommandStep;
        _input[0] = word;
        _checked.SetValues(_model.Port, _input, 0);
        return _twin.Step(word, _checked.StepChecksum(), command) * _model.CommandStep;
    }

    private sealed class SpikeReader(Interpreter interpreter, IReadOnlyList<BlimpLayer> layers) : StepObserver
    {
        public int[][] Last { get; } = [.. layers.Select(_ => Array.Empty<int>())];

        public override void After(int index)
        {
            for (int i = 0; i < layers.Count; i++)
            {
                if (layers[i].Operator != index) continue;
                ModelBuffer buffer = interpreter.Model.Buffers[layers[i].Buffer];
                // A list of events is its length and then the neurons; values are one a neuron.
                Last[i] = buffer.Kind == BufferKind.Events
                    ? interpreter.Arena.AsSpan(buffer.Offset + 1, interpreter.Arena[buffer.Offset]).ToArray()
                    : [.. Enumerable.Range(0, buffer.Words).Where(j => interpreter.Arena[buffer.Offset + j] != 0)];
            }
        }
    }
}
