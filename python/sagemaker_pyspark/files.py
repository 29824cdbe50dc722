"""Files of Amazon Records (RecordIO), which SageMaker's algorithms train on, as DataFrames.

    write_sagemaker(df, "s3://bucket/folder/")
    read_sagemaker(spark, "s3://bucket/folder/").show()

On Spark 4.1 and later the same goes by Spark's own readers and writers; see data_source.
"""
from __future__ import annotations

from typing import List, Mapping, Optional

from ._checks import check_staging, texts
from ._spark import check_spark, map_in_arrow
from ._staging import Staging, executor_settings
from .errors import AlreadyExists, InvalidArgument, NotFound
from .S3Resources import S3DataPath
from .SageMakerClients import AwsClient

FORMAT = "sagemaker"
_MODES = ("append", "overwrite", "error", "errorifexists", "ignore")


def write_sagemaker(rows, path: str, mode: str = "error", options: Optional[Mapping[str, str]] = None, region: Optional[str] = None,
                    executorCredentials: Optional[str] = None) -> int:
    """Writes the label and the features of a DataFrame to a folder in S3, a file a partition; returns the number of rows.

    Each row is in one file once, also when tasks fail, and no file is visible before all are written; with "overwrite" the old ones are
    deleted after that.

    Args:
        rows: the DataFrame.
        path: "s3://bucket/folder/"; s3a:// and s3n:// mean the same.
        mode: Spark's: "error" when there are files already, "append", "overwrite", "ignore".
        options: featuresColumnName ("features"), labelColumnName ("label", which may be absent).
        region, executorCredentials: see SageMakerEstimatorBase.
    """
    check_spark(rows)
    mode = check_mode(mode)
    options = texts(options)
    rows = rows.select(*check_staging(FORMAT, options, rows.schema)["columns"])
    s3 = AwsClient("s3", region)
    before = keys_in(s3, path)
    if before and mode == "ignore":
        return 0
    if before and mode == "error":
        raise AlreadyExists(f"Folder has files already: {path}")
    written = Staging(folder_uri(path), FORMAT, options, s3, executorCredentials).write(rows)
    if mode == "overwrite" and before:
        s3.call("DeleteObjects", Bucket=S3DataPath.fromS3URI(path).bucket, Keys=before)
    return written


def read_sagemaker(spark, path: str, options: Optional[Mapping[str, str]] = None, region: Optional[str] = None,
                   executorCredentials: Optional[str] = None):
    """The records of a file or folder in S3 as a DataFrame: a label, null where a record has none, and a vector of features.

    Args:
        spark: the session.
        path: "s3://bucket/folder/".
        options: numFeatures (the vectors' length: others are refused, and sparse records without a shape need it), labelColumnName,
            featuresColumnName.
        region, executorCredentials: see SageMakerEstimatorBase.
    """
    options = texts(options)
    uris = files_in(AwsClient("s3", region), path)
    files = spark.createDataFrame([(uri,) for uri in uris], "uri string").repartition(len(uris))
    check_spark(files)
    task = {"settings": dict(executor_settings(spark, region, executorCredentials)), "format": FORMAT, "options": options}
    return map_in_arrow(files, "read", task, schema_of(options))


def schema_of(options: Mapping[str, str]):
    """The columns of records."""
    from pyspark.ml.linalg import VectorUDT
    from pyspark.sql.types import DoubleType, StructField, StructType

    return StructType([StructField(options.get("labelColumnName", "label"), DoubleType()),
                       StructField(options.get("featuresColumnName", "features"), VectorUDT())])


def check_mode(mode: str) -> str:
    if mode.lower() not in _MODES:
        raise InvalidArgument(f'Save mode is none of Spark\'s: "{mode}"; valid: {", ".join(_MODES)}')
    return mode.lower().replace("errorifexists", "error")


def folder_uri(path: str) -> str:
    return S3DataPath.fromS3URI(path).toS3UriString().rstrip("/") + "/"


def keys_in(s3: AwsClient, path: str) -> List[str]:
    """The keys of the files right in a folder; hidden ones, as Spark's marker _SUCCESS, too."""
    place = S3DataPath.fromS3URI(folder_uri(path))
    return [key for key in _keys(s3, place.bucket, place.objectPath) if "/" not in key[len(place.objectPath):]]


def files_in(s3: AwsClient, path: str) -> List[str]:
    """The URIs of the files that a path names: itself, or those right in it that are not hidden."""
    place = S3DataPath.fromS3URI(path)
    if place.objectPath in _keys(s3, place.bucket, place.objectPath):
        return [place.toS3UriString()]
    keys = [key for key in keys_in(s3, path) if not key.rsplit("/", 1)[-1].startswith(("_", "."))]
    if not keys:
        raise NotFound(f"Path does not exist: {path}")
    return [S3DataPath(place.bucket, key).toS3UriString() for key in keys]


def _keys(s3: AwsClient, bucket: str, prefix: str) -> List[str]:
    keys, token = [], None
    while True:
        page = s3.call("ListObjectsV2", Bucket=bucket, Prefix=prefix, **({"ContinuationToken": token} if token else {}))
        keys += [item["Key"] for item in page.get("Contents", []) if item["Size"] > 0]
        token = page.get("NextContinuationToken")
        if not token:
            return keys
