using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Conversion;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>The verbs that work on boards: without tools, on the firmware's link server behind a socket, and in QEMU.</summary>
public sealed class BoardTests : IDisposable
{
    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    public static TheoryData<string> Boards => [.. Directory.EnumerateFiles(Path.Combine(TestData.RepositoryRoot, "boards"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Boards))]
    public void Every_board_is_listed_and_shown(string name)
    {
        Outcome all = Edgespike.Run("boards");
        Assert.Equal(0, all.Status);
        string row = Assert.Single(all.Output.Split('\n'), line => line.TrimStart().StartsWith(name + " ", StringComparison.Ordinal));
        Assert.EndsWith("never", row.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains(Edgespike.Run("boards", "--json").Json.GetProperty("boards").EnumerateArray(), b => b.GetProperty("name").GetString() == name);

        Outcome one = Edgespike.Run("boards", name);
        Assert.Equal(0, one.Status);
        Assert.StartsWith(name + ": ", one.Output, StringComparison.Ordinal);
        Assert.Equal(name, Edgespike.Run("boards", name, "--json").Json.GetProperty("name").GetString());
    }

    [Fact]
    public void A_board_that_is_not_there_or_breaks_a_rule_is_told()
    {
        Fails(ErrorCode.Usage, "arduino", "boards", "arduino");
        Fails(ErrorCode.Usage, "../boards/pico2", "flash", "--board", "../boards/pico2", "--model", _cli.Model());
        Fails(ErrorCode.FileMissing, "absent.json", "boards", _cli["absent.json"]);
        Fails(ErrorCode.WrongFormat, "overlaps", "boards", Changed("overlap.json", "\"0x20000000\"", "\"0x08000000\""));
    }

    [Theory]
    [InlineData("mps2-an385", "qemu-system-arm -M mps2-an385 -display none -monitor none -serial pty -kernel", "mps2-an385-net.elf")]
    [InlineData("mps2-an386", "qemu-system-arm -M mps2-an386", "mps2-an386-net.elf")]
    [InlineData("mps2-an500", "qemu-system-arm -M mps2-an500", "mps2-an500-net.elf")]
    [InlineData("mps2-an505", "qemu-system-arm -M mps2-an505", "mps2-an505-net.elf")]
    [InlineData("netduinoplus2", "dfu-util -d 0483:df11 -a 0 -s 0x08000000:leave -D", "netduinoplus2-net.bin")]
    [InlineData("stm32f4-discovery", "openocd -f board/stm32f4discovery.cfg -c 'program {", "stm32f4-discovery-net.elf} verify reset exit'")]
    [InlineData("nucleo-l4r5zi", "openocd -f board/st_nucleo_l4.cfg -c 'program {", "nucleo-l4r5zi-net.elf} verify reset exit'")]
    [InlineData("nucleo-h743zi", "openocd -f board/st_nucleo_h743zi.cfg -c 'program {", "nucleo-h743zi-net.elf} verify reset exit'")]
    [InlineData("nrf52840-dk", "openocd -f board/nordic_nrf52_dk.cfg -c 'program {", "nrf52840-dk-net.elf} verify reset exit'")]
    [InlineData("pico2", "cp ", "pico2-net.uf2 DRIVE")]
    public void Flash_shows_the_commands_and_does_neither(string board, string begin, string end)
    {
        string model = _cli.Model();
        Outcome outcome = Edgespike.Run("flash", "--board", board, "--model", model, "--dry-run");
        Assert.True(outcome.Status == 0, outcome.Error);
        Assert.Empty(outcome.Error);
        string[] lines = outcome.Output.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("dotnet build ", lines[0], StringComparison.Ordinal);
        Assert.Contains($"-p:Board={board} -p:Model={model} ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(begin, lines[1], StringComparison.Ordinal);
        Assert.EndsWith(end, lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_port_names_one_of_several_and_QEMU_can_be_asked_for()
    {
        string model = _cli.Model();
        string Flash(string board, params string[] more) => Edgespike.Run(["flash", "--board", board, "--model", model, "--dry-run", .. more]).Output;
        Assert.Contains("-c 'adapter serial 0661' -c 'program", Flash("nucleo-h743zi", "--port", "0661"), StringComparison.Ordinal);
        Assert.Contains("-S 20F1", Flash("netduinoplus2", "--port", "20F1"), StringComparison.Ordinal);
        Assert.EndsWith("pico2-net.uf2 /media/RP2350\n", Flash("pico2", "--port", "/media/RP2350"), StringComparison.Ordinal);
        Assert.Contains("qemu-system-arm -M netduinoplus2", Flash("netduinoplus2", "--emulator"), StringComparison.Ordinal);
        Assert.Contains("-serial tcp:127.0.0.1:4242,server=on,wait=off", Flash("mps2-an500", "--port", "tcp:127.0.0.1:4242"), StringComparison.Ordinal);
        Assert.Contains("st-flash --reset write", Flash(Changed("stlink.json", "\"openocd\"", "\"st-flash\"")), StringComparison.Ordinal);
        Fails(ErrorCode.Unsupported, "pico2", "flash", "--board", "pico2", "--model", model, "--emulator", "--dry-run");
        Fails(ErrorCode.Usage, "ttyACM0", "flash", "--board", "mps2-an386", "--model", model, "--port", "/dev/ttyACM0", "--dry-run");
    }

    [Fact]
    public void The_build_can_verify_the_one_model_that_an_image_runs()
    {
        string model = _cli.Model(), small = Changed("all.json", "\"origin\": \"0x080C0000\",\n    \"bytes\": 262144", "\"origin\": \"0x08004000\",\n    \"bytes\": 1032192");
        Outcome outcome = Edgespike.Run("flash", "--board", "mps2-an386", "--model", model, "--dry-run", "--verify-in-build");
        Assert.Contains(" -p:Verification=Build", outcome.Output, StringComparison.Ordinal);
        Fails(ErrorCode.Usage, "--all-operators is for uploads", "flash", "--board", "mps2-an386", "--model", model, "--dry-run", "--verify-in-build", "--all-operators");
        Fails(ErrorCode.Usage, "--verify-in-build", "flash", "--board", "mps2-an386", "--model", model, "--port", "tcp:127.0.0.1:1", "--upload", "--verify-in-build");

        // Without uploads their slot is part of the flash.
        Fails(ErrorCode.Unsupported, "without the slot", "flash", "--board", small, "--model", model, "--dry-run");
        Assert.Equal(0, Edgespike.Run("flash", "--board", small, "--model", model, "--dry-run", "--verify-in-build").Status);
    }

    [Fact]
    public void A_model_too_large_is_told_before_the_build_with_bytes_needed_and_there()
    {
        string model = _cli.Model();
        Outcome flash = Fails(ErrorCode.Unsupported, "there are 16384, without the slot for uploads of 1032192", "flash", "--board", Changed("small.json", "\"origin\": \"0x080C0000\",\n    \"bytes\": 262144", "\"origin\": \"0x08004000\",\n    \"bytes\": 1032192"), "--model", model);
        Assert.Matches("needs [0-9]+ bytes of flash", flash.Error);
        Outcome ram = Fails(ErrorCode.Unsupported, "there are 3072", "flash", "--board", Changed("narrow.json", "\"bytes\": 131072", "\"bytes\": 3072"), "--model", model);
        Assert.Matches("together [0-9]+ bytes of ram", ram.Error);
    }

    [Theory]
    [InlineData("stm32f4-discovery", "openocd", "openocd")]
    [InlineData("netduinoplus2", "dfu-util", "dfu-util")]
    [InlineData("mps2-an386", "qemu-system-arm", "qemu-system-arm")]
    [InlineData("pico2", "arm-none-eabi-gcc", "gcc-arm-none-eabi")]
    [InlineData("stlink.json", "st-flash", "stlink-tools")]
    public void A_missing_tool_is_named_with_its_package(string board, string tool, string package)
    {
        string executable = Path.Combine(AppContext.BaseDirectory, "edgespike");
        Assert.SkipUnless(File.Exists(executable), "needs the built command");
        if (board == "stlink.json") board = Changed(board, "\"openocd\"", "\"st-flash\"");

        // A name of its own: an image that another test built would need no compiler.
        ProcessStartInfo start = new(executable, ["flash", "--board", board, "--model", _cli.Model("never-built.esm")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = Directory.CreateDirectory(_cli["empty"]).FullName;
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using Process process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((int)ErrorCode.ToolMissing, process.ExitCode);
        Assert.Equal($"error E25 tool-missing: {tool}: it is not installed, or not in PATH; on Debian: apt install {package}\n", error);
    }

    [Fact]
    public void A_port_needs_a_board_and_a_board_without_emulator_a_port()
    {
        string model = _cli.Model();
        Fails(ErrorCode.Usage, "--board", "check", model, "--port", "/dev/ttyACM0");
        Fails(ErrorCode.OptionNeeded, "--port", "check", model, "--board", "pico2");
        Fails(ErrorCode.DeviceFailed, "no such port", "check", model, "--board", "pico2", "--port", "/dev/edgespike-absent");
        Fails(ErrorCode.Usage, "tcp:HOST:PORT", "check", model, "--board", "pico2", "--port", "tcp:here");
        Fails(ErrorCode.Unsupported, "floating point", "run", _cli.Description(), "--input", _cli["model-x.npy"], "--board", "mps2-an386");
    }

    [Fact]
    public void A_board_gives_the_table_of_the_host_and_the_spikes_it_streamed()
    {
        string model = _cli.Model(), x = _cli.Spikes("x.npy");
        using SocketDevice device = new(File.ReadAllBytes(model));
        string[] board = ["--board", "mps2-an386", "--port", device.Port];
        Outcome here = Edgespike.Run("run", model, "--input", x, "--record", $"lif1={_cli["host.npy"]}"), there = Edgespike.Run(["run", model, "--input", x, .. board, "--record", $"lif1={_cli["board.npy"]}"]);
        Assert.True(there.Status == 0, there.Error);
        Assert.Equal(here.Output.Split('\n')[1..^2], there.Output.Split('\n')[1..^3]);
        Assert.Contains($"checksums of 240 ticks on mps2-an386 at {device.Port} equal the host's", there.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_cli["host.npy"]), File.ReadAllBytes(_cli["board.npy"]));
        Assert.Equal(240, Edgespike.Run(["run", model, "--input", x, .. board, "--json"]).Json.GetProperty("sameTicks").GetInt32());

        // Membranes, alone and beside spikes, are those of the host.
        Assert.Equal(0, Edgespike.Run("run", model, "--input", x, "--record", $"lif1:membrane={_cli["host-v.npy"]}", "--record", $"lif2:membrane={_cli["host-w.npy"]}").Status);
        Outcome alone = Edgespike.Run(["run", model, "--input", x, .. board, "--record", $"lif1:membrane={_cli["v.npy"]}"]);
        Assert.True(alone.Status == 0, alone.Error);
        Assert.Equal(File.ReadAllBytes(_cli["host-v.npy"]), File.ReadAllBytes(_cli["v.npy"]));
        Assert.Equal(0, Edgespike.Run(["run", model, "--input", x, .. board, "--record", $"lif1={_cli["board.npy"]}", "--record", $"lif2:membrane={_cli["w.npy"]}"]).Status);
        Assert.Equal(File.ReadAllBytes(_cli["host.npy"]), File.ReadAllBytes(_cli["board.npy"]));
        Assert.Equal(File.ReadAllBytes(_cli["host-w.npy"]), File.ReadAllBytes(_cli["w.npy"]));

        Outcome check = Edgespike.Run(["check", model, .. board]);
        Assert.Equal($"{model} on mps2-an386 at {device.Port}: same spikes in", check.Output[..check.Output.IndexOf(" in ", StringComparison.Ordinal)] + " in");
        JsonElement bench = Edgespike.Run(["bench", model, "--input", x, .. board, "--json"]).Json;
        Assert.Equal(240, bench.GetProperty("ticks").GetInt32());
        Assert.Equal(4 * 240, bench.GetProperty("operators").EnumerateArray().First(o => o.GetProperty("operator").GetString() == "neuron").GetProperty("counted").GetProperty("neuronUpdates").GetInt32());
    }

    [Fact]
    public void A_model_is_uploaded_and_runs()
    {
        string first = _cli.Model(), second = _cli["second.esm"];
        Assert.Equal(0, Edgespike.Run("convert", _cli.Description(), "-o", second, "--weights", "int16", "--calibrate", _cli.Spikes("y.npy")).Status);
        using SocketDevice device = new(File.ReadAllBytes(first)) { Room = 1 << 16 };
        string[] there = ["--board", "mps2-an386", "--port", device.Port];
        Outcome upload = Edgespike.Run(["flash", "--model", second, "--upload", .. there]);
        Assert.True(upload.Status == 0, upload.Error);
        Assert.Contains($"bytes in the second slot of mps2-an386 at {device.Port}", upload.Output, StringComparison.Ordinal);
        Assert.Equal(0, Edgespike.Run(["check", second, .. there]).Status);
        Fails(ErrorCode.DeviceFailed, "holds another model", ["check", first, .. there]);
        Assert.Equal(new FileInfo(first).Length, Edgespike.Run(["flash", "--model", first, "--upload", .. there, "--json"]).Json.GetProperty("bytes").GetInt64());
        Assert.Equal(0, Edgespike.Run(["check", first, .. there]).Status);
    }

    [Fact]
    public void An_upload_that_can_not_be_is_told()
    {
        string model = _cli.Model();
        string[] upload = ["flash", "--model", model, "--upload"];
        Fails(ErrorCode.Unsupported, "pico2: it has no second slot", [.. upload, "--board", "pico2", "--port", "tcp:127.0.0.1:1"]);
        Fails(ErrorCode.OptionNeeded, "no port", [.. upload, "--board", "mps2-an386"]);
        Fails(ErrorCode.Usage, "--dry-run", [.. upload, "--board", "mps2-an386", "--dry-run"]);
        long bytes = new FileInfo(model).Length;
        string small = Changed("mps2-an386.json", "\"origin\": \"0x080C0000\",\n    \"bytes\": 262144", "\"origin\": \"0x080E0000\",\n    \"bytes\": 131072");
        using SocketDevice none = new(File.ReadAllBytes(model)) { Room = (int)bytes - 1 };
        Fails(ErrorCode.DeviceFailed, "size is too large", [.. upload, "--board", small, "--port", none.Port]);
        using SocketDevice other = new(File.ReadAllBytes(model), "pico2") { Room = 1 << 16 };
        Fails(ErrorCode.DeviceFailed, "calls itself 'pico2'", [.. upload, "--board", "mps2-an386", "--port", other.Port]);
        using SocketDevice refuses = new(File.ReadAllBytes(model)) { Room = 1 << 16, Refusal = ModelError.Operator };
        Fails(ErrorCode.DeviceFailed, "refuses the uploaded one at offset 48", [.. upload, "--board", "mps2-an386", "--port", refuses.Port]);
        using SocketDevice breaks = new(File.ReadAllBytes(model)) { Room = 1 << 16 };
        breaks.AtRequest = n =>
        {
            if (n == 6) throw new IOException("unplugged");
        };
        Fails(ErrorCode.DeviceFailed, "the line was closed", [.. upload, "--board", "mps2-an386", "--port", breaks.Port]);
        breaks.AtRequest = null;
        Assert.Equal(0, Edgespike.Run("check", model, "--board", "mps2-an386", "--port", breaks.Port).Status);
    }

    [Fact]
    public void Inputs_larger_than_a_frame_arrive_in_parts()
    {
        const int channels = 300;
        string weights = string.Join(",", Enumerable.Range(0, 4).Select(n => $"[{string.Join(",", Enumerable.Range(0, channels).Select(c => c % 5 == n ? "0.01" : "-0.002"))}]"));
        string net = _cli.Text("wide.json", $$"""
            {"format": "edgespike-description", "version": 1, "nodes": [
              {"name": "input", "type": "input", "shape": [{{channels}}]}, {"name": "fc1", "type": "linear", "weight": [{{weights}}]},
              {"name": "lif1", "type": "neuron", "decay": 0.8, "threshold": 0.1}, {"name": "output", "type": "output"}]}
            """);
        double[] rates = [.. Enumerable.Range(0, 40 * channels).Select(i => i * 7919 % 100 < 70 ? 1.0 : 0.0)];
        string x = _cli["wide.npy"];
        Conversion.Files.NpyFile.Write(x, Conversion.Files.NumericArray.From([.. rates.Select(r => (byte)r)], 40, channels));
        Assert.Equal(0, Edgespike.Run("convert", net, "-o", _cli["wide.esm"], "--calibrate", x).Status);
        using SocketDevice device = new(File.ReadAllBytes(_cli["wide.esm"]));
        Outcome run = Edgespike.Run("run", _cli["wide.esm"], "--input", x, "--board", "mps2-an386", "--port", device.Port, "--json");
        Assert.True(run.Status == 0, run.Error);
        Assert.Equal(40, run.Json.GetProperty("sameTicks").GetInt32());
        Outcome bench = Edgespike.Run("bench", _cli["wide.esm"], "--input", x, "--board", "mps2-an386", "--port", device.Port, "--json");
        Assert.True(bench.Status == 0, bench.Error);
        Assert.Equal(40, bench.Json.GetProperty("ticks").GetInt32());
        Assert.Equal(4 * 40, bench.Json.GetProperty("operators").EnumerateArray().First(o => o.GetProperty("operator").GetString() == "neuron").GetProperty("counted").GetProperty("neuronUpdates").GetInt32());
        Outcome membrane = Edgespike.Run("run", _cli["wide.esm"], "--input", x, "--board", "mps2-an386", "--port", device.Port, "--record", $"lif1:membrane={_cli["v.npy"]}");
        Assert.True(membrane.Status == 0, membrane.Error);
    }

    [Fact]
    public void The_first_tick_that_differs_is_named_and_is_21()
    {
        string model = _cli.Model(), x = _cli.Spikes("x.npy");
        using SocketDevice device = new(File.ReadAllBytes(model));
        foreach (ModelTensor tensor in device.Interpreter.Model.Tensors)
            if (tensor.Type == TensorType.Int8) device.Interpreter.Model.File.AsSpan(tensor.Offset, 4).Fill(127);
        string[] board = ["--board", "mps2-an386", "--port", device.Port];
        Assert.Matches("recording 0 differs first at tick [0-9]+ ", Fails(ErrorCode.CheckFailed, "tick", ["run", model, "--input", x, .. board]).Error);
        Assert.Matches("vector 0 differs first at tick [0-9]+;", Fails(ErrorCode.CheckFailed, "tick", ["check", model, .. board]).Error);
    }

    [Fact]
    public void A_board_that_stops_is_unplugged_or_is_another_is_27()
    {
        string model = _cli.Model(), x = _cli.Spikes("x.npy");
        using SocketDevice device = new(File.ReadAllBytes(model));
        string[] run = ["run", model, "--input", x, "--board", "mps2-an386", "--port", device.Port];
        device.AtRequest = n =>
        {
            if (n == 50) throw new IOException("unplugged");
        };
        Fails(ErrorCode.DeviceFailed, "the line was closed", run);
        device.AtRequest = n =>
        {
            if (n != 50) return;
            device.Panic = 2;
            device.Interpreter.Reset();
        };
        Fails(ErrorCode.DeviceFailed, "array index out of range", run);
        device.AtRequest = null;
        device.Panic = 8;
        Outcome after = Edgespike.Run(run);
        Assert.Equal(0, after.Status);
        Assert.StartsWith("note: before this, the program on the device stopped: the heap is exhausted", after.Error, StringComparison.Ordinal);

        Fails(ErrorCode.DeviceFailed, "calls itself 'mps2-an386'", "check", model, "--board", "pico2", "--port", device.Port);
        Assert.Equal(0, Edgespike.Run("convert", _cli.Description(), "-o", _cli["wider.esm"], "--weights", "int16", "--calibrate", x).Status);
        Fails(ErrorCode.DeviceFailed, "holds another model", "check", _cli["wider.esm"], "--board", "mps2-an386", "--port", device.Port);
    }

    [Fact]
    public void In_QEMU_a_model_is_built_checked_and_run()
    {
        Assert.SkipUnless(Tool.IsInstalled("arm-none-eabi-gcc"), "needs arm-none-eabi-gcc: apt install gcc-arm-none-eabi");
        Assert.SkipUnless(Tool.IsInstalled("qemu-system-arm"), "needs qemu-system-arm: apt install qemu-system-arm");
        string model = _cli.Model("command-test.esm"), x = _cli.Spikes("x.npy");
        Outcome check = Edgespike.Run("check", model, "--board", "mps2-an386");
        Assert.True(check.Status == 0, check.Error);
        Assert.StartsWith($"{model} on mps2-an386 in QEMU: same spikes in ", check.Output, StringComparison.Ordinal);

        // Built already: nothing is said about a build.
        Outcome run = Edgespike.Run("run", model, "--input", x, "--board", "mps2-an386", "--record", $"lif2={_cli["board.npy"]}");
        Assert.True(run.Status == 0, run.Error);
        Assert.DoesNotContain("building", run.Error, StringComparison.Ordinal);
        Assert.Contains("checksums of 240 ticks on mps2-an386 in QEMU equal the host's", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, Edgespike.Run("run", model, "--input", x, "--record", $"lif2={_cli["host.npy"]}").Status);
        Assert.Equal(File.ReadAllBytes(_cli["host.npy"]), File.ReadAllBytes(_cli["board.npy"]));
    }

    [Fact]
    public async Task In_QEMU_a_model_is_uploaded_to_a_firmware_that_runs()
    {
        Assert.SkipUnless(Tool.IsInstalled("arm-none-eabi-gcc"), "needs arm-none-eabi-gcc: apt install gcc-arm-none-eabi");
        Assert.SkipUnless(Tool.IsInstalled("qemu-system-arm"), "needs qemu-system-arm: apt install qemu-system-arm");
        string first = _cli.Model("upload-test.esm"), second = _cli["second.esm"];
        Assert.Equal(0, Edgespike.Run("convert", _cli.Description(), "-o", second, "--weights", "int16", "--calibrate", _cli.Spikes("y.npy")).Status);
        System.Net.Sockets.TcpListener free = new(System.Net.IPAddress.Loopback, 0);
        free.Start();
        string port = $"tcp:127.0.0.1:{((System.Net.IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        using System.Threading.CancellationTokenSource stop = new();
        Task<Outcome> emulator = Task.Run(() => Edgespike.Run(stop.Token, "flash", "--board", "mps2-an386", "--model", first, "--port", port, "--all-operators"), TestContext.Current.CancellationToken);
        string[] there = ["--board", "mps2-an386", "--port", port];
        Outcome check;
        do
        {
            // Until the image is built and QEMU listens.
            await Task.Delay(500, TestContext.Current.CancellationToken);
            check = Edgespike.Run(["check", first, .. there]);
        }
        while (check.Error.Contains("it can't be opened", StringComparison.Ordinal) && !emulator.IsCompleted);
        try
        {
            Assert.True(check.Status == 0, emulator.IsCompleted ? (await emulator).Error : check.Error);
            Outcome upload = Edgespike.Run(["flash", "--model", second, "--upload", .. there]);
            Assert.True(upload.Status == 0, upload.Error);
            Assert.Equal(0, Edgespike.Run(["check", second, .. there]).Status);
        }
        finally
        {
            stop.Cancel();
            await emulator;
        }
    }

    /// <summary>The file of the STM32F4-Discovery with one thing changed; its path.</summary>
    private string Changed(string name, string from, string to)
    {
        string text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "boards", "stm32f4-discovery.json"));
        int at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{from}' is not in the board file");
        return _cli.Text(name, text[..at] + to + text[(at + from.Length)..]);
    }

    private static Outcome Fails(ErrorCode code, string named, params string[] arguments)
    {
        Outcome outcome = Edgespike.Run(arguments);
        Assert.True(code == outcome.Code, $"{outcome.Code} instead of {code}: {outcome.Error}");
        string line = Assert.Single(outcome.Error.TrimEnd().Split('\n'));
        Assert.StartsWith($"error E{(int)code} ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        return outcome;
    }
}
