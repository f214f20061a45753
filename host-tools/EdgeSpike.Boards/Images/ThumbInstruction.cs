using System.Collections.Generic;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// One Thumb-2 instruction of compiled code: what it reads and writes, and its shorter form if there is one. Forms and encodings as in
/// the Armv7-M Architecture Reference Manual (DDI 0403), chapter A5.
/// </summary>
/// <remarks>
/// Registers are bits 0 … 15 of a mask, <see cref="Flags"/> stands for all four flags. A form that is not described here reads and
/// writes everything, so that nothing is changed around it.
/// </remarks>
internal sealed class ThumbInstruction
{
    /// <summary>The flags, as a bit beside the registers.</summary>
    public const int Flags = 1 << 16;

    /// <summary>All registers and the flags.</summary>
    public const int Everything = 0x1FFFF;

    /// <summary>r0 to r3: arguments of a call.</summary>
    public const int Arguments = 0xF;

    /// <summary>What a call leaves undefined.</summary>
    public const int Scratch = 0xF | 1 << 12 | 1 << 14 | Flags;

    /// <summary>r4 to r11, which every function leaves as they were.</summary>
    public const int Kept = 0xFF0;

    private const int StackPointer = 13;

    /// <summary>A register field of four bits: in the first or second half, from bit Shift on; Shift -1: bits 0 … 2 and 7.</summary>
    public readonly record struct Operand(int Half, int Shift, bool Reads, bool Writes);

    /// <summary>Makes one at an offset of the section.</summary>
    public ThumbInstruction(uint at, int first, int second)
    {
        At = at;
        Bytes = second < 0 ? 2u : 4u;
        Set(first, second);
    }

    /// <summary>Where it stood in the object file.</summary>
    public uint At { get; }

    /// <summary>Its length there.</summary>
    public uint Bytes { get; }

    /// <summary>Where the next one stood.</summary>
    public uint End => At + Bytes;

    /// <summary>First half, of a short form the only one.</summary>
    public int First { get; private set; }

    /// <summary>Second half, or -1.</summary>
    public int Second { get; private set; }

    /// <summary>What it is replaced by in the listing ("" for nothing), or null.</summary>
    public string? Text { get; private set; }

    /// <summary>The label that the branch goes to follows <see cref="Text"/>.</summary>
    public bool Jumps { get; private set; }

    /// <summary>The function that it calls or jumps to, or null.</summary>
    public string? Callee { get; private set; }

    /// <summary>A call: control comes back.</summary>
    public bool Calls { get; private set; }

    /// <summary>Control does not go on behind it.</summary>
    public bool Ends { get; private set; }

    /// <summary>What its result or its effect depends on.</summary>
    public int Reads { get; private set; }

    /// <summary>What it may change.</summary>
    public int Writes { get; private set; }

    /// <summary>What it leaves nothing of.</summary>
    public int Kills { get; private set; }

    /// <summary>Its only effect is on what it writes.</summary>
    public bool IsPure { get; private set; }

    /// <summary>Fields that may name any register.</summary>
    public List<Operand> Operands { get; } = [];

    /// <summary>Nothing is left of it.</summary>
    public bool IsGone => Text is { Length: 0 };

    /// <summary>Destination of movw (0xF240) or movt (0xF2C0), or -1.</summary>
    public int MoveTarget(int code) => Second >= 0 && (First & 0xFBF0) == code ? (Second >> 8) & 15 : -1;

    /// <summary>The number of movw or movt.</summary>
    public int MoveValue => ((First & 15) << 12) | ((First & 0x400) << 1) | ((Second & 0x7000) >> 4) | (Second & 255);

    /// <summary>Destination of add rd, pc, or -1.</summary>
    public int AddProgramCounter => Second < 0 && (First & 0xFF78) == 0x4478 ? (First & 7) | ((First >> 4) & 8) : -1;

    /// <summary>Replaces it by nothing.</summary>
    public void Remove() => Replace("", 0, 0);

    /// <summary>Replaces it by a line of assembly that reads and writes these registers.</summary>
    public void Replace(string text, int reads, int writes, bool jumps = false)
    {
        Text = text;
        (Reads, Writes, Kills, Jumps, Calls, Ends, IsPure, Callee) = (reads, writes, writes, jumps, false, false, false, null);
        Operands.Clear();
    }

    /// <summary>Replaces it by a call of a function, or a jump to it.</summary>
    public void ReplaceByCall(string name, bool jump)
    {
        Replace($"{(jump ? "b" : "bl")} \"{name}\"", Arguments, jump ? 0 : Scratch);
        (Callee, Calls, Ends, Kills) = (name, !jump, jump, 0);
        if (jump) Reads |= Kept | 1 << 14 | 1 << StackPointer | 1 << 12;
    }

    /// <summary>Narrows what a call reads to what its function reads.</summary>
    public void CallReads(int arguments)
    {
        if (Callee is not null) Reads = (Reads & ~Arguments) | arguments;
    }

    /// <summary>A field's register.</summary>
    public int Register(Operand operand)
    {
        if (operand.Shift < 0) return (First & 7) | ((First >> 4) & 8);
        return ((operand.Half == 0 ? First : Second) >> operand.Shift) & 15;
    }

    /// <summary>Names another register in a field.</summary>
    public void Rename(Operand operand, int register)
    {
        int first = First, second = Second;
        if (operand.Shift < 0) first = (first & ~0x87) | (register & 7) | ((register & 8) << 4);
        else if (operand.Half == 0) first = (first & ~(15 << operand.Shift)) | register << operand.Shift;
        else second = (second & ~(15 << operand.Shift)) | register << operand.Shift;
        Set(first, second);
    }

    /// <summary>Becomes another instruction with the same place.</summary>
    public void Set(int first, int second)
    {
        (First, Second) = (first, second);
        Operands.Clear();
        (Reads, Writes, Kills, Text, Jumps, Callee, Calls, Ends, IsPure) = (0, 0, 0, null, false, null, false, false, false);
        if (second < 0) DescribeShort(first);
        else DescribeLong(first, second);
    }

    // ---- what it does ----------------------------------------------------------------------------------------------------------

    private void Unknown()
    {
        Operands.Clear();
        (Reads, Writes, Kills, IsPure) = (Everything, Everything, 0, false);
    }

    /// <summary>Registers in fields of three bits, or implied.</summary>
    private void Fixed(int reads, int writes, bool pure = true)
    {
        Reads |= reads;
        Writes |= writes;
        Kills |= writes;
        IsPure = pure;
    }

    private void Field(int half, int shift, bool reads, bool writes)
    {
        Operand operand = new(half, shift, reads, writes);
        int bit = 1 << Register(operand);
        if (reads) Reads |= bit;
        if (writes)
        {
            Writes |= bit;
            Kills |= bit;
        }

        Operands.Add(operand);
    }

    /// <summary>Flags written: all four, or some.</summary>
    private void SetsFlags(bool all)
    {
        Writes |= Flags;
        if (all) Kills |= Flags;
    }

    private void DescribeShort(int i)
    {
        int low = 1 << (i & 7), middle = 1 << ((i >> 3) & 7), high = 1 << ((i >> 6) & 7), upper = 1 << ((i >> 8) & 7);
        switch (i >> 11)
        {
            case 0 or 1 or 2:                                           // shifts by a number
                Fixed(middle, low);
                SetsFlags(false);
                return;
            case 3:                                                     // add, sub of three operands
                Fixed(middle | ((i & 0x400) == 0 ? high : 0), low);
                SetsFlags(true);
                return;
            case 4:                                                     // movs
                Fixed(0, upper);
                SetsFlags(false);
                return;
            case 5:                                                     // cmp
                Fixed(upper, 0);
                SetsFlags(true);
                return;
            case 6 or 7:                                                // adds, subs of a number
                Fixed(upper, upper);
                SetsFlags(true);
                return;
            case 8 when (i & 0x400) == 0:
                DataProcessing((i >> 6) & 15, low, middle);
                return;
            case 8:
                HighRegisters(i);
                return;
            case 10 or 11:                                              // loads and stores, register and register
                Fixed(middle | high | (i < 0x5600 ? low : 0), i < 0x5600 ? 0 : low, pure: false);
                return;
            case 12 or 14 or 16:                                        // str, strb, strh
                Fixed(low | middle, 0, pure: false);
                return;
            case 13 or 15 or 17:
                Fixed(middle, low, pure: false);
                return;
            case 18:
                Fixed(upper | 1 << StackPointer, 0, pure: false);
                return;
            case 19:
                Fixed(1 << StackPointer, upper, pure: false);
                return;
            case 21:                                                    // add rd, sp
                Fixed(1 << StackPointer, upper);
                return;
            case 22 or 23:
                Miscellaneous(i, low, middle);
                return;
            case 26 or 27 when (i & 0xF00) < 0xE00:                     // b<condition>
                Fixed(Flags, 0, pure: false);
                return;
            case 27 when (i & 0xF00) == 0xE00:                          // udf
                Ends = true;
                return;
            case 28:                                                    // b
                Ends = true;
                return;
            default:
                Unknown();
                return;
        }
    }

    private void DataProcessing(int operation, int target, int source)
    {
        bool compares = operation is 8 or 10 or 11;
        Fixed(source | (operation is 9 or 15 ? 0 : target) | (operation is 5 or 6 ? Flags : 0), compares ? 0 : target);
        SetsFlags(operation is 5 or 6 or 9 or 10 or 11);
    }

    private void HighRegisters(int i)
    {
        switch ((i >> 8) & 3)
        {
            case 0:
                Field(0, -1, true, true);
                Field(0, 3, true, false);
                IsPure = true;
                break;
            case 1:
                Field(0, -1, true, false);
                Field(0, 3, true, false);
                SetsFlags(true);
                IsPure = true;
                break;
            case 2:
                Field(0, -1, false, true);
                Field(0, 3, true, false);
                IsPure = true;
                break;
            default:                                                    // bx, blx
                Calls = (i & 0x80) != 0;
                Ends = !Calls;
                bool returns = i == 0x4770;
                Fixed(1 << ((i >> 3) & 15) | (returns ? 3 | Kept | 1 << StackPointer : Arguments | 1 << 12 | 1 << StackPointer | (Calls ? 1 << 4 : Kept | 1 << 14)), 0, pure: false);
                if (Calls) Writes = Scratch;
                break;
        }
    }

    private void Miscellaneous(int i, int low, int middle)
    {
        if ((i & 0xFF00) == 0xB000) Fixed(1 << StackPointer, 1 << StackPointer, pure: false);
        else if ((i & 0xF500) == 0xB100) Fixed(low, 0, pure: false);
        else if ((i & 0xFF00) == 0xB200) Fixed(middle, low);
        else if ((i & 0xFE00) == 0xB400) Fixed((i & 255) | (i & 0x100) << 6 | 1 << StackPointer, 1 << StackPointer, pure: false);
        else if ((i & 0xFE00) == 0xBC00)
        {
            Fixed(1 << StackPointer, (i & 255) | 1 << StackPointer, pure: false);
            Ends = (i & 0x100) != 0;
            if (Ends) Reads |= 3 | (Kept & ~(i & 255));
        }
        else if (i != 0xBF00) Unknown();
    }

    private void DescribeLong(int first, int second)
    {
        switch (first >> 9)
        {
            case 0x74 when (first & 0x40) == 0:
                Multiple(first, second);
                return;
            case 0x74 when (first & 0x120) != 0:                        // ldrd, strd
                bool pair = (first & 0x10) != 0;
                Field(0, 0, true, (first & 0x20) != 0);
                Field(1, 12, !pair, pair);
                Field(1, 8, !pair, pair);
                return;
            case 0x75:
                Shifted(first, second);
                return;
            case 0x78 or 0x79 or 0x7A or 0x7B when (second & 0x8000) == 0:
                Constant(first, second);
                return;
            case 0x78 or 0x79 or 0x7A or 0x7B:
                if ((second & 0xD000) == 0x8000 && (first & 0x380) != 0x380) Fixed(Flags, 0, pure: false);
                else if ((second & 0xD000) == 0x9000) Ends = true;
                else if (first != 0xF3BF) Unknown();                    // barriers need no register
                return;
            case 0x7C:
                Memory(first, second);
                return;
            case 0x7D:
                Registers(first, second);
                return;
            default:
                Unknown();
                return;
        }
    }

    private void Multiple(int first, int second)
    {
        int stack = 1 << StackPointer;
        if (first == 0xE92D) Fixed(second | stack, stack, pure: false);
        else if (first == 0xE8BD)
        {
            Fixed(stack, (second & 0x7FFF) | stack, pure: false);
            Ends = (second & 0x8000) != 0;
            if (Ends) Reads |= 3 | (Kept & ~second);
        }
        else Unknown();
    }

    private void Shifted(int first, int second)
    {
        int operation = (first >> 5) & 15, target = (second >> 8) & 15;
        bool sets = (first & 0x10) != 0, compares = target == 15 && sets, moves = operation is 2 or 3 && (first & 15) == 15;
        if (operation is 5 or 6 or 7 or 9 or 12 or 15 || (second & 0x70F0) == 0x0030)
        {
            Unknown();
            return;
        }

        if (!moves) Field(0, 0, true, false);
        Field(1, 0, true, false);
        if (!compares) Field(1, 8, false, true);
        if (operation is 10 or 11) Reads |= Flags;
        if (sets) SetsFlags(operation is 8 or 10 or 11 or 13 or 14);
        IsPure = true;
    }

    private void Constant(int first, int second)
    {
        int operation = (first >> 5) & 15, target = (second >> 8) & 15;
        bool sets = (first & 0x10) != 0, compares = target == 15 && sets, moves = operation is 2 or 3 && (first & 15) == 15;
        IsPure = true;
        if ((first & 0x200) == 0)
        {
            if (!moves) Field(0, 0, true, false);
            if (!compares) Field(1, 8, false, true);
            if (operation is 10 or 11) Reads |= Flags;
            if (sets) SetsFlags(operation is 8 or 10 or 11 or 13 or 14);
            return;
        }

        bool wideMove = (first & 0xFBF0) is 0xF240 or 0xF2C0, keeps = (first & 0xFBF0) is 0xF2C0 or 0xF360;
        if (!wideMove && (first & 15) != 15) Field(0, 0, true, false);
        Field(1, 8, keeps, true);
    }

    private void Memory(int first, int second)
    {
        bool loads = (first & 0x10) != 0;
        if ((first & 15) == 15 || (loads && second >> 12 == 15))
        {
            Unknown();
            return;
        }

        bool writesBase = false;
        if ((first & 0x80) == 0)
        {
            if ((second & 0x800) != 0) writesBase = (second & 0x100) != 0;
            else if ((second & 0xFC0) == 0) Field(1, 0, true, false);
            else
            {
                Unknown();
                return;
            }
        }

        Field(0, 0, true, writesBase);
        Field(1, 12, !loads, loads);
    }

    private void Registers(int first, int second)
    {
        IsPure = true;
        if ((first & 0x100) == 0)
        {
            // Shifts by a register, extensions, and single operations.
            bool extends = (second & 0x80) != 0 && (first & 0x80) == 0;
            if ((second & 0xF000) != 0xF000)
            {
                Unknown();
                return;
            }

            if (!extends || (first & 15) != 15) Field(0, 0, true, false);
            Field(1, 0, true, false);
            Field(1, 8, false, true);
            if (!extends && (first & 0x80) == 0 && (first & 0x10) != 0) SetsFlags(false);
            return;
        }

        Field(0, 0, true, false);
        Field(1, 0, true, false);
        if ((first & 0x80) == 0)
        {
            if (second >> 12 != 15) Field(1, 12, true, false);
            Field(1, 8, false, true);
            return;
        }

        bool divides = (first & 0xFFD0) == 0xFB90, accumulates = (first & 0x40) != 0;
        if (!divides && (first & 0xFF90) != 0xFB80)
        {
            Unknown();
            return;
        }

        Field(1, 8, accumulates && !divides, true);
        if (!divides) Field(1, 12, accumulates, true);
    }

    // ---- longer forms ------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// The form of four bytes that does the same, whose fields can name any register, or null. <see cref="Short"/> of it is this one again.
    /// </summary>
    public (int First, int Second)? Long()
    {
        if (Second >= 0 || Text is not null) return null;
        int i = First, low = i & 7, middle = (i >> 3) & 7, high = (i >> 6) & 7, upper = (i >> 8) & 7, number = (i >> 6) & 31;
        switch (i >> 11)
        {
            case 1 or 2 when number == 0:                               // by 32
                return null;
            case 0 or 1 or 2:
                return (0xEA5F, (number & 0x1C) << 10 | low << 8 | (number & 3) << 6 | (i >> 11) << 4 | middle);
            case 3:
                return ((i >> 9) & 3) switch
                {
                    0 => (0xEB10 | middle, low << 8 | high),
                    1 => (0xEBB0 | middle, low << 8 | high),
                    2 => (0xF110 | middle, low << 8 | high),
                    _ => (0xF1B0 | middle, low << 8 | high),
                };
            case 4:
                return (0xF05F, upper << 8 | (i & 255));
            case 5:
                return (0xF1B0 | upper, 0x0F00 | (i & 255));
            case 6:
                return (0xF110 | upper, upper << 8 | (i & 255));
            case 7:
                return (0xF1B0 | upper, upper << 8 | (i & 255));
            case 8 when (i & 0x400) == 0:
                return LongDataProcessing((i >> 6) & 15, low, middle);
            case 10 or 11:
                int[] registers = [0xF840, 0xF820, 0xF800, 0xF910, 0xF850, 0xF830, 0xF810, 0xF930];
                return (registers[(i >> 9) & 7] | middle, low << 12 | high);
            case 12:
                return (0xF8C0 | middle, low << 12 | number << 2);
            case 13:
                return (0xF8D0 | middle, low << 12 | number << 2);
            case 14:
                return (0xF880 | middle, low << 12 | number);
            case 15:
                return (0xF890 | middle, low << 12 | number);
            case 16:
                return (0xF8A0 | middle, low << 12 | number << 1);
            case 17:
                return (0xF8B0 | middle, low << 12 | number << 1);
            case 18:
                return (0xF8CD, upper << 12 | (i & 255) << 2);
            case 19:
                return (0xF8DD, upper << 12 | (i & 255) << 2);
            case 22 when (i & 0xFF00) == 0xB200:
                int[] extensions = [0xFA0F, 0xFA4F, 0xFA1F, 0xFA5F];
                return (extensions[high & 3], 0xF080 | low << 8 | middle);
            default:
                return null;
        }
    }

    /// <summary>Not the product, which sets flags in its short form alone, and not what has no short form to come back to.</summary>
    private static (int First, int Second)? LongDataProcessing(int operation, int low, int middle) => operation switch
    {
        0 => (0xEA10 | low, low << 8 | middle),
        1 => (0xEA90 | low, low << 8 | middle),
        2 => (0xFA10 | low, 0xF000 | low << 8 | middle),
        3 => (0xFA30 | low, 0xF000 | low << 8 | middle),
        4 => (0xFA50 | low, 0xF000 | low << 8 | middle),
        5 => (0xEB50 | low, low << 8 | middle),
        6 => (0xEB70 | low, low << 8 | middle),
        9 => (0xF1D0 | middle, low << 8),
        10 => (0xEBB0 | low, 0x0F00 | middle),
        12 => (0xEA50 | low, low << 8 | middle),
        14 => (0xEA30 | low, low << 8 | middle),
        15 => (0xEA7F, low << 8 | middle),
        _ => null,
    };

    // ---- shorter forms -----------------------------------------------------------------------------------------------------------

    /// <summary>The form of two bytes that does the same, or -1. Where nobody reads the flags, one that sets them will do.</summary>
    public int Short(bool flagsAreFree)
    {
        if (Second < 0 || Text is not null) return -1;
        int n = First & 15, d = (Second >> 8) & 15, m = Second & 15, t = Second >> 12;
        if (First >> 9 == 0x7C) return ShortMemory(n, t, m);
        if (First >> 9 == 0x7D) return ShortRegisters(n, d, m, flagsAreFree);
        bool sets = (First & 0x10) != 0;
        if (sets && d == 15) return ShortComparison(n, m);
        if ((!flagsAreFree && !sets) || d > 7) return -1;
        if (First >> 9 == 0x75)
        {
            int amount = ((Second >> 10) & 0x1C) | ((Second >> 6) & 3), kind = (Second >> 4) & 3, operation = (First >> 5) & 15;
            if (m > 7) return -1;
            if (operation == 2 && n == 15) return kind < 3 && (amount > 0 || kind == 0) ? kind << 11 | amount << 6 | m << 3 | d : -1;
            if (amount != 0 || kind != 0) return -1;
            if (operation == 3 && n == 15) return 0x43C0 | m << 3 | d;
            if (n > 7) return -1;
            if (operation == 8) return 0x1800 | m << 6 | n << 3 | d;
            if (operation == 13) return 0x1A00 | m << 6 | n << 3 | d;
            int code = operation switch { 0 => 0x4000, 1 => 0x4380, 2 => 0x4300, 4 => 0x4040, 10 => 0x4140, 11 => 0x4180, _ => -1 };
            if (code < 0) return -1;
            if (n == d) return code | m << 3 | d;
            return m == d && operation is 0 or 2 or 4 or 10 ? code | n << 3 | d : -1;
        }

        if ((First & 0xFA00) == 0xF000 && (First & 0x400) == 0 && (Second & 0xF000) == 0)
        {
            // A number of eight bits, not rotated.
            int operation = (First >> 5) & 15, value = Second & 255;
            if (operation == 2 && n == 15) return 0x2000 | d << 8 | value;
            if (n > 7) return -1;
            if (operation == 8 && value < 8) return 0x1C00 | value << 6 | n << 3 | d;
            if (operation == 8 && n == d) return 0x3000 | d << 8 | value;
            if (operation == 13 && value < 8) return 0x1E00 | value << 6 | n << 3 | d;
            if (operation == 13 && n == d) return 0x3800 | d << 8 | value;
            if (operation == 14 && value == 0) return 0x4240 | n << 3 | d;
        }

        return -1;
    }

    private int ShortComparison(int n, int m)
    {
        if ((First & 0xFFF0) == 0xF1B0 && (Second & 0xF000) == 0 && n < 8) return 0x2800 | n << 8 | (Second & 255);
        if ((First & 0xFFF0) == 0xEBB0 && (Second & 0x70F0) == 0 && n < 8 && m < 8) return 0x4280 | m << 3 | n;
        return -1;
    }

    private int ShortMemory(int n, int t, int m)
    {
        int kind = First & 0xFFF0;
        if (t > 7) return -1;
        if ((First & 0x80) == 0)
        {
            if ((Second & 0xFF0) != 0 || n > 7 || m > 7) return -1;
            int code = kind switch
            {
                0xF840 => 0x5000, 0xF820 => 0x5200, 0xF800 => 0x5400, 0xF910 => 0x5600,
                0xF850 => 0x5800, 0xF830 => 0x5A00, 0xF810 => 0x5C00, 0xF930 => 0x5E00, _ => -1,
            };
            return code < 0 ? -1 : code | m << 6 | n << 3 | t;
        }

        int offset = Second & 0xFFF;
        if (n == StackPointer) return (offset & 3) == 0 && offset <= 1020 && kind is 0xF8C0 or 0xF8D0 ? (kind == 0xF8C0 ? 0x9000 : 0x9800) | t << 8 | offset >> 2 : -1;
        if (n > 7) return -1;
        return kind switch
        {
            0xF8C0 or 0xF8D0 when (offset & 3) == 0 && offset <= 124 => (kind == 0xF8C0 ? 0x6000 : 0x6800) | offset << 4 | n << 3 | t,
            0xF880 or 0xF890 when offset <= 31 => (kind == 0xF880 ? 0x7000 : 0x7800) | offset << 6 | n << 3 | t,
            0xF8A0 or 0xF8B0 when (offset & 1) == 0 && offset <= 62 => (kind == 0xF8A0 ? 0x8000 : 0x8800) | offset << 5 | n << 3 | t,
            _ => -1,
        };
    }

    private int ShortRegisters(int n, int d, int m, bool flagsAreFree)
    {
        if (d > 7 || m > 7) return -1;
        if ((First & 0x100) == 0)
        {
            if ((First & 0xFF8F) == 0xFA0F && (Second & 0xF0F0) == 0xF080)
                return ((First >> 4) & 7) switch { 0 => 0xB200, 1 => 0xB280, 4 => 0xB240, 5 => 0xB2C0, _ => -1 } is >= 0 and int code ? code | m << 3 | d : -1;
            if ((First & 0xFF80) != 0xFA00 || (Second & 0xF0F0) != 0xF000 || n != d || (!flagsAreFree && (First & 0x10) == 0)) return -1;
            return ((First >> 5) & 3) switch { 0 => 0x4080, 1 => 0x40C0, 2 => 0x4100, _ => 0x41C0 } | m << 3 | d;
        }

        if ((First & 0xFFF0) != 0xFB00 || (Second & 0xF0F0) != 0xF000 || n > 7 || !flagsAreFree) return -1;
        return n == d ? 0x4340 | m << 3 | d : m == d ? 0x4340 | n << 3 | d : -1;
    }
}
