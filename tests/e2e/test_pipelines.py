"""Pipelines of native and SageMaker stages: fitted, saved, loaded by another process, cleaned up; the example on MNIST."""
import io
import json
import os
import pathlib
import re
import subprocess

import numpy
import pyarrow.parquet
import pytest

import facade
from conftest import bin_dir

# What seed 002 prints: Spark's own PCA of the MNIST training rows, first component of the first rows.
SPARK_PROJECTIONS = [880.731433034386, 1768.51722024186, 704.949236329314, -42.328192193771, 374.043902028333, 941.267714528850,
                     30.2848596410594, 1270.14374062052, -112.10792566485, 452.068280676606, 610.596447285397, 142.959601818422,
                     1036.71862533658, 996.740157435754, -107.26076167417, 619.771820430940, 850.152101817161, 370.041887230547,
                     546.674328209335, -29.259112927426]
HEADER = "|label|            features|   projectedFeatures|distance_to_cluster|closest_cluster|"

REMOTE_HEADER = "|label|            features|     projectionDim20|distance_to_cluster|closest_cluster|"


def two_groups():
    """Rows around (0, 0, 0, 0) and (100, 100, 0, 0)."""
    random = numpy.random.default_rng(0)
    groups = [random.normal(size=(20, 4)), random.normal(size=(20, 4)) + [100, 100, 0, 0]]
    return facade.rows(["label", "features"], *([float(group), row.tolist()] for group, rows in enumerate(groups) for row in rows),
                       partitions=3)


def cell(line, index):
    """A number of a row as Spark prints it, counted from the end."""
    return float(line.rstrip("]").split(",")[index])


@pytest.mark.parametrize("policy", ["CREATE_ON_CONSTRUCT", "CREATE_ON_TRANSFORM"])
def test_a_fitted_pipeline_is_saved_loaded_elsewhere_and_cleaned_up(cloud, bucket, policy):
    before = facade.state(cloud)
    path = f"s3a://{bucket}/models/pipeline"
    fitted = facade.probe(cloud, {"do": "fitPipeline", "data": two_groups(), "to": path, "policy": policy})
    clusters = {(line[1:4], cell(line, -1)) for line in fitted["rows"]}
    assert len(clusters) == 2 and len({cluster for _, cluster in clusters}) == 2  # Each group is its own cluster.

    loaded = facade.probe(cloud, {"do": "transformSaved", "from": path, "data": two_groups(), "clean": True})
    assert loaded["rows"] == fitted["rows"]
    if policy == "CREATE_ON_CONSTRUCT":
        assert loaded["endpoint"] == fitted["endpoint"]
    else:  # It was saved before its endpoint was made: the loaded one makes its own.
        assert loaded["endpoint"] != fitted["endpoint"]
        cloud.client("sagemaker").delete_endpoint(EndpointName=fitted["endpoint"])
        cloud.client("sagemaker").delete_endpoint_config(EndpointConfigName=fitted["endpointConfig"])
        cloud.client("sagemaker").delete_model(ModelName=fitted["model"])
    after = facade.settled(cloud, len(before["processes"]))
    for left in ("models", "configs", "endpoints", "uploads"):
        assert after[left] == before[left]


def test_the_saved_folder_is_sparks(cloud, s3, bucket):
    path = f"s3://{bucket}/pipeline"
    fitted = facade.probe(cloud, {"do": "fitPipeline", "data": two_groups(), "to": path})
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    read = lambda key: s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    root = json.loads(read("pipeline/metadata/part-00000"))
    assert list(root) == ["class", "timestamp", "sparkVersion", "uid", "paramMap", "defaultParamMap"]
    assert root["class"] == "org.apache.spark.ml.PipelineModel"
    pca, kmeans = root["paramMap"]["stageUids"]
    assert keys == sorted([f"pipeline/stages/0_{pca}/data/_SUCCESS", f"pipeline/stages/0_{pca}/data/part-00000-c000.snappy.parquet",
                           f"pipeline/stages/0_{pca}/metadata/_SUCCESS", f"pipeline/stages/0_{pca}/metadata/part-00000",
                           f"pipeline/stages/1_{kmeans}/metadata/_SUCCESS", f"pipeline/stages/1_{kmeans}/metadata/part-00000",
                           "pipeline/metadata/_SUCCESS", "pipeline/metadata/part-00000"])
    parquet = pyarrow.parquet.ParquetFile(io.BytesIO(read(f"pipeline/stages/0_{pca}/data/part-00000-c000.snappy.parquet")))
    golden = next((pathlib.Path(__file__).parent.parent / "goldens/spark_ml/pca_model/data").glob("*.parquet"))
    sparks = pyarrow.parquet.ParquetFile(golden)
    assert parquet.schema.equals(sparks.schema)
    for name in (b"org.apache.spark.sql.parquet.row.metadata", b"org.apache.spark.version"):
        assert parquet.metadata.metadata[name] == sparks.metadata.metadata[name]
    model = json.loads(read(f"pipeline/stages/1_{kmeans}/metadata/part-00000"))
    assert model["createdResources"]["endpointName"] == fitted["endpoint"]
    assert "AKIA" not in json.dumps(model) and cloud.settings["AWS_SECRET_ACCESS_KEY"] not in json.dumps(model)
    facade.probe(cloud, {"do": "transformSaved", "from": path, "data": two_groups(), "clean": True})


def test_saving_over_something_is_refused(cloud, s3, bucket):
    s3.put_object(Bucket=bucket, Key="pipeline/metadata/part-00000", Body=b"{}")
    with pytest.raises(facade.Failed, match="Path exists already"):
        facade.probe(cloud, {"do": "fitPipeline", "data": two_groups(), "to": f"s3://{bucket}/pipeline", "policy": "DO_NOT_CREATE"})
    assert s3.get_object(Bucket=bucket, Key="pipeline/metadata/part-00000")["Body"].read() == b"{}"


@pytest.mark.parametrize("saved, message", [(None, "Saved stage does not exist: s3://"), (b"", "Saved stage is torn: s3://"),
                                            (b'{"class": "org.apa', "has broken metadata")])
def test_what_is_no_saved_pipeline_is_named(cloud, s3, bucket, saved, message):
    if saved is not None:
        s3.put_object(Bucket=bucket, Key="pipeline/metadata/part-00000", Body=saved)
    with pytest.raises(facade.Failed, match=message):
        facade.probe(cloud, {"do": "transformSaved", "from": f"s3://{bucket}/pipeline", "data": two_groups()})


@pytest.mark.parametrize("policy", ["CREATE_ON_CONSTRUCT", "CREATE_ON_TRANSFORM"])
def test_a_pipeline_whose_second_stage_fails_leaves_no_endpoint_behind(cloud, bucket, policy):
    before = facade.state(cloud)
    with pytest.raises(facade.Failed) as failed:
        facade.probe(cloud, {"do": "fitPipeline", "fails": True, "feature_dim": 4, "data": two_groups(), "to": f"s3://{bucket}/x",
                             "policy": policy})
    assert re.search(r"; stage KMeansSageMakerEstimator_\w+ was trained: s3://\S+/model.tar.gz, its endpoint \S+ is deleted$",
                     failed.value.message), failed.value.message
    after = facade.settled(cloud, len(before["processes"]))
    for left in ("models", "configs", "endpoints", "uploads", "processes"):
        assert after[left] == before[left]


def test_programs_load_the_systems_openssl_before_parquets():
    """libparquet shows the symbols of a libcrypto of its own: loaded first, it would serve the system's libssl too, which crashes."""
    dynamic = subprocess.run(["readelf", "-d", bin_dir() / "kmeans_mnist"], check=True, capture_output=True, text=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\]", dynamic)
    position = {name: next(i for i, library in enumerate(needed) if library.startswith(name)) for name in
                ("libssl.so", "libcrypto.so", "libparquet.so")}
    assert max(position["libssl.so"], position["libcrypto.so"]) < position["libparquet.so"]


@pytest.mark.skipif(not pathlib.Path(os.environ.get("SAGESPARK_MNIST_DIR", "/nonexistent")).is_dir(),
                    reason="SAGESPARK_MNIST_DIR is not set")
def test_the_example_prints_the_tables_of_the_notebook_and_leaves_nothing_behind(own_cloud):
    subprocess.run([bin_dir() / "sagespark", "data", "mnist"], env=own_cloud.environment, check=True, capture_output=True)
    before = facade.settled(own_cloud)
    done = subprocess.run([bin_dir() / "pca_kmeans_pipeline"], env=own_cloud.environment, capture_output=True, text=True, timeout=300)
    output = done.stdout
    assert done.returncode == 0, output + done.stderr

    tables = re.findall(re.escape(HEADER) + r"\n\S+\n((?:\|.*\n)+)", output)
    assert len(tables) == 2 and tables[0] == tables[1]  # Fitted, and loaded.
    rows = [line.strip("|\n").split("|") for line in tables[0].splitlines()]
    assert [row[1] for row in rows[:2]] == ["(784,[152,153,154...", "(784,[127,128,129..."]
    first = [float(row[2].strip(" [").removesuffix("...")) for row in rows]
    assert first == pytest.approx(SPARK_PROJECTIONS, rel=1e-11)  # The signs, too.
    # Seed 002's distances: 962 to 1571 around 1286. The clusters differ by where k-means begins.
    distances = [float(row[3]) for row in rows]
    assert 1150 < numpy.median(distances) < 1450

    # Two SageMaker stages with endpoints made by the first transform, on the 50 dimensions from above.
    table = re.search(re.escape(REMOTE_HEADER) + r"\n\S+\n((?:\|.*\n)+)", output)[1]
    remote = [line.strip("|\n").split("|") for line in table.splitlines()]
    assert [row[1].strip() for row in remote] == [row[2].strip() for row in rows]
    assert len({row[2] for row in remote}) == 20
    assert {float(row[4]) for row in remote} <= set(range(10))

    assert re.findall(r"^deleted endpoint (sparksm-2\w)-endpoint-", output, re.M) == ["sparksm-2a", "sparksm-2b", "sparksm-2c"]
    after = facade.settled(own_cloud, len(before["processes"]))
    for left in ("models", "configs", "endpoints", "uploads", "processes"):
        assert after[left] == before[left]
