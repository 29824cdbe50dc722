"""Checks of requests and rows before anything is created."""
from __future__ import annotations

import json
from typing import Mapping, Optional

from .errors import SageSparkError


def check_request(service: str, operation: str, request: dict) -> None:
    """Checks a request against AWS's rules without sending it."""
    from . import _native

    try:
        _native.check_request(service, operation, request)
    except SageSparkError as error:
        raise error.with_context(operation) from None


def check_staging(file_format: str, options: Mapping[str, str], schema) -> dict:
    """Checks that rows of a schema can be staged. Gives "columns", those that are read, and the "contentType" of the files."""
    from . import _native

    return _native.check_staging({"format": file_format, "options": texts(options)}, schema.json())


def texts(options: Optional[Mapping]) -> dict:
    """Options of a format as texts, as Spark has them."""
    return {str(name): str(value).lower() if isinstance(value, bool) else str(value) for name, value in (options or {}).items()}
