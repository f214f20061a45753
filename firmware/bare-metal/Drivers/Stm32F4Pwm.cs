using EdgeSpike.Drivers;

namespace EdgeSpike.Firmware;

/// <summary>PWM on a channel of TIM2 … TIM5 of the STM32F4 (RM0090, section 18): edge-aligned, up-counting, mode 1, preloaded. The pin has been given to the timer.</summary>
/// <remarks>
/// Channels of one timer share its rate: the last <see cref="Start"/> sets it for all. The counter is used with 16 bits, as TIM3 and TIM4 have it. After reset
/// the timers run at the bus clock of 16 MHz; where APB1 is divided they run at twice its clock (section 6.2).
/// </remarks>
internal sealed class Stm32F4Pwm : PwmOutput
{
    private const uint Apb1Enable = 0x40023840;         // RCC_APB1ENR: bits 0 … 3 TIM2 … TIM5
    private const uint FirstTimer = 0x40000000;         // TIM2; the others follow 0x400 apart

    private const uint Control1 = 0x00;                 // TIMx_CR1: bit 0 CEN, 7 ARPE
    private const uint Event = 0x14;                    // TIMx_EGR: bit 0 UG, loads the preloaded registers
    private const uint Mode = 0x18;                     // TIMx_CCMR1 and CCMR2: 8 bits a channel, 6:4 OCxM, 3 OCxPE
    private const uint Enable = 0x20;                   // TIMx_CCER: 4 bits a channel, bit 0 CCxE
    private const uint Prescaler = 0x28;                // TIMx_PSC
    private const uint Reload = 0x2C;                   // TIMx_ARR
    private const uint Compare = 0x34;                  // TIMx_CCR1 … CCR4
    private const uint Mode1Preloaded = (6u << 4) | (1u << 3);

    private readonly uint _base;
    private readonly uint _clockHz;
    private readonly int _channel;

    /// <summary>A channel; nothing runs before <see cref="Start"/>.</summary>
    /// <param name="at">Address of the timer, TIM2 … TIM5.</param>
    /// <param name="clockHz">Its clock.</param>
    /// <param name="channel">1 … 4.</param>
    public Stm32F4Pwm(uint at, uint clockHz, int channel)
    {
        _base = at;
        _clockHz = clockHz;
        _channel = channel - 1;
    }

    /// <inheritdoc/>
    public override BusError Start(int hertz)
    {
        uint timer = (_base - FirstTimer) >> 10;
        if (_base < FirstTimer || timer > 3 || _channel < 0 || _channel > 3 || hertz < 1 || (uint)hertz > _clockHz >> 4) return BusError.Argument;

        // The smallest division that leaves 16 bits of clocks in a period: the finest steps of duty.
        uint clocks = _clockHz / (uint)hertz, divider = (clocks >> 16) + 1;
        if (divider > 65536) return BusError.Argument;
        Io.Change(Apb1Enable, 0, 1u << (int)timer);
        Io.Write(_base + Prescaler, divider - 1);
        Io.Write(_base + Reload, clocks / divider - 1);
        Io.Write(At(Compare), 0);
        int field = 8 * (_channel & 1);
        Io.Change(_base + Mode + 4 * (uint)(_channel >> 1), 255u << field, Mode1Preloaded << field);
        Io.Change(_base + Enable, 15u << (4 * _channel), 1u << (4 * _channel));
        Io.Write(_base + Event, 1);
        Io.Change(_base + Control1, 0, (1u << 7) | 1);
        return BusError.None;
    }

    /// <inheritdoc/>
    public override BusError SetDuty(int duty)
    {
        if (duty < 0 || duty > Full) return BusError.Argument;

        // A compare value above the reload value is high all the time (section 18.3.9).
        uint period = Io.Read(_base + Reload) + 1;
        Io.Write(At(Compare), (uint)(((ulong)period * (uint)duty + Full / 2) >> 16));
        return BusError.None;
    }

    /// <summary>Low; the timer goes on for its other channels.</summary>
    public override BusError Stop()
    {
        Io.Write(At(Compare), 0);
        return BusError.None;
    }

    private uint At(uint first)
    {
        return _base + first + 4 * (uint)_channel;
    }
}
