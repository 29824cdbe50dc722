"""Lines that tell how a fit gets on."""
from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Callable, Mapping

ProgressListener = Callable[[str], None]


def print_progress(line: str) -> None:
    """Prints to the output of a notebook's cell, and elsewhere to standard error, so that a program's own output stays clean."""
    is_notebook = "ipykernel" in sys.modules
    print(line, file=sys.stdout if is_notebook else sys.stderr, flush=True)


def status_line(time: datetime, status: str, message: str = "") -> str:
    """As "2026-11-21 14:25:00 Training - Training image download completed."."""
    line = f"{time.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} {status}"
    return f"{line} - {message}" if message else line


def metrics_text(metrics: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:g}" for name, value in sorted(metrics.items()))


def is_metric_line(line: str) -> bool:
    """Whether a line of an algorithm's log is worth showing while it trains: a metric or the progress through the epochs."""
    return "#quality_metric" in line or "#progress_metric" in line
