using System;
using System.IO;
using System.Linq;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;
using EdgeSpike.Training.Evolution.Blimp;
using Xunit;

namespace EdgeSpike.TrainingTests.Evolution;

/// <summary>Evolutions: seeded, resumable, the same with any number of threads; files whole or not at all.</summary>
public sealed class BlimpEvolutionTests
{
    private static BlimpTask Task(ulong seed = 1, double closed = 0, ControlTask control = ControlTask.ProportionalDerivative) => new(control, seed, closed, null, null);

    private static BlimpEvolution Run(BlimpTask task, int generations, int threads = 1)
    {
        BlimpEvolution evolution = new(task, 20, 0.1, null);
        for (int g = 0; g < generations; g++) evolution.Step(new LocalEvaluator(threads));
        return evolution;
    }

    [Fact]
    public void The_loss_falls_and_threads_change_nothing()
    {
        BlimpTask task = Task();
        BlimpEvolution one = Run(task, 100), two = Run(task, 100, 2);
        Assert.Equal(one.Save(), two.Save());
        double[] start = new double[ControllerGenome.Length];
        SeededRandom random = new(1);
        for (int i = 0; i < start.Length; i++) start[i] = random.Next();
        Assert.True(one.BestValue < task.Validate(start) - 0.5, $"{one.BestValue} from {task.Validate(start)}");
        Assert.True(double.IsFinite(task.HeldOutLoss(one.Best)));
        Assert.NotEqual(one.Save(), Run(Task(2), 100).Save());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_run_goes_on_from_its_checkpoint_as_if_it_had_not_stopped(double closed)
    {
        BlimpTask task = Task(3, closed);
        byte[] middle = Run(task, 30).Save();
        BlimpEvolution resumed = new(task, 20, 0.1, null);
        resumed.Restore(middle, "checkpoint");
        for (int g = 0; g < 30; g++) resumed.Step(new LocalEvaluator(1));
        Assert.Equal(Run(task, 60).Save(), resumed.Save());
    }

    [Fact]
    public void A_checkpoint_that_is_damaged_or_of_another_run_is_refused()
    {
        BlimpTask task = Task();
        byte[] good = Run(task, 2).Save();
        BlimpEvolution evolution = new(task, 20, 0.1, null);
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] bad = (byte[])good.Clone();
            if (i % 2 == 0) bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            else Array.Resize(ref bad, random.Next(bad.Length));
            Assert.Throws<ConversionException>(() => evolution.Restore(bad, "checkpoint"));
        }

        Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => new BlimpEvolution(Task(2), 20, 0.1, null).Restore(good, "c")).Code);
        Assert.Equal(ErrorCode.InputMismatch, Assert.Throws<ConversionException>(() => new BlimpEvolution(task, 24, 0.1, null).Restore(good, "c")).Code);
    }

    [Fact]
    public void A_training_that_is_stopped_and_resumed_writes_the_same_files()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("edgespike-evolution-");
        try
        {
            BlimpSettings settings = new() { Control = ControlTask.ProportionalDerivative, Evaluations = 20 * 150, Population = 20 };
            BlimpTask task = Task();
            string whole = Path.Combine(folder.FullName, "whole.esm"), parts = Path.Combine(folder.FullName, "parts.esm");
            BlimpTraining.Run(settings, task, new LocalEvaluator(1), null, whole, false, _ => { });
            Assert.Throws<OperationCanceledException>(() => BlimpTraining.Run(settings, task, new LocalEvaluator(1), null, parts, false, p =>
            {
                if (p.Evaluations >= 20 * 50) throw new OperationCanceledException();
            }));
            Assert.False(File.Exists(parts));
            BlimpTraining.Run(settings, task, new LocalEvaluator(2), null, parts, true, _ => { });
            foreach (string extension in new[] { ".esm", ".genome.json", ".csv", ".safetensors" })
                Assert.Equal(File.ReadAllBytes(Path.ChangeExtension(whole, extension)), File.ReadAllBytes(Path.ChangeExtension(parts, extension)));
            Assert.Empty(folder.GetFiles("*.checkpoint"));
            Assert.Equal(ControllerGenome.Length, GenomeFile.Read(Path.ChangeExtension(whole, ".genome.json")).Genes.Length);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>The target as the paper defines it: the loss of a controller that is the target is 0, of one that is silent MAE + 1.</summary>
    [Fact]
    public void The_loss_is_mean_error_and_one_minus_correlation()
    {
        double[] silent = new double[ControllerGenome.Length];
        for (int i = 0; i < silent.Length; i++) silent[i] = 0.5;
        for (int p = 0; p < ControllerParameters.Pairs; p++) silent[p * ControllerGenome.PairGenes + 3] = 1;
        ControlSet set = ControlSet.FromSimulatedFlights(1, 4)[0];
        double loss = OpenLoopLoss.Evaluate(ControllerGenome.Decode(silent, false), [set]);
        Assert.Equal(set.Target.Average(u => Math.Abs((double)u)) + 1, loss, 6);
    }
}
