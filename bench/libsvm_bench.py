"""Reading MNIST as LibSVM text on one core: ours against scikit-learn's load_svmlight_file, in the same run, in processor time.

Usage: libsvm_bench.py build/release/bench/libsvm_read_bench MNIST.libsvm
"""

import os
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})

from sklearn.datasets import load_svmlight_file  # noqa: E402


def main():
    program, path = sys.argv[1:]
    peer = min(timed(lambda: load_svmlight_file(path, n_features=784)) for _ in range(2))
    ours = float(subprocess.run([program, path], check=True, capture_output=True, text=True).stdout)
    megabytes = os.path.getsize(path) / 1e6
    print(f"libsvm: ours {ours:.3f} s ({megabytes / ours:.0f} MB/s), scikit-learn {peer:.3f} s, ratio {peer / ours:.1f}")


def timed(work):
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
