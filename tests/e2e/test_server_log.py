"""`sagespark serve --log-format json`: a line for each request and for what happens to jobs and endpoints; no credential, no payload."""
import json
import subprocess
import urllib.error
import urllib.request

import pytest

from conftest import Cloud
from test_hosting import refused
from test_kmeans_container import groups
from test_sagemaker import SageMaker

SECRET_ROW = "123456.78125"


class LoggedCloud(Cloud):
    """One whose standard error is kept."""

    def __init__(self, data_dir, log, arguments):
        self.log = log
        super().__init__(data_dir, arguments=arguments)

    def popen(self, command):
        with open(self.log, "wb") as log:
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)

    def lines(self):
        """After the server's end."""
        assert self.stop() == 0
        return self.log.read_text().splitlines()


def started(tmp_path, *arguments):
    return LoggedCloud(tmp_path / "data", tmp_path / "log", arguments)


def test_requests_jobs_and_endpoints_are_lines_of_json(tmp_path):
    cloud = started(tmp_path, "--log-format", "json", "--log-level", "info")
    try:
        sagemaker = SageMaker(cloud, "logged")
        sagemaker.s3.put_object(Bucket="logged", Key="k", Body=SECRET_ROW.encode())
        refused(sagemaker.s3.get_object, Bucket="logged", Key="absent")
        job = sagemaker.train("logged-job")
        sagemaker.deploy("logged-endpoint", job["ModelArtifacts"]["S3ModelArtifacts"])
        sagemaker.predict("logged-endpoint", groups(3))
        refused(sagemaker.runtime.invoke_endpoint, EndpointName="logged-endpoint", ContentType="text/csv", Body=SECRET_ROW.encode())
        sagemaker.client.delete_endpoint(EndpointName="logged-endpoint")
        refused(cloud.client("s3", aws_access_key_id="AKIA" + "X" * 16).list_buckets)
    finally:
        text = cloud.lines()
    lines = [json.loads(line) for line in text]
    assert all(line["level"] == "info" and line["time"].endswith("Z") and line["message"] for line in lines)

    requests = [line for line in lines if line["message"] == "request"]
    put = next(line for line in requests if line["operation"] == "PutObject" and line["received_bytes"] < 1000)
    assert put["service"] == "s3" and put["status"] == 200 and put["received_bytes"] >= len(SECRET_ROW) and put["duration_ms"] > 0
    assert put["access_key_id"] == cloud.settings["AWS_ACCESS_KEY_ID"] and put["peer"] == "127.0.0.1"
    assert len({line["request_id"] for line in requests}) == len(requests)
    assert any(line["operation"] == "GetObject" and line["status"] == 404 for line in requests)
    assert {line["status"] for line in requests if line["operation"] == "InvokeEndpoint"} == {200, 424}
    unknown = [line for line in requests if line["status"] == 403]
    assert len(unknown) == 1 and unknown[0]["access_key_id"] == ""

    def life(kind, name):
        return [(line["message"], line["status"]) for line in lines if line.get("kind") == kind and line.get("name") == name]

    assert life("training-job", "logged-job") == [("created", "InProgress"), ("changed", "Completed")]
    assert [line["secondary_status"] for line in lines if line["message"] == "training-job enters"] == ["Downloading", "Training", "Uploading"]
    assert life("endpoint", "logged-endpoint") == [("created", "Creating"), ("changed", "InService"), ("changed", "Deleting"), ("deleted", "")]
    whole = "\n".join(text)
    assert cloud.settings["AWS_SECRET_ACCESS_KEY"] not in whole and SECRET_ROW not in whole and "Signature" not in whole


def test_lines_of_text_keep_their_form_whatever_a_client_calls_things(tmp_path):
    cloud = started(tmp_path, "--log-level", "info")
    try:
        client = cloud.client("sagemaker")
        client.meta.events.register("before-call", lambda params, **_: params["headers"].update({"X-Amz-Target": 'SageMaker.Two words="1"'}))
        refused(client.list_models)
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(cloud.url + "/?X-Amz-Credential=AKIA%0Aforged%20line/20260101/us-east-1/s3/aws4_request", timeout=60)
    finally:
        lines = cloud.lines()
    assert len(lines) == 2 and all(" info request request_id=" in line for line in lines), lines
    assert r'operation="Two words=\"1\""' in lines[0] and " status=400 " in lines[0]
    assert " access_key_id=\"\" " in lines[1] and "forged" not in lines[1]


def test_without_being_asked_the_log_has_what_is_wrong_only(tmp_path):
    cloud = started(tmp_path)
    cloud.client("s3").list_buckets()
    assert cloud.lines() == []
