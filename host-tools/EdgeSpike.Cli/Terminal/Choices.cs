using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;

namespace EdgeSpike.Cli.Terminal;

/// <summary>Options that several verbs make in the same way.</summary>
internal static class Choices
{
    /// <summary>An option whose value is one of a few words; null when it is not given.</summary>
    public static Option<T?> Of<T>(string name, string description, params (string Word, T Value)[] words)
        where T : struct
    {
        string list = string.Join('|', words.Select(w => w.Word));
        Option<T?> option = new(name)
        {
            Description = description,
            HelpName = list,
            CustomParser = result =>
            {
                string given = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
                if (Find(words, given) is T value) return value;
                result.AddError($"{name} '{given}' is none of {list}");
                return null;
            },
        };
        option.CompletionSources.Add([.. words.Select(w => w.Word)]);
        return option;
    }

    /// <summary>The value of a word, or null.</summary>
    public static T? Find<T>(IEnumerable<(string Word, T Value)> words, string given)
        where T : struct
    {
        foreach ((string word, T value) in words)
            if (string.Equals(word, given, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    /// <summary>An option for a number, written with a point whatever the machine's language; null when it is not given.</summary>
    public static Option<double?> Number(string name, string unit, string description, Func<double, bool> valid, string range) => new(name)
    {
        Description = description,
        HelpName = unit,
        CustomParser = result =>
        {
            string given = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
            if (double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && valid(value)) return value;
            result.AddError($"{name} '{given}' is not {range}");
            return null;
        },
    };

    /// <summary>An option for the path of a file or folder.</summary>
    public static Option<string?> Path(string name, string placeholder, string description, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = placeholder,
    };
}
