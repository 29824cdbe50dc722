#!/usr/bin/env python3
"""Loading speed of the RecordIO channel, and peak memory of the training process at 60,000 and 600,000 MNIST rows."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import goals
import mnist

LOAD_LIMIT = 1.0  # GB/s a core.
MEMORY_LIMIT = 1.1


def check_loading(folder, rounds):
    """Leaves the channel's files, `dense` and `sparse`, in the folder."""
    output = subprocess.run([mnist.PROGRAMS / "channel_read_bench", mnist.DATA, folder, str(rounds)], check=True, capture_output=True,
                            text=True).stdout
    for run in map(json.loads, output.splitlines()):
        ours, bare = (run["bytes"] / run[name] / 1e9 for name in ("load_seconds", "read_seconds"))
        goals.check(f"RecordIO channel loading, {run['rows']} rows, a core", ours, ours=f"{ours:.2f} GB/s",
                    peer=f"bare read {bare:.2f} GB/s", at_least=LOAD_LIMIT, unit=" GB/s")


def training_peak_mib(folder, data, copies):
    """Trains on `copies` links of the file and returns the process's peak memory."""
    root = folder / f"ml-{copies}"
    (root / "input/config").mkdir(parents=True)
    (root / "input/data/train").mkdir(parents=True)
    (root / "input/config/hyperparameters.json").write_text(json.dumps({"k": "10", "feature_dim": "784"}))
    (root / "input/config/inputdataconfig.json").write_text(json.dumps({"train": {}}))
    for copy in range(copies):
        os.link(data, root / "input/data/train" / f"part-{copy}")
    process = subprocess.Popen([mnist.BIN / "sagespark-container", "kmeans", "train", "--root", root],
                               stdout=subprocess.PIPE, text=True)
    log = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0 or f"processed a total of {60_000 * copies} examples" not in log:
        raise RuntimeError(f"training failed: {log}")
    return usage.ru_maxrss / 1024


def main():
    quick = goals.arguments(__doc__).quick
    copies = 3 if quick else 10
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_loading(folder, 3 if quick else 9)
        small, large = (training_peak_mib(folder, folder / "dense", times) for times in (1, copies))
    goals.check(f"training child, peak memory, {60_000 * copies:,} to 60,000 rows", large / small, ours=f"{large:.0f} MiB",
                peer=f"{small:.0f} MiB", at_most=MEMORY_LIMIT)
    return goals.exit_status()


sys.exit(main())
