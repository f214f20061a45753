using System.Runtime;
using System.Runtime.CompilerServices;
using EdgeSpike.Runtime;
using Internal.Runtime;

namespace EdgeSpike.Firmware;

/// <summary>The chip's part of the link: panic record, memory figures, restart, and the second slot.</summary>
internal sealed unsafe class BoardDevice : DeviceControl
{
    private const uint StackPaint = 0xE5E5E5E5;
    private const int CodeWord = 1;
    private const int TickWord = 3;
    private const int RestartsWord = 6;

    private readonly ModelSlot _models;
    private int _modelError;
    private int _modelErrorOffset;
    private int _slot;
    private uint _objects;
    private int _arenaBytes;

    [RuntimeImport("*", "panic_record_address")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern uint* Record();

    [RuntimeImport("*", "stack_bottom_address")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern uint* StackBottom();

    [RuntimeImport("*", "stack_top_address")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern uint* StackTop();

    [RuntimeImport("*", "heap_start_address")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern byte* HeapStart();

    [RuntimeImport("*", "restart")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    private static extern void RestartCore();

    /// <summary>With the slot, where the board has one.</summary>
    public BoardDevice()
    {
        if (Board.SlotBytes != 0) _models = new ModelSlot(Board.OpenSlotFlash(), Board.SlotStart);
    }

    [RuntimeImport("*", "linked_model")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    public static extern byte[] LinkedModel();

    /// <inheritdoc/>
    public override int ModelError
    {
        get { return _modelError; }
    }

    /// <inheritdoc/>
    public override int ModelErrorOffset
    {
        get { return _modelErrorOffset; }
    }

    /// <inheritdoc/>
    public override int Slot
    {
        get { return _slot; }
    }

    /// <summary>The verifier refused a model.</summary>
    public void Refused(ModelError error, int offset)
    {
        _modelError = (int)error;
        _modelErrorOffset = offset;
    }

    /// <summary>The model that is used, or null, and where it stands.</summary>
    public void Loaded(Interpreter interpreter, int slot)
    {
        _slot = slot;
        _arenaBytes = interpreter == null ? 0 : 4 * interpreter.Arena.Length;
    }

    /// <summary>Everything is allocated.</summary>
    public void Started()
    {
        _objects = Allocator.Most - (uint)_arenaBytes;
    }

    /// <summary>The model in the second slot, or null.</summary>
    public byte[] SlotModel()
    {
        if (Board.SlotBytes == 0) return null;
        uint array = _models.Find(LinkedChecksum(), ByteArrayTable(), SlotBytes);
        return array == 0 ? null : *(byte[]*)&array;
    }

    /// <inheritdoc/>
    public override void Contact()
    {
        Record()[RestartsWord] = 0;
    }

    /// <inheritdoc/>
    public override void Tick(int tick)
    {
        // A record is kept for as long as it holds a panic.
        uint* record = Record();
        if (record[CodeWord] == 0) record[TickWord] = (uint)tick;
    }

    /// <inheritdoc/>
    public override int WriteName(byte[] target, int offset)
    {
        for (int i = 0; i < Board.Name.Length; i++) target[offset + i] = Board.Name[i];
        return Board.Name.Length;
    }

    /// <inheritdoc/>
    public override uint PanicWord(int index)
    {
        return index < 7 ? Record()[index] : 0;
    }

    /// <inheritdoc/>
    public override void ClearPanic()
    {
        Record()[CodeWord] = 0;
        Record()[TickWord] = 0;
    }

    /// <inheritdoc/>
    public override uint MemoryWord(int index)
    {
        uint* bottom = StackBottom();
        uint* untouched = bottom;
        switch (index)
        {
            case 0: return (uint)StackTop() - (uint)bottom;
            case 1:
                while (untouched < StackTop() && *untouched == StackPaint) untouched++;
                return (uint)StackTop() - (uint)untouched;
            case 2: return (uint)Allocator.Mark - (uint)HeapStart();
            case 3: return Allocator.Free;
            default: return _objects;
        }
    }

    /// <inheritdoc/>
    public override void Restart()
    {
        RestartCore();
    }

    /// <inheritdoc/>
    public override int SlotBytes
    {
        get { return Board.SlotBytes == 0 ? 0 : Board.SlotBytes - ModelSlot.HeadBytes; }
    }

    /// <inheritdoc/>
    public override bool SlotBegin(int bytes)
    {
        return Board.SlotBytes != 0 && _models.Begin(bytes, LinkedChecksum(), ByteArrayTable());
    }

    /// <inheritdoc/>
    public override bool SlotWrite(int offset, byte[] source, int from, int count)
    {
        return Board.SlotBytes != 0 && _models.Write(offset, source, from, count);
    }

    /// <inheritdoc/>
    public override bool SlotEnd(uint checksum)
    {
        return Board.SlotBytes != 0 && _models.End(checksum);
    }

    /// <inheritdoc/>
    public override void Provoke(int fault)
    {
        int[] one = new int[1];
        BoardDevice nobody = null;
        switch (fault)
        {
            case 1:
                one[fault] = 1;                                 // index
                break;
            case 2:
                nobody.Refused(EdgeSpike.Runtime.ModelError.None, 0);   // null
                break;
            case 3:
                Deepen(fault);                                  // stack
                break;
            case 4:
                one[0] = fault / (one[0] - one[0]);             // division
                break;
            case 5:
                *(uint*)0xFFFFFFF0 = 1;                         // bus
                break;
            case 6:
                one = new int[int.MaxValue >> 4];               // heap
                one[0] = 1;
                break;
            case 7:
                while (one[0] == 0) fault = one[0];             // hang: only a watchdog ends it
                break;
        }
    }

    private static int Deepen(int depth)
    {
        return depth == 0 ? 0 : Deepen(depth + 1) + Deepen(depth + 2);
    }

    private static uint LinkedChecksum()
    {
        return LinkServer.Word(LinkedModel(), 12);
    }

    private static uint ByteArrayTable()
    {
        return (uint)new byte[0].ObjectTable;
    }
}
