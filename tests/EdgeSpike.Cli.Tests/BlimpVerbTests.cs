using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Runtime;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.Tests;

/// <summary>The blimp's demo: on a controller with drawn weights, which flies badly but whose spikes can be compared, and on PID where flying matters.</summary>
public sealed class BlimpVerbTests : IDisposable
{
    /// <summary>Within so many steps a fault is to be found and the safe action taken.</summary>
    private const int Within = 5;

    private readonly Edgespike _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_flight_is_shown_side_by_side_and_as_a_page()
    {
        string[] command = ["demo", "blimp", "--model", Model(), "--seed", "3"];
        Outcome demo = Edgespike.Run([.. command, "--report", _cli["r"], "--json"]);
        Assert.True(demo.Status == 0, demo.Error);
        Assert.Equal(["r/blimp.html", "r/blimp.json", "standin.esm"], _cli.Files);
        Assert.Equal((2000, 160, true), (demo.Json.GetProperty("steps").GetInt32(), demo.Json.GetProperty("neurons").GetInt32(), demo.Json.GetProperty("simulated").GetBoolean()));
        Assert.InRange(demo.Json.GetProperty("buoyancy").GetDouble(), -2.02 * 1.2, -2.02 * 0.8);
        JsonElement pid = demo.Json.GetProperty("controllers")[0];
        Assert.Equal("PID", pid.GetProperty("controller").GetString());
        JsonElement[] parts = [.. pid.GetProperty("parts").EnumerateArray()];
        Assert.Equal(["level", "step up", "step down", "ramp up", "ramp down", "ballast", "gusts"], parts.Select(p => p.GetProperty("part").GetString()));

        // The whole step is the error at its first moment, and PID has settled when it ends.
        Assert.InRange(parts[1].GetProperty("worstError").GetDouble(), 0.45, 0.6);
        Assert.InRange(parts[1].GetProperty("settledError").GetDouble(), 0, 0.03);

        string page = File.ReadAllText(_cli["r/blimp.html"]);
        Assert.Contains("A blimp, simulated", page, StringComparison.Ordinal);
        foreach (string layer in (string[])["pd.encoder", "pd.hidden", "i.encoder", "i.hidden"]) Assert.Contains(layer, page, StringComparison.Ordinal);
        JsonElement whole = JsonDocument.Parse(File.ReadAllText(_cli["r/blimp.json"])).RootElement;
        Assert.Equal(2000, whole.GetProperty("spikes")[3].GetArrayLength());

        Assert.Equal(demo.Json.GetProperty("controllers").GetRawText(), Edgespike.Run([.. command, "--json"]).Json.GetProperty("controllers").GetRawText());
        Assert.NotEqual(demo.Json.GetProperty("buoyancy").GetDouble(), Edgespike.Run("demo", "blimp", "--model", Model(), "--seed", "4", "--seconds", "10", "--json").Json.GetProperty("buoyancy").GetDouble());
        Assert.StartsWith("SIMULATED: simulated flight, seed 3, 2,000 control steps", Edgespike.Run(command).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scenario_is_what_its_description_says()
    {
        (double Seconds, double SetPoint)[] wanted = [(0, 0), (29.9, 0), (30, 0.5), (54.9, 0.5), (55, 0), (80, 0), (90, 0.4), (92.5, 0.5), (104.9, 0.5), (105, 0.5), (115, 0.1), (117.5, 0), (199.9, 0), (230, 0.5)];
        foreach ((double seconds, double setPoint) in wanted) Assert.Equal(setPoint, BlimpScenario.SetPoint((int)Math.Round(10 * seconds)), 9);
        BlimpScenario scenario = new(7);
        Assert.Equal((0, 0, -0.3, -0.3), (scenario.Disturbance(0), scenario.Disturbance(1299), scenario.Disturbance(1300), scenario.Disturbance(1649)));

        // 1 − cos of 2 s: nothing at both ends, the peak in the middle, half of it a quarter in; then 2 s of calm. The next round has other gusts.
        double peak = scenario.Disturbance(1660);
        Assert.NotEqual(0, peak);
        foreach ((int step, double share) in ((int, double)[])[(1650, 0), (1655, 0.5), (1665, 0.5), (1670, 0), (1689, 0)]) Assert.Equal(share * peak, scenario.Disturbance(step), 9);
        Assert.NotEqual(peak, scenario.Disturbance(3660));
        Assert.NotEqual(peak, new BlimpScenario(8).Disturbance(1660));
    }

    [Fact]
    public void Figures_of_a_part_and_of_likeness_are_those_worked_out_by_hand()
    {
        // A sine of 0.1 about 0.3 above the set-point, five whole periods in the last 5 s.
        double[] set = new double[100], altitude = [.. Enumerable.Range(0, 100).Select(t => 0.3 + 0.1 * Math.Sin(2 * Math.PI * t / 10))], command = [.. Enumerable.Range(0, 100).Select(t => t % 2 == 0 ? 1.0 : -2)];
        PartMetrics part = PartMetrics.Of("sine", set, altitude, command, 0, 100);
        Assert.Equal(0.3, part.MeanError, 9);
        Assert.Equal(0.3, part.SettledError, 9);
        Assert.Equal(0.1, part.Oscillation, 9);
        Assert.Equal(1.5, part.Effort, 9);
        Assert.Equal(2.97, part.Roughness, 9);
        Assert.Equal(0.3 + 0.1 * Math.Sin(2 * Math.PI * 0.2), part.WorstError, 9);

        BlimpLikeness shifted = BlimpLikeness.Of([0, 1, 2, 3], [1, 2, 3, 4]);
        Assert.Equal((1, 1, 1), (Math.Round(shifted.MeanDifference, 9), Math.Round(shifted.Correlation, 9), Math.Round(shifted.Loss, 9)));
        Assert.Equal(-1, BlimpLikeness.Of([0, 1, 2, 3], [3, 2, 1, 0]).Correlation, 9);
        Assert.Equal(2.5, BlimpLikeness.Of([0, 1, 2, 3], [0, 0, 0, 0]).Loss, 9);
    }

    [Fact]
    public void The_spikes_that_are_shown_are_those_of_the_model()
    {
        BlimpModel model = BlimpModel.Load(StandIn(), "stand-in");
        Interpreter plain = new();
        Assert.Equal(ModelError.None, plain.Load([.. model.Bytes], 1 << 16, 1 << 20));
        Twin twin = new(plain, model.Command);
        SpikingController controller = new(model, twin);
        controller.Reset();
        SeededRandom random = new(3);
        for (int t = 0; t < 500; t++) controller.Step(random.NextGaussian());
        Assert.Equal(4, model.Layers.Count);
        for (int l = 0; l < 4; l++) Assert.Equal(plain.Model.Operators[model.Layers[l].Operator].Spikes, controller.Total[l]);
        Assert.True(controller.Total.Min() > 0, "a silent layer proves nothing");
        Assert.Equal(500, twin.Alike);

        // What flies is what comes back.
        twin.Offset = 65536;
        SpikingController alone = new(model);
        alone.Reset();
        controller.Reset();
        Assert.Equal(alone.Step(0.25) + 1, controller.Step(0.25), 9);
    }

    [Fact]
    public void A_board_in_the_loop_flies_what_this_machine_does_and_is_caught_when_not()
    {
        byte[] model = StandIn();
        using SocketDevice device = new(model);
        string[] command = ["demo", "blimp", "--model", Model(), "--board", "mps2-an386", "--port", device.Port, "--seconds", "20", "--json"];
        Outcome there = Edgespike.Run(command), here = Edgespike.Run("demo", "blimp", "--model", Model(), "--seconds", "20", "--json");
        Assert.True(there.Status == 0, there.Error);
        Assert.Equal(200, there.Json.GetProperty("link").GetProperty("sameTicks").GetInt32());
        Assert.Equal(here.Json.GetProperty("controllers").GetRawText(), there.Json.GetProperty("controllers").GetRawText());

        device.AtRequest = n =>
        {
            if (n == 200) Array.Fill(device.Interpreter.Arena, 1_000);
        };
        Outcome wrong = Edgespike.Run(command);
        Assert.Equal(ErrorCode.CheckFailed, wrong.Code);
        Assert.Matches("flight 0 differs first at step [0-9]+ ", wrong.Error);
        device.AtRequest = n =>
        {
            if (n == 100) throw new IOException("unplugged");
        };
        Assert.Equal(ErrorCode.DeviceFailed, Edgespike.Run(command).Code);
    }

    [Fact]
    public void A_board_that_answers_too_late_is_counted_and_the_flight_goes_on()
    {
        byte[] model = StandIn();
        using SocketDevice device = new(model);
        device.AtRequest = n =>
        {
            if (n == 30) Thread.Sleep(1000);
        };
        Outcome demo = Edgespike.Run("demo", "blimp", "--model", Model(), "--board", "mps2-an386", "--port", device.Port, "--seconds", "20", "--pace", "0.02", "--json");
        Assert.True(demo.Status == 0, demo.Error);
        JsonElement link = demo.Json.GetProperty("link");
        long missed = link.GetProperty("missed").GetInt64();

        // A second is 50 periods, of which at least 49 pass without an answer; every step that was answered was alike.
        Assert.True(missed >= 49, $"{missed} missed");
        Assert.True(link.GetProperty("late").GetInt64() >= 1);
        Assert.Equal(200, missed + link.GetProperty("sameTicks").GetInt64());
        Assert.True(link.GetProperty("worstSeconds").GetDouble() >= 1);
    }

    [Fact]
    public void A_recorded_flight_is_given_to_both()
    {
        string csv = _cli.Text("flight.csv", Flight());
        Outcome demo = Edgespike.Run("demo", "blimp", "--model", Model(), "--flight", csv, "--report", _cli["r"], "--json");
        Assert.True(demo.Status == 0, demo.Error);
        Assert.Equal((100, false), (demo.Json.GetProperty("steps").GetInt32(), demo.Json.GetProperty("simulated").GetBoolean()));
        Assert.Contains("A recorded flight", File.ReadAllText(_cli["r/blimp.html"]), StringComparison.Ordinal);

        // PID's command, from the formula: e = −h at every third sample, P 9, I 1, D 7 over three points.
        JsonElement traces = JsonDocument.Parse(File.ReadAllText(_cli["r/blimp.json"])).RootElement.GetProperty("traces");
        double[] command = [.. traces[0].GetProperty("command").EnumerateArray().Select(u => u.GetDouble())];
        double integral = 0;
        for (int t = 0; t < 100; t++)
        {
            double E(int at) => -Altitude(3 * at);
            integral += 0.1 * E(t);
            double derivative = t == 0 ? 0 : t == 1 ? (E(1) - E(0)) / 0.1 : (E(t) - E(t - 2)) / 0.2;
            Assert.Equal(Math.Clamp(9 * E(t) + integral + 7 * derivative, -3.3, 3.3), command[t], 4);
        }
    }

    [Theory]
    [InlineData("100,3.3333,1,0.1", ErrorCode.Damaged, "sample 99")]       // a row is missing
    [InlineData("99,3.3000,1,-888", ErrorCode.ParameterRange, "sample 99")]  // millimetres
    [InlineData("99,3300,1,0.1", ErrorCode.Damaged, "sample 99")]            // milliseconds
    [InlineData("99,3.3000,99,0.1", ErrorCode.ParameterRange, "sample 99")]
    [InlineData("99,3.3000,1,NaN", ErrorCode.NotFinite, "line 101")]
    [InlineData("99,3.3000,1", ErrorCode.Damaged, "line 101")]
    [InlineData("99,3.3000,1,high", ErrorCode.WrongFormat, "line 101")]
    public void A_flight_with_a_bad_row_is_refused_by_that_row(string row, ErrorCode code, string where)
    {
        string[] lines = Flight().TrimEnd().Split('\n');
        lines[100] = row;
        Outcome demo = Edgespike.Run("demo", "blimp", "--model", Model(), "--flight", _cli.Text("flight.csv", string.Join('\n', lines)), "--report", _cli["r"]);
        Assert.Equal(code, demo.Code);
        Assert.Contains(where, demo.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_cli["r"]));
    }

    [Fact]
    public void Every_fault_is_found_made_safe_and_recovered_from_without_a_jump()
    {
        foreach (bool climbing in (bool[])[false, true])
            foreach (FaultCase fault in FaultCase.All)
                for (ulong seed = 1; seed <= 20; seed++)
                {
                    FaultOutcome flight = GuardedFlight.Fly(new PidController(PidGains.DoubleIntegrator).Step, fault, climbing, seed);
                    string where = $"{fault.Name}, {(climbing ? "climbing" : "level")}, seed {seed}: {flight}";
                    Assert.True(flight.FalseTrips == 0, where);
                    Assert.True(flight.MoveAtTrip <= GuardedFlight.Slew / 1000.0 + 1e-9 && flight.MoveAtReturn <= GuardedFlight.Slew / 1000.0 + 1e-9, where);
                    if (fault.Name == "none")
                    {
                        Assert.True(flight.Safe is null, where);
                        continue;
                    }

                    Assert.True(flight.Found is >= 1 and <= Within && flight.Safe >= flight.Found && flight.Safe <= Within, where);
                    Assert.True(flight.Back is >= 1 && flight.Regained is >= 1, where);
                }
    }

    [Theory]
    [InlineData("lidar silent", LoopFault.Stale)]
    [InlineData("lidar frozen", LoopFault.Frozen)]
    [InlineData("lidar 1 m off", LoopFault.Jump)]
    [InlineData("ground line cut", LoopFault.Stale)]
    [InlineData("motor line cut", LoopFault.Residual)]
    [InlineData("motor stuck", LoopFault.Residual)]
    public void A_fault_is_reported_as_what_it_is(string name, int bit)
    {
        FaultCase fault = FaultCase.All.First(f => f.Name == name);
        Assert.True((GuardedFlight.Fly(new PidController(PidGains.DoubleIntegrator).Step, fault, climbing: false, 1).Reported & bit) != 0);
    }

    [Fact]
    public void The_table_of_faults_has_a_row_for_each()
    {
        JsonElement table = Edgespike.Run("demo", "blimp", "--model", Model(), "--faults", "--seeds", "1", "--json").Json;
        Assert.Equal(2 * FaultCase.All.Count, table.GetProperty("rows").GetArrayLength());
        string text = Edgespike.Run("demo", "blimp", "--model", Model(), "--faults", "--seeds", "1").Output;
        foreach (FaultCase fault in FaultCase.All) Assert.Contains(fault.Name, text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_closed_loop_is_told_in_figures_beside_the_papers()
    {
        JsonElement figures = Edgespike.Run("demo", "blimp", "--model", Model(), "--evaluate", "--seeds", "2", "--json").Json;
        JsonElement pid = figures.GetProperty("controllers")[0];
        FlightMetrics[] flown = [.. Enumerable.Range(1, 2).Select(s => ClosedLoop.Fly(ClosedLoop.DoubleIntegratorFlight((ulong)s), new StepProfile(), new PidController(PidGains.DoubleIntegrator).Step))];
        Assert.Equal(flown.Max(m => m.OvershootUp), pid.GetProperty("overshootUp").GetProperty("worst").GetDouble(), 6);
        Assert.Equal((0.14, 0.2, 0.03), (figures.GetProperty("paper").GetProperty("pidOvershootUp").GetDouble(), figures.GetProperty("paper").GetProperty("pidOvershootDown").GetDouble(), figures.GetProperty("paper").GetProperty("spikingOscillation").GetDouble()));
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        string model = Model();
        Assert.Equal(ErrorCode.Unsupported, Edgespike.Run("demo", "blimp", "--model", _cli.Model()).Code);
        Assert.Equal(ErrorCode.FileMissing, Edgespike.Run("demo", "blimp", "--model", model, "--flight", _cli["absent.csv"]).Code);
        Assert.Equal(ErrorCode.FileMissing, Edgespike.Run("demo", "blimp", "--model", _cli["absent.esm"]).Code);
        foreach (string[] wrong in (string[][])[["--faults", "--evaluate"], ["--faults", "--seed", "1"], ["--seeds", "2"], ["--evaluate", "--seconds", "5"], ["--faults", "--report", "x"], ["--port", "tcp:127.0.0.1:1"], ["--seed", "-1"], ["--seconds", "0"]])
            Assert.Equal(ErrorCode.Usage, Edgespike.Run(["demo", "blimp", "--model", model, .. wrong]).Code);
    }

    [Fact]
    public void The_included_controller_survives_every_fault()
    {
        BlimpModel? model = BlimpModel.Included();
        Assert.SkipWhen(model is null, "needs an evolved controller in this build: host-tools/EdgeSpike.Demos/blimp/blimp.esm");
        foreach (FaultRow row in FaultRow.Table(new SpikingController(model!), 20))
        {
            string where = $"{row.Fault.Name}, {(row.Climbing ? "climbing" : "level")}";
            Assert.True(row.Outcomes.All(o => o.FalseTrips == 0), where);
            if (row.Fault.Name == "none") continue;
            Assert.True(row.Worst(o => o.Found) <= Within && row.Worst(o => o.Safe) <= Within, where);
            Assert.True(row.Outcomes.All(o => o.MoveAtTrip <= GuardedFlight.Slew / 1000.0 + 1e-9 && o.MoveAtReturn <= GuardedFlight.Slew / 1000.0 + 1e-9), where);

            // Whose motor is lost at the bottom of a swing can be caught only below the floor.
            if (row.Fault.Kind is not (FaultKind.MotorStuck or FaultKind.LinkCut)) Assert.True(row.Worst(o => o.Back) is not null, where);
        }
    }

    /// <summary>In lock-step; ten minutes by <c>edgespike demo blimp --board mps2-an386 --seconds 600</c>.</summary>
    [Fact]
    public void A_minute_on_a_board_in_QEMU_is_that_of_the_host()
    {
        Assert.SkipUnless(Tool.IsInstalled("arm-none-eabi-gcc"), "needs arm-none-eabi-gcc: apt install gcc-arm-none-eabi");
        Assert.SkipUnless(Tool.IsInstalled("qemu-system-arm"), "needs qemu-system-arm: apt install qemu-system-arm");
        BlimpModel? included = BlimpModel.Included();
        string[] model = included is null ? ["--model", Model()] : [];
        Outcome demo = Edgespike.Run(["demo", "blimp", .. model, "--board", "mps2-an386", "--seconds", "60", "--json"]);
        Assert.True(demo.Status == 0, demo.Error);
        Assert.Equal(600, demo.Json.GetProperty("link").GetProperty("sameTicks").GetInt32());
    }

    /// <summary>A controller of 160 neurons with drawn parameters that all fire now and then.</summary>
    private static byte[] StandIn()
    {
        SeededRandom random = new(11);
        double[] Genome()
        {
            double[] genes = [.. Enumerable.Range(0, ControllerGenome.Length).Select(_ => random.Next())];
            for (int p = 0; p < ControllerParameters.Pairs; p++) genes[p * ControllerGenome.PairGenes + 3] *= 0.3;
            return genes;
        }

        return ControllerModel.Build([("pd", ControllerGenome.Decode(Genome(), false)), ("i", ControllerGenome.Decode(Genome(), true))], "blimp", null, [100, -100, 50]);
    }

    private string Model()
    {
        string path = _cli["standin.esm"];
        File.WriteAllBytes(path, StandIn());
        return path;
    }

    private static double Altitude(int k) => Math.Round(0.4 * Math.Sin(k / 40.0), 6);

    private static string Flight()
    {
        StringBuilder text = new("k,t_s,u,h_detrended_m\n");
        for (int k = 0; k < 300; k++) text.Append(CultureInfo.InvariantCulture, $"{k},{k / 30.0:F4},{k / 60 % 3},{Altitude(k):F6}\n");
        return text.ToString();
    }

    private sealed class Twin(Interpreter interpreter, int word) : ControllerTwin
    {
        public int Alike { get; private set; }

        public int Offset { get; set; }

        public override void Reset() => interpreter.Reset();

        public override int Step(int error, uint checksum, int command)
        {
            interpreter.SetValues(0, [error], 0);
            if (interpreter.StepChecksum() == checksum && interpreter.Arena[word] == command) Alike++;
            return command + Offset;
        }
    }
}
