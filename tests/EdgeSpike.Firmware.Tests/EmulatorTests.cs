using System;
using System.Buffers.Binary;
using System.Globalization;
using System.IO;
using System.Linq;
using EdgeSpike.Boards;
using EdgeSpike.Boards.Images;
using EdgeSpike.Boards.Link;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Conversion.Quantization;
using EdgeSpike.Conversion.Tests.Support;
using EdgeSpike.Runtime;
using EdgeSpike.Tests;
using Xunit;

namespace EdgeSpike.Firmware.Tests;

/// <summary>Images on QEMU's machines: the same spikes as the host, and what happens when something goes wrong.</summary>
public sealed class EmulatorTests(ITestOutputHelper output)
{
    /// <summary>Recordings of L2MU Braille for each machine and width over the link; <see cref="RecordingTests"/> runs all of them without it.</summary>
    internal const int Recordings = 2;

    [Theory]
    [InlineData("mps2-an385")]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an500")]
    [InlineData("mps2-an505")]
    [InlineData("netduinoplus2")]
    public void The_linked_model_proves_itself_and_gives_the_spikes_of_the_host(string name)
    {
        using EmulatedDevice device = Start(name);
        DeviceIdentity identity = device.Link.Identify();
        Assert.Equal(name, identity.Board);
        Assert.Equal(0, identity.ModelError);
        Assert.Equal(new DeviceCheck(0, 1, 40, 40), device.Link.Check());
        Same(device, Images.Model, 12, 20);
        DeviceMemory memory = device.Link.ReadMemory();
        output.WriteLine(memory.ToString());
        Assert.InRange(memory.StackUsed, 64, memory.Stack - 256);
    }

    [Theory]
    [InlineData("mps2-an385")]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an500")]
    [InlineData("mps2-an505")]
    public void Uploaded_models_give_the_spikes_of_the_host(string name)
    {
        using EmulatedDevice device = Start(name, ImageKind.AllOperators);
        TensorType[] types = [TensorType.Int4, TensorType.Int8, TensorType.Int16];
        for (int seed = 0; seed < 3; seed++)
        {
            byte[] model = Models.Random(20 + seed, types[seed], inputs: 9 + seed, hidden: 33 + seed, outputs: 5 + seed);
            device.Link.Upload(model);
            Assert.Equal(1, device.Link.Restart().Slot);
            Assert.Equal(0, device.Link.Check().Error);
            Same(device, model, 9 + seed, 60);
        }
    }

    [Fact]
    public void A_large_model_is_uploaded()
    {
        byte[] model = L2mu.Convert(L2muBraille.Load(TestData.Require("l2mu-braille")), WeightType.Int8);
        using EmulatedDevice device = Start("mps2-an386", ImageKind.AllOperators);
        device.Link.Upload(model);
        Assert.Equal(model.Length, device.Link.Restart().ModelBytes);
        Assert.Equal(0, device.Link.Check().Error);
    }

    [Theory]
    [InlineData("mps2-an385")]
    [InlineData("mps2-an386")]
    [InlineData("mps2-an500")]
    [InlineData("mps2-an505")]
    public void The_braille_network_gives_the_spikes_of_the_host(string name)
    {
        L2muBraille braille = L2muBraille.Load(TestData.Require("l2mu-braille"));
        foreach (WeightType weights in (WeightType[])[WeightType.Int8, WeightType.Int16])
        {
            // Both would be in the link for most of a minute: they are in the slot when the emulator starts.
            byte[] model = L2mu.Convert(braille, weights);
            using TemporaryFolder folder = new();
            using EmulatedDevice device = StartWith(name, model, folder.File("slot.bin"));
            DeviceIdentity identity = device.Link.Identify();
            Assert.Equal((1, 0, model.Length), (identity.Slot, identity.ModelError, identity.ModelBytes));
            Assert.Equal(0, device.Link.Check().Error);
            Interpreter host = Models.Load(model);
            for (int sample = 0; sample < Recordings; sample++)
            {
                int[][] events = L2mu.Events(braille, sample);
                device.Link.Reset();
                Assert.Equal(Models.Checksums(host, events), device.Link.Run([.. events.Select(e => DeviceLink.EventInput(e))]));
            }

            output.WriteLine($"{name} {weights}: {Recordings} recordings alike; {device.Link.ReadMemory()}");
        }
    }

    [Theory]
    [InlineData("mps2-an385")]
    [InlineData("mps2-an505")]
    [InlineData("netduinoplus2")]
    public void Faults_are_caught_recorded_and_survived(string name)
    {
        using EmulatedDevice device = Start(name);
        DeviceLink link = device.Link;
        link.Identify();
        link.Step();
        Assert.False(link.ReadPanic().Happened);
        (int Fault, int Code, string Meaning)[] faults =
        [
            (1, 2, "array index"), (2, 32, "null reference"), (3, 32, "stack overflow"), (4, 1, "division by zero"), (5, 32, "bus error"), (6, 8, "heap is exhausted"),
        ];
        foreach ((int fault, int code, string meaning) in faults)
        {
            PanicReport panic = link.Provoke(fault);
            Assert.Equal(code, panic.Code);
            Assert.Contains(meaning, panic.Meaning);
            if (code != 32 || fault == 2) Assert.InRange(panic.Address, (uint)Images.Board(name).Flash.Origin, (uint)Images.Board(name).Flash.End);
            link.ReadPanic(forget: true);
            Assert.False(link.ReadPanic().Happened);
            Assert.Equal(0, link.Check().Error);
        }
    }

    [Fact]
    public void A_program_that_hangs_is_restarted_by_the_watchdog_and_one_that_waits_is_not()
    {
        Images.RequireEmulator();
        using TemporaryFolder folder = new();
        string board = Path.Combine(folder.Path, "mps2-an386.json"), text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "boards", "mps2-an386.json"));
        const string TimeOut = "\"timeOutMilliseconds\": 120000";
        Assert.Contains(TimeOut, text);
        File.WriteAllText(board, text.Replace(TimeOut, "\"timeOutMilliseconds\": 2000", StringComparison.Ordinal));

        // 128 ns an instruction: the watchdog sees the program's time, not that of a machine which may be busy with something else.
        using EmulatedDevice device = EmulatedDevice.Start(BoardFile.Read(board), Images.Build(board, "model", Images.Model, folder.Path), "-icount", "shift=7");
        device.Link.Identify();
        System.Threading.Thread.Sleep(3000);
        PanicReport idle = device.Link.ReadPanic();
        Assert.False(idle.Happened, idle.Meaning);
        PanicReport hung = device.Link.Provoke(7);
        Assert.Equal(34, hung.Code);
        Assert.Contains("watchdog", hung.Meaning);
        Assert.InRange(hung.Address, 0u, 0x10000u);
        Assert.Equal(0, device.Link.Check().Error);
    }

    [Fact]
    public void While_a_model_is_uploaded_over_the_one_in_use_there_is_none()
    {
        using EmulatedDevice device = Start("mps2-an386", ImageKind.AllOperators);
        DeviceLink link = device.Link;
        byte[] model = Models.Random(33, TensorType.Int8);
        link.Upload(model);
        Assert.Equal(1, link.Restart().Slot);
        link.Step();
        Assert.ThrowsAny<OperationCanceledException>(() => link.Upload(Models.Random(34, TensorType.Int8), new StopAfter(1000)));
        Assert.Contains("no model", Assert.Throws<BoardException>(() => link.Step()).Message);
        Assert.Equal(0, link.Restart().Slot);
        link.Step();
    }

    [Fact]
    public void An_upload_that_breaks_off_or_is_damaged_leaves_the_old_model()
    {
        using EmulatedDevice device = Start("mps2-an386", ImageKind.AllOperators);
        DeviceLink link = device.Link;
        int linked = link.Identify().ModelBytes;

        // Sound bytes of a model that the verifier refuses: its operator names a buffer that is not there.
        byte[] refused = Models.Random(30, TensorType.Int8);
        int operators = BinaryPrimitives.ReadInt32LittleEndian(refused.AsSpan(48));
        refused[operators + 8] = 200;
        ModelBuilder.Reseal(refused);
        link.Upload(refused);
        DeviceIdentity identity = link.Restart();
        Assert.Equal((0, linked), (identity.Slot, identity.ModelBytes));

        // Why the uploaded one does not run is told beside the linked one that does.
        Assert.NotEqual(0, identity.ModelError);
        Assert.InRange(identity.ModelErrorOffset, operators, operators + 16);
        Assert.Equal(0, link.Check().Error);

        byte[] good = Models.Random(31, TensorType.Int8);
        link.Upload(good);
        Assert.Equal(1, link.Restart().Slot);
        Assert.ThrowsAny<OperationCanceledException>(() => link.Upload(Models.Random(32, TensorType.Int8), new StopAfter(1000)));
        identity = link.Restart();
        Assert.Equal((0, linked), (identity.Slot, identity.ModelBytes));
        Assert.Equal(0, link.Check().Error);
    }

    /// <summary>A program for one model leaves out what that model lacks, and says so of another one.</summary>
    [Fact]
    public void An_upload_that_needs_what_was_left_out_is_refused_by_name_and_the_linked_model_runs()
    {
        using EmulatedDevice device = Start("mps2-an386");
        byte[] others = Models.Random(2, TensorType.Int16), alike = Models.Random(3, TensorType.Int8);
        device.Link.Upload(others);
        DeviceIdentity identity = device.Link.Restart();
        Assert.Equal((0, (int)ModelError.LeftOut, Images.Model.Length), (identity.Slot, identity.ModelError, identity.ModelBytes));
        Same(device, Images.Model, 12, 20);
        device.Link.Upload(alike);
        identity = device.Link.Restart();
        Assert.Equal((1, 0, alike.Length), (identity.Slot, identity.ModelError, identity.ModelBytes));
        Same(device, alike, 12, 20);
    }

    [Fact]
    public void A_damaged_linked_model_is_refused_and_the_link_says_why()
    {
        byte[] damaged = [.. Images.Model];
        damaged[^20] ^= 1;
        Images.RequireEmulator();
        using EmulatedDevice device = EmulatedDevice.Start(Images.Board("mps2-an386"), Images.Of("mps2-an386", "damaged", damaged));
        DeviceIdentity identity = device.Link.Identify();
        Assert.Equal((int)ModelError.Checksum, identity.ModelError);
        Assert.Equal(12, identity.ModelErrorOffset);
        Assert.Contains("no model", Assert.Throws<BoardException>(() => device.Link.Step()).Message);
    }

    /// <summary>The build has verified the model: the program runs it, takes no other, and still sees when flash has changed.</summary>
    [Fact]
    public void A_model_that_its_build_verified_runs_alone()
    {
        Images.RequireEmulator();
        Board board = Images.Board("mps2-an386");
        string elf = Images.Of("mps2-an386", ImageKind.VerifiedModel);
        using (EmulatedDevice device = EmulatedDevice.Start(board, elf))
        {
            Assert.Equal(0, device.Link.Check().Error);
            Same(device, Images.Model, 12, 20);
            Assert.Contains("can't do", Assert.Throws<BoardException>(() => device.Link.Upload(Images.Model)).Message);
            device.Link.Step();
        }

        using TemporaryFolder folder = new();
        byte[] image = File.ReadAllBytes(elf);
        image[image.AsSpan().IndexOf(Images.Model) + Images.Model.Length - 20] ^= 1;
        File.WriteAllBytes(folder.File("damaged.elf"), image);
        using EmulatedDevice damaged = EmulatedDevice.Start(board, folder.File("damaged.elf"));
        DeviceIdentity identity = damaged.Link.Identify();
        Assert.Equal(((int)ModelError.Checksum, 12), (identity.ModelError, identity.ModelErrorOffset));
        Assert.Contains("no model", Assert.Throws<BoardException>(() => damaged.Link.Step()).Message);
    }

    [Fact]
    public void An_emulator_that_ends_is_noticed()
    {
        EmulatedDevice device = Start("mps2-an386");
        device.Link.Identify();
        device.Dispose();
        Assert.ThrowsAny<Exception>(() => device.Link.Identify());
    }

    private static void Same(EmulatedDevice device, byte[] model, int inputs, int ticks)
    {
        int[][] events = Models.RandomInput(new Random(ticks), inputs, ticks);
        device.Link.Reset();
        Assert.Equal(Models.Checksums(Models.Load(model), events), device.Link.Run([.. events.Select(e => DeviceLink.EventInput(e))]));
    }

    private static EmulatedDevice Start(string name, ImageKind kind = ImageKind.OneModel)
    {
        Images.RequireEmulator();
        return EmulatedDevice.Start(Images.Board(name), Images.Of(name, kind));
    }

    // With a model in its slot as an upload leaves it (PROTOCOL.md): a word that says valid, at the end of 64 bytes the linked model's CRC
    // and the array's head, which stands before the linked model as well, then the model.
    private static EmulatedDevice StartWith(string name, byte[] model, string slotFile)
    {
        Images.RequireEmulator();
        string elf = Images.Of(name, ImageKind.AllOperators);
        byte[] image = ElfImage.Read(elf).Loaded.Bytes, slot = new byte[64 + model.Length];
        slot.AsSpan(0, 64).Fill(0xFF);
        BinaryPrimitives.WriteUInt32LittleEndian(slot, 0x4D505346);
        Images.Model.AsSpan(12, 4).CopyTo(slot.AsSpan(52));
        image.AsSpan(image.Length - (Images.Model.Length + 3) / 4 * 4 - 8, 4).CopyTo(slot.AsSpan(56));
        BinaryPrimitives.WriteInt32LittleEndian(slot.AsSpan(60), model.Length);
        model.CopyTo(slot, 64);
        File.WriteAllBytes(slotFile, slot);
        Board board = Images.Board(name);
        return EmulatedDevice.Start(board, elf, "-device", string.Create(CultureInfo.InvariantCulture, $"loader,file={slotFile},addr={board.Slot!.Origin},force-raw=on"));
    }

    private sealed class StopAfter(int bytes) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value > bytes) throw new OperationCanceledException();
        }
    }
}
