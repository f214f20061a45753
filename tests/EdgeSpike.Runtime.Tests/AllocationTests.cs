using System;
using System.Collections.Generic;
using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using Xunit;

namespace EdgeSpike.RuntimeTests;

/// <summary>After Load nothing is allocated: a device without a garbage collector runs the same loop.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Inputs_ticks_resets_and_checks_allocate_nothing()
    {
        HashSet<string> covered = new(StringComparer.Ordinal);
        for (int seed = 8_000_000; seed < 8_000_400; seed++)
        {
            RandomModel model = RandomModels.Make(seed);
            byte[] file = Runs.WithVectors(model, 1, 3);
            Runtime.Interpreter interpreter = Runs.Load(file);
            Random random = new(seed);
            int[][][] inputs = [.. Enumerable.Range(0, 4).Select(_ => model.Inputs(random))];
            Runtime.VectorCheck check = new(interpreter);
            Nothing observer = new();
            Run(interpreter, check, observer, inputs);          // what the first call of a method allocates is not the model's

            // What a model allocates it allocates each time; a collection that another thread asked for meanwhile moves the count once.
            long allocated = long.MaxValue;
            for (int attempt = 0; attempt < 3 && allocated != 0; attempt++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Runtime.ModelError error = Run(interpreter, check, observer, inputs);
                allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.Equal(Runtime.ModelError.None, error);
            }

            Assert.True(allocated == 0, $"seed {seed}: {allocated} bytes");
            foreach (ModelOperator item in model.Builder.Operators) covered.Add(((Runtime.OperatorCode)item.Code).ToString());
        }

        Assert.Equal(Enum.GetNames<Runtime.OperatorCode>().Order(StringComparer.Ordinal), covered.Order(StringComparer.Ordinal));
    }

    private static Runtime.ModelError Run(Runtime.Interpreter interpreter, Runtime.VectorCheck check, Nothing observer, int[][][] inputs)
    {
        interpreter.Reset();
        for (int t = 0; t < inputs.Length; t++)
        {
            int next = 0;
            for (int p = 0; p < interpreter.Model.Ports.Length; p++)
            {
                if (interpreter.Model.Ports[p].Kind != Runtime.PortKind.Input) continue;
                int[] data = inputs[t][next++];
                bool events = interpreter.Model.Buffers[interpreter.Model.Ports[p].Buffer].Kind == Runtime.BufferKind.Events;
                Runtime.ModelError error = events ? interpreter.SetEvents(p, data, 0, data.Length) : interpreter.SetValues(p, data, 0);
                if (error != Runtime.ModelError.None) return error;
            }

            if (t == 0) interpreter.Step();
            else if (t == 1) interpreter.Step(observer);
            else interpreter.StepChecksum();
        }

        return check.Run();
    }

    private sealed class Nothing : Runtime.StepObserver
    {
        public override void After(int index)
        {
        }
    }
}
