using System;
using System.Linq;
using EdgeSpike.Conversion.Graph;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Reporting;

namespace EdgeSpike.Conversion.Quantization;

/// <summary>Linear state spaces: one unit for the whole state, one shift for each row of the matrix.</summary>
internal sealed partial class Lowering
{
    // m_i = sigma * integer. Row i is stored as round([A (or A - 1) | B u_step / sigma / 2^k] * 2^s_i). Of all input shifts k,
    // with and without residual, the one with the least expected error is taken.
    private void LowerStateSpace(StateSpaceNode space)
    {
        Signal source = AsValues(Ordered(SumOf(space), Layout.Plain(space.InputShape.Count), space.Name), space.Name);
        if (!Periodic(source.Step, space.Inputs)) source = OneStep(source, space.Name);
        int order = space.Order, inputs = space.Inputs, columns = order + inputs;
        double sigma = Spread(space) / StateLimit;
        WeightType weights = TypeOf(space.Name);
        if (weights == WeightType.Int4)
        {
            weights = WeightType.Int8;
            Choices.Add($"'{space.Name}': int8 instead of int4, because a state space does not take int4.");
        }

        int largest = WeightRounding.Largest(weights);
        double statePower = Math.Max(1, _calibration[space.Name].Power / (sigma * sigma));
        (double Error, bool Residual, int InputShift, double[] Rows) best = (double.PositiveInfinity, false, 0, []);
        foreach (bool residual in (bool[])[false, true])
            for (int shift = 0; shift <= 24; shift++)
            {
                if (((long)source.Bound * inputs) >> (46 - shift) != 0) break;
                double[] rows = Rows(space, source, sigma, residual, shift);
                double error = 0;
                for (int i = 0; i < order; i++)
                {
                    int bits = RowShift(rows.AsSpan(i * columns, columns), largest);
                    if (bits < 0) error = double.PositiveInfinity;
                    else error += Math.ScaleB(order * statePower + inputs * source.Power * Math.ScaleB(1, 2 * shift), -2 * bits);
                }

                if (error < best.Error) best = (error, residual, shift, rows);
            }

        if (double.IsPositiveInfinity(best.Error))
            throw new ConversionException(ErrorCode.Overflow, $"node '{space.Name}'", $"entries of its matrices do not fit {Text(weights)}", "use int16 weights for it");
        int[] matrix = new int[order * columns], shifts = new int[order];
        double wrong = 0, power = 0;
        for (int i = 0; i < order; i++)
        {
            shifts[i] = RowShift(best.Rows.AsSpan(i * columns, columns), largest);
            for (int k = 0; k < columns; k++)
            {
                double value = best.Rows[i * columns + k];
                matrix[i * columns + k] = WeightRounding.Round(value, Math.ScaleB(1, -shifts[i]), largest);
                double difference = Math.ScaleB(matrix[i * columns + k], -shifts[i]) - value;
                wrong += difference * difference;
                power += value * value;
            }
        }

        int state = _declared.TryGetValue(space.Name, out Signal? promised) ? promised.Buffer
            : Builder.AddBuffer(BufferKind.Values, order * space.Repeat, StateLimit, persistent: true, name: space.Name);
        int scratch = Builder.AddBuffer(BufferKind.Values, order, StateLimit, name: $"{space.Name}.scratch");
        int tensor = Builder.AddMatrix(weights == WeightType.Int8 ? TensorType.Int8 : TensorType.Int16, matrix, order, columns, out int rowBytes);
        int index = Builder.AddOperator(new StateSpaceOperator
        {
            Name = space.Name,
            Source = source.Buffer,
            When = source.When,
            State = state,
            Scratch = scratch,
            Repeat = space.Repeat,
            Order = order,
            Inputs = inputs,
            Matrix = tensor,
            RowBytes = rowBytes,
            Shifts = Builder.AddTensor(TensorType.UInt8, shifts),
            Residual = best.Residual,
            InputShift = best.InputShift,
        });
        Tensors.Add(new TensorReport
        {
            Name = space.Name,
            Type = Text(weights),
            Shape = $"{order}x({order}+{inputs})",
            Bytes = order * rowBytes,
            SmallestScale = Math.ScaleB(1, -shifts.Max()),
            LargestScale = Math.ScaleB(1, -shifts.Min()),
            Clipped = 0,
            RangeUsed = (double)matrix.Max(Magnitude) / largest,
            RelativeError = power > 0 ? Math.Sqrt(wrong / power) : 0,
        });
        if (best.Residual) Choices.Add($"'{space.Name}': stored as A - 1, which is finer for a long memory.");
        Layout layout = LayoutOf(space);
        Written(space, new Signal { Buffer = state, Kind = BufferKind.Values, Bound = StateLimit, Step = [sigma], Layout = layout, Power = Power(space, [sigma]), Spread = Spread(space) }, index);
        Layers.Add(new LayerMetadata
        {
            Name = space.Name, Kind = space.Kind, Operator = index, Values = state, Shape = space.OutputShape.ToArray(), Channels = layout.Channels, Positions = layout.Positions, Step = [sigma],
        });
    }

    private static double[] Rows(StateSpaceNode space, Signal source, double sigma, bool residual, int shift)
    {
        int order = space.Order, inputs = space.Inputs, columns = order + inputs;
        double[] rows = new double[order * columns];
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++) rows[i * columns + j] = space.StateMatrix[i * order + j] - (residual && i == j ? 1 : 0);
            for (int k = 0; k < inputs; k++) rows[i * columns + order + k] = Math.ScaleB(space.InputMatrix[i * inputs + k] * source.StepAt(k) / sigma, -shift);
        }

        return rows;
    }

    // The largest s with all |row| * 2^s within the integers, at most 46; -1: there is none.
    private static int RowShift(ReadOnlySpan<double> row, int largest)
    {
        double widest = 0;
        foreach (double value in row) widest = Math.Max(widest, Math.Abs(value));
        return widest == 0 ? 46 : (int)Math.Clamp(Math.Floor(Math.Log2((largest + 0.49) / widest)), -1, 46);
    }
}
