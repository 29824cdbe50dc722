"""`sagespark serve --s3-endpoint`: jobs and endpoints whose data lies in another S3, here that of a second local cloud."""
import json
import subprocess

import botocore.exceptions
import pytest

from conftest import Cloud
from test_kmeans_container import groups
from test_sagemaker import SageMaker


class WithDataElsewhere:
    """The clients of a user whose S3 is one cloud's and whose other services are another's, with the key of the former."""

    def __init__(self, store, compute):
        self.store, self.compute = store, compute

    def client(self, service):
        if service == "s3":
            return self.store.client(service)
        return self.compute.client(service, aws_access_key_id=self.store.settings["AWS_ACCESS_KEY_ID"],
                                   aws_secret_access_key=self.store.settings["AWS_SECRET_ACCESS_KEY"])


@pytest.fixture
def elsewhere(cloud, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, cloud.settings[name])
    compute = Cloud(tmp_path / "compute", arguments=["--s3-endpoint", cloud.url])
    yield WithDataElsewhere(cloud, compute)
    compute.stop()


def test_jobs_and_endpoints_read_and_write_in_another_s3(elsewhere):
    sagemaker = SageMaker(elsewhere, bucket="elsewhere-data")
    job = sagemaker.train("job-1")
    assert job["TrainingJobStatus"] == "Completed", job
    model = job["ModelArtifacts"]["S3ModelArtifacts"]
    keys = [item["Key"] for item in sagemaker.s3.list_objects_v2(Bucket="elsewhere-data")["Contents"]]
    assert model.removeprefix("s3://elsewhere-data/") in keys
    endpoint = sagemaker.deploy("e-1", model)
    assert endpoint["EndpointStatus"] == "InService", endpoint
    predictions = json.loads(sagemaker.predict("e-1", groups(5))["Body"].read())["predictions"]
    assert len(predictions) == 5


def test_clients_are_told_where_s3_is(elsewhere):
    compute, store = elsewhere.compute, elsewhere.store
    with pytest.raises(botocore.exceptions.ClientError) as error:
        compute.client("s3").list_buckets()
    assert error.value.response["Error"]["Code"] == "NotImplemented"
    assert f"AWS_ENDPOINT_URL_S3={store.url}" in error.value.response["Error"]["Message"]
    with pytest.raises(botocore.exceptions.ClientError) as error:
        compute.client("sts", aws_access_key_id=store.settings["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong").get_caller_identity()
    assert error.value.response["Error"]["Code"] in ("SignatureDoesNotMatch", "InvalidSignatureException")
    printed = subprocess.run([compute.binary, "env", "--data-dir", compute.data_dir], check=True, capture_output=True, text=True).stdout
    assert f"export AWS_ENDPOINT_URL_S3={store.url}\n" in printed
    assert "SECRET" not in printed


def test_a_server_without_credentials_for_the_other_s3_says_so(tmp_path, cloud):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"}
    ended = subprocess.run([cloud.binary, "serve", "--port", "0", "--data-dir", tmp_path / "data", "--s3-endpoint", cloud.url],
                           env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "credentials" in ended.stderr.lower()
