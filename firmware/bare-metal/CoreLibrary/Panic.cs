using System.Runtime;
using System.Runtime.CompilerServices;

namespace Internal.Runtime
{
    /// <summary>Why the program stopped; the numbers are those of PROTOCOL.md and of Startup/startup.s.</summary>
    public static class PanicCode
    {
        /// <summary>Division by zero.</summary>
        public const int DivisionByZero = 1;

        /// <summary>An array index.</summary>
        public const int Index = 2;

        /// <summary>A checked conversion.</summary>
        public const int Overflow = 3;

        /// <summary>A null reference that compiled code tested for.</summary>
        public const int Null = 4;

        /// <summary>A part of .NET that the core library does not have.</summary>
        public const int Unsupported = 5;

        /// <summary>A cast.</summary>
        public const int Cast = 6;

        /// <summary>A negative array length.</summary>
        public const int ArrayLength = 7;

        /// <summary>The heap is too small.</summary>
        public const int OutOfMemory = 8;

        /// <summary>A throw.</summary>
        public const int Thrown = 9;

        /// <summary>A hardware fault; the record holds the fault registers.</summary>
        public const int Fault = 32;

        /// <summary>An interrupt without a handler.</summary>
        public const int Interrupt = 33;

        /// <summary>The watchdog was not fed; the address is where the program was.</summary>
        public const int Watchdog = 34;
    }

    /// <summary>The end of the program: a record in memory that a reset keeps, then the reset.</summary>
    public static class Panic
    {
        /// <summary>Records the code, the caller's address and the tick, and resets. Does not return.</summary>
        [RuntimeImport("*", "panic")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        public static extern void Raise(int code);
    }
}
