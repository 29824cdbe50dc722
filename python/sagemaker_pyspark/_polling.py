"""Waiting for training jobs and endpoints."""
from __future__ import annotations

import time
from typing import Mapping
from urllib.parse import urlsplit

from .errors import SageSparkError, Throttled, Timeout, Unavailable

#: After so many failed looks in a row, each retried by the client, waiting ends.
MOST_FAILED_POLLS = 10


class PollSchedule:
    """How long to wait between two looks: 5 s against AWS; against an endpoint on this machine from 20 ms, half as much more each time,
    to 200 ms."""

    def __init__(self, settings: Mapping):
        host = urlsplit((settings.get("endpoints") or {}).get("sagemaker") or "").hostname or ""
        is_this_machine = host in ("localhost", "::1") or host.startswith("127.")
        self._next, self._longest = (0.02, 0.2) if is_this_machine else (5.0, 5.0)
        self.waited = 0.0  #: Seconds.

    def wait(self) -> None:
        start = time.monotonic()
        time.sleep(self._next)
        self.waited += time.monotonic() - start
        self._next = min(self._next * 1.5, self._longest)

    def waited_text(self) -> str:
        return f"waited {self.waited:.2f} s"


class PatientCalls:
    """Calls that may fail for a while: the network's failures and busy services are waited out."""

    def __init__(self, call):
        self._call = call
        self._failed = 0

    def __call__(self, **request):
        """The reply, or None when looking again may help."""
        try:
            reply = self._call(**request)
        except SageSparkError as error:
            self._failed += 1
            if isinstance(error, (Unavailable, Throttled, Timeout)) and self._failed < MOST_FAILED_POLLS:
                return None
            raise
        self._failed = 0
        return reply
