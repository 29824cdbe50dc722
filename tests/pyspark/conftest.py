"""Fixtures of the Python package's tests. They run in the virtual environments that `tools/bootstrap --spark` makes.

With SAGESPARK_TEST_REMOTE=1 the session is one of Spark Connect, of a server that is started for it.
"""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import types

import pytest

PACKAGE_PARENT = pathlib.Path(__file__).resolve().parents[2] / "python"
sys.path.insert(0, str(PACKAGE_PARENT))
import sagemaker_pyspark  # noqa: E402
from workloads import ROLE  # noqa: E402

SMOKE = ("KMeansSageMakerEstimator", "test_vectors_of_all_kinds", "test_predictions_alone", "test_stages_are_saved", "test_params", "test_surface",
         "test_requests")

IS_REMOTE = os.environ.get("SAGESPARK_TEST_REMOTE") == "1"


def pytest_addoption(parser):
    parser.addoption("--smoke", action="store_true", help="fewer tests: whether things work on this Spark at all")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--smoke"):
        items[:] = [item for item in items if any(name in item.nodeid for name in SMOKE)]


class RecordingNative(types.ModuleType):
    """Stands for the native library where a test looks at the requests: notes all calls, and answers as it is told.

    `answers` has for an operation a reply, an exception, or a list of them for one call after the other.
    """

    def __init__(self):
        super().__init__("sagemaker_pyspark._native")
        self.calls = []
        self.answers = {
            "GetCallerIdentity": {"Account": "123456789012"},
            "DescribeTrainingJob": {"TrainingJobName": "job", "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed",
                                    "TrainingJobArn": "arn", "ModelArtifacts": {"S3ModelArtifacts": "s3://models/job/output/model.tar.gz"},
                                    "SecondaryStatusTransitions": [{"Status": "Completed", "StartTime": 1.5, "StatusMessage": "Done"}],
                                    "FinalMetricDataList": [{"MetricName": "test:msd", "Value": 0.25, "Timestamp": 1.5}]},
            "DescribeEndpoint": {"EndpointStatus": "InService"},
            "DescribeLogStreams": {"logStreams": []},
        }

    def settings(self, overrides):
        return {"region": overrides.get("region", "us-east-1"), "endpoints": {"sagemaker": "http://127.0.0.1:1"}}

    def call(self, settings, service, operation, request):
        self.calls.append((operation, request))
        answer = self.answers.get(operation, {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def check_request(self, service, operation, request):
        self.calls.append(("check " + operation, request))

    def check_staging(self, task, schema):
        return {"columns": ["label", "features"]}

    def operations(self):
        return [operation for operation, _ in self.calls]

    def request(self, operation):
        return next(request for name, request in self.calls if name == operation)


@pytest.fixture
def native(monkeypatch):
    fake = RecordingNative()
    monkeypatch.setitem(sys.modules, "sagemaker_pyspark._native", fake)
    monkeypatch.setitem(vars(sagemaker_pyspark), "_native", fake)
    from sagemaker_pyspark import SageMakerClients

    sys.modules["sagemaker_pyspark.SageMakerClients"]._captured.cache_clear()
    yield fake
    sys.modules["sagemaker_pyspark.SageMakerClients"]._captured.cache_clear()


@pytest.fixture
def common():
    """What every estimator is made with."""
    from sagemaker_pyspark import IAMRole

    return dict(sagemakerRole=IAMRole(ROLE), trainingInstanceType="ml.m4.xlarge", trainingInstanceCount=1,
                endpointInstanceType="ml.t2.large", endpointInitialInstanceCount=1)


CONF = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": "1g"}


@pytest.fixture(scope="session")
def cloud_settings(session_cloud):
    """The session's cloud, with its settings in this process's environment."""
    before, settings = dict(os.environ), session_cloud.environment
    os.environ.clear()
    os.environ.update(settings)
    os.environ.setdefault("SAGESPARK_LIBRARY", str(session_cloud.binary.parent.parent / "lib" / "libsagespark.so"))
    os.environ["PYTHONPATH"] = f"{PACKAGE_PARENT}:{before.get('PYTHONPATH', '')}".rstrip(":")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    yield session_cloud
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def spark(cloud_settings, tmp_path_factory):
    """One session for all tests: classic, or of a Connect server."""
    if IS_REMOTE:
        yield from _connect_session(tmp_path_factory.mktemp("connect"))
        return
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    for key, value in CONF.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def _connect_session(folder):
    """A session of a server that runs in a process of its own, bound to 127.0.0.1."""
    import pyspark
    from pyspark.sql import SparkSession

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    conf = {**CONF, "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port)}
    command = [str(pathlib.Path(pyspark.__file__).parent / "bin" / "spark-submit"), "--class",
               "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]",
               *(word for key, value in conf.items() for word in ("--conf", f"{key}={value}")), "spark-internal"]
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd=folder)
    try:
        deadline = time.monotonic() + 300
        while not _listens(port):
            assert server.poll() is None and time.monotonic() < deadline, (folder / "server.log").read_text()[-3000:]
            time.sleep(0.2)
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        yield session
        session.stop()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def cloud(cloud_settings):
    """The session's cloud; nothing of it may be left by a test."""
    yield cloud_settings
    sagemaker = cloud_settings.client("sagemaker")
    left = [sagemaker.list_endpoints()["Endpoints"], sagemaker.list_endpoint_configs()["EndpointConfigs"], sagemaker.list_models()["Models"]]
    assert left == [[], [], []]
