using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// What the operators of a model ask for, as the source that takes the place of runtime's Features.cs: one member for each there, by
/// which the compiler leaves out code. Read without trust: what points outside the file counts as anything.
/// </summary>
internal static class ModelFeatures
{
    private const int Dense = 1, Convolve = 3, Pool = 4, Neuron = 7, Sum = 14, AdaptiveNeuron = 18;

    /// <summary>One value of a field in all records, or any.</summary>
    private sealed class Only
    {
        private readonly HashSet<int> _seen = [];

        public void See(int? value) => _seen.Add(value ?? -1);

        public int Value => _seen.Count == 1 ? _seen.First() : -1;
    }

    /// <summary>The source for a model, or for all that there can be.</summary>
    public static string Source(ModelHeader model, bool complete, bool verifies)
    {
        StringBuilder text = new();
        text.Append("""
            // What the operators of one model ask for: code for the rest is left out of the image. Generated; replaces runtime's Features.cs.
            namespace EdgeSpike.Runtime;

            internal static class Features
            {
                public const int Any = -1;
                public const System.Runtime.CompilerServices.MethodImplOptions Inlined = System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining;

            """);
        foreach ((string member, string value) in Members(model, complete, verifies)) text.Append(CultureInfo.InvariantCulture, $"    public static {member} => {value};\n");
        text.Append("    [System.Runtime.CompilerServices.MethodImpl(Inlined)]\n    public static int Choose(int only, int said) => only == Any ? said : only;\n}\n");
        return text.ToString();
    }

    /// <summary>The same for kernels in assembly: Features_ and the member's name; true is 1, any -1. Features_AdaptiveNeurons: there are some.</summary>
    public static string Constants(ModelHeader model, bool complete, bool verifies)
    {
        StringBuilder text = new("@ What the operators of one model ask for: code for the rest is left out of the image. Generated.\n");
        foreach ((string member, string value) in Members(model, complete, verifies))
            text.Append(CultureInfo.InvariantCulture, $"        .equ    Features_{member[(member.IndexOf(' ', StringComparison.Ordinal) + 1)..]}, {value switch { "true" => "1", "false" => "0", "Any" => "-1", _ => value }}\n");
        text.Append(CultureInfo.InvariantCulture, $"        .equ    Features_AdaptiveNeurons, {(complete || model.Operators.Contains(AdaptiveNeuron) ? 1 : 0)}\n");
        return text.ToString();
    }

    private static SortedDictionary<string, string> Members(ModelHeader model, bool complete, bool verifies)
    {
        SortedDictionary<string, string> members = new(StringComparer.Ordinal) { ["bool Complete"] = complete ? "true" : "false", ["bool Verifies"] = verifies ? "true" : "false", ["bool LimitsWork"] = "false" };
        Only weights = new(), sources = new(), rule = new(), next = new(), equal = new(), thresholds = new();
        bool blocks = false, sumBiases = false, ownThresholds = false, ownDecays = false, currents = false, neuronBiases = false, refractory = false, several = false;
        byte[] file = model.Bytes;
        foreach ((int code, int at, int fields) in model.Records)
        {
            int? Field(int index) => index < fields ? BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8 + 4 * index)) : null;
            bool Has(int index) => Field(index) is not -1;
            bool Own(int index) => Has(index) && Entry(56, Field(index), 8) is not 1;
            int? Entry(int table, int? index, int offset)
            {
                long place = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(table)) + 16L * (index ?? -1) + offset;
                return index is null or < 0 || place + 4 > file.Length ? null : BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan((int)place));
            }

            if (code is >= Dense and <= Pool)
            {
                int? kind = Entry(44, Field(0), 0) & 255;
                sources.See(kind is 0 or 1 ? kind : null);
                if (code == Pool) continue;
                weights.See(Entry(56, Field(6), 0) & 255);
                sumBiases |= Has(7);
                blocks |= code == Dense && Field(8) is not 1;
            }
            else if (code == Neuron)
            {
                rule.See(Field(6));
                next.See(Field(7));
                equal.See(Field(8));
                thresholds.See(Has(15) ? 1 : 0);
                refractory |= Field(10) is not 0;
                several |= Field(11) is not 1;
                currents |= Has(14);
                ownDecays |= Own(13) || Own(14);
                ownThresholds |= Own(15);
                neuronBiases |= Has(16) || Has(17);
            }
        }

        foreach ((string name, Only only) in (ReadOnlySpan<(string, Only)>)[("WeightType", weights), ("EventSources", sources), ("ResetRule", rule), ("ResetNext", next), ("OrEqual", equal), ("Thresholds", thresholds)])
            members[$"int {name}"] = complete ? "Any" : only.Value.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, bool has) in (ReadOnlySpan<(string, bool)>)[("Blocks", blocks), ("SumBiases", sumBiases), ("OwnThresholds", ownThresholds), ("OwnDecays", ownDecays), ("Currents", currents), ("NeuronBiases", neuronBiases), ("Refractory", refractory), ("SeveralSpikes", several), ("Sums", model.Operators.Contains(Sum))])
            members[$"bool {name}"] = complete || has ? "true" : "false";
        return members;
    }
}
