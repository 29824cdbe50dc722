#!/usr/bin/env python3
"""Held-out quality of our k-means against scikit-learn's best of 10 full Lloyd runs, on MNIST, k = 10, in one run.

Prints the mean squared distance of the 10,000 test rows to their closest center, ours as a ratio to scikit-learn's: median and
worst of 11 seeds. Ends with status 1 when a limit is missed.
"""
import statistics
import sys

from sklearn.cluster import KMeans

import mnist

SEEDS = 11
# extra_center_factor: limits of the median and of the worst ratio.
LIMITS = {"40": (1.005, 1.01), "auto": (1.015, None)}


def main():
    test = mnist.rows("t10k")
    peer = KMeans(10, init="k-means++", n_init=10, algorithm="lloyd", random_state=0).fit(mnist.rows("train"))
    reference = mnist.mean_squared_distance(test, peer.cluster_centers_)
    print(f"scikit-learn, best of 10 Lloyd runs: test msd {reference:.0f}")
    passed = True
    for factor, (median_limit, worst_limit) in LIMITS.items():
        runs = mnist.run_ours(factor=factor, seeds=SEEDS)
        ratios = sorted(run["test_msd"] / reference for run in runs)
        median, worst = statistics.median(ratios), ratios[-1]
        ok = median <= median_limit and (worst_limit is None or worst <= worst_limit)
        passed &= ok
        print(f"ours, extra_center_factor={factor} ({runs[0]['factor']}), {SEEDS} seeds: "
              f"median {median:.4f} (limit {median_limit}), worst {worst:.4f} (limit {worst_limit or 'none'}), "
              f"best {ratios[0]:.4f}: {'ok' if ok else 'MISSED'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
