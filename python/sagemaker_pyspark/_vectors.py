"""How vectors travel from Spark to a Python worker.

Spark writes a VectorUDT column to Arrow as struct<type, size, indices, values: list<double>>, which costs dense vectors twice the time and
the bytes of an array of floats. So a vector column travels as struct<sparse, dense>: sparse rows as they are in the one, dense rows
as arrays in the other, which the native library reads as one column of vectors.
"""
from __future__ import annotations

from typing import Iterable, List


def travelling(rows, names: Iterable[str], single_precision: bool) -> List:
    """The columns to send for those named. `single_precision`: dense elements may be rounded to floats, as formats with floats do anyway."""
    from pyspark.ml.functions import vector_to_array
    from pyspark.sql import functions as F

    types = {field.name: field.dataType for field in rows.schema.fields}
    columns = []
    for name in names:
        column = rows[quoted(name)]
        if is_vector(types.get(name)):
            parts = F.unwrap_udt(column)
            dense = vector_to_array(column, "float32") if single_precision else parts["values"]
            column = F.struct(F.when(parts["type"] == F.lit(0), parts).alias("sparse"), F.when(parts["type"] == F.lit(1), dense).alias("dense"))
            column = column.alias(name)
        columns.append(column)
    return columns


def is_vector(data_type) -> bool:
    return type(data_type).__name__ == "VectorUDT"


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
