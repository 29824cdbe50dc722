"""How vectors travel from Spark to a Python worker.

Spark writes a VectorUDT column to Arrow as struct<type, size, indices, values: list<double>>, which costs dense vectors twice the time
and the bytes of an array of floats. So a column travels as two: sparse rows as they are in one, dense rows as arrays in the other, with nulls where
the row is in the other column. In the worker they become one column again.
"""
from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Tuple

_DENSE_PREFIX = "__sagespark_dense_"
_ROWS_AT_A_TIME = 1024  # Of those whose floats become doubles: bounds the memory for it.


def is_vector(data_type) -> bool:
    return type(data_type).__name__ == "VectorUDT"


def travelling(rows, names: Iterable[str], single_precision: bool) -> Tuple[List, Dict[str, str]]:
    """The columns to send for those named, and the dense part's column by the vector column's name.

    `single_precision`: dense elements may be rounded to float, as formats with floats do anyway.
    """
    from pyspark.ml.functions import vector_to_array
    from pyspark.sql import functions as F

    types = {field.name: field.dataType for field in rows.schema.fields}
    columns, vectors = [], {}
    for name in names:
        column = rows[quoted(name)]
        if not is_vector(types.get(name)):
            columns.append(column)
            continue
        parts = F.unwrap_udt(column)
        dense = vector_to_array(column, "float32") if single_precision else parts["values"]
        vectors[name] = _DENSE_PREFIX + name
        columns.append(F.when(parts["type"] == F.lit(0), parts).alias(name))
        columns.append(F.when(parts["type"] == F.lit(1), dense).alias(vectors[name]))
    return columns, vectors


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def assembled(batches: Iterator, vectors: Dict[str, str]) -> Iterator:
    """The batches with each vector column in one again."""
    return iter(batches) if not vectors else (small for batch in batches for small in _assembled_batch(batch, vectors))


def _assembled_batch(batch, vectors: Dict[str, str]) -> Iterator:
    import pyarrow as pa

    has_dense = any(batch.column(dense).null_count < batch.num_rows for dense in vectors.values())
    step = _ROWS_AT_A_TIME if has_dense else max(batch.num_rows, 1)
    names = [name for name in batch.schema.names if name not in vectors.values()]
    for start in range(0, max(batch.num_rows, 1), step):
        rows = batch.slice(start, step)
        columns = [_vector_column(rows.column(name), rows.column(vectors[name])) if name in vectors else rows.column(name) for name in names]
        yield pa.RecordBatch.from_arrays(columns, names)


def _vector_column(sparse, dense):
    import numpy as np
    import pyarrow as pa

    if dense.null_count == len(dense):
        return sparse
    as_structs = _dense_structs(dense, sparse.type)
    if sparse.null_count == len(sparse):
        return as_structs
    positions = np.arange(len(sparse))
    from_dense = sparse.is_null().to_numpy(zero_copy_only=False)
    return pa.concat_arrays([sparse, as_structs]).take(pa.array(np.where(from_dense, positions + len(sparse), positions)))


def _dense_structs(dense, struct_type):
    import numpy as np
    import pyarrow as pa

    rows = len(dense)
    offsets = np.asarray(dense.offsets)
    values = dense.values.slice(offsets[0], offsets[-1] - offsets[0]).cast(pa.float64())
    fields = [struct_type.field(position) for position in range(struct_type.num_fields)]
    types = pa.array(np.ones(rows, np.int8))
    lists = pa.ListArray.from_arrays(pa.array(offsets - offsets[0]), values, type=fields[3].type)
    return pa.StructArray.from_arrays([types, pa.nulls(rows, fields[1].type), pa.nulls(rows, fields[2].type), lists], fields=fields,
                                      mask=dense.is_null())
