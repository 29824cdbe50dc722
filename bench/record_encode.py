#!/usr/bin/env python3
"""Record encoding of the 60,000 MNIST rows against a bare loop that converts the same numbers and stores them, on one core."""
import json
import subprocess
import sys

import goals
import mnist

LIMIT = 0.7


def main():
    rounds = 5 if goals.arguments(__doc__).quick else 41
    output = subprocess.run([mnist.PROGRAMS / "record_encode_bench", mnist.DATA, str(rounds)], check=True,
                            capture_output=True, text=True).stdout
    for run in map(json.loads, output.splitlines()):
        goals.check(f"record encoding, {run['rows']} rows, to a bare loop", run["loop_seconds"] / run["encoder_seconds"],
                    ours=f"{run['encoder_bytes'] / run['encoder_seconds'] / 1e9:.2f} GB/s",
                    peer=f"{run['loop_bytes'] / run['loop_seconds'] / 1e9:.2f} GB/s", at_least=LIMIT)
    return goals.exit_status()


sys.exit(main())
