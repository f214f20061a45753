// The runtime's codes by their own names; its other names stand beside the builder's with "Runtime." before them.
global using BufferKind = EdgeSpike.Runtime.BufferKind;
global using PortKind = EdgeSpike.Runtime.PortKind;
global using TensorType = EdgeSpike.Runtime.TensorType;
