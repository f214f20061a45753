using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// Makes one compiled function smaller without changing what it does: instructions of whose results nothing is used go, addresses of
/// references are folded into the store that a write barrier has become, values move from r8 … r12 and lr to registers that short
/// instructions can name, and every instruction takes its short form where it has one.
/// </summary>
/// <remarks>
/// Everything rests on one analysis of what is live behind each instruction (<see cref="LiveOut"/>). It is exact in control flow and
/// errs on the safe side elsewhere: calls through registers read all argument registers, an instruction that is not understood reads and
/// writes everything. ilc's functions have no other entry than their first instruction, no conditional instructions and no literals.
/// Time: a few passes over the function for each change.
/// </remarks>
internal sealed class FunctionShrinker
{
    private const int FramePointer = 11;

    /// <summary>udf #2: the exit of a failed check of an array's bounds.</summary>
    private const int IndexTrap = 0xDE02;

    /// <summary>Registers that no short instruction names, but for moves, additions and comparisons; without r11 and sp.</summary>
    private static readonly int[] HighRegisters = [8, 9, 10, 12, 14];

    private readonly List<ThumbInstruction> _body;
    private readonly int[][] _next;
    private readonly int[][] _previous;
    private readonly bool[] _labelled;
    private int[] _live = [];
    private int _entry;
    private bool _blind;

    /// <summary>For a function's instructions; the destinations of branches are given by their place in the object file.</summary>
    public FunctionShrinker(List<ThumbInstruction> body, Func<ThumbInstruction, uint?> branchTarget)
    {
        _body = body;
        Dictionary<uint, int> places = [];
        for (int i = 0; i < body.Count; i++) places[body[i].At] = i;
        _next = new int[body.Count][];
        _labelled = new bool[body.Count];
        List<int>[] before = new List<int>[body.Count];
        for (int i = 0; i < body.Count; i++) before[i] = [];
        for (int i = 0; i < body.Count; i++)
        {
            List<int> next = [];
            if (!body[i].Ends && i + 1 < body.Count) next.Add(i + 1);
            if (body[i].Text is null && branchTarget(body[i]) is { } target)
            {
                next.Add(places[target]);
                _labelled[places[target]] = true;
            }

            _next[i] = [.. next];
            foreach (int n in next) before[n].Add(i);
        }

        _previous = [.. before.Select(b => b.ToArray())];
    }

    /// <summary>Which of r0 to r3 the function reads as it was called; after <see cref="Analyse"/>.</summary>
    public int EntryArguments => _entry & ThumbInstruction.Arguments;

    /// <summary>What is live behind an instruction: read later, and not the rubble that a call leaves.</summary>
    public int LiveOut(int i) => _live[i];

    /// <summary>Computes what is live.</summary>
    public void Analyse()
    {
        int[] live = new int[_body.Count], before = new int[_body.Count];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = _body.Count - 1; i >= 0; i--)
            {
                int after = 0;
                foreach (int next in _next[i]) after |= before[next];
                live[i] = after;
                int now = _body[i].Reads | (after & ~_body[i].Kills);
                if (now == before[i]) continue;
                before[i] = now;
                changed = true;
            }
        }

        _entry = before[0];

        // Forward: where a register holds something that an instruction, the caller or a callee's result put there.
        int[] valued = new int[_body.Count];
        changed = true;
        while (changed)
        {
            changed = false;
            for (int i = 0; i < _body.Count; i++)
            {
                int at = i == 0 ? ThumbInstruction.Everything & ~ThumbInstruction.Flags : 0;
                foreach (int previous in _previous[i]) at |= valued[previous];
                ThumbInstruction instruction = _body[i];
                if (!instruction.Calls) at |= instruction.Writes;
                else if (instruction.Callee is null || !KeepsScratch(instruction.Callee)) at = (at & ~ThumbInstruction.Scratch) | 3;
                if (at == valued[i]) continue;
                valued[i] = at;
                changed = true;
            }
        }

        for (int i = 0; i < live.Length; i++) live[i] &= valued[i];
        _live = live;
    }

    /// <summary>Helpers with conventions of their own, which leave more than the procedure call standard asks for.</summary>
    private static bool KeepsScratch(string callee) => callee.StartsWith("Rhp", StringComparison.Ordinal) && !callee.StartsWith("RhpNew", StringComparison.Ordinal);

    /// <summary>All of it.</summary>
    /// <param name="blind">The function only uses places that have been checked before it runs: its own checks of array bounds go as well.</param>
    public void Shrink(bool blind)
    {
        TrapInsteadOfCall();
        _blind = blind;
        if (blind) RemoveBoundChecks();
        RemoveDead();
        FoldReferenceStores();
        FoldPairs();
        RemoveDead();
        Widen();
        LowerRegisters();
        ExchangeRegisters();
        ReplaceFramePointer();
        Shorten();
        RemoveEmptyFrame();
    }

    /// <summary>The exit of a failed check, a call that does not come back and the trap behind it, is the trap alone: udf with the panic's code.</summary>
    private void TrapInsteadOfCall()
    {
        for (int i = 0; i + 1 < _body.Count; i++)
        {
            if (!_body[i].Calls || (_body[i + 1].First & 0xFF00) != 0xDE00) continue;
            int code = _body[i].Callee switch { "panic_division" => 1, "panic_index" => 2, "panic_overflow" => 3, "panic_null" => 4, _ => 0 };
            if (code == 0) continue;
            _body[i].Remove();
            _body[i + 1].Set(0xDE00 | code, -1);
        }
    }

    /// <summary>Control never gets from a comparison with an array's length to the trap behind a failed one.</summary>
    private void RemoveBoundChecks()
    {
        for (int i = 0; i < _body.Count; i++)
        {
            if (_body[i].Text is not null || _next[i].Length != 2) continue;
            int exit = _next[i][1], trap = exit;
            while (trap + 1 < _body.Count && _body[trap].IsGone) trap++;
            if (_body[trap].Text is not null || _body[trap].First != IndexTrap) continue;
            _body[i].Remove();
            _next[i] = [i + 1];
            _previous[exit] = [.. _previous[exit].Where(p => p != i)];
        }

        // A trap that nothing leads to any more.
        for (int i = 1; i < _body.Count; i++)
        {
            if (_body[i].First != IndexTrap || _body[i].Text is not null) continue;
            int first = i;
            while (_previous[first].Length == 1 && _previous[first][0] == first - 1 && _body[first - 1].IsGone) first--;
            if (_previous[first].Length == 0) _body[i].Remove();
        }
    }

    /// <summary>A function that calls nothing and keeps only what it does not touch needs no frame: it returns by bx lr.</summary>
    private void RemoveEmptyFrame()
    {
        const int stack = 1 << 13, link = 1 << 14;
        List<int> frame = [];
        int pushed = 0;
        for (int i = 0; i < _body.Count; i++)
        {
            ThumbInstruction instruction = _body[i];
            if (instruction.IsGone) continue;
            bool push = instruction.Text is null && instruction.Second < 0 && (instruction.First & 0xFFF7) == 0xB500;
            bool pop = instruction.Text is null && instruction.Second < 0 && (instruction.First & 0xFFF7) == 0xBD00;
            bool leave = instruction.Text is null && instruction.First == 0xE8BD && (instruction.Second & 0xFFF7) == 0x4000;
            if (push || pop || leave)
            {
                pushed += push ? 1 : 0;
                frame.Add(i);
            }
            else if (instruction.Calls || (instruction.Writes & (stack | link)) != 0 || (!instruction.Ends && (instruction.Reads & (stack | link)) != 0)) return;
        }

        if (pushed != 1) return;
        foreach (int i in frame)
        {
            if ((_body[i].First & 0xFF00) == 0xBD00) _body[i].Set(0x4770, -1);
            else _body[i].Remove();
        }
    }

    private void RemoveDead()
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            Analyse();
            for (int i = 0; i < _body.Count; i++)
            {
                ThumbInstruction instruction = _body[i];
                if (instruction.IsGone || (instruction.Writes & _live[i]) != 0) continue;
                if (!(instruction.IsPure && instruction.Writes != 0) && !IsNullCheck(i) && !(_blind && IsLength(instruction))) continue;
                instruction.Remove();
                changed = true;
            }
        }
    }

    /// <summary>A load from where arrays have their length.</summary>
    private static bool IsLength(ThumbInstruction i) => i.Text is null && (i.Second < 0 ? (i.First & 0xFFC0) == 0x6840 : (i.First & 0xFFF0) == 0xF8D0 && (i.Second & 0xFFF) == 4);

    /// <summary>A load through the reference whose method is called next: what the method itself does with it shows a null as well.</summary>
    private bool IsNullCheck(int i)
    {
        bool loads = _body[i].Text is null && (_body[i].Second < 0 ? (_body[i].First & 0xFFC0) == 0x6800 : (_body[i].First & 0xFFF0) == 0xF8D0 && (_body[i].Second & 0xFFF) == 0);
        if (!loads) return false;
        int next = i + 1;
        while (next < _body.Count && _body[next].IsGone && !_labelled[next]) next++;
        return next < _body.Count && !_labelled[next] && _body[next].Callee is not null;
    }

    // ---- stores of references ----------------------------------------------------------------------------------------------------

    /// <summary>"str r1, [r0]" takes the base and the distance that made r0, and the register that was copied to r1.</summary>
    private void FoldReferenceStores()
    {
        for (int i = 0; i < _body.Count; i++)
        {
            if (_body[i].Text != CompilerObject.ReferenceStore) continue;
            Analyse();
            int value = 1, address = 0, distance = 0;
            if ((_live[i] & 1) == 0 && Maker(i, 0) is { } made && Distance(_body[made]) is { } sum && (sum.Base == 0 || Unchanged(made, i, 1 << sum.Base)))
            {
                (address, distance) = sum;
                _body[made].Remove();
            }

            if ((_live[i] & 2) == 0 && Maker(i, 1) is { } copied && _body[copied].Second < 0 && (_body[copied].First & 0xFF00) == 0x4600)
            {
                int source = (_body[copied].First >> 3) & 15;
                if (source < 13 && Unchanged(copied, i, 1 << source))
                {
                    value = source;
                    _body[copied].Remove();
                }
            }

            _body[i].Replace(string.Create(CultureInfo.InvariantCulture, $"str r{value}, [r{address}, #{distance}]"), 1 << value | 1 << address, 0);
        }
    }

    /// <summary>A number of 64 bits behind an address that is made for it alone is loaded and stored in one instruction: ldrd, strd.</summary>
    private void FoldPairs()
    {
        Analyse();
        for (int i = 0; i < _body.Count; i++)
        {
            if (_body[i].IsGone || Sum(_body[i]) is not { } sum || sum.Base > 12 || (sum.Distance & 3) != 0 || sum.Distance > 1020) continue;
            int first = Next(i), second = first < 0 ? -1 : Next(first);
            if (second < 0 || Word(_body[first]) is not { Offset: 0 } low || Word(_body[second]) is not { Offset: 4 } high) continue;
            if (low.Base != sum.Target || high.Base != sum.Target || low.Loads != high.Loads || low.Register == high.Register || low.Register > 12 || high.Register > 12) continue;
            if (low.Loads ? low.Register == sum.Target : low.Register == sum.Target || high.Register == sum.Target) continue;
            if ((_live[second] & (1 << sum.Target)) != 0 && !(low.Loads && high.Register == sum.Target)) continue;
            if ((_body[i].Writes & _live[i] & ThumbInstruction.Flags) != 0) continue;
            _body[i].Set((low.Loads ? 0xE9D0 : 0xE9C0) | sum.Base, low.Register << 12 | high.Register << 8 | sum.Distance >> 2);
            _body[first].Remove();
            _body[second].Remove();
        }
    }

    /// <summary>The place of the instruction behind one, when nothing else leads there; -1 if there is none.</summary>
    private int Next(int i)
    {
        if (_body[i].Ends || _next[i].Length != 1) return -1;
        for (int next = i + 1; next < _body.Count && !_labelled[next]; next++)
            if (!_body[next].IsGone) return next;
        return -1;
    }

    /// <summary>rt = rn + number.</summary>
    private static (int Target, int Base, int Distance)? Sum(ThumbInstruction i)
    {
        if (i.Text is not null) return null;
        if (i.Second < 0)
        {
            if ((i.First & 0xFE00) == 0x1C00) return (i.First & 7, (i.First >> 3) & 7, (i.First >> 6) & 7);
            return (i.First & 0xF800) == 0x3000 ? ((i.First >> 8) & 7, (i.First >> 8) & 7, i.First & 255) : null;
        }

        return (i.First & 0xFFE0) == 0xF100 && (i.Second & 0xF000) == 0 ? ((i.Second >> 8) & 15, i.First & 15, i.Second & 255) : null;
    }

    /// <summary>A load or store of a word.</summary>
    private static (int Register, int Base, int Offset, bool Loads)? Word(ThumbInstruction i)
    {
        if (i.Text is not null) return null;
        if (i.Second < 0) return (i.First & 0xF000) == 0x6000 ? (i.First & 7, (i.First >> 3) & 7, ((i.First >> 6) & 31) << 2, (i.First & 0x800) != 0) : null;
        return (i.First & 0xFFE0) == 0xF8C0 ? (i.Second >> 12, i.First & 15, i.Second & 0xFFF, (i.First & 0x10) != 0) : null;
    }

    /// <summary>The instruction of the same block that put a value into a register which only the one at <paramref name="user"/> reads.</summary>
    private int? Maker(int user, int register)
    {
        for (int i = user - 1; i >= 0 && !_labelled[i + 1] && !_body[i].Ends; i--)
        {
            if (_body[i].Text is null && _next[i].Length != 1) return null;
            if ((_body[i].Writes & (1 << register)) != 0) return _body[i].IsPure && _body[i].Text is null && (_body[i].Writes & _live[i] & ThumbInstruction.Flags) == 0 ? i : null;
            if ((_body[i].Reads & (1 << register)) != 0) return null;
        }

        return null;
    }

    private bool Unchanged(int from, int to, int registers)
    {
        for (int i = from + 1; i < to; i++)
            if ((_body[i].Writes & registers) != 0) return false;
        return true;
    }

    /// <summary>A sum of a register and a number, put into r0.</summary>
    private static (int Base, int Distance)? Distance(ThumbInstruction i)
    {
        if (i.Second < 0)
        {
            if ((i.First & 0xFE07) == 0x1C00) return ((i.First >> 3) & 7, (i.First >> 6) & 7);
            if ((i.First & 0xFF00) == 0x3000) return (0, i.First & 255);
            return null;
        }

        bool adds = (i.First & 0xFFF0) == 0xF100 && (i.Second & 0xFF00) == 0;
        return adds && (i.First & 15) < 13 ? (i.First & 15, i.Second & 255) : null;
    }

    // ---- registers ---------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// A value in a high register, from where it is made to its last use, moves to a low one that is free all the while, if that makes an
    /// instruction short.
    /// </summary>
    private void LowerRegisters()
    {
        int saved = Saved();
        foreach (int register in HighRegisters)
        {
            Analyse();
            foreach (Web web in Webs(register)) Move(web, register, saved);
        }
    }

    /// <summary>The definitions that reach common uses, and those uses.</summary>
    private sealed class Web
    {
        public HashSet<int> Definitions { get; } = [];

        public List<(int Place, ThumbInstruction.Operand Operand)> Fields { get; } = [];

        public HashSet<int> Live { get; } = [];

        public bool Movable { get; set; } = true;
    }

    private List<Web> Webs(int register)
    {
        // Definitions by place; -1 is the caller's value. A call leaves nothing.
        int bit = 1 << register, count = _body.Count;
        HashSet<int>[] reach = new HashSet<int>[count];
        for (int i = 0; i < count; i++) reach[i] = [];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = 0; i < count; i++)
            {
                int size = reach[i].Count;
                if ((_body[i].Writes & bit) != 0) reach[i].Add(i);
                if ((_body[i].Kills & bit) == 0) reach[i].UnionWith(Reaching(i));
                changed |= reach[i].Count != size;
            }
        }

        HashSet<int> Reaching(int i)
        {
            HashSet<int> all = i == 0 ? [-1] : [];
            foreach (int previous in _previous[i]) all.UnionWith(reach[previous]);
            return all;
        }

        Dictionary<int, Web> webs = [];
        Web Of(int definition)
        {
            if (!webs.TryGetValue(definition, out Web? web))
            {
                webs[definition] = web = new Web();
                web.Definitions.Add(definition);
                web.Movable = definition >= 0;
            }

            return web;
        }

        Web Join(IEnumerable<int> definitions)
        {
            Web? joined = null;
            foreach (int definition in definitions)
            {
                Web web = Of(definition);
                if (joined is null || web == joined)
                {
                    joined = web;
                    continue;
                }

                joined.Movable &= web.Movable;
                joined.Fields.AddRange(web.Fields);
                foreach (int moved in web.Definitions)
                {
                    joined.Definitions.Add(moved);
                    webs[moved] = joined;
                }
            }

            return joined ?? new Web { Movable = false };
        }

        for (int i = 0; i < count; i++)
        {
            ThumbInstruction instruction = _body[i];
            bool reads = (instruction.Reads & bit) != 0, writes = (instruction.Writes & bit) != 0;
            if (!reads && !writes) continue;
            int fieldReads = 0, fieldWrites = 0;
            foreach (ThumbInstruction.Operand operand in instruction.Operands)
            {
                if (instruction.Register(operand) != register) continue;
                Web web = (operand.Reads, operand.Writes) switch
                {
                    (true, true) => Join([.. Reaching(i), i]),
                    (true, false) => Join(Reaching(i)),
                    _ => Of(i),
                };
                web.Fields.Add((i, operand));
                fieldReads += operand.Reads ? 1 : 0;
                fieldWrites += operand.Writes ? 1 : 0;
            }

            if (reads && fieldReads == 0) Join(Reaching(i)).Movable = false;
            if (writes && fieldWrites == 0) Of(i).Movable = false;
        }

        List<Web> result = [.. webs.Values.Distinct().Where(w => w.Movable && w.Fields.Count > 0)];
        foreach (Web web in result)
            for (int i = 0; i < count; i++)
                if (web.Definitions.Contains(i) || ((_live[i] & bit) != 0 && reach[i].Overlaps(web.Definitions))) web.Live.Add(i);
        return result;
    }

    private void Move(Web web, int register, int saved)
    {
        int taken = 0;
        foreach (int i in web.Live) taken |= _live[i] | _body[i].Writes;
        int best = -1, most = 0;
        for (int low = 0; low < 8; low++)
        {
            if ((taken & (1 << low)) != 0 || (low > 3 && (saved & (1 << low)) == 0)) continue;
            int before = ShortOnes(web);
            Rename(web, low);
            int gain = ShortOnes(web) - before;
            Rename(web, register);
            if (gain > most) (best, most) = (low, gain);
        }

        if (best < 0) return;
        Rename(web, best);
        Analyse();
    }

    private int ShortOnes(Web web) => web.Fields.Select(f => f.Place).Distinct().Count(i => _body[i].Second < 0 || _body[i].Short((_live[i] & ThumbInstruction.Flags) == 0) >= 0);

    private void Rename(Web web, int register)
    {
        foreach ((int place, ThumbInstruction.Operand operand) in web.Fields) _body[place].Rename(operand, register);
    }

    /// <summary>Every instruction that has a long form takes it, so that its fields can name any register; <see cref="Shorten"/> takes them back.</summary>
    private void Widen()
    {
        foreach (ThumbInstruction instruction in _body)
            if (instruction.Long() is { } form) instruction.Set(form.First, form.Second);
    }

    /// <summary>
    /// A value in a high register changes places with those that are in a low one meanwhile, and with those that are then in the way of
    /// these, where more instructions become short than long: Kempe's chains of the graph of registers.
    /// </summary>
    private void ExchangeRegisters()
    {
        int saved = Saved();
        foreach (int high in (int[])[.. HighRegisters, FramePointer])
        {
            if (high is >= 8 and <= 11 && (saved & (1 << high)) == 0) continue;
            bool changed = true;
            while (changed)
            {
                changed = false;
                for (int low = 7; low >= 0 && !changed; low--)
                {
                    if (low > 3 && (saved & (1 << low)) == 0) continue;
                    Analyse();
                    List<Web> highs = Webs(high), lows = Webs(low);
                    foreach (Web web in highs)
                    {
                        if (Chain(web, high, low, highs, lows) is not { } chain) continue;
                        int[] places = [.. chain.High.Concat(chain.Low).SelectMany(w => w.Fields).Select(f => f.Place).Distinct()];
                        int before = ShortOnes(places);
                        Exchange(chain, high, low);
                        if (ShortOnes(places) > before)
                        {
                            changed = true;
                            break;
                        }

                        Exchange(chain, low, high);
                    }
                }
            }
        }

        Analyse();
    }

    private static bool Exchanges(ThumbInstruction instruction) => instruction.Text is null && instruction.Writes != ThumbInstruction.Everything;

    private void Exchange((List<Web> High, List<Web> Low) chain, int high, int low)
    {
        foreach (Web web in chain.High) Rename(web, low);
        foreach (Web web in chain.Low) Rename(web, high);
    }

    /// <summary>The values of both registers that have to move with one; null when a value among them can't.</summary>
    private (List<Web> High, List<Web> Low)? Chain(Web first, int high, int low, List<Web> highs, List<Web> lows)
    {
        List<Web> inHigh = [first], inLow = [];
        for (int h = 0, l = 0; h < inHigh.Count || l < inLow.Count;)
        {
            bool fromHigh = h < inHigh.Count;
            Web web = fromHigh ? inHigh[h++] : inLow[l++];
            int bit = 1 << (fromHigh ? low : high);
            List<Web> others = fromHigh ? lows : highs, found = fromHigh ? inLow : inHigh;
            foreach (int i in web.Live)
            {
                if (((_live[i] | _body[i].Writes) & bit) == 0) continue;
                if (!Exchanges(_body[i]) && (_body[i].Writes & bit) != 0) return null;
                Web[] there = [.. others.Where(o => o.Live.Contains(i))];
                if (there.Length == 0 || ((_live[i] & bit) != 0 && (_body[i].Writes & bit) == 0 && there.Length != 1)) return null;
                foreach (Web other in there)
                    if (!found.Contains(other)) found.Add(other);
            }
        }

        return (inHigh, inLow);
    }

    private int ShortOnes(int[] places) => places.Count(i => _body[i].Short((_live[i] & ThumbInstruction.Flags) == 0) >= 0);

    private int Saved() => _body.Where(i => i.Text is null && i.Second >= 0 && i.First == 0xE92D).Select(i => i.Second).FirstOrDefault()
        | _body.Where(i => i.Text is null && i.Second < 0 && (i.First & 0xFE00) == 0xB400).Select(i => i.First & 255).FirstOrDefault();

    /// <summary>
    /// ilc keeps a frame pointer in r11 that nothing reads any more: where it is the only high register saved, another of the
    /// same number of bytes takes its place, and push and pop become short.
    /// </summary>
    private void ReplaceFramePointer()
    {
        Analyse();
        List<int> saves = [];
        int list = 0;
        for (int i = 0; i < _body.Count; i++)
        {
            ThumbInstruction instruction = _body[i];
            if (instruction.IsGone) continue;
            if (instruction.Text is null && instruction.Second >= 0 && instruction.First is 0xE92D or 0xE8BD)
            {
                int own = instruction.Second & 0xFFF;
                if (list != 0 && own != list) return;
                list = own;
                saves.Add(i);
            }
            else if (instruction.Text is null && (instruction.Writes == ThumbInstruction.Everything || instruction.Operands.Any(o => instruction.Register(o) == FramePointer)
                || (instruction.Second < 0 && (instruction.First & 0xFF78) == (0x4700 | FramePointer << 3)))) return;
        }

        if ((list & 0xF00) != 1 << FramePointer) return;
        int other = Enumerable.Range(4, 4).Cast<int?>().FirstOrDefault(r => (list & (1 << r!.Value)) == 0) ?? 3;
        if ((list & (1 << other)) != 0) return;
        if (other == 3 && saves.Any(i => _body[i].First == 0xE8BD && (_live[i] & 8) != 0)) return;
        list = (list & 0xFF) | 1 << other;
        foreach (int i in saves)
        {
            int second = _body[i].Second;
            if (_body[i].First == 0xE92D) _body[i].Set((second & 0x4000) != 0 ? 0xB500 | list : 0xB400 | list, -1);
            else if ((second & 0x4000) != 0) _body[i].Set(0xE8BD, list | 0x4000);
            else _body[i].Set((second & 0x8000) != 0 ? 0xBD00 | list : 0xBC00 | list, -1);
        }
    }

    private void Shorten()
    {
        Analyse();
        for (int i = 0; i < _body.Count; i++)
        {
            int form = _body[i].Short((_live[i] & ThumbInstruction.Flags) == 0);
            if (form >= 0) _body[i].Set(form, -1);
        }
    }
}
