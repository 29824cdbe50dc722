"""PCA trained and hosted through boto3 on real MNIST, beside scikit-learn; its model file; what bad input gets."""
import gzip
import io
import json
import os
import struct
import subprocess
import tarfile

import botocore.exceptions
import numpy as np
import pytest
from sklearn.decomposition import PCA

import record_proto
from facade import settled
from test_data_mnist import MNIST
from test_kmeans_container import LAUNCHER, RECORDIO, make_job
from test_sagemaker import ROLE, wait

IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1"
KMEANS_IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
BUCKET = "pca-data"
COMPONENTS = 50


def mnist(part):
    return np.fromfile(MNIST / f"{part}-images-idx3-ubyte", np.uint8, offset=16).reshape(-1, 784).astype(np.float32)


def frames(rows):
    """Dense Records: one by protobuf, the others with its numbers put in their place."""
    first = record_proto.write([record_proto.dense(rows[0])])
    begin = first.index(rows[0].tobytes())
    out = np.tile(np.frombuffer(first, np.uint8), (len(rows), 1))
    out[:, begin : begin + 4 * rows.shape[1]] = rows.view(np.uint8).reshape(len(rows), -1)
    return out.tobytes()


def read_arrays(data):
    """The named arrays of an MXNet file, read without the code under test."""
    stream = io.BytesIO(data)

    def unpack(form):
        return struct.unpack(form, stream.read(struct.calcsize(form)))

    magic, reserved, count = unpack("<QQQ")
    assert (magic, reserved) == (0x112, 0)
    arrays = []
    for _ in range(count):
        version, storage, ndim = unpack("<IiI")
        shape = unpack(f"<{ndim}q")
        assert (version, storage, unpack("<iii")) == (0xF993FAC9, 0, (1, 0, 0))
        arrays.append(np.frombuffer(stream.read(4 * int(np.prod(shape))), "<f4").reshape(shape))
    names = [stream.read(unpack("<Q")[0]).decode() for _ in range(unpack("<Q")[0])]
    assert not stream.read()
    return dict(zip(names, arrays))


class Jobs:
    def __init__(self, cloud):
        self.client = cloud.client("sagemaker")
        self.runtime = cloud.client("sagemaker-runtime")
        self.s3 = cloud.client("s3")
        self.logs = cloud.client("logs")
        self.s3.create_bucket(Bucket=BUCKET)

    def put(self, key, body):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def train(self, name, prefix, content_type=RECORDIO, image=IMAGE, **hyperparameters):
        self.client.create_training_job(
            TrainingJobName=name, RoleArn=ROLE,
            AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
            HyperParameters={key: str(value) for key, value in hyperparameters.items()},
            InputDataConfig=[{
                "ChannelName": "train", "ContentType": content_type,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{prefix}/",
                                                "S3DataDistributionType": "ShardedByS3Key"}}}],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
            ResourceConfig={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 300})
        return wait(lambda: self.client.describe_training_job(TrainingJobName=name), "TrainingJobStatus",
                    "Completed", "Failed", "Stopped")

    def model_file(self, job):
        """The only member of the job's model.tar.gz."""
        key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
        assert key == f"models/{job['TrainingJobName']}/output/model.tar.gz"
        packed = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as tar:
            assert tar.getnames() == ["model_algo-1"]
            return tar.extractfile("model_algo-1").read()

    def deploy(self, name, model_data):
        self.client.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                                 PrimaryContainer={"Image": IMAGE, "ModelDataUrl": model_data})
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
            {"VariantName": "AllRequests", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge",
             "InitialVariantWeight": 1.0}])
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return wait(lambda: self.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService", "Failed")

    def invoke(self, name, body, content_type=RECORDIO, accept=RECORDIO):
        reply = self.runtime.invoke_endpoint(EndpointName=name, ContentType=content_type, Accept=accept, Body=body)
        assert reply["ContentType"] == accept
        return reply["Body"].read()

    def log(self, group, prefix):
        name = f"/aws/sagemaker/{group}"
        stream = self.logs.describe_log_streams(logGroupName=name, logStreamNamePrefix=prefix)["logStreams"][0]["logStreamName"]
        events = self.logs.get_log_events(logGroupName=name, logStreamName=stream, startFromHead=True)["events"]
        return "\n".join(event["message"] for event in events)


@pytest.fixture(scope="module")
def jobs(cloud):
    jobs = Jobs(cloud)
    train = mnist("train")
    for part in range(2):
        jobs.put(f"train/part-{part}", frames(train[part::2]))
    jobs.put("few/part-0", frames(train[:40]))
    jobs.put("empty/part-0", b"")
    return jobs


@pytest.fixture(scope="module")
def peer():
    return PCA(COMPONENTS, svd_solver="covariance_eigh").fit(mnist("train").astype(np.float64))


@pytest.fixture(scope="module")
def trained(jobs):
    job = jobs.train("pca-mnist", "train", feature_dim=784, num_components=COMPONENTS, mini_batch_size=1000)
    assert job["TrainingJobStatus"] == "Completed", job
    return job, read_arrays(jobs.model_file(job))


@pytest.fixture(scope="module")
def endpoint(jobs, trained):
    described = jobs.deploy("pca", trained[0]["ModelArtifacts"]["S3ModelArtifacts"])
    assert described["EndpointStatus"] == "InService", described
    return "pca"


def test_the_model_is_that_of_scikit_learn(trained, peer):
    _, arrays = trained
    assert {name: array.shape for name, array in arrays.items()} == {"mean": (1, 784), "s": (COMPONENTS,), "v": (784, COMPONENTS)}
    np.testing.assert_allclose(arrays["mean"][0], peer.mean_, rtol=1e-5, atol=1e-4)
    # Ours ascend: the principal component is the last column.
    np.testing.assert_allclose(arrays["s"][::-1], peer.singular_values_, rtol=1e-5)
    cosines = np.abs((arrays["v"][:, ::-1].T.astype(np.float64) * peer.components_).sum(1))
    assert cosines.min() > 0.9999


def test_the_log_has_the_published_lines(jobs, trained, peer):
    log = jobs.log("TrainingJobs", "pca-mnist/")
    assert "784 feature(s) found in 'data'." in log
    assert "#progress_metric: host=algo-1, completed 100.0 % of epochs" in log
    ratio = float(log.split("train explained_variance_ratio <score>=")[1].split()[0])
    assert ratio == pytest.approx(peer.explained_variance_ratio_.sum(), rel=1e-5)


def test_randomized_captures_nearly_as_much(jobs, peer):
    job = jobs.train("pca-randomized", "train", feature_dim=784, num_components=10, mini_batch_size=500,
                     algorithm_mode="randomized", subtract_mean="True")
    assert job["TrainingJobStatus"] == "Completed", job
    arrays = read_arrays(jobs.model_file(job))
    rows = mnist("train").astype(np.float64) - peer.mean_
    captured = ((rows @ arrays["v"]) ** 2).sum()
    best = (peer.singular_values_[:10] ** 2).sum()
    assert 0.99 * best < captured < 1.0001 * best


def test_every_answer_type_has_the_projections_of_scikit_learn(jobs, endpoint, trained, peer):
    rows = mnist("t10k")[:30]
    expected = peer.transform(rows.astype(np.float64))[:, ::-1]
    signs = np.sign((trained[1]["v"][:, ::-1].T * peer.components_).sum(1))[::-1]
    csv = "\n".join(",".join(f"{value:g}" for value in row) for row in rows).encode()
    bodies = {
        RECORDIO: frames(rows),
        "text/csv": csv,
        "application/json": json.dumps({"instances": [{"features": row.tolist()} for row in rows]}).encode(),
        "application/jsonlines": "".join(json.dumps({"features": row.tolist()}) + "\n" for row in rows).encode(),
    }
    answers = {
        RECORDIO: lambda body: [record.label["projection"].float32_tensor.values for record in record_proto.read(body)],
        "text/csv": lambda body: [line.split(b",") for line in body.splitlines()],
        "application/json": lambda body: [row["projection"] for row in json.loads(body)["projections"]],
        "application/jsonlines": lambda body: [json.loads(line)["projection"] for line in body.splitlines()],
    }
    for content_type, body in bodies.items():
        for accept, parse in answers.items():
            found = np.array(parse(jobs.invoke(endpoint, body, content_type, accept)), dtype=np.float64)
            np.testing.assert_allclose(found * signs, expected, atol=1e-2 * np.abs(expected).max() / 100)
    sparse = record_proto.write(record_proto.sparse(row) for row in rows)
    found = np.array(answers[RECORDIO](jobs.invoke(endpoint, sparse)))
    np.testing.assert_allclose(found * signs, expected, atol=1e-2 * np.abs(expected).max() / 100)


@pytest.mark.parametrize("status, body, content_type, accept, said", [
    (415, b"1,2", "image/png", "text/csv", 'Content-Type cannot be read: "image/png"'),
    (406, b"1,2", "text/csv", "image/png", 'Accept cannot be written: "image/png"'),
    (400, b"1,2,3\n", "text/csv", "text/csv", "3"),
    (400, b"", "text/csv", "text/csv", ""),
    (400, b"\x0a\x23\xd7\xce", RECORDIO, "text/csv", "RecordIO"),
], ids=["content-type", "accept", "length", "empty", "cut"])
def test_bad_requests_are_refused_by_name(jobs, endpoint, status, body, content_type, accept, said):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        jobs.invoke(endpoint, body, content_type, accept)
    response = error.value.response
    assert response["Error"]["Code"] == "ModelError" and response["OriginalStatusCode"] == status, response
    assert said in response["OriginalMessage"]
    assert len(jobs.invoke(endpoint, frames(mnist("t10k")[:1]))) > 4 * COMPONENTS


def test_a_payload_over_the_limit_is_refused(jobs, endpoint):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        jobs.invoke(endpoint, b"1," * (13 << 20), "text/csv", "text/csv")
    response = error.value.response
    assert 413 in (response["ResponseMetadata"]["HTTPStatusCode"], response.get("OriginalStatusCode")), response


def test_a_pipe_is_read_an_epoch(tmp_path):
    rows = np.random.default_rng(5).normal(size=(500, 4)).astype(np.float32) * [1, 2, 3, 4]
    make_job(tmp_path, {"feature_dim": "4", "num_components": "2", "mini_batch_size": "100", "epochs": "2"}, {"train": {}})
    config = tmp_path / "input/config/inputdataconfig.json"
    config.write_text(json.dumps({"train": {"ContentType": RECORDIO, "TrainingInputMode": "Pipe"}}))
    pipes = [tmp_path / "input/data" / f"train_{epoch}" for epoch in range(2)]
    for pipe in pipes:
        os.mkfifo(pipe)
    process = subprocess.Popen([LAUNCHER, "pca", "train", "--root", tmp_path], stdout=subprocess.PIPE, text=True)
    try:
        for pipe in pipes:
            pipe.write_bytes(frames(rows.astype(np.float32)))
        log, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, log
    expected = PCA(2).fit(rows)
    arrays = read_arrays((tmp_path / "model/model_algo-1").read_bytes())
    np.testing.assert_allclose(arrays["s"][::-1], expected.singular_values_, rtol=1e-4)
    np.testing.assert_allclose(np.abs(arrays["v"][:, ::-1].T), np.abs(expected.components_), atol=1e-3)


@pytest.mark.parametrize("name, prefix, hyperparameters, said", [
    ("unknown", "few", {"k": 1}, "Hyperparameter is unknown to PCA: k"),
    ("components", "few", {"num_components": 785}, "valid is at most feature_dim = 784"),
    ("rows", "few", {"num_components": 41}, "Training data has too few rows for the components: 40 rows, num_components = 41"),
    ("length", "few", {"feature_dim": 783}, "784 features, not 783"),
    ("mode", "few", {"algorithm_mode": "fast"}, "regular, stable or randomized"),
    ("empty", "empty", {}, 'Channel has no data: "train"'),
])
def test_a_failed_job_says_why(jobs, name, prefix, hyperparameters, said):
    given = {"feature_dim": 784, "num_components": 5, "mini_batch_size": 10} | hyperparameters
    job = jobs.train(f"pca-bad-{name}", prefix, **given)
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: ") and said in job["FailureReason"], job["FailureReason"]


def test_the_model_of_another_algorithm_is_refused(jobs):
    job = jobs.train("a-kmeans", "few", image=KMEANS_IMAGE, feature_dim=784, k=2, mini_batch_size=40)
    assert job["TrainingJobStatus"] == "Completed", job
    described = jobs.deploy("pca-foreign", job["ModelArtifacts"]["S3ModelArtifacts"])
    assert described["EndpointStatus"] == "Failed"
    log = jobs.log("Endpoints/pca-foreign", "AllRequests/")
    assert "Cannot load the model" in log and "PCA model has an array of another name than s, v and mean" in log
    jobs.client.delete_endpoint(EndpointName="pca-foreign")


def test_nothing_is_left_running(cloud, jobs):
    endpoints = jobs.client.list_endpoints()["Endpoints"]
    for described in endpoints:
        jobs.client.delete_endpoint(EndpointName=described["EndpointName"])
    assert settled(cloud)["processes"] == []
