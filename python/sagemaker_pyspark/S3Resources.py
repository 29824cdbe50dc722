"""Places in S3: where training data are staged and where trained models go."""
from __future__ import annotations

import re

from ._values import Value
from .errors import InvalidArgument


class S3Resource(Value):
    """A place in S3: S3DataPath, S3AutoCreatePath or S3PathFromConfig."""


class S3AutoCreatePath(S3Resource):
    """The bucket ACCOUNT-sagemaker-REGION, made when it does not exist, and a unique prefix in it."""

    def __init__(self):
        pass


class S3DataPath(S3Resource):
    """An object or a prefix; `objectPath` without a leading slash."""

    def __init__(self, bucket: str, objectPath: str):
        self.bucket = bucket
        self.objectPath = objectPath

    @classmethod
    def fromS3URI(cls, uri: str) -> S3DataPath:
        """From an s3://, s3a:// or s3n:// URI."""
        parts = re.fullmatch(r"s3[an]?://([^/]+)/?(.*)", uri, re.DOTALL)
        if parts is None:
            raise InvalidArgument(f'Not an S3 URI (s3, s3a or s3n): "{uri}"')
        return cls(parts[1], parts[2])

    def toS3UriString(self) -> str:
        """As "s3://bucket/path"."""
        return f"s3://{self.bucket}/{self.objectPath}"


class S3PathFromConfig(S3Resource):
    """A bucket, or an s3:// URI, which the session's configuration has; read at fit. A bucket alone gets a unique prefix."""

    def __init__(self, configKey: str = "com.amazonaws.services.sagemaker.sparksdk.s3-data-bucket"):
        self.configKey = configKey
