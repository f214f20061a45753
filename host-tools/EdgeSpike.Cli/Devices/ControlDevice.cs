using System.Diagnostics;
using EdgeSpike.Boards.Link;
using EdgeSpike.Conversion;
using EdgeSpike.Demos.Blimp;

namespace EdgeSpike.Cli.Devices;

/// <summary>
/// A controller on a board, in the loop: every step it is given the error, and what flies is the command that it computed, read from its
/// memory. The checksum of every tick and every command are the host's, or it ends there.
/// </summary>
internal sealed class ControlDevice(DeviceConnection device, int commandWord) : ControllerTwin
{
    private int _flight = -1;
    private int _step;

    /// <summary>Steps that were alike.</summary>
    public long SameTicks { get; private set; }

    /// <summary>Longest time from the error to the command, s.</summary>
    public double WorstSeconds { get; private set; }

    /// <summary>Where it is.</summary>
    public string Place => device.Place;

    /// <inheritdoc/>
    public override void Reset()
    {
        device.Link.Reset();
        _flight++;
        _step = 0;
    }

    /// <inheritdoc/>
    public override int Step(int error, uint checksum, int command)
    {
        long start = Stopwatch.GetTimestamp();
        uint given = device.Link.Run([DeviceLink.ValueInput([error])])[0];
        int flown = device.Link.ReadArena(commandWord, 1)[0];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (seconds > WorstSeconds) WorstSeconds = seconds;
        if (given != checksum || flown != command)
        {
            // A device that restarted begins at tick 0 again, which is no difference in arithmetic.
            device.ThrowIfStopped();
            string what = given != checksum ? $"checksum {given:x8}, the host's {checksum:x8}" : $"command {flown}, the host's {command}";
            throw new ConversionException(ErrorCode.CheckFailed, device.Place, $"flight {_flight} differs first at step {_step} ({what})", "flash it again; if it stays, please report it with the model");
        }

        SameTicks++;
        _step++;
        return flown;
    }
}
