using System;
using EdgeSpike.Runtime;

namespace EdgeSpike.Conversion.Inspection;

/// <summary>Loads model files for host tools, and tells people why the runtime refused one.</summary>
public static class ModelLoading
{
    /// <summary>Largest arena that a host accepts unless told otherwise: 1 GiB. A file that asks for more claims memory instead of using it.</summary>
    public const int DefaultArenaWords = 1 << 28;

    /// <summary>True when the bytes begin as a model file does.</summary>
    public static bool LooksLikeModel(ReadOnlySpan<byte> bytes) => bytes.StartsWith("ESM1"u8);

    /// <summary>Verifies a model and makes it ready to run.</summary>
    /// <exception cref="ConversionException">
    /// <see cref="ErrorCode.WrongFormat"/> when it is something else; otherwise <see cref="ErrorCode.ModelRejected"/>,
    /// with the offset and the operator at fault.
    /// </exception>
    public static Interpreter Load(byte[] file, string where, int maximumArenaWords = DefaultArenaWords, long maximumWork = long.MaxValue / 4)
    {
        ArgumentNullException.ThrowIfNull(file);
        Interpreter interpreter = new();
        ModelError error = interpreter.Load(file, maximumArenaWords, maximumWork);
        if (error == ModelError.None) return interpreter;
        if (error == ModelError.NotAModel || (error == ModelError.Truncated && !LooksLikeModel(file)))
            throw new ConversionException(ErrorCode.WrongFormat, where, "it is not a model file: it does not begin with 'ESM1'", "give an .esm file that 'edgespike convert' wrote");
        ModelFile model = interpreter.Model;
        string place = $"{where}, offset {model.ErrorOffset}" + (model.ErrorOperator >= 0 ? $", operator {model.ErrorOperator}" : "");
        throw new ConversionException(ErrorCode.ModelRejected, place, Text(error), Remedy(error));
    }

    /// <summary>A reason in words.</summary>
    public static string Text(ModelError error) => error switch
    {
        ModelError.Truncated => "the file is shorter than it says",
        ModelError.NotAModel => "it is not a model file",
        ModelError.Version => "its version is not one that this runtime reads",
        ModelError.Checksum => "the checksum does not match: the file is damaged",
        ModelError.Field => "a field is outside its range",
        ModelError.Section => "a section lies outside the file or is misaligned",
        ModelError.ArenaLimit => "it asks for more working memory than is allowed",
        ModelError.WorkLimit => "it asks for more work per tick than is allowed",
        ModelError.BufferRange => "a buffer lies outside the working memory",
        ModelError.BufferOverlap => "two buffers that live at the same time overlap",
        ModelError.BufferUse => "a buffer is begun by nobody or by two, or a state does not persist",
        ModelError.Order => "a buffer is read before it is written",
        ModelError.Index => "an index points to nothing",
        ModelError.Kind => "a buffer or tensor is of the wrong kind for its use",
        ModelError.Size => "sizes that have to agree do not",
        ModelError.Constant => "a constant is outside its range",
        ModelError.Bound => "a sum could exceed what its buffer or 32 bits hold",
        ModelError.Operator => "an operator is unknown or its record has the wrong length",
        ModelError.Profile => "an operator does not belong to the model's profile",
        ModelError.InputPort => "there is no such input port, or it is of the other kind",
        ModelError.InputIndex => "input indices are not ascending or lie outside the port",
        ModelError.Vector => "a test vector is malformed",
        ModelError.VectorDiffers => "a test vector gives other spikes than the file expects",
        ModelError.LeftOut => "the program was built for another model and left out an operator or an option that this one has; build it with -p:Operators=All, or for this model",
        _ => error.ToString(),
    };

    private static string Remedy(ModelError error) => error switch
    {
        ModelError.Truncated or ModelError.Checksum => "copy the file again, or convert again",
        ModelError.Version => "update EdgeSpike",
        _ => "convert the network again; if it was converted by this version, please report it",
    };
}
