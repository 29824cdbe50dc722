"""A plugin of pytest that points moto's tests at a running local cloud and empties it before each of them: moto's own server does that at
a call of its own, which the local cloud does not have."""
import boto3
import botocore.awsrequest
import moto.core.config
import pytest

# The settings in the environment are those of the local cloud.
moto.core.config.default_user_config["core"]["mock_credentials"] = False
_client = boto3.client


def _skip_tags_of_the_harness(params, **_):
    """moto's helper that makes a test's bucket also tags it; that call alone is taken as done, not those of the tests."""
    if b"moto_tests" in (params["body"] or b""):
        return botocore.awsrequest.AWSResponse(params["url"], 200, {}, None), {}
    return None


boto3.setup_default_session()
boto3.DEFAULT_SESSION.events.register("before-call.s3.PutBucketTagging", _skip_tags_of_the_harness)


def _pages(client, operation, member, **arguments):
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(member, [])


def _empty_s3(s3):
    for bucket in s3.list_buckets()["Buckets"]:
        for item in _pages(s3, "list_objects_v2", "Contents", Bucket=bucket["Name"]):
            s3.delete_object(Bucket=bucket["Name"], Key=item["Key"])
        s3.delete_bucket(Bucket=bucket["Name"])


def _empty_sagemaker(sagemaker):
    kinds = [("list_endpoints", "Endpoints", "EndpointName", sagemaker.delete_endpoint),
             ("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName", sagemaker.delete_endpoint_config),
             ("list_models", "Models", "ModelName", sagemaker.delete_model)]
    for operation, member, name, delete in kinds:
        for item in list(_pages(sagemaker, operation, member)):
            delete(**{name: item[name]})


def _empty_logs(logs):
    for group in list(_pages(logs, "describe_log_groups", "logGroups")):
        logs.delete_log_group(logGroupName=group["logGroupName"])


@pytest.fixture(autouse=True)
def emptied():
    for service, empty in (("s3", _empty_s3), ("sagemaker", _empty_sagemaker), ("logs", _empty_logs)):
        try:
            empty(_client(service))
        except Exception as error:  # What is left is the next test's to find; it is not to fail all of them.
            print(f"{service} is not emptied: {error}")
