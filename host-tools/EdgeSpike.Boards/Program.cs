using System;
using System.IO;
using System.Linq;
using EdgeSpike.Boards.Images;

namespace EdgeSpike.Boards;

/// <summary>What firmware/bare-metal's build calls: "generate BOARD MODEL FOLDER [--all-operators | --operators NAME+NAME | --verified]", "listing OBJECT FILE" and "finish BOARD MODEL ELF [--verified]".</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            switch (arguments)
            {
                case ["generate", string board, string model, string folder]:
                    BoardGenerator.Generate(BoardFile.Read(board), ModelHeader.Read(model), folder, ImageKind.OneModel);
                    return 0;
                case ["generate", string board, string model, string folder, "--all-operators"]:
                    BoardGenerator.Generate(BoardFile.Read(board), ModelHeader.Read(model), folder, ImageKind.AllOperators);
                    return 0;
                case ["generate", string board, string model, string folder, "--operators", string names]:
                    BoardGenerator.Generate(BoardFile.Read(board), ModelHeader.Read(model), folder, ImageKind.AllOperators, BoardGenerator.Operators(names));
                    return 0;
                case ["generate", string board, string model, string folder, "--verified"]:
                    BoardGenerator.Generate(BoardFile.Read(board), ModelHeader.Read(model), folder, ImageKind.VerifiedModel);
                    return 0;
                case ["listing", string compiled, string listing]:
                    File.WriteAllText(listing, CompilerObject.ToAssembly(compiled));
                    return 0;
                case ["finish", string board, string model, string elf]:
                    Report(elf, ImageFinisher.Finish(BoardFile.Read(board), ModelHeader.Read(model), elf));
                    return 0;
                case ["finish", string board, string model, string elf, "--verified"]:
                    Report(elf, ImageFinisher.Finish(BoardGenerator.WithoutSlot(BoardFile.Read(board)), ModelHeader.Read(model), elf));
                    return 0;
                default:
                    Console.Error.WriteLine("EdgeSpike.Boards : error : usage: generate BOARD MODEL FOLDER [--all-operators | --operators NAME+NAME | --verified], listing OBJECT FILE, or finish BOARD MODEL ELF [--verified]");
                    return 2;
            }
        }
        catch (BoardException error)
        {
            // The form that MSBuild takes for an error of its own.
            Console.Error.WriteLine($"EdgeSpike.Boards : error : {error.Message}");
            return 1;
        }
    }

    private static void Report(string elf, ImageSizes sizes)
    {
        Console.WriteLine($"  {Path.GetFileName(elf)} and .bin, .hex, .uf2");
        Console.WriteLine($"  flash  program {sizes.Program,7}  (runtime with start-up and core library {sizes.Runtime})  model {sizes.Model}");
        Console.WriteLine($"         {string.Join("  ", sizes.Parts.Select(p => $"{p.Key} {p.Value}"))}");
        Console.WriteLine($"  ram    statics {sizes.Statics,7}  stack {sizes.Stack}  left for arena and objects {sizes.Heap}");
    }
}
