"""DataFrames over S3: what load finds, what the "sagemaker" writer writes in each save mode, read by Google's protobuf."""
import random

import pytest

import record_proto
from facade import Failed, libsvm, probe, rows

BUCKET = "sql"


@pytest.fixture(scope="module", autouse=True)
def folders(cloud):
    """One row a file; its label names the file."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for label, key in enumerate(["a/part-0", "a/part-1", "a/_SUCCESS", "a/.part-2.crc", "a/day=1/part-0", "b/part-0", "b/_hidden/part-0",
                                 "c1/x.libsvm", "c2/x.libsvm", "c2/y.txt", "ab/part-0", "a b/part é+%", "a b/empty"]):
        body = f"{label} 1:{label}.5 3:2\n" if not key.endswith(("SUCCESS", "crc", "empty")) else "" if key.endswith("empty") else "no row\n"
        s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())


def labels(cloud, *paths):
    found = probe(cloud, {"do": "collect", "data": libsvm(*[f"s3a://{BUCKET}/{path}" for path in paths], numFeatures=3)})["rows"]
    return sorted(int(row.split(".")[0][1:]) for row in found)


@pytest.mark.parametrize("paths, expected", [
    (["a"], [0, 1, 4]), (["a/"], [0, 1, 4]), (["a/part-1"], [1]), (["a/day=1"], [4]), (["a", "b"], [0, 1, 4, 5]), (["b"], [5]),
    (["c*"], [7, 8, 9]), (["c*/*.libsvm"], [7, 8]), (["c[1]/x.libsvm"], [7]), (["{a,b}/part-0"], [0, 5]), (["c?/y.txt"], [9]),
    (["a b"], [11]),
])
def test_load_finds_folders_globs_and_no_hidden_files(cloud, paths, expected):
    assert labels(cloud, *paths) == expected


def test_show_prints_as_spark_does(cloud):
    shown = probe(cloud, {"do": "show", "data": libsvm(f"s3a://{BUCKET}/a/part-1", numFeatures=784)})
    assert shown["text"] == ("+-----+--------------------+\n"
                             "|label|            features|\n"
                             "+-----+--------------------+\n"
                             "|  1.0|(784,[0,2],[1.5,2...|\n"
                             "+-----+--------------------+\n")
    assert shown["schema"] == "[label: double, features: vector]"


def written(cloud, prefix):
    """(label, features) of all files of a folder, and its keys."""
    s3 = cloud.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]
    records = []
    for key in keys:
        if key.endswith(".pbr"):
            records += record_proto.read(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    found = []
    for record in records:
        tensor = record.features["values"].float32_tensor
        values = dict(zip(tensor.keys, tensor.values)) if tensor.shape else dict(enumerate(tensor.values))
        found.append((record.label["values"].float32_tensor.values[0], tuple(sorted(values.items()))))
    return sorted(found), keys


def rows_of(table):
    return sorted((float(label), tuple(enumerate(map(float, values)))) for label, values in table)


def write(cloud, table, to, mode, **changes):
    return probe(cloud, {"do": "write", "data": rows(["label", "features"], *table), "format": "sagemaker", "mode": mode,
                         "to": f"s3://{BUCKET}/{to}", **changes})


def test_each_save_mode(cloud):
    generator = random.Random(1)
    first, second = ([[float(i), [generator.randint(-99, 99) / 4 for _ in range(5)]] for i in range(count)] for count in (300, 70))
    write(cloud, first, "out/modes", "errorifexists")
    found, keys = written(cloud, "out/modes/")
    assert found == rows_of(first)
    assert "out/modes/_SUCCESS" in keys and len(keys) == 3  # Two partitions.

    with pytest.raises(Failed) as error:
        write(cloud, second, "out/modes", "errorifexists")
    assert error.value.type == "AnalysisException"
    assert error.value.message == (f'[PATH_ALREADY_EXISTS] Path s3://{BUCKET}/out/modes already exists. Set mode as "overwrite" to '
                                   "overwrite the existing path. SQLSTATE: 42K04")
    write(cloud, second, "out/modes", "ignore")
    assert written(cloud, "out/modes/") == (found, keys)

    write(cloud, second, "out/modes", "append")
    found, appended = written(cloud, "out/modes/")
    assert found == sorted(rows_of(first) + rows_of(second))
    assert set(keys) < set(appended)

    write(cloud, second, "out/modes", "overwrite")
    found, overwritten = written(cloud, "out/modes/")
    assert found == rows_of(second)
    assert not {key for key in overwritten if key.endswith(".pbr")} & set(appended)
    with pytest.raises(Failed) as error:
        write(cloud, second, "out/modes", "replace")
    assert error.value.type == "AnalysisException" and "replace" in error.value.message


def test_sparse_rows_and_other_column_names(cloud):
    probe(cloud, {"do": "write", "data": libsvm(f"s3a://{BUCKET}/c*/*.libsvm", numFeatures=3), "format": "sagemaker",
                  "to": f"s3a://{BUCKET}/out/sparse"})
    assert written(cloud, "out/sparse/")[0] == [(7.0, ((0, 7.5), (2, 2.0))), (8.0, ((0, 8.5), (2, 2.0)))]
    table = rows(["y", "x"], [3.0, [1.0, 2.0]])
    probe(cloud, {"do": "write", "data": table, "format": "sagemaker", "to": f"s3a://{BUCKET}/out/named",
                  "options": {"labelColumnName": "y", "featuresColumnName": "x"}})
    assert written(cloud, "out/named/")[0] == [(3.0, ((0, 1.0), (1, 2.0)))]


def test_a_failed_overwrite_keeps_what_was_there(cloud):
    write(cloud, [[1.0, [1.0, 2.0]]], "out/kept", "errorifexists")
    before = written(cloud, "out/kept/")
    with pytest.raises(Failed):
        write(cloud, [[1.0, [1.0, 2.0]], [2.0, None]], "out/kept", "overwrite")
    assert written(cloud, "out/kept/") == before
    assert cloud.client("s3").list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
