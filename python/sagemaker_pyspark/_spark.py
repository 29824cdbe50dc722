"""Which Sparks there are, and what they raise."""
from __future__ import annotations

import re
from typing import Any, Mapping

from ._shipping import shipped
from .errors import SageSparkError, Unavailable, Unimplemented, error_in


def is_connect(dataset) -> bool:
    """Whether a DataFrame is of a Spark Connect session."""
    return ".connect." in type(dataset).__module__


def check_spark(dataset) -> None:
    """Refuses the Sparks on which nothing here works, with the reason."""
    import pyspark

    version = tuple(int(number) for number in re.findall(r"\d+", pyspark.__version__)[:2])
    if version < (3, 5):
        raise Unimplemented(f"Spark version is not supported: PySpark {pyspark.__version__}; valid: 3.5 and later")
    if version < (4, 0) and is_connect(dataset):
        raise Unimplemented(f"Spark Connect is not supported with PySpark {pyspark.__version__}, which has no pyspark.ml over it; valid: 4.0 "
                            "and later, or a classic session")


def map_in_arrow(rows, entry: str, task: Mapping[str, Any], schema, **objects):
    """`rows` mapped by a task of `_tasks`, which is told the columns' names: mapInArrow of Spark 3.5 and 4.0 takes them for expressions, and fails
    where they hold dots or backticks."""
    function = shipped(entry, {**task, "columns": rows.columns}, **objects)
    return rows.toDF(*(f"c{position}" for position in range(len(rows.columns)))).mapInArrow(function, schema)


def rethrown(exception: BaseException) -> BaseException:
    """What to raise for what Spark raised: the error of the task that failed, or an error that says that a Connect server is gone;
    else the exception itself."""
    error = error_in(exception)
    if error is None and _is_gone(exception):
        error = Unavailable(f"Spark Connect server cannot be reached any more: {_first_line(exception)}")
    return error or exception


def _is_gone(exception: BaseException) -> bool:
    if isinstance(exception, SageSparkError) or "connect" not in type(exception).__module__ and "grpc" not in type(exception).__module__:
        return False
    text = f"{type(exception).__name__} {exception}"
    return any(sign in text for sign in ("UNAVAILABLE", "Connection refused", "RetriesExceeded", "failed to connect"))


def _first_line(exception: BaseException) -> str:
    return (str(exception).strip().splitlines() or [type(exception).__name__])[0][:300]
