#!/usr/bin/env python3
"""Factorization machines on planted interactions: quality against the planted model, speed against numpy and scipy in the same run.

Rows have a user, an item and a context, one 1 each; labels come from a planted machine, with Gaussian noise or as coin flips.
1. RMSE of held-out rows to the planted noise; log loss to that of the planted model.
2. Rows a second of training in processor time of one thread, against the same mini-batch steps (lazy Adam, float32) in numpy and
   scipy.sparse, which use one thread too; and the time on two threads, which suffers from other work.
3. The model for 1, 2 and 3 threads is the same, bit for bit.
4. Peak memory with 10,000,000 features and 64 factors, of which a thirtieth occurs, against what ParameterTable states.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import scipy.sparse

import goals
import mnist

FIELDS, PLANTED_FACTORS, NOISE = (300, 200, 10), 4, 1.0
FEATURES = sum(FIELDS)
SPEED_ROWS, SPEED_FEATURES, SPEED_NONZEROS, SPEED_FACTORS = 100_000, 100_000, 30, 64
WIDE_FEATURES, WIDE_ROWS, WIDE_FACTORS = 10_000_000, 12_000, 64
RMSE_LIMIT, LOG_LOSS_LIMIT, SPEED_LIMIT, MEMORY_LIMIT = 1.05, 1.02, 1.0, 1.1
QUALITY = {"num_factors": 8, "mini_batch_size": 1000, "epochs": 12, "factors_lr": 0.002, "linear_lr": 0.002, "bias_lr": 0.002,
           "factors_init_sigma": 0.05, "linear_wd": 0.00001, "factors_wd": 0.00001, "bias_wd": 0}


def planted(random):
    v = random.normal(0, PLANTED_FACTORS**-0.25, (FEATURES, PLANTED_FACTORS))
    return 0.3, random.normal(0, 0.5, FEATURES), v


def make_rows(random, count):
    """The columns of the three 1s of each row."""
    starts = np.concatenate(([0], np.cumsum(FIELDS)[:-1]))
    return np.stack([start + random.integers(0, size, count) for start, size in zip(starts, FIELDS)], axis=1)


def planted_scores(machine, columns):
    w0, w, v = machine
    u, i, c = (v[columns[:, field]] for field in range(3))
    return w0 + w[columns].sum(1) + (u * i + u * c + i * c).sum(1)


def write(folder, part, ends, columns, values, labels):
    for name, array, kind in (("ends", ends, "<i8"), ("indices", columns, "<i4"), ("values", values, "<f4"), ("labels", labels, "<f4")):
        np.ascontiguousarray(array, kind).tofile(pathlib.Path(folder) / f"{part}-{name}")


def write_equal_rows(folder, part, columns, values, labels):
    write(folder, part, np.arange(1, len(columns) + 1) * columns.shape[1], columns.ravel(), values.ravel(), labels)


def run_ours(folder, threads=2, **hyperparameters):
    settings = [f"--set={name}={value}" for name, value in hyperparameters.items()]
    output = subprocess.run([mnist.PROGRAMS / "factorization_machines_bench", f"--data={folder}", f"--threads={threads}", *settings],
                            check=True, capture_output=True, text=True)
    return json.loads(output.stdout)


def check_quality(folder, count):
    random = np.random.default_rng(1)
    machine = planted(random)
    parts = {part: make_rows(random, rows) for part, rows in (("train", count), ("test", count // 5))}
    scores = {part: planted_scores(machine, columns) for part, columns in parts.items()}
    for part, columns in parts.items():
        write_equal_rows(folder, part, columns, np.ones(columns.shape), scores[part] + random.normal(0, NOISE, len(columns)))
    regressor = run_ours(folder, feature_dim=FEATURES, predictor_type="regressor", **QUALITY)
    goals.check("FM regressor, RMSE to planted noise", regressor["rmse"] / NOISE, ours=f"{regressor['rmse']:.4f}",
                peer=f"{NOISE:.4f}", at_most=RMSE_LIMIT)

    probabilities = {part: 1 / (1 + np.exp(-score)) for part, score in scores.items()}
    labels = {part: random.random(len(p)) < p for part, p in probabilities.items()}
    for part, columns in parts.items():
        write_equal_rows(folder, part, columns, np.ones(columns.shape), labels[part])
    classifier = run_ours(folder, feature_dim=FEATURES, predictor_type="binary_classifier", **QUALITY)
    p = probabilities["test"]
    best = -np.log(np.where(labels["test"], p, 1 - p)).mean()
    ours = classifier["binary_classification_cross_entropy"]
    goals.check("FM classifier, log loss to the planted model's", ours / best, ours=f"{ours:.4f}", peer=f"{best:.4f}",
                at_most=LOG_LOSS_LIMIT)


class Peer:
    """The same steps, vectorised: dense products of sparse mini-batches, cut to the features that they have."""

    def __init__(self, features, factors, lr=1e-4, wd=1e-5):
        random = np.random.default_rng(0)
        self.v = random.normal(0, 1e-3, (features, factors + 1)).astype(np.float32)  # The linear weight is the last column.
        self.first, self.second = np.zeros_like(self.v), np.zeros_like(self.v)
        self.lr, self.wd, self.time = np.float32(lr), np.float32(wd), 0

    def step(self, x, labels):
        self.time += 1
        touched, columns = np.unique(x.indices, return_inverse=True)
        x = scipy.sparse.csr_matrix((x.data, columns, x.indptr), shape=(x.shape[0], len(touched)))
        squared = x.multiply(x).tocsr()
        v = self.v[touched]
        sums = x @ v
        own = squared @ (v * v)
        margin = sums[:, -1] + 0.5 * (sums[:, :-1] ** 2 - own[:, :-1]).sum(1)
        slope = (margin - labels) / len(labels)
        sums[:, -1] = 1
        gradient = x.T @ (sums * slope[:, None]) + self.wd * v
        gradient[:, :-1] -= (squared.T @ slope)[:, None] * v[:, :-1]
        first = self.first[touched] * np.float32(0.9) + np.float32(0.1) * gradient
        second = self.second[touched] * np.float32(0.999) + np.float32(0.001) * gradient**2
        rate = self.lr * np.float32(np.sqrt(1 - 0.999**self.time) / (1 - 0.9**self.time))
        self.v[touched] = v - rate * first / (np.sqrt(second) + np.float32(1e-8))
        self.first[touched], self.second[touched] = first, second


def peer_seconds(x, labels, batch):
    start = time.process_time()
    peer = Peer(x.shape[1], SPEED_FACTORS)
    for begin in range(0, x.shape[0], batch):
        peer.step(x[begin : begin + batch], labels[begin : begin + batch])
    return time.process_time() - start


def check_speed(folder, rows):
    random = np.random.default_rng(2)
    # Some features occur often, most rarely, as words and items do.
    columns = np.minimum(random.zipf(1.2, (rows, SPEED_NONZEROS)) * 7919 % SPEED_FEATURES, SPEED_FEATURES - 1)
    columns.sort(axis=1)
    keep = np.concatenate((np.ones((rows, 1), bool), np.diff(columns, axis=1) > 0), axis=1)
    ends = keep.sum(1).cumsum()
    values, labels = random.normal(size=ends[-1]).astype(np.float32), random.normal(size=rows).astype(np.float32)
    write(folder, "train", ends, columns[keep], values, labels)
    write(folder, "test", ends[:10], columns[keep][: ends[9]], values[: ends[9]], labels[:10])
    settings = {"feature_dim": SPEED_FEATURES, "num_factors": SPEED_FACTORS, "predictor_type": "regressor", "mini_batch_size": 1000}
    x = scipy.sparse.csr_matrix((values, columns[keep], np.concatenate(([0], ends))), shape=(rows, SPEED_FEATURES))
    ours, peers = [], []
    for _ in range(3):
        ours.append(run_ours(folder, 1, **settings)["processor_seconds"])
        peers.append(peer_seconds(x, labels, 1000))
    ours, peer = sorted(ours)[1], sorted(peers)[1]
    goals.check("FM training, one thread, processor time", peer / ours, ours=f"{rows / ours:,.0f} rows/s",
                peer=f"numpy {rows / peer:,.0f} rows/s", at_least=SPEED_LIMIT)
    print(f"FM training, two threads, by the clock: {rows / run_ours(folder, 2, **settings)['seconds']:,.0f} rows/s")
    models = {run_ours(folder, threads, **settings)["model"] for threads in (1, 2, 3)}
    goals.check("FM models that differ by threads", len(models) - 1, ours=f"{len(models)} of 3 runs", at_most=0)


def check_memory(folder):
    random = np.random.default_rng(3)
    columns = random.integers(0, WIDE_FEATURES, (WIDE_ROWS, SPEED_NONZEROS))
    write_equal_rows(folder, "train", columns, np.ones(columns.shape), random.normal(size=WIDE_ROWS))
    write_equal_rows(folder, "test", columns[:10], np.ones((10, SPEED_NONZEROS)), np.zeros(10))
    run = run_ours(folder, feature_dim=WIDE_FEATURES, num_factors=WIDE_FACTORS, predictor_type="regressor", mini_batch_size=1000)
    stated = 4 * WIDE_FEATURES + run["features_seen"] * (12 * (WIDE_FACTORS + 1) + 8)
    used = 1024 * (run["peak_kib"] - run["rows_kib"])
    dense = 12 * WIDE_FEATURES * (WIDE_FACTORS + 1)
    goals.check(f"FM memory, 10,000,000 features, {WIDE_FACTORS} factors, {run['features_seen']:,} occur", used / stated,
                ours=f"{used / 2**20:.0f} MiB", peer=f"stated {stated / 2**20:.0f} MiB (dense: {dense / 2**20:,.0f} MiB)",
                at_most=MEMORY_LIMIT)


def main():
    quick = goals.arguments(__doc__).quick
    with tempfile.TemporaryDirectory() as folder:
        check_quality(folder, 500_000)
        check_speed(folder, 20_000 if quick else SPEED_ROWS)
        check_memory(folder)
    return goals.exit_status()


sys.exit(main())
