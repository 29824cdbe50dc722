"""Writes PCA's goldens with numpy alone; src/sagespark/algo/pca/golden_test.cc and src/sagespark/container/pca hold ours against them.

Run: python tests/goldens/make_pca_goldens.py
pca.txt: principal components by an SVD of the rows; entries of a line `name rows cols` and a line of values.
pca_model_algo-1: a model file, the layout of NDArray::Save in apache/mxnet, src/ndarray/ndarray.cc.
"""
import pathlib
import struct

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent
ROWS, COLS, COMPONENTS = 1500, 12, 5


def rows():
    """Far from zero, and with a spread that differs from column to column."""
    i, j = np.meshgrid(np.arange(ROWS), np.arange(COLS), indexing="ij")
    return (1000 + ((i * 7919 + j * 104729 + i * i * 31 * (j + 1)) % 1000) / 8 * (j + 1)).astype(np.float32)


def components(x):
    """Ascending singular values and the components' columns, the element of largest magnitude positive."""
    _, s, vt = np.linalg.svd(x, full_matrices=False)
    v = vt[:COMPONENTS][::-1].T
    v = v * np.sign(v[np.abs(v).argmax(0), np.arange(COMPONENTS)])
    return s[:COMPONENTS][::-1], v, (s[:COMPONENTS] ** 2).sum() / (s**2).sum()


def array(values):
    head = struct.pack("<Ii", 0xF993FAC9, 0) + struct.pack(f"<I{values.ndim}q", values.ndim, *values.shape)
    return head + struct.pack("<iii", 1, 0, 0) + values.astype("<f4").tobytes()


def model_file(arrays):
    names = b"".join(struct.pack("<Q", len(name)) + name.encode() for name in arrays)
    head = struct.pack("<QQQ", 0x112, 0, len(arrays))
    return head + b"".join(map(array, arrays.values())) + struct.pack("<Q", len(arrays)) + names


x = rows().astype(np.float64)
mean = x.mean(0)
with open(FOLDER / "pca.txt", "w") as out:
    for prefix, centered in (("", x - mean), ("raw_", x)):
        s, v, ratio = components(centered)
        entries = {"s": s, "v": v, "ratio": ratio, "projections": centered[:3] @ v}
        for name, values in entries.items():
            values = np.atleast_2d(values)
            print(prefix + name, *values.shape, file=out)
            print(*(repr(float(value)) for value in values.ravel()), file=out)
    print("mean 1", COLS, file=out)
    print(*(repr(float(value)) for value in mean), file=out)

(FOLDER / "pca_model_algo-1").write_bytes(model_file({
    "mean": np.array([[10, 20, 30]]),
    "s": np.array([1.5, 2.5]),
    "v": np.array([[0.6, 0], [0.8, 0], [0, 1]]),
}))
