"""What runs inside executors: batches of rows go from Spark to the native library and back."""
from __future__ import annotations

import itertools
import json
from typing import Any, Dict, Iterator, List, Optional

import pyarrow as pa

from . import _native
from .errors import SageSparkError, TaskError


def run(entry: str, task: Dict[str, Any], batches: Iterator, **objects) -> Iterator:
    """Runs one of this module's tasks; its errors travel as text."""
    try:
        yield from _ENTRIES[entry](task, batches, **objects)
    except SageSparkError as error:
        raise TaskError(error) from None


def _stage(task: Dict[str, Any], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Uploads the rows of a partition as parts of a file that is not visible yet; gives the receipt for it."""
    reader = _reader(_named(task.pop("columns"), batches))
    if reader is None:
        return
    receipt = _native.stage({**task, "partition": _partition()}, reader)
    yield pa.record_batch([pa.array([receipt["rows"]], pa.int64()), pa.array([json.dumps(receipt["uploads"])])], names=["rows", "uploads"])


def _predict(task: Dict[str, Any], batches: Iterator[pa.RecordBatch], serializer=None, deserializer=None) -> Iterator[pa.RecordBatch]:
    """The predictions for the rows of a partition, in their order."""
    reader = _reader(_named(task.pop("columns"), batches))
    if reader is None:
        return
    yield from _native.predict({**task, "partition": _partition()}, reader, serialize=serializer and _serialize(serializer),
                               deserialize=deserializer and deserializer.deserialize)


def _predict_cells(task: Dict[str, Any], columns: Iterator, serializer=None, deserializer=None) -> Iterator[pa.Array]:
    """The same for an Arrow UDF: arrays of its arguments come in, arrays of structs go out."""
    names = task["columns"]
    batches = (pa.RecordBatch.from_arrays(list(arrays) if isinstance(arrays, tuple) else [arrays], names) for arrays in columns)
    for batch in _predict(task, batches, serializer, deserializer):
        yield pa.StructArray.from_arrays(batch.columns, fields=list(batch.schema))


def _read(task: Dict[str, Any], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of the files whose URIs come in."""
    del task["columns"]
    for batch in batches:
        for uri in batch.column(0).to_pylist():
            yield from _native.read({**task, "uri": uri})


_ENTRIES = {"read": _read, "stage": _stage, "predict": _predict, "predict_cells": _predict_cells}


def _partition() -> int:
    from pyspark import TaskContext

    context = TaskContext.get()
    return 0 if context is None else context.partitionId()


def _named(names: List[str], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches with the columns' own names; see _spark.map_in_arrow."""
    return (pa.RecordBatch.from_arrays(batch.columns, names) for batch in batches)


def _reader(batches: Iterator[pa.RecordBatch]) -> Optional[pa.RecordBatchReader]:
    """None for a partition without batches, whose schema nobody knows."""
    first = next(batches, None)
    return None if first is None else pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], batches))


def _serialize(serializer):
    return lambda rows: pa.array(serializer.serialize(rows), pa.binary())
