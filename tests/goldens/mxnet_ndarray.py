"""Prints MXNet ndarray files as hexadecimal digits, made with struct and numpy alone; ndarray_file_test.cc holds them.

The layout is that of NDArray::Save and its older forms in apache/mxnet, src/ndarray/ndarray.cc.
"""
import struct

import numpy as np


def array(values, version=2):
    head = struct.pack("<I", {1: 0xF993FAC8, 2: 0xF993FAC9}[version])
    if version >= 2:
        head += struct.pack("<i", 0)
    shape = struct.pack(f"<I{values.ndim}q", values.ndim, *values.shape)
    dtype = {"float32": 0, "float64": 1}[values.dtype.name]
    return head + shape + struct.pack("<iii", 1, 0, dtype) + values.tobytes()


def file(arrays, names=()):
    text = struct.pack("<QQQ", 0x112, 0, len(arrays)) + b"".join(arrays) + struct.pack("<Q", len(names))
    return text + b"".join(struct.pack("<Q", len(name)) + name for name in names)


unnamed = np.array([[0, 1, 2], [3, 4, -9.95]], np.float32)
print("kUnnamed", file([array(unnamed)]).hex())
print("kNamed", file([array(np.array([1.5], np.float32)), array(np.array([1.0, 2.0]), version=1)], [b"s", b"bias"]).hex())
