"""What bad input gets from every algorithm alike, at the containers themselves: requests, models and jobs. XGBoost's own rules are in
test_xgboost.py; the same in the local cloud, in each algorithm's file."""
import os
import pathlib
import subprocess

import numpy as np
import pytest

import record_proto
from test_kmeans_container import RECORDIO, make_job, post, serving

LAUNCHER = pathlib.Path(os.environ.get("SAGESPARK_BIN_DIR", "build/release/bin")) / "sagespark-container"
FEATURES = 4
ROWS = 80
HYPERPARAMETERS = {
    "kmeans": {"k": "3", "feature_dim": "4"},
    "pca": {"num_components": "2", "feature_dim": "4", "mini_batch_size": "80"},
    "linear-learner": {"predictor_type": "binary_classifier"},
    "factorization-machines": {"predictor_type": "binary_classifier", "feature_dim": "4", "num_factors": "2"},
    "lda": {"num_topics": "2", "feature_dim": "4", "mini_batch_size": "80", "max_restarts": "1"},
}
SUPERVISED = ["linear-learner", "factorization-machines"]


def rows():
    """Counts, because LDA takes no others."""
    return np.random.default_rng(0).integers(0, 6, (ROWS, FEATURES)) + 1


def labelled(labels):
    return record_proto.write(record_proto.dense(row, label=label) for row, label in zip(rows(), labels))


def run(algorithm, verb, root):
    return subprocess.run([LAUNCHER, algorithm, verb, "--root", root], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "SAGEMAKER_BIND_TO_PORT": "0"})


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The folder of a trained model, for each algorithm."""
    folders = {}
    for algorithm, hyperparameters in HYPERPARAMETERS.items():
        folders[algorithm] = tmp_path_factory.mktemp(algorithm)
        make_job(folders[algorithm], hyperparameters, {"train": {"part-0": labelled([0, 1] * (ROWS // 2))}})
        done = run(algorithm, "train", folders[algorithm])
        assert done.returncode == 0, done.stdout + done.stderr
    return folders


GOOD = record_proto.write([record_proto.dense([1, 2, 3, 4])])


@pytest.mark.parametrize("algorithm", HYPERPARAMETERS)
def test_bad_requests_are_refused_by_name_and_good_ones_still_answered(models, algorithm):
    cases = [
        (415, GOOD, "image/png", None, b"image/png"),
        (406, GOOD, RECORDIO, "image/png", b"image/png"),
        (413, bytes(2 << 20), RECORDIO, None, b""),
        (400, b"", RECORDIO, None, b""),
        (400, GOOD[:-4], RECORDIO, None, b"RecordIO"),
        (400, record_proto.write([record_proto.dense([1, 2, 3])]), RECORDIO, None, b"3"),
        (400, record_proto.write([record_proto.dense([1, 2, 3, float("nan")])]), RECORDIO, None, b"not finite"),
        (400, b'{"instances": [', "application/json", None, b""),
        (400, b'{"instances": [{"features": ["x", 1, 2, 3]}]}', "application/json", None, b""),
    ]
    with serving(models[algorithm], algorithm, SAGEMAKER_MAX_PAYLOAD_IN_MB="1") as (url, _):
        for status, body, content_type, accept, said in cases:
            got, _, text = post(url, body, content_type, accept)
            assert got == status and said in text, (status, content_type, accept, got, text)
            assert post(url, GOOD, RECORDIO)[0] == 200


@pytest.mark.parametrize("algorithm", HYPERPARAMETERS)
def test_models_of_other_algorithms_and_torn_ones_are_not_served(models, algorithm, tmp_path):
    (tmp_path / "model").mkdir()
    bad = {other: (folder / "model/model_algo-1").read_bytes() for other, folder in models.items() if other != algorithm}
    own = (models[algorithm] / "model/model_algo-1").read_bytes()
    for name, data in {**bad, "torn": own[: len(own) // 2], "empty": b""}.items():
        (tmp_path / "model/model_algo-1").write_bytes(data)
        done = run(algorithm, "serve", tmp_path)
        assert done.returncode == 1, name
        assert "Cannot serve: Cannot load the " in done.stdout and "model_algo-1" in done.stdout, (name, done.stdout)


def failure_of(algorithm, root, channels, content_type=RECORDIO, **hyperparameters):
    make_job(root, {**HYPERPARAMETERS[algorithm], **hyperparameters}, channels, content_type)
    assert run(algorithm, "train", root).returncode == 1
    assert not (root / "model/model_algo-1").exists()
    failure = (root / "output/failure").read_text()
    assert failure.startswith("ClientError: "), failure
    return failure


TRAIN = {"train": {"part-0": labelled([0, 1] * (ROWS // 2))}}


@pytest.mark.parametrize("algorithm", HYPERPARAMETERS)
@pytest.mark.parametrize(
    ("channels", "content_type", "hyperparameters", "said"),
    [
        (TRAIN, RECORDIO, {"unheard_of": "1"}, "unheard_of"),
        ({"train": {}}, RECORDIO, {}, 'Channel has no data: "train"'),
        ({"train": {"part-0": b""}}, RECORDIO, {}, 'Channel has no data: "train"'),
        ({"test": TRAIN["train"]}, RECORDIO, {}, 'Required channel is missing: "train"'),
        (TRAIN, "image/png", {}, 'channel "train" has image/png'),
        (TRAIN, RECORDIO, {"feature_dim": "5"}, "4 features, not 5"),
        ({"train": {"part-0": TRAIN["train"]["part-0"][:-4]}}, RECORDIO, {}, "cut record"),
        ({"train": {"part-0": labelled([0, 1] * (ROWS // 2)) + record_proto.write([record_proto.dense([1, 2, np.inf, 4], label=1)])}},
         RECORDIO, {}, "row 81"),
    ],
    ids=["unknown", "no-file", "empty-file", "no-train", "content-type", "feature-dim", "cut", "infinity"],
)
def test_bad_jobs_fail_with_their_reason(tmp_path, algorithm, channels, content_type, hyperparameters, said):
    assert said in failure_of(algorithm, tmp_path, channels, content_type, **hyperparameters)


@pytest.mark.parametrize("algorithm", SUPERVISED)
@pytest.mark.parametrize(
    ("data", "hyperparameters", "said"),
    [
        (labelled([0, 1, 2] * 27), {}, "row 3"),
        (record_proto.write(map(record_proto.dense, rows())), {}, "abel"),
        (labelled([0, float("nan")] * (ROWS // 2)), {}, "row 2"),
        (labelled([0, 1] * (ROWS // 2)), {"predictor_type": "ranker"}, 'predictor_type = "ranker"'),
    ],
    ids=["class", "no-label", "nan", "predictor-type"],
)
def test_bad_labels_fail_with_their_reason(tmp_path, algorithm, data, hyperparameters, said):
    assert said in failure_of(algorithm, tmp_path, {"train": {"part-0": data}}, **hyperparameters)
