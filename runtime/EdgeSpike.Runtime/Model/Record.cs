namespace EdgeSpike.Runtime;

/// <summary>
/// The words in which operators describe the fields of their records (FORMAT.md, Operators), for <see cref="PrepareContext.Read"/>:
/// a byte for the profile, then three for each field, which are its kind and two that depend on the kind. A description takes a tenth of the
/// bytes that the same checks take as code.
/// </summary>
/// <remarks>What a description cannot say stands in Prepare: fields that another one makes optional, and sizes that belong together.</remarks>
internal static class Record
{
    // ---- profiles --------------------------------------------------------------------------------------------------------------

    public const byte Edge = (byte)ModelProfile.Edge;
    public const byte Loihi = (byte)ModelProfile.Loihi;
    public const byte AnyProfile = 2;

    // ---- kinds; b and c are the two bytes behind ----------------------------------------------------------------------------------

    /// <summary>A number from b to c, both as places in <see cref="Limit"/>.</summary>
    public const byte Number = 0;

    /// <summary>Checked by Prepare, after all that a description says.</summary>
    public const byte Later = 1;

    /// <summary>A source of this tick, of the kinds b; c: <see cref="One"/> asks for the first source's length.</summary>
    public const byte Source = 2;

    /// <summary>The same, or −1.</summary>
    public const byte OptionalSource = 3;

    /// <summary>A source of the tick that the next field states.</summary>
    public const byte TimedSource = 4;

    /// <summary>A buffer of the kind b that the operator begins, of the first source's length, with values up to c.</summary>
    public const byte Target = 5;

    /// <summary>Persistent values of the operator's own, of the first source's length, up to c; b is 0.</summary>
    public const byte State = 6;

    /// <summary>A tensor of int4, int8 or int16.</summary>
    public const byte Weights = 7;

    /// <summary>Constants from b to c, one or as many as the first source has elements; the type is added to the kind.</summary>
    public const byte Constants = 8;

    /// <summary>Added to the kind of constants that may be −1.</summary>
    public const byte Optional = 16;

    public const byte Int32 = Constants + (byte)TensorType.Int32;
    public const byte OptionalInt32 = Int32 + Optional;
    public const byte OptionalUInt16 = Constants + (byte)TensorType.UInt16 + Optional;

    // ---- kinds of a source ---------------------------------------------------------------------------------------------------------

    public const byte Values = 1 << (int)BufferKind.Values;
    public const byte Events = 1 << (int)BufferKind.Events;
    public const byte Words = 1 << (int)BufferKind.Words;

    // ---- numbers -------------------------------------------------------------------------------------------------------------------

    public const byte LeastInt = 0;
    public const byte MinusL = 1;
    public const byte MinusTwo30 = 2;
    public const byte Minus31 = 3;
    public const byte Zero = 4;
    public const byte One = 5;
    public const byte Two = 6;
    public const byte TwentyFour = 7;
    public const byte Thirty = 8;
    public const byte FortySix = 9;
    public const byte Most8 = 10;
    public const byte Most12 = 11;
    public const byte Two12 = 12;
    public const byte Two15 = 13;
    public const byte Most16 = 14;
    public const byte Most23 = 15;
    public const byte L = 16;
    public const byte Two30 = 17;
    public const byte MostInt = 18;

    private static readonly int[] Limits =
    {
        int.MinValue, -NeuronOperator.Limit, -(1 << 30), -31, 0, 1, 2, 24, 30, 46, 255, 4095, 4096, 32768, 65535, (1 << 23) - 1,
        NeuronOperator.Limit, 1 << 30, int.MaxValue,
    };

    /// <summary>The number of a place.</summary>
    public static int Limit(int place)
    {
        return Limits[place];
    }
}
