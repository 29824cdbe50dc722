#!/usr/bin/env python3
"""Loading speed of the RecordIO channel, and peak memory of the training process at 60,000 and 600,000 MNIST rows."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
READ_BENCH = ROOT / "build/release/bench/channel_read_bench"
LAUNCHER = ROOT / "build/release/bin/sagespark-container"
MEMORY_LIMIT = 1.1


def peak_kib(folder, data, copies):
    """Trains on `copies` links of the file and returns the process's peak memory."""
    root = folder / f"ml-{copies}"
    (root / "input/config").mkdir(parents=True)
    (root / "input/data/train").mkdir(parents=True)
    (root / "input/config/hyperparameters.json").write_text(json.dumps({"k": "10", "feature_dim": "784"}))
    (root / "input/config/inputdataconfig.json").write_text(json.dumps({"train": {}}))
    for copy in range(copies):
        os.link(data, root / "input/data/train" / f"part-{copy}")
    process = subprocess.Popen([LAUNCHER, "kmeans", "train", "--root", root], stdout=subprocess.PIPE, text=True)
    log = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0 and f"processed a total of {60_000 * copies} examples" in log, log
    return usage.ru_maxrss


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fast = subprocess.run([READ_BENCH, folder]).returncode == 0
        small, large = (peak_kib(folder, folder / "dense", copies) for copies in (1, 10))
    lean = large <= MEMORY_LIMIT * small
    print(f"training process, peak memory: 60,000 rows {small / 1024:.0f} MiB, 600,000 rows {large / 1024:.0f} MiB, "
          f"ratio {large / small:.3f} (limit {MEMORY_LIMIT}){'' if lean else ' MISSED'}")
    return 0 if fast and lean else 1


sys.exit(main())
