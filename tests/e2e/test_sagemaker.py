"""K-means trained and hosted through boto3: jobs, logs, models, endpoints, invocations, restarts.

boto3 does not validate replies: every raw body is checked against botocore's own shapes.
"""
import json
import os
import signal
import subprocess
import time

import botocore.exceptions
import pytest

from botocore_shapes import problems_of_reply
from test_kmeans_container import groups

IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
ROLE = "arn:aws:iam::000000000000:role/test"


def csv(rows):
    return "\n".join(",".join(f"{value:g}" for value in row) for row in rows).encode()


def code_of(error):
    return error.value.response["Error"]["Code"]


def message_of(error):
    return error.value.response["Error"]["Message"]


def wait(describe, key, *ends):
    """Until the status is one of `ends`; returns the description."""
    for _ in range(3000):
        description = describe()
        if description[key] in ends:
            return description
        time.sleep(0.01)
    raise AssertionError(description)


def check_body(operation_model, response_dict, **_):
    if response_dict["status_code"] == 200:
        service = operation_model.service_model.service_name
        assert problems_of_reply(service, operation_model.name, response_dict["body"]) == []


class SageMaker:
    """Shortcuts on a cloud with a bucket that holds training rows."""

    def __init__(self, cloud, bucket="kmeans-data"):
        self.client = cloud.client("sagemaker")
        self.runtime = cloud.client("sagemaker-runtime")
        self.logs = cloud.client("logs")
        self.s3 = cloud.client("s3")
        for client in (self.client, self.logs):
            client.meta.events.register("before-parse", check_body)
        self.bucket = bucket
        self.s3.create_bucket(Bucket=bucket)
        self.s3.put_object(Bucket=bucket, Key="train/part-0", Body=csv(groups(400)))

    def job(self, name, **changes):
        request = {
            "TrainingJobName": name, "RoleArn": ROLE,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "HyperParameters": {"k": "4", "feature_dim": "4", "mini_batch_size": "100"},
            "InputDataConfig": [{
                "ChannelName": "train", "ContentType": "text/csv;label_size=0",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/train/",
                                                "S3DataDistributionType": "ShardedByS3Key"}}}],
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.bucket}/models"},
            "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }
        return request | changes

    def train(self, name, **changes):
        self.client.create_training_job(**self.job(name, **changes))
        return wait(lambda: self.client.describe_training_job(TrainingJobName=name), "TrainingJobStatus",
                    "Completed", "Failed", "Stopped")

    def deploy(self, name, model_data):
        self.client.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                                 PrimaryContainer={"Image": IMAGE, "ModelDataUrl": model_data})
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
            {"VariantName": "AllRequests", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge",
             "InitialVariantWeight": 1.0}])
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return wait(lambda: self.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService", "Failed")

    def predict(self, name, rows):
        return self.runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Accept="application/json",
                                            Body=csv(rows))


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return SageMaker(cloud)


def test_kmeans_is_trained_hosted_and_asked(sagemaker):
    job = sagemaker.train("job-1")
    assert job["TrainingJobStatus"] == "Completed", job
    assert [step["Status"] for step in job["SecondaryStatusTransitions"]] == [
        "Starting", "Downloading", "Training", "Uploading", "Completed"]
    endpoint = sagemaker.deploy("e-1", job["ModelArtifacts"]["S3ModelArtifacts"])
    assert endpoint["EndpointStatus"] == "InService", endpoint
    rows = groups(20, seed=1)
    reply = sagemaker.predict("e-1", rows)
    assert reply["InvokedProductionVariant"] == "AllRequests"
    predictions = json.loads(reply["Body"].read())["predictions"]
    assert len(predictions) == 20
    pairs = {(prediction["closest_cluster"], int(row.argmax())) for prediction, row in zip(predictions, rows)}
    assert len(pairs) == len({int(row.argmax()) for row in rows})
    assert max(prediction["distance_to_cluster"] for prediction in predictions) < 10

    sagemaker.client.delete_endpoint(EndpointName="e-1")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sagemaker.client.describe_endpoint(EndpointName="e-1")
    assert code_of(error) == "ValidationException" and 'Could not find endpoint "arn:aws:sagemaker' in message_of(error)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sagemaker.predict("e-1", rows)
    assert code_of(error) == "ValidationError" and "not found" in message_of(error)


def test_the_log_is_tailed(sagemaker):
    sagemaker.train("job-logs")
    streams = sagemaker.logs.describe_log_streams(logGroupName="/aws/sagemaker/TrainingJobs",
                                                  logStreamNamePrefix="job-logs/")["logStreams"]
    assert len(streams) == 1
    lines, token = [], {}
    while True:
        page = sagemaker.logs.get_log_events(logGroupName="/aws/sagemaker/TrainingJobs", startFromHead=True, limit=3,
                                             logStreamName=streams[0]["logStreamName"], **token)
        lines += [event["message"] for event in page["events"]]
        if token.get("nextToken") == page["nextForwardToken"]:
            break
        token = {"nextToken": page["nextForwardToken"]}
    assert any("Docker entrypoint called with argument(s): train" in line for line in lines)
    assert len(lines) > 3


def test_bad_requests_get_aws_errors(sagemaker):
    cases = [
        ({"TrainingJobName": "a" * 64}, "ValidationException", "length less than or equal to 63"),
        ({"AlgorithmSpecification": {"TrainingImage": "r/nonesuch:1", "TrainingInputMode": "File"}}, "ValidationException", "nonesuch"),
        ({"ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 1}}, "ValidationException",
         "kmeans trains on at most 1 instance here: InstanceCount 2"),
        ({"OutputDataConfig": {"S3OutputPath": "s3://nonesuch/x"}}, "ValidationException", "nonesuch"),
    ]
    for changes, code, text in cases:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            sagemaker.client.create_training_job(**sagemaker.job("bad") | changes)
        assert code_of(error) == code and text in message_of(error), message_of(error)
    assert "bad" not in [job["TrainingJobName"] for job in sagemaker.client.list_training_jobs()["TrainingJobSummaries"]]


def test_failures_have_reasons(sagemaker):
    job = sagemaker.train("no-k", HyperParameters={"feature_dim": "4"})
    assert job["TrainingJobStatus"] == "Failed" and "k" in job["FailureReason"] and "Error" in job["FailureReason"]
    channel = sagemaker.job("x")["InputDataConfig"]
    channel[0]["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{sagemaker.bucket}/nothing"
    job = sagemaker.train("no-data", InputDataConfig=channel)
    assert job["FailureReason"].startswith("ClientError: Data download failed:")
    endpoint = sagemaker.deploy("no-model", f"s3://{sagemaker.bucket}/none.tar.gz")
    assert endpoint["EndpointStatus"] == "Failed" and "Failed to download model data" in endpoint["FailureReason"]


def test_a_containers_error_is_a_model_error(sagemaker):
    job = sagemaker.train("job-error")
    sagemaker.deploy("e-error", job["ModelArtifacts"]["S3ModelArtifacts"])
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sagemaker.runtime.invoke_endpoint(EndpointName="e-error", ContentType="text/csv", Body=b"no,numbers,at,all")
    response = error.value.response
    assert code_of(error) == "ModelError" and response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert 400 <= response["OriginalStatusCode"] < 500
    assert response["LogStreamArn"].endswith("/aws/sagemaker/Endpoints/e-error")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sagemaker.runtime.invoke_endpoint(EndpointName="e-error", ContentType="text/csv", Body=b"1" * (6 * 2**20 + 1))
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    sagemaker.client.delete_endpoint(EndpointName="e-error")


def test_lists_page_and_tags_stay(sagemaker):
    for index in range(3):
        sagemaker.client.create_model(ModelName=f"List-{index}", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE,
                                      Tags=[{"Key": "n", "Value": str(index)}])
    pages = sagemaker.client.get_paginator("list_models").paginate(
        NameContains="list-", SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2})
    models = [model for page in pages for model in page["Models"]]
    assert [model["ModelName"] for model in models] == ["List-0", "List-1", "List-2"]
    sagemaker.client.add_tags(ResourceArn=models[1]["ModelArn"], Tags=[{"Key": "more", "Value": ""}])
    tags = sagemaker.client.list_tags(ResourceArn=models[1]["ModelArn"])["Tags"]
    assert tags == [{"Key": "more", "Value": ""}, {"Key": "n", "Value": "1"}]


def test_kill_9_loses_nothing_that_was_acknowledged(own_cloud):
    sagemaker = SageMaker(own_cloud)
    job = sagemaker.train("job-1")
    sagemaker.deploy("e-1", job["ModelArtifacts"]["S3ModelArtifacts"])
    before = sagemaker.client.describe_training_job(TrainingJobName="job-1")
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(own_cloud.process.pid)], capture_output=True, text=True).stdout.split()
    assert len(children) == 1
    own_cloud.kill()
    for _ in range(1000):
        if not os.path.exists(f"/proc/{children[0]}"):
            break
        time.sleep(0.01)
    else:
        os.kill(int(children[0]), signal.SIGKILL)
        raise AssertionError("the container outlived its server")
    own_cloud.start()
    del before["ResponseMetadata"]
    after = sagemaker.client.describe_training_job(TrainingJobName="job-1")
    assert {name: after[name] for name in before} == before
    assert sagemaker.client.describe_endpoint(EndpointName="e-1")["EndpointStatus"] == "InService"
    for _ in range(1000):
        try:
            reply = sagemaker.predict("e-1", groups(5))
            break
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "ServiceUnavailable"
            time.sleep(0.01)
    assert len(json.loads(reply["Body"].read())["predictions"]) == 5
