namespace EdgeSpike.Runtime;

/// <summary>Makes operators by code. The one list of what this runtime can run; a build for one model may leave out the rest.</summary>
internal static class OperatorFactory
{
    /// <summary>A new operator, or null for an unknown code.</summary>
    public static Operator Create(int code)
    {
        switch ((OperatorCode)code)
        {
            case OperatorCode.Dense: return new DenseOperator();
            case OperatorCode.Sparse: return new SparseOperator();
            case OperatorCode.Convolve: return new ConvolveOperator();
            case OperatorCode.Pool: return new PoolOperator();
            case OperatorCode.Product: return new ProductOperator();
            case OperatorCode.Delay: return new DelayOperator();
            case OperatorCode.Neuron: return new NeuronOperator();
            case OperatorCode.LoihiNeuron: return new LoihiNeuronOperator();
            case OperatorCode.StateSpace: return new StateSpaceOperator();
            case OperatorCode.Add: return new AddOperator();
            case OperatorCode.Scale: return new ScaleOperator();
            case OperatorCode.Count: return new CountOperator();
            case OperatorCode.Maximum: return new MaximumOperator();
            case OperatorCode.Sum: return new SumOperator();
            case OperatorCode.Argmax: return new ArgmaxOperator();
            case OperatorCode.LoihiSigmaDelta: return new LoihiSigmaDeltaOperator();
            case OperatorCode.LoihiResonator: return new LoihiResonatorOperator();
            case OperatorCode.AdaptiveNeuron: return new AdaptiveNeuronOperator();
            default: return null;
        }
    }
}
