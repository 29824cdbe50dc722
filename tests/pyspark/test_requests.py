"""What fit, models and the clean-up ask of AWS, with a stand-in for the native library that notes the requests."""
import pytest
import sagemaker_pyspark._training_run as training_run
from sagemaker_pyspark import (
    CreatedResources, CustomNamePolicy, CustomNamePolicyFactory, EndpointCreationPolicy, S3DataPath, SageMakerModel, SageMakerResourceCleanup,
    TrainingChannel, VpcConfig)
from sagemaker_pyspark.algorithms import KMeansSageMakerEstimator
from sagemaker_pyspark.errors import (
    AlreadyExists, Conflict, InvalidArgument, ModelError, PermissionDenied, SchemaMismatch, Timeout, Unavailable, Unimplemented)
from sagemaker_pyspark.transformation.deserializers import KMeansProtobufResponseRowDeserializer
from sagemaker_pyspark.transformation.serializers import ProtobufRequestRowSerializer
from workloads import ROLE

RUN = "0123456789ab"
TAGS = [{"Key": "sagespark:run", "Value": RUN}, {"Key": "team", "Value": "digits"}]
STAGING = "s3://123456789012-sagemaker-us-east-1/sagespark-run-0123456789ab/job/train/"


class Rows:
    """As much of a DataFrame as a fit looks at."""

    def __init__(self, conf=None):
        self.conf = self
        self.settings = conf or {}
        self.sparkSession = self
        self.schema = self

    def json(self):
        return "{}"

    def get(self, key, default):
        return self.settings.get(key, default)

    def select(self, *columns):
        return self

    def mapInArrow(self):
        raise AssertionError("rows are staged by the stand-in")


class Staged(list):
    """Stands for the files in S3: notes what is staged and deleted, in order."""

    rows = 3


@pytest.fixture
def staged(monkeypatch):
    notes = Staged()

    class Staging:
        def __init__(self, folder, file_format, options, s3_client, credentials):
            self.folder = folder
            notes.append(("stage", folder, file_format))

        def write(self, rows):
            return notes.rows

        def delete(self):
            notes.append(("delete", self.folder))

    monkeypatch.setattr(training_run, "Staging", Staging)
    return notes


@pytest.fixture
def lines():
    return []


@pytest.fixture
def kmeans(common, lines):
    def make(**options):
        given = {**common, "namePolicyFactory": CustomNamePolicyFactory("job", "model", "config", "endpoint"), "runId": RUN,
                 "tags": {"team": "digits"}, "progress": lines.append, **options}
        return KMeansSageMakerEstimator(**given).setK(10).setFeatureDim(784)

    return make


def test_a_fit_checks_stages_trains_hosts_and_deletes_what_it_staged(native, staged, kmeans, lines):
    estimator = kmeans()
    model = estimator.fit(Rows())
    assert native.operations() == [
        "check CreateTrainingJob", "check CreateModel", "check CreateEndpointConfig", "check CreateEndpoint", "GetCallerIdentity",
        "CreateBucket", "CreateTrainingJob", "DescribeTrainingJob", "DescribeLogStreams", "check CreateModel", "check CreateEndpointConfig",
        "check CreateEndpoint", "CreateModel", "CreateEndpointConfig", "CreateEndpoint", "DescribeEndpoint"]
    assert staged == [("stage", STAGING, "sagemaker"), ("delete", STAGING)]
    request = native.request("CreateTrainingJob")
    output = request["OutputDataConfig"].pop("S3OutputPath")
    assert output.startswith("s3://123456789012-sagemaker-us-east-1/") and output.endswith("/job")
    image = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
    assert request == {
        "TrainingJobName": "job", "HyperParameters": {"k": "10", "feature_dim": "784", "mini_batch_size": "5000"},
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"}, "RoleArn": ROLE,
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": STAGING, "S3DataDistributionType": "ShardedByS3Key"}}}],
        "OutputDataConfig": {}, "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1024},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400}, "Tags": TAGS}
    assert native.request("CreateModel") == {
        "ModelName": "model", "ExecutionRoleArn": ROLE, "Tags": TAGS, "PrimaryContainer": {
            "ContainerHostname": "model", "Image": image, "ModelDataUrl": "s3://models/job/output/model.tar.gz", "Environment": {}}}
    assert native.request("CreateEndpointConfig") == {"EndpointConfigName": "config", "Tags": TAGS, "ProductionVariants": [
        {"VariantName": "AllRequests", "ModelName": "model", "InitialInstanceCount": 1, "InstanceType": "ml.t2.large"}]}
    assert native.request("CreateEndpoint") == {"EndpointName": "endpoint", "EndpointConfigName": "config", "Tags": TAGS}
    assert (estimator.latestTrainingJob, estimator.latestRunId, model.runId) == ("job", RUN, RUN)
    assert (model.uid, model.endpointName, model.modelImage, model.modelExecutionRoleARN) == (estimator.uid, "endpoint", image, ROLE)
    assert model.modelPath == S3DataPath("models", "job/output/model.tar.gz")
    assert model.getCreatedResources() == CreatedResources("model", "config", "endpoint")
    assert model.trainingMetrics == {"test:msd": 0.25}
    assert lines[0].startswith("1970-01-01 00:00:01 Completed - Done, waited ") and lines[1].endswith("Metrics - test:msd = 0.25")
    assert lines[2].endswith("Creating - endpoint endpoint") and "InService - endpoint endpoint, waited" in lines[3]
    assert "<td" in model._repr_html_() and "test:msd" in model._repr_html_()


def test_options_beyond_the_originals_reach_the_request(native, staged, kmeans):
    channel = TrainingChannel(S3DataPath("bucket", "weights/"), contentType="text/csv")
    kmeans(vpcConfig=VpcConfig(["subnet-1"], ["sg-1"]), enableManagedSpotTraining=True, trainingMaxRuntimeInSeconds=60,
           trainingMaxWaitTimeInSeconds=120, checkpointConfig={"s3Uri": "s3://bucket/checkpoints"}, enableNetworkIsolation=True,
           enableInterContainerTrafficEncryption=True, trainingEnvironmentVariables={"SEED": "1"}, trainingKmsKeyId="key",
           trainingVolumeKmsKeyId="volume-key", endpointVolumeKmsKeyId="endpoint-key", additionalChannels={"weights": channel},
           trainingInputS3DataPath=S3DataPath("mine", "in/"), trainingOutputS3DataPath=S3DataPath("mine", "out")).fit(Rows(), Rows())
    request = native.request("CreateTrainingJob")
    uris = {item["ChannelName"]: item["DataSource"]["S3DataSource"] for item in request["InputDataConfig"]}
    assert uris["train"]["S3Uri"] == f"s3://mine/in/sagespark-run-{RUN}/job/train/"
    assert uris["weights"] == {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/weights/", "S3DataDistributionType": "FullyReplicated"}
    assert uris["test"]["S3Uri"] == f"s3://mine/in/sagespark-run-{RUN}/job/test/"
    assert [note[0] for note in staged] == ["stage", "stage", "delete", "delete"]
    assert request["OutputDataConfig"] == {"KmsKeyId": "key", "S3OutputPath": "s3://mine/out/job"}
    assert request["VpcConfig"] == {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]} == native.request("CreateModel")["VpcConfig"]
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120}
    assert request["CheckpointConfig"] == {"S3Uri": "s3://bucket/checkpoints"} and request["Environment"] == {"SEED": "1"}
    assert request["EnableNetworkIsolation"] and request["EnableInterContainerTrafficEncryption"] and request["EnableManagedSpotTraining"]
    assert request["ResourceConfig"]["VolumeKmsKeyId"] == "volume-key" and native.request("CreateEndpointConfig")["KmsKeyId"] == "endpoint-key"


def test_the_configuration_names_role_and_bucket(native, staged, kmeans, common):
    from sagemaker_pyspark import IAMRoleFromConfig, S3PathFromConfig

    conf = {"com.amazonaws.services.sagemaker.sparksdk.sagemakerrole": ROLE,
            "com.amazonaws.services.sagemaker.sparksdk.s3-data-bucket": "s3a://mine/prefix"}
    estimator = kmeans(sagemakerRole=IAMRoleFromConfig(), trainingInputS3DataPath=S3PathFromConfig())
    estimator.fit(Rows(conf))
    assert native.request("CreateTrainingJob")["RoleArn"] == ROLE
    assert staged[0][1] == f"s3://mine/prefix/sagespark-run-{RUN}/job/train/"
    with pytest.raises(InvalidArgument, match="Configuration has no IAM role, and sagemakerRole is not given"):
        estimator.fit(Rows())


@pytest.mark.parametrize("options, error, message", [
    ({"trainingInstanceCount": 0}, InvalidArgument, "Training needs an instance: trainingInstanceCount = 0; valid: >= 1"),
    ({"trainingCompressionCodec": "Gzip"}, Unimplemented, 'without compression: trainingCompressionCodec = "Gzip"'),
    ({"trainingTimeoutInSeconds": 0}, InvalidArgument, "trainingTimeoutInSeconds = 0; valid: >= 1"),
    ({"trainingMaxWaitTimeInSeconds": 9}, InvalidArgument, "Option goes with enableManagedSpotTraining"),
    ({"tags": {"sagespark:run": "x"}}, InvalidArgument, "Tag is the run's own"),
    ({"runId": "a b"}, InvalidArgument, "Run id is not 1 to 40 characters"),
    ({"trainingInputS3DataPath": S3DataPath("", "x")}, InvalidArgument, "S3 path has no bucket"),
    ({"additionalChannels": {"train": TrainingChannel(S3DataPath("b", ""))}}, InvalidArgument, "Channel is that of the training rows already"),
])
def test_bad_options_are_refused_before_anything_is_created(native, staged, kmeans, options, error, message):
    with pytest.raises(error, match=message):
        kmeans(**options).fit(Rows())
    assert [name for name in native.operations() if not name.startswith("check")] == [] == staged


def test_rows_and_requests_that_do_not_fit_are_refused_before_anything_is_created(native, staged, kmeans, monkeypatch):
    def refuse(*arguments):
        raise SchemaMismatch("Column does not exist: \"features\"")

    monkeypatch.setattr(native, "check_staging", refuse)
    with pytest.raises(SchemaMismatch, match='^Channel "train": Column does not exist: "features"$'):
        kmeans().fit(Rows())
    monkeypatch.undo()
    assert staged == []


def test_a_failed_job_tells_its_reason_and_its_log(native, staged, kmeans, lines):
    native.answers["DescribeTrainingJob"] = {
        "TrainingJobName": "job", "TrainingJobStatus": "Failed", "SecondaryStatus": "Failed", "FailureReason": "ClientError: no rows"}
    native.answers["DescribeLogStreams"] = {"logStreams": [{"logStreamName": "job/algo-1"}]}
    metric = "#quality_metric: host=algo-1, train msd <loss>=3"
    native.answers["GetLogEvents"] = [{"events": [{"message": "first"}, {"message": metric}], "nextForwardToken": "t"},
                                      {"events": [], "nextForwardToken": "t"}]
    with pytest.raises(ModelError) as raised:
        kmeans().fit(Rows())
    assert str(raised.value) == ('Training job did not complete: "job" is Failed (Failed): ClientError: no rows\nLast lines of its log:\n'
                                 f"first\n{metric}")
    assert lines == [metric]
    assert staged[-1] == ("delete", STAGING) and "CreateModel" not in native.operations()


def test_an_interrupt_stops_the_job_and_says_so(native, staged, kmeans, lines):
    native.answers["DescribeTrainingJob"] = KeyboardInterrupt()
    estimator = kmeans()
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(Rows())
    assert native.operations()[-1] == "StopTrainingJob" and estimator.latestTrainingJob == "job"
    assert lines == ['Interrupted: stopping training job "job"', 'Fit was cancelled; its training job was told to stop: "job"']
    assert staged[-1] == ("delete", STAGING)


def test_a_job_that_takes_too_long_is_stopped(native, staged, kmeans, monkeypatch):
    native.answers["DescribeTrainingJob"] = {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
    now = iter(range(0, 100, 10))
    monkeypatch.setattr(training_run.time, "monotonic", lambda: next(now))
    with pytest.raises(Timeout, match='longer than trainingTimeoutInSeconds = 30; its training job was told to stop: "job"'):
        kmeans(trainingTimeoutInSeconds=30).fit(Rows())


def test_lost_replies_are_seen_through(native, staged, kmeans):
    native.answers["CreateTrainingJob"] = AlreadyExists("Job exists")
    native.answers["CreateModel"] = AlreadyExists("Model exists")
    native.answers["DescribeModel"] = {"ModelArn": "arn"}
    native.answers["ListTags"] = {"Tags": TAGS}
    assert kmeans().fit(Rows()).endpointName == "endpoint"
    native.answers["ListTags"] = {"Tags": []}
    with pytest.raises(AlreadyExists):
        kmeans().fit(Rows())


def test_passing_failures_are_waited_out(native, staged, kmeans):
    done = native.answers["DescribeTrainingJob"]
    native.answers["DescribeTrainingJob"] = [Unavailable("connection refused"), done]
    native.answers["DescribeEndpoint"] = [Unavailable("connection refused"), {"EndpointStatus": "Creating"}, {"EndpointStatus": "InService"}]
    assert kmeans().fit(Rows()).endpointName == "endpoint"
    native.answers["DescribeTrainingJob"] = PermissionDenied("no right")
    with pytest.raises(PermissionDenied, match='Training job may still run, but its state cannot be read: "job": no right'):
        kmeans().fit(Rows())


def test_an_endpoint_that_fails_is_deleted_and_the_model_is_not_lost(native, staged, kmeans):
    native.answers["DescribeEndpoint"] = [{"EndpointStatus": "Failed", "FailureReason": "no health"}, {}]
    with pytest.raises(ModelError) as raised:
        kmeans().fit(Rows())
    assert str(raised.value) == ('Model was trained (s3://models/job/output/model.tar.gz), but is not hosted: Endpoint did not come up: "endpoint" '
                                 "is Failed: no health")
    assert [name for name in native.operations() if name.startswith("Delete")] == ["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]


def test_training_data_without_rows_are_an_error(native, staged, kmeans):
    staged.rows = 0
    with pytest.raises(InvalidArgument, match="Training data have no rows"):
        kmeans().fit(Rows())
    assert staged[-1] == ("delete", STAGING) and "CreateTrainingJob" not in native.operations()


CODECS = dict(requestRowSerializer=ProtobufRequestRowSerializer(), responseRowDeserializer=KMeansProtobufResponseRowDeserializer())
MADE_FROM = dict(modelImage="image", modelExecutionRoleARN=ROLE, endpointInstanceType="ml.t2.large", endpointInitialInstanceCount=1,
                 namePolicy=CustomNamePolicy("job", "model", "config", "endpoint"), progress=None, **CODECS)


def test_models_of_jobs_paths_and_endpoints(native):
    lazy = EndpointCreationPolicy.CREATE_ON_TRANSFORM
    of_job = SageMakerModel.fromTrainingJob("job", endpointCreationPolicy=lazy, **MADE_FROM)
    assert (of_job.modelPath.toS3UriString(), of_job.endpointName, of_job.uid) == ("s3://models/job/output/model.tar.gz", None, "sagemaker")
    assert of_job.trainingMetrics == {"test:msd": 0.25}
    of_path = SageMakerModel.fromModelS3Path("s3://models/m.tar.gz", endpointCreationPolicy=lazy, **MADE_FROM)
    assert of_path.modelPath == S3DataPath("models", "m.tar.gz") and "CreateModel" not in native.operations()
    attached = SageMakerModel.fromEndpoint("existing", **CODECS)
    assert attached.endpointName == "existing" and not attached.getCreatedResources()
    native.answers["DescribeTrainingJob"]["TrainingJobStatus"] = "Failed"
    with pytest.raises(Conflict, match='Training job is neither Completed nor Stopped: "job" is Failed'):
        SageMakerModel.fromTrainingJob("job", **MADE_FROM)
    native.answers["DescribeEndpoint"] = {"EndpointStatus": "Updating"}
    with pytest.raises(Conflict, match='Endpoint is not InService: "existing" is Updating'):
        SageMakerModel.fromEndpoint("existing", **CODECS)
    with pytest.raises(InvalidArgument, match="endpointCreationPolicy must not be DO_NOT_CREATE in fromModelS3Path"):
        SageMakerModel.fromModelS3Path("s3://models/m", endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE, **MADE_FROM)


def test_options_of_a_model_must_fit_each_other(native):
    with pytest.raises(InvalidArgument, match="must be DO_NOT_CREATE with an existingEndpointName"):
        SageMakerModel(existingEndpointName="existing", **CODECS)
    with pytest.raises(InvalidArgument, match="not set: modelImage, modelPath, modelExecutionRoleARN, endpointInstanceType, endpointInitial"):
        SageMakerModel(**CODECS)
    with pytest.raises(InvalidArgument, match="Options of a model are not set: responseRowDeserializer"):
        SageMakerModel(requestRowSerializer=ProtobufRequestRowSerializer())
    assert native.calls == []


def test_a_with_statement_deletes_what_its_model_created(native):
    with SageMakerModel(modelPath=S3DataPath("models", "m"), **MADE_FROM) as model:
        copy = model.copy()
        assert copy.endpointName == "endpoint"
    assert [name for name in native.operations() if name.startswith("Delete")] == ["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]
    assert copy.endpointName is None


def test_the_clean_up_passes_over_what_is_gone(native):
    native.answers["DescribeEndpoint"] = InvalidArgument('Could not find endpoint "endpoint"')
    cleanup = SageMakerResourceCleanup(None)
    cleanup.deleteResources(CreatedResources("model", None, "endpoint"))
    assert [name for name in native.operations() if name.startswith("Delete")] == ["DeleteModel"]
    native.answers["DeleteModel"] = PermissionDenied("no right")
    with pytest.raises(PermissionDenied, match='Cannot delete model "model": no right'):
        cleanup.deleteModel("model")


def test_sparks_on_which_nothing_works_are_refused_with_the_reason(native, staged, kmeans, monkeypatch):
    import pyspark

    monkeypatch.setattr(pyspark, "__version__", "3.4.4")
    with pytest.raises(Unimplemented, match="Spark version is not supported: PySpark 3.4.4; valid: 3.5 and later"):
        kmeans().fit(Rows())
    monkeypatch.setattr(pyspark, "__version__", "3.5.9")
    monkeypatch.setattr(Rows, "__module__", "pyspark.sql.connect.dataframe")
    with pytest.raises(Unimplemented, match="Spark Connect is not supported with PySpark 3.5.9, which has no pyspark.ml over it"):
        kmeans().fit(Rows())


def test_a_task_s_error_comes_back_from_what_spark_raises():
    from sagemaker_pyspark import errors
    from sagemaker_pyspark._spark import rethrown

    error = errors.CorruptData("Partition 3: row 7 is null", "Code")
    text = f"Traceback ...\nsagemaker_pyspark.errors.TaskError: {errors.TaskError(error)}\n\tat org.apache.spark"
    back = rethrown(RuntimeError(text))
    assert (type(back), str(back), back.code) == (errors.CorruptData, str(error), "Code")
    other = RuntimeError("disk full")
    assert rethrown(other) is other
    gone = type("RetriesExceeded", (Exception,), {"__module__": "pyspark.errors.exceptions.connect"})("UNAVAILABLE: connection refused")
    assert isinstance(rethrown(gone), errors.Unavailable)
