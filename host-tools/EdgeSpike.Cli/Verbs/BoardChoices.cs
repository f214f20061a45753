using System;
using System.CommandLine;
using EdgeSpike.Cli.Devices;
using EdgeSpike.Cli.Terminal;
using EdgeSpike.Conversion;

namespace EdgeSpike.Cli.Verbs;

/// <summary>The options of the verbs that work on a board as well as here.</summary>
internal sealed class BoardChoices
{
    private readonly Option<string?> _board = Choices.Path("--board", "NAME", "On this board instead of here: a name that 'edgespike boards' lists, or a board file. In QEMU unless --port is given.");
    private readonly Option<string?> _port = Choices.Path("--port", "PORT", "Where the board is: a serial port, or tcp:HOST:PORT.");

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(_board);
        verb.Add(_port);
    }

    /// <summary>The board that was named, with this model in it; null when none was.</summary>
    /// <exception cref="ConversionException"><see cref="ErrorCode.Usage"/>: a port without a board.</exception>
    public DeviceConnection? Open(Session session, ParseResult parsed, string modelPath, byte[] model)
    {
        string? board = parsed.GetValue(_board), port = parsed.GetValue(_port);
        if (board is not null) return DeviceConnection.Open(session, board, port, modelPath, model);
        if (port is null) return null;
        throw new ConversionException(ErrorCode.Usage, $"--port {port}", "there is no board to go with it", "add --board, which says the port's rate");
    }

    /// <summary>True when a board or a port was given.</summary>
    public bool Given(ParseResult parsed) => parsed.GetValue(_board) is not null || parsed.GetValue(_port) is not null;
}
