"""What is stopped, and what is old: timeouts and Ctrl-C of fits and batch transforms, and `sagespark clean` by age.

The containers hang until they are told to end, so that what is stopped is always running.
"""
import io
import json
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from conftest import Cloud, bin_dir
from facade import Failed, probe, rows, settled, state
from test_facade_options import ROWS, clean, fit, keys
from test_interruption import MNIST
from test_sagemaker import ROLE
from test_transform import Transforms

KMEANS = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
BUCKET = "options"
HANG = """
import http.server, os, pathlib, sys, threading
if sys.argv[-1] == "train":
    (pathlib.Path(os.environ["SAGESPARK_ML_ROOT"]) / "model" / "half").write_text("x")
    print("training", flush=True)
    threading.Event().wait()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def do_POST(self):
        print("asked", flush=True)
        threading.Event().wait()
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    """One whose k-means trains and answers for ever."""
    folder = tmp_path_factory.mktemp("stops")
    (folder / "hang.py").write_text(HANG)
    running = Cloud(folder / "data", arguments=["--image", f"kmeans={sys.executable} {folder / 'hang.py'}"])
    running.client("s3").create_bucket(Bucket=BUCKET)
    yield running
    running.stop()


def jobs(cloud, kind):
    listed = cloud.client("sagemaker").get_paginator(f"list_{kind}_jobs").paginate()
    name = f"{kind.capitalize()}Job"
    return {job[f"{name}Name"]: job[f"{name}Status"] for page in listed for job in page[f"{name}Summaries"] if job}


def test_a_fit_over_its_time_stops_its_job_and_deletes_what_it_staged(cloud):
    before = state(cloud)
    with pytest.raises(Failed) as error:
        fit(cloud, timeout=1)
    assert "trainingTimeoutInSeconds = 1; its training job was told to stop" in error.value.message
    name = error.value.message.split('"')[1]
    sagemaker = cloud.client("sagemaker")
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
    job = sagemaker.describe_training_job(TrainingJobName=name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    after = settled(cloud)
    after["jobs"].remove(name)
    # What a stopped job has made so far is its model.
    after["objects"] = [item for item in after["objects"] if not item[1].endswith(f"{name}/output/model.tar.gz")]
    assert after == before


def test_an_interrupted_fit_stops_its_job(cloud, tmp_path):
    loaded = subprocess.run([cloud.binary, "data", "mnist", "--from", MNIST], env=cloud.environment, capture_output=True, text=True, timeout=120)
    assert loaded.returncode == 0, loaded.stderr
    before = settled(cloud)
    example = subprocess.Popen([bin_dir() / "kmeans_mnist"], env=cloud.environment, cwd=tmp_path, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    output = ""
    for line in example.stdout:
        output += line
        if " Training - " in line:
            example.send_signal(signal.SIGINT)
            break
    output += example.stdout.read()
    assert example.wait(timeout=60) == 130, output
    assert "was told to stop" in output
    name, = set(state(cloud)["jobs"]) - set(before["jobs"])
    cloud.client("sagemaker").get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
    assert jobs(cloud, "training")[name] == "Stopped"
    after = settled(cloud)
    after["jobs"].remove(name)
    after["objects"] = [item for item in after["objects"] if not item[1].endswith("/output/model.tar.gz")]
    before["objects"] = [item for item in before["objects"] if not item[1].endswith("/output/model.tar.gz")]
    assert after == before


def test_a_batch_transform_over_its_time_has_stopped_when_it_says_so_and_leaves_nothing(cloud):
    archive = io.BytesIO()
    tarfile.open(fileobj=archive, mode="w:gz").close()
    cloud.client("s3").put_object(Bucket=BUCKET, Key="model.tar.gz", Body=archive.getvalue())
    before = settled(cloud)
    with pytest.raises(Failed) as error:
        probe(cloud, {"do": "batch", "artifact": f"s3://{BUCKET}/model.tar.gz", "image": KMEANS, "timeout": 1,
                      "data": rows(["label", "features"], *ROWS)})
    assert "timeoutInSeconds = 1; its job was stopped" in error.value.message
    assert set(jobs(cloud, "transform").values()) == {"Stopped"}
    assert state(cloud)["objects"] == before["objects"] and state(cloud)["models"] == before["models"]


def test_nothing_is_written_by_a_transform_job_after_it_stopped(cloud):
    sagemaker = cloud.client("sagemaker")
    s3 = cloud.client("s3")
    for part in range(8):
        s3.put_object(Bucket=BUCKET, Key=f"rows/{part}", Body=b"1\n" * 100)
    sagemaker.create_model(ModelName="hangs", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": KMEANS})
    shortcuts = type("Shortcuts", (), {"bucket": BUCKET})()
    sagemaker.create_transform_job(**Transforms.request(shortcuts, "stopped", "rows/", ModelName="hangs"))
    logs = cloud.client("logs")
    while not any("asked" in event["message"] for stream in logs.describe_log_streams(
            logGroupName="/aws/sagemaker/TransformJobs", logStreamNamePrefix="stopped/")["logStreams"]
            for event in logs.get_log_events(logGroupName="/aws/sagemaker/TransformJobs", logStreamName=stream["logStreamName"])["events"]):
        pass  # The log is the event that is waited for: the container has a request.
    sagemaker.stop_transform_job(TransformJobName="stopped")
    sagemaker.get_waiter("transform_job_completed_or_stopped").wait(TransformJobName="stopped", WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
    assert state(cloud)["processes"] == []
    assert keys(cloud, "out/stopped") == []


def age(data_dir, hours):
    """Makes all that is in a stopped server's data folder older."""
    with sqlite3.connect(pathlib.Path(data_dir) / "metadata.db") as database:
        for table, column in (("s3_object", "modified_ms"), ("s3_upload", "created_ms"), ("records", "created")):
            database.execute(f"UPDATE {table} SET {column} = {column} - ?", (hours * 3_600_000,))
        for kind, name, text in database.execute("SELECT kind, name, document FROM records").fetchall():
            document = json.loads(text)
            if "CreationTime" in document:
                document["CreationTime"] -= hours * 3600
            database.execute("UPDATE records SET document = ? WHERE kind = ? AND name = ?", (json.dumps(document), kind, name))
    database.close()


def test_clean_takes_what_is_old_and_leaves_what_is_young(tmp_path):
    cloud = Cloud(tmp_path / "data")
    try:
        s3 = cloud.client("s3")
        for bucket in (BUCKET, "elsewhere"):
            s3.create_bucket(Bucket=bucket)
        old = fit(cloud, runId="old")
        s3.put_object(Bucket="elsewhere", Key="deep/sagespark-run-old/job/train/part-0", Body=b"x")
        s3.put_object(Bucket="elsewhere", Key="deep/sagespark-run-mixed/job/train/part-0", Body=b"x")
        s3.put_object(Bucket="elsewhere", Key="deep/mine", Body=b"x")
        s3.create_multipart_upload(Bucket="elsewhere", Key="deep/sagespark-run-upload/job/train/part-0")
        cloud.stop()
        age(cloud.data_dir, hours=3)
        cloud.start()
        young = fit(cloud, runId="young")
        s3.put_object(Bucket="elsewhere", Key="deep/sagespark-run-mixed/job/train/part-1", Body=b"x")
        s3.put_object(Bucket="elsewhere", Key="deep/sagespark-run-young/job/train/part-0", Body=b"x")
        assert clean(cloud, "--older-than", "4h", "--staging", "s3://elsewhere/deep/") == ["0 found"]
        found = clean(cloud, "--older-than", "2h", "--staging", "s3://elsewhere/deep/")
        assert [line.split(" (run ")[0] for line in found] == [
            f"delete endpoint {old['endpoint']}", f"delete endpoint configuration {old['endpointConfig']}", f"delete model {old['model']}",
            "delete staging data s3://elsewhere/deep/sagespark-run-old/", "delete staging data s3://elsewhere/deep/sagespark-run-upload/",
            "5 found"]
        after = state(cloud)
        assert [key for bucket, key, _ in after["objects"] if bucket == "elsewhere"] == [
            "deep/mine", "deep/sagespark-run-mixed/job/train/part-0", "deep/sagespark-run-mixed/job/train/part-1",
            "deep/sagespark-run-young/job/train/part-0"]
        assert (after["uploads"], after["endpoints"], after["models"]) == ([], [young["endpoint"]], [young["model"]])
        assert clean(cloud, "--older-than", "2h", "--staging", "s3://elsewhere/deep/") == ["0 found"]
    finally:
        cloud.stop()
