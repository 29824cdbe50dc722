"""One fit, up to the trained model: checks, stages the rows, runs the job, deletes the staging data."""
from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Dict, List, Mapping, Optional

from ._checks import check_request, check_staging, texts
from ._hosting import HostingSpec, has_tags
from ._polling import PatientCalls, PollSchedule
from ._progress import is_metric_line, metrics_text, status_line
from ._runs import with_run_tag
from ._s3_paths import SOME_PLACE, S3PathResolver, conf_of
from ._staging import Staging
from ._training_log import TrainingLog
from .errors import AlreadyExists, InvalidArgument, ModelError, SageSparkError, Timeout, Unavailable, Unimplemented
from .IAMRoleResource import IAMRole, IAMRoleResource
from .NamePolicy import NamePolicy
from .options import TrainingChannel
from .S3Resources import S3DataPath
from .SageMakerClients import AwsClient

_logger = logging.getLogger("sagemaker_pyspark")


@dataclass(frozen=True)
class TrainedModel:
    artifact: S3DataPath
    role_arn: str
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class _Channel:
    """A channel with all that it takes from the options; rows with the columns to write only."""

    name: str
    data: Any
    content_type: Optional[str]
    format: str
    options: Dict[str, str]
    input_mode: Optional[str]
    distribution: str

    @property
    def has_rows(self) -> bool:
        return not isinstance(self.data, S3DataPath)


def final_metrics(job: Mapping) -> Dict[str, float]:
    """The final metrics of a DescribeTrainingJob reply by name ("test:msd")."""
    return {metric["MetricName"]: metric["Value"] for metric in job.get("FinalMetricDataList") or []}


def _resolve_role(resource: IAMRoleResource, spark) -> str:
    if isinstance(resource, IAMRole):
        return resource.role
    role = conf_of(spark, resource.configKey)
    if not role:
        raise InvalidArgument(f"Configuration has no IAM role, and sagemakerRole is not given: {resource.configKey} is not set")
    return role


class TrainingRun:
    """See SageMakerEstimatorBase.fit."""

    def __init__(self, options: Mapping[str, Any], hyper_parameters: Mapping[str, str], names: NamePolicy, run_id: str, dataset,
                 on_job_created: Callable[[], None]):
        self._options = options
        self._hyper_parameters = dict(hyper_parameters)
        self._names = names
        self._run_id = run_id
        self._dataset = dataset
        self._spark = dataset.sparkSession
        self._on_job_created = on_job_created
        self._client: AwsClient = options["sagemakerClient"]
        self._paths = S3PathResolver(self._spark, options["s3Client"], options["stsClient"])
        self._progress = options["progress"] or (lambda line: None)
        self._stagings: List[Staging] = []

    def run(self) -> TrainedModel:
        self._check()
        job_name = self._names.trainingJobName
        staging = self._paths.resolve_staging(self._options["trainingInputS3DataPath"], self._run_id, job_name)
        output = self._paths.resolve(self._options["trainingOutputS3DataPath"], job_name)
        is_staged = False
        try:
            for channel in self._channels:
                if channel.has_rows:
                    self._stage(channel, _folder(staging, channel.name))
            is_staged = True
            return self._train(staging, output)
        finally:
            if self._options["deleteStagingDataAfterTraining"] or not is_staged:
                self._delete_staging_data()

    # Checks.

    def _check(self) -> None:
        options = self._options
        self._role_arn = _resolve_role(options["sagemakerRole"], self._spark)
        self._tags = with_run_tag(options["tags"], self._run_id)
        self._channels = self._make_channels()
        self._paths.check(options["trainingInputS3DataPath"])
        self._paths.check(options["trainingOutputS3DataPath"])
        if options["trainingInstanceCount"] < 1:  # AWS's rule allows 0, for requests with instance groups.
            raise InvalidArgument(f"Training needs an instance: trainingInstanceCount = {options['trainingInstanceCount']}; valid: >= 1")
        if (options["trainingCompressionCodec"] or "None") != "None":
            raise Unimplemented('Training data are written without compression: trainingCompressionCodec = '
                                f'"{options["trainingCompressionCodec"]}"')
        self._check_times()
        self._check_requests()

    def _make_channels(self) -> List[_Channel]:
        options = self._options
        training = TrainingChannel(self._dataset, s3DataDistribution=options["trainingS3DataDistribution"])
        channels = {options["trainingChannelName"]: training}
        for name, channel in (options["additionalChannels"] or {}).items():
            if name in channels:
                raise InvalidArgument(f'Channel is that of the training rows already: "{name}"')
            channels[name] = channel
        return [self._make_channel(name, channel) for name, channel in channels.items()]

    def _make_channel(self, name: str, channel: TrainingChannel) -> _Channel:
        options = self._options
        file_format = channel.sparkDataFormat or options["trainingSparkDataFormat"]
        format_options = texts(options["trainingSparkDataFormatOptions"] if channel.sparkDataFormatOptions is None
                               else channel.sparkDataFormatOptions)
        data = channel.data
        if not isinstance(data, S3DataPath):
            try:
                data = self._projected(data, channel.projectedColumns or options["trainingProjectedColumns"], file_format, format_options)
            except SageSparkError as error:
                raise error.with_context(f'Channel "{name}"') from None
        return _Channel(name, data, channel.contentType or options["trainingContentType"], file_format, format_options,
                        channel.inputMode, channel.s3DataDistribution)

    @staticmethod
    def _projected(rows, columns, file_format: str, format_options: Mapping[str, str]):
        """The columns that files of the format are made of: no others reach a worker."""
        if columns:
            rows = rows.select(*columns)
        return rows.select(*check_staging(file_format, format_options, rows.schema)["columns"])

    def _check_times(self) -> None:
        options = self._options
        timeout, wait, runtime = (options[name] for name in ("trainingTimeoutInSeconds", "trainingMaxWaitTimeInSeconds",
                                                             "trainingMaxRuntimeInSeconds"))
        if timeout is not None and timeout < 1:
            raise InvalidArgument(f"Option is out of range: trainingTimeoutInSeconds = {timeout}; valid: >= 1")
        if wait is None:
            return
        if not options["enableManagedSpotTraining"]:
            raise InvalidArgument("Option goes with enableManagedSpotTraining: trainingMaxWaitTimeInSeconds")
        if wait < runtime:
            raise InvalidArgument(f"Option is out of range: trainingMaxWaitTimeInSeconds = {wait}; valid: >= {runtime}, "
                                  "trainingMaxRuntimeInSeconds")

    def _check_requests(self) -> None:
        check_request("sagemaker", "CreateTrainingJob", self._build_request(SOME_PLACE, SOME_PLACE))
        options = self._options
        if options["endpointCreationPolicy"].name != "DO_NOT_CREATE":
            HostingSpec(options["modelImage"], SOME_PLACE, self._role_arn, options["endpointInstanceType"],
                        options["endpointInitialInstanceCount"], options["modelEnvironmentVariables"] or {}, self._tags,
                        options["vpcConfig"], options["endpointVolumeKmsKeyId"], options["enableNetworkIsolation"]).check(self._names)

    # The request.

    def _build_request(self, staging: S3DataPath, output: S3DataPath) -> dict:
        options = self._options
        stopping = {"MaxRuntimeInSeconds": options["trainingMaxRuntimeInSeconds"]}
        if options["enableManagedSpotTraining"]:
            stopping["MaxWaitTimeInSeconds"] = options["trainingMaxWaitTimeInSeconds"] or options["trainingMaxRuntimeInSeconds"]
        request = {
            "TrainingJobName": self._names.trainingJobName,
            "HyperParameters": self._hyper_parameters,
            "AlgorithmSpecification": {"TrainingImage": options["trainingImage"], "TrainingInputMode": options["trainingInputMode"]},
            "RoleArn": self._role_arn,
            "InputDataConfig": [self._channel_request(channel, staging) for channel in self._channels],
            "OutputDataConfig": {"KmsKeyId": options["trainingKmsKeyId"], "S3OutputPath": output.toS3UriString()},
            "ResourceConfig": {"InstanceType": options["trainingInstanceType"], "InstanceCount": options["trainingInstanceCount"],
                               "VolumeSizeInGB": options["trainingInstanceVolumeSizeInGB"],
                               "VolumeKmsKeyId": options["trainingVolumeKmsKeyId"]},
            "VpcConfig": options["vpcConfig"] and options["vpcConfig"].to_request(),
            "StoppingCondition": stopping,
            "Tags": self._tags,
            "EnableNetworkIsolation": options["enableNetworkIsolation"] or None,
            "EnableInterContainerTrafficEncryption": options["enableInterContainerTrafficEncryption"] or None,
            "EnableManagedSpotTraining": options["enableManagedSpotTraining"] or None,
            "CheckpointConfig": options["checkpointConfig"] and options["checkpointConfig"].to_request(),
            "Environment": dict(options["trainingEnvironmentVariables"] or {}) or None,
        }
        return _without_none(request)

    def _channel_request(self, channel: _Channel, staging: S3DataPath) -> dict:
        uri = _folder(staging, channel.name) if channel.has_rows else channel.data.toS3UriString()
        return {"ChannelName": channel.name,
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri,
                                                "S3DataDistributionType": channel.distribution}},
                "ContentType": channel.content_type,
                "CompressionType": self._options["trainingCompressionCodec"],
                "InputMode": channel.input_mode}

    # Staging.

    def _stage(self, channel: _Channel, folder: str) -> None:
        staging = Staging(folder, channel.format, channel.options, self._options["s3Client"], self._options["executorCredentials"])
        self._stagings.append(staging)
        if staging.write(channel.data) == 0:
            raise InvalidArgument("Training data have no rows" if channel is self._channels[0] else
                                  f'Channel has no rows: "{channel.name}"')

    def _delete_staging_data(self) -> None:
        for staging in self._stagings:
            try:
                staging.delete()
            except SageSparkError as error:
                _logger.warning("Staging data could not be deleted: %s", error)

    # The job.

    def _train(self, staging: S3DataPath, output: S3DataPath) -> TrainedModel:
        self._create_job(self._build_request(staging, output))
        self._on_job_created()
        job = self._wait_for_job()
        return TrainedModel(S3DataPath.fromS3URI(job["ModelArtifacts"]["S3ModelArtifacts"]), self._role_arn, final_metrics(job))

    def _create_job(self, request: dict) -> None:
        name = self._names.trainingJobName
        try:
            self._client.call("CreateTrainingJob", **request)
        except AlreadyExists:
            # Perhaps made by an attempt of ours whose reply got lost.
            if not has_tags(self._client, self._client.call("DescribeTrainingJob", TrainingJobName=name)["TrainingJobArn"], self._tags):
                raise
        except (Unavailable, Timeout):
            try:
                self._client.call("StopTrainingJob", TrainingJobName=name)
            except SageSparkError:
                pass  # It was not made, or cannot be reached.
            raise

    def _wait_for_job(self) -> dict:
        name = self._names.trainingJobName
        log = TrainingLog(AwsClient("logs", self._client.region), name, self._options["trainingInstanceCount"])
        schedule = PollSchedule(self._client.settings)
        timeout = self._options["trainingTimeoutInSeconds"]
        deadline = None if timeout is None else time.monotonic() + timeout
        describe = PatientCalls(lambda: self._client.call("DescribeTrainingJob", TrainingJobName=name))
        shown = 0
        try:
            while True:
                try:
                    job = describe()
                except SageSparkError as error:
                    raise error.with_context(f'Training job may still run, but its state cannot be read: "{name}"') from None
                if job is not None:
                    self._show_log(log)
                    shown = self._show_transitions(job, schedule, shown)
                    status = job["TrainingJobStatus"]
                    if status == "Completed":
                        self._show_metrics(job)
                        return job
                    if status not in ("InProgress", "Stopping"):
                        raise _job_error(job, log.tail())
                schedule.wait()
                if deadline is not None and time.monotonic() >= deadline:
                    raise Timeout(f"Training took longer than trainingTimeoutInSeconds = {timeout}; {self._stop_job()}")
        except KeyboardInterrupt:
            self._progress(f'Interrupted: stopping training job "{name}"')
            self._progress(f"Fit was cancelled; {self._stop_job()}")
            raise

    def _stop_job(self) -> str:
        """Tells the job to stop; says whether that worked."""
        name = self._names.trainingJobName
        try:
            self._client.call("StopTrainingJob", TrainingJobName=name)
        except SageSparkError as error:
            return f'its training job may still run: "{name}" could not be stopped: {error}'
        return f'its training job was told to stop: "{name}"'

    def _show_log(self, log: TrainingLog) -> None:
        for line in log.new_lines():
            if is_metric_line(line):
                self._progress(line)

    def _show_transitions(self, job: dict, schedule: PollSchedule, shown: int) -> int:
        transitions = job.get("SecondaryStatusTransitions") or []
        for transition in transitions[shown:]:
            message = transition.get("StatusMessage") or ""
            if transition["Status"] == "Completed":
                message += f", {schedule.waited_text()}"
            self._progress(status_line(datetime.fromtimestamp(transition["StartTime"], timezone.utc), transition["Status"], message))
        return len(transitions)

    def _show_metrics(self, job: dict) -> None:
        metrics = final_metrics(job)
        if metrics:
            self._progress(status_line(datetime.now(timezone.utc), "Metrics", metrics_text(metrics)))


def _job_error(job: Mapping, log_tail: str) -> ModelError:
    message = (f'Training job did not complete: "{job["TrainingJobName"]}" is {job["TrainingJobStatus"]} ({job["SecondaryStatus"]}): '
               f"{job.get('FailureReason') or 'no reason given'}")
    return ModelError(f"{message}\nLast lines of its log:\n{log_tail}" if log_tail else message)


def _folder(staging: S3DataPath, channel: str) -> str:
    """Ends with a slash: a prefix without one would take in the channels whose names begin with this one's, too."""
    return f"{staging.toS3UriString()}/{channel}/"


def _without_none(value):
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value
