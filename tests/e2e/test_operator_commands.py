"""`sagespark status`, `jobs`, `logs`, `endpoints` and `invoke`, as somebody at a shell has them."""
import json
import subprocess
import threading

import pytest

from test_kmeans_container import groups
from test_sagemaker import SageMaker, csv, wait


@pytest.fixture(scope="module")
def sagemaker(cloud):
    made = SageMaker(cloud, "operator")
    job = made.train("watched-job")
    assert job["TrainingJobStatus"] == "Completed", job
    assert made.train("failed-job", HyperParameters={"k": "none", "feature_dim": "4"})["TrainingJobStatus"] == "Failed"
    made.deploy("watched-endpoint", job["ModelArtifacts"]["S3ModelArtifacts"])
    yield made
    made.client.delete_endpoint(EndpointName="watched-endpoint")


def sagespark(cloud, *arguments, body=None, returncode=0):
    done = subprocess.run([cloud.binary, *arguments], env=cloud.environment, input=body, capture_output=True, text=True, timeout=120)
    assert done.returncode == returncode, done.stdout + done.stderr
    return done.stdout if returncode == 0 else done.stderr


def test_status_tells_where_one_is_and_what_runs(cloud, sagemaker):
    facts = json.loads(sagespark(cloud, "status", "--output", "json"))
    assert facts == {"cloud": cloud.url, "region": "us-east-1", "account": "123456789012",
                     "caller": "arn:aws:sts::123456789012:assumed-role/sagespark/local",
                     "training_jobs_in_progress": "0", "transform_jobs_in_progress": "0", "endpoints": "1 InService"}
    assert f"cloud                       {cloud.url}\n" in sagespark(cloud, "status")


def test_jobs_come_newest_first(cloud, sagemaker):
    lines = [line.split() for line in sagespark(cloud, "jobs").splitlines()]
    assert lines[0] == ["KIND", "NAME", "STATUS", "CREATED", "SECONDS"]
    assert [line[:3] for line in lines[1:]] == [["training", "failed-job", "Failed"], ["training", "watched-job", "Completed"]]
    assert [job["name"] for job in json.loads(sagespark(cloud, "jobs", "--status", "Completed", "--output", "json"))] == ["watched-job"]
    assert [job["name"] for job in json.loads(sagespark(cloud, "jobs", "--max", "1", "--output", "json"))] == ["failed-job"]
    assert json.loads(sagespark(cloud, "jobs", "--name", "nobody", "--output", "json")) == []


def test_the_log_of_a_job_and_of_an_endpoint(cloud, sagemaker):
    assert "#quality_metric: host=algo-1" in sagespark(cloud, "logs", "watched-job")
    assert "k" in sagespark(cloud, "logs", "failed-job")
    sagespark(cloud, "logs", "--endpoint", "watched-endpoint")
    assert "no-such-job" in sagespark(cloud, "logs", "no-such-job", returncode=1)


def test_a_followed_log_ends_with_its_job(cloud, sagemaker):
    printed = []
    job = sagemaker.job("followed-job", HyperParameters={"k": "4", "feature_dim": "4", "mini_batch_size": "100", "epochs": "200"})
    sagemaker.client.create_training_job(**job)
    follower = threading.Thread(target=lambda: printed.append(sagespark(cloud, "logs", "-f", "followed-job")))
    follower.start()
    ended = wait(lambda: sagemaker.client.describe_training_job(TrainingJobName="followed-job"), "TrainingJobStatus", "Completed", "Failed")
    follower.join(timeout=60)
    assert ended["TrainingJobStatus"] == "Completed"
    lines = printed[0].splitlines()
    assert sum("completed 100 % of epochs" in line or "completed 100.0 % of epochs" in line for line in lines) == 1
    # Every line once: what a look at the ended job prints.
    assert lines == sagespark(cloud, "logs", "followed-job").splitlines()


def test_endpoints_are_listed_and_asked(cloud, sagemaker, tmp_path):
    assert [line.split()[:2] for line in sagespark(cloud, "endpoints").splitlines()] == [
        ["NAME", "STATUS"], ["watched-endpoint", "InService"]]
    rows = groups(5)
    answer = json.loads(sagespark(cloud, "invoke", "watched-endpoint", "-", "--accept", "application/json", body=csv(rows).decode()))
    assert len(answer["predictions"]) == 5
    file = tmp_path / "rows.csv"
    file.write_bytes(csv(rows))
    assert json.loads(sagespark(cloud, "invoke", "watched-endpoint", str(file), "--accept", "application/json")) == answer


@pytest.mark.parametrize("arguments, body, said", [
    (("watched-endpoint", "/no/such/file"), None, "/no/such/file"),
    (("nobody", "-"), "1,2,3,4\n", "nobody"),
    (("watched-endpoint", "-"), "1,2\n", "watched-endpoint"),
    (("watched-endpoint", "-"), "1" * (6 << 20) + "1", "6 MiB"),
], ids=["no file", "no endpoint", "short rows", "too much"])
def test_a_request_that_cannot_be_answered(cloud, sagemaker, arguments, body, said):
    assert said in sagespark(cloud, "invoke", *arguments, body=body, returncode=1)
