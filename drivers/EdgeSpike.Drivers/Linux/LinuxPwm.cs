#nullable enable
using System;
using System.Device.Pwm;
using System.IO;

namespace EdgeSpike.Drivers;

/// <summary>A PWM output over System.Device.Pwm. Exceptions become <see cref="BusError"/> values.</summary>
public sealed class LinuxPwm : PwmOutput, IDisposable
{
    private readonly PwmChannel _channel;

    /// <summary>Takes a channel of System.Device.Pwm, and disposes of it.</summary>
    public LinuxPwm(PwmChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _channel = channel;
    }

    /// <summary>A channel of /sys/class/pwm/pwmchipN.</summary>
    /// <exception cref="IOException">There is none, or it is taken.</exception>
    public static LinuxPwm Open(int chip, int channel) => new(PwmChannel.Create(chip, channel));

    /// <inheritdoc/>
    public override BusError Start(int hertz)
    {
        if (hertz < 1) return BusError.Argument;
        return Try(() =>
        {
            // A period shorter than the pulse before is refused by the kernel.
            _channel.DutyCycle = 0;
            _channel.Frequency = hertz;
            _channel.Start();
        });
    }

    /// <inheritdoc/>
    public override BusError SetDuty(int duty) => duty is < 0 or > Full ? BusError.Argument : Try(() => _channel.DutyCycle = duty / (double)Full);

    /// <inheritdoc/>
    public override BusError Stop() => Try(() =>
    {
        _channel.DutyCycle = 0;
        _channel.Stop();
    });

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private static BusError Try(Action action)
    {
        try
        {
            action();
            return BusError.None;
        }
        catch (ArgumentException)
        {
            return BusError.Argument;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException or PlatformNotSupportedException)
        {
            return BusError.BusFault;
        }
    }
}
