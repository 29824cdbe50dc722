#!/usr/bin/env python3
"""XGBoost's training child beside the Python package: time from files to model, and predictions, on MNIST with seed 001's parameters.

Both read the same file and train on two threads, by turns. Ours is timed as a process from start to end, the package without its
imports, and both evaluate the training rows after every round, as AWS's image does. The package reads
- LibSVM and CSV by itself, on two threads, `DMatrix("file?format=csv&label_column=0")`, which is what AWS's image calls;
- Parquet through pyarrow into NumPy's columns (AWS's image takes the longer way through pandas);
- RecordIO through NumPy alone, by the places that the floats have in this one file: faster than any reader of the format can be
  (AWS's image parses it in Python, record by record).
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import scipy.sparse
import xgboost

import goals
import mnist
import records

PARAMETERS = {"eta": "0.2", "gamma": "4", "min_child_weight": "6", "objective": "multi:softmax", "num_class": "10", "nthread": "2"}
ROUNDS = 10
TIME_LIMIT = 1.0  # Of the package's time.
REPEATS = 5


def labels(part):
    return np.fromfile(mnist.DATA / f"{part}-labels-idx1-ubyte", dtype=np.uint8, offset=8).astype(np.float32)


def one_based(rows):
    """What a DMatrix of Spark's LibSVM files holds: zeros are missing, column 0 is empty."""
    return scipy.sparse.csr_matrix(np.column_stack([np.zeros(len(rows), np.float32), rows]))


def write_libsvm(path, rows, row_labels):
    with open(path, "w") as file:
        for row, label in zip(rows, row_labels):
            columns = np.flatnonzero(row)
            file.write(f"{label:.0f} " + " ".join(f"{c + 1}:{v:.0f}" for c, v in zip(columns, row[columns])) + "\n")


def write_csv(path, rows, row_labels):
    np.savetxt(path, np.column_stack([row_labels, rows]), fmt="%d", delimiter=",")


def write_parquet(path, rows, row_labels):
    columns = {"label": row_labels} | {f"f{column}": rows[:, column] for column in range(rows.shape[1])}
    pyarrow.parquet.write_table(pa.table(columns), path)


def write_records(path, rows, row_labels):
    path.write_bytes(records.write(rows, row_labels))


def read_records(path):
    rows, row_labels = records.read(path, width=784)
    return xgboost.DMatrix(rows, label=row_labels, nthread=2)


def read_text(path, how):
    return xgboost.DMatrix(f"{path}?format={how}", nthread=2)


def read_parquet(path):
    table = np.column_stack([column.to_numpy() for column in pyarrow.parquet.read_table(path).columns])
    return xgboost.DMatrix(table[:, 1:], label=table[:, 0], nthread=2)


FORMATS = {
    "LibSVM": ("text/libsvm", write_libsvm, lambda path: read_text(path, "libsvm"), one_based),
    "CSV": ("text/csv", write_csv, lambda path: read_text(path, "csv&label_column=0"), lambda rows: rows),
    "Parquet": ("application/x-parquet", write_parquet, read_parquet, lambda rows: rows),
    "RecordIO": ("application/x-recordio-protobuf", write_records, read_records, lambda rows: rows),
}


def train_ours(root):
    """Seconds, and peak memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen([mnist.BIN / "sagespark-container", "xgboost", "train", "--root", root], stdout=subprocess.PIPE, text=True)
    log = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise RuntimeError(f"training failed: {log}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def train_peer(path, read):
    started = time.monotonic()
    matrix = read(path)
    booster = xgboost.train(PARAMETERS, matrix, ROUNDS, evals=[(matrix, "train")], verbose_eval=False)
    return time.monotonic() - started, booster


def main():
    quick = goals.arguments(__doc__).quick
    rows, row_labels = mnist.rows("train"), labels("train")
    if quick:
        rows, row_labels = rows[:10_000], row_labels[:10_000]
    test, test_labels = mnist.rows("t10k"), labels("t10k")
    for name, (content_type, write, read, as_trained) in FORMATS.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            data = root / "input/data/train/part-0"
            data.parent.mkdir(parents=True)
            (root / "input/config").mkdir()
            (root / "input/config/hyperparameters.json").write_text(json.dumps(PARAMETERS | {"num_round": str(ROUNDS)}))
            (root / "input/config/inputdataconfig.json").write_text(json.dumps({"train": {"ContentType": content_type}}))
            write(data, rows, row_labels)
            ours, peer = [], []
            for _ in range(1 if quick else REPEATS):
                seconds, memory = train_ours(root)
                ours.append(seconds)
                seconds, booster = train_peer(data, read)
                peer.append(seconds)
            # The last columns of LibSVM may have been empty; the package takes no wider rows than it was trained on.
            matrix = xgboost.DMatrix(as_trained(test)[:, : booster.num_features()])
            predictions = xgboost.Booster(model_file=str(root / "model/xgboost-model")).predict(matrix)
            differing = int((predictions != booster.predict(matrix)).sum())
        seconds, peer_seconds = statistics.median(ours), statistics.median(peer)
        goals.check(f"XGBoost from {name}, training time, two threads", seconds / peer_seconds, ours=f"{seconds:.2f} s",
                    peer=f"Python package {peer_seconds:.2f} s", at_most=TIME_LIMIT)
        goals.check(f"XGBoost from {name}, predictions that differ", differing, ours=str(differing),
                    peer=f"Python package on {len(test):,} rows, test error {(predictions != test_labels).mean():.4f}", at_most=0)
        print(f"XGBoost from {name}, peak memory, no goal: {memory:.0f} MiB")
    return goals.exit_status()


sys.exit(main())
