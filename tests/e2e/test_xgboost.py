"""XGBoost's container beside the Python package: the same predictions from every format, models both ways, answers by the rules
of AWS's image, jobs and endpoints in the local cloud."""
import contextlib
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import tarfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import xgboost

import record_proto
from conftest import bin_dir
from test_kmeans_container import make_job, post
from test_sagemaker import ROLE, SageMaker, wait

LAUNCHER = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", "build/release/bin")) / "sagespark-container"
RECORDIO = "application/x-recordio-protobuf"
IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"
NEWER_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
PARAMETERS = {"objective": "multi:softprob", "num_class": "3", "max_depth": "4", "eta": "0.3", "subsample": "0.7", "seed": "3",
              "nthread": "1"}
ROUNDS = 8


def data(count=400, columns=12, seed=0):
    """Rows with zeros, missing values (NaN) and rows of nothing else, and their labels."""
    random = np.random.default_rng(seed)
    values = np.round(random.normal(size=(count, columns)), 3).astype(np.float32)
    values[random.random(values.shape) < 0.2] = 0
    values[random.random(values.shape) < 0.2] = np.nan
    values[::50] = np.nan
    filled = np.nan_to_num(values)
    labels = np.digitize(filled[:, 0] + filled[:, 1] * filled[:, 2], [-0.3, 0.3]).astype(np.float32)
    return values, labels


def libsvm(values, labels=None, first=0):
    """What is missing is left out; `first` is the number of the first column."""
    lines = []
    for i, row in enumerate(values):
        entries = [f"{first + j}:{value!r}" for j, value in enumerate(row.tolist()) if not np.isnan(value)]
        lines.append(" ".join(([] if labels is None else [f"{labels[i]:g}"]) + entries))
    return ("\n".join(lines) + "\n").encode()


def csv(values, labels=None):
    table = values.tolist() if labels is None else np.column_stack([labels, values]).tolist()
    return "".join(",".join("" if np.isnan(cell) else repr(cell) for cell in row) + "\n" for row in table).encode()


def parquet(values, labels):
    table = pa.table({"label": labels} | {f"f{j}": pa.array(values[:, j], from_pandas=True) for j in range(values.shape[1])})
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink, row_group_size=100)
    return sink.getvalue().to_pybytes()


def records(values, labels=None):
    return record_proto.write(
        record_proto.dense(row, label=None if labels is None else float(labels[i])) for i, row in enumerate(values))


def python_booster(values, labels, parameters=PARAMETERS, rounds=ROUNDS, **options):
    return xgboost.train(parameters, xgboost.DMatrix(values, label=labels), rounds, **options)


def shifted(values):
    """As 1-based LibSVM has them: an empty column in front."""
    return np.column_stack([np.full(len(values), np.nan, np.float32), values])


def train(root, timeout=120):
    return subprocess.run([LAUNCHER, "xgboost", "train", "--root", root], capture_output=True, text=True, timeout=timeout)


def make_trained(root, files, content_type, parameters=PARAMETERS, rounds=ROUNDS):
    make_job(root, parameters | {"num_round": str(rounds)}, files, content_type=content_type)
    done = train(root)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextlib.contextmanager
def serving(root, **environment):
    process = subprocess.Popen([LAUNCHER, "xgboost", "serve", "--root", root], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "SAGEMAKER_BIND_TO_PORT": "0", **environment})
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield line.split()[-1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def numbers(body):
    return np.array([[float(cell) for cell in line.split(",")] for line in body.decode().splitlines()], np.float32)


FORMATS = {
    "libsvm": ("text/libsvm", libsvm, lambda values: values),
    "one-based": ("text/x-libsvm", lambda values, labels=None: libsvm(values, labels, first=1), shifted),
    "csv": ("text/csv", csv, lambda values: values),
    "parquet": ("application/x-parquet", parquet, lambda values: values),
    "recordio": (RECORDIO, records, lambda values: values),
}


@pytest.mark.parametrize("name", FORMATS)
def test_predicts_as_the_python_package(tmp_path, name):
    content_type, write, python_rows = FORMATS[name]
    values, labels = data()
    make_trained(tmp_path, {"train": {"part-0": write(values[:150], labels[:150]), "part-1": write(values[150:], labels[150:])}},
                 content_type)
    booster = python_booster(python_rows(values), labels)
    test, _ = data(seed=1)
    expected = booster.predict(xgboost.DMatrix(python_rows(test)))
    requests = {"text/csv": csv(python_rows(test)), "text/libsvm": libsvm(python_rows(test))}
    if name != "parquet":
        requests[content_type] = write(test)
    with serving(tmp_path) as url:
        for request_type, body in requests.items():
            status, answer_type, answer = post(url, body, request_type)
            assert (status, answer_type) == (200, "text/csv"), answer
            np.testing.assert_array_equal(numbers(answer), expected)
    # The model moves to Python and predicts the same there.
    loaded = xgboost.Booster(model_file=str(tmp_path / "model" / "xgboost-model"))
    np.testing.assert_array_equal(loaded.predict(xgboost.DMatrix(python_rows(test))), expected)


@pytest.mark.parametrize("kind", ["ubj", "json"])
def test_serves_a_model_that_python_saved(tmp_path, kind):
    values, labels = data()
    booster = python_booster(values, labels)
    (tmp_path / "model").mkdir()
    booster.save_model(tmp_path / f"model.{kind}")
    (tmp_path / f"model.{kind}").rename(tmp_path / "model" / "xgboost-model")
    with serving(tmp_path) as url:
        status, _, answer = post(url, libsvm(values, labels), "text/libsvm")
        assert status == 200
        np.testing.assert_array_equal(numbers(answer), booster.predict(xgboost.DMatrix(values)))


def test_early_stopping_is_that_of_the_python_package(tmp_path):
    values, labels = data()
    test, test_labels = data(seed=1)
    parameters = PARAMETERS | {"eval_metric": "merror,mlogloss", "early_stopping_rounds": "3", "eta": "1"}
    files = {"train": {"rows": csv(values, labels)}, "validation": {"rows": csv(test, test_labels)}}
    log = make_trained(tmp_path, files, "text/csv", parameters, rounds=60)
    history = {}
    matrices = {"train": xgboost.DMatrix(values, label=labels), "validation": xgboost.DMatrix(test, label=test_labels)}
    booster = xgboost.train(PARAMETERS | {"eval_metric": ["merror", "mlogloss"], "eta": "1"}, matrices["train"], 60,
                            evals=[(matrix, name) for name, matrix in matrices.items()], evals_result=history, verbose_eval=False,
                            callbacks=[xgboost.callback.EarlyStopping(rounds=3, data_name="validation", save_best=True)])
    lines = re.findall(r"^\[\d+\]#011.*$", log, re.M)
    assert len(lines) == len(history["train"]["merror"]) < 60
    for number, line in enumerate(lines):
        expected = "".join(f"#011{name}-{metric}:{history[name][metric][number]:.5f}"
                           for name in ("train", "validation") for metric in ("merror", "mlogloss"))
        assert line == f"[{number}]{expected}"
    loaded = xgboost.Booster(model_file=str(tmp_path / "model" / "xgboost-model"))
    assert loaded.num_boosted_rounds() == booster.num_boosted_rounds()
    assert int(loaded.attr("best_iteration")) == booster.best_iteration
    np.testing.assert_array_equal(loaded.predict(matrices["validation"]), booster.predict(matrices["validation"]))


def test_a_metric_is_found_by_the_expression_that_aws_documents(tmp_path):
    values, labels = data()
    log = make_trained(tmp_path, {"train": {"rows": csv(values, labels)}}, "text/csv",
                       PARAMETERS | {"eval_metric": "merror"})
    found = re.findall(r".*\[[0-9]+\].*#011train-merror:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*", log)
    assert len(found) == ROUNDS


def test_stopping_leaves_the_model_when_asked(tmp_path):
    values, labels = data(4000)
    for keeps in ("true", "false"):
        root = tmp_path / keeps
        make_job(root, PARAMETERS | {"num_round": "1000000", "save_model_on_termination": keeps},
                 {"train": {"rows": csv(values, labels)}}, content_type="text/csv")
        process = subprocess.Popen([LAUNCHER, "xgboost", "train", "--root", root], stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            if line.startswith("[3]"):
                break
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(timeout=60) == 143
        assert not (root / "output" / "failure").exists()
        model = root / "model" / "xgboost-model"
        assert model.exists() == (keeps == "true")
        if keeps == "true":
            assert xgboost.Booster(model_file=str(model)).num_boosted_rounds() >= 4


def test_answers_by_the_rules_of_awss_image(tmp_path):
    values, labels = data()
    make_trained(tmp_path, {"train": {"rows": libsvm(values, labels)}}, "text/libsvm")
    with serving(tmp_path, MAX_CONTENT_LENGTH="2000") as url:
        assert post(url, b"", "text/csv")[0] == 204
        status, _, message = post(url, b"0:1 1:x\n", "text/libsvm")
        assert (status, b'line 1, "1:x"' in message) == (415, True)
        assert post(url, b"{}", "application/json")[0] == 415
        assert post(url, b"1,2\n", "text/csv")[0] == 400
        assert post(url, csv(values[:1]), "text/csv", accept="image/png")[0] == 406
        assert post(url, csv(values), "text/csv")[0] == 413
        status, kind, body = post(url, csv(values[:2]), "text/csv", accept="application/json")
        assert kind == "application/json"
        assert [len(row["score"]) for row in json.loads(body)["predictions"]] == [3, 3]
        record = record_proto.read(post(url, csv(values[:2]), "text/csv", accept=RECORDIO)[2])[0]
        np.testing.assert_array_equal(np.float32(record.label["score"].float32_tensor.values),
                                      np.float32(json.loads(body)["predictions"][0]["score"]))
    with serving(tmp_path, SAGEMAKER_INFERENCE_OUTPUT="predicted_label,probability", SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/jsonlines") as url:
        row = json.loads(post(url, csv(values[:1]), "text/csv")[2])
        assert row.keys() == {"predicted_label", "probability"} and isinstance(row["predicted_label"], int)


@pytest.mark.parametrize("name, model", [("pickle", b"\x80\x04\x95xgboost.core"), ("torn", None), ("foreign", b"PK\x03\x04zip")])
def test_refuses_a_model_that_is_none_by_its_name(tmp_path, name, model):
    values, labels = data()
    python_booster(values, labels).save_model(tmp_path / "whole.ubj")
    whole = (tmp_path / "whole.ubj").read_bytes()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "xgboost-model").write_bytes(whole[: len(whole) // 2] if model is None else model)
    done = subprocess.run([LAUNCHER, "xgboost", "serve", "--root", tmp_path, "--port", "0"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Model file is no XGBoost model" in done.stdout and "model/xgboost-model" in done.stdout


@contextlib.contextmanager
def served(sagemaker, image, artifacts, **settings):
    """An endpoint of that image, by its name."""
    name = "xgb"
    model = {"Image": image, "ModelDataUrl": artifacts, "Environment": settings}
    sagemaker.client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=model)
    sagemaker.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
        {"VariantName": "AllRequests", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}])
    sagemaker.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    wait(lambda: sagemaker.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService")
    yield name
    sagemaker.client.delete_endpoint(EndpointName=name)
    sagemaker.client.delete_endpoint_config(EndpointConfigName=name)
    sagemaker.client.delete_model(ModelName=name)


def test_trains_and_serves_in_the_local_cloud(cloud):
    values, labels = data()
    sagemaker = SageMaker(cloud, bucket="xgboost-data")
    sagemaker.s3.put_object(Bucket="xgboost-data", Key="rows/part-0", Body=libsvm(values, labels, first=1))
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://xgboost-data/rows/",
                               "S3DataDistributionType": "ShardedByS3Key"}}
    changes = {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
               "HyperParameters": PARAMETERS | {"num_round ": str(ROUNDS)},
               "InputDataConfig": [{"ChannelName": "train", "DataSource": source}]}
    description = sagemaker.train("xgboost-job", **changes)
    assert description["TrainingJobStatus"] == "Completed", description
    artifacts = description["ModelArtifacts"]["S3ModelArtifacts"]
    expected = python_booster(shifted(values), labels).predict(xgboost.DMatrix(shifted(values)))
    # The first image answers all values in one line, newer ones a line a row; a model's own setting comes before its image's.
    for image, settings, lines in [(IMAGE, {}, 1), (NEWER_IMAGE, {}, len(values)), (IMAGE, {"SAGESPARK_XGBOOST_CSV": "newline"}, len(values))]:
        with served(sagemaker, image, artifacts, **settings) as endpoint:
            reply = sagemaker.runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/x-libsvm", Accept="text/csv",
                                                      Body=libsvm(values, labels, first=1))
            answer = numbers(reply["Body"].read())
            assert len(answer) == lines
            np.testing.assert_array_equal(answer.reshape(expected.shape), expected)


def job_of(bucket, channels, parameters, mode="File"):
    """What a training job of these channels (name to content type) has besides its name."""
    return {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": mode}, "HyperParameters": parameters,
            "InputDataConfig": [{"ChannelName": name, "ContentType": content_type, "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{name}/", "S3DataDistributionType": "FullyReplicated"}}}
                for name, content_type in channels.items()]}


def files_of(sagemaker, uri):
    """The files in a tar.gz of the object store."""
    key = uri.removeprefix(f"s3://{sagemaker.bucket}/")
    body = sagemaker.s3.get_object(Bucket=sagemaker.bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()}


@pytest.mark.parametrize("name", ["csv", "recordio"])
def test_trains_through_a_pipe(cloud, name):
    content_type, write, _ = FORMATS[name]
    values, labels = data()
    test, test_labels = data(seed=1)
    sagemaker = SageMaker(cloud, bucket=f"xgboost-pipe-{name}")
    for key, body in {"train/part-0": write(values[:150], labels[:150]), "train/part-1": write(values[150:], labels[150:]),
                      "validation/rows": write(test, test_labels)}.items():
        sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key=key, Body=body)
    models = {}
    for mode in ("File", "Pipe"):
        job = job_of(sagemaker.bucket, {"train": content_type, "validation": content_type}, PARAMETERS | {"num_round": str(ROUNDS)}, mode)
        description = sagemaker.train(f"xgboost-{name}-{mode}", **job)
        assert description["TrainingJobStatus"] == "Completed", description
        models[mode] = files_of(sagemaker, description["ModelArtifacts"]["S3ModelArtifacts"])["xgboost-model"]
    assert models["Pipe"] == models["File"]
    booster = xgboost.Booster(model_file=bytearray(models["Pipe"]))
    np.testing.assert_array_equal(booster.predict(xgboost.DMatrix(test)), python_booster(values, labels).predict(xgboost.DMatrix(test)))


def test_refuses_a_pipe_of_what_cannot_be_piped(cloud):
    sagemaker = SageMaker(cloud, bucket="xgboost-no-pipe")
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="train/part-0", Body=libsvm(*data()))
    description = sagemaker.train("xgboost-no-pipe", **job_of(sagemaker.bucket, {"train": "text/libsvm"}, {"num_round": "2"}, "Pipe"))
    assert description["TrainingJobStatus"] == "Failed"
    assert "Pipe mode is for CSV and RecordIO only" in description["FailureReason"]


def test_cross_validates_in_the_local_cloud(cloud):
    values, labels = data()
    sagemaker = SageMaker(cloud, bucket="xgboost-folds")
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="train/part-0", Body=csv(values, labels))
    parameters = PARAMETERS | {"num_round": str(ROUNDS), "subsample": "1", "_kfold": "4"}
    description = sagemaker.train("xgboost-folds", **job_of(sagemaker.bucket, {"train": "text/csv"}, parameters))
    assert description["TrainingJobStatus"] == "Completed", description
    artifacts = description["ModelArtifacts"]["S3ModelArtifacts"]
    models = files_of(sagemaker, artifacts)
    assert sorted(models) == [f"xgboost-model-{fold}" for fold in range(4)]
    text = files_of(sagemaker, artifacts.replace("model.tar.gz", "output.tar.gz"))["predictions.csv"].decode()
    held_out = np.array([[float(cell) for cell in line.split(",")] for line in text.splitlines()])
    np.testing.assert_array_equal(held_out[:, 0], labels)

    rows = xgboost.DMatrix(values)
    predictions = np.array([xgboost.Booster(model_file=bytearray(models[f"xgboost-model-{fold}"])).predict(rows) for fold in range(4)])
    fits = np.isclose(predictions.max(axis=2), held_out[:, 1], atol=1e-6) & (predictions.argmax(axis=2) == held_out[:, 2])
    assert fits.any(axis=0).all()
    assert (fits.sum(axis=0) == 1).all()  # So that the folds are known: each model predicted the rows that it was not trained on.
    for fold, mine in enumerate(fits):
        assert mine.sum() == 100
        for label in range(3):
            assert abs((mine & (labels == label)).sum() - (labels == label).sum() / 4) < 1
        expected = python_booster(values[~mine], labels[~mine], PARAMETERS | {"subsample": "1"}).predict(rows)
        np.testing.assert_array_equal(predictions[fold], expected)


def test_goes_on_from_a_checkpoint_as_the_python_package(tmp_path):
    values, labels = data()
    other = 2 - labels
    parameters = {"objective": "multi:softprob", "num_class": "3", "max_depth": "4", "nthread": "1"}
    first = python_booster(values, other, parameters, rounds=3)
    matrix = xgboost.DMatrix(values, label=labels)
    update = {"process_type": "update", "updater": "refresh", "refresh_leaf": "0"}
    for name, more, rounds in (("more", {}, 5), ("update", update, 3), ("leaves", update | {"refresh_leaf": "1"}, 3)):
        root = tmp_path / name
        (root / "checkpoints").mkdir(parents=True)
        first.save_model(root / "checkpoints" / "model.ubj")
        (root / "checkpoints" / "model.ubj").rename(root / "checkpoints" / "xgboost-checkpoint.2")
        log = make_trained(root, {"train": {"rows": csv(values, labels)}}, "text/csv", parameters | more, rounds=3 + rounds)
        assert "Resuming from iteration 3" in log and "\n[3]#011train-mlogloss" in log and "\n[2]" not in log
        expected = xgboost.train(parameters | more, matrix, rounds, xgb_model=first)
        loaded = xgboost.Booster(model_file=str(root / "model" / "xgboost-model"))
        assert loaded.num_boosted_rounds() == expected.num_boosted_rounds() == (8 if name == "more" else 3)
        assert loaded.get_dump(with_stats=True) == expected.get_dump(with_stats=True), name


def test_a_failed_job_says_why(cloud):
    sagemaker = SageMaker(cloud, bucket="xgboost-bad")
    sagemaker.s3.put_object(Bucket="xgboost-bad", Key="rows/part-0", Body=b"1 1:2\n1 1;2\n")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://xgboost-bad/rows/", "S3DataDistributionType": "FullyReplicated"}}
    changes = {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
               "HyperParameters": {"num_round": "2"}, "InputDataConfig": [{"ChannelName": "train", "DataSource": source}]}
    description = sagemaker.train("xgboost-bad", **changes)
    assert description["TrainingJobStatus"] == "Failed"
    assert "ClientError: LibSVM entry does not parse" in description["FailureReason"]
    assert 'line 2, "1;2"' in description["FailureReason"]


def test_the_estimator_trains_and_asks_alike_in_every_format(cloud):
    values, labels = data(columns=6)
    values = np.nan_to_num(values)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="xgboost-facade")
    with_zeros_left_out = np.where(values == 0, np.nan, values)
    s3.put_object(Bucket="xgboost-facade", Key="rows/part-0", Body=libsvm(with_zeros_left_out, labels, first=1))
    formats = ["libsvm", "csv", "parquet", "sagemaker"]
    done = subprocess.run([bin_dir().parent / "tests" / "xgboost_probe", "s3a://xgboost-facade/rows", "6", "3", *formats],
                          env=cloud.environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [answer["format"] for answer in answers] == formats
    parameters = {"objective": "multi:softprob", "num_class": 3, "max_depth": 4, "nthread": 1}
    for answer in answers:
        # LibSVM leaves zeros out, which makes them missing, and counts from 1.
        rows = shifted(with_zeros_left_out) if answer["format"] == "libsvm" else values
        expected = python_booster(rows, labels, parameters, rounds=6).predict(xgboost.DMatrix(rows))
        np.testing.assert_array_equal(np.array(answer["probabilities"], np.float32), expected, err_msg=answer["format"])
    assert cloud.client("sagemaker").list_endpoints()["Endpoints"] == []
