using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;

namespace EdgeSpike.InstructionCounts;

/// <summary>Executed instructions by function, between the marks of a program.</summary>
/// <param name="Functions">Functions and what was executed in each.</param>
/// <param name="Passed">What the program found of its own results.</param>
public sealed record InstructionCount(IReadOnlyDictionary<string, long> Functions, bool Passed)
{
    /// <summary>All of them.</summary>
    public long Total => Functions.Values.Sum();
}

/// <summary>Counts the instructions that an image executes in QEMU: exactly, not by time and not by sampling.</summary>
/// <remarks>
/// QEMU translates blocks of instructions that end at each branch, and a block runs from its first instruction to its last. Its log
/// says which instructions a block holds (in_asm) and, with chaining off (nochain), each time one runs (exec). An instruction that a
/// condition skips counts as executed, as it does on the core. Cost: about a second for two million instructions.
/// </remarks>
public static class InstructionCounter
{
    /// <summary>Runs an image until it calls counts_passed or counts_failed.</summary>
    /// <param name="elf">With symbols; calls measured_begin and measured_end around what is counted.</param>
    /// <param name="machine">One of QEMU's.</param>
    /// <exception cref="InvalidOperationException">QEMU ended without a verdict.</exception>
    public static InstructionCount Run(string elf, string machine = "mps2-an386")
    {
        List<(uint Address, string Name)> symbols = Symbols(elf);
        uint[] addresses = [.. symbols.Select(s => s.Address)];
        uint Address(string name) => symbols.First(s => s.Name == name).Address;
        uint begin = Address("measured_begin"), end = Address("measured_end"), passed = Address("counts_passed"), failed = Address("counts_failed");

        ProcessStartInfo start = new("qemu-system-arm", ["-M", machine, "-display", "none", "-monitor", "none", "-serial", "none", "-d", "exec,nochain,in_asm", "-kernel", elf])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process qemu = Process.Start(start)!;
        try
        {
            Dictionary<uint, Block> blocks = [];
            Block? open = null;
            bool counting = false;
            while (qemu.StandardError.ReadLine() is string line)
            {
                if (line.StartsWith("Trace", StringComparison.Ordinal))
                {
                    // Trace 0: 0x7f… [00000000/000082b4/00000110/ff021001] name
                    uint at = Hex(line, line.IndexOf('/', StringComparison.Ordinal) + 1);
                    if (at == begin) counting = true;
                    else if (at == end) counting = false;
                    else if (at == passed || at == failed) return new InstructionCount(ByFunction(blocks.Values, symbols, addresses), at == passed);
                    else if (counting) blocks[at].Runs++;
                }
                else if (line.StartsWith("IN:", StringComparison.Ordinal)) open = null;
                else if (line.StartsWith("0x", StringComparison.Ordinal))
                {
                    uint at = Hex(line, 2);
                    if (open is null && (!blocks.TryGetValue(at, out open) || open.Runs > 0))
                    {
                        // A block that is translated again may end elsewhere: what ran so far stays with its old length.
                        if (open is not null) blocks[uint.MaxValue - (uint)blocks.Count] = open;
                        blocks[at] = open = new Block(at);
                    }
                    else if (open.Address == at) open.Instructions = 0;
                    open.Instructions++;
                }
            }
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }

        throw new InvalidOperationException($"{elf}: QEMU ended without a verdict of the program");
    }

    private static Dictionary<string, long> ByFunction(IEnumerable<Block> blocks, List<(uint Address, string Name)> symbols, uint[] addresses)
    {
        Dictionary<string, long> functions = new(StringComparer.Ordinal);
        foreach (Block block in blocks.Where(b => b.Runs > 0))
        {
            // Where the guard at address 0 is, QEMU's log cannot read the code that it runs.
            if (block.Instructions == 0) throw new InvalidOperationException($"the log does not show the instructions at 0x{block.Address:X8}; link what is measured elsewhere");
            int index = Array.BinarySearch(addresses, block.Address);
            string name = symbols[index >= 0 ? index : ~index - 1].Name;
            functions[name] = functions.GetValueOrDefault(name) + block.Runs * block.Instructions;
        }

        return functions;
    }

    // One name for each address, in ascending order; bit 0 of an address says Thumb.
    private static List<(uint Address, string Name)> Symbols(string elf)
    {
        List<(uint Address, string Name)> symbols = [];
        foreach (string line in Tools.Run("arm-none-eabi-nm", "-n", elf).Split('\n'))
        {
            string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != 3 || !"tTwW".Contains(parts[1], StringComparison.Ordinal) || parts[2].StartsWith('$')) continue;
            symbols.Add((Hex(parts[0], 0) & ~1u, parts[2]));
        }

        string[] marks = ["measured_begin", "measured_end", "counts_passed", "counts_failed"];
        return [.. symbols.GroupBy(s => s.Address).Select(g => (g.Key, g.FirstOrDefault(s => marks.Contains(s.Name), g.First()).Name)).OrderBy(s => s.Key)];
    }

    private static uint Hex(string line, int at) => uint.Parse(line.AsSpan(at, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed class Block(uint address)
    {
        public uint Address { get; } = address;

        public int Instructions { get; set; }

        public long Runs { get; set; }
    }
}
