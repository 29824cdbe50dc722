#!/usr/bin/env python3
"""Reading MNIST as LibSVM text on one core against scikit-learn's load_svmlight_file: processor time, medians, by turns."""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

from sklearn.datasets import load_svmlight_file  # noqa: E402

import goals  # noqa: E402
import mnist  # noqa: E402

LIMIT = 20.0
PROGRAM = mnist.PROGRAMS / "libsvm_read_bench"


def peer_seconds(path):
    start = time.process_time()
    load_svmlight_file(path, n_features=784)
    return time.process_time() - start


def our_seconds(path):
    return float(subprocess.run([PROGRAM, "read", path], check=True, capture_output=True, text=True).stdout)


def main():
    rounds = 1 if goals.arguments(__doc__).quick else 3
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "mnist.libsvm")
        subprocess.run([PROGRAM, "write", path, mnist.DATA], check=True)
        megabytes = os.path.getsize(path) / 1e6
        times = [(our_seconds(path), peer_seconds(path)) for _ in range(rounds)]
    ours, peer = (statistics.median(column) for column in zip(*times))
    goals.check("LibSVM reading, to scikit-learn", peer / ours, ours=f"{ours:.3f} s ({megabytes / ours:.0f} MB/s)",
                peer=f"{peer:.3f} s", at_least=LIMIT)
    return goals.exit_status()


sys.exit(main())
