namespace EdgeSpike.Conversion;

/// <summary>What went wrong, as the exit status of <c>edgespike</c>. Numbers never change their meaning.</summary>
public enum ErrorCode
{
    /// <summary>All went well.</summary>
    None = 0,

    /// <summary>A defect of EdgeSpike itself; please report it.</summary>
    Internal = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>A file that was named is not there or can't be opened.</summary>
    FileMissing = 10,

    /// <summary>The file is not of the format its use asks for.</summary>
    WrongFormat = 11,

    /// <summary>The file ends too early or its content is damaged.</summary>
    Damaged = 12,

    /// <summary>The network has a node that EdgeSpike does not know.</summary>
    UnknownNode = 13,

    /// <summary>The network's edges are wrong: a missing end, an unreachable node, or a loop without a delay.</summary>
    BadGraph = 14,

    /// <summary>Two shapes that have to agree do not.</summary>
    ShapeMismatch = 15,

    /// <summary>A number is NaN or infinite.</summary>
    NotFinite = 16,

    /// <summary>A parameter lies outside its range, such as a decay outside [0, 1].</summary>
    ParameterRange = 17,

    /// <summary>The input does not fit the network: channel count, rank or type.</summary>
    InputMismatch = 18,

    /// <summary>The integers of the chosen widths can't hold the network.</summary>
    Overflow = 19,

    /// <summary>The chosen profile, board or option can't express the network.</summary>
    Unsupported = 20,

    /// <summary>A model does not reproduce the spikes stored with it.</summary>
    CheckFailed = 21,

    /// <summary>The model file does not pass the runtime's verification.</summary>
    ModelRejected = 22,

    /// <summary>The output can't be written; nothing was written.</summary>
    OutputFailed = 23,

    /// <summary>Something the file does not say has to be given, such as <c>--dt</c>.</summary>
    OptionNeeded = 24,

    /// <summary>A program that the work needs is not installed, such as a compiler or a flashing tool.</summary>
    ToolMissing = 25,

    /// <summary>The firmware for the board could not be built.</summary>
    BuildFailed = 26,

    /// <summary>The board, its emulator or the link to it failed, or it holds something else.</summary>
    DeviceFailed = 27,

    /// <summary>The work was stopped by the user.</summary>
    Cancelled = 130,
}
