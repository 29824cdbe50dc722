#!/usr/bin/env python3
"""Peak memory of a user's program and of the local cloud at 60,000 and 600,000 MNIST rows.

A program that writes the rows to S3 as training data, one that fits k-means on them, and one that predicts them all with the
endpoint; beside them the cloud's server and the endpoint's container over the whole run. Each run has a cloud of its own. A short
run may end before all its buffers are in use at once, so the peak of few rows is that of several runs.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import goals
import mnist

LIMIT = 1.1
PROGRAM = mnist.PROGRAMS / "spine_memory_bench"
MNIST_ROWS = 60_000
OTHERS = ("local cloud's server", "endpoint's container")  # Without a goal, as the user's machine is not theirs at AWS.


class Cloud:
    """`sagespark serve` on a data folder of its own."""

    def __init__(self, folder):
        self.process = subprocess.Popen([mnist.BIN / "sagespark", "serve", "--port", "0", "--data-dir", folder],
                                        stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith("listening on"):
            raise RuntimeError("the local cloud did not start")
        exports = subprocess.run([mnist.BIN / "sagespark", "env", "--data-dir", folder], check=True, capture_output=True,
                                 text=True).stdout
        printed = subprocess.run(["bash", "-c", 'eval "$0" && env -0', exports], check=True, capture_output=True,
                                 text=True).stdout
        self.environment = dict(line.split("=", 1) for line in printed.split("\0") if line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def containers(self):
        """Process ids of all that descend from the server."""
        parents = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # It has ended.
        found, ancestors = [], {self.process.pid}
        while children := [pid for pid, parent in parents.items() if parent in ancestors]:
            found += children
            ancestors = set(children)
        return found


def peak_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def step(cloud, *arguments):
    output = subprocess.run([PROGRAM, *arguments], env=cloud.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True, check=True).stdout
    return json.loads(output)


def measure(folder, digits, copies):
    """Peak memory in KiB by name, of the whole run on `copies` links of each file of digits. The folder is new."""
    rows = folder / "rows"
    rows.mkdir(parents=True)
    for copy in range(copies):
        for file in digits.glob("[!_.]*"):
            os.link(file, rows / f"{copy}-{file.name}")
    with Cloud(folder / "cloud") as cloud:
        subprocess.run([sys.executable, "-c", "import boto3; boto3.client('s3').create_bucket(Bucket='spine')"],
                       env=cloud.environment, check=True)
        write = step(cloud, "write", rows, "s3://spine/rows")
        fit = step(cloud, "fit", rows)
        transform = step(cloud, "transform", rows, fit["endpoint"])
        if transform["rows"] != MNIST_ROWS * copies:
            raise RuntimeError(f"{transform['rows']} rows came back of {MNIST_ROWS * copies}")
        return {"write to S3": write["peak_kib"], "fit": fit["peak_kib"], "transform": transform["peak_kib"],
                OTHERS[0]: peak_kib(cloud.process.pid), OTHERS[1]: max(map(peak_kib, cloud.containers()))}


def largest(runs):
    return {who: max(run[who] for run in runs) for who in runs[0]}


def main():
    quick = goals.arguments(__doc__).quick
    copies, small_runs = (3, 1) if quick else (10, 3)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([mnist.BIN / "sagespark", "data", "mnist", "--from", mnist.DATA, "--to", folder / "mnist"], check=True,
                       stdout=subprocess.DEVNULL)
        small = largest([measure(folder / f"small-{run}", folder / "mnist/train", 1) for run in range(small_runs)])
        large = measure(folder / "large", folder / "mnist/train", copies)
    for who, large_kib in large.items():
        if who in OTHERS:
            print(f"peak memory of the {who}, no goal: {large_kib / 1024:.0f} MiB to {small[who] / 1024:.0f} MiB")
            continue
        goals.check(f"peak memory of {who}, {MNIST_ROWS * copies:,} to {MNIST_ROWS:,} rows", large_kib / small[who],
                    ours=f"{large_kib / 1024:.0f} MiB", peer=f"{small[who] / 1024:.0f} MiB", at_most=LIMIT)
    return goals.exit_status()


sys.exit(main())
