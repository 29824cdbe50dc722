"""Rows of a DataFrame to files in S3, exactly once.

Tasks upload parts and give back receipts; nothing is visible then. Spark hands the driver one receipt a partition, of the attempt that won;
the driver completes these uploads and drops all others below the folder, which is the job's own. So retried, speculated and killed tasks leave no doubled,
torn or visible file.
"""
from __future__ import annotations

import json
import logging
import uuid
from typing import Dict, List, Mapping, Optional

from ._s3_paths import conf_of
from ._spark import map_in_arrow, rethrown
from ._vectors import travelling
from .errors import InvalidArgument, SageSparkError
from .S3Resources import S3DataPath
from .SageMakerClients import AwsClient, settings_of

_logger = logging.getLogger("sagemaker_pyspark")

_RECEIPT_SCHEMA = "rows bigint, uploads string"
CREDENTIALS_KEY = "com.amazonaws.services.sagemaker.sparksdk.executor-credentials"
_CREDENTIALS_SECONDS = 12 * 60 * 60  # What AWS STS gives a session token by default.


def executor_settings(spark, region: Optional[str], credentials: Optional[str]) -> Mapping:
    """What tasks need to reach AWS; with credentials when they are to travel."""
    from . import _native

    credentials = credentials or conf_of(spark, CREDENTIALS_KEY) or "chain"
    if credentials not in ("chain", "driver"):
        raise InvalidArgument(f'Option is neither "chain" nor "driver": executorCredentials = "{credentials}"')
    if credentials == "chain":
        return settings_of(region)
    wanted = {"credentials": "driver", "credentialsDurationSeconds": _CREDENTIALS_SECONDS}
    return _native.settings(wanted if region is None else {**wanted, "region": region})


class Staging:
    """The files of one folder."""

    def __init__(self, folder: str, file_format: str, options: Mapping[str, str], s3_client: AwsClient, credentials: Optional[str]):
        self._folder = folder
        self._format = file_format
        self._options = dict(options)
        self._s3 = s3_client
        self._credentials = credentials
        self._job_id = uuid.uuid4().hex
        self._files: List[str] = []

    def write(self, rows) -> int:
        """Writes all columns of `rows`, one file a partition with rows; returns the number of rows."""
        from . import _native

        columns = travelling(rows, rows.columns, single_precision=self._format == "sagemaker")
        task = {"settings": executor_settings(rows.sparkSession, self._s3.region, self._credentials), "folder": self._folder,
                "jobId": self._job_id, "format": self._format, "options": self._options}
        try:
            receipts = map_in_arrow(rows.select(*columns), "stage", task, _RECEIPT_SCHEMA).collect()
            uploads = [upload for receipt in receipts for upload in json.loads(receipt.uploads)]
            written = _native.complete_uploads(self._s3.settings, uploads)
        except BaseException as exception:
            self._abort_uploads()
            cause = rethrown(exception)
            if cause is exception:
                raise
            raise cause from None
        self._files = [file["uri"] for file in written["files"]]
        self._abort_uploads()
        return sum(receipt.rows for receipt in receipts)

    def delete(self) -> None:
        """Deletes exactly the files written, and drops what a killed task may have begun since."""
        by_bucket: Dict[str, List[str]] = {}
        for uri in self._files:
            path = S3DataPath.fromS3URI(uri)
            by_bucket.setdefault(path.bucket, []).append(path.objectPath)
        for bucket, keys in by_bucket.items():
            self._s3.call("DeleteObjects", Bucket=bucket, Keys=keys)
        self._files = []
        self._abort_uploads()

    def _abort_uploads(self) -> None:
        try:
            abort_job_uploads(self._s3, self._folder, self._job_id)
        except SageSparkError as error:
            _logger.warning("Uploads that were not completed may be left below %s: %s", self._folder, error)


def abort_job_uploads(s3: AwsClient, folder: str, job_id: str) -> None:
    """Drops the uploads of a job's attempts that did not win; those of others in the folder stay."""
    place = S3DataPath.fromS3URI(folder)
    for upload in s3.call("ListMultipartUploads", Bucket=place.bucket, Prefix=place.objectPath).get("Uploads", []):
        if job_id in upload["Key"]:
            s3.call("AbortMultipartUpload", Bucket=place.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
