"""Tags of every kind of resource; spot training with checkpoints; VPC, KMS and isolation described back; channels of a manifest."""
import json
import pathlib
import sys
import tarfile

import botocore.exceptions
import pytest

from conftest import Cloud
from test_kmeans_container import groups
from test_sagemaker import IMAGE, ROLE, SageMaker, code_of, csv, message_of

RUN = [{"Key": "run", "Value": "42"}, {"Key": "empty", "Value": ""}]
SHARD = """import json, os, pathlib
root = pathlib.Path(os.environ["SAGESPARK_ML_ROOT"])
host = json.loads((root / "input/config/resourceconfig.json").read_text())["current_host"]
(root / "model" / host).write_text(",".join(sorted(path.name for path in (root / "input/data/train").iterdir())))
"""
COUNT = """sh -c 'cd $SAGESPARK_ML_ROOT/checkpoints; n=$(ls | wc -l); echo epochs=$n; echo x > epoch-$n; echo m > ../model/m'"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cloud")
    (folder / "shard.py").write_text(SHARD)
    images = ("--image", f"counter={COUNT}", "--image", f"sharder={sys.executable} {folder / 'shard.py'}")
    running = Cloud(folder / "data", arguments=images)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return SageMaker(cloud, bucket="settings")


def tags_of(sagemaker, arn):
    pages = sagemaker.client.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def test_every_kind_of_resource_has_tags(sagemaker):
    client = sagemaker.client
    arns = [client.create_training_job(**sagemaker.job("Tagged", Tags=RUN))["TrainingJobArn"],
            client.create_model(ModelName="Tagged", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE, Tags=RUN)["ModelArn"],
            client.create_endpoint_config(EndpointConfigName="Tagged", Tags=RUN, ProductionVariants=[
                {"VariantName": "v", "ModelName": "Tagged", "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}])["EndpointConfigArn"],
            client.create_endpoint(EndpointName="Tagged", EndpointConfigName="Tagged", Tags=RUN)["EndpointArn"],
            client.create_transform_job(
                TransformJobName="Tagged", ModelName="Tagged", Tags=RUN,
                TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://settings/none"}}},
                TransformOutput={"S3OutputPath": "s3://settings/out"},
                TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1})["TransformJobArn"]]
    for arn in arns:
        assert tags_of(sagemaker, arn) == {"run": "42", "empty": ""}, arn
        client.add_tags(ResourceArn=arn, Tags=[{"Key": "run", "Value": "43"}, {"Key": "more", "Value": "1"}])
        client.delete_tags(ResourceArn=arn, TagKeys=["empty", "unknown"])
        assert tags_of(sagemaker, arn) == {"run": "43", "more": "1"}, arn
    client.delete_endpoint(EndpointName="Tagged")


def test_tags_that_aws_refuses_are_refused(sagemaker):
    arn = sagemaker.client.create_model(ModelName="bad-tags", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=ROLE)["ModelArn"]
    many = [{"Key": f"k{index}", "Value": ""} for index in range(51)]
    for tags in ([{"Key": "a*b", "Value": ""}], [{"Key": "k" * 129, "Value": ""}], [{"Key": "k", "Value": "v" * 257}], many):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            sagemaker.client.add_tags(ResourceArn=arn, Tags=tags)
        assert code_of(error) == "ValidationException", message_of(error)
    assert tags_of(sagemaker, arn) == {}
    with pytest.raises(botocore.exceptions.ClientError) as error:
        sagemaker.client.list_tags(ResourceArn=arn + "x")
    assert "Could not find" in message_of(error)


def spot_job(sagemaker, name, **changes):
    request = sagemaker.job(name, EnableManagedSpotTraining=True, StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120},
                            CheckpointConfig={"S3Uri": "s3://settings/checkpoints/run"}, HyperParameters={})
    request["AlgorithmSpecification"] = {"TrainingImage": "counter", "TrainingInputMode": "File", "MetricDefinitions": [
        {"Name": "epochs", "Regex": r"epochs=(\d+)"}]}
    return request | changes


def test_a_spot_job_goes_on_from_its_checkpoints(sagemaker):
    for run, epochs in (("spot-1", 0.0), ("spot-2", 1.0)):
        request = spot_job(sagemaker, run)
        job = sagemaker.train(request.pop("TrainingJobName"), **request)
        assert job["TrainingJobStatus"] == "Completed", job
        assert job["FinalMetricDataList"][0]["Value"] == epochs
    assert job["EnableManagedSpotTraining"] and job["StoppingCondition"] == {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120}
    assert job["CheckpointConfig"] == {"S3Uri": "s3://settings/checkpoints/run"}
    assert job["BillableTimeInSeconds"] == job["TrainingTimeInSeconds"] >= 1
    keys = [entry["Key"] for entry in sagemaker.s3.list_objects_v2(Bucket="settings", Prefix="checkpoints/")["Contents"]]
    assert keys == ["checkpoints/run/epoch-0", "checkpoints/run/epoch-1"]


def test_spot_and_checkpoint_settings_must_fit(sagemaker):
    cases = [({"StoppingCondition": {"MaxRuntimeInSeconds": 60}}, "MaxWaitTimeInSeconds must be provided"),
             ({"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}}, "at least MaxRuntimeInSeconds, 60"),
             ({"EnableManagedSpotTraining": False}, "not supported for non-spot"),
             ({"CheckpointConfig": {"S3Uri": "s3://settings/x", "LocalPath": "/tmp/x"}}, "LocalPath outside of /opt/ml: /tmp/x"),
             ({"CheckpointConfig": {"S3Uri": "s3://settings/x", "LocalPath": "/opt/ml/model"}}, "reserved: /opt/ml/model"),
             ({"CheckpointConfig": {"S3Uri": "s3://nonesuch/x"}}, "Bucket of CheckpointConfig.S3Uri does not exist: nonesuch")]
    for changes, text in cases:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            sagemaker.client.create_training_job(**spot_job(sagemaker, "misfit", **changes))
        assert code_of(error) == "ValidationException" and text in message_of(error), message_of(error)


def test_spot_vpc_kms_and_isolation_are_described_back(sagemaker):
    vpc = {"SecurityGroupIds": ["sg-0123"], "Subnets": ["subnet-1", "subnet-2"]}
    request = sagemaker.job("described", VpcConfig=vpc, EnableNetworkIsolation=True, EnableInterContainerTrafficEncryption=True,
                            OutputDataConfig={"S3OutputPath": "s3://settings/models", "KmsKeyId": "key-1"},
                            ResourceConfig={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1, "VolumeKmsKeyId": "key-2"})
    job = sagemaker.train(request.pop("TrainingJobName"), **request)
    assert job["TrainingJobStatus"] == "Completed", job
    assert job["VpcConfig"] == vpc and job["EnableNetworkIsolation"] and job["EnableInterContainerTrafficEncryption"]
    assert job["OutputDataConfig"]["KmsKeyId"] == "key-1" and job["ResourceConfig"]["VolumeKmsKeyId"] == "key-2"
    metrics = {metric["MetricName"]: metric for metric in job["FinalMetricDataList"]}
    assert 0 < metrics["train:msd"]["Value"] < 100
    assert job["TrainingStartTime"] <= metrics["train:msd"]["Timestamp"] <= job["TrainingEndTime"]


def test_channels_come_from_a_manifest(sagemaker):
    sagemaker.s3.put_object(Bucket="settings", Key="many/bad.csv", Body=b"no,numbers,at,all\n")
    sagemaker.s3.put_object(Bucket="settings", Key="many/deep/good.csv", Body=csv(groups(400)))
    sagemaker.s3.put_object(Bucket="settings", Key="manifest", Body=json.dumps([{"prefix": "s3://settings/many/"}, "deep/good.csv"]))
    request = sagemaker.job("manifest")
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"] |= {"S3DataType": "ManifestFile", "S3Uri": "s3://settings/manifest"}
    job = sagemaker.train(request.pop("TrainingJobName"), **request)
    assert job["TrainingJobStatus"] == "Completed", job


@pytest.mark.parametrize("distribution, shares", [("ShardedByS3Key", ["0,3", "1,4", "2"]), ("FullyReplicated", ["0,1,2,3,4"] * 3)])
def test_channels_are_shared_among_instances(sagemaker, distribution, shares):
    for index in range(5):
        sagemaker.s3.put_object(Bucket="settings", Key=f"shares/{index}", Body=b"x")
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://settings/shares/", "S3DataDistributionType": distribution}
    job = sagemaker.train("shared-" + distribution, AlgorithmSpecification={"TrainingImage": "sharder", "TrainingInputMode": "File"},
                          InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
                          ResourceConfig={"InstanceType": "ml.m4.xlarge", "InstanceCount": 3, "VolumeSizeInGB": 1})
    assert job["TrainingJobStatus"] == "Completed", job
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://settings/")
    with tarfile.open(fileobj=sagemaker.s3.get_object(Bucket="settings", Key=key)["Body"], mode="r|gz") as model:
        files = {pathlib.PurePath(member.name).name: model.extractfile(member).read().decode() for member in model if member.isfile()}
    assert files == {f"algo-{index + 1}": share for index, share in enumerate(shares)}


def test_pipe_mode_trains_the_same_model_as_file_mode(sagemaker):
    objects = {}
    for mode in ("File", "FastFile", "Pipe"):
        request = sagemaker.job("mode-" + mode, HyperParameters={"k": "4", "feature_dim": "4", "mini_batch_size": "100", "epochs": "3"})
        request["AlgorithmSpecification"]["TrainingInputMode"] = mode
        job = sagemaker.train(request.pop("TrainingJobName"), **request)
        assert job["TrainingJobStatus"] == "Completed", job
        key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://settings/")
        objects[mode] = sagemaker.s3.get_object(Bucket="settings", Key=key)["Body"].read()
    assert objects["File"] == objects["FastFile"] == objects["Pipe"]


def test_channel_settings_must_fit(sagemaker):
    channel = sagemaker.job("x")["InputDataConfig"][0]
    source = channel["DataSource"]["S3DataSource"] | {"S3DataType": "AugmentedManifestFile", "AttributeNames": ["a"]}
    augmented = channel | {"DataSource": {"S3DataSource": source}}
    cases = [([channel | {"CompressionType": "Gzip"}], "CompressionType is of Pipe input mode only: Gzip of channel train"),
             ([channel | {"RecordWrapperType": "RecordIO"}], "RecordWrapperType is of Pipe input mode only"),
             ([augmented], "S3DataType AugmentedManifestFile of channel train"),
             ([channel, channel], "comes twice: train")]
    for channels, text in cases:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            sagemaker.client.create_training_job(**sagemaker.job("misfit", InputDataConfig=channels))
        assert code_of(error) == "ValidationException" and text in message_of(error), message_of(error)
