"""The format "sagemaker" of Spark's readers and writers: files of Amazon Records (RecordIO). For Spark 4.1 and later.

    from sagemaker_pyspark.data_source import SageMakerDataSource

    SageMakerDataSource.register(spark)
    df.write.format("sagemaker").mode("append").save("s3://bucket/folder/")
    spark.read.format("sagemaker").load("s3://bucket/folder/").show()

Estimators need no such registration. For other Sparks there are the functions of `files`.
"""
from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Mapping, Optional

from .errors import Unimplemented

try:
    from pyspark.sql.datasource import DataSource, DataSourceArrowWriter, DataSourceReader, InputPartition, WriterCommitMessage
except ImportError:
    import pyspark

    raise Unimplemented(f"Python data sources that write Arrow need Spark 4.1: PySpark is {pyspark.__version__}; use "
                        "sagemaker_pyspark.files.write_sagemaker and read_sagemaker") from None

from . import _native
from ._checks import check_staging
from ._staging import abort_job_uploads, executor_settings
from .errors import InvalidArgument
from .files import FORMAT, files_in, folder_uri, keys_in, schema_of
from .S3Resources import S3DataPath
from .SageMakerClients import AwsClient


class SageMakerDataSource(DataSource):
    """Options: `path`; featuresColumnName, labelColumnName; for reading numFeatures."""

    #: What reaches S3; those of the process that plans the query without it.
    settings: Optional[Mapping[str, Any]] = None

    @classmethod
    def name(cls) -> str:
        return FORMAT

    @classmethod
    def register(cls, spark, region: Optional[str] = None, executorCredentials: Optional[str] = None) -> None:
        """Makes the format known to a session, with this program's settings. Keys travel only with executorCredentials="driver"."""
        settings = dict(executor_settings(spark, region, executorCredentials))
        spark.dataSource.register(type(cls.__name__, (cls,), {"settings": settings}))

    def schema(self):
        return schema_of(self.options)

    def reader(self, schema) -> _Reader:
        return _Reader(self._path(), dict(self.options), self._settings())

    def writer(self, schema, overwrite: bool) -> _Writer:
        options = {name: value for name, value in self.options.items() if name != "path"}
        check_staging(FORMAT, options, schema)
        return _Writer(folder_uri(self._path()), schema.names, options, self._settings(), overwrite)

    def _path(self) -> str:
        if "path" not in self.options:
            raise InvalidArgument('Path is not given: save("s3://bucket/folder/")')
        return self.options["path"]

    def _settings(self) -> Mapping[str, Any]:
        return self.settings if self.settings is not None else _native.settings({})


@dataclass
class _File(InputPartition):
    uri: str


class _Reader(DataSourceReader):
    def __init__(self, path: str, options: Dict[str, str], settings: Mapping[str, Any]):
        self._path = path
        self._task = {"settings": settings, "format": FORMAT, "options": {name: value for name, value in options.items() if name != "path"}}

    def partitions(self) -> List[_File]:
        return [_File(uri) for uri in files_in(_SettledClient(self._task["settings"]), self._path)]

    def read(self, partition: _File) -> Iterator:
        return iter(_native.read({**self._task, "uri": partition.uri}))


@dataclass
class _Receipt(WriterCommitMessage):
    uploads: str


class _Writer(DataSourceArrowWriter):
    def __init__(self, folder: str, columns: List[str], options: Dict[str, str], settings: Mapping[str, Any], overwrite: bool):
        self._settings = settings
        self._folder = folder
        self._overwrite = overwrite
        self._task = {"settings": settings, "folder": folder, "jobId": uuid.uuid4().hex, "format": FORMAT, "options": options,
                      "columns": columns}

    def write(self, iterator: Iterator) -> _Receipt:
        from . import _tasks

        receipts = list(_tasks.run("stage", dict(self._task), iterator))
        return _Receipt(receipts[0].column("uploads")[0].as_py() if receipts else "[]")

    def commit(self, messages: List[Optional[_Receipt]]) -> None:
        s3 = _SettledClient(self._settings)
        old = keys_in(s3, self._folder) if self._overwrite else []
        uploads = [upload for message in messages if message is not None for upload in json.loads(message.uploads)]
        _native.complete_uploads(self._settings, uploads)
        abort_job_uploads(s3, self._folder, self._task["jobId"])
        if old:
            s3.call("DeleteObjects", Bucket=S3DataPath.fromS3URI(self._folder).bucket, Keys=old)

    def abort(self, messages: List[Optional[_Receipt]]) -> None:
        abort_job_uploads(_SettledClient(self._settings), self._folder, self._task["jobId"])


class _SettledClient(AwsClient):
    """Of the settings that were captured where the format was registered."""

    def __init__(self, settings: Mapping[str, Any]):
        super().__init__("s3")
        self._settled = settings

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._settled
