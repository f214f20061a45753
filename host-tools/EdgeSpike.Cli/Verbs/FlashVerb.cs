using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike flash: the firmware with a model in it, built and put onto a board.</summary>
internal static partial class FlashVerb
{
    /// <summary>The verb.</summary>
    public static VerbCommand Create(Session session)
    {
        Option<string> board = new("--board") { Description = "A name that 'edgespike boards' lists, or a board file.", HelpName = "NAME", Required = true };
        Option<string> model = new("--model") { Description = "Model file (.esm).", HelpName = "OUT.esm", Required = true };
        Option<string?> port = Choices.Path("--port", "P", "Which of several: serial number of the probe or device, or folder of the UF2 drive. For QEMU: tcp:HOST:PORT where it listens; default a terminal of its own.");
        Option<bool> dry = new("--dry-run") { Description = "Print the commands that build and flash, and do neither." };
        Option<bool> upload = new("--upload") { Description = "Send the model over the link into the second slot of a board that runs the firmware already, at --port: a serial port, or tcp:HOST:PORT. It runs from then on; the model flashed with the firmware stays behind it." };
        Option<bool> all = new("--all-operators") { Description = "Keep the operators that the model lacks, for models that are uploaded later." };
        Option<bool> verified = new("--verify-in-build") { Description = "Verify the model while building, not on the device: about 3.5 KB less flash, and no uploads." };
        Option<bool> emulator = new("--emulator") { Description = "Start the board in QEMU instead, until Ctrl-C; what boards without a flashing method do anyway." };
        VerbCommand verb = new(
            "flash", "Builds the firmware with a model in it and puts it onto a board, with the tool that the board's file names.",
            ("edgespike flash --board stm32f4-discovery --model braille.esm", "builds and flashes"),
            ("edgespike flash --board pico2 --model braille.esm --dry-run", "only shows the commands"),
            ("edgespike flash --board mps2-an386 --model braille.esm", "starts QEMU and says how to connect"),
            ("edgespike flash --board stm32f4-discovery --model next.esm --upload --port /dev/ttyUSB0", "only the model, into the second slot"));
        verb.Add(board);
        verb.Add(model);
        foreach (Option option in (Option[])[port, dry, emulator, upload, all, verified]) verb.Add(option);
        verb.Work = parsed =>
        {
            string path = parsed.GetRequiredValue(model);
            Sources.LoadModel(path);
            if (parsed.GetValue(upload)) return Upload(session, parsed.GetRequiredValue(board), path, parsed.GetValue(port), parsed.GetValue(dry) || parsed.GetValue(emulator) || parsed.GetValue(all) || parsed.GetValue(verified));
            if (parsed.GetValue(all) && parsed.GetValue(verified)) throw new ConversionException(ErrorCode.Usage, "--verify-in-build", "--all-operators is for uploads, which the device has to verify", "leave one of the two out");
            FirmwareBuild build = new(parsed.GetRequiredValue(board), path, parsed.GetValue(all) ? ImageKind.AllOperators : parsed.GetValue(verified) ? ImageKind.VerifiedModel : ImageKind.OneModel);
            IReadOnlyList<string> command = FlashTool.Command(build.Board, build.ImageBase, parsed.GetValue(port), parsed.GetValue(emulator));
            if (parsed.GetValue(dry))
            {
                session.Show(new { Board = build.Board.Name, Build = build.Command, Flash = command }, console =>
                {
                    Tables.Line(console, Tool.Line(build.Command));
                    Tables.Line(console, Tool.Line(command));
                });
                return ErrorCode.None;
            }

            bool copies = build.Board.Flashing.Method == "uf2" && command[0] == "cp";
            if (!copies) Tool.Require(command[0]);
            build.Run(session);
            if (command[0] == "qemu-system-arm") Emulate(session, build.Board, path, command, parsed.GetValue(port));
            else if (copies) Told(session, build, $"copied to {FlashTool.Copy(build.ImageBase, parsed.GetValue(port))}", path);
            else Flash(session, build, command, path);
            return ErrorCode.None;
        };
        return verb;
    }

    private static ErrorCode Upload(Session session, string boardName, string path, string? port, bool others)
    {
        if (others) throw new ConversionException(ErrorCode.Usage, "--upload", "it builds and starts nothing, so --dry-run, --emulator, --all-operators and --verify-in-build do not go with it", "leave one out");
        Board board = Checkout.Board(boardName);
        byte[] model = InputFile.ReadAllBytes(path);
        ModelUpload.CheckSlot(board, path, model.Length);
        if (port is null) throw new ConversionException(ErrorCode.OptionNeeded, "--upload", "there is no port to send it to", "give the port of the board, such as --port /dev/ttyACM0");
        using DeviceConnection device = DeviceConnection.OpenAny(session, board, port);
        ModelUpload.Run(session, device, path, model);
        string next = $"edgespike check {path} --board {board.Name} --port {port}";
        session.Show(new { Board = board.Name, device.Place, Bytes = model.Length, Next = next }, console =>
        {
            Tables.Line(console, $"{path}: {Units.Number(model.Length)} bytes in the second slot of {device.Place}, from where it runs now");
            Tables.Line(console, $"next: {next}");
        });
        return ErrorCode.None;
    }

    private static void Flash(Session session, FirmwareBuild build, IReadOnlyList<string> command, string path)
    {
        session.Error.WriteLine(Tool.Line(command));
        (int status, string text) = Tool.Run(command, session.Cancellation);
        if (status != 0)
        {
            string last = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing";
            throw new ConversionException(ErrorCode.DeviceFailed, $"{command[0]} for {build.Board.Name}", $"ended with status {status}: {last}", $"look at cable and supply, or run it yourself: {Tool.Line(command)}");
        }

        Told(session, build, $"flashed by {command[0]}", path);
    }

    private static void Told(Session session, FirmwareBuild build, string what, string path)
    {
        string next = $"edgespike check {path} --board {build.Board.Name} --port /dev/ttyACM0";
        session.Show(new { Board = build.Board.Name, Image = build.ImageBase, Done = what, Next = next }, console =>
        {
            Tables.Line(console, $"{build.Board.Name}: {what}");
            Tables.Line(console, $"next, with the port it has: {next}");
        });
    }

    /// <summary>QEMU until it ends or Ctrl-C; then all is well.</summary>
    private static void Emulate(Session session, Board board, string path, IReadOnlyList<string> command, string? port)
    {
        using Process process = Tool.Start(command);
        using System.Threading.CancellationTokenRegistration stop = session.Cancellation.Register(() =>
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It had ended by itself, as Ctrl-C reaches it too.
            }
        });
        Task<string> errors = process.StandardError.ReadToEndAsync(session.Cancellation);
        // QEMU tells the terminal it made on one of the two streams, by version.
        string? place = port;
        for (string? line = place is null ? process.StandardOutput.ReadLine() : null; line is not null && place is null; line = place is null ? process.StandardOutput.ReadLine() : null)
            if (Terminal().Match(line) is { Success: true } match) place = match.Value;
        if (place is not null)
        {
            string next = $"edgespike check {path} --board {board.Name} --port {place}";
            session.Show(new { Board = board.Name, Port = place, Next = next }, console =>
            {
                Tables.Line(console, $"{board.Name} runs in QEMU at {place} until Ctrl-C");
                Tables.Line(console, $"connect from elsewhere: {next}");
            });
        }

        process.WaitForExit();
        if (session.Cancellation.IsCancellationRequested) return;
        string text = errors.GetAwaiter().GetResult().Trim();
        if (process.ExitCode != 0 || place is null)
            throw new ConversionException(ErrorCode.DeviceFailed, $"{board.Name} in QEMU", $"it ended with status {process.ExitCode}{(text.Length > 0 ? $": {text}" : "")}", $"run it yourself: {Tool.Line(command)}");
    }

    [GeneratedRegex(@"/dev/\S+")]
    private static partial Regex Terminal();
}
