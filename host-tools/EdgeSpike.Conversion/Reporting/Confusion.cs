using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>Answers beside labels: how often each class was taken for each.</summary>
public sealed record Confusion
{
    /// <summary>Counts of [label][answer].</summary>
    public required int[][] Counts { get; init; }

    /// <summary>Names of the classes; numbers where nobody named them.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Right answers.</summary>
    public required int Correct { get; init; }

    /// <summary>All answers.</summary>
    public required int Total { get; init; }

    /// <summary>Right answers as a share.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    /// <summary>Counts.</summary>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="answers">The answer for each.</param>
    /// <param name="outputs">Number of classes that can be answered.</param>
    /// <param name="names">Names, or empty.</param>
    public static Confusion Of(IReadOnlyList<int> labels, IReadOnlyList<int> answers, int outputs, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(names);
        if (labels.Count != answers.Count)
            throw new ConversionException(ErrorCode.InputMismatch, "labels", $"{labels.Count} labels for {answers.Count} recordings", "give one label per recording");
        for (int i = 0; i < labels.Count; i++)
            if (labels[i] < 0 || labels[i] >= outputs)
                throw new ConversionException(ErrorCode.InputMismatch, $"labels, sample {i}", $"class {labels[i]} where the network has {outputs}", $"use 0 to {outputs - 1}");
        int[][] counts = [.. Enumerable.Range(0, outputs).Select(_ => new int[outputs])];
        int correct = 0;
        for (int i = 0; i < labels.Count; i++)
        {
            counts[labels[i]][answers[i]]++;
            if (labels[i] == answers[i]) correct++;
        }

        return new Confusion
        {
            Counts = counts,
            Classes = [.. Enumerable.Range(0, outputs).Select(c => c < names.Count ? names[c] : $"{c}")],
            Correct = correct,
            Total = labels.Count,
        };
    }
}
