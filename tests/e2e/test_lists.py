"""Lists of the control plane: filters, sort orders, pages and tokens, through boto3's paginators, for every kind that has them."""
import datetime

import botocore.exceptions
import pytest

from test_sagemaker import IMAGE, ROLE, SageMaker, code_of, message_of

NAMES = ["L-b", "L-a", "L-c", "other"]
# Operation, the list in its reply, the member with the name, in the order in which it sorts by default.
KINDS = {
    "list_models": ("Models", "ModelName", "Descending"),
    "list_endpoint_configs": ("EndpointConfigs", "EndpointConfigName", "Descending"),
    "list_endpoints": ("Endpoints", "EndpointName", "Descending"),
    "list_training_jobs": ("TrainingJobSummaries", "TrainingJobName", "Ascending"),
    "list_transform_jobs": ("TransformJobSummaries", "TransformJobName", "Descending"),
}
JOBS = ("list_training_jobs", "list_transform_jobs")


@pytest.fixture(scope="module")
def sagemaker(cloud):
    made = SageMaker(cloud, bucket="lists")
    client = made.client
    for name in NAMES:
        client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})
        client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
            {"VariantName": "v", "ModelName": name, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}])
        client.create_endpoint(EndpointName=name, EndpointConfigName=name)  # Without a model's data: it fails.
        made.train(name, HyperParameters={})
        client.create_transform_job(
            TransformJobName=name, ModelName=name, TransformOutput={"S3OutputPath": "s3://lists/out"},
            TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://lists/none/"}}},
            TransformResources={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1})
    return made


def names(sagemaker, operation, page_size=2, **filters):
    member, name, _ = KINDS[operation]
    pages = sagemaker.client.get_paginator(operation).paginate(PaginationConfig={"PageSize": page_size}, **filters)
    return [summary[name] for page in pages for summary in page[member]]


@pytest.mark.parametrize("operation", KINDS)
def test_sorts_filters_and_pages(sagemaker, operation):
    default = KINDS[operation][2]
    newest_last = NAMES if default == "Ascending" else NAMES[::-1]
    assert names(sagemaker, operation) == newest_last
    assert names(sagemaker, operation, SortOrder="Ascending") == NAMES
    assert names(sagemaker, operation, SortBy="CreationTime", SortOrder="Descending", page_size=1) == NAMES[::-1]
    assert names(sagemaker, operation, NameContains="l-", SortBy="Name", SortOrder="Ascending") == ["L-a", "L-b", "L-c"]
    assert names(sagemaker, operation, NameContains="l-", SortBy="Name", SortOrder="Descending") == ["L-c", "L-b", "L-a"]
    assert names(sagemaker, operation, NameContains="nothing") == []
    hour = datetime.timedelta(hours=1)
    now = datetime.datetime.now(datetime.timezone.utc)
    assert sorted(names(sagemaker, operation, CreationTimeAfter=now - hour, CreationTimeBefore=now + hour)) == sorted(NAMES)
    assert names(sagemaker, operation, CreationTimeAfter=now + hour) == []
    assert names(sagemaker, operation, CreationTimeBefore=now - hour) == []


@pytest.mark.parametrize("operation, status", [("list_training_jobs", "Failed"), ("list_endpoints", "Deleting"), ("list_transform_jobs", "Stopped")])
def test_filters_by_status_and_change(sagemaker, operation, status):
    now = datetime.datetime.now(datetime.timezone.utc)
    hour = datetime.timedelta(hours=1)
    expected = NAMES if status == "Failed" else []
    assert sorted(names(sagemaker, operation, StatusEquals=status)) == sorted(expected)
    assert sorted(names(sagemaker, operation, SortBy="Status", LastModifiedTimeAfter=now - hour)) == sorted(NAMES)
    assert names(sagemaker, operation, LastModifiedTimeAfter=now + hour) == []
    assert names(sagemaker, operation, LastModifiedTimeBefore=now - hour) == []


@pytest.mark.parametrize("operation", KINDS)
def test_tokens_of_others_are_refused(sagemaker, operation):
    call = getattr(sagemaker.client, operation)
    by_name = call(MaxResults=1, SortBy="Name")["NextToken"]
    for token, more in (("no token", {}), ("00", {}), (by_name, {"SortBy": "CreationTime"})):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call(NextToken=token, **more)
        assert code_of(error) == "ValidationException" and "NextToken" in message_of(error)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(MaxResults=101)
    assert code_of(error) == "ValidationException" and "maxResults" in message_of(error)


def test_tokens_go_on_where_the_page_ended_though_records_come_and_go(sagemaker):
    client = sagemaker.client
    first = client.list_models(MaxResults=2, SortBy="Name", SortOrder="Ascending")
    client.create_model(ModelName="K", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})
    client.delete_model(ModelName="L-b")
    try:
        rest = client.list_models(SortBy="Name", SortOrder="Ascending", NextToken=first["NextToken"])
        assert [model["ModelName"] for model in first["Models"] + rest["Models"]] == ["L-a", "L-b", "L-c", "other"]
    finally:
        client.delete_model(ModelName="K")
