"""The exceptions: one class for each kind of error that the C++ core knows, with its name and its texts."""
from __future__ import annotations

import re


class SageSparkError(Exception):
    """What went wrong, as far as a caller may act on it. Messages name columns, rows, parameters and limits, never credentials or rows'
    contents.

    Attributes:
        kind: the kind's name, as "InvalidArgument".
        code: the error code of the service that answered, as "NoSuchBucket", else "".
    """

    kind = "Internal"

    def __init__(self, message: str, code: str = ""):
        super().__init__(message)
        self.message = message
        self.code = code

    def with_context(self, context: str) -> SageSparkError:
        """This error with `context` and ": " in front of its message."""
        return type(self)(f"{context}: {self.message}", self.code)


class InvalidArgument(SageSparkError, ValueError):
    """A parameter, option or name does not fit."""


class SchemaMismatch(SageSparkError, ValueError):
    """A column is absent or of the wrong type."""


class CorruptData(SageSparkError, ValueError):
    """Bytes that do not parse, nulls or vectors of different lengths where none may be."""


class NotFound(SageSparkError, LookupError):
    """A named thing does not exist."""


class AlreadyExists(SageSparkError):
    """A named thing exists already."""


class Conflict(SageSparkError):
    """The thing is in a state that forbids this."""


class Unauthenticated(SageSparkError, PermissionError):
    """No or wrong credentials."""


class PermissionDenied(SageSparkError, PermissionError):
    """Known credentials without the right."""


class ResourceLimit(SageSparkError):
    """Over a size, count or quota."""


class Throttled(SageSparkError):
    """Asked too often."""


class Unavailable(SageSparkError, ConnectionError):
    """A passing fault: a connection that was cut or refused, a 5xx reply."""


class Timeout(SageSparkError, TimeoutError):
    """A deadline passed."""


class Cancelled(SageSparkError):
    """The caller asked to stop."""


class ModelError(SageSparkError):
    """A training job or an endpoint failed."""


class Io(SageSparkError, OSError):
    """The operating system refused."""


class Unimplemented(SageSparkError, NotImplementedError):
    """Not offered here."""


class Internal(SageSparkError):
    """A defect of this library."""


_CLASSES = {cls.__name__: cls for cls in SageSparkError.__subclasses__()}
for _cls in _CLASSES.values():
    _cls.kind = _cls.__name__


def error_of(kind: str, message: str, code: str = "") -> SageSparkError:
    """The exception for a kind's name."""
    return _CLASSES.get(kind, Internal)(message, code)


class TaskError(RuntimeError):
    """How an error travels from a task to the program: Spark passes on the text of a Python worker's exception, and nothing else."""

    def __init__(self, error: SageSparkError):
        super().__init__(f"{error.message} [sagespark {' '.join(filter(None, (error.kind, error.code)))}]")


_TASK_ERROR = re.compile(r"sagemaker_pyspark\.errors\.TaskError: (.*?) \[sagespark (\w+)(?: (\S+))?\]", re.DOTALL)


def error_in(exception: BaseException) -> SageSparkError | None:
    """The error of a task that made Spark throw `exception`; none when it was something else."""
    found = _TASK_ERROR.search(str(exception))
    return error_of(found[2], found[1], found[3] or "") if found else None
