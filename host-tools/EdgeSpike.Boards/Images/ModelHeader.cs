using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using EdgeSpike.Runtime;

namespace EdgeSpike.Boards.Images;

/// <summary>
/// What the build needs to know of a model (runtime/FORMAT.md): sizes and which operators it has. It is read without trust but
/// not verified; the device's runtime does that, or <see cref="Verify"/>.
/// </summary>
public sealed class ModelHeader
{
    private readonly string _path;

    private ModelHeader(string path, byte[] file, int arenaWords, int objectBytes, IReadOnlyList<(int Code, int At, int Fields)> records)
    {
        _path = path;
        Bytes = file;
        ArenaWords = arenaWords;
        ObjectBytes = objectBytes;
        Records = records;
        Operators = [.. new SortedSet<int>(records.Select(r => r.Code))];
    }

    /// <summary>The file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Words of its arena.</summary>
    public int ArenaWords { get; }

    /// <summary>Bytes of heap that the runtime's objects take for it, at most.</summary>
    public int ObjectBytes { get; }

    /// <summary>Codes of the operators it has, ascending, each once.</summary>
    public IReadOnlyList<int> Operators { get; }

    /// <summary>The operators' records: code, where it stands, and its fields, all of which lie in the file.</summary>
    internal IReadOnlyList<(int Code, int At, int Fields)> Records { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BoardException">It is not there or not a model.</exception>
    public static ModelHeader Read(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BoardException(path, "can't be read", "name an .esm file; edgespike convert makes one", error);
        }

        if (file.Length < 128 || BinaryPrimitives.ReadUInt32LittleEndian(file) != 0x314D5345)
            throw new BoardException(path, "is not a model", "name an .esm file; edgespike convert makes one");
        int Half(int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));
        long Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
        if (Word(8) != file.Length) throw new BoardException(path, $"has {file.Length} bytes and says {Word(8)}", "convert it again");

        List<(int Code, int At, int Fields)> records = [];
        long at = Word(48);
        int operators = Half(30);
        for (int i = 0; i < operators; i++)
        {
            int record = at + 8 <= file.Length ? Half((int)at + 2) : 0;
            if (record < 8 || at + record > file.Length) throw new BoardException(path, $"operator {i} at {at} is damaged", "convert it again");
            records.Add((Half((int)at), (int)at, (record - 8) / 4));
            at += record;
        }

        if (Word(24) > int.MaxValue / 4) throw new BoardException(path, $"asks for an arena of {Word(24)} words", "convert it again");

        // Objects on a 32-bit machine: buffers 60, tensors 16, ports 32, operators up to 240; references to them 4 each; tables, link, slot and watchdog.
        int objects = 64 * Half(28) + 20 * Half(32) + 36 * Half(36) + 244 * operators + 1728;
        return new ModelHeader(path, file, (int)Word(24), objects, records);
    }

    /// <summary>Has the runtime verify the whole file, as a device does before it runs one.</summary>
    /// <exception cref="BoardException">It is refused.</exception>
    public void Verify()
    {
        ModelFile file = new();
        if (file.Load(Bytes, int.MaxValue, long.MaxValue) == ModelError.None) return;
        string place = file.ErrorOperator < 0 ? "" : $", operator {file.ErrorOperator}";
        throw new BoardException(_path, $"is refused by the verifier: {file.Error} at {file.ErrorOffset}{place}", "convert it again");
    }
}
