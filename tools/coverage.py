#!/usr/bin/env python3
"""Writes docs/coverage.md: the operations that the local cloud's routing table offers, beside those of botocore's models.

Usage: coverage.py SAGESPARK [--check]

SAGESPARK is the executable. With --check nothing is written, and the exit code is 1 when docs/coverage.md is another one.
"""
import json
import pathlib
import subprocess
import sys

import botocore.session

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "coverage.md"
TITLES = {"iam": "IAM", "logs": "CloudWatch Logs", "s3": "S3", "sagemaker": "SageMaker", "sagemaker-runtime": "SageMaker Runtime", "sts": "STS"}
HEAD = """# What the local cloud offers

Written by `tools/coverage.py` from the server's routing table; a test compares. An operation that is not here is answered with
UnknownOperationException (S3: NotImplemented, STS and IAM: InvalidAction). What an operation does otherwise than AWS's is in [quirks.md](quirks.md).

| service | offered | in botocore's model | operations |
|---|---|---|---|
"""


def page(offered):
    session = botocore.session.get_session()
    text = HEAD
    for service in sorted(offered):
        known = session.get_service_model(service).operation_names
        unknown = sorted(set(offered[service]) - set(known))
        if unknown:
            raise SystemExit(f"{service}: botocore knows no {', '.join(unknown)}")
        names = ", ".join(f"`{name}`" for name in sorted(offered[service]))
        text += f"| {TITLES.get(service, service)} | {len(offered[service])} | {len(known)} | {names} |\n"
    return text


def main(executable, *options):
    text = page(json.loads(subprocess.run([executable, "coverage"], check=True, capture_output=True, text=True).stdout))
    if "--check" in options:
        return 0 if PAGE.exists() and PAGE.read_text() == text else f"{PAGE} is not current: run tools/coverage.py"
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
