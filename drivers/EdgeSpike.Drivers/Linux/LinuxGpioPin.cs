#nullable enable
using System;
using System.Device.Gpio;
using SystemPinMode = System.Device.Gpio.PinMode;

namespace EdgeSpike.Drivers;

/// <summary>A pin of System.Device.Gpio's controller, by its number there. What the controller can't do it says by its own exception.</summary>
public sealed class LinuxGpioPin : GpioPin, IDisposable
{
    private readonly GpioController _controller;
    private readonly int _number;
    private bool _open;
    private bool _high;
    private bool _openDrain;

    /// <summary>A pin of a controller, which stays the caller's.</summary>
    public LinuxGpioPin(GpioController controller, int number)
    {
        ArgumentNullException.ThrowIfNull(controller);
        _controller = controller;
        _number = number;
    }

    /// <inheritdoc/>
    public override void SetMode(PinMode mode)
    {
        if (!_open) _controller.OpenPin(_number);
        _open = true;
        _openDrain = mode == PinMode.OpenDrain;
        switch (mode)
        {
            case PinMode.Output: Drive(_high); break;
            case PinMode.InputPullUp: _controller.SetPinMode(_number, SystemPinMode.InputPullUp); break;
            case PinMode.InputPullDown: _controller.SetPinMode(_number, SystemPinMode.InputPullDown); break;
            case PinMode.OpenDrain: Drain(); break;
            default: _controller.SetPinMode(_number, SystemPinMode.Input); break;
        }
    }

    /// <inheritdoc/>
    public override bool Read() => _open && _controller.Read(_number) == PinValue.High;

    /// <inheritdoc/>
    public override void Write(bool high)
    {
        _high = high;
        if (!_open) return;
        if (_openDrain) Drain();
        else _controller.Write(_number, high);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_open) _controller.ClosePin(_number);
        _open = false;
    }

    // There is no open output: high is not driven at all.
    private void Drain()
    {
        if (_high) _controller.SetPinMode(_number, SystemPinMode.Input);
        else Drive(false);
    }

    // Opened anew, so that the level is there with the mode.
    private void Drive(bool high)
    {
        _controller.ClosePin(_number);
        _controller.OpenPin(_number, SystemPinMode.Output, high ? PinValue.High : PinValue.Low);
    }
}
