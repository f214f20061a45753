using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// Writes ilc's object file as a listing for the GNU assembler, in which calls are <c>bl</c>, addresses are loads of one literal, and
/// every function and every datum has a section of its own, so that the link leaves out what nothing names.
/// </summary>
/// <remarks>
/// ilc calls through a register (movw, movt, add pc, blx: 12 bytes, 4 instructions), because its objects have to link anywhere. An
/// image is one piece, so <c>bl</c> reaches everything. Instructions that name no address are copied as numbers; those that do are
/// written with labels, and the assembler chooses their length. Code of a form that is not known here stops the build: nothing is
/// guessed. What is left of a function then shrinks (<see cref="FunctionShrinker"/>). Write barriers become the store that they are
/// without a collector. Of method tables the parts stay that the core library
/// reads: head, virtual slots, interfaces; the collector's description, type manager and writable word are left out.
/// </remarks>
public sealed class CompilerObject
{
    private const string CodeSection = "__managedcode";
    private const string StubSection = ".text";
    private const string ThunkSuffix = "$thunk";
    private const int Absolute = 2, Relative = 3, Jump = 30, MoveLow = 49, MoveHigh = 50;

    /// <summary>Bytes of a method table before its virtual slots.</summary>
    private const int TableHead = 20;

    /// <summary>What a write barrier becomes.</summary>
    internal const string ReferenceStore = "str r1, [r0]";

    /// <summary>r4 to r11 outlive a call: an address in one of them may serve several.</summary>
    private const int KeptRegisters = 0x0FF0;

    private static readonly string[] Conditions = ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"];

    private readonly ElfImage _object;
    private readonly string _path;
    private readonly StringBuilder _text = new();
    private readonly Dictionary<(string Section, uint Offset), ElfRelocation> _relocations = [];
    private readonly SortedDictionary<uint, ElfSymbol> _functions = [];

    private CompilerObject(string path)
    {
        _path = path;
        _object = ElfImage.Read(path);
    }

    /// <summary>The listing of an object file.</summary>
    /// <exception cref="BoardException">It holds code or relocations of an unknown form.</exception>
    public static string ToAssembly(string path) => new CompilerObject(path).Write();

    private string Write()
    {
        foreach (ElfRelocation relocation in _object.Relocations) _relocations.TryAdd((relocation.Section, relocation.Offset), relocation);
        foreach (ElfSymbol symbol in _object.Symbols.Where(s => s.Section == CodeSection && s.IsFunction)) _functions.TryAdd(symbol.Value & ~1u, symbol);
        _text.Append("        .syntax unified\n        .thumb\n");
        ElfSection code = _object.Sections.FirstOrDefault(s => s.Name == CodeSection) ?? throw Unknown("there is no compiled code", 0);
        ILookup<uint, ElfSymbol> aliases = _object.Symbols.Where(s => s.Section == CodeSection && s.IsFunction).ToLookup(s => s.Value & ~1u);
        List<CompiledFunction> functions = [];
        foreach ((uint start, ElfSymbol function) in _functions)
        {
            string[] names = [.. aliases[start].Select(s => s.Name).Order(StringComparer.Ordinal)];
            functions.Add(Read(code.Content, start, function.Bytes, names));
        }

        NarrowCalls(functions);
        foreach (CompiledFunction function in functions) Shrink(function);
        foreach (CompiledFunction function in functions) Function(function);
        foreach (ElfSymbol stub in _object.Symbols.Where(s => s.Section == StubSection && s.IsFunction).OrderBy(s => s.Value)) Stub(stub);
        foreach (string section in (string[])[".rodata", ".data", ".bss"])
            if (_object.Sections.FirstOrDefault(s => s.Name == section) is { } data) Data(data);
        _text.Append("        .section .note.GNU-stack, \"\", %progbits\n");
        return _text.ToString();
    }

    // ---- code ------------------------------------------------------------------------------------------------------------------

    /// <summary>A function's instructions and the numbers of its labels, by place in the object file.</summary>
    private sealed record CompiledFunction(uint Start, string[] Names, List<ThumbInstruction> Body, Dictionary<uint, int> Labels, FunctionShrinker Shrinker);

    private CompiledFunction Read(byte[] code, uint start, uint bytes, string[] names)
    {
        List<ThumbInstruction> body = Decode(code, start, bytes);
        Dictionary<uint, int> labels = [];
        foreach (ThumbInstruction instruction in body)
            if (BranchTarget(instruction) is { } target)
            {
                if (target < start || target >= start + bytes || body.All(i => i.At != target)) throw Unknown("a branch leaves its function", instruction.At);
                labels.TryAdd(target, 0);
            }

        // In the order of addresses, so that the listing can be read.
        int number = 0;
        foreach (uint target in labels.Keys.Order().ToArray()) labels[target] = number++;
        for (int i = 0; i < body.Count; i++)
            if (body[i].AddProgramCounter >= 0) Address(body, i, labels);
        RefuseLostRegisters(body);
        return new CompiledFunction(start, names, body, labels, new FunctionShrinker(body, BranchTarget));
    }

    /// <summary>
    /// A call of a function that stands here reads those of r0 to r3 that the function reads, not all: what the callers of a function
    /// have to know, so that it is found again until nothing changes.
    /// </summary>
    private static void NarrowCalls(List<CompiledFunction> functions)
    {
        Dictionary<string, int> reads = [];
        foreach (CompiledFunction function in functions)
            foreach (string name in function.Names) reads[name] = ThumbInstruction.Arguments;
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (CompiledFunction function in functions)
            {
                foreach (ThumbInstruction instruction in function.Body)
                    if (instruction.Callee is { } callee && reads.TryGetValue(callee, out int arguments)) instruction.CallReads(arguments);
                function.Shrinker.Analyse();
                if (function.Shrinker.EntryArguments == reads[function.Names[0]]) continue;
                foreach (string name in function.Names) reads[name] = function.Shrinker.EntryArguments;
                changed = true;
            }
        }
    }

    /// <summary>
    /// What runs a verified model: operators' ticks, the kernels, the interpreter. Load has proved every place that they use, the interpreter
    /// checks its arguments itself, and on the host the same source runs with its checks in all tests. And what reads operators'
    /// descriptions, which come with the program.
    /// </summary>
    private static readonly Regex Blind = new(@"^firmware_EdgeSpike_Runtime_(Kernels__|RowGroup__|Interpreter__|PrepareContext__Read(Field)?$|(\w+Operator|Connection)__(?!Prepare|LargestColumn|_ctor))", RegexOptions.CultureInvariant);

    /// <summary>What runs in every tick, so that no instruction may be added to it.</summary>
    private static readonly Regex Hot = new(@"^firmware_EdgeSpike_Runtime_(Kernels__|RowGroup__Step|Interpreter__(Step|EndTick)|(\w+Operator|Connection)__(?!Prepare|LargestColumn|_ctor|Reset))", RegexOptions.CultureInvariant);

    private static void Shrink(CompiledFunction function)
    {
        function.Shrinker.Shrink(Array.TrueForAll(function.Names, n => Blind.IsMatch(n)));
        function.Shrinker.Analyse();
        for (int i = 0; i < function.Body.Count; i++) CompareWithZero(function, i);
        if (!Array.Exists(function.Names, n => Hot.IsMatch(n))) TailMerger.Merge(function.Body, function.Labels, BranchTarget, FormattableString.Invariant($".L{function.Start:x}_"));
    }

    private void Function(CompiledFunction function)
    {
        string[] names = function.Names;
        Line($".section \".text.{names[0]}\", \"ax\", %progbits");
        Line(".balign 2");
        foreach (string name in names)
        {
            Line($".global \"{name}\"");
            Line($".type \"{name}\", %function");
            Line(".thumb_func");
            _text.Append(CultureInfo.InvariantCulture, $"\"{name}\":\n");
        }

        string Label(ThumbInstruction branch) => FormattableString.Invariant($".L{function.Start:x}_{function.Labels[BranchTarget(branch)!.Value]}");
        foreach (ThumbInstruction instruction in function.Body)
        {
            if (function.Labels.TryGetValue(instruction.At, out int label)) _text.Append(CultureInfo.InvariantCulture, $".L{function.Start:x}_{label}:\n");
            if (instruction.Text is { } text)
            {
                if (instruction.Jumps) Line(text + Label(instruction));
                else if (text.Length > 0) Line(text);
            }
            else if (BranchTarget(instruction) is not null) Line($"{BranchName(instruction)} {Label(instruction)}");
            else if (instruction.Second < 0) Line(FormattableString.Invariant($".inst.n 0x{instruction.First:x4}"));
            else Line(FormattableString.Invariant($".inst.w 0x{instruction.First:x4}{instruction.Second:x4}"));
        }

        Line(".ltorg");
        foreach (string name in names) Line($".size \"{name}\", . - \"{name}\"");
    }

    /// <summary>
    /// What stands for a method of a class of which no object is ever made, such as an operator that the model lacks: a branch to
    /// the panic.
    /// </summary>
    private void Stub(ElfSymbol stub)
    {
        if (stub.Bytes != 4 || !_relocations.TryGetValue((StubSection, stub.Value & ~1u), out ElfRelocation? relocation) || relocation.Type != Jump)
            throw Unknown($"{stub.Name} is no branch", stub.Value);
        Line($".section \".text.{stub.Name}\", \"ax\", %progbits");
        Line(".balign 2");
        Line($".global \"{stub.Name}\"");
        Line($".type \"{stub.Name}\", %function");
        Line(".thumb_func");
        _text.Append(CultureInfo.InvariantCulture, $"\"{stub.Name}\":\n");
        Line($"b \"{Direct(relocation.Symbol)}\"");
        Line($".size \"{stub.Name}\", . - \"{stub.Name}\"");
    }

    private List<ThumbInstruction> Decode(byte[] code, uint start, uint bytes)
    {
        List<ThumbInstruction> body = [];
        for (uint at = start; at < start + bytes; at = body[^1].End)
        {
            int first = Half(code, at);
            ThumbInstruction instruction = new(at, first, first >= 0xE800 ? Half(code, at + 2) : -1);
            if (UsesProgramCounter(instruction)) throw Unknown($"instruction {instruction.First:x4} refers to its own address", at);
            body.Add(instruction);
        }

        return body;
    }

    /// <summary>Forms that depend on their own address, or on the length of what follows, and that ilc is not known to write.</summary>
    private static bool UsesProgramCounter(ThumbInstruction i)
    {
        int first = i.First, second = i.Second;
        if (second < 0)
        {
            return (first & 0xF800) is 0x4800 or 0xA000                                     // ldr and adr of a literal
                || ((first & 0xFF00) == 0xBF00 && (first & 15) != 0)                        // it: conditional execution
                || ((first & 0xFC00) == 0x4400 && (first & 0xFF00) != 0x4700 && (first & 0x78) == 0x78 && i.AddProgramCounter < 0)
                || ((first & 0xFC00) == 0x4400 && (first & 0xFF00) != 0x4700 && (first & 0x87) == 0x87);  // results in pc
        }

        return (first & 0xFE1F) == 0xF81F                                                   // loads of a literal
            || (first & 0xFF7F) is 0xE95F or 0xE85F                                         // ldrd, ldrex of a literal
            || ((first & 0xFE5F) == 0xE85F && (first & 0xFFF0) != 0xE8D0)
            || ((first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000)                  // tables of branches
            || (first & 0xFBFF) is 0xF20F or 0xF2AF                                         // adr
            || (first & 0xFF3F) == 0xED1F                                                   // vldr of a literal
            || ((first & 0xF800) == 0xF000 && (second & 0xC000) == 0xC000);                 // bl, blx: ilc calls through registers
    }

    private static uint? BranchTarget(ThumbInstruction i)
    {
        int offset;
        if (i.Second < 0)
        {
            if ((i.First & 0xF500) == 0xB100) offset = ((i.First & 0x200) >> 3) | ((i.First & 0xF8) >> 2);           // cbz, cbnz
            else if ((i.First & 0xF000) == 0xD000 && (i.First & 0xF00) < 0xE00) offset = (sbyte)i.First * 2;         // b<condition>
            else if ((i.First & 0xF800) == 0xE000) offset = (i.First << 21) >> 20;                                   // b
            else return null;
        }
        else if ((i.First & 0xF800) == 0xF000 && (i.Second & 0xD000) == 0x8000 && (i.First & 0x380) != 0x380)
        {
            offset = (((i.First & 0x400) << 10) | ((i.Second & 0x800) << 8) | ((i.Second & 0x2000) << 5) | ((i.First & 0x3F) << 12) | ((i.Second & 0x7FF) << 1)) << 11 >> 11;
        }
        else if ((i.First & 0xF800) == 0xF000 && (i.Second & 0xD000) == 0x9000)
        {
            int sign = (i.First >> 10) & 1, one = ~((i.Second >> 13) ^ sign) & 1, two = ~((i.Second >> 11) ^ sign) & 1;
            offset = ((sign << 24) | (one << 23) | (two << 22) | ((i.First & 0x3FF) << 12) | ((i.Second & 0x7FF) << 1)) << 7 >> 7;
        }
        else return null;
        return (uint)(i.At + 4 + offset);
    }

    private static string BranchName(ThumbInstruction i)
    {
        if (i.Second < 0)
        {
            if ((i.First & 0xF500) == 0xB100) return FormattableString.Invariant($"{((i.First & 0x800) != 0 ? "cbnz" : "cbz")} r{i.First & 7},");
            return (i.First & 0xF000) == 0xD000 ? "b" + Conditions[(i.First >> 8) & 15] : "b";
        }

        return (i.Second & 0x1000) == 0 ? "b" + Conditions[(i.First >> 6) & 15] : "b";
    }

    /// <summary>
    /// movw, movt, add rd, pc that ends at <paramref name="add"/>: a call, a jump to another function, or an address in a register.
    /// </summary>
    private void Address(List<ThumbInstruction> body, int add, Dictionary<uint, int> labels)
    {
        int register = body[add].AddProgramCounter;
        if (add < 2 || body[add - 2].MoveTarget(0xF240) != register || body[add - 1].MoveTarget(0xF2C0) != register || labels.ContainsKey(body[add - 1].At) || labels.ContainsKey(body[add].At))
            throw Unknown("an address is made in an unknown way", body[add].At);
        ThumbInstruction low = body[add - 2], high = body[add - 1];
        string name;
        int offset = 0;
        bool toCode;
        if (_relocations.TryGetValue((CodeSection, low.At), out ElfRelocation? relocation))
        {
            if (relocation.Type != MoveLow || !_relocations.TryGetValue((CodeSection, high.At), out ElfRelocation? other) || other.Type != MoveHigh || other.Symbol != relocation.Symbol)
                throw Unknown("the halves of an address name different things", low.At);
            name = Direct(relocation.Symbol);
            offset = (short)low.MoveValue + 12;
            toCode = offset == 0 && (name != relocation.Symbol || _object.Symbols.Any(s => s.Name == name && s.IsFunction));
        }
        else
        {
            // Resolved by ilc: a function of this section.
            uint target = (uint)(low.MoveValue | (high.MoveValue << 16)) + body[add].At + 4;
            if ((target & 1) == 0 || !_functions.TryGetValue(target & ~1u, out ElfSymbol? function)) throw Unknown("an address is that of no function", low.At);
            name = function.Name;
            toCode = true;
        }

        low.Remove();
        high.Remove();
        if (toCode && Call(body, add, register, labels) is { } call && ((1 << register & KeptRegisters) == 0 || EachCallHasItsAddress(body, register, labels)))
        {
            body[add].Remove();
            bool jump = call.First >> 7 == 0x4700 >> 7;
            if (!jump && name is "RhpAssignRef" or "RhpCheckedAssignRef") call.Replace(ReferenceStore, 3, 0);
            else call.ReplaceByCall(name, jump);
            return;
        }

        body[add].Replace(FormattableString.Invariant($"ldr r{register}, =\"{name}\"{(offset == 0 ? "" : FormattableString.Invariant($" + {offset}"))}"), 0, 1 << register);
    }

    /// <summary>The blx or bx that takes the address, when nothing between them touches the register or is jumped to.</summary>
    private static ThumbInstruction? Call(List<ThumbInstruction> body, int add, int register, Dictionary<uint, int> labels)
    {
        for (int i = add + 1; i < body.Count && !labels.ContainsKey(body[i].At); i++)
        {
            int first = body[i].First, second = body[i].Second;
            if (first == (0x4780 | register << 3) || first == (0x4700 | register << 3)) return body[i];
            bool harmless = second < 0
                ? ((first & 0xF800) == 0x6800 && (first & 7) != register && ((first >> 3) & 7) != register)     // ldr: the check for null
                    || (first & 0xFF80) == 0xB000                                                               // add sp
                    || ((first & 0xFF00) == 0xBC00 && (first & (1 << register)) == 0)                           // pop
                : ((first & 0xFFF0) == 0xF8D0 && (first & 15) != register && second >> 12 != register && second >> 12 != 15)    // ldr.w
                    || (first == 0xE8BD && (second & ((1 << register) | 0x8000)) == 0)                          // pop.w, not of pc
                    || (first == 0xF85D && second == 0xEB04);                                                   // ldr lr, [sp], #4
            if (!harmless) return null;
        }

        return null;
    }

    /// <summary>Whether every call through a register has the making of its address before it, so that none needs what an earlier one left.</summary>
    private static bool EachCallHasItsAddress(List<ThumbInstruction> body, int register, Dictionary<uint, int> labels)
    {
        int calls = body.Count(i => i.First == (0x4780 | register << 3) || i.First == (0x4700 | register << 3));
        int made = Enumerable.Range(0, body.Count).Count(i => body[i].AddProgramCounter == register && Call(body, i, register, labels) is not null);
        return calls == made;
    }

    /// <summary>
    /// cmp rd, #0 and a branch on equal or not, forward, behind which nobody reads the flags: cbz, cbnz. Distances only shrink here, so
    /// the short reach is known to do.
    /// </summary>
    private static void CompareWithZero(CompiledFunction function, int compare)
    {
        List<ThumbInstruction> body = function.Body;
        if (body[compare].Text is not null || body[compare].Second >= 0 || (body[compare].First & 0xF8FF) != 0x2800) return;
        int next = compare + 1;
        while (next < body.Count && body[next].IsGone && !function.Labels.ContainsKey(body[next].At)) next++;
        if (next == body.Count || function.Labels.ContainsKey(body[next].At) || body[next].Text is not null || BranchTarget(body[next]) is not { } target) return;
        ThumbInstruction branch = body[next];
        string name = BranchName(branch);
        if (name is not ("beq" or "bne") || target < branch.End + 2 || target - body[compare].At > 120) return;
        if ((function.Shrinker.LiveOut(next) & ThumbInstruction.Flags) != 0) return;
        int register = (body[compare].First >> 8) & 7;
        body[compare].Remove();
        branch.Replace(FormattableString.Invariant($"{(name == "beq" ? "cbz" : "cbnz")} r{register}, "), 1 << register, 0, jumps: true);
    }

    /// <summary>
    /// A call through a register that is left has to find its address where ilc put it: made by the load before it, not by a
    /// sequence that has become a bl.
    /// </summary>
    private void RefuseLostRegisters(List<ThumbInstruction> body)
    {
        for (int i = 0; i < body.Count; i++)
        {
            if (body[i].Text is not null || (body[i].First & 0xFF00) != 0x4700 || body[i].First == 0x4770) continue;
            int register = (body[i].First >> 3) & 15;
            if ((1 << register & KeptRegisters) != 0) continue;
            int from = i - 1;
            while (from >= 0 && !Loads(body[from], register)) from--;
            if (from < 0 || body[from].Text == "") throw Unknown("a call takes an address that was used before", body[i].At);
        }
    }

    private static bool Loads(ThumbInstruction i, int register) =>
        i.AddProgramCounter == register
        || (i.Second < 0 && (i.First & 0xF800) is 0x6800 or 0x5800 && (i.First & 7) == register)
        || (i.Second >= 0 && (i.First & 0xFFF0) is 0xF8D0 or 0xF850 && i.Second >> 12 == register);

    /// <summary>A thunk is a branch to the name without the suffix.</summary>
    private static string Direct(string symbol) => symbol.EndsWith(ThunkSuffix, StringComparison.Ordinal) ? symbol[..^ThunkSuffix.Length] : symbol;

    // ---- data ------------------------------------------------------------------------------------------------------------------

    private void Data(ElfSection section)
    {
        ILookup<uint, string> names = _object.Symbols.Where(s => s.Section == section.Name && !s.Name.StartsWith('$')).ToLookup(s => s.Value, s => s.Name);
        uint[] starts = [.. names.Select(g => g.Key).Order()];
        for (int i = 0; i < starts.Length; i++)
        {
            uint start = starts[i], end = i + 1 < starts.Length ? starts[i + 1] : section.Bytes;
            string[] here = [.. names[start].Order(StringComparer.Ordinal)];
            bool table = here[0].StartsWith("_ZTV", StringComparison.Ordinal) && section.Name == ".data";
            if (table) end = Math.Min(end, start + TableHead + 4u * (uint)(Half(section.Content, start + 12) + Half(section.Content, start + 14)));
            bool empty = section.Name == ".bss";
            Line($".section \"{section.Name}.{here[0]}\", \"a{(empty ? "w" : "")}\", {(empty ? "%nobits" : "%progbits")}");

            // Nothing on these cores asks for more than a word's alignment; the least that the offset had is kept below it.
            Line((start & 3) == 0 ? ".balign 4" : (start & 1) == 0 ? ".balign 2" : ".balign 1");
            foreach (string name in here)
            {
                Line($".global \"{name}\"");
                Line($".type \"{name}\", %object");
                _text.Append(CultureInfo.InvariantCulture, $"\"{name}\":\n");
            }

            if (empty) Line(FormattableString.Invariant($".space {end - start}"));
            else Content(section, start, end);
            foreach (string name in here) Line($".size \"{name}\", . - \"{name}\"");
        }
    }

    private void Content(ElfSection section, uint start, uint end)
    {
        for (uint at = start; at < end;)
        {
            if (_relocations.TryGetValue((section.Name, at), out ElfRelocation? relocation))
            {
                int addend = BinaryPrimitives.ReadInt32LittleEndian(section.Content.AsSpan((int)at));
                string name = Direct(relocation.Symbol);
                string place = relocation.Type switch
                {
                    Absolute => "",
                    Relative => " - .",
                    _ => throw Unknown($"relocation {relocation.Type} in {section.Name}", at),
                };
                if (name.Length == 0) throw Unknown($"a relocation in {section.Name} names a section", at);
                Line(FormattableString.Invariant($".word \"{name}\" + {addend}{place}"));
                at += 4;
                continue;
            }

            uint count = 1;
            while (count < 16 && at + count < end && !_relocations.ContainsKey((section.Name, at + count))) count++;
            Line(".byte " + string.Join(", ", section.Content.AsSpan((int)at, (int)count).ToArray().Select(b => b.ToString(CultureInfo.InvariantCulture))));
            at += count;
        }
    }

    private static int Half(byte[] bytes, uint at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((int)at));

    private void Line(string line) => _text.Append("        ").Append(line).Append('\n');

    private BoardException Unknown(string what, uint at) => new(_path, FormattableString.Invariant($"{what} (offset 0x{at:x})"), "use the version of ilc that BareMetal.targets names");
}
