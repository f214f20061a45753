namespace EdgeSpike.Runtime;

/// <summary>
/// Rows of weights added to sums: the inner loops of connections. Plain C#, the specification that every other body of
/// these signatures is held to. ARITHMETIC.md, section 2.
/// </summary>
internal static partial class Kernels
{
    /// <summary>arena[target + j] += w[j], j &lt; width.</summary>
    public static void AddRow(TensorType type, byte[] file, int row, int[] arena, int target, int width)
    {
        switch (type)
        {
            case TensorType.Int8:
                for (int j = 0; j < width; j++) arena[target + j] = arena[target + j] + (sbyte)file[row + j];
                break;
            case TensorType.Int16:
                for (int j = 0; j < width; j++, row += 2) arena[target + j] = arena[target + j] + (short)(file[row] | (file[row + 1] << 8));
                break;
            default:
                for (int j = 0; j < width; j++) arena[target + j] = arena[target + j] + Nibble(file, row, j);
                break;
        }
    }

    /// <summary>arena[target + j] += factor × w[j], j &lt; width.</summary>
    public static void AddScaledRow(TensorType type, byte[] file, int row, int factor, int[] arena, int target, int width)
    {
        switch (type)
        {
            case TensorType.Int8:
                for (int j = 0; j < width; j++) arena[target + j] = arena[target + j] + factor * (sbyte)file[row + j];
                break;
            case TensorType.Int16:
                for (int j = 0; j < width; j++, row += 2) arena[target + j] = arena[target + j] + factor * (short)(file[row] | (file[row + 1] << 8));
                break;
            default:
                for (int j = 0; j < width; j++) arena[target + j] = arena[target + j] + factor * Nibble(file, row, j);
                break;
        }
    }

    /// <summary>
    /// The rows of a list of events, in blocks: source r × sources + i adds row i to the sums from r × width. Returns the
    /// number of rows added.
    /// </summary>
    public static int AddRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int list, int sum)
    {
        int count = arena[list], block = 0;
        for (int e = 1; e <= count; e++)
        {
            int source = arena[list + e] - block;
            while (source >= sources)
            {
                source -= sources;
                block += sources;
                sum += width;
            }

            AddRow(type, file, weights + source * rowBytes, arena, sum, width);
        }

        return count;
    }

    /// <summary>The same for values: each row times its value, zeros skipped. Returns the number of rows added.</summary>
    public static int AddValueRows(TensorType type, byte[] file, int weights, int rowBytes, int sources, int width, int[] arena, int source, int count, int sum)
    {
        int rows = 0, inBlock = 0, row = weights;
        for (int i = 0; i < count; i++)
        {
            int value = arena[source + i];
            if (value != 0)
            {
                AddScaledRow(type, file, row, value, arena, sum, width);
                rows++;
            }

            row += rowBytes;
            if (++inBlock == sources)
            {
                inBlock = 0;
                row = weights;
                sum += width;
            }
        }

        return rows;
    }
}
