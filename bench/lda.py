#!/usr/bin/env python3
"""Our LDA against scikit-learn's on the 5 x 5 bars of Griffiths and Steyvers, in one run: topics' error and training time.

Error is the mean over the ten true topics of the L1 distance to the topic matched with it. scikit-learn runs with its defaults (10
iterations over all documents) and until it stands still (100), on two processes; ours with its defaults on two threads.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import LatentDirichletAllocation

import goals
import mnist

TOPICS, SIDE, WORDS_IN_DOCUMENT = 10, 5, 100
VOCABULARY = SIDE * SIDE
ERROR_LIMIT = 1.0  # Of scikit-learn's with its defaults ...
STILL_ERROR_LIMIT = 1.01  # ... and standing still, where both are at the sampling error of the words.
TIME_LIMIT = 1.0  # Of scikit-learn's, standing still and with its defaults.


def bars():
    topics = np.zeros((TOPICS, SIDE, SIDE))
    for bar in range(SIDE):
        topics[bar, bar, :] = topics[SIDE + bar, :, bar] = 1 / SIDE
    return topics.reshape(TOPICS, VOCABULARY)


def documents(count, seed):
    random = np.random.default_rng(seed)
    mixtures = random.dirichlet([1 / TOPICS] * TOPICS, size=count)
    return random.multinomial(WORDS_IN_DOCUMENT, mixtures @ bars()).astype(np.float32)


def matched_error(topics):
    distances = np.abs(bars()[:, None] - topics[None]).sum(axis=2)
    return distances[linear_sum_assignment(distances)].mean()


def run_ours(rows, folder):
    """Errors before and after refinement, and seconds."""
    rows.tofile(folder / "documents")
    output = subprocess.run(
        [mnist.PROGRAMS / "lda_bench", folder / "documents", folder / "topics", "--rows", str(len(rows)), "--words",
         str(VOCABULARY), "--num-topics", str(TOPICS), "--threads", "2"], check=True, capture_output=True, text=True).stdout
    spectral, refined = np.fromfile(folder / "topics", np.float32).reshape(2, TOPICS, VOCABULARY)
    return matched_error(spectral), matched_error(refined), json.loads(output)["seconds"]


def run_peer(rows, iterations, seed):
    model = LatentDirichletAllocation(TOPICS, doc_topic_prior=1 / TOPICS, max_iter=iterations, random_state=seed, n_jobs=2)
    start = time.perf_counter()
    model.fit(rows)
    seconds = time.perf_counter() - start
    return matched_error(model.components_ / model.components_.sum(axis=1, keepdims=True)), seconds


def main():
    quick = goals.arguments(__doc__).quick
    count, seeds, still = (1000, 1, 50) if quick else (5000, 5, 100)
    ours, default, converged = [], [], []
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(seeds):
            rows = documents(count, seed)
            ours.append(run_ours(rows, pathlib.Path(name)))
            default.append(run_peer(rows, 10, seed))
            converged.append(run_peer(rows, still, seed))
    spectral, refined, seconds = (statistics.median(column) for column in zip(*ours))
    (default_error, default_seconds), (error, converged_seconds) = (
        [statistics.median(column) for column in zip(*runs)] for runs in (default, converged))
    print(f"LDA on bars, {count} documents, tensor decomposition alone, median of {seeds}, no goal: {spectral:.4f}")
    goals.check(f"LDA topics, L1 error, {count} documents, median of {seeds}", refined / default_error, ours=f"{refined:.5f}",
                peer=f"scikit-learn's defaults {default_error:.5f}", at_most=ERROR_LIMIT)
    goals.check("LDA topics, L1 error, median", refined / error, ours=f"{refined:.5f}",
                peer=f"scikit-learn, {still} iterations, {error:.5f}", at_most=STILL_ERROR_LIMIT)
    worst, peers_worst = (max(run[column] for run in runs) for runs, column in ((ours, 1), (converged, 0)))
    goals.check("LDA topics, L1 error, worst", worst / peers_worst, ours=f"{worst:.5f}",
                peer=f"scikit-learn, {still} iterations, {peers_worst:.5f}", at_most=STILL_ERROR_LIMIT)
    goals.check("LDA training, two threads", seconds / converged_seconds, ours=f"{seconds:.2f} s",
                peer=f"scikit-learn, {still} iterations, {converged_seconds:.2f} s", at_most=TIME_LIMIT)
    goals.check("LDA training, two threads, to scikit-learn's defaults", seconds / default_seconds, ours=f"{seconds:.2f} s",
                peer=f"{default_seconds:.2f} s", at_most=TIME_LIMIT)
    return goals.exit_status()


sys.exit(main())
