using System.Linq;
using EdgeSpike.Conversion.Planning;
using EdgeSpike.RuntimeTests.Support;
using Xunit;
using static EdgeSpike.Runtime.ModelError;

namespace EdgeSpike.RuntimeTests;

/// <summary>Filling input ports: what is refused changes nothing.</summary>
public sealed class InputTests
{
    [Theory]
    [InlineData(new[] { 1, 0 }, 0, 2)]
    [InlineData(new[] { 1, 1 }, 0, 2)]
    [InlineData(new[] { -1, 1 }, 0, 2)]
    [InlineData(new[] { 0, 4 }, 0, 2)]
    [InlineData(new[] { 0, int.MaxValue }, 0, 2)]
    [InlineData(new[] { int.MinValue }, 0, 1)]
    [InlineData(new[] { 0, 1, 2, 3, 4 }, 0, 5)]
    [InlineData(new[] { 0, 1 }, 0, 3)]
    [InlineData(new[] { 0, 1 }, 1, 2)]
    [InlineData(new[] { 0, 1 }, -1, 1)]
    [InlineData(new[] { 0, 1 }, 0, -1)]
    [InlineData(new[] { 0, 1 }, 3, 0)]
    [InlineData(new[] { 0, 1 }, int.MaxValue, 1)]
    [InlineData(new[] { 0, 1 }, 1, int.MaxValue)]
    public void Indices_that_do_not_ascend_within_the_port_change_nothing(int[] indices, int offset, int count)
    {
        Runtime.Interpreter interpreter = Runs.Load(new SmallModel().Builder.Build());
        Assert.Equal(None, interpreter.SetEvents(0, [1, 3], 0, 2));
        int[] before = [.. interpreter.Arena];
        Assert.Equal(InputIndex, interpreter.SetEvents(0, indices, offset, count));
        Assert.Equal(before, interpreter.Arena);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_port_that_is_not_an_input_is_refused(int port)
    {
        Runtime.Interpreter interpreter = Runs.Load(new SmallModel().Builder.Build());
        Assert.Equal(InputPort, interpreter.SetEvents(port, [0], 0, 1));
        Assert.Equal(InputPort, interpreter.SetValues(port, [0, 0, 0, 0], 0));
    }

    [Fact]
    public void A_later_filling_replaces_an_earlier_one_and_lasts_for_one_tick()
    {
        Runtime.Interpreter interpreter = Runs.Load(new SmallModel().Builder.Build());
        interpreter.SetEvents(0, [0, 1, 2, 3], 0, 4);
        interpreter.SetEvents(0, [9, 1, 9], 1, 1);
        interpreter.Step();
        Assert.Equal([2, 7, -4], Runs.Words(interpreter, SmallModel.Membrane));
        Assert.Equal(3, interpreter.Model.Operators[SmallModel.Dense].SynapticOperations);
        interpreter.Step();
        Assert.Equal(3, interpreter.Model.Operators[SmallModel.Dense].SynapticOperations);
        Assert.Equal(2, interpreter.Ticks);
    }

    [Fact]
    public void Values_beyond_the_bound_are_clamped_and_counted_until_the_reset()
    {
        ModelBuilder model = new();
        int input = model.AddBuffer(BufferKind.Values, 4, 100), copy = model.AddBuffer(BufferKind.Values, 4, 101, true);
        model.AddPort(PortKind.Input, input);
        model.AddOperator(new AddOperator { Source = input, Target = copy });
        Runtime.Interpreter interpreter = Runs.Load(model.Build());
        Assert.Equal(None, interpreter.SetValues(0, [7, 101, -101, int.MinValue, 100], 1));
        interpreter.Step();
        Assert.Equal([100, -100, -100, 100], Runs.Words(interpreter, copy));
        Assert.Equal(3, interpreter.InputSaturations);
        interpreter.Step();
        Assert.Equal([0, 0, 0, 0], Runs.Words(interpreter, copy));
        Assert.Equal(InputIndex, interpreter.SetValues(0, [1, 2, 3], 0));
        Assert.Equal(InputIndex, interpreter.SetValues(0, [1, 2, 3, 4], 1));
        Assert.Equal(InputIndex, interpreter.SetValues(0, [1, 2, 3, 4], -1));
        Assert.Equal(InputIndex, interpreter.SetValues(0, [1, 2, 3, 4], int.MaxValue));
        Assert.Equal(InputPort, interpreter.SetEvents(0, [0], 0, 1));
        interpreter.Reset();
        Assert.Equal(0, interpreter.InputSaturations);
        Assert.Equal(0, interpreter.Ticks);
        Assert.True(interpreter.Model.Operators.All(o => o.SynapticOperations == 0));
    }

    [Fact]
    public void A_reset_takes_back_input_that_waits_for_the_next_tick()
    {
        Runtime.Interpreter interpreter = Runs.Load(new SmallModel().Builder.Build());
        interpreter.SetEvents(0, [0], 0, 1);
        interpreter.Reset();
        interpreter.Step();
        Assert.Equal([0, 0, 0], Runs.Words(interpreter, SmallModel.Membrane));
    }
}
