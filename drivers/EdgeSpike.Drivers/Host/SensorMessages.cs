#nullable enable
namespace EdgeSpike.Drivers;

/// <summary>Errors of range sensors and barometers as text: what, where, and what to check.</summary>
public static class SensorMessages
{
    /// <summary>One error of a sensor.</summary>
    /// <param name="name">The sensor as people know it, such as "VL53L1X at 0x29".</param>
    /// <param name="error">How the call ended.</param>
    /// <param name="bus">How its last transfer ended.</param>
    /// <param name="found">Identity that was found.</param>
    public static string Describe(string name, SensorError error, BusError bus, int found) => error switch
    {
        SensorError.None => $"{name}: no error",
        SensorError.NoSensor => $"{name}: no sensor answers; check supply, ground, the address (its address pin) and both lines of the bus",
        SensorError.WrongIdentity => $"{name}: identity 0x{found:X} is another sensor's; check the part's marking and the address",
        SensorError.Bus => $"{name}: {Cause(bus)}",
        SensorError.NotStarted => $"{name}: not up in time; check its supply and its reset pin",
        SensorError.NotReady => $"{name}: no new value yet; ask again",
        SensorError.Setting => $"{name}: it lacks this setting, nothing was changed; see its datasheet",
        SensorError.Calibration => $"{name}: its calibration can't be; check the wiring and lower the bus's rate",
        SensorError.Damaged => $"{name}: what it sent is damaged; check the wiring and lower the bus's rate",
        SensorError.OutOfRange => $"{name}: a value outside what it can measure; check where it looks, or what it is exposed to",
        SensorError.NotOpen => $"{name}: it was not opened, or its opening failed; open it first",
        _ => $"{name}: error {(int)error}",
    };

    /// <summary>What a frame of the lidar is worth.</summary>
    public static string Describe(TfMiniStatus status) => status switch
    {
        TfMiniStatus.Valid => "a distance",
        TfMiniStatus.Weak => "too little light comes back: too far, too dark, or nothing there",
        TfMiniStatus.Saturated => "too much light comes back: a mirror, or nearer than 10 cm",
        TfMiniStatus.Ambient => "too much other light: turn it away from the sun",
        TfMiniStatus.OutOfRange => "a distance beyond its 12 m",
        _ => $"status {(int)status}",
    };

    private static string Cause(BusError bus) => bus switch
    {
        BusError.DataNotAcknowledged => "a byte was refused; check that nothing else is at its address",
        BusError.BusStuck => "a line of the bus stays low; check for a short circuit, missing pull-up resistors, or switch its supply off and on",
        BusError.ArbitrationLost => "another master won the bus; try again",
        BusError.TimeOut => "the bus does not answer in time; check its clock and that no device holds it",
        BusError.Overrun => "a received byte was lost; lower the bus's rate",
        BusError.BusFault => "noise on the bus; shorten the wires, check the pull-up resistors",
        BusError.Argument => "the call does not fit: address or counts",
        _ => $"bus error {(int)bus}",
    };
}
