"""The SageMaker Python SDK 2.x, in its own virtual environment, against the local cloud: nothing of it is changed or configured but by
`sagespark env --notebook`."""
import json
import os
import pathlib
import subprocess

import pytest
from virtual_environments import python_of

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def run(cloud):
    """Runs a program of this folder; returns its output and its last line as JSON."""
    python = python_of("sdk")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name.upper() != "NO_PROXY"}
    kept |= {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def run(program, *arguments):
        command = f'eval "$({cloud.binary} env --notebook --data-dir {cloud.data_dir})"; exec "$0" "$@"'
        done = subprocess.run(["bash", "-c", command, python, HERE / program, *arguments], env=kept, capture_output=True, text=True,
                              timeout=600)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        return done.stdout, json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture(autouse=True)
def nothing_is_left_running(cloud):
    yield
    sagemaker = cloud.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert [job["TrainingJobStatus"] for job in sagemaker.list_training_jobs()["TrainingJobSummaries"]
            if job["TrainingJobStatus"] != "Completed"] == []


def test_kmeans(run):
    clusters = [int(values[0]) for values in run("sdk_builtin_algorithms.py", "kmeans")[1]]
    assert clusters[0::2] == clusters[1::2] and sorted(clusters[0::2]) == [0, 1, 2]


def test_pca(run):
    assert run("sdk_builtin_algorithms.py", "pca")[1] < 0.05


def test_linear_learner(run):
    assert run("sdk_builtin_algorithms.py", "linear_learner")[1] > 0.97


def test_factorization_machines(run):
    assert run("sdk_builtin_algorithms.py", "factorization_machines")[1] < 0.3


def test_lda(run):
    assert run("sdk_builtin_algorithms.py", "lda")[1] > 0.95


def test_xgboost_by_its_image(run):
    output, result = run("sdk_xgboost.py")
    assert "train-error:" in output and "Training job completed" in output
    assert result["accuracy"] > 0.95 and result["rows"] == 100
    assert result["batch_differs_by"] < 1e-6
