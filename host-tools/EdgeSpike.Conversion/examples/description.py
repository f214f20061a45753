# A leaky integrate-and-fire network for `edgespike convert net.json`: 12 inputs, 32 recurrent neurons, 4 classes.
import json
import numpy
from safetensors.numpy import save_file

rng = numpy.random.default_rng(1)               # in your script: the weights of the trained network
tensors = {"in": rng.normal(0, 0.5, (32, 12)), "rec": rng.normal(0, 0.1, (32, 32)),
           "out": rng.normal(0, 0.4, (4, 32)), "decay": rng.uniform(0.8, 0.95, 32)}
save_file({name: value.astype(numpy.float32) for name, value in tensors.items()}, "net.safetensors")

lif = {"type": "neuron", "threshold": 1.0, "reset": "subtract", "reset_time": "next"}      # snnTorch's Leaky
nodes = [{"name": "input", "type": "input", "shape": [12]},
         {"name": "w_in", "type": "linear", "weight": "in"}, {"name": "w_rec", "type": "linear", "weight": "rec"},
         {"name": "hidden", "decay": "decay", **lif}, {"name": "w_out", "type": "linear", "weight": "out"},
         {"name": "classes", "decay": 0.9, **lif}, {"name": "output", "type": "output"}]
edges = [["input", "w_in"], ["w_in", "hidden"], ["hidden", "w_rec", 1], ["w_rec", "hidden"],
         ["hidden", "w_out"], ["w_out", "classes"], ["classes", "output"]]
json.dump({"format": "edgespike-description", "version": 1, "dt": 0.001, "nodes": nodes, "edges": edges}, open("net.json", "w"))
