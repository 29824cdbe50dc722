#!/usr/bin/env python3
"""Speed of k-means training on MNIST, k = 10, default hyperparameters, beside scikit-learn in the same run.

1. Seconds to train from rows in memory, two threads, against one full Lloyd run of scikit-learn (n_init=1); runs take turns.
2. The model for 1, 2 and 3 threads is the same, bit for bit, and with the matrix products of other processors.
3. Peak memory of a whole process that streams 60,000 and 600,000 rows.
"""
import os
import statistics
import sys
import time

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # Threads that wait for each other busily are many times slower beside other work.

from sklearn.cluster import KMeans  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

import goals  # noqa: E402
import mnist  # noqa: E402

SPEEDUP_LIMIT = 5.0
MEMORY_LIMIT = 1.1
KERNELS = ("Nehalem", "Haswell")  # Any processor with AVX2 can run both.


def peer_seconds(train, seed):
    with threadpool_limits(2):
        start = time.perf_counter()
        KMeans(10, n_init=1, algorithm="lloyd", random_state=seed).fit(train)
        return time.perf_counter() - start


def check_speed(rounds):
    train = mnist.rows("train")
    ours, peer = [], []
    for seed in range(rounds):
        ours.append(mnist.run_ours(seeds=1, first_seed=seed, threads=2)[0]["seconds"])
        peer.append(peer_seconds(train, seed))
    ours_median, peer_median = statistics.median(ours), statistics.median(peer)
    goals.check("k-means training from memory, to one Lloyd run", peer_median / ours_median,
                ours=f"{ours_median:.3f} s", peer=f"{peer_median:.3f} s", at_least=SPEEDUP_LIMIT)


def check_threads():
    models = {mnist.run_ours(seeds=1, threads=threads)[0]["model"] for threads in (1, 2, 3)}
    models |= {mnist.run_ours(seeds=1, environment={"OPENBLAS_CORETYPE": core})[0]["model"] for core in KERNELS}
    goals.check("k-means models that differ by threads or processor", len(models) - 1, ours=f"{len(models)} of 5 runs",
                at_most=0)


def check_memory(copies):
    small, large = (mnist.run_ours(seeds=1, stream=times)[0] for times in (1, copies))
    goals.check(f"k-means library, peak memory, {large['rows']:,} to {small['rows']:,} rows",
                large["peak_kib"] / small["peak_kib"], ours=f"{large['peak_kib'] / 1024:.0f} MiB",
                peer=f"{small['peak_kib'] / 1024:.0f} MiB", at_most=MEMORY_LIMIT)


def main():
    quick = goals.arguments(__doc__).quick
    check_speed(1 if quick else 5)
    check_threads()
    check_memory(3 if quick else 10)
    return goals.exit_status()


sys.exit(main())
