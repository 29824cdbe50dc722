#!/usr/bin/env python3
"""Wall time of tools/demo after set-up, and how much of it the program waited between looks at jobs and endpoints.

The waits are those that its progress lines state ("waited 0.31 s").
"""
import os
import re
import statistics
import subprocess
import sys
import time

import goals
import mnist

TIME_LIMIT = 20.0
WAIT_LIMIT = 1.0
WAITS = 4  # For a training job and three endpoints.


def run_demo():
    """Seconds it took, and seconds of them waited."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"SAGESPARK_BIN_DIR": str(mnist.BIN), "SAGESPARK_MNIST_DIR": str(mnist.DATA)}
    start = time.monotonic()
    demo = subprocess.run([mnist.ROOT / "tools/demo"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seconds = time.monotonic() - start
    waits = [float(wait) for wait in re.findall(r", waited ([0-9.]+) s$", demo.stdout, re.M)]
    if demo.returncode != 0 or len(waits) != WAITS:
        raise RuntimeError(f"the demo failed, or stated {len(waits)} waits:\n{demo.stdout}")
    return seconds, sum(waits)


def main():
    rounds = 1 if goals.arguments(__doc__).quick else 3
    seconds, waited = (statistics.median(column) for column in zip(*(run_demo() for _ in range(rounds))))
    goals.check("demo after set-up", seconds, ours=f"{seconds:.1f} s", at_most=TIME_LIMIT, unit=" s")
    goals.check("demo, waiting in polls", waited, ours=f"{waited:.2f} s", peer=f"all of {seconds:.1f} s", at_most=WAIT_LIMIT,
                unit=" s")
    return goals.exit_status()


sys.exit(main())
