#!/usr/bin/env python3
"""Speed and memory of k-means training on MNIST, k = 10, default hyperparameters, beside scikit-learn in the same run.

1. Seconds to train from rows in memory, two threads, against one full Lloyd run of scikit-learn (n_init=1); runs take turns.
2. The model for 1, 2 and 3 threads is the same, bit for bit, and with the matrix products of other processors.
3. Peak memory of a whole process that streams 60,000 and 600,000 rows.
Ends with status 1 when a limit is missed.
"""
import statistics
import sys
import time

from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

import mnist

ROUNDS = 5
SPEEDUP_LIMIT = 5.0
MEMORY_LIMIT = 1.1
KERNELS = ("Nehalem", "Haswell")  # Any processor with AVX2 can run both.


def peer_seconds(train, seed):
    with threadpool_limits(2):
        start = time.perf_counter()
        KMeans(10, n_init=1, algorithm="lloyd", random_state=seed).fit(train)
        return time.perf_counter() - start


def report(text, ok):
    print(f"{text}: {'ok' if ok else 'MISSED'}")
    return ok


def check_speed():
    train = mnist.rows("train")
    ours, peer = [], []
    for seed in range(ROUNDS):
        ours.append(mnist.run_ours(seeds=1, first_seed=seed, threads=2)[0]["seconds"])
        peer.append(peer_seconds(train, seed))
    ours_median, peer_median = statistics.median(ours), statistics.median(peer)
    return report(f"train 60,000 rows in memory, medians of {ROUNDS}: ours {ours_median:.3f} s, scikit-learn "
                  f"{peer_median:.3f} s, {peer_median / ours_median:.1f} times faster (limit {SPEEDUP_LIMIT})",
                  peer_median >= SPEEDUP_LIMIT * ours_median)


def check_threads():
    models = {mnist.run_ours(seeds=1, threads=threads)[0]["model"] for threads in (1, 2, 3)}
    models |= {mnist.run_ours(seeds=1, environment={"OPENBLAS_CORETYPE": core})[0]["model"] for core in KERNELS}
    return report(f"models for 1, 2 and 3 threads and for OpenBLAS's kernels {', '.join(KERNELS)}: "
                  f"{len(models)} different", len(models) == 1)


def check_memory():
    small, large = (mnist.run_ours(seeds=1, stream=copies)[0] for copies in (1, 10))
    ratio = large["peak_kib"] / small["peak_kib"]
    return report(f"peak memory, {large['rows']:,} rows to {small['rows']:,}: {large['peak_kib'] / 1024:.0f} MiB to "
                  f"{small['peak_kib'] / 1024:.0f} MiB, ratio {ratio:.3f} (limit {MEMORY_LIMIT})",
                  ratio <= MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(0 if all([check_speed(), check_threads(), check_memory()]) else 1)
