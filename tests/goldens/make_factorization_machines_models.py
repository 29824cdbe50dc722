"""Writes models as AWS's images do, newer and older, with numpy, struct and zipfile alone, into tests/goldens/factorization_machines.

Run: python tests/goldens/make_factorization_machines_models.py
`scores.txt` has their scores of the rows in `ROWS`, by the definition: a sum over pairs of features.
"""
import json
import pathlib
import struct
import zipfile

import numpy as np

FOLDER = pathlib.Path(__file__).parent / "factorization_machines"
ROWS = np.array([[0, 0, 0, 0, 0], [1, 0, 0, 2, 0], [0.5, -1, 0.25, 0, 3]], np.float32)


def ndarray_file(arrays):
    """NDArray::Save of apache/mxnet, src/ndarray/ndarray.cc."""
    text = struct.pack("<QQQ", 0x112, 0, len(arrays))
    for values in arrays.values():
        values = np.ascontiguousarray(values, np.float32)
        text += struct.pack("<Ii", 0xF993FAC9, 0) + struct.pack(f"<I{values.ndim}q", values.ndim, *values.shape)
        text += struct.pack("<iii", 1, 0, 0) + values.tobytes()
    text += struct.pack("<Q", len(arrays))
    return text + b"".join(struct.pack("<Q", len(name)) + name.encode() for name in arrays)


def write(name, compression, files):
    with zipfile.ZipFile(FOLDER / name, "w", compression) as archive:
        for file, content in files.items():
            archive.writestr(zipfile.ZipInfo(file, (2021, 1, 1, 0, 0, 0)), content, compression)


def scores(w0, w, v):
    y = w0 + ROWS @ w
    for i in range(len(w)):
        for j in range(i + 1, len(w)):
            y += (v[i] @ v[j]) * ROWS[:, i] * ROWS[:, j]
    return y


def main():
    random = np.random.default_rng(11)
    w0, w, v = random.normal(size=1), random.normal(size=5), random.normal(size=(5, 2))
    symbol = json.dumps({"nodes": [{"op": "LogisticRegressionOutput", "name": "out", "inputs": []}]})
    meta = {"training_parameters": {"feature_dim": 5, "num_factors": 2, "predictor_type": "regressor", "epochs": 1}}
    FOLDER.mkdir(exist_ok=True)
    write("newer_model_algo-1", zipfile.ZIP_STORED, {
        "symbol.json": symbol, "meta.json": json.dumps(meta),
        "params": ndarray_file({"arg:w0_weight": w0, "arg:v": v, "arg:w1_weight": w.reshape(5, 1)})})
    write("older_model_algo-1", zipfile.ZIP_DEFLATED, {
        "params": ndarray_file({"v": v.T, "Linear_Plus_Bias_weight": w.reshape(1, 5), "Linear_Plus_Bias_bias": w0}),
        "symbol.json": symbol, "meta.json": json.dumps({"training_parameters": {"feature_dim": "5"}})})
    margins = scores(w0, w, v)
    with open(FOLDER / "scores.txt", "w") as file:
        print(*(repr(float(y)) for y in margins), file=file)
        print(*(repr(float(y)) for y in 1 / (1 + np.exp(-margins))), file=file)


main()
