"""What the facades offer beyond SageMaker Spark's, against the local cloud: channels, tags, resources, metrics, batch transform, an
error column, and `sagespark clean`."""
import subprocess

import pytest

from facade import Failed, probe, rows, settled, state

IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
BUCKET = "options"
HYPERPARAMETERS = {"k": 2, "feature_dim": 2, "mini_batch_size": 10}
ROWS = [[float(i), [float(i % 2 * 100), 1.0 + i / 100]] for i in range(20)]


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    cloud.client("s3").create_bucket(Bucket=BUCKET)


def fit(cloud, **more):
    return probe(cloud, {"do": "fit", "data": rows(["label", "features"], *ROWS), "hyperparameters": HYPERPARAMETERS,
                         "input": f"s3://{BUCKET}/in", "output": f"s3://{BUCKET}/out"} | more)


def tags(sagemaker, arn):
    return {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}


def keys(cloud, prefix, bucket=BUCKET):
    return [item["Key"] for item in cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def clean(cloud, *arguments):
    done = subprocess.run([cloud.binary, "clean", *arguments], env=cloud.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def remove(cloud, model):
    clean(cloud, "--run", model["run"])


def test_validation_rows_give_metrics_and_everything_carries_the_runs_tag(cloud):
    sagemaker = cloud.client("sagemaker")
    model = fit(cloud, validation=rows(["label", "features"], *ROWS[:6]), tags={"team": "digits"})
    job = sagemaker.describe_training_job(TrainingJobName=model["job"])
    channels = {channel["ChannelName"]: channel["DataSource"]["S3DataSource"] for channel in job["InputDataConfig"]}
    assert channels.keys() == {"train", "test"}
    assert channels["train"]["S3Uri"] == f"s3://{BUCKET}/in/sagespark-run-{model['run']}/{model['job']}/train/"
    assert channels["test"]["S3DataDistributionType"] == "FullyReplicated"
    assert keys(cloud, "in/") == []
    assert model["metrics"] == {metric["MetricName"]: pytest.approx(metric["Value"]) for metric in job["FinalMetricDataList"]}
    assert model["metrics"]["test:msd"] > 0
    arns = [job["TrainingJobArn"], sagemaker.describe_model(ModelName=model["model"])["ModelArn"],
            sagemaker.describe_endpoint_config(EndpointConfigName=model["endpointConfig"])["EndpointConfigArn"],
            sagemaker.describe_endpoint(EndpointName=model["endpoint"])["EndpointArn"]]
    for arn in arns:
        assert tags(sagemaker, arn) == {"sagespark:run": model["run"], "team": "digits"}
    remove(cloud, model)


def test_network_keys_spot_and_isolation_arrive(cloud):
    sagemaker = cloud.client("sagemaker")
    model = fit(cloud, policy="DO_NOT_CREATE", **{"with": {
        "subnet": "subnet-1", "securityGroup": "sg-1", "volumeKey": "volume-key", "outputKey": "output-key", "endpointKey": "endpoint-key",
        "maxWait": 90000, "checkpoints": f"s3://{BUCKET}/checkpoints", "environment": {"LEVEL": "debug"}}})
    job = sagemaker.describe_training_job(TrainingJobName=model["job"])
    assert job["VpcConfig"] == {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    assert job["ResourceConfig"]["VolumeKmsKeyId"] == "volume-key"
    assert job["OutputDataConfig"]["KmsKeyId"] == "output-key"
    assert job["EnableManagedSpotTraining"] and job["EnableNetworkIsolation"]
    assert job["StoppingCondition"]["MaxWaitTimeInSeconds"] == 90000
    assert job["CheckpointConfig"]["S3Uri"] == f"s3://{BUCKET}/checkpoints"
    assert job["Environment"] == {"LEVEL": "debug"}


def test_a_batch_transform_gives_what_the_endpoint_gives_and_leaves_nothing(cloud):
    model = fit(cloud)
    data = rows(["label", "features"], *ROWS, partitions=3)
    expected = probe(cloud, {"do": "transform", "endpoint": model["endpoint"], "data": data})["rows"]
    before = state(cloud)
    batch = {"do": "batch", "artifact": model["artifact"], "image": IMAGE, "data": data}
    assert probe(cloud, batch | {"rowsPerRequest": 3})["rows"] == expected
    assert len(expected) == len(ROWS)
    assert settled(cloud, processes=len(before["processes"])) == before
    cloud.client("s3").put_object(Bucket=BUCKET, Key="csv/a", Body=b"0,1\n100,1\n")
    cloud.client("s3").put_object(Bucket=BUCKET, Key="csv/b", Body=b"100,1\n")
    output = probe(cloud, batch | {"objects": f"s3://{BUCKET}/csv/", "output": f"s3://{BUCKET}/predicted"})["output"]
    folder = output.removeprefix(f"s3://{BUCKET}/")
    assert keys(cloud, folder) == [f"{folder}/a.out", f"{folder}/b.out"]
    lines = cloud.client("s3").get_object(Bucket=BUCKET, Key=f"{folder}/a.out")["Body"].read().split()
    assert len(lines) == 2
    remove(cloud, model)


def test_a_batch_transform_that_fails_tells_its_reason_and_leaves_nothing(cloud):
    model = fit(cloud, policy="DO_NOT_CREATE")
    before = state(cloud)
    with pytest.raises(Failed) as error:
        probe(cloud, {"do": "batch", "artifact": model["artifact"], "image": IMAGE, "data": rows(["label", "features"], [1, [1, 2, 3]])})
    assert "Transform job did not complete" in error.value.message and "is Failed: " in error.value.message
    assert settled(cloud, processes=len(before["processes"])) == before


def test_rows_of_a_failed_request_get_the_error_column_and_the_others_go_on(cloud):
    model = fit(cloud)
    data = rows(["label", "features"], [1, [1, 1]], [2, [1, 2, 3]], [3, [100, 1]])
    request = {"do": "transform", "endpoint": model["endpoint"], "data": data | {"partitions": 1}, "rowsPerRequest": 1}
    with pytest.raises(Failed):
        probe(cloud, request)
    first, bad, last = sorted(probe(cloud, request | {"errorColumn": "error"})["rows"])
    assert first.startswith("[1.0,") and first.endswith(",null]")
    assert last.startswith("[3.0,") and last.endswith(",null]")
    assert bad.startswith("[2.0,[1.0,2.0,3.0],null,null,Endpoint ")
    remove(cloud, model)


def test_clean_finds_and_deletes_what_a_run_left_and_nothing_else(cloud):
    s3 = cloud.client("s3")
    kept = fit(cloud)
    left = fit(cloud, runId="left-behind")
    run = "sagespark-run-left-behind"
    s3.put_object(Bucket=BUCKET, Key=f"in/{run}/{left['job']}/train/part-0", Body=b"x")  # As a fit that was killed leaves it.
    s3.create_multipart_upload(Bucket=BUCKET, Key=f"in/{run}/{left['job']}/train/part-1")
    s3.put_object(Bucket=BUCKET, Key=f"in/{run}-not/x", Body=b"x")
    before = state(cloud)
    assert clean(cloud, "--run", "left-behind", "--older-than", "1h") == ["0 found"]
    found = clean(cloud, "--run", "left-behind", "--dry-run")
    assert [line.split(" (run left-behind, ")[0] for line in found] == [
        f"would delete endpoint {left['endpoint']}", f"would delete endpoint configuration {left['endpointConfig']}",
        f"would delete model {left['model']}", f"would delete staging data s3://{BUCKET}/in/{run}/", "4 found, nothing changed"]
    assert state(cloud) == before
    clean(cloud, "--run", "left-behind")
    after = settled(cloud, processes=len(before["processes"]) - 1)
    assert clean(cloud, "--run", "left-behind") == ["0 found"]
    assert after["endpoints"] == [name for name in before["endpoints"] if name != left["endpoint"]]
    assert after["models"] == [name for name in before["models"] if name != left["model"]]
    assert kept["endpoint"] in after["endpoints"] and after["jobs"] == before["jobs"]
    assert keys(cloud, "in/") == [f"in/{run}-not/x"] and after["uploads"] == []
    s3.delete_object(Bucket=BUCKET, Key=f"in/{run}-not/x")
    remove(cloud, kept)


def test_clean_wants_to_know_what(cloud):
    done = subprocess.run([cloud.binary, "clean"], env=cloud.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "--older-than or --run" in done.stderr
    for age in ("2", "h", "-1h", "2 h", "2w"):
        done = subprocess.run([cloud.binary, "clean", f"--older-than={age}"], env=cloud.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and f'"{age}"' in done.stderr, age
