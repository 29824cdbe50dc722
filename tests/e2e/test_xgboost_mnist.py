"""examples/xgboost_mnist against the local cloud: the error of the Python package with the same parameters, and nothing left behind."""
import os
import pathlib
import re
import subprocess

import numpy as np
import pytest
import scipy.sparse
import xgboost

from conftest import bin_dir

PARAMETERS = {"eta": 0.2, "gamma": 4, "min_child_weight": 6, "objective": "multi:softmax", "num_class": 10}
ROUNDS = 10


@pytest.fixture
def mnist():
    folder = pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", "/nonexistent"))
    if not folder.is_dir():
        pytest.skip("SAGESPARK_MNIST_DIR is not set")
    return folder


def digits(folder, part):
    """As the sample data's LibSVM has them: indices from 1, zeros left out."""
    images = next(folder.glob(f"{part}-images*"))
    labels = next(folder.glob(f"{part}-labels*"))
    pixels = np.frombuffer(images.read_bytes(), np.uint8, offset=16).reshape(-1, 784).astype(np.float32)
    rows = scipy.sparse.csr_matrix(np.column_stack([np.zeros(len(pixels), np.float32), pixels]))
    return rows, np.frombuffer(labels.read_bytes(), np.uint8, offset=8).astype(np.float32)


def test_the_example_classifies_as_the_python_package(cloud, mnist, tmp_path):
    subprocess.run([bin_dir() / "sagespark", "data", "mnist"], env=cloud.environment | {"SAGESPARK_MNIST_DIR": str(mnist)}, check=True,
                   capture_output=True, timeout=120)
    done = subprocess.run([bin_dir() / "xgboost_mnist"], env=cloud.environment, cwd=tmp_path, capture_output=True, text=True,
                          timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    assert "|label|            features|prediction|" in done.stdout
    pictures = sorted(path.name for path in (tmp_path / "out" / "xgboost_mnist").glob("*.png"))
    assert pictures == [f"predicted_{label}.png" for label in range(10)]

    rows, labels = digits(mnist, "train")
    booster = xgboost.train(PARAMETERS, xgboost.DMatrix(rows, label=labels), ROUNDS)
    rows, labels = digits(mnist, "t10k")
    # No training row has a number in the last columns, and the package takes no wider rows than it was trained on.
    predictions = booster.predict(xgboost.DMatrix(rows[:, : booster.num_features()]))
    error = float(re.search(r"^Error on 10000 test rows: (\S+)$", done.stdout, re.M).group(1))
    assert error == pytest.approx((predictions != labels).mean(), abs=1e-9)
    assert error < 0.07
    counts = [int(count) for count in re.findall(r"^Predicted \d: +(\d+) digits", done.stdout, re.M)]
    assert counts == [int(count) for count in np.bincount(predictions[:250].astype(int), minlength=10)]

    assert len(re.findall(r"^deleted endpoint sparksm-2-endpoint-", done.stdout, re.M)) == 1
    assert cloud.client("sagemaker").list_endpoints()["Endpoints"] == []
