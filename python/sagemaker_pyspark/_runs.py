"""Runs: what a fit creates carries its run's id, so that `sagespark clean` finds it."""
from __future__ import annotations

import re
from typing import Mapping, Optional

from .errors import InvalidArgument
from .NamePolicy import random_hex12

RUN_TAG_KEY = "sagespark:run"


def make_run_id() -> str:
    """A new run id: 12 hexadecimal digits."""
    return random_hex12()


def check_run_id(run_id: str) -> None:
    if not re.fullmatch("[A-Za-z0-9-]{1,40}", run_id):
        raise InvalidArgument(f'Run id is not 1 to 40 characters of a-z, A-Z, 0-9 and "-": "{run_id}"')


def run_folder(run_id: str) -> str:
    """The folder in S3 below which a run keeps data that are its own."""
    return f"sagespark-run-{run_id}"


def with_run_tag(tags: Optional[Mapping[str, str]], run_id: str) -> list:
    """The user's tags and the run's, as requests have them."""
    check_run_id(run_id)
    tags = dict(tags or {})
    if RUN_TAG_KEY in tags:
        raise InvalidArgument(f"Tag is the run's own, which the option runId sets: {RUN_TAG_KEY}")
    return [{"Key": key, "Value": value} for key, value in sorted({**tags, RUN_TAG_KEY: run_id}.items())]
