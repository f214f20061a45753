using System;
using System.Collections.Generic;

namespace EdgeSpike.Training;

/// <summary>
/// What a matrix makes of the last ticks of a signal, normalised or with a bias: [ticks, rows, 64]. On the way back the same
/// memory holds the gradient, so that <see cref="Value"/> is overwritten by whoever takes the currents.
/// </summary>
internal sealed class Currents
{
    private const int Lanes = BatchMatrix.Lanes;
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private readonly Signal _input;
    private readonly int _rows, _columns, _past;
    private readonly float[] _raw, _transposed;

    public Currents(Parameter weight, BatchNormalization? normalization, Parameter? bias, int taps, Signal input)
    {
        _weight = weight;
        _bias = bias;
        _input = input;
        _rows = weight.Shape[0];
        _columns = weight.Shape[1];
        _past = taps - 1;
        Value = new float[input.Ticks * _rows * Lanes];
        _raw = normalization is null ? Value : new float[Value.Length];
        _transposed = new float[input.Gradient.Length > 0 ? weight.Value.Length : 0];
        Normalization = normalization?.CreatePass(input.Ticks);
    }

    /// <summary>The currents, and on the way back their gradients.</summary>
    public float[] Value { get; }

    /// <summary>The pass of the normalisation, or null.</summary>
    public BatchNormalizationPass? Normalization { get; }

    /// <summary>First element of a tick.</summary>
    public int At(int tick) => tick * _rows * Lanes;

    public void Forward(bool training)
    {
        BatchMatrix.Multiply(_weight.Value, 0, _columns, _rows, _columns, _input.Value, _input.At(-_past), _input.TickStride, _raw, 0, _rows * Lanes, _input.Ticks, accumulate: false);
        Normalization?.Forward(_raw, Value, training);
        if (_bias is null) return;
        for (int t = 0; t < _input.Ticks; t++)
            for (int j = 0; j < _rows; j++)
            {
                Span<float> row = Value.AsSpan(At(t) + j * Lanes, Lanes);
                float bias = _bias.Value[j];
                for (int k = 0; k < Lanes; k++) row[k] += bias;
            }
    }

    public void Backward(float[][] gradients)
    {
        if (_bias is not null)
            for (int t = 0; t < _input.Ticks; t++)
                for (int j = 0; j < _rows; j++)
                {
                    float sum = 0;
                    foreach (float g in Value.AsSpan(At(t) + j * Lanes, Lanes)) sum += g;
                    gradients[_bias.Index][j] += sum;
                }

        Normalization?.Backward(_raw, Value, gradients);
        BatchMatrix.AddOuter(gradients[_weight.Index], 0, _columns, _rows, _columns, Value, 0, _rows * Lanes, _input.Value, _input.At(-_past), _input.TickStride, _input.Ticks);
        if (_input.Gradient.Length == 0) return;
        BatchMatrix.Transpose(_weight.Value, 0, _columns, _rows, _columns, _transposed);
        BatchMatrix.Multiply(_transposed, 0, _rows, _columns, _rows, Value, 0, _rows * Lanes, _input.Gradient, _input.At(-_past), _input.TickStride, _input.Ticks, accumulate: true);
    }
}
