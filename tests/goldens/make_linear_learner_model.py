"""Writes linear-learner models with zipfile, json, struct and numpy alone, for container/linear_learner's tests.

Run: python tests/goldens/make_linear_learner_model.py tests/goldens/linear_learner
The layout of the arrays is that of NDArray::Save in apache/mxnet, src/ndarray/ndarray.cc. `binary` is deflated and has MXNet's
own marks; `multiclass` is stored, and has neither bias nor loss parameters.
"""
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np


def array(values):
    values = np.asarray(values, np.float32)
    shape = struct.pack(f"<I{values.ndim}q", values.ndim, *values.shape)
    return struct.pack("<Ii", 0xF993FAC9, 0) + shape + struct.pack("<iii", 1, 0, 0) + values.tobytes()


def arrays(named):
    names = b"".join(struct.pack("<Q", len(name)) + name.encode() for name in named)
    count = struct.pack("<Q", len(named))
    return struct.pack("<QQ", 0x112, 0) + count + b"".join(map(array, named.values())) + count + names


def write(path, compression, parameters, named):
    symbol = {"nodes": [{"op": "null", "name": "data", "inputs": []}], "arg_nodes": [0], "heads": [[0, 0, 0]]}
    with zipfile.ZipFile(path, "w", compression) as model:
        for name, text in (("additional-params.json", json.dumps(parameters)), ("manifest.json", "{}"),
                           ("mx-mod-symbol.json", json.dumps(symbol)), ("mx-mod-0000.params", arrays(named))):
            model.writestr(zipfile.ZipInfo(name), text, compression)


folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
write(folder / "binary", zipfile.ZIP_DEFLATED,
      {"predictor_type": "binary_classifier", "loss": "logistic", "threshold": 0.25, "feature_dim": 3},
      {"arg:fc0_weight": [[1, -2, 0.5]], "arg:fc0_bias": [0.25]})
write(folder / "multiclass", zipfile.ZIP_STORED, {"predictor_type": "multiclass_classifier"},
      {"fc0_weight": [[1, 0], [0, 1], [-1, -1]]})
