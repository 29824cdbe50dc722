"""How rows become requests to an endpoint."""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..._values import Value

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import StructType


class RequestRowSerializer(Value):
    """Turns rows into request bodies. Derive from it for a format of your own:

        class JsonLines(RequestRowSerializer):
            contentType = "application/jsonlines"

            def serialize(self, rows):
                return [json.dumps(row).encode() + b"\\n" for row in rows.to_pylist()]

    The bytes of the rows of one request are joined; which rows go into it is decided by their sizes. Arguments of the constructor
    must be attributes of the same name, so that stages with the serializer can be saved.
    """

    #: The requests' Content-Type.
    contentType: str = "application/octet-stream"
    schema: Optional[StructType] = None

    def setSchema(self, schema: StructType) -> None:
        """Keeps the schema of the rows. Nothing depends on it: each stream of rows brings its own."""
        self.schema = schema

    def serialize(self, rows: pa.RecordBatch) -> List[bytes]:
        """The bytes of each row, in order. Called in executors; `rows` has the columns that `columns` names.

        Vectors come as Spark hands them to Python: struct<type, size, indices, values> with type 0 for sparse and 1 for dense.
        """
        raise NotImplementedError

    def columns(self) -> Optional[List[str]]:
        """The columns that requests are made of; None for all."""
        return None

    def _task_options(self) -> Optional[dict]:
        """What the native library calls this serializer; None for one in Python."""
        return None

    def _columns_of(self, names: List[str]) -> List[str]:
        wanted = self.columns()
        return names if wanted is None else wanted


class _NativeSerializer(RequestRowSerializer):
    def _task_options(self) -> dict:
        options = {name: value for name, value in self._arguments().items() if name != "schema"}
        return {"name": type(self).__name__, **options}


class _FeaturesSerializer(_NativeSerializer):
    def __init__(self, schema: Optional[StructType] = None, featuresColumnName: str = "features"):
        self.schema = schema
        self.featuresColumnName = featuresColumnName

    def columns(self) -> List[str]:
        return [self.featuresColumnName]


class ProtobufRequestRowSerializer(_FeaturesSerializer):
    """Amazon Records in RecordIO: what k-means and its kin take."""

    contentType = "application/x-recordio-protobuf"


class UnlabeledCSVRequestRowSerializer(_FeaturesSerializer):
    """Lines of comma-separated numbers."""

    contentType = "text/csv"


class UnlabeledLibSVMRequestRowSerializer(_FeaturesSerializer):
    """LibSVM lines with 0 for the label."""

    contentType = "text/x-libsvm"


class LibSVMRequestRowSerializer(_NativeSerializer):
    """LibSVM lines with labels: what XGBoost takes."""

    contentType = "text/x-libsvm"

    def __init__(self, schema: Optional[StructType] = None, labelColumnName: str = "label", featuresColumnName: str = "features"):
        self.schema = schema
        self.labelColumnName = labelColumnName
        self.featuresColumnName = featuresColumnName

    def columns(self) -> List[str]:
        return [self.labelColumnName, self.featuresColumnName]
