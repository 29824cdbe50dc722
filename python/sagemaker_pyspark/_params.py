"""Hyperparameters: pyspark.ml Params that check their values when they are set."""
from __future__ import annotations

import math
import re
from typing import Any, Callable, Generic, Optional, Sequence, Tuple, TypeVar

from pyspark.ml.param import Param, Params

from .errors import InvalidArgument

T = TypeVar("T")


def java_text(value: Any) -> str:
    """As Java's toString writes it, which is also how hyperparameters travel: "true", "10", "0.5", "1.0", "1.0E-4", "auto"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(value, "f") if "e" in repr(value) else repr(value)
        return text if "." in text else text + ".0"
    sign, digits, exponent = re.fullmatch(r"(-?)(\d(?:\.\d+)?)e([+-]\d+)", _scientific(value)).groups()
    return f"{sign}{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


def _scientific(value: float) -> str:
    """The shortest text that reads as `value`, as "1.5e-05"."""
    return next(text for text in (f"{value:.{precision}e}" for precision in range(17)) if float(text) == value)


class Range:
    """What values a hyperparameter takes: a test, and words for people (">= 2")."""

    def __init__(self, accepts: Callable[[Any], bool], text: str):
        self.accepts = accepts
        self.text = text


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _words(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


ANY = Range(lambda value: True, "any value")


def gt(lower: float) -> Range:
    return Range(lambda value: value > lower, f"> {_number(lower)}")


def gt_eq(lower: float) -> Range:
    return Range(lambda value: value >= lower, f">= {_number(lower)}")


def in_range(lower: float, upper: float, lower_inclusive: bool = True, upper_inclusive: bool = True) -> Range:
    def accepts(value):
        return (value >= lower if lower_inclusive else value > lower) and (value <= upper if upper_inclusive else value < upper)

    return Range(accepts, f"in {'[' if lower_inclusive else '('}{_number(lower)}, {_number(upper)}{']' if upper_inclusive else ')'}")


def one_of(*allowed) -> Range:
    return Range(lambda value: java_text(value) in map(str, allowed), f"one of {_words(list(map(str, allowed)))}")


def one_of_or_above(words: Sequence[str], lower: float) -> Range:
    """A text that is one of `words` or a number above `lower`."""

    def accepts(value):
        try:
            return value in words or float(value) > lower
        except ValueError:
            return False

    return Range(accepts, f"{_words(words)} or > {_number(lower)}")


def list_of(is_allowed: Callable[[str], bool], words: Sequence[str]) -> Range:
    """A comma-separated list of words, optionally in brackets: "msd", "[msd,ssd]"."""

    def accepts(value):
        inner = value[1:-1] if value.startswith("[") and value.endswith("]") else value
        return all(is_allowed(word.strip(" ")) for word in inner.split(","))

    return Range(accepts, f"a comma-separated list of {_words(words)}")


class _Converter:
    """Checks the type as Spark's converters do, and then the range."""

    def __init__(self, name: str, to_type: Callable[[Any], Any], valid: Range):
        self.name = name
        self.to_type = to_type
        self.valid = valid

    def __call__(self, value):
        value = self.to_type(value)
        if self.valid.accepts(value):
            return value
        raise InvalidArgument(f"Parameter is out of range: {self.name} = {java_text(value)}; valid: {self.valid.text}")


class HyperParameter(Param, Generic[T]):
    """A hyperparameter of an algorithm. `wire_name` is its name in the training job's request."""

    def __init__(self, name: str, doc: str, to_type: Callable[[Any], Any], valid: Range, wire_name: Optional[str] = None):
        self.wire_name = wire_name or name
        text = doc if valid is ANY else f"{doc} Valid: {valid.text}."
        super().__init__(Params._dummy(), name, text, typeConverter=_Converter(self.wire_name, to_type, valid))


def _to_int(value) -> int:
    """Takes what is whole: 10, numpy.int64(10), 10.0."""
    if not isinstance(value, bool) and (hasattr(value, "__index__") or (isinstance(value, float) and value.is_integer())):
        return int(value)
    raise TypeError(f"Could not convert {value} to int")


def _to_float(value) -> float:
    if not isinstance(value, (bool, str, bytes)) and (hasattr(value, "__float__") or hasattr(value, "__index__")):
        return float(value)
    raise TypeError(f"Could not convert {value} to float")


def _to_text(value) -> str:
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"Could not convert {value!r} to string type")


def _to_word_or_number(value) -> str:
    """Texts as they are, numbers as texts."""
    if isinstance(value, str):
        return str(value)
    return java_text(_to_int(value) if hasattr(value, "__index__") else _to_float(value))


def _to_true_or_false(value) -> str:
    """A yes or no travels as "True" or "False", which are taken as they are too."""
    return str(value) if isinstance(value, bool) else _to_text(value)


def int_param(name: str, doc: str, valid: Range = ANY, wire_name: Optional[str] = None) -> HyperParameter[int]:
    return HyperParameter(name, doc, _to_int, valid, wire_name)


def float_param(name: str, doc: str, valid: Range = ANY, wire_name: Optional[str] = None) -> HyperParameter[float]:
    return HyperParameter(name, doc, _to_float, valid, wire_name)


def text_param(name: str, doc: str, valid: Range = ANY, wire_name: Optional[str] = None) -> HyperParameter[str]:
    return HyperParameter(name, doc, _to_text, valid, wire_name)


def word_or_number_param(name: str, doc: str, *words: str) -> HyperParameter[str]:
    """One of the words, or a number above 0."""
    return HyperParameter(name, doc, _to_word_or_number, one_of_or_above(words, 0))


def flag_param(name: str, doc: str) -> HyperParameter[str]:
    return HyperParameter(name, doc, _to_true_or_false, one_of("True", "False"))


def accessors(param: HyperParameter[T], read: Callable[[T], Any] = lambda value: value,
              write: Callable[[Any], T] = lambda value: value) -> Tuple[Callable[..., Any], Callable[[Any], Any]]:
    """A setter, which returns its stage, and a getter, which raises KeyError when the parameter has neither a value nor a default."""

    def setter(self, value):
        return self._set(**{param.name: write(value)})

    def getter(self):
        return read(self.getOrDefault(param.name))

    setter.__doc__ = f"Sets {param.name}: {param.doc}"
    getter.__doc__ = f"The value of {param.name}, or its default: {param.doc}"
    return setter, getter


def flag_accessors(param: HyperParameter[str]) -> Tuple[Callable[..., Any], Callable[[Any], bool]]:
    """For flag_param: the setter takes True and "True", the getter gives True."""
    return accessors(param, read=lambda text: text == "True")


def name_accessors(cls: type) -> type:
    """Gives the class's setters and getters the names that they have in it."""
    for name, function in vars(cls).items():
        if getattr(function, "__qualname__", "").startswith("accessors.<locals>."):
            function.__name__ = name
            function.__qualname__ = f"{cls.__qualname__}.{name}"
            function.__module__ = cls.__module__
    return cls
