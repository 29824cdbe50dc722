"""Predictions of an endpoint as columns of a DataFrame."""
from __future__ import annotations

import json
import warnings
from typing import Any, Dict, List, Mapping, Optional

from ._shipping import shipped
from ._spark import map_in_arrow
from ._vectors import quoted, travelling
from .options import RequestOptions

_PREDICTIONS = "__sagespark_predictions"


def predicted_schema(serializer, deserializer, prepend_rows: bool, request_options: RequestOptions, schema):
    """The columns of transform, before any row. Fails when the serializer refuses `schema`, and on a prediction column that is there
    already."""
    from pyspark.sql.types import StructType

    from . import _native

    task = {**_codecs(serializer, deserializer), "prependRows": prepend_rows, "errorColumnName": request_options.errorColumnName}
    predicted = StructType.fromJson(json.loads(_native.predicted_schema(task, schema.json())))
    for field in predicted.fields[len(schema.fields) if prepend_rows else 0:]:
        field.nullable = True  # As Spark has what comes out of a Python function.
    return predicted


def predict(dataset, endpoint_name: str, serializer, deserializer, prepend_rows: bool, request_options: RequestOptions,
            settings: Mapping[str, Any]):
    """`dataset` with the predictions of its rows. Lazy.

    Only the columns that requests are made of travel to the workers, and only predictions travel back, where Spark has Arrow UDFs (4.1)
    or the input's columns are not wanted.
    """
    from pyspark.sql.types import StructType

    schema = predicted_schema(serializer, deserializer, prepend_rows, request_options, dataset.schema)
    task = {"settings": dict(settings), "endpointName": endpoint_name, **_codecs(serializer, deserializer), **_limits(request_options)}
    objects = {"serializer": None if serializer._task_options() else serializer,
               "deserializer": deserializer if task["deserializer"]["name"] == "callback" else None}
    names = serializer._columns_of(dataset.columns)
    if not prepend_rows:
        return map_in_arrow(dataset.select(*_travelling(dataset, names, serializer)), "predict", task, schema, **objects)
    if not _has_arrow_udf():
        return map_in_arrow(dataset, "predict", {**task, "prependRows": True}, schema, **objects)
    predictions = StructType(schema.fields[len(dataset.columns):])
    function = shipped("predict_cells", {**task, "columns": names}, **objects)
    return _with_predictions(dataset, predictions, _travelling(dataset, names, serializer), function)


def _with_predictions(dataset, predictions, columns: List, function):
    """`dataset` with the fields of `predictions`, a struct that `function` makes of the columns."""
    from pyspark.sql.functions import ArrowUDFType, arrow_udf, col

    # Not deterministic, so that Spark asks the endpoint once for a row, whatever is selected and filtered afterwards.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Spark would rather have the function's type hints.
        udf = arrow_udf(function, predictions, ArrowUDFType.SCALAR_ITER).asNondeterministic()
    with_struct = dataset.withColumn(_PREDICTIONS, udf(*columns))
    fields = [col(f"{_PREDICTIONS}.{quoted(field.name)}").alias(field.name) for field in predictions.fields]
    return with_struct.select("*", *fields).drop(_PREDICTIONS)


def _has_arrow_udf() -> bool:
    import pyspark.sql.functions as functions

    return hasattr(functions, "arrow_udf")


def _codecs(serializer, deserializer) -> Dict[str, dict]:
    return {"serializer": serializer._task_options() or {"name": "callback", "contentType": serializer.contentType},
            "deserializer": deserializer._task_options()}


def _limits(options: RequestOptions) -> Dict[str, Optional[Any]]:
    limits = {"errorColumnName": options.errorColumnName, "requestsInFlight": options.requestsInFlight,
              "maxRowsPerRequest": options.maxRowsPerRequest, "maxBytesPerRequest": options.maxBytesPerRequest,
              "maxBytesInFlight": options.maxBytesInFlight, "timeoutInSeconds": options.timeoutInSeconds}
    return {name: value for name, value in limits.items() if value is not None}


def _travelling(dataset, names: List[str], serializer) -> List:
    """A serializer in Python gets vectors as Spark hands them to Python."""
    options = serializer._task_options()
    if options is None:
        return [dataset[quoted(name)] for name in names]
    return travelling(dataset, names, single_precision=options["name"] == "ProtobufRequestRowSerializer")
