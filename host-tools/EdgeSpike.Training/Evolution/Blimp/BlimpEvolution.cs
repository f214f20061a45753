using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using EdgeSpike.Conversion;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Training.Evolution.Blimp;

/// <summary>Computes the values of a generation; how, and where, is its own affair, what they are is not.</summary>
public interface IGenerationEvaluator
{
    /// <summary>Fills one value for each genome.</summary>
    void Evaluate(BlimpTask task, long generation, double[][] genomes, double[] values);
}

/// <summary>On this machine, 16 genomes a vector and as many vectors at once as there are threads.</summary>
public sealed class LocalEvaluator(int threads) : IGenerationEvaluator
{
    /// <inheritdoc/>
    public void Evaluate(BlimpTask task, long generation, double[][] genomes, double[] values)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(genomes);
        int groups = (genomes.Length + LaneController.Lanes - 1) / LaneController.Lanes;
        void Group(int g)
        {
            int first = g * LaneController.Lanes, count = Math.Min(LaneController.Lanes, genomes.Length - first);
            task.Evaluate(generation, genomes.AsSpan(first, count), values.AsSpan(first, count));
        }

        if (threads <= 1)
            for (int g = 0; g < groups; g++) Group(g);
        else Parallel.For(0, groups, new ParallelOptions { MaxDegreeOfParallelism = threads }, Group);
    }
}

/// <summary>
/// The evolution of one controller, or of both, by CMA-ES: generations, the best mean so far by <see cref="BlimpTask.Validate"/>, and checkpoints from
/// which a run goes on exactly as if it had never stopped.
/// </summary>
public sealed class BlimpEvolution
{
    // Generations between two looks at the mean: of both, each step of which may fly quite differently, more often.
    private const int Interval = 50, IntervalOfBoth = 20;

    // "ESEV", version 1.
    private const uint Magic = 0x56455345, Version = 1;

    private readonly BlimpTask _task;
    private readonly CovarianceEvolution _strategy;
    private readonly double[] _values;

    /// <summary>A run at generation 0.</summary>
    /// <param name="task">The fitness.</param>
    /// <param name="population">λ.</param>
    /// <param name="sigma">Initial step in units of a parameter's range; the paper: 0.1.</param>
    /// <param name="start">Where the mean begins; null: drawn from the bounds by the task's seed.</param>
    public BlimpEvolution(BlimpTask task, int population, double sigma, double[]? start)
    {
        ArgumentNullException.ThrowIfNull(task);
        _task = task;
        double[] mean = start is null ? new double[task.Length] : (double[])start.Clone();
        SeededRandom random = new(task.Seed);
        if (start is null)
            for (int i = 0; i < mean.Length; i++) mean[i] = random.Next();
        // Of the 136,000 covariances of both there would never be enough evaluations to learn any.
        _strategy = new CovarianceEvolution(mean, sigma, population, task.Seed, separable: task.Control == ControlTask.Both);
        _values = new double[population];
        Best = mean;
    }

    /// <summary>Evaluations made.</summary>
    public long Evaluations => _strategy.Generation * _strategy.Population;

    /// <summary>Generations made.</summary>
    public long Generation => _strategy.Generation;

    /// <summary>Step size.</summary>
    public double Sigma => _strategy.Sigma;

    /// <summary>The mean with the least validated value.</summary>
    public double[] Best { get; private set; }

    /// <summary>Its value; infinite before the first.</summary>
    public double BestValue { get; private set; } = double.PositiveInfinity;

    /// <summary>Value of the mean when it was last looked at.</summary>
    public double LastValue { get; private set; } = double.PositiveInfinity;

    /// <summary>One generation. True when the mean was validated after it.</summary>
    public bool Step(IGenerationEvaluator evaluator)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        double[][] genomes = _strategy.Ask();
        evaluator.Evaluate(_task, _strategy.Generation, genomes, _values);
        _strategy.Tell(_values);
        if (_strategy.Generation % (_task.Control == ControlTask.Both ? IntervalOfBoth : Interval) != 0) return false;
        double[] mean = _strategy.Mean.ToArray();
        LastValue = _task.Validate(mean);
        if (LastValue < BestValue) (BestValue, Best) = (LastValue, mean);
        return true;
    }

    /// <summary>All of the run, as bytes with a checksum.</summary>
    public byte[] Save()
    {
        MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(_task.Identity);
        writer.Write(_strategy.Population);
        writer.Write(BestValue);
        writer.Write(LastValue);
        foreach (double gene in Best) writer.Write(gene);
        _strategy.Save(writer);
        writer.Write(Crc32.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Takes up a run that <see cref="Save"/> wrote.</summary>
    /// <exception cref="ConversionException">Not such a file, damaged, or of another task or population.</exception>
    public void Restore(byte[] bytes, string where)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length < 12 || BitConverter.ToUInt32(bytes) != Magic || BitConverter.ToUInt32(bytes, 4) != Version)
            throw new ConversionException(ErrorCode.WrongFormat, where, "it is not a checkpoint of an evolution", "give the .checkpoint that a run wrote");
        if (Crc32.Of(bytes.AsSpan(0, bytes.Length - 4)) != BitConverter.ToUInt32(bytes, bytes.Length - 4))
            throw new ConversionException(ErrorCode.Damaged, where, "its checksum is wrong", "start again, or give an older checkpoint");
        try
        {
            using BinaryReader reader = new(new MemoryStream(bytes, 8, bytes.Length - 12), Encoding.UTF8);
            if (reader.ReadString() != _task.Identity)
                throw new ConversionException(ErrorCode.InputMismatch, where, "it is of a run with other settings or data", "give the settings of that run, and the same recordings");
            int population = reader.ReadInt32();
            if (population != _strategy.Population)
                throw new ConversionException(ErrorCode.InputMismatch, where, $"its population is {population}", $"give --population {population}");
            double best = reader.ReadDouble(), last = reader.ReadDouble();
            double[] genome = new double[_task.Length];
            for (int i = 0; i < genome.Length; i++) genome[i] = reader.ReadDouble();
            _strategy.Restore(reader);
            (BestValue, LastValue, Best) = (best, last, genome);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new ConversionException(ErrorCode.Damaged, where, "it ends too early or holds impossible numbers", "start again, or give an older checkpoint", e);
        }
    }
}
