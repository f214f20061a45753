using System.Collections.Generic;

namespace EdgeSpike.Boards.Link;

/// <summary>The panic record of a device (PROTOCOL.md), and what it means.</summary>
/// <param name="Code">Why the program stopped; 0: it did not.</param>
/// <param name="Address">Where: of the failed check, of the instruction that faulted, or the exception's number.</param>
/// <param name="Tick">Tick of the model at the time.</param>
/// <param name="FaultStatus">Configurable fault status register (CFSR).</param>
/// <param name="FaultAddress">Address that was accessed, 0 when unknown.</param>
/// <param name="Restarts">Restarts since power-up or since a host last spoke.</param>
public sealed record PanicReport(int Code, uint Address, uint Tick, uint FaultStatus, uint FaultAddress, int Restarts)
{
    private static readonly (int Bit, string Meaning)[] StatusBits =
    [
        // Armv7-M and Armv8-M Architecture Reference Manuals, CFSR.
        (0, "instruction fetch from forbidden memory"), (1, "access to forbidden memory"), (3, "forbidden memory on return from an exception"),
        (4, "stack overflow on entry to an exception"), (8, "bus error on an instruction fetch"), (9, "bus error"), (10, "late bus error"),
        (11, "bus error on return from an exception"), (12, "stack outside memory on entry to an exception"), (16, "undefined instruction"),
        (17, "invalid state"), (18, "invalid return from an exception"), (19, "instruction of an absent coprocessor, such as floating point"),
        (20, "stack overflow"), (24, "unaligned access"), (25, "division by zero"),
    ];

    /// <summary>True when the device stopped.</summary>
    public bool Happened => Code != 0;

    /// <summary>The cause in words.</summary>
    public string Meaning
    {
        get
        {
            switch (Code)
            {
                case 0: return "no panic";
                case 1: return "division by zero";
                case 2: return "array index out of range";
                case 3: return "checked conversion out of range";
                case 4: return "null reference";
                case 5: return "a part of .NET that the firmware does not have";
                case 6: return "invalid cast";
                case 7: return "negative array length";
                case 8: return "the heap is exhausted";
                case 9: return "an exception was thrown";
                case 10: return "a static of reference type that can change";
                case 32: break;
                case 33: return $"interrupt without a handler, exception {Address}";
                case 34: return "the watchdog was not fed";
                default: return $"unknown code {Code}";
            }

            List<string> causes = [];
            foreach ((int bit, string meaning) in StatusBits)
                if ((FaultStatus >> bit & 1) != 0) causes.Add(meaning);
            string fault = causes.Count == 0 ? "hardware fault" : "hardware fault: " + string.Join(", ", causes);
            return (FaultStatus & 0x82) == 0x82 && FaultAddress < 1024 ? fault + " (null reference)" : fault;
        }
    }
}
