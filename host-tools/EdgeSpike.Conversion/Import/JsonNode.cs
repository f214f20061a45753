using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using EdgeSpike.Conversion.Files;

namespace EdgeSpike.Conversion.Import;

/// <summary>A value in a JSON file with its path ("$.nodes[2].decay"), so that every error says where it is.</summary>
internal readonly struct JsonNode(JsonElement element, string file, string path)
{
    /// <summary>File and path for messages.</summary>
    public string Where => $"{file}, {path}";

    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    public bool IsText => element.ValueKind == JsonValueKind.String;

    /// <summary>The member of that name; throws if it is missing.</summary>
    public JsonNode this[string key] => Object().TryGetProperty(key, out JsonElement member)
        ? new JsonNode(member, file, $"{path}.{key}")
        : throw new ConversionException(ErrorCode.Damaged, Where, $"'{key}' is missing", "add it; DESCRIPTION.md lists what each node needs");

    /// <summary>True when the member is there; null counts as left out.</summary>
    public bool Has(string key) => Object().TryGetProperty(key, out JsonElement member) && member.ValueKind != JsonValueKind.Null;

    /// <summary>Throws at the first member that is not in the list, or that stands twice.</summary>
    public void Allow(params string[] keys)
    {
        HashSet<string> seen = [];
        foreach (JsonProperty member in Object().EnumerateObject())
        {
            if (!keys.Contains(member.Name))
                throw new ConversionException(ErrorCode.Damaged, $"{file}, {path}.{member.Name}", "the key is not known", Suggest(member.Name, keys, $"supported here are {string.Join(", ", keys)}"));
            if (!seen.Add(member.Name))
                throw new ConversionException(ErrorCode.Damaged, $"{file}, {path}.{member.Name}", "the key stands twice", "keep one of them");
        }
    }

    public string Text(string key) => this[key].AsText();

    public string TextOr(string key, string fallback) => Has(key) ? Text(key) : fallback;

    public double NumberOr(string key, double fallback) => Has(key) ? this[key].AsNumber() : fallback;

    public int Integer(string key, int least, int most) => this[key].AsInteger(least, most);

    public int IntegerOr(string key, int fallback, int least, int most) => Has(key) ? Integer(key, least, most) : fallback;

    public bool BooleanOr(string key, bool fallback) => Has(key) ? this[key].AsBoolean() : fallback;

    /// <summary>The value that a member's word stands for.</summary>
    public T Choice<T>(string key, params (string Word, T Value)[] choices) => this[key].AsChoice(choices);

    /// <summary>The value that this word stands for.</summary>
    public T AsChoice<T>(params (string Word, T Value)[] choices)
    {
        string word = AsText();
        foreach ((string known, T value) in choices)
            if (known == word) return value;
        string[] words = [.. choices.Select(c => c.Word)];
        throw new ConversionException(ErrorCode.ParameterRange, Where, $"'{word}' is not known", Suggest(word, words, $"use one of {string.Join(", ", words)}"));
    }

    public string AsText() => IsText ? element.GetString()! : throw Kind("a text");

    public bool AsBoolean() => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Kind("true or false");

    public double AsNumber() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Kind("a finite number");

    public int AsInteger(int least, int most)
    {
        double value = AsNumber();
        return value == Math.Floor(value) && value >= least && value <= most
            ? (int)value
            : throw new ConversionException(ErrorCode.ParameterRange, Where, value.ToString(CultureInfo.InvariantCulture), $"use a whole number from {least} to {most}");
    }

    public IEnumerable<JsonNode> Items()
    {
        if (!IsArray) throw Kind("a list");
        return Enumerate(element, file, path);
    }

    /// <summary>A number, or lists of numbers nested to any depth, as a tensor.</summary>
    public NumericArray AsArray()
    {
        List<int> dimensions = [];
        List<double> values = [];
        Collect(this, 0);
        return NumericArray.From(values.ToArray(), [.. dimensions]);

        void Collect(JsonNode node, int depth)
        {
            if (!node.IsArray)
            {
                if (depth != dimensions.Count) throw node.Kind("a list of the same depth as the others");
                values.Add(node.AsNumber());
                return;
            }

            int count = node.Items().Count();
            if (depth == dimensions.Count && values.Count == 0) dimensions.Add(count);
            if (depth >= dimensions.Count || dimensions[depth] != count)
                throw new ConversionException(ErrorCode.ShapeMismatch, node.Where, $"{count} entries", "lists of one level have one length");
            foreach (JsonNode item in node.Items()) Collect(item, depth + 1);
        }
    }

    /// <summary>"did you mean 'x'?" before the remedy when a known word is near.</summary>
    public static string Suggest(string word, IEnumerable<string> known, string remedy)
    {
        if (word.Length is 0 or > 64) return remedy;
        (int Distance, string Word) best = known.Where(k => k.Length <= 64).Select(k => (Distance(word, k), k)).DefaultIfEmpty((int.MaxValue, "")).Min();
        return best.Distance <= Math.Max(1, word.Length / 3) ? $"did you mean '{best.Word}'? {remedy}" : remedy;
    }

    // Edits from one word to the other; letters of either case are one.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    private static IEnumerable<JsonNode> Enumerate(JsonElement list, string file, string path)
    {
        int index = 0;
        foreach (JsonElement item in list.EnumerateArray()) yield return new JsonNode(item, file, $"{path}[{index++}]");
    }

    private JsonElement Object() => element.ValueKind == JsonValueKind.Object ? element : throw Kind("an object");

    private ConversionException Kind(string wanted)
    {
        string raw = element.GetRawText();
        return new(ErrorCode.Damaged, Where, $"{(raw.Length > 24 ? raw[..24] + "..." : raw)} is not {wanted}", "see DESCRIPTION.md");
    }
}
