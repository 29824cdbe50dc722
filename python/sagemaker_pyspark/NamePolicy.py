"""Names of what a fit creates."""
from __future__ import annotations

import re
import uuid
from datetime import datetime, timezone

from ._values import Value
from .errors import InvalidArgument

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def random_hex12() -> str:
    """12 random hexadecimal digits."""
    return uuid.uuid4().hex[-12:]


def _time_stamp() -> str:
    """As 2026-11-21T14-25-00-123 (UTC): names take neither ":" nor "."."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%S-%f")[:-3]


def _checked(what: str, name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    raise InvalidArgument("Name does not fit AWS's rule (1 to 63 letters, digits and hyphens, no hyphen first or last): "
                          f'{what} "{name}" of {len(name)} characters')


class NamePolicy(Value):
    """The names of what one fit creates. Each has at most 63 letters, digits and hyphens, and begins and ends with a letter or digit:
    AWS's rule, checked when the policy is made."""

    trainingJobName: str
    modelName: str
    endpointConfigName: str
    endpointName: str

    def _set_names(self, trainingJobName, modelName, endpointConfigName, endpointName):
        self.trainingJobName = _checked("trainingJobName", trainingJobName)
        self.modelName = _checked("modelName", modelName)
        self.endpointConfigName = _checked("endpointConfigName", endpointConfigName)
        self.endpointName = _checked("endpointName", endpointName)


class RandomNamePolicy(NamePolicy):
    """Unique names: PREFIXtrainingJob-HEX12-2026-11-21T14-25-00-123, and so on with model, endpointConfig and endpoint (UTC). The prefix
    has at most 12 characters."""

    def __init__(self, prefix: str = ""):
        self.prefix = prefix
        suffix = f"-{random_hex12()}-{_time_stamp()}"
        self._set_names(*(prefix + kind + suffix for kind in ("trainingJob", "model", "endpointConfig", "endpoint")))


class CustomNamePolicy(NamePolicy):
    """The names as given."""

    def __init__(self, trainingJobName: str, modelName: str, endpointConfigName: str, endpointName: str):
        self._set_names(trainingJobName, modelName, endpointConfigName, endpointName)


class CustomNamePolicyWithTimeStampSuffix(NamePolicy):
    """The names as given, each with "-2026-11-21T14-25-00-123" (UTC) behind it; they have at most 39 characters."""

    def __init__(self, trainingJobName: str, modelName: str, endpointConfigName: str, endpointName: str):
        self._given = {"trainingJobName": trainingJobName, "modelName": modelName, "endpointConfigName": endpointConfigName,
                       "endpointName": endpointName}
        suffix = "-" + _time_stamp()
        self._set_names(*(name + suffix for name in self._given.values()))

    def _arguments(self) -> dict:
        return dict(self._given)


class NamePolicyFactory(Value):
    """Makes a NamePolicy for each fit."""

    def createNamePolicy(self) -> NamePolicy:
        raise NotImplementedError


class RandomNamePolicyFactory(NamePolicyFactory):
    """Makes a RandomNamePolicy for each fit."""

    def __init__(self, prefix: str = ""):
        self.prefix = prefix
        self.createNamePolicy()  # A prefix that does not fit shows here, not after a fit has begun.

    def createNamePolicy(self) -> NamePolicy:
        return RandomNamePolicy(self.prefix)


class CustomNamePolicyFactory(NamePolicyFactory):
    """Gives the same names to every fit, so that a second one fails while the first one's resources exist."""

    _policy: type[NamePolicy] = CustomNamePolicy

    def __init__(self, trainingJobName: str, modelName: str, endpointConfigName: str, endpointName: str):
        self.trainingJobName = trainingJobName
        self.modelName = modelName
        self.endpointConfigName = endpointConfigName
        self.endpointName = endpointName
        self.createNamePolicy()

    def createNamePolicy(self) -> NamePolicy:
        return self._policy(self.trainingJobName, self.modelName, self.endpointConfigName, self.endpointName)


class CustomNamePolicyWithTimeStampSuffixFactory(CustomNamePolicyFactory):
    """Gives every fit the names with the time behind them."""

    _policy = CustomNamePolicyWithTimeStampSuffix
