using System.CommandLine;
using EdgeSpike.Cli.Terminal;

namespace EdgeSpike.Cli.Verbs;

/// <summary>edgespike train: the networks of the demos.</summary>
internal static class TrainVerb
{
    /// <summary>The verb with its networks.</summary>
    public static Command Create(Session session)
    {
        VerbCommand train = new("train", "Trains the network of a demo.", ("edgespike train blimp pd -o pd.esm", "evolves a controller for a blimp"));
        train.Add(TrainBlimpVerb.Create(session));
        return train;
    }
}
