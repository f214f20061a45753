using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>A controller of 80 neurons that a task evolves, and what it is to imitate.</summary>
/// <param name="Prefix">"pd" or "i": of its layers in a model.</param>
/// <param name="Adaptive">IWTA-LIF; otherwise LIF.</param>
/// <param name="Training">Sets to learn from.</param>
/// <param name="HeldOut">Sets that no evaluation sees.</param>
public sealed record TaskPart(string Prefix, bool Adaptive, ControlSet[] Training, ControlSet[] HeldOut);

/// <summary>What is evolved and against what: the fitness of a genome as a pure function of a generation's number.</summary>
/// <remarks>
/// Each generation draws one of 100 data sets, as the paper does, and for both controllers together also the seeds of their flights, from the
/// seed and its own number: whoever knows the settings and has the data computes the same values, on any machine. value = loss of imitation +
/// distance outside the bounds; of both together: cost of their flights + weight × both losses + 10 × distance (<see cref="FlightCost"/>).
/// </remarks>
public sealed class BlimpTask
{
    /// <summary>Data sets to learn from, and held out.</summary>
    public const int TrainingSets = 100, HeldOutSets = 20;

    /// <summary>Flights by which the mean of a generation is judged, and the first of their seeds; those of evaluations are from 1,000,000 up, below it.</summary>
    public const int ValidationFlights = 64, ValidationSeed = 2_000_000;

    private const ulong FlightSeeds = 1_000_000;
    private const double OutsideWeight = 10, LimitWeight = 100;

    private readonly double[] _limits = [FlightCost.ProportionalLimit, FlightCost.IntegralLimit];
    private readonly LaneFlights[] _validation = [];

    /// <summary>Makes the data sets.</summary>
    /// <param name="control">What is evolved.</param>
    /// <param name="seed">Of the draws of sets and flights.</param>
    /// <param name="flights">The six recorded flights for PD: 1 to 4 are learnt from, 5 and 6 held out; null: simulated ones.</param>
    /// <param name="plain">LIF neurons for I too, which can't integrate: for comparison.</param>
    /// <param name="buoyancyOff">Share by which buoyancy is off at most in the flights of both.</param>
    /// <param name="lossWeight">Weight of the losses of imitation beside the cost of flights of both.</param>
    public BlimpTask(ControlTask control, ulong seed, FlightFile[]? flights, bool plain = false, double buoyancyOff = BlimpSettings.DefaultBuoyancyOff, double lossWeight = BlimpSettings.DefaultLossWeight)
    {
        (Control, Seed, BuoyancyOff, LossWeight) = (control, seed, buoyancyOff, lossWeight);
        List<TaskPart> parts = [];
        List<string> names = [];
        if (control != ControlTask.Integral)
        {
            parts.Add(flights is null
                ? new TaskPart("pd", false, ControlSet.FromSimulatedFlights(TrainingSets, 1), ControlSet.FromSimulatedFlights(HeldOutSets, 2))
                : new TaskPart("pd", false, ControlSet.FromFlights(flights.AsSpan(0, 4), TrainingSets, 1), ControlSet.FromFlights(flights.AsSpan(4, 2), HeldOutSets, 2)));
            names.Add(flights is null ? "simulated flights of the range model" : "recorded flights 1 to 4, held out 5 and 6");
        }

        if (control != ControlTask.ProportionalDerivative)
        {
            parts.Add(new TaskPart("i", !plain, ControlSet.ForIntegral(TrainingSets, 1), ControlSet.ForIntegral(HeldOutSets, 2)));
            names.Add("simulated double integrator, buoyancy U(-4, 4)");
        }

        (Parts, DataName) = (parts, string.Join("; ", names));
        if (control == ControlTask.Both)
        {
            _validation = new LaneFlights[ValidationFlights / LaneController.Lanes];
            ulong[] seeds = new ulong[LaneController.Lanes];
            for (int g = 0; g < _validation.Length; g++)
            {
                for (int k = 0; k < seeds.Length; k++) seeds[k] = ValidationSeed + (ulong)(g * seeds.Length + k);
                _validation[g] = new LaneFlights(seeds, new StepProfile());
            }
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TaskPart part in parts)
            foreach (ControlSet set in part.Training)
            {
                foreach (int error in set.Error) hash.AppendData(BitConverter.GetBytes(error));
                foreach (float target in set.Target) hash.AppendData(BitConverter.GetBytes(target));
            }

        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{control} {seed} {plain} {buoyancyOff:R} {lossWeight:R}")));
        Identity = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is evolved.</summary>
    public ControlTask Control { get; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; }

    /// <summary>Share by which buoyancy is off at most in the flights of both.</summary>
    public double BuoyancyOff { get; }

    /// <summary>Weight of the losses of imitation beside the cost of flights of both.</summary>
    public double LossWeight { get; }

    /// <summary>Its controllers, in the order of their genes.</summary>
    public IReadOnlyList<TaskPart> Parts { get; }

    /// <summary>Genes of a genome.</summary>
    public int Length => Parts.Count * ControllerGenome.Length;

    /// <summary>Where the data is from, for people.</summary>
    public string DataName { get; }

    /// <summary>SHA-256 over data and settings: two tasks of one identity give the same values.</summary>
    public string Identity { get; }

    /// <summary>The controllers of a genome.</summary>
    /// <param name="genome">[Length].</param>
    public ControllerParameters[] Decode(double[] genome)
    {
        ControllerParameters[] controllers = new ControllerParameters[Parts.Count];
        for (int p = 0; p < controllers.Length; p++) controllers[p] = ControllerGenome.Decode(Genes(genome, p), Parts[p].Adaptive);
        return controllers;
    }

    /// <summary>The values of up to 16 genomes in a generation.</summary>
    public void Evaluate(long generation, ReadOnlySpan<double[]> genomes, Span<double> values)
    {
        SeededRandom draw = new(Seed, (ulong)generation + 1);
        double[] losses = new double[LaneController.Lanes], sums = new double[LaneController.Lanes];
        ControllerParameters[][] controllers = new ControllerParameters[Parts.Count][];
        LaneController[] lanes = new LaneController[Parts.Count];
        for (int p = 0; p < Parts.Count; p++)
        {
            controllers[p] = new ControllerParameters[genomes.Length];
            for (int i = 0; i < genomes.Length; i++) controllers[p][i] = ControllerGenome.Decode(Genes(genomes[i], p), Parts[p].Adaptive);
            lanes[p] = new LaneController(controllers[p]);
            OpenLoopLoss.Evaluate(lanes[p], Parts[p].Training[draw.NextIndex(Parts[p].Training.Length)], losses);
            for (int i = 0; i < sums.Length; i++) sums[i] += losses[i];
        }

        if (Control != ControlTask.Both)
        {
            for (int i = 0; i < genomes.Length; i++) values[i] = sums[i] + ControllerGenome.Outside(genomes[i]);
            return;
        }

        Span<ulong> seeds = stackalloc ulong[FlightCost.Flights];
        for (int i = 0; i < seeds.Length; i++) seeds[i] = FlightSeeds + draw.NextBits() % FlightSeeds;
        FlightCost.Evaluate(lanes[0], controllers[0], lanes[1], controllers[1], seeds, BuoyancyOff, values);
        for (int i = 0; i < genomes.Length; i++) values[i] += LossWeight * sums[i] + OutsideWeight * ControllerGenome.Outside(genomes[i]);
    }

    /// <summary>
    /// The value of one genome over all training sets; of both together with the cost of the validation flights, and 100 for each unit by which
    /// a loss is above the paper's.
    /// </summary>
    public double Validate(double[] genome)
    {
        ControllerParameters[] controllers = Decode(genome);
        double[] losses = new double[Parts.Count];
        for (int p = 0; p < losses.Length; p++) losses[p] = OpenLoopLoss.Evaluate(controllers[p], Parts[p].Training);
        if (Control != ControlTask.Both) return losses[0];
        double value = FlightCost.Of(ValidationMetrics(genome));
        for (int p = 0; p < losses.Length; p++) value += LossWeight * losses[p] + LimitWeight * Math.Max(0, losses[p] - _limits[p]);
        return value;
    }

    /// <summary>How both controllers fly the validation flights; empty when one of them is evolved alone.</summary>
    public FlightMetrics[] ValidationMetrics(double[] genome)
    {
        FlightMetrics[] metrics = new FlightMetrics[_validation.Length * LaneController.Lanes];
        if (metrics.Length == 0) return metrics;
        ControllerParameters[] controllers = Decode(genome);
        LaneController first = new(controllers.AsSpan(0, 1)), second = new(controllers.AsSpan(1, 1));
        for (int g = 0; g < _validation.Length; g++)
        {
            first.Reset();
            second.Reset();
            _validation[g].Fly(first, second, metrics.AsSpan(g * LaneController.Lanes));
        }

        return metrics;
    }

    /// <summary>Mean loss of one genome on the held-out sets, part by part.</summary>
    public double[] HeldOutLoss(double[] genome)
    {
        ControllerParameters[] controllers = Decode(genome);
        double[] losses = new double[Parts.Count];
        for (int p = 0; p < losses.Length; p++) losses[p] = OpenLoopLoss.Evaluate(controllers[p], Parts[p].HeldOut);
        return losses;
    }

    private static ReadOnlySpan<double> Genes(double[] genome, int part) => genome.AsSpan(part * ControllerGenome.Length, ControllerGenome.Length);
}
