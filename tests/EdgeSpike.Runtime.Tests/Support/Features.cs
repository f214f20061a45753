using System;
using System.Collections.Generic;

namespace EdgeSpike.RuntimeTests.Support;

/// <summary>
/// The operators and options that random models have to cover: a list beside the generator, so that neither can lose one
/// unnoticed.
/// </summary>
internal static class Features
{
    public static IReadOnlySet<string> All { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "AdaptiveNeuron saturated", "AdaptiveNeuron spiked", "AdaptiveNeuron spiked now and then",
        "adaptive.comparison 0", "adaptive.comparison 1", "adaptive.current order 0", "adaptive.current order 1",
        "adaptive.drive", "adaptive.no current", "adaptive.no drive", "adaptive.no threshold limit",
        "adaptive.reset 0 time 0 own 0", "adaptive.reset 0 time 0 own 1", "adaptive.reset 0 time 1 own 0",
        "adaptive.reset 0 time 1 own 1", "adaptive.reset 1 time 0 own 0", "adaptive.reset 1 time 0 own 1",
        "adaptive.reset 1 time 1 own 0", "adaptive.reset 1 time 1 own 1", "adaptive.reset 2 time 0 own 0",
        "adaptive.reset 2 time 0 own 1", "adaptive.reset 2 time 1 own 0", "adaptive.reset 2 time 1 own 1",
        "adaptive.threshold limit", "Convolve added", "Count saturated", "Dense added", "LoihiNeuron saturated", "LoihiNeuron spiked",
        "LoihiNeuron spiked now and then", "LoihiResonator saturated", "LoihiResonator spiked",
        "LoihiResonator spiked now and then", "LoihiSigmaDelta saturated", "LoihiSigmaDelta spiked",
        "LoihiSigmaDelta spiked now and then", "Neuron saturated", "Neuron spiked", "Neuron spiked now and then",
        "Neuron spiked several times a tick", "Pool added", "Product added", "Product saturated", "Scale added",
        "Scale saturated", "Sparse added", "StateSpace added", "StateSpace saturated", "accumulate", "add.Events",
        "add.Values", "add.shift left", "add.shift none", "add.shift right", "argmax.Values", "argmax.Words", "bias",
        "bias after shift", "bias unshifted", "convolve.1d", "convolve.2d", "convolve.Int16.Events",
        "convolve.Int16.Values", "convolve.Int4.Events", "convolve.Int4.Values", "convolve.Int8.Events",
        "convolve.Int8.Values", "convolve.depthwise", "convolve.dilation", "convolve.groups", "convolve.one group",
        "convolve.padding", "convolve.stride", "count.Events", "count.Values", "delay.Events", "delay.Values",
        "delay.more", "delay.one", "dense.Int16.Events", "dense.Int16.Values", "dense.Int4.Events", "dense.Int4.Values",
        "dense.Int8.Events", "dense.Int8.Values", "dense.narrow", "dense.repeat", "dense.shift left",
        "dense.shift none", "dense.shift right", "dense.single", "dense.wide", "edge", "input.Events", "input.Values",
        "loihi", "loihi.bias", "loihi.binary", "loihi.interval", "loihi.no bias", "loihi.no interval",
        "loihi.no refractory", "loihi.refractory", "loihi.ternary", "maximum", "neuron.comparison 0",
        "neuron.comparison 1", "neuron.current order 0", "neuron.current order 1", "neuron.decay", "neuron.decay each",
        "neuron.greatest shift", "neuron.initial", "neuron.input bias", "neuron.lower limit", "neuron.membrane bias",
        "neuron.no current", "neuron.no decay", "neuron.no initial", "neuron.no input bias", "neuron.no lower limit",
        "neuron.no membrane bias", "neuron.no reset value", "neuron.no shift", "neuron.no threshold",
        "neuron.one spike", "neuron.reset 0 time 0 refractory 0", "neuron.reset 0 time 0 refractory 1",
        "neuron.reset 0 time 1 refractory 0", "neuron.reset 0 time 1 refractory 1",
        "neuron.reset 1 time 0 refractory 0", "neuron.reset 1 time 0 refractory 1",
        "neuron.reset 1 time 1 refractory 0", "neuron.reset 1 time 1 refractory 1",
        "neuron.reset 2 time 0 refractory 0", "neuron.reset 2 time 0 refractory 1",
        "neuron.reset 2 time 1 refractory 0", "neuron.reset 2 time 1 refractory 1", "neuron.reset value",
        "neuron.several spikes", "neuron.shared decay", "neuron.shift", "neuron.threshold", "parameter.each",
        "parameter.shared", "pool.1d", "pool.2d", "pool.Events", "pool.Values", "pool.dilation", "pool.padding",
        "pool.stride", "product.Int16", "product.Int4", "product.Int8", "product.bias", "product.exact",
        "product.no bias", "product.repeat", "product.rounded", "product.single", "read before", "read persistent",
        "read transient", "resonator.crossing", "resonator.imaginary", "resonator.real", "resonator.reset",
        "row padding", "scale.bias", "scale.each", "scale.exact", "scale.int16", "scale.int32", "scale.no bias",
        "scale.rounded", "scale.shared", "scratch", "sigma delta.change", "sigma delta.cumulative",
        "sigma delta.delta encoder", "sigma delta.exponent", "sigma delta.integrates", "sigma delta.no exponent",
        "sigma delta.no shift", "sigma delta.rectified", "sigma delta.shift", "sigma delta.unit", "sparse.Int16.Events",
        "sparse.Int16.Values", "sparse.Int4.Events", "sparse.Int4.Values", "sparse.Int8.Events", "sparse.Int8.Values",
        "state space.Int16", "state space.Int8", "state space.input shift", "state space.no input shift",
        "state space.repeat", "state space.residual", "state space.single", "state space.whole", "sum.Events",
        "sum.Values", "when.Events", "when.Values",
    };
}
