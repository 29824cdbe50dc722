"""Hadoop's S3A file system, as Spark 3.4 has it, against the local cloud."""
import json
import os
import pathlib
import subprocess

from virtual_environments import python_of

BUCKET = "hadoop"


def test_s3a_writes_commits_reads_renames_lists_and_deletes(cloud, tmp_path):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    settings = tmp_path / "spark.conf"
    settings.write_text(cloud.env("--spark", "--bucket", BUCKET))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    run = subprocess.run([python_of("jvm"), pathlib.Path(__file__).with_name("hadoop_s3a.py"), settings, BUCKET],
                         env=kept | {"SPARK_LOCAL_IP": "127.0.0.1"}, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr[-5000:]
    results = {}
    for line in map(json.loads, run.stdout.splitlines()):
        results.setdefault(line.pop("part"), []).append(line)
    assert results.pop("ranges") == [{"right": [True] * 4, "length": 300_000, "missing": "FileNotFoundException"}]
    assert results.pop("large") == [{"right": True, "renamed": True, "names": ["renamed"]}]
    assert results.pop("folders") == [{
        "renamed": True, "same": True, "gone": True, "listed": ["a", "b", "empty"], "matched": sorted(["0", "1", "2"] * 2), "whole": True,
        "refused": "FileAlreadyExistsException", "into_a_file": "FileAlreadyExistsException", "deleted": True, "left": False}]
    assert results.pop("tables") == [{
        "counts": {"0": 338, "1": 336, "2": 336}, "total": sum(range(1, 1000, 3)) + 1 + 4 + 7, "overwritten": 7, "temporary": []}]
    committed = [f"part-r-{number:05}" for number in range(3)]
    for result, committer in zip(results.pop("committers"), ("magic", "directory"), strict=True):
        assert (result["committer"], result["files"], result["lines"]) == (committer, 3, True), result
        assert [name for name in result["names"] if not name.startswith("part-r-")] == ["_SUCCESS"]
        assert [name[:len(committed[0])] for name in result["names"] if name.startswith("part-r-")] == committed
    assert results == {}
    assert s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
