"""Clients of AWS with the settings of the environment: region, endpoint URLs, credentials chain."""
from __future__ import annotations

from functools import lru_cache
from typing import Any, Mapping, Optional


class AwsClient:
    """Calls operations of one service, signed and retried; requests and replies are AWS's own JSON shapes.

        SageMakerClients.create_sagemaker_client().call("DescribeEndpoint", EndpointName="digits")
    """

    def __init__(self, service: str, region: Optional[str] = None):
        self.service = service
        self.region = region

    @property
    def settings(self) -> Mapping[str, Any]:
        """What reaches AWS from here: region, endpoints, retries; without credentials."""
        return settings_of(self.region)

    def call(self, operation: str, **request) -> dict:
        """The reply of an operation ("DescribeEndpoint"). Raises a SageSparkError."""
        from . import _native

        return _native.call(self.settings, self.service, operation, request)

    def __repr__(self):
        return f"AwsClient({self.service!r}, region={self.region!r})"


def settings_of(region: Optional[str] = None) -> Mapping[str, Any]:
    """The environment's settings, captured anew when the environment has changed."""
    import os

    environment = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith(("AWS_", "SAGESPARK_", "HOME"))))
    return _captured(region, environment)


@lru_cache(maxsize=16)
def _captured(region, _environment):
    from . import _native

    return _native.settings({} if region is None else {"region": region})


class SageMakerClients:
    """Makes clients with the environment's settings. `region` comes before the environment's."""

    @classmethod
    def create_sagemaker_client(cls, region: Optional[str] = None) -> AwsClient:
        return AwsClient("sagemaker", region)

    @classmethod
    def create_s3_default_client(cls, region: Optional[str] = None) -> AwsClient:
        return AwsClient("s3", region)

    @classmethod
    def create_sts_default_client(cls, region: Optional[str] = None) -> AwsClient:
        return AwsClient("sts", region)
