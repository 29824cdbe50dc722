"""Factorization machines trained and hosted through boto3; models are read, written and scored here with numpy and zipfile alone."""
import io
import json
import re
import struct
import tarfile
import zipfile

import botocore.exceptions
import numpy as np
import pytest

import record_proto
from test_sagemaker import ROLE, SageMaker, code_of, message_of, wait

IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/factorization-machines:1"
RECORDIO = "application/x-recordio-protobuf"
USERS, ITEMS = 30, 20
FEATURES = USERS + ITEMS
HYPERPARAMETERS = {"feature_dim": str(FEATURES), "num_factors": "4", "predictor_type": "binary_classifier", "mini_batch_size": "100",
                   "epochs": "15", "factors_lr": "0.02", "factors_init_sigma": "0.1"}


def users_and_items(count, seed=0):
    """One 1 for a user and one for an item; the label says whether both numbers are odd or both even."""
    random = np.random.default_rng(seed)
    users, items = random.integers(0, USERS, count), random.integers(0, ITEMS, count)
    rows = np.zeros((count, FEATURES), np.float32)
    rows[np.arange(count), users] = 1
    rows[np.arange(count), USERS + items] = 1
    return rows, (users % 2 == items % 2).astype(float)


def labeled(row, label):
    record = record_proto.sparse(row)
    record.label["values"].float32_tensor.values.append(label)
    return record


def records(rows, labels):
    return record_proto.write(labeled(row, label) for row, label in zip(rows, labels))


def read_arrays(data):
    """NDArray::Load of apache/mxnet."""
    magic, reserved, count = struct.unpack_from("<QQQ", data)
    assert (magic, reserved) == (0x112, 0)
    at, arrays = 24, []
    for _ in range(count):
        version, storage, ndim = struct.unpack_from("<IiI", data, at)
        assert (version, storage) == (0xF993FAC9, 0)
        shape = struct.unpack_from(f"<{ndim}q", data, at + 12)
        at += 12 + 8 * ndim
        assert struct.unpack_from("<iii", data, at) == (1, 0, 0)
        size = int(np.prod(shape))
        arrays.append(np.frombuffer(data, "<f4", size, at + 12).reshape(shape))
        at += 12 + 4 * size
    names = []
    (number,) = struct.unpack_from("<Q", data, at)
    at += 8
    for _ in range(number):
        (length,) = struct.unpack_from("<Q", data, at)
        names.append(data[at + 8 : at + 8 + length].decode())
        at += 8 + length
    assert at == len(data)
    return dict(zip(names, arrays, strict=True))


def write_arrays(arrays):
    out = struct.pack("<QQQ", 0x112, 0, len(arrays))
    for array in arrays.values():
        array = np.ascontiguousarray(array, "<f4")
        out += struct.pack("<IiI", 0xF993FAC9, 0, array.ndim) + struct.pack(f"<{array.ndim}q", *array.shape)
        out += struct.pack("<iii", 1, 0, 0) + array.tobytes()
    return out + struct.pack("<Q", len(arrays)) + b"".join(struct.pack("<Q", len(name)) + name.encode() for name in arrays)


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def margins_of(rows, w0, w, v):
    rows, v = rows.astype(float), v.astype(float)
    return w0 + rows @ w.astype(float) + 0.5 * ((rows @ v) ** 2 - rows**2 @ v**2).sum(1)


class Machines(SageMaker):
    def __init__(self, cloud):
        super().__init__(cloud, bucket="fm-data")
        self.put("train/part-0", records(*users_and_items(3000)))
        self.put("test/part-0", records(*users_and_items(500, seed=1)))

    def put(self, key, data):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)

    def channel(self, name, folder, content_type=RECORDIO):
        return {"ChannelName": name, "ContentType": content_type,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/{folder}/",
                                                "S3DataDistributionType": "FullyReplicated"}}}

    def fit(self, name, hyperparameters=None, channels=None):
        return self.train(name, AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
                          HyperParameters=HYPERPARAMETERS | (hyperparameters or {}),
                          InputDataConfig=channels or [self.channel("train", "train"), self.channel("test", "test")])

    def log_of(self, job):
        return self.lines_of("/aws/sagemaker/TrainingJobs", logStreamNamePrefix=job + "/")

    def lines_of(self, group, **which):
        streams = self.logs.describe_log_streams(logGroupName=group, **which)["logStreams"]
        lines, token = [], {}
        while True:
            page = self.logs.get_log_events(logGroupName=group, startFromHead=True, logStreamName=streams[0]["logStreamName"],
                                            **token)
            lines += [event["message"] for event in page["events"]]
            if token.get("nextToken") == page["nextForwardToken"]:
                return "\n".join(lines)
            token = {"nextToken": page["nextForwardToken"]}

    def model_files(self, job):
        url = job["ModelArtifacts"]["S3ModelArtifacts"]
        body = self.s3.get_object(Bucket=self.bucket, Key=url.split("/", 3)[3])["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            assert tar.getnames() == ["model_algo-1"]
            with zipfile.ZipFile(tar.extractfile("model_algo-1")) as archive:
                assert archive.testzip() is None
                return {name: archive.read(name) for name in archive.namelist()}

    def deploy(self, name, model_data):
        self.client.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                                 PrimaryContainer={"Image": IMAGE, "ModelDataUrl": model_data})
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
            {"VariantName": "AllRequests", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge",
             "InitialVariantWeight": 1.0}])
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return wait(lambda: self.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService", "Failed")

    def ask(self, name, body, content_type, accept):
        reply = self.runtime.invoke_endpoint(EndpointName=name, ContentType=content_type, Accept=accept, Body=body)
        return reply["Body"].read()


@pytest.fixture(scope="module")
def machines(cloud):
    return Machines(cloud)


@pytest.fixture(scope="module")
def classifier(machines):
    job = machines.fit("fm-classifier")
    assert job["TrainingJobStatus"] == "Completed", job
    endpoint = machines.deploy("fm-classifier", job["ModelArtifacts"]["S3ModelArtifacts"])
    assert endpoint["EndpointStatus"] == "InService", endpoint
    return job


def metric(log, text):
    return float(re.search(rf"#quality_metric: host=\S+, {text}>=(\S+)", log).group(1))


def test_the_model_scores_as_its_arrays_say(machines, classifier):
    files = machines.model_files(classifier)
    assert set(files) == {"symbol.json", "params", "meta.json"}
    assert json.loads(files["meta.json"])["training_parameters"]["feature_dim"] == FEATURES
    assert json.loads(files["symbol.json"])["nodes"][-1]["op"] == "LogisticRegressionOutput"
    arrays = read_arrays(files["params"])
    w0, w, v = (arrays["arg:" + name] for name in ("w0_weight", "w1_weight", "v"))
    assert v.shape == (FEATURES, 4) and w.shape == (FEATURES, 1) and w0.shape == (1,)

    rows, labels = users_and_items(500, seed=1)
    margins = margins_of(rows, w0[0], w[:, 0], v)
    log = machines.log_of("fm-classifier")
    loss = np.log1p(np.exp(np.where(labels == 1, -margins, margins))).mean()
    assert metric(log, "test binary_classification_cross_entropy <loss") == pytest.approx(loss, rel=1e-4)
    assert metric(log, "test binary_classification_accuracy <score") == pytest.approx(((margins >= 0) == labels).mean())
    assert metric(log, "test binary_f_1.000 <score") > 0.98
    assert metric(log, "epoch=14, train binary_classification_accuracy <score") > 0.98
    assert metric(log, "epoch=0, train binary_classification_accuracy <score") < 0.95

    scores = 1 / (1 + np.exp(-margins[:40]))
    reply = machines.ask("fm-classifier", json.dumps({"instances": [{"features": row.tolist()} for row in rows[:40]]}),
                         "application/json", "application/json")
    predictions = json.loads(reply)["predictions"]
    np.testing.assert_allclose([prediction["score"] for prediction in predictions], scores, rtol=1e-4)
    assert [prediction["predicted_label"] for prediction in predictions] == (scores >= 0.5).astype(int).tolist()
    assert all(isinstance(prediction["predicted_label"], int) for prediction in predictions)


def test_every_type_gets_the_same_answers(machines, classifier):
    rows, _ = users_and_items(25, seed=2)
    sparse = [{"data": {"features": {"keys": np.flatnonzero(row).tolist(), "shape": [FEATURES], "values": row[row != 0].tolist()}}}
              for row in rows]
    dense = [{"features": row.tolist()} for row in rows]
    bodies = [
        (RECORDIO, record_proto.write(record_proto.sparse(row) for row in rows)),
        (RECORDIO, record_proto.write(record_proto.dense(row, label=1.0) for row in rows)),
        ("application/json", json.dumps({"instances": sparse})),
        ("application/json", json.dumps({"instances": dense})),
        ("application/jsonlines", "\n".join(map(json.dumps, sparse))),
    ]

    def parse(accept, body):
        if accept == RECORDIO:
            return [[record.label[name].float32_tensor.values[0] for name in ("score", "predicted_label")]
                    for record in record_proto.read(body)]
        items = json.loads(body)["predictions"] if accept == "application/json" else map(json.loads, body.splitlines())
        return [[item["score"], item["predicted_label"]] for item in items]

    answers = [parse(accept, machines.ask("fm-classifier", body, content_type, accept))
               for content_type, body in bodies for accept in (RECORDIO, "application/json", "application/jsonlines")]
    for answer in answers:
        np.testing.assert_allclose(answer, answers[0], rtol=1e-6)
    assert np.shape(answers[0]) == (25, 2)


def test_csv_and_bad_rows_are_refused_by_name(machines, classifier):
    cases = [
        ("text/csv", ",".join(["0"] * FEATURES), 415, "text/csv"),
        ("application/json", json.dumps({"instances": [{"features": [1, 2]}]}), 400, f"2 features, not {FEATURES}"),
        ("application/json", json.dumps({"instances": [{"data": {"features": {"keys": [FEATURES], "values": [1]}}}]}), 400, "Key 0"),
        (RECORDIO, record_proto.write([record_proto.dense([np.nan] * FEATURES)]), 400, "row 0"),
        ("application/json", "{}", 400, "instances"),
    ]
    for content_type, body, status, text in cases:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            machines.ask("fm-classifier", body, content_type, "application/json")
        assert code_of(error) == "ModelError"
        assert error.value.response["OriginalStatusCode"] == status, message_of(error)
        assert text in message_of(error)


def test_a_regressor_answers_scores_only(machines):
    rows, labels = users_and_items(2000)
    machines.put("numbers/part-0", records(rows, 10 * labels - 3))
    job = machines.fit("fm-regressor", {"predictor_type": "regressor", "bias_lr": "0.05"}, [machines.channel("train", "numbers"),
                                                                                             machines.channel("test", "numbers")])
    assert job["TrainingJobStatus"] == "Completed", job
    log = machines.log_of("fm-regressor")
    assert metric(log, "test rmse <loss") == pytest.approx(metric(log, "test mse <loss") ** 0.5)
    assert metric(log, "test rmse <loss") < 2 < labels.std() * 10
    assert machines.deploy("fm-regressor", job["ModelArtifacts"]["S3ModelArtifacts"])["EndpointStatus"] == "InService"
    reply = machines.ask("fm-regressor", record_proto.write(map(record_proto.sparse, rows[:50])), RECORDIO, "application/json")
    predictions = json.loads(reply)["predictions"]
    assert all(set(prediction) == {"score"} for prediction in predictions)
    assert np.abs([prediction["score"] for prediction in predictions] - (10 * labels[:50] - 3)).mean() < 2


@pytest.mark.parametrize("age", ["newer", "older"])
def test_models_of_aws_images_are_hosted(machines, age):
    random = np.random.default_rng(4)
    w0, w, v = random.normal(size=1), random.normal(size=5), random.normal(size=(5, 3))
    names = ({"arg:v": v, "arg:w1_weight": w.reshape(5, 1), "arg:w0_weight": w0} if age == "newer" else
             {"v": v.T, "Linear_Plus_Bias_weight": w.reshape(1, 5), "Linear_Plus_Bias_bias": w0})
    model = io.BytesIO()
    with zipfile.ZipFile(model, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta.json", json.dumps({"training_parameters": {"feature_dim": 5}}))
        archive.writestr("symbol.json", json.dumps({"nodes": [{"op": "LinearRegressionOutput", "name": "out", "inputs": []}]}))
        archive.writestr("params", write_arrays(names))
    machines.put(f"{age}/model.tar.gz", tar_of({"model_algo-1": model.getvalue()}))
    endpoint = machines.deploy(f"fm-{age}", f"s3://{machines.bucket}/{age}/model.tar.gz")
    assert endpoint["EndpointStatus"] == "InService", endpoint
    rows = random.normal(size=(10, 5)).astype(np.float32)
    reply = machines.ask(f"fm-{age}", record_proto.write(map(record_proto.dense, rows)), RECORDIO, "application/json")
    np.testing.assert_allclose([p["score"] for p in json.loads(reply)["predictions"]], margins_of(rows, w0[0], w, v), rtol=1e-4,
                               atol=1e-5)


def test_models_that_are_torn_or_of_another_algorithm_fail_the_endpoint(machines):
    kmeans = write_arrays({"centers": np.eye(3)})
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("additional-params.json", "{}")
    for name, data, text in (("kmeans", kmeans, "zip"), ("torn", whole.getvalue()[:-5], "zip"),
                             ("linear", whole.getvalue(), "no factorization machines model")):
        machines.put(f"bad-{name}/model.tar.gz", tar_of({"model_algo-1": data}))
        endpoint = machines.deploy(f"fm-bad-{name}", f"s3://{machines.bucket}/bad-{name}/model.tar.gz")
        assert endpoint["EndpointStatus"] == "Failed", name
        log = machines.lines_of(f"/aws/sagemaker/Endpoints/fm-bad-{name}")
        assert "model_algo-1" in log and text in log, log


def test_jobs_that_cannot_be_trained_say_why(machines):
    rows, labels = users_and_items(20)
    machines.put("csv/part-0", "\n".join(",".join(map(str, row)) for row in rows))
    labels[13] = 2
    machines.put("third-class/part-0", records(rows, labels))
    machines.put("unlabeled/part-0", record_proto.write(map(record_proto.sparse, rows)))
    rows[3, 4] = np.nan
    machines.put("nan/part-0", records(rows, np.ones(20)))
    train = [machines.channel("train", "train")]
    cases = [
        ("csv", {}, [machines.channel("train", "csv", "text/csv")], "text/csv"),
        ("class", {}, [machines.channel("train", "third-class")], "neither 0 nor 1: row 14, label 2"),
        ("unlabeled", {}, [machines.channel("train", "unlabeled")], "label"),
        ("nan", {}, [machines.channel("train", "nan")], "row 4"),
        ("predictor", {"predictor_type": "ranker"}, train, 'predictor_type = "ranker", valid is binary_classifier or regressor'),
        ("unknown", {"num_factor": "3"}, train, "num_factor"),
        ("range", {"factors_wd": "-1"}, train, 'factors_wd = "-1"'),
        ("length", {"feature_dim": "10"}, train, f"{FEATURES} features, not 10"),
    ]
    for name, hyperparameters, channels, text in cases:
        job = machines.fit(f"fm-bad-{name}", hyperparameters, channels)
        assert job["TrainingJobStatus"] == "Failed", name
        assert text in job["FailureReason"], job["FailureReason"]
