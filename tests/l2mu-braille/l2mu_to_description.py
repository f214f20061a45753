#!/usr/bin/env python3
"""Turns the packed tensors of the seven-class Braille L2MU into files that `edgespike` reads.

    python3 l2mu_to_description.py FOLDER OUTPUT

FOLDER holds weights_f32le.bin, weights_manifest.csv, neurons.csv and the samples; OUTPUT gets
    net.json, net.safetensors   the network, values unchanged
    inputs.npy                  uint8 [280, 256, 12], spikes of the held-out samples
    labels.npy                  int64 [280]
Needs nothing but Python's standard library. The matrix A is used as stored, since the trained network applies it so.
"""
import array
import csv
import json
import pathlib
import struct
import sys

SAMPLES, TICKS, CHANNELS, MEMORIES = 280, 256, 12, 70
LABELS = ["Space", "A", "E", "I", "O", "U", "Y"]


def write_safetensors(path, tensors):
    """tensors: {name: (shape, float32 bytes)}"""
    header, offset = {}, 0
    for name, (shape, data) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, data in tensors.values()))


def write_npy(path, kind, shape, data):
    text = "{'descr': '%s', 'fortran_order': False, 'shape': (%s,), }" % (kind, ", ".join(map(str, shape)))
    text += " " * (-(len(text) + 11) % 64) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data)


def read_tensors(folder):
    blob = (folder / "weights_f32le.bin").read_bytes()
    tensors = {}
    for row in csv.DictReader(open(folder / "weights_manifest.csv")):
        start, count = int(row["byte_offset"]), int(row["count"])
        shape = [int(n) for n in row["shape(out x in)"].split("x")]
        tensors[row["tensor"]] = (shape, blob[start:start + 4 * count])
    return tensors


def network(folder):
    neurons = {row["population"]: row for row in csv.DictReader(open(folder / "neurons.csv"))}

    def linear(name, tensor, **more):
        return {"name": name, "type": "linear", "weight": tensor, **more}

    def population(name):
        return {"name": name, "type": "neuron", "decay": float(neurons[name]["beta"]),
                "threshold": float(neurons[name]["threshold"]), "reset": "subtract", "reset_time": "next", "comparison": ">"}

    nodes = [
        {"name": "input", "type": "input", "shape": [CHANNELS]},
        linear("E_x", "e_x.weight"), linear("E_h", "e_h.weight"), linear("E_m", "e_m.weight"), population("u"),
        linear("A", "A.weight", repeat=MEMORIES), linear("B", "B.weight", repeat=MEMORIES), population("m"),
        linear("W_x", "W_x.weight"), linear("W_h", "W_h.weight"), linear("W_m", "W_m.weight"), population("h"),
        linear("W_o", "output_transformation.weight", bias="output_transformation.bias"), population("out"),
        {"name": "output", "type": "output", "readout": "spike_count"},
    ]
    edges = [
        ["input", "E_x"], ["h", "E_h", 1], ["m", "E_m", 1], ["E_x", "u"], ["E_h", "u"], ["E_m", "u"],
        ["m", "A", 1], ["u", "B"], ["A", "m"], ["B", "m"],
        ["input", "W_x"], ["h", "W_h", 1], ["m", "W_m"], ["W_x", "h"], ["W_h", "h"], ["W_m", "h"],
        ["h", "W_o"], ["W_o", "out"], ["out", "output"],
    ]
    return {"format": "edgespike-description", "version": 1, "name": "l2mu-braille", "dt": 0.005,
            "tensors": "net.safetensors", "labels": LABELS, "nodes": nodes, "edges": edges}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    output.mkdir(parents=True, exist_ok=True)
    write_safetensors(output / "net.safetensors", read_tensors(folder))
    (output / "net.json").write_text(json.dumps(network(folder), indent=1))

    words = array.array("H", (folder / "val9_inputs_280x256_u16le_12bits.bin").read_bytes())
    if sys.byteorder == "big":
        words.byteswap()
    spikes = bytes(word >> channel & 1 for word in words for channel in range(CHANNELS))
    write_npy(output / "inputs.npy", "|u1", (SAMPLES, TICKS, CHANNELS), spikes)
    labels = [int(row["label"]) for row in csv.DictReader(open(folder / "val9_expected_float32.csv"))]
    write_npy(output / "labels.npy", "<i8", (SAMPLES,), struct.pack("<%dq" % SAMPLES, *labels))


if __name__ == "__main__":
    main()
