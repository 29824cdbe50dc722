"""How replies of an endpoint become columns."""
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Optional, Sequence

from ..._values import Value

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import StructType


class ResponseRowDeserializer(Value):
    """Turns reply bodies into columns. Derive from it for a format of your own:

        class JsonScores(ResponseRowDeserializer):
            accept = "application/json"
            schema = StructType([StructField("score", DoubleType())])

            def deserialize(self, body, rows):
                return pa.record_batch({"score": json.loads(body)["scores"]})

    Arguments of the constructor must be attributes of the same name, so that stages with the deserializer can be saved.
    """

    #: The requests' Accept header.
    accept: str = "application/octet-stream"
    #: The prediction columns.
    schema: StructType

    def deserialize(self, body: bytes, rows: int) -> pa.RecordBatch:
        """The prediction columns of a reply to `rows` rows: as many rows, in order. Called in executors, for several replies at once."""
        raise NotImplementedError

    def _task_options(self) -> dict:
        """What the native library calls this deserializer."""
        return {"name": "callback", "accept": self.accept, "schema": json.loads(self.schema.json())}


class _NativeDeserializer(ResponseRowDeserializer):
    _names: dict = {}  # The native library's names of the constructor's arguments.

    def _task_options(self) -> dict:
        return {"name": type(self).__name__, **{native: getattr(self, name) for name, native in self._names.items()}}


class KMeansProtobufResponseRowDeserializer(_NativeDeserializer):
    """The answers of k-means, two columns of doubles."""

    _names = {"distance_to_cluster_column_name": "distanceToClusterColumnName", "closest_cluster_column_name": "closestClusterColumnName"}

    def __init__(self, distance_to_cluster_column_name: str = "distance_to_cluster", closest_cluster_column_name: str = "closest_cluster"):
        self.distance_to_cluster_column_name = distance_to_cluster_column_name
        self.closest_cluster_column_name = closest_cluster_column_name


class PCAProtobufResponseRowDeserializer(_NativeDeserializer):
    """The answers of PCA, a column of vectors, of one component too."""

    _names = {"projection_column_name": "projectionColumnName"}

    def __init__(self, projection_column_name: str = "projection"):
        self.projection_column_name = projection_column_name


class LDAProtobufResponseRowDeserializer(_NativeDeserializer):
    """The answers of LDA, a column of vectors."""

    _names = {"projection_column_name": "projectionColumnName"}

    def __init__(self, projection_column_name: str = "topic_mixture"):
        self.projection_column_name = projection_column_name


class _ScoreDeserializer(_NativeDeserializer):
    _names = {"score_column_name": "scoreColumnName"}

    def __init__(self, score_column_name: str = "score"):
        self.score_column_name = score_column_name


class _ScoreAndLabelDeserializer(_NativeDeserializer):
    _names = {"score_column_name": "scoreColumnName", "predicted_label_column_name": "predictedLabelColumnName"}

    def __init__(self, score_column_name: str = "score", predicted_label_column_name: str = "predicted_label"):
        self.score_column_name = score_column_name
        self.predicted_label_column_name = predicted_label_column_name


class LinearLearnerBinaryClassifierProtobufResponseRowDeserializer(_ScoreAndLabelDeserializer):
    """The answers of linear learner's binary classifier: the score and the label, 0 or 1, doubles both."""


class LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer(_ScoreAndLabelDeserializer):
    """The answers of linear learner's multiclass classifier: a vector of scores, one a class, and the class, a double."""


class LinearLearnerRegressorProtobufResponseRowDeserializer(_ScoreDeserializer):
    """The answers of linear learner's regressor, a column of doubles."""


class FactorizationMachinesBinaryClassifierDeserializer(_ScoreAndLabelDeserializer):
    """The answers of factorization machines that classify, two columns of doubles."""


class FactorizationMachinesRegressorDeserializer(_ScoreDeserializer):
    """The answers of factorization machines that predict numbers, a column of doubles."""


class XGBoostCSVRowDeserializer(_NativeDeserializer):
    """XGBoost's answers, a column of doubles: one number a line, or all with commas between."""

    _names = {"prediction_column_name": "predictionColumnName"}

    def __init__(self, prediction_column_name: str = "prediction"):
        self.prediction_column_name = prediction_column_name


#: Its other name.
XGBoostCSVResponseRowDeserializer = XGBoostCSVRowDeserializer


class XGBoostCSVVectorRowDeserializer(XGBoostCSVRowDeserializer):
    """XGBoost's answers of several numbers a row, as with multi:softprob: a column of vectors. SageMaker Spark has it not."""


class LibSVMResponseRowDeserializer(_NativeDeserializer):
    """LibSVM lines: a column of labels and one of sparse vectors of length `dim`."""

    _names = {"dim": "dim", "labelColumnName": "labelColumnName", "featuresColumnName": "featuresColumnName"}

    def __init__(self, dim: int, labelColumnName: str, featuresColumnName: str):
        self.dim = dim
        self.labelColumnName = labelColumnName
        self.featuresColumnName = featuresColumnName


class ProtobufResponseRowDeserializer(_NativeDeserializer):
    """Any Amazon Records: one column for each field of `schema`, read from the label of the same name, or of that in `protobufKeys`."""

    def __init__(self, schema: StructType, protobufKeys: Optional[Sequence[str]] = None):
        self.schema = schema
        self.protobufKeys = protobufKeys

    def _task_options(self) -> dict:
        options = {"name": type(self).__name__, "schema": json.loads(self.schema.json())}
        return options if self.protobufKeys is None else {**options, "protobufKeys": list(self.protobufKeys)}
