using System;

namespace EdgeSpike.Conversion;

/// <summary>
/// An input that can't be used, told to the person who gave it: what is wrong, where, and what to do.
/// The only exception that host-tools throw on purpose; the command line prints its text and exits with its code.
/// </summary>
public sealed class ConversionException : Exception
{
    /// <summary>Builds the message "where: what; remedy".</summary>
    /// <param name="code">Kind of failure, also the exit status.</param>
    /// <param name="where">File, node, tensor or line.</param>
    /// <param name="what">What is wrong there, with the number at fault.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="inner">The cause, when a library reported one.</param>
    public ConversionException(ErrorCode code, string where, string what, string remedy, Exception? inner = null)
        : base($"{where}: {what}; {remedy}", inner)
    {
        Code = code;
        Where = where;
        What = what;
        Remedy = remedy;
    }

    /// <summary>Kind of failure, also the exit status.</summary>
    public ErrorCode Code { get; }

    /// <summary>File, node, tensor or line.</summary>
    public string Where { get; }

    /// <summary>What is wrong there.</summary>
    public string What { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
