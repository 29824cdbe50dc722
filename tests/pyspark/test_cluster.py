"""Fits and transforms on a cluster of executor processes that know nothing of AWS, and what is left when tasks and drivers die.

Every program starts a cluster of its own; with SAGESPARK_TEST_REMOTE there is nothing to do here.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import IS_REMOTE, PACKAGE_PARENT

HERE = pathlib.Path(__file__).parent
pytestmark = pytest.mark.skipif(IS_REMOTE, reason="a cluster is started by classic programs")


@pytest.fixture
def run(cloud, tmp_path, request):
    """Runs programs/cluster.py; returns its answer. `run.bucket` is where it stages."""
    bucket = "cluster-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    cloud.client("s3").create_bucket(Bucket=bucket)

    def run(action, fault=None, **given):
        path = f"{HERE / 'faults'}:{PACKAGE_PARENT}"
        environment = {**os.environ, **({"SAGESPARK_TEST_FAULT": fault} if fault else {})}
        arguments = json.dumps({"bucket": bucket, "executorPath": path, **given})
        done = subprocess.run([sys.executable, HERE / "programs" / "cluster.py", action, arguments], env=environment, cwd=tmp_path,
                              capture_output=True, text=True, timeout=600)
        run.code, run.errors = done.returncode, done.stderr
        lines = done.stdout.splitlines()
        return json.loads(lines[-1]) if lines else None

    run.bucket = bucket
    return run


def uploads(cloud, bucket):
    return cloud.client("s3").list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def staged_rows(cloud, bucket):
    """How many records the objects of the channel hold, by the frames' lengths."""
    s3 = cloud.client("s3")
    rows = 0
    for item in s3.list_objects_v2(Bucket=bucket, Prefix="staged/").get("Contents", []):
        body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        at = 0
        while at < len(body):
            length = int.from_bytes(body[at + 4:at + 8], "little")
            at += 8 + length + -length % 4
            rows += 1
    return rows


def test_settings_and_credentials_travel_with_the_tasks(cloud, run):
    answer = run("transform", endpoint="CREATE_ON_CONSTRUCT", delete=True)
    assert answer and len(answer["kinds"]) == 3 and sum(kind[2] for kind in answer["kinds"]) == 2000, run.errors[-3000:]
    assert staged_rows(cloud, run.bucket) == 0 and uploads(cloud, run.bucket) == []


def test_tasks_that_die_with_all_parts_uploaded_leave_the_row_count_exact(cloud, run):
    assert run("fit", fault="kill"), run.errors[-3000:]
    assert staged_rows(cloud, run.bucket) == 2000 and uploads(cloud, run.bucket) == []


def test_speculated_tasks_leave_the_row_count_exact(cloud, run):
    conf = {"spark.speculation": "true", "spark.speculation.interval": "100ms", "spark.speculation.quantile": "0.5",
            "spark.speculation.multiplier": "1.1"}
    assert run("fit", fault="hang", conf=conf), run.errors[-3000:]
    assert staged_rows(cloud, run.bucket) == 2000 and uploads(cloud, run.bucket) == []


def test_a_driver_that_dies_leaves_nothing_that_clean_does_not_find(cloud, run):
    assert run("fit-and-die", run="0123456789ab") is None and run.code == -9, run.errors[-3000:]
    assert len(uploads(cloud, run.bucket)) == 4 and staged_rows(cloud, run.bucket) == 0
    command = [cloud.binary, "clean", "--run", "0123456789ab", "--staging", f"s3://{run.bucket}/staged"]
    subprocess.run(command, env=cloud.environment, check=True, capture_output=True)
    assert uploads(cloud, run.bucket) == []


def test_executors_without_credentials_say_what_was_tried(cloud, run):
    answer = run("error", credentials="chain")
    assert answer and answer["error"] == "Unauthenticated" and "environment" in answer["message"].lower(), (answer, run.errors[-3000:])


def test_executors_without_the_package_or_with_another_version_say_so(cloud, run, tmp_path):
    answer = run("error", executorPath="")
    assert answer and "sagemaker_pyspark is not installed where the executors run" in answer["message"], (answer, run.errors[-3000:])
    (tmp_path / "old" / "sagemaker_pyspark").mkdir(parents=True)
    (tmp_path / "old" / "sagemaker_pyspark" / "__init__.py").write_text('__version__ = "0.0.1"\n')
    answer = run("error", executorPath=str(tmp_path / "old"))
    assert "sagemaker_pyspark has another version where the executors run than on the driver: 0.0.1, not" in answer["message"]


def test_nothing_is_collected(cloud, run):
    """600,000 rows through a driver that could not hold them."""
    conf = {"spark.driver.maxResultSize": "1m", "spark.driver.memory": "512m"}
    answer = run("transform", rows=600_000, endpoint="CREATE_ON_CONSTRUCT", delete=True, conf=conf)
    assert answer and sum(kind[2] for kind in answer["kinds"]) == 600_000, run.errors[-3000:]
