"""Prints the SHA-256 sums of MNIST as LibSVM, made with numpy alone; mnist_test.cc holds them.

usage: mnist_libsvm.py FOLDER   (the four raw IDX files)
"""
import hashlib
import pathlib
import sys

import numpy as np


def read_idx(path):
    data = path.read_bytes()
    shape = np.frombuffer(data, ">u4", count=data[3], offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def main(folder):
    for name, images, labels in (
        ("train", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("test", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    ):
        pixels = read_idx(folder / images)
        pixels = pixels.reshape(len(pixels), -1)
        digest = hashlib.sha256()
        for label, row in zip(read_idx(folder / labels), pixels):
            entries = "".join(f" {i + 1}:{row[i]}" for i in np.flatnonzero(row))
            digest.update(f"{label}{entries}\n".encode())
        print(name, digest.hexdigest())


main(pathlib.Path(sys.argv[1]))
