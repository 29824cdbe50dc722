"""Writes the .ndarray files beside it with MXNet itself: pip install 'numpy==1.23.5' 'mxnet==1.9.1' (Python 3.11 or older)."""

import pathlib

import mxnet as mx
import numpy as np

HERE = pathlib.Path(__file__).parent


def main():
    mx.nd.save(str(HERE / "unnamed.ndarray"), [mx.nd.array([[0, 1, 2], [3, 4, -9.95]], dtype="float32")])
    named = {"mean": mx.nd.array([[0.5, -1]], dtype="float32"), "v": mx.nd.array([0.1, 3], dtype="float64")}
    mx.nd.save(str(HERE / "named.ndarray"), named)
    with mx.util.np_shape(True):
        mx.nd.save(str(HERE / "np_shape.ndarray"), [mx.nd.zeros((0, 5)), mx.nd.array([7.5])])
    mx.nd.save(str(HERE / "integers.ndarray"), [mx.nd.array([1, 2], dtype="int32")])
    mx.nd.save(str(HERE / "sparse.ndarray"), [mx.nd.array([[0, 1], [0, 0]]).tostype("csr")])


if __name__ == "__main__":
    main()
