using System;
using EdgeSpike.Conversion.Inspection;
using EdgeSpike.Runtime;
using Xunit;

namespace EdgeSpike.Conversion.Tests;

/// <summary>Every operator that a model may hold can be shown.</summary>
public sealed class InspectionTests
{
    [Fact]
    public void Every_operator_has_names_for_its_fields()
    {
        foreach (OperatorCode code in Enum.GetValues<OperatorCode>())
        {
            Assert.True(ModelDescription.FieldNames.ContainsKey(code), $"{code} has no names");
            Assert.Equal("source", ModelDescription.FieldNames[code][0]);
        }

        Assert.Equal(new Planning.AdaptiveNeuronOperator { Source = 0, Target = 0, Membrane = 0, Adaptation = 0, Threshold = 0 }.Fields().Length, ModelDescription.FieldNames[OperatorCode.AdaptiveNeuron].Length);
        Assert.Equal(new Planning.LoihiSigmaDeltaOperator { Source = 0, Target = 0, Activation = 0, Residue = 0, Threshold = 0, Limit = 1 }.Fields().Length, ModelDescription.FieldNames[OperatorCode.LoihiSigmaDelta].Length);
        Assert.Equal(new Planning.LoihiResonatorOperator { Source = 0, Target = 0, Real = 0, Imaginary = 0, Cosine = 0, Sine = 0, Threshold = 0 }.Fields().Length, ModelDescription.FieldNames[OperatorCode.LoihiResonator].Length);
    }
}
