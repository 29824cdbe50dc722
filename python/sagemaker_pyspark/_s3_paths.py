"""Where rows are staged and models go."""
from __future__ import annotations

from ._runs import run_folder
from .errors import InvalidArgument
from .NamePolicy import random_hex12
from .S3Resources import S3DataPath, S3PathFromConfig, S3Resource
from .SageMakerClients import AwsClient

#: Stands for a place that is not resolved yet, where only a request's shape is checked.
SOME_PLACE = S3DataPath("bucket", "prefix")


def conf_of(spark, key: str):
    """A setting of the session, or None. Keys that do not begin with "spark." only get through spark-submit with that in front."""
    return spark.conf.get(key, None) or spark.conf.get("spark." + key, None)


def _joined(prefix: str, name: str) -> str:
    prefix = prefix.rstrip("/")
    return f"{prefix}/{name}" if prefix else name


class S3PathResolver:
    """Finds the places of one fit; makes the bucket of S3AutoCreatePath at the first need."""

    def __init__(self, spark, s3_client: AwsClient, sts_client: AwsClient):
        self._spark = spark
        self._s3 = s3_client
        self._sts = sts_client
        self._bucket = None

    def check(self, resource: S3Resource) -> None:
        if isinstance(resource, S3DataPath) and not resource.bucket:
            raise InvalidArgument(f'S3 path has no bucket: "{resource.toS3UriString()}"')
        if isinstance(resource, S3PathFromConfig):
            self._from_config(resource)

    def resolve(self, resource: S3Resource, job_name: str) -> S3DataPath:
        """A folder of the job's own."""
        place = self._place(resource)
        prefix = place.objectPath or ("" if isinstance(resource, S3DataPath) else random_hex12())
        return S3DataPath(place.bucket, _joined(prefix, job_name))

    def resolve_staging(self, resource: S3Resource, run_id: str, job_name: str) -> S3DataPath:
        """A folder of the job's own below the run's."""
        place = self._place(resource)
        return S3DataPath(place.bucket, _joined(_joined(place.objectPath, run_folder(run_id)), job_name))

    def _place(self, resource: S3Resource) -> S3DataPath:
        if isinstance(resource, S3DataPath):
            return resource
        if isinstance(resource, S3PathFromConfig):
            return self._from_config(resource)
        return S3DataPath(self._auto_created_bucket(), "")

    def _from_config(self, resource: S3PathFromConfig) -> S3DataPath:
        key = resource.configKey
        value = conf_of(self._spark, key)
        if value is None:
            raise InvalidArgument(f"Configuration has no S3 path: {key} is not set")
        try:
            if "://" in value:
                return S3DataPath.fromS3URI(value)
        except InvalidArgument:
            value = ""
        if not value or "/" in value:
            raise InvalidArgument(f'Configuration holds neither a bucket nor an S3 URI: {key} = "{conf_of(self._spark, key)}"')
        return S3DataPath(value, "")

    def _auto_created_bucket(self) -> str:
        if self._bucket is None:
            bucket = f"{self._sts.call('GetCallerIdentity')['Account']}-sagemaker-{self._s3.settings['region']}"
            self._s3.call("CreateBucket", Bucket=bucket)
            self._bucket = bucket
        return self._bucket
