#!/usr/bin/env python3
"""PCA on MNIST beside an exact SVD and scikit-learn, in the same run.

1. Captured variance of the components, in double and by the definition, against numpy's exact SVD: regular and stable within 1e-5,
   randomized within 1 %, at 50 and at 5 components; randomized also on rows sorted by label, where the first are no sample of all.
2. Seconds of a whole training job in the container, from a RecordIO channel to the model file, 50 components, two processors, against
   scikit-learn's PCA with its covariance solver, which loads the pixels' file; runs take turns.
3. The model for 1, 2 and 3 threads is the same, bit for bit.
4. Peak memory of the library at 60,000 and 600,000 rows.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # Threads that wait for each other busily are many times slower beside other work.

import numpy as np  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

import goals  # noqa: E402
import mnist  # noqa: E402

COMPONENTS = 50
LIMITS = {"regular": 1e-5, "stable": 1e-5, "randomized": 0.01}
MEMORY_LIMIT = 1.1


def run_ours(**options):
    """One dict a run: see pca_bench.cc."""
    data = options.pop("data", mnist.DATA)
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    output = subprocess.run([mnist.PROGRAMS / "pca_bench", f"--data={data}", *arguments], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in output.stdout.splitlines()]


def shortfall(folder, train, singular_values, **options):
    """The part of the best components' variance that ours do not capture."""
    count = options["num_components"]
    file = folder / "components"
    run_ours(components=file, **options)
    ours = np.fromfile(file, dtype=np.float32).reshape(-1, count).astype(np.float64)
    ours, _ = np.linalg.qr(ours)  # Rounding must neither help nor harm.
    captured = sum(((train[begin : begin + 5000] @ ours) ** 2).sum() for begin in range(0, len(train), 5000))
    return 1 - captured / (singular_values[:count] ** 2).sum()


def write_sorted(folder):
    """MNIST's training rows by label, as the file that our program reads."""
    labels = np.fromfile(mnist.DATA / "train-labels-idx1-ubyte", dtype=np.uint8, offset=8)
    pixels = mnist.rows("train").astype(np.uint8)[labels.argsort(kind="stable")]
    (folder / "train-images-idx3-ubyte").write_bytes(bytes(16) + pixels.tobytes())
    return folder


def check_variance(folder, quick):
    train = mnist.rows("train").astype(np.float64)
    train -= train.mean(0)
    singular_values = np.linalg.svd(train, compute_uv=False)
    cases = [(mode, count, mnist.DATA, "") for count in (COMPONENTS, 5) for mode in LIMITS]
    cases.append(("randomized", COMPONENTS, write_sorted(folder), ", sorted rows"))
    for mode, count, data, what in cases[:3] if quick else cases:
        missing = shortfall(folder, train, singular_values, mode=mode, num_components=count, data=data)
        goals.check(f"PCA {mode}, {count} components{what}, variance not captured", missing, ours=f"{missing:.2e}",
                    peer="numpy's SVD 0", at_most=LIMITS[mode])


def peer_seconds():
    with threadpool_limits(2):
        start = time.perf_counter()
        PCA(COMPONENTS, svd_solver="covariance_eigh").fit(mnist.rows("train"))
        return time.perf_counter() - start


def container_seconds(folder, data):
    """Trains in the container on a RecordIO channel: all from the start of the process to its end, model written."""
    shutil.rmtree(folder / "ml", ignore_errors=True)
    (folder / "ml/input/config").mkdir(parents=True)
    (folder / "ml/input/data/train").mkdir(parents=True)
    os.link(data, folder / "ml/input/data/train/part-0")
    hyperparameters = {"num_components": str(COMPONENTS), "feature_dim": "784", "mini_batch_size": "1000"}
    (folder / "ml/input/config/hyperparameters.json").write_text(json.dumps(hyperparameters))
    (folder / "ml/input/config/inputdataconfig.json").write_text(json.dumps({"train": {}}))
    start = time.perf_counter()
    subprocess.run([mnist.BIN / "sagespark-container", "pca", "train", "--root", folder / "ml"], check=True, capture_output=True)
    return time.perf_counter() - start


def check_speed(folder, rounds):
    subprocess.run([mnist.PROGRAMS / "channel_read_bench", mnist.DATA, folder, "1"], check=True, capture_output=True)
    ours, library, peer = [], [], []
    for _ in range(rounds):
        ours.append(container_seconds(folder, folder / "dense"))
        peer.append(peer_seconds())
        library.append(run_ours(num_components=COMPONENTS, threads=2)[0]["seconds"])
    ours_median, library_median, peer_median = map(statistics.median, (ours, library, peer))
    print(f"PCA library alone, from the IDX file, OpenBLAS's own kernels, no goal: {library_median:.3f} s")
    goals.check("PCA training job, 50 components, to scikit-learn's load and fit", peer_median / ours_median,
                ours=f"{ours_median:.3f} s", peer=f"{peer_median:.3f} s", at_least=1.0)


def check_threads():
    models = {run_ours(threads=threads, mode=mode)[0]["model"] for threads in (1, 2, 3) for mode in ("regular", "randomized")}
    goals.check("PCA models that differ by threads", len(models) - 2, ours=f"{len(models)} of 2 modes", at_most=0)


def check_memory(copies):
    small, large = (run_ours(copies=times)[0]["peak_kib"] for times in (1, copies))
    goals.check(f"PCA library, peak memory, {60 * copies},000 to 60,000 rows", large / small, ours=f"{large / 1024:.0f} MiB",
                peer=f"{small / 1024:.0f} MiB", at_most=MEMORY_LIMIT)


def main():
    quick = goals.arguments(__doc__).quick
    with tempfile.TemporaryDirectory() as name:
        check_speed(pathlib.Path(name), 1 if quick else 7)
        check_variance(pathlib.Path(name), quick)
    check_threads()
    check_memory(2 if quick else 10)
    return goals.exit_status()


sys.exit(main())
