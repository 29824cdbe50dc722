"""The linear learner's container beside scikit-learn: File and Pipe mode, RecordIO and CSV, every answer type, AWS's zip; jobs and
endpoints with boto3 in the local cloud; what bad input gets."""
import contextlib
import io
import json
import os
import pathlib
import re
import struct
import subprocess
import threading
import urllib.request
import zipfile

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

import record_proto
import test_kmeans_container
from test_kmeans_container import make_job, post
from test_sagemaker import ROLE, SageMaker, wait

LAUNCHER = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", "build/release/bin")) / "sagespark-container"
RECORDIO = "application/x-recordio-protobuf"
IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
BINARY = {"predictor_type": "binary_classifier"}
MULTICLASS = {"predictor_type": "multiclass_classifier", "num_classes": "3"}
REGRESSOR = {"predictor_type": "regressor"}


def data(kind, count=1500, seed=0):
    """Rows in several units, many of them zero, and labels that follow them with noise."""
    random = np.random.default_rng(seed)
    rows = (random.normal(size=(count, 6)) * [1, 10, 0.1, 5, 1, 2] + [0, 100, 0, -5, 0, 0]).astype(np.float32)
    rows[random.random(count) < 0.7, 4] = 0
    signal = rows[:, 0] + (rows[:, 1] - 100) / 10 - 2 * rows[:, 4] + random.normal(size=count) / 2
    if kind == "regressor":
        return rows, (50 + 3 * signal).astype(np.float32)
    return rows, np.digitize(signal, [0] if kind == "binary_classifier" else [-0.7, 0.7]).astype(np.float32)


def records(rows, labels, sparse=False):
    made = []
    for row, label in zip(rows, labels):
        record = record_proto.sparse(row) if sparse else record_proto.dense(row)
        record.label["values"].float32_tensor.values.append(label)
        made.append(record)
    return record_proto.write(made)


def csv(rows, labels=None):
    table = rows if labels is None else np.column_stack([labels, rows])
    return "".join(",".join(map(repr, map(float, row))) + "\n" for row in table).encode()


def train(root):
    return subprocess.run([LAUNCHER, "linear-learner", "train", "--root", root], capture_output=True, text=True, timeout=120)


def metric(log, channel, name):
    return float(re.search(rf"#quality_metric: host=\S+, {channel} {re.escape(name)} <(?:loss|score)>=(\S+)", log).group(1))


def read_model(data):
    """Parameters, weights and biases of model_algo-1, parsed without the code under test."""
    with zipfile.ZipFile(io.BytesIO(data)) as model:
        assert model.namelist() == ["additional-params.json", "manifest.json", "mx-mod-symbol.json", "mx-mod-0000.params"]
        assert json.loads(model.read("mx-mod-symbol.json"))["nodes"][1]["name"] == "fc0_weight"
        parameters, params = json.loads(model.read("additional-params.json")), model.read("mx-mod-0000.params")
    assert struct.unpack_from("<QQQ", params) == (0x112, 0, 2)
    offset, arrays = 24, []
    for _ in range(2):
        version, storage, dimensions = struct.unpack_from("<IiI", params, offset)
        assert (version, storage) == (0xF993FAC9, 0)
        shape = struct.unpack_from(f"<{dimensions}q", params, offset + 12)
        offset += 12 + 8 * dimensions + 12
        arrays.append(np.frombuffer(params, "<f4", int(np.prod(shape)), offset).reshape(shape))
        offset += 4 * int(np.prod(shape))
    assert params[offset:] == struct.pack("<QQ", 2, 14) + b"arg:fc0_weight" + struct.pack("<Q", 12) + b"arg:fc0_bias"
    return parameters, *arrays


@contextlib.contextmanager
def serving(root, **environment):
    with test_kmeans_container.serving(root, "linear-learner", **environment) as (url, _):
        yield url


@pytest.fixture(scope="module", params=[BINARY, MULTICLASS, REGRESSOR], ids=lambda given: given["predictor_type"])
def trained(request, tmp_path_factory):
    """A job of each kind, on dense and sparse records, with all channels."""
    kind = request.param["predictor_type"]
    root = tmp_path_factory.mktemp("ml")
    rows, labels = data(kind)
    channels = {
        "train": {"part-0": records(rows[:700], labels[:700]), "part-1": records(rows[700:], labels[700:])},
        "validation": {"part-0": records(*data(kind, 300, seed=1), sparse=True)},
        "test": {"part-0": records(*data(kind, 500, seed=2))},
    }
    make_job(root, request.param, channels)
    done = train(root)
    assert done.returncode == 0, done.stdout + done.stderr
    return kind, root, done.stdout


def test_log_has_the_scores_of_the_models_own_numbers(trained):
    kind, root, log = trained
    parameters, weights, bias = read_model((root / "model/model_algo-1").read_bytes())
    assert parameters["predictor_type"] == kind
    rows, labels = data(kind, 500, seed=2)
    z = rows.astype(np.float64) @ weights.T.astype(np.float64) + bias
    if kind == "binary_classifier":
        answers = 1 / (1 + np.exp(-z[:, 0])) >= parameters["threshold"]
        assert metric(log, "test", "binary_classification_accuracy") == pytest.approx(np.mean(answers == labels))
        assert metric(log, "test", "binary_f_1.000") == pytest.approx(f1_score(labels, answers))
        assert metric(log, "test", "roc_auc_score") == pytest.approx(roc_auc_score(labels, z[:, 0]), abs=1e-3)
        assert metric(log, "test", "precision") > 0.8 and metric(log, "validation", "recall") > 0.8
        other = LogisticRegression(C=10).fit((data(kind)[0] - rows.mean(0)) / rows.std(0), data(kind)[1])
        theirs = other.score((rows - rows.mean(0)) / rows.std(0), labels)
        assert metric(log, "test", "binary_classification_accuracy") > theirs - 0.015
    elif kind == "multiclass_classifier":
        assert weights.shape == (3, 6)
        assert metric(log, "test", "multiclass_accuracy") == pytest.approx(np.mean(z.argmax(1) == labels))
        assert metric(log, "test", "multiclass_top_k_accuracy_3") == 1
        assert metric(log, "test", "macro_f_1.000") == pytest.approx(f1_score(labels, z.argmax(1), average="macro"))
        assert metric(log, "test", "dcg") > 0.9
    else:
        errors = z[:, 0] - labels
        assert metric(log, "test", "mse") == pytest.approx(np.mean(errors**2), rel=1e-5)
        assert metric(log, "test", "rmse") == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-5)
        assert metric(log, "test", "absolute_loss") == pytest.approx(np.mean(np.abs(errors)), rel=1e-5)
        assert metric(log, "test", "mse_objective") == pytest.approx(metric(log, "test", "mse"))
        assert metric(log, "test", "rmse") < 1.6  # The noise is 1.5.


def test_metrics_lines_are_json(trained):
    lines = [json.loads(line.removeprefix("#metrics ")) for line in trained[2].splitlines() if line.startswith("#metrics ")]
    assert {line["Dimensions"]["Algorithm"] for line in lines} == {"Linear Learner"}
    assert any("update.time" in line["Metrics"] for line in lines)


def test_answers_every_type_alike(trained):
    kind, root, _ = trained
    parameters, weights, bias = read_model((root / "model/model_algo-1").read_bytes())
    rows, _ = data(kind, 40, seed=3)
    z = rows.astype(np.float64) @ weights.T.astype(np.float64) + bias
    if kind == "binary_classifier":
        scores = 1 / (1 + np.exp(-z))
        expected = np.column_stack([scores, scores >= parameters["threshold"]])
    elif kind == "multiclass_classifier":
        scores = np.exp(z - z.max(1, keepdims=True))
        expected = np.column_stack([scores / scores.sum(1, keepdims=True), z.argmax(1)])
    else:
        expected = z
    sparse = [{"data": {"features": {"keys": np.flatnonzero(row).tolist(), "values": row[row != 0].tolist(), "shape": [6]}}}
              for row in rows]
    bodies = [
        (RECORDIO, record_proto.write(map(record_proto.dense, rows))),
        (RECORDIO, record_proto.write(map(record_proto.sparse, rows))),
        ("text/csv", csv(rows)),
        ("application/json", json.dumps({"instances": [{"features": row.tolist()} for row in rows]}).encode()),
        ("application/json", json.dumps({"instances": sparse}).encode()),
        ("application/jsonlines", "".join(json.dumps({"features": row.tolist()}) + "\n" for row in rows).encode()),
    ]

    def parse(accept, body):
        if accept == RECORDIO:
            return [[value for name in ("score", "predicted_label") if name in record.label
                     for value in record.label[name].float32_tensor.values] for record in record_proto.read(body)]
        text = body.decode()
        if accept == "text/csv":
            return [[float(cell) for cell in line.split(",")] for line in text.splitlines()]
        items = json.loads(text)["predictions"] if accept == "application/json" else list(map(json.loads, text.splitlines()))
        assert all(isinstance(item["score"], list) == (kind == "multiclass_classifier") for item in items)
        if kind != "regressor":
            assert all(isinstance(item["predicted_label"], int) for item in items)
        return [np.append(item["score"], [item[name] for name in item if name != "score"]) for item in items]

    with serving(root) as url:
        assert urllib.request.urlopen(url + "/ping", timeout=10).status == 200
        for content_type, body in bodies:
            for accept in (RECORDIO, "text/csv", "application/json", "application/jsonlines"):
                status, answered, answer = post(url, body, content_type, accept)
                assert (status, answered) == (200, accept), answer
                np.testing.assert_allclose(np.array(parse(accept, answer)), expected, rtol=1e-5, atol=1e-6)


def test_csv_and_records_give_the_same_model(tmp_path):
    rows, labels = data("binary_classifier", 300)
    models = []
    for name, content_type, body in (("csv", "text/csv", csv(rows, labels)), ("records", RECORDIO, records(rows, labels))):
        make_job(tmp_path / name, BINARY | {"num_models": "1"}, {"train": {"part-0": body}}, content_type)
        assert train(tmp_path / name).returncode == 0
        models.append((tmp_path / name / "model/model_algo-1").read_bytes())
    assert models[0] == models[1]


def test_pipe_mode_reads_a_pipe_an_epoch(tmp_path):
    rows, labels = data("regressor", 500)
    body = records(rows, labels)
    make_job(tmp_path / "file", REGRESSOR | {"epochs": "2"}, {"train": {"part-0": body}})
    assert train(tmp_path / "file").returncode == 0
    root = tmp_path / "pipe"
    make_job(root, REGRESSOR | {"epochs": "2"}, {"train": {}})
    config = root / "input/config/inputdataconfig.json"
    config.write_text(json.dumps({"train": {"ContentType": RECORDIO, "TrainingInputMode": "Pipe"}}))
    pipes = [root / f"input/data/train_{epoch}" for epoch in range(4)]  # Scaling, two epochs, scores.
    for pipe in pipes:
        os.mkfifo(pipe)
    writers = [threading.Thread(target=pipe.write_bytes, args=(body,), daemon=True) for pipe in pipes]
    for writer in writers:
        writer.start()
    done = train(root)
    assert done.returncode == 0, done.stdout
    for writer in writers:
        writer.join(timeout=30)
        assert not writer.is_alive()
    assert (root / "model/model_algo-1").read_bytes() == (tmp_path / "file/model/model_algo-1").read_bytes()


@pytest.mark.parametrize(
    ("status", "body", "content_type", "accept"),
    [
        (415, b"1,2,3,4,5,6", "image/png", None),
        (406, b"1,2,3,4,5,6", "text/csv", "image/png"),
        (400, b"1,2,3\n", "text/csv", None),
        (400, b"1,2,3,4,5,nan\n", "text/csv", None),
        (400, b"{", "application/json", None),
        (413, b"1" * (2 << 20), "text/csv", None),
    ],
    ids=["content-type", "accept", "length", "nan", "cut-json", "too-long"],
)
def test_refuses_bad_requests(trained, status, body, content_type, accept):
    with serving(trained[1], SAGEMAKER_MAX_PAYLOAD_IN_MB="1") as url:
        assert post(url, body, content_type, accept)[0] == status
        assert post(url, b"1,2,3,4,5,6", "text/csv")[0] == 200


def test_a_torn_model_and_that_of_another_algorithm_are_not_served(tmp_path, trained):
    whole = (trained[1] / "model/model_algo-1").read_bytes()
    kmeans = struct.pack("<QQQIiIqqiii", 0x112, 0, 1, 0xF993FAC9, 0, 2, 1, 1, 1, 0, 0) + bytes(4) + struct.pack("<Q", 0)
    (tmp_path / "model").mkdir()
    for bad in (whole[:300], kmeans):
        (tmp_path / "model/model_algo-1").write_bytes(bad)
        done = subprocess.run([LAUNCHER, "linear-learner", "serve", "--root", tmp_path], capture_output=True, text=True, timeout=30,
                              env={**os.environ, "SAGEMAKER_BIND_TO_PORT": "0"})
        assert done.returncode != 0 and "model_algo-1" in done.stdout + done.stderr


@pytest.fixture(scope="module")
def sagemaker(cloud):
    cloud = SageMaker(cloud, "linear-data")
    for kind, seed in (("binary_classifier", 0), ("multiclass_classifier", 0)):
        for channel, count in (("train", 800), ("validation", 200)):
            body = csv(*data(kind, count, seed=seed + len(channel)))
            cloud.s3.put_object(Bucket=cloud.bucket, Key=f"{kind}/{channel}/part-0", Body=body)
    return cloud


def job_of(sagemaker, hyperparameters, kind, channels=("train", "validation")):
    return {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "HyperParameters": hyperparameters,
        "InputDataConfig": [
            {"ChannelName": name, "ContentType": "text/csv",
             "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{sagemaker.bucket}/{kind}/{name}/",
                                             "S3DataDistributionType": "FullyReplicated"}}}
            for name in channels],
    }


def test_jobs_and_endpoints_in_the_local_cloud(sagemaker):
    job = sagemaker.train("ll-1", **job_of(sagemaker, BINARY, "binary_classifier"))
    assert job["TrainingJobStatus"] == "Completed", job
    metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert {"train:objective_loss", "validation:objective_loss", "validation:binary_f_beta", "validation:recall"} <= set(metrics)
    assert metrics["validation:binary_classification_accuracy"] > 0.85
    name = "ll-endpoint"
    sagemaker.client.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                                  PrimaryContainer={"Image": IMAGE, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]})
    sagemaker.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
        {"VariantName": "AllRequests", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge",
         "InitialVariantWeight": 1.0}])
    sagemaker.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    endpoint = wait(lambda: sagemaker.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService", "Failed")
    assert endpoint["EndpointStatus"] == "InService", endpoint
    rows, labels = data("binary_classifier", 100, seed=9)
    reply = sagemaker.runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Accept="application/json", Body=csv(rows))
    predictions = json.loads(reply["Body"].read())["predictions"]
    assert np.mean([prediction["predicted_label"] for prediction in predictions] == labels) > 0.85
    sagemaker.client.delete_endpoint(EndpointName=name)


@pytest.mark.parametrize(
    ("hyperparameters", "kind", "reason"),
    [
        (BINARY, "multiclass_classifier", "Label is no class: 2 in row"),
        ({"predictor_type": "ranker"}, "binary_classifier", 'predictor_type = "ranker"'),
        ({"predictor_type": "multiclass_classifier"}, "multiclass_classifier", "num_classes"),
        (BINARY | {"k": "3"}, "binary_classifier", "Hyperparameter is unknown to linear learner: k"),
        (BINARY | {"wd": "-1"}, "binary_classifier", 'wd = "-1"'),
        (BINARY | {"feature_dim": "7"}, "binary_classifier", "part-0"),
    ],
    ids=["label", "predictor-type", "num-classes", "unknown", "range", "feature-dim"],
)
def test_bad_input_is_the_failure_reason(sagemaker, hyperparameters, kind, reason, request):
    name = "ll-bad-" + request.node.callspec.id
    job = sagemaker.train(name, **job_of(sagemaker, hyperparameters, kind))
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: ") and reason in job["FailureReason"], job["FailureReason"]
