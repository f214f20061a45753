namespace EdgeSpike.Firmware;

/// <summary>What the link needs of the device beyond the interpreter: the board's own part of the commands.</summary>
public abstract class DeviceControl
{
    /// <summary>Why there is no model, or why the one in the slot was refused, as a ModelError; or 0.</summary>
    public abstract int ModelError { get; }

    /// <summary>Offset in the file that <see cref="ModelError"/> is about.</summary>
    public abstract int ModelErrorOffset { get; }

    /// <summary>0: the model linked with the program, 1: the one in the second slot.</summary>
    public abstract int Slot { get; }

    /// <summary>A valid frame has come: the device is in known hands.</summary>
    public abstract void Contact();

    /// <summary>The tick that a panic record should name.</summary>
    public abstract void Tick(int tick);

    /// <summary>Writes the board's name and returns its length, at most 64.</summary>
    public abstract int WriteName(byte[] target, int offset);

    /// <summary>Word 0 … 6 of the panic record (PROTOCOL.md), 0 beyond.</summary>
    public abstract uint PanicWord(int index);

    /// <summary>Forgets the panic.</summary>
    public abstract void ClearPanic();

    /// <summary>Value 0: stack bytes, 1: most of it used, 2: heap bytes used, 3: heap bytes free, 4: bytes of objects beyond the arena.</summary>
    public abstract uint MemoryWord(int index);

    /// <summary>Restarts; may return on a host.</summary>
    public abstract void Restart();

    /// <summary>Most bytes of a model in the second slot; 0: there is none.</summary>
    public abstract int SlotBytes { get; }

    /// <summary>Makes the slot ready for this many bytes: it is invalid from here on. False: flash did not take it.</summary>
    public abstract bool SlotBegin(int bytes);

    /// <summary>Writes bytes into the slot, from a multiple of 32 on. False: flash did not take them.</summary>
    public abstract bool SlotWrite(int offset, byte[] source, int from, int count);

    /// <summary>Makes the slot valid. False: the bytes in it do not have this CRC-32, or flash failed.</summary>
    public abstract bool SlotEnd(uint checksum);

    /// <summary>Provokes the fault of this number (PROTOCOL.md); returns when there is none.</summary>
    public abstract void Provoke(int fault);
}
