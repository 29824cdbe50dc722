"""The executables of k-means under the /opt/ml and the hosting contract, as the local cloud starts them."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import urllib.error
import urllib.request

import numpy as np
import pytest

import record_proto

LAUNCHER = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", "build/release/bin")) / "sagespark-container"
RECORDIO = "application/x-recordio-protobuf"


def groups(count, dim=4, seed=0):
    """Rows around `dim` corners, 100 apart."""
    random = np.random.default_rng(seed)
    return (np.eye(dim)[random.integers(0, dim, count)] * 100 + random.normal(0, 1, (count, dim))).astype(np.float32)


def make_job(root, hyperparameters, channels, content_type=RECORDIO):
    config = root / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    (config / "inputdataconfig.json").write_text(
        json.dumps({name: {"ContentType": content_type, "TrainingInputMode": "File"} for name in channels})
    )
    (config / "resourceconfig.json").write_text(json.dumps({"current_host": "algo-1", "hosts": ["algo-1"]}))
    for name, files in channels.items():
        folder = root / "input" / "data" / name
        folder.mkdir(parents=True)
        for file, data in files.items():
            (folder / file).write_bytes(data)


def train(root):
    return subprocess.run([LAUNCHER, "kmeans", "train", "--root", root], capture_output=True, text=True, timeout=120)


def read_model(path):
    """model_algo-1, parsed without the code under test."""
    data = path.read_bytes()
    magic, reserved, count, version, storage, ndim, k, dim = struct.unpack_from("<QQQIiIqq", data)
    assert (magic, reserved, count, version, storage, ndim) == (0x112, 0, 1, 0xF993FAC9, 0, 2)
    assert struct.unpack_from("<iii", data, 52) == (1, 0, 0)
    assert data[64 + 4 * k * dim :] == struct.pack("<Q", 0)
    return np.frombuffer(data, "<f4", count=k * dim, offset=64).reshape(k, dim)


@contextlib.contextmanager
def serving(root, algorithm="kmeans", **environment):
    process = subprocess.Popen(
        [LAUNCHER, algorithm, "serve", "--root", root],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SAGEMAKER_BIND_TO_PORT": "0", **environment},
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:"), line
        yield line.split()[-1], process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def post(url, body, content_type, accept=None):
    headers = {"Content-Type": content_type, **({"Accept": accept} if accept else {})}
    request = urllib.request.Request(url + "/invocations", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.headers["Content-Type"], reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    root = tmp_path_factory.mktemp("ml")
    rows = groups(3000)
    files = {
        "part-0": record_proto.write(record_proto.dense(row, label=1.0) for row in rows[:1000]),
        "part-1": record_proto.write(record_proto.sparse(row) for row in rows[1000:]),
    }
    test = {"rows": record_proto.write(record_proto.dense(row) for row in groups(100, seed=1))}
    make_job(root, {"k": "4", "feature_dim": "4", "mini_batch_size": "500"}, {"train": files, "test": test})
    done = train(root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root, done.stdout


def test_trains_the_centers_of_the_groups(trained):
    root, log = trained
    centers = read_model(root / "model" / "model_algo-1")
    order = np.argmax(centers, axis=1)
    assert sorted(order) == [0, 1, 2, 3]
    np.testing.assert_allclose(centers[np.argsort(order)], np.eye(4) * 100, atol=0.3)
    assert "shrinking 40 centers into 4" in log
    test_msd = float(re.search(r"#quality_metric: host=\S+, test msd <loss>=(\S+)", log).group(1))
    rows = groups(100, seed=1).astype(np.float64)
    distances = ((rows[:, None] - centers[None].astype(np.float64)) ** 2).sum(axis=2).min(axis=1)
    assert test_msd == pytest.approx(distances.mean(), rel=1e-4)


def test_metrics_lines_are_json_with_their_times(trained):
    lines = [line for line in trained[1].splitlines() if line.startswith("#metrics ")]
    assert lines
    for line in lines:
        metrics = json.loads(line.removeprefix("#metrics "))
        assert metrics["StartTime"] <= metrics["EndTime"]
        assert metrics["Dimensions"]["Algorithm"] == "AWS/KMeansWebscale"
        assert all(summary.keys() == {"sum", "count", "min", "max"} for summary in metrics["Metrics"].values())


def test_answers_every_type_alike(trained):
    root, _ = trained
    centers = read_model(root / "model" / "model_algo-1").astype(np.float64)
    rows = groups(50, seed=2)
    distances = np.sqrt(((rows[:, None].astype(np.float64) - centers[None]) ** 2).sum(axis=2))
    bodies = {
        RECORDIO: record_proto.write(record_proto.dense(row, label=3.0) for row in rows),
        "text/csv": "\n".join(",".join(map(repr, row.tolist())) for row in rows).encode(),
        "application/json": json.dumps({"instances": [{"features": row.tolist()} for row in rows]}).encode(),
        "application/jsonlines": "".join(json.dumps({"features": row.tolist()}) + "\n" for row in rows).encode(),
    }

    def parse(accept, body):
        if accept == RECORDIO:
            labels = [record.label for record in record_proto.read(body)]
            return [
                [label[name].float32_tensor.values[0] for name in ("closest_cluster", "distance_to_cluster")]
                for label in labels
            ]
        text = body.decode()
        if accept == "text/csv":
            return [[float(cell) for cell in line.split(",")] for line in text.splitlines()]
        items = json.loads(text)["predictions"] if accept == "application/json" else map(json.loads, text.splitlines())
        return [[item["closest_cluster"], item["distance_to_cluster"]] for item in items]

    with serving(root) as (url, _):
        assert urllib.request.urlopen(url + "/ping", timeout=10).status == 200
        for content_type, body in bodies.items():
            for accept in bodies:
                status, answered, answer = post(url, body, content_type, accept)
                assert (status, answered) == (200, accept)
                predictions = np.array(parse(accept, answer))
                np.testing.assert_array_equal(predictions[:, 0], distances.argmin(axis=1))
                np.testing.assert_allclose(predictions[:, 1], distances.min(axis=1), rtol=1e-4)


def test_echoes_the_uid(trained):
    with serving(trained[0]) as (url, _):
        body = record_proto.write([record_proto.dense([0, 0, 0, 1], uid="a"), record_proto.dense([0, 0, 1, 0], uid="b")])
        _, _, answer = post(url, body, RECORDIO, RECORDIO)
        assert [record.uid for record in record_proto.read(answer)] == ["a", "b"]


def test_default_accept_comes_from_the_environment(trained):
    with serving(trained[0], SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="text/csv") as (url, _):
        assert post(url, b"1,2,3,4", "text/csv")[1] == "text/csv"
    with serving(trained[0]) as (url, _):
        assert post(url, b"1,2,3,4", "text/csv")[1] == "application/json"


@pytest.mark.parametrize(
    ("status", "body", "content_type", "accept"),
    [
        (415, b"1,2,3,4", "image/png", None),
        (406, b"1,2,3,4", "text/csv", "image/png"),
        (400, b"", "text/csv", None),
        (400, b"1,2,3\n", "text/csv", None),
        (400, b"1,2,3,x\n", "text/csv", None),
        (400, b"\x0a\x23\xd7\xce", RECORDIO, None),
        (400, b"{", "application/json", None),
        (413, b"1" * (2 << 20), "text/csv", None),
    ],
    ids=["content-type", "accept", "empty", "length", "no-number", "cut-frame", "cut-json", "too-long"],
)
def test_refuses_bad_requests(trained, status, body, content_type, accept):
    with serving(trained[0], SAGEMAKER_MAX_PAYLOAD_IN_MB="1") as (url, _):
        assert post(url, body, content_type, accept)[0] == status
        assert post(url, b"1,2,3,4", "text/csv")[0] == 200


def test_stops_serving_in_good_order(trained):
    with serving(trained[0]) as (_, process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_a_torn_model_is_not_served(tmp_path, trained):
    (tmp_path / "model").mkdir()
    whole = (trained[0] / "model" / "model_algo-1").read_bytes()
    (tmp_path / "model" / "model_algo-1").write_bytes(whole[:-9])
    done = subprocess.run(
        [LAUNCHER, "kmeans", "serve", "--root", tmp_path, "--port", "0"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert "Cannot serve: Cannot load the model" in done.stdout


def test_a_failed_job_says_why(tmp_path):
    data = record_proto.write(record_proto.dense(row) for row in groups(100))
    make_job(tmp_path, {"k": "4", "feature_dim": "5"}, {"train": {"part-0": data}})
    done = train(tmp_path)
    assert done.returncode == 1
    failure = (tmp_path / "output" / "failure").read_text()
    assert re.match(r"ClientError: .*part-0: .*4 features, not 5", failure)
    assert not (tmp_path / "model").exists()


def test_reads_a_pipe_an_epoch(tmp_path):
    make_job(tmp_path, {"k": "4", "feature_dim": "4", "epochs": "2"}, {"train": {}})
    config = tmp_path / "input" / "config" / "inputdataconfig.json"
    config.write_text(json.dumps({"train": {"ContentType": RECORDIO, "TrainingInputMode": "Pipe"}}))
    pipes = [tmp_path / "input" / "data" / f"train_{epoch}" for epoch in range(2)]
    for pipe in pipes:
        os.mkfifo(pipe)
    process = subprocess.Popen([LAUNCHER, "kmeans", "train", "--root", tmp_path], stdout=subprocess.PIPE, text=True)
    try:
        for epoch, pipe in enumerate(pipes):
            pipe.write_bytes(record_proto.write(record_proto.dense(row) for row in groups(500, seed=epoch)))
        log, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, log
    assert log.count("processed a total of 500 examples") == 2
    centers = read_model(tmp_path / "model" / "model_algo-1")
    assert sorted(np.argmax(centers, axis=1)) == [0, 1, 2, 3]


def test_stops_training_when_told(tmp_path):
    """Reads from a pipe that never ends: only the signal can end it."""
    make_job(tmp_path, {"k": "4", "feature_dim": "4", "mini_batch_size": "40"}, {"train": {}})
    config = tmp_path / "input" / "config" / "inputdataconfig.json"
    config.write_text(json.dumps({"train": {"ContentType": RECORDIO, "TrainingInputMode": "Pipe"}}))
    pipe = tmp_path / "input" / "data" / "train_0"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [LAUNCHER, "kmeans", "train", "--root", tmp_path], stdout=subprocess.PIPE, text=True
    )
    data = record_proto.write(record_proto.dense(row) for row in groups(1000))
    try:
        with open(pipe, "wb") as feed:
            feed.write(data)
            feed.flush()
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(BrokenPipeError):
                while process.poll() is None:
                    feed.write(data)
        assert process.wait(timeout=30) == 143
        assert "Training was stopped" in process.stdout.read()
        assert not (tmp_path / "output" / "failure").exists()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_launcher_names_the_algorithms():
    done = subprocess.run([LAUNCHER, "kmean", "train"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 64
    assert 'Unknown algorithm: "kmean"' in done.stderr
    assert "kmeans" in done.stderr


def test_the_launcher_chooses_matrix_kernels_unless_the_user_does(tmp_path):
    (tmp_path / "bin").mkdir()
    launcher = shutil.copy(LAUNCHER, tmp_path / "bin")
    show = tmp_path / "libexec/sagespark/show"
    show.parent.mkdir(parents=True)
    show.write_text('#!/bin/sh\necho "$OPENBLAS_CORETYPE"\n')
    show.chmod(0o755)

    def chosen(**environment):
        environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"} | environment
        return subprocess.run([launcher, "show", "train"], capture_output=True, text=True, check=True, timeout=30,
                              env=environment).stdout.strip()

    processor = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    is_wide_amd = "AuthenticAMD" in processor and all(
        flag in processor.split() for flag in ("avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512cd"))
    assert chosen() == ("SkylakeX" if is_wide_amd else "")
    assert chosen(OPENBLAS_CORETYPE="Haswell") == "Haswell"
