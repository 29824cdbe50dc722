"""What bad input gets through the C++ facades against the real server: its exact message, and nothing left behind."""
import os
import re
import resource
import signal
import tarfile

import pytest

from facade import Failed, libsvm, probe, rows, settled, state

BUCKET = "bad-input"
IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
HYPERPARAMETERS = {"k": 2, "feature_dim": 2, "mini_batch_size": 10}
ACCOUNT_BUCKET = "000000000000-sagemaker-us-east-1"


@pytest.fixture(scope="module", autouse=True)
def buckets(cloud):
    for bucket in (BUCKET, ACCOUNT_BUCKET):
        cloud.client("s3").create_bucket(Bucket=bucket)


def put(cloud, key, text):
    cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=text.encode())
    return f"s3a://{BUCKET}/{key}"


def fails(cloud, request, **options):
    """The message that the request throws; it must leave the cloud as it was."""
    before = state(cloud)
    with pytest.raises(Failed) as error:
        probe(cloud, request, **options)
    assert settled(cloud) == before
    return error.value.message


def fit(data, **changes):
    return {"do": "fit", "data": data, "hyperparameters": HYPERPARAMETERS, **changes}


IN_TASK = "Task failed in partition 0 after 0 rows: "
GOOD = "1 1:1 2:2\n"


@pytest.mark.parametrize("do, line, said", [
    ("collect", "1 1:x", 'LibSVM line does not parse: {}, line 3, "1:x"'),
    ("write", "1 1:x", 'LibSVM line does not parse: {}, line 3, "1:x"'),
    ("fit", "1 1:x", 'LibSVM line does not parse: {}, line 3, "1:x"'),
    ("collect", "one 1:1", 'LibSVM line does not parse: {}, line 3, "one"'),
    ("collect", "1 1", 'LibSVM line does not parse: {}, line 3, "1"'),
    ("collect", "1 0:1", 'LibSVM index is out of range: {}, line 3, "0:1"'),
    ("fit", "1 1:1 3:1", 'LibSVM index 3 is beyond numFeatures 2: {}, line 3, "3:1"'),
    ("fit", "1 2:1 1:1", 'LibSVM index is out of order: {}, line 3, "1:1"'),
])
def test_a_line_that_is_no_libsvm(cloud, do, line, said):
    path = put(cloud, "lines/part.libsvm", GOOD * 2 + line + "\n" + GOOD)
    request = fit(libsvm(path, numFeatures=2)) | {"do": do, "format": "sagemaker", "to": f"s3://{BUCKET}/out"}
    assert fails(cloud, request) == IN_TASK + said.format(path.replace("s3a:", "s3:"))


@pytest.mark.parametrize("do", ["write", "fit"])
@pytest.mark.parametrize("columns, row, said", [
    (["label", "x"], [1, [1, 2]], 'Column does not exist: "features"; the columns are "label", "x"'),
    (["label", "features"], [1, 2], 'Features column is not a vector: "features" has type double'),
    (["label", "features"], ["text", [1, 2]], 'Label column is not numeric: "label" has type string'),
])
def test_columns_that_do_not_fit(cloud, do, columns, row, said):
    request = fit(rows(columns, row)) | {"do": do, "format": "sagemaker", "to": f"s3://{BUCKET}/out"}
    assert fails(cloud, request) == ('Channel "train": ' if do == "fit" else "") + said


@pytest.mark.parametrize("values, said", [
    ([[1, [1, 2]], [1, [1, 2, 3]]], 'Vector has another length than the first: column "features", row 1 has length 3, not 2'),
    ([[1, [1, 2]], [1, None]], 'Row is null: column "features", row 1'),
    ([[1, [1, 2]], [None, [1, 2]]], 'Row is null: column "label", row 1'),
])
def test_rows_that_cannot_be_written(cloud, values, said):
    message = fails(cloud, fit(rows(["label", "features"], *values, partitions=1)))
    assert message == "Task failed in partition 0 after 2 rows: " + said


@pytest.mark.parametrize("values, hyperparameters, said", [
    ([[1, 2], ["NaN", 1]], {}, "Row has a value that is not finite: column 0, frame at byte 0"),
    ([[1, 2], [1, "Infinity"]], {}, "Row has a value that is not finite: column 1, frame at byte 0"),
    ([[1, 2, 3], [1, 2, 3]], {}, "Row has another length: 3 features, not 2, frame at byte 0"),
    ([[1, 2], [3, 4]], {"k": 5}, "Training data has too few rows for the centers: 2 rows in the first mini-batch, "
                                 "k * extra_center_factor = 5 * 1"),
])
def test_a_job_that_fails_tells_its_reason_and_the_end_of_its_log(cloud, values, hyperparameters, said):
    before = state(cloud)
    with pytest.raises(Failed) as error:
        probe(cloud, fit(rows(["label", "features"], *[[1, value] for value in values]),
                         hyperparameters=HYPERPARAMETERS | hyperparameters))
    after = settled(cloud)
    job = (set(after.pop("jobs")) - set(before.pop("jobs"))).pop()
    assert after == before  # Its staging data are gone.
    reason, _, log = error.value.message.partition("\nLast lines of its log:\n")
    assert reason.startswith(f'Training job did not complete: "{job}" is Failed (Failed): ClientError: ')
    assert reason.endswith(f"{said}, exit code: 1")
    assert said in log and "Docker entrypoint called with argument(s): train" in log


def test_no_rows_at_all(cloud):
    path = put(cloud, "empty/part.libsvm", "# nothing\n")
    assert fails(cloud, fit(libsvm(path, numFeatures=2))) == "Training data have no rows"


def test_setters_refuse_values_out_of_range(cloud):
    cases = [
        ("k", 1, 'k = 1; valid: >= 2'),
        ("feature_dim", 0, "feature_dim = 0; valid: > 0"),
        ("mini_batch_size", 0, "mini_batch_size = 0; valid: > 0"),
        ("init_method", "best", 'init_method = best; valid: one of "random", "kmeans++"'),
        ("local_lloyd_max_iter", 0, "local_lloyd_max_iter = 0; valid: >= 1"),
        ("local_lloyd_tol", 1.5, "local_lloyd_tol = 1.5; valid: in [0, 1]"),
        ("local_lloyd_num_trials", 0, 'local_lloyd_num_trials = 0; valid: "auto" or > 0'),
        ("local_lloyd_num_trials", "many", 'local_lloyd_num_trials = many; valid: "auto" or > 0'),
        ("local_lloyd_init_method", "", 'local_lloyd_init_method = ; valid: one of "random", "kmeans++"'),
        ("half_life_time_size", -1, "half_life_time_size = -1; valid: >= 0"),
        ("epochs", 0, "epochs = 0; valid: >= 1"),
        ("extra_center_factor", "-2", 'extra_center_factor = -2; valid: "auto" or > 0'),
        ("eval_metrics", "msd,acc", 'eval_metrics = msd,acc; valid: a comma-separated list of "msd", "ssd"'),
    ]
    errors = probe(cloud, {"do": "set", "each": [{name: value} for name, value, _ in cases]})["errors"]
    assert errors == [f"Parameter is out of range: {said}" for _, _, said in cases]
    assert probe(cloud, {"do": "set", "each": [HYPERPARAMETERS]})["errors"] == [""]


@pytest.mark.parametrize("given, missing", [({}, "k, feature_dim"), ({"k": 2}, "feature_dim"), ({"feature_dim": 2}, "k")])
def test_missing_hyperparameters_fail_before_anything_is_created(cloud, given, missing):
    message = fails(cloud, fit(rows(["features"], [[1, 2]]), hyperparameters=given))
    assert message == f"Required hyperparameters are not set: {missing}"


NO_BUCKET = "Bucket does not exist: nonesuch-bucket"


@pytest.mark.parametrize("request_, said", [
    ({"do": "collect", "data": libsvm("s3a://nonesuch-bucket/x", numFeatures=2)}, NO_BUCKET),
    ({"do": "collect", "data": libsvm(f"s3a://{BUCKET}/nonesuch", numFeatures=2)},
     f"[PATH_NOT_FOUND] Path does not exist: s3://{BUCKET}/nonesuch. SQLSTATE: 42K03"),
    ({"do": "collect", "data": libsvm(f"s3a://{BUCKET}/non*/such", numFeatures=2)},
     f"[PATH_NOT_FOUND] Path does not exist: s3://{BUCKET}/non*/such. SQLSTATE: 42K03"),
    ({"do": "write", "data": rows(["features"], [[1, 2]]), "format": "sagemaker", "to": "s3://nonesuch-bucket/x"}, NO_BUCKET),
    (fit(rows(["features"], [[1, 2]]), input="s3://nonesuch-bucket/x"), NO_BUCKET),
    (fit(rows(["features"], [[1, 2]]), output="s3://nonesuch-bucket/x"),
     "CreateTrainingJob failed: ValidationException: Bucket of OutputDataConfig.S3OutputPath does not exist: nonesuch-bucket"),
])
def test_buckets_and_paths_that_do_not_exist(cloud, request_, said):
    assert fails(cloud, request_) == said


@pytest.mark.parametrize("setting, said", [
    ({"AWS_ACCESS_KEY_ID": "AKIAABSENT"}, "InvalidClientTokenId: The AWS Access Key Id you provided does not exist in our records."),
    ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch: The request signature we calculated does not match the signature "
                                         "you provided. Check your key and signing method."),
])
def test_wrong_credentials(cloud, setting, said):
    assert fails(cloud, fit(rows(["features"], [[1, 2]])), **setting) == f"GetCallerIdentity failed: {said}"


@pytest.mark.parametrize("key, said", [
    ("torn.tar.gz", "Failed to extract model data archive for production variant AllRequests. Please ensure that the object located at "
                    "the URL is a valid tar.gz archive: {}: Cannot unpack model.tar.gz: Unrecognized archive format"),
    ("absent.tar.gz", "Failed to download model data for production variant AllRequests. Please ensure that there is an object located "
                      "at the URL and that the role passed to CreateModel has permissions to download the model: {}"),
    ("empty.tar.gz", "The primary container for production variant AllRequests did not pass the ping health check. Please check "
                     "CloudWatch logs for this endpoint."),
])
def test_an_endpoint_that_does_not_come_up(cloud, tmp_path, key, said):
    put(cloud, "torn.tar.gz", "no archive")
    with tarfile.open(tmp_path / "empty.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("readme"))
    cloud.client("s3").upload_file(str(tmp_path / "empty.tar.gz"), BUCKET, "empty.tar.gz")
    artifact = f"s3://{BUCKET}/{key}"
    message = fails(cloud, {"do": "host", "artifact": artifact, "image": IMAGE})
    endpoint, _, reason = message.partition(" is Failed: ")
    assert re.fullmatch(r'Endpoint did not come up: "endpoint-[-0-9a-fT]+"', endpoint), message
    assert reason == said.format(artifact)


def no_room():
    """Files may grow to 4 KiB only: what a full disk does, but for the error's number."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk_on_the_client(cloud, tmp_path):
    folder = tmp_path / "deep" / "out"
    request = {"do": "write", "data": rows(["features"], *[[[float(i)] * 100] for i in range(100)]), "format": "sagemaker",
               "to": str(folder)}
    message = fails(cloud, request, preexec_fn=no_room)
    assert re.fullmatch(rf"Task failed in partition \d after \d+ rows: File cannot be written: {folder}/part-0000.*\.pbr: File too large", message), message
    assert list(tmp_path.iterdir()) == []
    probe(cloud, request)  # A retry finds no path in its way.
    assert {os.path.splitext(name)[1] for name in os.listdir(folder)} == {"", ".pbr"}


def test_a_full_disk_under_a_repartition(cloud, tmp_path):
    data = rows(["features"], *[[[float(i)] * 100] for i in range(100)], partitions=3)
    message = fails(cloud, {"do": "collect", "data": data}, preexec_fn=no_room, TMPDIR=str(tmp_path))
    assert message == f"Repartitioned rows cannot be kept in {tmp_path}: Error writing bytes to file: [errno 27] File too large"
    assert list(tmp_path.iterdir()) == []
