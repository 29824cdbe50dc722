"""Saving stages and loading them, alone and in Spark's pipelines: Spark's own layout, PATH/metadata, with the constructor's options beside
the parameters."""
from __future__ import annotations

import json
import os

from pyspark.ml.util import DefaultParamsReader, DefaultParamsWriter, MLReadable, MLReader, MLWritable, MLWriter

from ._values import from_json, to_json
from .errors import InvalidArgument

_KEY = "sagemaker"


class StageWriter(MLWriter):
    """Writes a stage's metadata; without py4j, so that it works over Spark Connect, too."""

    def __init__(self, stage: SavableStage):
        super().__init__()
        self._stage = stage

    def save(self, path: str) -> None:
        spark = self.sparkSession
        state = {name: to_json(value, name) for name, value in self._stage._state_to_save().items()}
        text = DefaultParamsWriter._get_metadata_to_save(self._stage, spark, extraMetadata={_KEY: state})
        rows = spark.createDataFrame([(text,)], "value string").coalesce(1)
        rows.write.mode("overwrite" if self.shouldOverwrite else "error").text(os.path.join(path, "metadata"))


class StageReader(MLReader):
    """Reads what StageWriter wrote."""

    def __init__(self, cls: type):
        super().__init__()
        self._cls = cls

    def load(self, path: str):
        metadata = json.loads(self.sparkSession.read.text(os.path.join(path, "metadata")).first()[0])
        wanted = f"{self._cls.__module__}.{self._cls.__name__}"
        if metadata["class"] != wanted:
            raise InvalidArgument(f'Saved stage is of another class: "{path}" holds {metadata["class"]}, not {wanted}')
        stage = self._cls._from_saved_state({name: from_json(value) for name, value in metadata[_KEY].items()})
        stage._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(stage, metadata)
        return stage


class SavableStage(MLReadable, MLWritable):
    """What estimators and models have in common: write() and read()."""

    def write(self) -> StageWriter:
        """A writer: stage.write().overwrite().save(path). Options are saved but for clients and `progress`."""
        return StageWriter(self)

    @classmethod
    def read(cls) -> StageReader:
        """A reader. Clients are made anew with the environment's settings."""
        return StageReader(cls)

    def _state_to_save(self) -> dict:
        raise NotImplementedError

    @classmethod
    def _from_saved_state(cls, state: dict):
        raise NotImplementedError
