"""Options of estimators and models that SageMaker Spark has not."""
from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from .errors import InvalidArgument
from .S3Resources import S3DataPath

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class RequestOptions:
    """How transform sends rows to an endpoint.

    Attributes:
        requestsInFlight: of one partition, at most, >= 1. It begins with one, doubles with each reply, and halves when the endpoint
            throttles.
        maxRowsPerRequest: >= 1; as many as fit without it.
        maxBytesPerRequest: 1 to 25 MiB; any endpoint takes 5 MiB. A row that exceeds it is an error.
        maxBytesInFlight: of one partition's requests, >= 1; one request is sent in any case.
        timeoutInSeconds: of one attempt, >= 1.
        errorColumnName: a column of strings behind the predictions. With it, rows that cannot be sent and rows of a request that fails
            (after its retries) get null predictions and the message in it, and the other rows go on; without it, the job fails.
    """

    requestsInFlight: int = 8
    maxRowsPerRequest: Optional[int] = None
    maxBytesPerRequest: int = 5 * _MEBIBYTE
    maxBytesInFlight: int = 10 * _MEBIBYTE
    timeoutInSeconds: int = 70
    errorColumnName: Optional[str] = None

    def __post_init__(self):
        _check_range("requestsInFlight", self.requestsInFlight, 1)
        _check_range("maxRowsPerRequest", 1 if self.maxRowsPerRequest is None else self.maxRowsPerRequest, 1)
        _check_range("maxBytesPerRequest", self.maxBytesPerRequest, 1, 25 * _MEBIBYTE)
        _check_range("maxBytesInFlight", self.maxBytesInFlight, 1)
        _check_range("timeoutInSeconds", self.timeoutInSeconds, 1)
        if self.errorColumnName == "":
            raise InvalidArgument("Option is empty: errorColumnName")


def _check_range(name: str, value: int, least: int, most: Optional[int] = None):
    if value >= least and (most is None or value <= most):
        return
    valid = f">= {least}" if most is None else f"{least} to {most}"
    raise InvalidArgument(f"Option is out of range: {name} = {value}; valid: {valid}")


@dataclass(frozen=True)
class VpcConfig:
    """The private network that training jobs and endpoints are connected to: ids of 1 to 16 subnets and 1 to 5 security groups."""

    subnets: Sequence[str]
    securityGroupIds: Sequence[str]

    def to_request(self) -> dict:
        return {"SecurityGroupIds": list(self.securityGroupIds), "Subnets": list(self.subnets)}


@dataclass(frozen=True)
class CheckpointConfig:
    """Where a training job keeps its checkpoints: a folder that SageMaker copies to S3 while it trains, and back when it starts again.
    `localPath` is the folder in the container, /opt/ml/checkpoints without it."""

    s3Uri: str
    localPath: Optional[str] = None

    def to_request(self) -> dict:
        return {"S3Uri": self.s3Uri} | ({"LocalPath": self.localPath} if self.localPath else {})


@dataclass(frozen=True)
class TrainingChannel:
    """A channel of a training job beside the training rows': validation or test data, or anything else that the algorithm reads.

    Attributes:
        data: rows, which are staged in S3 as the training rows are and deleted with them; or objects that are in S3 already, all of the
            prefix, which stay.
        contentType, projectedColumns, sparkDataFormat, sparkDataFormatOptions, inputMode: as for the training rows without them.
        s3DataDistribution: every instance sees all of the channel; "ShardedByS3Key" gives each a part.
    """

    data: Union["DataFrame", S3DataPath]
    contentType: Optional[str] = None
    projectedColumns: Optional[Sequence[str]] = None
    sparkDataFormat: Optional[str] = None
    sparkDataFormatOptions: Optional[Mapping[str, str]] = None
    inputMode: Optional[str] = None
    s3DataDistribution: str = "FullyReplicated"


def as_dataclass(cls, value: Any):
    """`value` itself, or an object of `cls` from a mapping; None stays None."""
    if value is None or isinstance(value, cls):
        return value
    unknown = sorted(set(value) - {field.name for field in fields(cls)})
    if unknown:
        raise InvalidArgument(f"{cls.__name__} has no option of that name: {', '.join(unknown)}")
    return cls(**value)
