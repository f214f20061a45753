using System;
using System.Globalization;
using System.Security.Cryptography;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>What is evolved and against what: the fitness of a genome as a pure function of a generation's number.</summary>
/// <remarks>
/// Each generation draws one of 100 data sets, as the paper does, and the seed of one flight, from the seed and its own number: whoever knows
/// the settings and has the data computes the same values, on any machine. value = loss + closed weight × cost + distance outside the bounds.
/// </remarks>
public sealed class BlimpTask
{
    /// <summary>Data sets to learn from, and held out.</summary>
    public const int TrainingSets = 100, HeldOutSets = 20;

    private const ulong FlightSeeds = 1_000_000, ValidationSeeds = 2_000_000;
    private const int ValidationFlights = 16;

    private readonly ControllerParameters? _partner;

    /// <summary>Makes the data sets.</summary>
    /// <param name="control">What is imitated.</param>
    /// <param name="seed">Of the draws of sets and flights.</param>
    /// <param name="closedWeight">Weight of the closed-loop cost; 0: the open loop alone.</param>
    /// <param name="partner">Genome of the evolved controller of the other part that flies along; null: the classical one.</param>
    /// <param name="flights">The six recorded flights for PD: 1 to 4 are learnt from, 5 and 6 held out; null: simulated ones.</param>
    /// <param name="plain">LIF neurons for I too, which can't integrate: for comparison.</param>
    public BlimpTask(ControlTask control, ulong seed, double closedWeight, double[]? partner, FlightFile[]? flights, bool plain = false)
    {
        (Control, Seed, ClosedWeight, Partner) = (control, seed, closedWeight, partner);
        Adaptive = control == ControlTask.Integral && !plain;
        _partner = partner is null ? null : ControllerGenome.Decode(partner, control != ControlTask.Integral);
        if (control == ControlTask.Integral)
        {
            (Training, HeldOut) = (ControlSet.ForIntegral(TrainingSets, 1), ControlSet.ForIntegral(HeldOutSets, 2));
            DataName = "simulated double integrator, buoyancy U(-4, 4)";
        }
        else if (flights is null)
        {
            (Training, HeldOut) = (ControlSet.FromSimulatedFlights(TrainingSets, 1), ControlSet.FromSimulatedFlights(HeldOutSets, 2));
            DataName = "simulated flights of the range model";
        }
        else
        {
            (Training, HeldOut) = (ControlSet.FromFlights(flights.AsSpan(0, 4), TrainingSets, 1), ControlSet.FromFlights(flights.AsSpan(4, 2), HeldOutSets, 2));
            DataName = "recorded flights 1 to 4, held out 5 and 6";
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ControlSet set in Training)
        {
            foreach (int error in set.Error) hash.AppendData(BitConverter.GetBytes(error));
            foreach (float target in set.Target) hash.AppendData(BitConverter.GetBytes(target));
        }

        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{control} {seed} {closedWeight:R} {plain}")));
        foreach (double gene in partner ?? []) hash.AppendData(BitConverter.GetBytes(gene));
        Identity = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What is imitated.</summary>
    public ControlTask Control { get; }

    /// <summary>IWTA-LIF; otherwise LIF.</summary>
    public bool Adaptive { get; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; }

    /// <summary>Weight of the closed-loop cost.</summary>
    public double ClosedWeight { get; }

    /// <summary>Genome of the other part, or null.</summary>
    public double[]? Partner { get; }

    /// <summary>Where the data is from, for people.</summary>
    public string DataName { get; }

    /// <summary>SHA-256 over data and settings: two tasks of one identity give the same values.</summary>
    public string Identity { get; }

    /// <summary>Sets to learn from.</summary>
    public ControlSet[] Training { get; }

    /// <summary>Sets that no evaluation sees.</summary>
    public ControlSet[] HeldOut { get; }

    /// <summary>The values of up to 16 genomes in a generation.</summary>
    public void Evaluate(long generation, ReadOnlySpan<double[]> genomes, Span<double> values)
    {
        ControllerParameters[] controllers = new ControllerParameters[genomes.Length];
        for (int i = 0; i < genomes.Length; i++) controllers[i] = ControllerGenome.Decode(genomes[i], Adaptive);
        SeededRandom draw = new(Seed, (ulong)generation + 1);
        int set = draw.NextIndex(Training.Length);
        ulong flight = FlightSeeds + draw.NextBits() % FlightSeeds;
        LaneController lanes = new(controllers);
        double[] losses = new double[LaneController.Lanes], costs = new double[LaneController.Lanes];
        OpenLoopLoss.Evaluate(lanes, Training[set], losses);
        if (ClosedWeight > 0)
        {
            lanes.Reset();
            ClosedLoopCost.Evaluate(lanes, Control, _partner is null ? null : new LaneController([_partner]), flight, costs);
        }

        for (int i = 0; i < genomes.Length; i++) values[i] = losses[i] + ClosedWeight * costs[i] + ControllerGenome.Outside(genomes[i]);
    }

    /// <summary>The value of one genome over all training sets and 16 flights of its own.</summary>
    public double Validate(double[] genome)
    {
        ControllerParameters controller = ControllerGenome.Decode(genome, Adaptive);
        double value = OpenLoopLoss.Evaluate(controller, Training);
        if (ClosedWeight <= 0) return value;
        double[] costs = new double[LaneController.Lanes];
        double sum = 0;
        for (int i = 0; i < ValidationFlights; i++)
        {
            ClosedLoopCost.Evaluate(new LaneController([controller]), Control, _partner is null ? null : new LaneController([_partner]), ValidationSeeds + (ulong)i, costs);
            sum += costs[0];
        }

        return value + ClosedWeight * sum / ValidationFlights;
    }

    /// <summary>Mean loss of one genome on the held-out sets.</summary>
    public double HeldOutLoss(double[] genome) => OpenLoopLoss.Evaluate(ControllerGenome.Decode(genome, Adaptive), HeldOut);

    /// <summary>A genome read from text: 261 numbers.</summary>
    /// <exception cref="ConversionException">Not 261 finite numbers.</exception>
    public static double[] CheckGenome(double[]? genes, string where)
    {
        if (genes is null || genes.Length != ControllerGenome.Length)
            throw new ConversionException(ErrorCode.WrongFormat, where, $"{genes?.Length ?? 0} genes", $"give the {ControllerGenome.Length} that a run wrote");
        foreach (double gene in genes)
            if (!double.IsFinite(gene)) throw new ConversionException(ErrorCode.NotFinite, where, "a gene is not a finite number", "give the file that a run wrote");
        return genes;
    }
}
