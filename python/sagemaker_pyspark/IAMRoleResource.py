"""The role that SageMaker takes on to read and write the user's data."""
from __future__ import annotations

from ._values import Value


class IAMRoleResource(Value):
    """An IAM role: IAMRole or IAMRoleFromConfig."""


class IAMRole(IAMRoleResource):
    """A role by its ARN."""

    def __init__(self, role: str):
        self.role = role


class IAMRoleFromConfig(IAMRoleResource):
    """A role whose ARN the session's configuration has, read at fit."""

    def __init__(self, configKey: str = "com.amazonaws.services.sagemaker.sparksdk.sagemakerrole"):
        self.configKey = configKey
