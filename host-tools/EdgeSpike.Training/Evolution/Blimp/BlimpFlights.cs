using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Files;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Runtime;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>A controller's flights along a step profile, one for each seed.</summary>
/// <param name="Controller">Its name.</param>
/// <param name="Flights">Metrics, seed by seed.</param>
public sealed record FlightRow(string Controller, IReadOnlyList<FlightMetrics> Flights)
{
    /// <summary>The mean of a metric.</summary>
    public double Mean(Func<FlightMetrics, double> metric) => Flights.Average(metric);

    /// <summary>Its largest value.</summary>
    public double Worst(Func<FlightMetrics, double> metric) => Flights.Max(metric);

    /// <summary>"mean (worst)", in cm.</summary>
    public string Text(Func<FlightMetrics, double> metric) => string.Create(CultureInfo.InvariantCulture, $"{100 * Mean(metric):F1} ({100 * Worst(metric):F1}) cm");
}

/// <summary>
/// Two evolved controllers joined to one model, and how it flies: 20 seeds with lidar noise, drop-outs and a buoyancy off by up to ±20 %,
/// beside the classical controller in the same flights. The model is run by the interpreter, from its file.
/// </summary>
/// <param name="Bytes">Size of the model.</param>
/// <param name="ArenaBytes">Its working memory.</param>
/// <param name="Rows">PID first.</param>
public sealed record BlimpFlights(int Bytes, int ArenaBytes, IReadOnlyList<FlightRow> Rows)
{
    /// <summary>Flights of each controller; the evolution never saw their seeds.</summary>
    public const int Seeds = 20;

    /// <summary>Joins two genomes, writes the model with its description beside it, and flies it.</summary>
    /// <exception cref="ConversionException">A genome is not of its part, or the model can't be written.</exception>
    public static BlimpFlights Join(GenomeFile pd, string pdPath, GenomeFile integral, string integralPath, string model)
    {
        ArgumentNullException.ThrowIfNull(pd);
        ArgumentNullException.ThrowIfNull(integral);
        pd.Expect(ControlTask.ProportionalDerivative, pdPath);
        integral.Expect(ControlTask.Integral, integralPath);
        int[] proof = ControlSet.ForIntegral(1, 3)[0].Error.AsSpan(0, 200).ToArray();
        byte[] source = Encoding.UTF8.GetBytes(pd.ToJson() + integral.ToJson());
        (string, ControllerParameters)[] controllers = [("pd", pd.Controller), ("i", integral.Controller)];
        byte[] file = ControllerModel.Build(controllers, "blimp", source, proof);
        BlimpFlights flights = Fly(file);
        OutputFile.WriteAll([(model, file), .. ControllerDescription.Files(controllers, "blimp", model)]);
        return flights;
    }

    /// <summary>Flies a model with the ports "error" and "command", and the classical controller.</summary>
    public static BlimpFlights Fly(byte[] model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Interpreter interpreter = new();
        if (interpreter.Load(model, 1 << 16, 1 << 20) != ModelError.None)
            throw new ConversionException(ErrorCode.ModelRejected, "model", $"it is refused: {interpreter.Model.Error}", "join the genomes again");
        int command = interpreter.Model.Buffers[interpreter.Model.Ports.First(p => p.Kind == PortKind.Activity).Buffer].Offset;
        int[] input = new int[1];
        double Step(double error)
        {
            input[0] = ControllerParameters.ErrorSteps(error);
            interpreter.SetValues(0, input, 0);
            interpreter.Step();
            return interpreter.Arena[command] * (1.0 / (1 << ControllerParameters.OutputBits));
        }

        StepProfile profile = new();
        List<FlightMetrics> classical = [], spiking = [];
        for (ulong seed = 1; seed <= Seeds; seed++)
        {
            classical.Add(ClosedLoop.Fly(ClosedLoop.DoubleIntegratorFlight(seed), profile, new PidController(PidGains.DoubleIntegrator).Step));
            interpreter.Reset();
            spiking.Add(ClosedLoop.Fly(ClosedLoop.DoubleIntegratorFlight(seed), profile, Step));
        }

        return new BlimpFlights(model.Length, 4 * interpreter.Model.ArenaWords, [new FlightRow("PID", classical), new FlightRow("spiking PD + I", spiking)]);
    }
}
