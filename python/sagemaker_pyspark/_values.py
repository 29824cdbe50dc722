"""Small objects that are what their attributes are: places, roles, name policies, serializers."""
from __future__ import annotations

import enum
import importlib
import inspect

from .errors import InvalidArgument


class Value:
    """Equal when class and constructor arguments are. Each argument of the constructor is an attribute of its name, so that the object
    can be printed and saved."""

    def _arguments(self) -> dict:
        parameters = inspect.signature(type(self).__init__).parameters
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        return {name: getattr(self, name) for name, parameter in parameters.items() if name != "self" and parameter.kind in named}

    def __eq__(self, other):
        return type(self) is type(other) and self._arguments() == other._arguments()

    def __hash__(self):
        return hash((type(self), repr(self._arguments())))

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._arguments().items())})"


def to_json(value, what: str):
    """`value` as JSON knows it; an object as its class and the arguments of its constructor.

    Raises InvalidArgument, naming `what`, for an object that has not all of its arguments as attributes.
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [to_json(item, what) for item in value]
    if isinstance(value, dict):
        return {"dict": [[to_json(key, what), to_json(item, what)] for key, item in value.items()]}
    if hasattr(value, "jsonValue"):  # Spark's types.
        return {"sparkType": value.jsonValue()}
    cls = type(value)
    if isinstance(value, enum.Enum):
        return {"enum": f"{cls.__module__}.{cls.__name__}", "name": value.name}
    if cls.__qualname__ != cls.__name__ or cls.__module__ == "__main__":
        raise InvalidArgument(f"Option cannot be saved: {what} is of a class that no module has: {cls.__module__}.{cls.__qualname__}")
    try:
        arguments = value._arguments() if isinstance(value, Value) else Value._arguments(value)
    except (AttributeError, TypeError, ValueError):
        raise InvalidArgument(f"Option cannot be saved: {what} has an argument of its constructor that is no attribute: "
                              f"{cls.__module__}.{cls.__name__}") from None
    return {"class": f"{cls.__module__}.{cls.__name__}", "arguments": {name: to_json(item, what) for name, item in arguments.items()}}


def from_json(value):
    """What to_json was given."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "dict" in value:
        return {from_json(key): from_json(item) for key, item in value["dict"]}
    if "sparkType" in value:
        from pyspark.sql.types import StructType

        return StructType.fromJson(value["sparkType"])
    if "enum" in value:
        return _class_of(value["enum"])[value["name"]]
    return _class_of(value["class"])(**{name: from_json(item) for name, item in value["arguments"].items()})


def _class_of(path: str):
    module, name = path.rsplit(".", 1)
    return getattr(importlib.import_module(module), name)
