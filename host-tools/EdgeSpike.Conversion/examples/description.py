# Writes net.json and net.safetensors for `edgespike convert net.json`: 12 inputs, 32 recurrent neurons, 4 classes.
import json, random, struct
from array import array

def noise(scale, *shape, centre=0.0):           # in your script: the trained weights; NumPy: (w.shape, w.astype("f4").tobytes())
    count = shape[0] * (shape[1] if len(shape) > 1 else 1)
    return shape, array("f", (random.gauss(centre, scale) for _ in range(count))).tobytes()

tensors = {"in": noise(.5, 32, 12), "rec": noise(.1, 32, 32), "out": noise(.4, 4, 32), "decay": noise(.01, 32, centre=.9)}
nodes = [{"name": "input", "type": "input", "shape": 12}, {"name": "w_in", "type": "linear", "weight": "in"}, {"name": "w_rec", "type": "linear", "weight": "rec"},
         {"name": "hidden", "type": "neuron", "decay": "decay", "threshold": 1, "reset": "subtract", "reset_time": "next"}, {"name": "w_out", "type": "linear", "weight": "out"},
         {"name": "classes", "type": "neuron", "decay": 0.9, "threshold": 1, "reset": "subtract", "reset_time": "next"}, {"name": "output", "type": "output"}]
edges = [["input", "w_in"], ["w_in", "hidden"], ["hidden", "w_rec", 1], ["w_rec", "hidden"], ["hidden", "w_out"], ["w_out", "classes"], ["classes", "output"]]
json.dump({"format": "edgespike-description", "version": 1, "dt": 0.001, "nodes": nodes, "edges": edges}, open("net.json", "w"))
header, end = {}, 0
for name, (shape, data) in tensors.items():     # or safetensors.numpy.save_file
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end := end + len(data)]}
text = json.dumps(header).encode()
open("net.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + b"".join(data for _, data in tensors.values()))
