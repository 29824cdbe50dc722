"""Images of the user's own: a Python script trained and hosted through boto3 and through SageMakerEstimator."""
import json
import subprocess

import botocore.exceptions
import pytest

from conftest import ROOT, Cloud, bin_dir
from test_sagemaker import ROLE, SageMaker, message_of, wait

SCRIPT = ROOT / "examples" / "custom_image" / "nearest_mean.py"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/nearest-mean:3"


@pytest.fixture(scope="module", params=[(), ("--no-namespaces",)], ids=["as the machine allows", "without namespaces"])
def cloud(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("cloud")
    images = folder / "images.json"
    images.write_text(json.dumps({"images": [
        {"image": "shell:1", "command": ["sh", "-c", "echo verb=$0 ml=$SAGESPARK_ML_ROOT level=$LEVEL"], "environment": {"LEVEL": "7"}}]}))
    running = Cloud(folder / "data", arguments=["--image", f"nearest-mean=python3 '{SCRIPT}'", "--images", images, *request.param])
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sagemaker(cloud):
    made = SageMaker(cloud, bucket="own-images")
    made.s3.put_object(Bucket=made.bucket, Key="rows/a.csv", Body=b"0,1,0.5\n0,0.5,1\n")
    made.s3.put_object(Bucket=made.bucket, Key="rows/b.csv", Body=b"1,8,9\n1,9,8\n")
    return made


def own_job(sagemaker, **changes):
    job = sagemaker.job("x", HyperParameters={"metric": "euclidean"}, **changes)
    job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{sagemaker.bucket}/rows/"
    job["InputDataConfig"][0]["ContentType"] = "text/csv"
    job["AlgorithmSpecification"] = {"TrainingImage": IMAGE, "TrainingInputMode": "File",
                                     "MetricDefinitions": [{"Name": "rows", "Regex": r"rows=(\d+);"}]}
    del job["TrainingJobName"]
    return job


def test_a_script_is_trained_hosted_and_asked(sagemaker):
    job = sagemaker.train("own-1", **own_job(sagemaker))
    assert job["TrainingJobStatus"] == "Completed", job
    assert [(metric["MetricName"], metric["Value"]) for metric in job["FinalMetricDataList"]] == [("rows", 4.0)]
    sagemaker.client.create_model(ModelName="own-1", ExecutionRoleArn=ROLE, PrimaryContainer={
        "Image": IMAGE, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]})
    sagemaker.client.create_endpoint_config(EndpointConfigName="own-1", ProductionVariants=[
        {"VariantName": "v", "ModelName": "own-1", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}])
    sagemaker.client.create_endpoint(EndpointName="own-1", EndpointConfigName="own-1")
    endpoint = wait(lambda: sagemaker.client.describe_endpoint(EndpointName="own-1"), "EndpointStatus", "InService", "Failed")
    assert endpoint["EndpointStatus"] == "InService", endpoint

    def ask(body, content_type="text/csv", accept="application/jsonlines"):
        return sagemaker.runtime.invoke_endpoint(EndpointName="own-1", Body=body, ContentType=content_type,
                                                 Accept=accept)["Body"].read().decode()

    assert [json.loads(line) for line in ask(b"0.75,0.75\n8.5,8.5\n").splitlines()] == [
        {"label": 0.0, "distance": 0.0}, {"label": 1.0, "distance": 0.0}]
    assert ask(b"[8.5, 7.5]\n", "application/jsonlines", "text/csv") == "1.0,1.0\n"
    for body, content_type, status in ((b"1,2,3", "text/csv", 400), (b"x", "image/png", 415)):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            ask(body, content_type)
        assert error.value.response["OriginalStatusCode"] == status
    sagemaker.client.delete_endpoint(EndpointName="own-1")


def test_its_failure_file_is_the_reason(sagemaker):
    job = sagemaker.train("own-bad", **own_job(sagemaker) | {"HyperParameters": {"metric": "cosine"}})
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: metric must be euclidean or manhattan: cosine, exit code: 1"


def test_an_image_of_the_file_runs_with_its_environment(cloud, sagemaker):
    job = own_job(sagemaker)
    job["AlgorithmSpecification"]["TrainingImage"] = "shell:1"
    assert sagemaker.train("own-shell", **job)["TrainingJobStatus"] == "Completed"
    stream = sagemaker.logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="own-shell/")
    events = sagemaker.logs.get_log_events(logGroupName="/aws/sagemaker/TrainingJobs",
                                           logStreamName=stream["logStreams"][0]["logStreamName"])["events"]
    line = events[0]["message"]
    assert line.startswith("verb=train ml=/") and line.endswith("/opt/ml level=7"), line
    if "--no-namespaces" in cloud.arguments:
        assert line.split()[1] not in ("ml=/opt/ml", "ml="), line


def test_tags_must_fit_and_unknown_images_are_named_with_the_option(sagemaker):
    job = own_job(sagemaker)
    job["AlgorithmSpecification"]["TrainingImage"] = "shell:2"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sagemaker.client.create_training_job(TrainingJobName="no-image", **job)
    message = message_of(error)
    assert "No program here stands in for the image shell:2" in message
    assert "nearest-mean" in message and "--image URI=COMMAND" in message


def test_the_example_trains_and_predicts_with_its_own_formats(cloud, sagemaker):
    done = subprocess.run([bin_dir() / "custom_image", IMAGE], env=cloud.environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if line.startswith("|")]
    assert rows[0] == ["label", "features", "nearest", "distance"], done.stdout
    assert [(row[0], row[2]) for row in rows[1:]] == [("0.0", "0.0")] * 2 + [("1.0", "1.0")] * 2
    assert {round(float(row[3]), 6) for row in rows[1:]} == {round(0.125 ** 0.5, 6), round(0.5 ** 0.5, 6)}
    assert sagemaker.client.list_endpoints(NameContains="endpoint")["Endpoints"] == []


def test_a_bad_mapping_ends_serve_with_its_reason(tmp_path):
    for mapping, reason in (("x=no-such-program", "Image x: No such executable in PATH: no-such-program"),
                            ("x", "An image must be given as URI=COMMAND: x")):
        done = subprocess.run([bin_dir() / "sagespark", "serve", "--port", "0", "--data-dir", tmp_path, "--image", mapping],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and reason in done.stderr, done.stderr
