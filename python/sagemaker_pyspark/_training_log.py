"""The log of a training job."""
from __future__ import annotations

from collections import deque
from typing import List, Optional

from .errors import SageSparkError
from .SageMakerClients import AwsClient

_GROUP = "/aws/sagemaker/TrainingJobs"
_TAIL_LINES = 20


class TrainingLog:
    """Follows the log of one training job, all instances of it. What cannot be read (no right to, not there yet) is left out: a log is
    no reason for a fit to fail."""

    def __init__(self, client: AwsClient, job_name: str, instances: int):
        self._client = client
        self._prefix = job_name + "/"
        self._instances = instances
        self._tokens: dict = {}
        self._tail: deque = deque(maxlen=_TAIL_LINES)

    def new_lines(self) -> List[str]:
        """The lines that came since the last call, stream by stream."""
        lines: List[str] = []
        try:
            if len(self._tokens) < self._instances:
                self._find_streams()
            for stream in self._tokens:
                lines += self._read(stream)
        except SageSparkError:
            pass
        self._tail.extend(lines)
        return lines

    def tail(self) -> str:
        """The last lines seen, at most 20."""
        return "\n".join(self._tail)

    def _find_streams(self) -> None:
        page = self._client.call("DescribeLogStreams", logGroupName=_GROUP, logStreamNamePrefix=self._prefix)
        for stream in page.get("logStreams", []):
            self._tokens.setdefault(stream["logStreamName"], None)

    def _read(self, stream: str) -> List[str]:
        lines: List[str] = []
        while True:
            token: Optional[str] = self._tokens[stream]
            page = self._client.call("GetLogEvents", logGroupName=_GROUP, logStreamName=stream, startFromHead=True,
                                     **({"nextToken": token} if token else {}))
            lines += [event.get("message", "") for event in page.get("events", [])]
            self._tokens[stream] = page.get("nextForwardToken", token)
            # The service repeats the token at the end of what there is.
            if self._tokens[stream] == token or not page.get("events"):
                return lines
