"""/metrics, read as Prometheus reads it."""
import sys
import urllib.error
import urllib.request

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from conftest import Cloud
from test_hosting import ECHO, Hosting, refused
from test_sagemaker import SageMaker

SECONDS = {"sagespark_request_latency_seconds", "sagespark_endpoint_model_latency_seconds", "sagespark_endpoint_overhead_latency_seconds",
           "process_start_time_seconds", "process_cpu_seconds"}


class Page:
    """The families of a page, and its samples by name and labels."""

    def __init__(self, cloud):
        with urllib.request.urlopen(cloud.url + "/metrics", timeout=60) as reply:
            assert reply.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
            self.text = reply.read().decode()
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}
        self.samples = {(sample.name, *sorted(sample.labels.values())): sample.value
                        for family in self.families.values() for sample in family.samples}

    def __getitem__(self, key):
        return self.samples.get(key if isinstance(key, tuple) else (key,), 0)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    running = Cloud(tmp_path_factory.mktemp("metrics") / "data", arguments=["--image", f"echo={sys.executable} {ECHO}"])
    yield running
    running.stop()


def test_the_page_has_types_units_and_helps(cloud):
    page = Page(cloud)
    assert page.text.endswith("# EOF\n")
    assert all(family.documentation and family.type in ("counter", "gauge", "histogram", "info") for family in page.families.values())
    assert {name for name, family in page.families.items() if family.unit == "seconds"} == SECONDS
    assert {name for name, family in page.families.items() if family.unit == "bytes"} == {
        "sagespark_request_received_bytes", "sagespark_request_sent_bytes", "process_resident_memory_bytes", "process_virtual_memory_bytes"}
    assert page["process_resident_memory_bytes"] > 1e6 and page["process_open_fds"] > 5
    assert page["sagespark_build_info", "0.1.0"] == 1


def test_requests_count_by_operation(cloud, s3, bucket):
    before = Page(cloud)
    for size in (10, 100_000):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x" * size)
        assert len(s3.get_object(Bucket=bucket, Key="k")["Body"].read()) == size
    s3.head_object(Bucket=bucket, Key="k")
    refused(s3.get_object, Bucket=bucket, Key="absent")
    s3.list_objects_v2(Bucket=bucket)
    cloud.client("sts").get_caller_identity()
    after = Page(cloud)

    def grown(name, operation, service="s3"):
        key = (name, *sorted((service, operation)))
        return after[key] - before[key]

    assert grown("sagespark_requests_total", "PutObject") == 2
    assert grown("sagespark_requests_total", "GetObject") == 3
    assert grown("sagespark_requests_total", "HeadObject") == 1
    assert grown("sagespark_requests_total", "ListObjectsV2") == 1
    assert grown("sagespark_requests_total", "GetCallerIdentity", "sts") == 1
    assert grown("sagespark_request_4xx_errors_total", "GetObject") == 1
    assert grown("sagespark_request_5xx_errors_total", "GetObject") == 0
    assert 100_010 <= grown("sagespark_request_received_bytes_total", "PutObject") < 101_000  # aws-chunked adds some.
    assert 100_010 < grown("sagespark_request_sent_bytes_total", "GetObject") < 101_000       # And so does the error.
    assert grown("sagespark_request_sent_bytes_total", "HeadObject") == 0
    assert grown("sagespark_request_latency_seconds_count", "GetObject") == 3
    assert grown("sagespark_request_latency_seconds_sum", "GetObject") > 0
    assert after["sagespark_requests_in_flight"] == 1  # The page's own.


def test_operations_that_clients_invent_are_counted_as_one(cloud):
    before = Page(cloud)["sagespark_requests_total", "other", "other"]
    client = cloud.client("sagemaker")
    client.meta.events.register("before-call", lambda params, **_: params["headers"].update({"X-Amz-Target": "SageMaker.Invented"}))
    assert refused(client.list_models)[0] == "UnknownOperationException"
    page = Page(cloud)
    assert page["sagespark_requests_total", "other", "other"] >= before + 1 and "Invented" not in page.text


def test_endpoints_count_as_in_cloudwatch(cloud):
    hosting = Hosting(cloud)
    hosting.model("counted", {})
    hosting.config("counted", ("A", "counted", 1, 2))
    hosting.endpoint("counted", "counted")
    for body in (b"x", b"y", b"status 400 no", b"status 500 no"):
        try:
            hosting.ask("counted", body)
        except hosting.runtime.exceptions.ModelError:
            pass
    page = Page(cloud)

    def value(name):
        return page[f"sagespark_endpoint_{name}", "A", "counted"]

    assert value("invocations_total") == 4
    assert value("invocations_per_instance_total") == 2
    assert value("invocation_4xx_errors_total") == 1
    assert value("invocation_5xx_errors_total") == 1
    assert value("invocation_model_errors_total") == 2
    for latency in ("model_latency_seconds", "overhead_latency_seconds"):
        assert value(latency + "_count") == 4 and 0 < value(latency + "_sum") < 60
    assert page["sagespark_endpoints", "InService"] == 1 and page["sagespark_endpoints", "Failed"] == 0
    hosting.client.delete_endpoint(EndpointName="counted")
    assert ("sagespark_endpoint_invocations_total", "A", "counted") not in Page(cloud).samples


def test_jobs_count_by_status(cloud):
    sagemaker = SageMaker(cloud, "metrics-jobs")
    assert sagemaker.train("good")["TrainingJobStatus"] == "Completed"
    assert sagemaker.train("bad", HyperParameters={"k": "none", "feature_dim": "4"})["TrainingJobStatus"] == "Failed"
    page = Page(cloud)
    assert [page["sagespark_training_jobs", status] for status in ("Completed", "Failed", "InProgress")] == [1, 1, 0]


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_signed_request_for_the_same_path_is_for_the_bucket(cloud, s3):
    s3.create_bucket(Bucket="metrics")
    s3.put_object(Bucket="metrics", Key="k", Body=b"x")
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="metrics")["Contents"]] == ["k"]
    assert status_of(cloud.url + "/metrics/k") == 403


@pytest.mark.parametrize("audience, status", [("loopback", 200), ("all", 200), ("off", 404)])
def test_the_page_can_be_switched_off(tmp_path, audience, status):
    running = Cloud(tmp_path / "data", arguments=("--metrics", audience))
    try:
        assert status_of(running.url + "/metrics") == status
    finally:
        running.stop()
