using System;
using System.Collections.Generic;

namespace EdgeSpike.Demos.Har;

/// <summary>
/// Which windows train a network, which choose among networks, and which judge the chosen one. By random windows, as
/// published work does, a network meets every test subject in training, which flatters it; by subjects, it meets none.
/// </summary>
public sealed class HarSplit
{
    /// <summary>Folds of the split by subjects.</summary>
    public const int Folds = 5;

    private HarSplit(int[] train, int[] validation, int[] test)
    {
        Train = train;
        Validation = validation;
        Test = test;
    }

    /// <summary>Windows to train on.</summary>
    public int[] Train { get; }

    /// <summary>Windows to choose by: sizes, thresholds, when to stop.</summary>
    public int[] Validation { get; }

    /// <summary>Windows to judge by.</summary>
    public int[] Test { get; }

    /// <summary>80 % to train on, 10 % to choose by, 10 % to judge by, drawn without regard to the subject.</summary>
    public static HarSplit Random(HarWindows windows, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(windows);
        int[] order = new int[windows.Count];
        for (int n = 0; n < order.Length; n++) order[n] = n;
        new SplitMix64(seed).Shuffle(order);
        int tenth = windows.Count / 10;
        return new HarSplit(Sorted(order[(2 * tenth)..]), Sorted(order[tenth..(2 * tenth)]), Sorted(order[..tenth]));
    }

    /// <summary>
    /// Every fifth subject, in the order of their numbers, judges; a tenth of all subjects, drawn from the rest, choose;
    /// all others train. The five folds judge by every subject once.
    /// </summary>
    /// <param name="windows">All windows.</param>
    /// <param name="fold">0 to 4: the first subject that judges.</param>
    /// <param name="seed">Draws the subjects that choose.</param>
    public static HarSplit Subjects(HarWindows windows, int fold, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentOutOfRangeException.ThrowIfNegative(fold);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fold, Folds);
        int[] subjects = [.. new SortedSet<int>(windows.Subjects)];
        HashSet<int> test = [], validation = [];
        List<int> rest = [];
        for (int s = 0; s < subjects.Length; s++)
        {
            if (s % Folds == fold) test.Add(subjects[s]);
            else rest.Add(subjects[s]);
        }

        int[] drawn = [.. rest];
        new SplitMix64(seed).Shuffle(drawn);
        // Nobody is left to train on when two or fewer remain; such a set has no use for this split, but no error either.
        int chosen = rest.Count < 2 ? 0 : Math.Max(1, subjects.Length / 10);
        for (int s = 0; s < chosen; s++) validation.Add(drawn[s]);

        List<int> trainWindows = [], validationWindows = [], testWindows = [];
        for (int n = 0; n < windows.Count; n++)
        {
            int subject = windows.Subjects[n];
            (test.Contains(subject) ? testWindows : validation.Contains(subject) ? validationWindows : trainWindows).Add(n);
        }

        return new HarSplit([.. trainWindows], [.. validationWindows], [.. testWindows]);
    }

    private static int[] Sorted(int[] windows)
    {
        Array.Sort(windows);
        return windows;
    }
}
