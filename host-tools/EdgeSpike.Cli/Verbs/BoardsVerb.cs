using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using Spectre.Console;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike boards: which boards there are, or what one has.</summary>
internal static class BoardsVerb
{
    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Argument<string?> name = new("NAME") { Description = "A board, or the path of a board file; without it all boards.", Arity = ArgumentArity.ZeroOrOne };
        VerbCommand verb = new(
            "boards", "Lists the boards that the firmware runs on, or shows one.",
            ("edgespike boards", "all of them, and how an image gets onto each"),
            ("edgespike boards pico2", "memories, pins and link of one"));
        verb.Add(name);
        verb.Work = parsed =>
        {
            if (parsed.GetValue(name) is string one)
            {
                Board board = Checkout.Board(one);
                session.Show(board, console => ShowOne(console, board));
            }
            else
            {
                IReadOnlyList<Board> boards = Checkout.Boards();
                session.Show(new { Boards = boards }, console => ShowAll(console, boards));
            }

            return ErrorCode.None;
        };
        return verb;
    }

    private static void ShowAll(IAnsiConsole console, IReadOnlyList<Board> boards)
    {
        console.Write(Tables.Of(["board", "core", ">flash", ">ram", "emulator", "flashed by", "met hardware"], boards.Select(b => (string[])
            [b.Name, b.Core, Memory(b.Flash), Memory(b.Ram), b.QemuMachine is null ? "" : "QEMU", FlashTool.Describe(b), Met(b)])));
        Tables.Line(console, "met hardware: someone has run the firmware on the board itself; an emulator does not count");
    }

    private static void ShowOne(IAnsiConsole console, Board board)
    {
        Tables.Line(console, $"{board.Name}: {board.Title}");
        List<string[]> rows =
        [
            ["core", $"{board.Core}, {Units.Rate(board.ClockHz)}Hz, {board.Interrupts} interrupts"],
            ["flash", Range(board.Flash)],
            ["ram", $"{Range(board.Ram)}, of which the stack {Units.Number(board.StackBytes)}"],
        ];
        foreach (MemoryRange memory in board.OtherMemories) rows.Add(["not used", Range(memory)]);
        if (board.Slot is { } slot) rows.Add(["slot for uploads", Range(slot)]);
        rows.Add(["link", $"{board.Uart.Driver} at 0x{board.Uart.Base:X8}, {board.Uart.Baud} baud{(board.Uart.Transmit is null ? "" : $", transmits on {board.Uart.Transmit}, receives on {board.Uart.Receive}")}"]);
        if (board.Led is not null) rows.Add(["led", board.Led]);
        if (board.Pins.Count > 0) rows.Add(["pins", string.Join(", ", board.Pins.Select(p => $"{p.Key} {p.Value}"))]);
        rows.Add(["emulator", board.QemuMachine is null ? "none" : $"QEMU, machine {board.QemuMachine}"]);
        rows.Add(["flashed by", board.Flashing.Target is null ? FlashTool.Describe(board) : $"{FlashTool.Describe(board)}, {board.Flashing.Target}"]);
        rows.Add(["met hardware", Met(board)]);
        int width = rows.Max(r => r[0].Length);
        foreach (string[] row in rows) Tables.Line(console, $"  {row[0].PadRight(width)}  {row[1]}");
    }

    private static string Met(Board board) => board.MetHardware ? "yes" : "never";

    private static string Memory(MemoryRange memory) => memory.Bytes % (1 << 20) == 0 ? $"{memory.Bytes >> 20} MiB" : $"{memory.Bytes >> 10} KiB";

    private static string Range(MemoryRange memory) => $"{Memory(memory)} at 0x{memory.Origin:X8}";
}
