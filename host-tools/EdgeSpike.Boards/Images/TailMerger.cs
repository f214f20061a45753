using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// Where two ways out of a function, or to the same place in it, end in the same instructions, one of them jumps to the other's. The
/// instructions stay what they are; a way that was merged takes one more, so that this is for code that runs once.
/// </summary>
internal static class TailMerger
{
    /// <summary>Merges the tails of a function whose instructions are final.</summary>
    /// <param name="body">The instructions.</param>
    /// <param name="labels">Numbers of labels by place; gets those of merged tails.</param>
    /// <param name="branchTarget">Where an instruction branches to, in its function.</param>
    /// <param name="prefix">What a label's name begins with.</param>
    public static void Merge(List<ThumbInstruction> body, Dictionary<uint, int> labels, Func<ThumbInstruction, uint?> branchTarget, string prefix)
    {
        // A label at something that is gone is one of what follows.
        HashSet<uint> targets = [.. body.Where(i => !i.IsGone).Select(branchTarget).OfType<uint>()];
        List<(ThumbInstruction Instruction, bool Labelled)> live = [];
        bool labelled = false;
        foreach (ThumbInstruction instruction in body)
        {
            labelled |= targets.Contains(instruction.At);
            if (instruction.IsGone) continue;
            live.Add((instruction, labelled));
            labelled = false;
        }

        List<int> kept = [];
        for (int end = live.Count - 1; end >= 0; end--)
        {
            if (!live[end].Instruction.Ends) continue;
            int most = 2, same = 0, other = -1;
            foreach (int candidate in kept)
            {
                int length = Common(live, end, candidate, branchTarget, out int bytes);
                if (bytes <= most) continue;
                (most, same, other) = (bytes, length, candidate);
            }

            if (other < 0)
            {
                kept.Add(end);
                continue;
            }

            uint to = live[other - same + 1].Instruction.At;
            labels.TryAdd(to, labels.Count);
            live[end - same + 1].Instruction.Replace(string.Create(CultureInfo.InvariantCulture, $"b {prefix}{labels[to]}"), 0, 0);
            for (int i = end - same + 2; i <= end; i++) live[i].Instruction.Remove();
            end -= same - 1;
        }
    }

    /// <summary>How many instructions before two ends, they included, are the same, and their bytes. Nothing jumps to the first's but to their beginning.</summary>
    private static int Common(List<(ThumbInstruction Instruction, bool Labelled)> live, int end, int other, Func<ThumbInstruction, uint?> branchTarget, out int bytes)
    {
        int length = 0;
        bytes = 0;
        while (end - length >= 0 && other - length > end)
        {
            ThumbInstruction a = live[end - length].Instruction, b = live[other - length].Instruction;
            uint? target = branchTarget(a);
            bool equal = a.Text == b.Text && !a.Jumps && !b.Jumps && (a.Text is not null || (target is null ? branchTarget(b) is null && (a.First, a.Second) == (b.First, b.Second) : length == 0 && a.Ends && target == branchTarget(b)));
            if (!equal) break;
            bytes += a.Text is null && a.Second < 0 ? 2 : target is not null ? 2 : 4;
            length++;
            if (live[end - length + 1].Labelled) break;
        }

        return length;
    }
}
