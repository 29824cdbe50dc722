"""LDA trained and hosted through boto3: every input and answer type, the model file, bad input; and under the container contract."""
import json
import os
import pathlib
import re
import struct
import subprocess

import botocore.exceptions
import numpy as np
import pytest

import record_proto
from test_sagemaker import ROLE, check_body, code_of, message_of, wait

IMAGE = "266724342769.dkr.ecr.us-west-2.amazonaws.com/lda:1"
LAUNCHER = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", "build/release/bin")) / "sagespark-container"
RECORDIO = "application/x-recordio-protobuf"
CSV = "text/csv;label_size=0"
DOCUMENTS, WORDS, TOPICS = 1000, 25, 10
HYPERPARAMETERS = {"num_topics": "10", "feature_dim": "25", "mini_batch_size": str(DOCUMENTS), "max_restarts": "3",
                   "max_iterations": "100"}


def bars():
    """The rows and columns of a 5 x 5 field (Griffiths and Steyvers 2004)."""
    topics = np.zeros((TOPICS, 5, 5))
    for bar in range(5):
        topics[bar, bar, :] = topics[5 + bar, :, bar] = 0.2
    return topics.reshape(TOPICS, WORDS)


def documents(count=DOCUMENTS, words=80, seed=0):
    random = np.random.default_rng(seed)
    mixtures = random.dirichlet([0.1] * TOPICS, size=count)
    return random.multinomial(words, mixtures @ bars()), mixtures


def csv(rows):
    return "\n".join(",".join(f"{value:g}" for value in row) for row in rows).encode()


def sparse(rows):
    return record_proto.write(record_proto.sparse(row) for row in rows)


def dense(rows):
    return record_proto.write(record_proto.dense(row) for row in rows)


def read_model(data):
    """alpha and beta of model_algo-1, parsed without the code under test."""
    magic, reserved, count = struct.unpack_from("<QQQ", data)
    assert (magic, reserved, count) == (0x112, 0, 2)
    arrays, at = [], 24
    for dimensions in (1, 2):
        version, storage, ndim = struct.unpack_from("<IiI", data, at)
        assert (version, storage, ndim) == (0xF993FAC9, 0, dimensions)
        shape = struct.unpack_from(f"<{ndim}q", data, at + 12)
        at += 12 + 8 * ndim
        assert struct.unpack_from("<iii", data, at) == (1, 0, 0)
        arrays.append(np.frombuffer(data, "<f4", count=int(np.prod(shape)), offset=at + 12).reshape(shape))
        at += 12 + arrays[-1].nbytes
    assert data[at:] == struct.pack("<Q", 0)
    return arrays


def matched(beta):
    """For each bar its topic, the nearest first, and their L1 distances."""
    distances = np.abs(bars()[:, None] - beta[None]).sum(axis=2)
    order = np.full(TOPICS, -1)
    for bar, topic in sorted(np.ndindex(distances.shape), key=lambda pair: distances[pair]):
        if order[bar] < 0 and topic not in order:
            order[bar] = topic
    return order, distances[np.arange(TOPICS), order]


class Lda:
    """Shortcuts on a cloud with a bucket of documents."""

    def __init__(self, cloud):
        self.client, self.runtime, self.s3 = (cloud.client(name) for name in ("sagemaker", "sagemaker-runtime", "s3"))
        self.logs = cloud.client("logs")
        self.client.meta.events.register("before-parse", check_body)
        self.s3.create_bucket(Bucket="lda-data")

    def train(self, name, data, content_type=RECORDIO, instances=1, test=None, **hyperparameters):
        channels = {"train": data} | ({"test": test} if test else {})
        for channel, body in channels.items():
            self.s3.put_object(Bucket="lda-data", Key=f"{name}/{channel}/part-0", Body=body)
        self.client.create_training_job(
            TrainingJobName=name, RoleArn=ROLE,
            AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            HyperParameters=HYPERPARAMETERS | hyperparameters,
            InputDataConfig=[{
                "ChannelName": channel, "ContentType": content_type,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://lda-data/{name}/{channel}/",
                                                "S3DataDistributionType": "FullyReplicated"}}} for channel in channels],
            OutputDataConfig={"S3OutputPath": "s3://lda-data/models"},
            ResourceConfig={"InstanceType": "ml.c4.xlarge", "InstanceCount": instances, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 120})
        return wait(lambda: self.client.describe_training_job(TrainingJobName=name), "TrainingJobStatus", "Completed",
                    "Failed", "Stopped")

    def model(self, job, tmp_path):
        bucket, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
        (tmp_path / "model.tar.gz").write_bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        subprocess.run(["tar", "-C", tmp_path, "-xzf", tmp_path / "model.tar.gz"], check=True)
        return read_model((tmp_path / "model_algo-1").read_bytes())

    def log(self, name):
        group = "/aws/sagemaker/TrainingJobs"
        stream = self.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name + "/")["logStreams"][0]
        events = self.logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)
        return "\n".join(event["message"] for event in events["events"])

    def deploy(self, name, model_data):
        self.client.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                                 PrimaryContainer={"Image": IMAGE, "ModelDataUrl": model_data})
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
            {"VariantName": "AllTraffic", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}])
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return wait(lambda: self.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService", "Failed")

    def ask(self, body, content_type=RECORDIO, accept="application/json", endpoint="lda"):
        reply = self.runtime.invoke_endpoint(EndpointName=endpoint, ContentType=content_type, Accept=accept, Body=body)
        assert reply["ContentType"] == accept
        return reply["Body"].read()


@pytest.fixture(scope="module")
def lda(cloud):
    return Lda(cloud)


@pytest.fixture(scope="module")
def trained(lda):
    job = lda.train("lda", sparse(documents()[0]), test=sparse(documents(200, seed=1)[0]))
    assert job["TrainingJobStatus"] == "Completed", job
    endpoint = lda.deploy("lda", job["ModelArtifacts"]["S3ModelArtifacts"])
    assert endpoint["EndpointStatus"] == "InService", endpoint
    yield job
    lda.client.delete_endpoint(EndpointName="lda")


def test_finds_the_bars(lda, trained, tmp_path):
    alpha, beta = lda.model(trained, tmp_path)
    assert matched(beta)[1].mean() < 0.04
    assert (beta >= 0).all() and (alpha > 0).all()
    np.testing.assert_allclose(beta.sum(axis=1), 1, atol=1e-5)
    assert alpha.sum() == pytest.approx(1, abs=0.2)


def test_the_log_has_the_metric(lda, trained, tmp_path):
    log = lda.log("lda")
    pwll = float(re.search(r"#quality_metric: host=\S+, test pwll <score>=(\S+)", log).group(1))
    alpha, beta = lda.model(trained, tmp_path)
    rows, mixtures = documents(200, seed=1)
    truth = (rows * np.log(mixtures @ bars() + 1e-300)).sum() / rows.sum()
    assert pwll == pytest.approx(truth, abs=0.05)
    assert f"processed a total of {DOCUMENTS} examples" in log


def test_answers_every_type_alike(lda, trained, tmp_path):
    order = matched(lda.model(trained, tmp_path)[1])[0]
    rows, mixtures = documents(30, words=200, seed=2)
    bodies = {
        RECORDIO: dense(rows),
        "text/csv": csv(rows),
        "application/json": json.dumps({"instances": [{"features": row.tolist()} for row in rows]}).encode(),
        "application/jsonlines": "".join(json.dumps({"features": row.tolist()}) + "\n" for row in rows).encode(),
    }

    def parse(accept, body):
        if accept == RECORDIO:
            return [record.label["topic_mixture"].float32_tensor.values for record in record_proto.read(body)]
        text = body.decode()
        if accept == "text/csv":
            return [[float(cell) for cell in line.split(",")] for line in text.splitlines()]
        items = json.loads(text)["predictions"] if accept == "application/json" else map(json.loads, text.splitlines())
        return [item["topic_mixture"] for item in items]

    first = None
    for content_type, body in [*bodies.items(), (RECORDIO, sparse(rows))]:
        for accept in bodies:
            answer = np.array([list(mixture) for mixture in parse(accept, lda.ask(body, content_type, accept))])
            assert answer.shape == (30, TOPICS)
            np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
            assert np.abs(answer[:, order] - mixtures).sum(axis=1).mean() < 0.2
            first = answer if first is None else first
            np.testing.assert_allclose(answer, first, atol=1e-6)


def test_a_document_without_words_has_the_mean_mixture(lda, trained, tmp_path):
    alpha = lda.model(trained, tmp_path)[0]
    mixture = json.loads(lda.ask(csv([[0] * WORDS]), "text/csv"))["predictions"][0]["topic_mixture"]
    np.testing.assert_allclose(mixture, alpha / alpha.sum(), atol=1e-5)


@pytest.mark.parametrize("content_type", [RECORDIO, CSV])
def test_trains_on_dense_rows_alike(lda, trained, tmp_path, content_type):
    name = "dense-" + content_type.split("/")[0]
    job = lda.train(name, (dense if content_type == RECORDIO else csv)(documents()[0]), content_type)
    assert job["TrainingJobStatus"] == "Completed", job
    (tmp_path / "other").mkdir()
    for array, other in zip(lda.model(job, tmp_path), lda.model(trained, tmp_path / "other")):
        np.testing.assert_array_equal(array, other)


def test_a_model_from_elsewhere_is_hosted(lda):
    golden = pathlib.Path(__file__).resolve().parent.parent / "goldens" / "lda_model_algo-1"
    archive = subprocess.run(["tar", "-C", golden.parent, "--transform", "s/lda_//", "-cz", golden.name], check=True,
                             capture_output=True).stdout
    lda.s3.put_object(Bucket="lda-data", Key="elsewhere/model.tar.gz", Body=archive)
    assert lda.deploy("elsewhere", "s3://lda-data/elsewhere/model.tar.gz")["EndpointStatus"] == "InService"
    answer = json.loads(lda.ask(b"3,1,0\n0,0,7\n", "text/csv", endpoint="elsewhere"))["predictions"]
    assert answer[0]["topic_mixture"][0] > 0.75 and answer[1]["topic_mixture"][1] > 0.9
    lda.client.delete_endpoint(EndpointName="elsewhere")


@pytest.mark.parametrize(("name", "changes", "reason"), [
    ("negative", {"data": lambda rows: csv([*rows[:-1], [-1] + [1] * 24])}, "count that is negative: row 999, column 0"),
    ("nan", {"data": lambda rows: csv([*rows[:-1], [1] * 24 + [float("nan")]])}, "row 1000"),
    ("length", {"feature_dim": "24"}, "25 features, not 24"),
    ("size", {"mini_batch_size": "1001"}, "fewer documents than mini_batch_size.*1000, mini_batch_size 1001"),
    ("topics", {"data": lambda rows: csv(rows[:9]), "mini_batch_size": "9"}, "9 documents, num_topics 10"),
    ("unknown", {"topics": "3"}, "unknown to LDA: topics"),
    ("range", {"alpha0": "-1"}, 'alpha0 = "-1"'),
    ("several", {"instances": 2}, "lda trains on at most 1 instance here: InstanceCount 2"),
])
def test_a_bad_job_says_why(lda, name, changes, reason):
    settings = {"data": csv} | changes
    data = settings.pop("data")(documents()[0])
    try:
        job = lda.train("bad-" + name, data, CSV, **settings)
    except botocore.exceptions.ClientError as error:
        failure = str(error)
    else:
        assert job["TrainingJobStatus"] == "Failed"
        failure = job["FailureReason"]
    assert re.search(reason, failure), failure


@pytest.mark.parametrize(("body", "content_type", "accept", "status"), [
    (csv([[1] * 24]), "text/csv", "application/json", 400),
    (csv([[1] * 24 + [-1]]), "text/csv", "application/json", 400),
    (b"1", "image/png", "application/json", 415),
    (csv([[1] * 25]), "text/csv", "image/png", 406),
])
def test_a_bad_request_says_why(lda, trained, body, content_type, accept, status):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        lda.ask(body, content_type, accept)
    assert code_of(error) == "ModelError" and f"({status})" in message_of(error)
    assert json.loads(lda.ask(csv([[1] * 25]), "text/csv"))["predictions"]


@pytest.mark.parametrize("harm", [lambda whole: whole[:-9], lambda whole: b"PK" + whole[2:]])
def test_a_torn_model_is_not_served(tmp_path, harm):
    golden = pathlib.Path(__file__).resolve().parent.parent / "goldens" / "lda_model_algo-1"
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model_algo-1").write_bytes(harm(golden.read_bytes()))
    done = subprocess.run([LAUNCHER, "lda", "serve", "--root", tmp_path, "--port", "0"], capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 1
    assert "Cannot serve: Cannot load the model" in done.stdout


def test_reads_a_pipe_once(tmp_path):
    config = tmp_path / "input" / "config"
    config.mkdir(parents=True)
    (tmp_path / "input" / "data").mkdir()
    (config / "hyperparameters.json").write_text(json.dumps(HYPERPARAMETERS))
    (config / "inputdataconfig.json").write_text(json.dumps({"train": {"ContentType": RECORDIO, "TrainingInputMode": "Pipe"}}))
    pipe = tmp_path / "input" / "data" / "train_0"
    os.mkfifo(pipe)
    process = subprocess.Popen([LAUNCHER, "lda", "train", "--root", tmp_path], stdout=subprocess.PIPE, text=True)
    try:
        pipe.write_bytes(sparse(documents()[0]))
        log, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, log
    assert matched(read_model((tmp_path / "model" / "model_algo-1").read_bytes())[1])[1].mean() < 0.04
