# Writes alif.json and alif.safetensors for `edgespike convert alif.json`: a recurrent network of 20 plain and 20 adaptive neurons (ALIF,
# Bellec et al. 2018) with leaky read-outs. In ticks of 1 ms: tau_m = 20 ms, tau_a = 200 ms, beta = 1.7.
import json, math, random, struct
from array import array

dt, tau_m, tau_a, beta, threshold, inputs, plain, adaptive, classes = 1e-3, 20e-3, 200e-3, 1.7, 0.06, 16, 20, 20, 3
alpha, rho, neurons = math.exp(-dt / tau_m), math.exp(-dt / tau_a), plain + adaptive

def noise(scale, rows, columns):                # in your script: the trained weights; NumPy: (w.shape, w.astype("f4").tobytes())
    return (rows, columns), array("f", (random.gauss(0, scale) for _ in range(rows * columns))).tobytes()

def vector(values):
    return (len(values),), array("f", values).tobytes()

tensors = {"w_in": noise(.8, neurons, inputs), "w_rec": noise(.2, neurons, neurons), "w_out": noise(.4, classes, neurons),
           "step": vector([0] * plain + [beta * (1 - rho)] * adaptive)}
nodes = [
    {"name": "input", "type": "input", "shape": inputs},
    {"name": "w_in", "type": "linear", "weight": "w_in"},
    {"name": "w_rec", "type": "linear", "weight": "w_rec"},
    # V(t) = alpha V(t-1) + (1 - alpha) I(t) - B(t-1) z(t-1); B = threshold + a; a(t) = rho a(t-1) + beta (1 - rho) z(t-1)
    {"name": "alif", "type": "adaptive_neuron", "decay": alpha, "input_gain": 1 - alpha, "threshold": threshold, "reset": "subtract", "reset_time": "next",
     "adaptation_decay": rho, "adaptation_step": "step"},
    {"name": "classes", "type": "leaky_readout", "weight": "w_out", "leak": alpha},
    {"name": "output", "type": "output", "readout": "mean"}]
edges = [["input", "w_in"], ["w_in", "alif"], ["alif", "w_rec", 1], ["w_rec", "alif"], ["alif", "classes"], ["classes", "output"]]
json.dump({"format": "edgespike-description", "version": 1, "dt": dt, "nodes": nodes, "edges": edges}, open("alif.json", "w"), indent=1)
header, end = {}, 0
for name, (shape, data) in tensors.items():     # or safetensors.numpy.save_file
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end := end + len(data)]}
text = json.dumps(header).encode()
open("alif.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + b"".join(data for _, data in tensors.values()))
