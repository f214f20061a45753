namespace EdgeSpike.Runtime;

/// <summary>Why a model file, or an input, was refused. Errors are values: nothing in the runtime throws on purpose.</summary>
public enum ModelError
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The file is shorter than a header, or than it says.</summary>
    Truncated = 1,

    /// <summary>It does not start with "ESM1".</summary>
    NotAModel = 2,

    /// <summary>A version this runtime does not read.</summary>
    Version = 3,

    /// <summary>The checksum does not match: the file is damaged.</summary>
    Checksum = 4,

    /// <summary>A reserved field is not 0, or a field has a value outside its range.</summary>
    Field = 5,

    /// <summary>A section lies outside the file or is misaligned.</summary>
    Section = 6,

    /// <summary>The arena is larger than the caller allows.</summary>
    ArenaLimit = 7,

    /// <summary>The work of a tick is larger than the caller allows.</summary>
    WorkLimit = 8,

    /// <summary>A buffer lies outside the arena, or the arena does not end with the last one.</summary>
    BufferRange = 9,

    /// <summary>Two buffers that live at the same time overlap.</summary>
    BufferOverlap = 10,

    /// <summary>A buffer that nobody begins, or that two begin, or a state that is not persistent.</summary>
    BufferUse = 11,

    /// <summary>A buffer is read before it is written, or the tick it is read from is stated wrongly.</summary>
    Order = 12,

    /// <summary>An index of a buffer, tensor or string that does not exist.</summary>
    Index = 13,

    /// <summary>A buffer or tensor of another kind than its use asks for.</summary>
    Kind = 14,

    /// <summary>Sizes that have to agree do not.</summary>
    Size = 15,

    /// <summary>A constant in a tensor is outside its range.</summary>
    Constant = 16,

    /// <summary>A sum could exceed what its buffer or 32 bits hold.</summary>
    Bound = 17,

    /// <summary>An operator code that does not exist, or a record of the wrong length.</summary>
    Operator = 18,

    /// <summary>The operator does not belong to the model's profile.</summary>
    Profile = 19,

    /// <summary>Input for a port that does not exist or is of the other kind.</summary>
    InputPort = 20,

    /// <summary>Input indices that are not ascending or lie outside the port.</summary>
    InputIndex = 21,

    /// <summary>A vector in the file is malformed.</summary>
    Vector = 22,

    /// <summary>A replayed vector differs from what the file expects.</summary>
    VectorDiffers = 23,

    /// <summary>An operator, or an option of one, that this build was told to leave out: it was made for another model.</summary>
    LeftOut = 24,
}
