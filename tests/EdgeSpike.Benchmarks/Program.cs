using BenchmarkDotNet.Running;

namespace EdgeSpike.Benchmarks;

/// <summary>
/// The kernels and a whole network under BenchmarkDotNet: <c>dotnet run -c Release --project tests/EdgeSpike.Benchmarks -- --filter '*'</c>.
/// For figures beside the bound that memory sets use <c>edgespike bench</c>; for pass and fail the tests.
/// </summary>
internal static class Program
{
    private static void Main(string[] arguments) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
}
