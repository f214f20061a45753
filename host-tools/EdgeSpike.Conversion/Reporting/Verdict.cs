using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace EdgeSpike.Conversion.Reporting;

/// <summary>How far the integers can be trusted to stand in for the float network.</summary>
public enum Trust
{
    /// <summary>Nothing was compared.</summary>
    Unknown,

    /// <summary>Same answers but for single samples, same spikes but for few, nothing saturates.</summary>
    Yes,

    /// <summary>Usable; a reader should look at what is named.</summary>
    WithCare,

    /// <summary>The model answers differently too often.</summary>
    No,
}

/// <summary>The report in a few sentences, for someone who trained the network and has never quantised one.</summary>
public sealed record Verdict
{
    /// <summary>Share of equal answers from which a model may be called the same.</summary>
    public const double GoodAnswers = 0.98;

    /// <summary>Share of equal answers below which it may not be used unseen.</summary>
    public const double PoorAnswers = 0.9;

    /// <summary>Loss of accuracy, as a share, that counts as none.</summary>
    public const double GoodLoss = 0.01;

    /// <summary>Share of spikes in common from which a layer is called faithful.</summary>
    public const double GoodOverlap = 0.9;

    /// <summary>Relative error of values up to which a layer is called faithful.</summary>
    public const double GoodError = 0.05;

    /// <summary>The word.</summary>
    public required Trust Trust { get; init; }

    /// <summary>The word as a sentence.</summary>
    public required string Headline { get; init; }

    /// <summary>What it rests on, one sentence each.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Sums a report up.</summary>
    public static Verdict Of(ConversionReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        List<string> reasons = [];
        if (report.Samples == 0)
            return new Verdict { Trust = Trust.Unknown, Headline = "Not measured.", Reasons = ["Nothing was compared: give recordings with --calibrate."] };

        int same = (int)Math.Round(report.AnswerAgreement * report.Samples);
        reasons.Add($"Same answer as the float network on {same} of {report.Samples} samples ({Percent(report.AnswerAgreement)}).");
        double loss = 0;
        if (report is { ReferenceAccuracy: double before, ModelAccuracy: double after })
        {
            loss = before - after;
            reasons.Add($"Accuracy {Percent(before)} in float, {Percent(after)} in integers.");
        }

        LayerReport? worst = Worst(report);
        bool faithful = true;
        if (worst is not null)
        {
            faithful = worst.Spikes ? worst.SpikeOverlap >= GoodOverlap : worst.RelativeError <= GoodError;
            string first = worst.FirstDifference < 0 ? "no tick differs" : $"first difference at tick {worst.FirstDifference}";
            reasons.Add(worst switch
            {
                { Spikes: true, FirstDifference: < 0 } => "Every layer spikes exactly as in float.",
                { Spikes: true } => $"The layer that departs most is '{worst.Name}': {Percent(worst.SpikeOverlap)} of its spikes in common, {Percent(worst.Agreement)} of all neurons and ticks alike, {first}.",
                _ => $"The layer that departs most is '{worst.Name}': its values are off by {Percent(worst.RelativeError)}.",
            });
        }

        reasons.Add(report.Saturations == 0 ? "Nothing saturates." : $"{report.Saturations:N0} saturations in {report.Ticks:N0} ticks.");
        if (report.Warnings.Count > 0) reasons.Add($"{report.Warnings.Count} {(report.Warnings.Count == 1 ? "warning" : "warnings")}, listed below.");
        bool synthetic = report.InputSource.Contains("synthetic", StringComparison.OrdinalIgnoreCase);
        if (synthetic) reasons.Add("Measured on made-up input: repeat with recordings of your own (--calibrate).");

        Trust trust =
            report.AnswerAgreement < PoorAnswers || loss > 5 * GoodLoss ? Trust.No
            : report.AnswerAgreement >= GoodAnswers && loss <= GoodLoss && faithful && report.Saturations == 0 && report.Warnings.Count == 0 && !synthetic ? Trust.Yes
            : Trust.WithCare;
        return new Verdict
        {
            Trust = trust,
            Headline = trust switch
            {
                Trust.Yes => "Yes: the integers do what the float network does.",
                Trust.WithCare => "With care: it works, but look at what is named here.",
                _ => "No: the integers answer differently too often.",
            },
            Reasons = reasons,
        };
    }

    /// <summary>The layer that departs most from the reference, or null.</summary>
    public static LayerReport? Worst(ConversionReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Layers.OrderByDescending(l => l.Spikes ? 1 - l.SpikeOverlap : l.RelativeError).FirstOrDefault();
    }

    /// <summary>As "97.5 %"; never 100 for less than all, never 0 for more than none.</summary>
    public static string Percent(double share)
    {
        if (double.IsNaN(share)) return "–";
        string text = (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
        if (text == "100.0") return share >= 1 ? "100 %" : "99.9+ %";
        if (text == "0.0" && share >= 1e-8) return (100 * share).ToString("0." + new string('#', 1 - (int)Math.Floor(Math.Log10(100 * share))), CultureInfo.InvariantCulture) + " %";
        if (text == "0.0" && share > 0) return (100 * share).ToString("0.0e0", CultureInfo.InvariantCulture) + " %";
        return text == "0.0" ? "0 %" : text + " %";
    }
}
