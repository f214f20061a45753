using System;

namespace EdgeSpike.Boards;

/// <summary>A board, model, image or device that can't be used, told to the person at the keyboard: where, what, and what to do.</summary>
public sealed class BoardException : Exception
{
    /// <summary>Builds the message "where: what; remedy".</summary>
    /// <param name="where">File and key, or device.</param>
    /// <param name="what">What is wrong there, with the number at fault.</param>
    /// <param name="remedy">What to do about it.</param>
    /// <param name="inner">The cause, if a library reported one.</param>
    public BoardException(string where, string what, string remedy, Exception? inner = null)
        : base($"{where}: {what}; {remedy}", inner)
    {
        Where = where;
        What = what;
        Remedy = remedy;
    }

    /// <summary>File and key, or device.</summary>
    public string Where { get; }

    /// <summary>What is wrong there.</summary>
    public string What { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }
}
