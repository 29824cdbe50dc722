"""Fixtures that start the local cloud.

The executables come from SAGESPARK_BIN_DIR, by default build/release/bin, else build/dev/bin.
"""
import hashlib
import os
import pathlib
import shlex
import signal
import subprocess
import sys

import boto3
import botocore.config
import pytest

# Threads of xgboost that wait for each other actively make no headway beside other work. Read when the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

ROOT = pathlib.Path(__file__).resolve().parent.parent


def bin_dir():
    if "SAGESPARK_BIN_DIR" in os.environ:
        return pathlib.Path(os.environ["SAGESPARK_BIN_DIR"])
    for preset in ("release", "dev"):
        if (ROOT / "build" / preset / "bin" / "sagespark").exists():
            return ROOT / "build" / preset / "bin"
    pytest.skip("sagespark is not built")


class Cloud:
    """A running `sagespark serve` and its settings."""

    def __init__(self, data_dir, port=0, arguments=()):
        self.data_dir = pathlib.Path(data_dir)
        self.arguments = arguments
        self.binary = bin_dir() / "sagespark"
        self.port = port
        self.start()

    def start(self):
        self.process = self.popen([self.binary, "serve", "--port", str(self.port), "--data-dir", self.data_dir, *self.arguments])
        line = self.process.stdout.readline()
        scheme = "https" if "--tls" in self.arguments else "http"
        assert line.startswith(f"listening on {scheme}://127.0.0.1:"), line
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])
        self.settings = dict(word.split("=", 1) for word in shlex.split(self.env()) if word != "export")

    def popen(self, command):
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def env(self, *arguments):
        """What `sagespark env` prints."""
        command = [self.binary, "env", "--data-dir", self.data_dir, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    @property
    def environment(self):
        """For child processes: only these AWS settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | self.settings | {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                                       "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def client(self, service, config=None, **settings):
        defaults = {
            "endpoint_url": self.url,
            "verify": self.settings.get("AWS_CA_BUNDLE"),
            "region_name": self.settings.get("AWS_REGION"),
            "aws_access_key_id": self.settings.get("AWS_ACCESS_KEY_ID"),
            "aws_secret_access_key": self.settings.get("AWS_SECRET_ACCESS_KEY"),
        }
        config = botocore.config.Config(retries={"total_max_attempts": 1}).merge(
            config or botocore.config.Config())
        return boto3.session.Session().client(service, config=config, **(defaults | settings))

    def aws(self, *arguments, check=True):
        """Runs the AWS CLI that stands beside this Python."""
        command = [pathlib.Path(sys.executable).with_name("aws"), *map(str, arguments)]
        return subprocess.run(command, env=self.environment, check=check, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    running = Cloud(tmp_path_factory.mktemp("cloud"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def session_cloud(tmp_path_factory):
    """For tests that share something long-lived that keeps its settings, as a Spark session."""
    running = Cloud(tmp_path_factory.mktemp("session cloud"))
    yield running
    running.stop()


@pytest.fixture
def own_cloud(tmp_path):
    """One that a test may kill and start again."""
    running = Cloud(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def tls_cloud(tmp_path_factory):
    """One that gives out an https URL."""
    running = Cloud(tmp_path_factory.mktemp("tls cloud"), arguments=("--tls",))
    yield running
    running.stop()


@pytest.fixture
def s3(cloud):
    return cloud.client("s3")


@pytest.fixture
def bucket(s3, request):
    # Names of tests are longer than those of buckets may be, and those of one function's cases differ at their ends.
    case = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]
    name = "test-" + "".join(c for c in request.node.name.lower() if c.isalnum())[:40] + "-" + case
    s3.create_bucket(Bucket=name)
    return name
