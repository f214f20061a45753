namespace EdgeSpike.Firmware;

/// <summary>Commands of PROTOCOL.md. Numbers never change their meaning.</summary>
public static class LinkCommand
{
    /// <summary>Who are you.</summary>
    public const int Identify = 1;

    /// <summary>Back to tick 0.</summary>
    public const int Reset = 2;

    /// <summary>Input of a port for the next tick.</summary>
    public const int Input = 3;

    /// <summary>One tick, with what was emitted.</summary>
    public const int Step = 4;

    /// <summary>Several ticks with their inputs, answered by their checksums.</summary>
    public const int Run = 5;

    /// <summary>Words of the arena.</summary>
    public const int ReadArena = 6;

    /// <summary>Counters of an operator.</summary>
    public const int Profile = 7;

    /// <summary>The vectors in the model file.</summary>
    public const int Check = 8;

    /// <summary>The panic record.</summary>
    public const int PanicRecord = 9;

    /// <summary>Stack, heap.</summary>
    public const int Memory = 10;

    /// <summary>Restarts the device.</summary>
    public const int Restart = 11;

    /// <summary>Begins an upload to the second slot.</summary>
    public const int UploadBegin = 12;

    /// <summary>Bytes of the upload.</summary>
    public const int UploadData = 13;

    /// <summary>Ends the upload: from the next start the model in the slot runs.</summary>
    public const int UploadEnd = 14;

    /// <summary>Provokes a fault, to prove what catches it.</summary>
    public const int Provoke = 15;

    /// <summary>Added to a command in its answer.</summary>
    public const int Answer = 0x80;

    /// <summary>What an operator emitted; comes before the answer to Step.</summary>
    public const int Emitted = 0x40;
}

/// <summary>First byte of an answer's payload.</summary>
public static class LinkStatus
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>No such command.</summary>
    public const int UnknownCommand = 1;

    /// <summary>The payload has the wrong length or a number outside its range.</summary>
    public const int BadPayload = 2;

    /// <summary>There is no model: it was refused, or the device restarted too often.</summary>
    public const int NoModel = 3;

    /// <summary>The interpreter refused the input.</summary>
    public const int InputRefused = 4;

    /// <summary>The board can't do this.</summary>
    public const int NotHere = 5;

    /// <summary>Flash did not take what was written, or the upload is not whole.</summary>
    public const int FlashFailed = 6;
}
