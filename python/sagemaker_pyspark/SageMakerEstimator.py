"""Estimators that train by SageMaker training jobs on the rows of DataFrames."""
from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Sequence

from pyspark.ml.base import Estimator

from ._params import HyperParameter, java_text, name_accessors
from ._progress import ProgressListener, print_progress
from ._runs import make_run_id
from ._saving import SavableStage
from ._spark import check_spark
from .errors import InvalidArgument, SageSparkError
from .IAMRoleResource import IAMRoleFromConfig, IAMRoleResource
from .NamePolicy import NamePolicyFactory, RandomNamePolicyFactory
from .options import CheckpointConfig, RequestOptions, TrainingChannel, VpcConfig, as_dataclass
from .S3Resources import S3AutoCreatePath, S3Resource
from .SageMakerClients import AwsClient

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

    from .SageMakerModel import SageMakerModel
    from .transformation.deserializers import ResponseRowDeserializer
    from .transformation.serializers import RequestRowSerializer


class EndpointCreationPolicy(enum.Enum):
    """When a model creates its endpoint."""

    CREATE_ON_CONSTRUCT = "CREATE_ON_CONSTRUCT"  #: When the model is made: by fit, before it returns.
    CREATE_ON_TRANSFORM = "CREATE_ON_TRANSFORM"  #: At the first transform.
    DO_NOT_CREATE = "DO_NOT_CREATE"  #: Never: the model has an existing endpoint, or none.


class _LatestRun:
    """What copies of an estimator share."""

    def __init__(self):
        self.training_job: Optional[str] = None
        self.run_id: Optional[str] = None


#: Options that are made anew when a stage is loaded.
_NOT_SAVED = ("sagemakerClient", "s3Client", "stsClient", "progress")


def _option(name: str, doc: str) -> property:
    return property(lambda self: self._options[name], doc=doc)


class SageMakerEstimatorBase(Estimator, SavableStage):
    """What all estimators have in common: fit, copy, save and load, and the constructor's options as attributes.

    Options that SageMaker Spark has not, all keyword-only:

    Args:
        additionalChannels: further channels by name (TrainingChannel), for every fit; see also `validation` of fit.
        validationChannelName: where fit puts `validation`.
        trainingTimeoutInSeconds: a fit waits so long for its training job and then stops it; without it, as long as it takes.
        tags: key and value of tags of all that a fit creates, beside the tag of its run.
        runId: marks what a fit creates (`sagespark clean --run ID`); a new one for each fit without it.
        vpcConfig: the network of training job and model (VpcConfig).
        trainingVolumeKmsKeyId, endpointVolumeKmsKeyId: keys of volumes; trainingKmsKeyId is the model artifact's.
        enableManagedSpotTraining, trainingMaxWaitTimeInSeconds, checkpointConfig: training on spot capacity.
        enableNetworkIsolation: of training job and model.
        enableInterContainerTrafficEncryption: of training jobs on several instances.
        trainingEnvironmentVariables: of the training containers.
        requestOptions: how models send rows (RequestOptions).
        executorCredentials: "chain" (the default): executors find credentials as programs on their machines do. "driver": short-lived
            ones of the driver travel with the tasks. Without it, the session's configuration decides
            (com.amazonaws.services.sagemaker.sparksdk.executor-credentials).
        progress: called with each line on the progress of a fit; None for silence.
    """

    _required_params: Sequence[str] = ()

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        name_accessors(cls)

    def _set_options(self, options: Dict[str, Any]) -> None:
        """Takes the constructor's arguments: those of its locals() that are options."""
        options = {name: value for name, value in options.items() if name not in ("self", "__class__", "uid", "javaObject")}
        for name, service in (("sagemakerClient", "sagemaker"), ("s3Client", "s3"), ("stsClient", "sts")):
            options[name] = options[name] or AwsClient(service, options.get("region"))
        options["requestOptions"] = as_dataclass(RequestOptions, options["requestOptions"]) or RequestOptions()
        options["vpcConfig"] = as_dataclass(VpcConfig, options["vpcConfig"])
        options["checkpointConfig"] = as_dataclass(CheckpointConfig, options["checkpointConfig"])
        self._options = options
        self._latest_run = _LatestRun()

    latestTrainingJob = property(lambda self: self._latest_run.training_job,
                                 doc="The training job that fit created last, on this estimator or a copy of it; also when it failed.")
    latestRunId = property(lambda self: self._latest_run.run_id,
                           doc="The id of the run that fit made last: what `sagespark clean --run ID` takes.")
    trainingImage = _option("trainingImage", "The image of the training job.")
    modelImage = _option("modelImage", "The image of the endpoint.")
    requestRowSerializer = _option("requestRowSerializer", "Turns rows into requests.")
    responseRowDeserializer = _option("responseRowDeserializer", "Turns replies into columns.")
    sagemakerRole = _option("sagemakerRole", "The role that SageMaker takes on.")
    trainingInputS3DataPath = _option("trainingInputS3DataPath", "Where rows are staged.")
    trainingOutputS3DataPath = _option("trainingOutputS3DataPath", "Where trained models go.")
    trainingInstanceType = _option("trainingInstanceType", "The type of the training job's instances.")
    trainingInstanceCount = _option("trainingInstanceCount", "How many instances train, >= 1.")
    trainingInstanceVolumeSizeInGB = _option("trainingInstanceVolumeSizeInGB", "The size of each instance's volume.")
    trainingProjectedColumns = _option("trainingProjectedColumns", "The columns that are staged; all that the format reads without them.")
    trainingChannelName = _option("trainingChannelName", "The channel of the training rows.")
    trainingContentType = _option("trainingContentType", "The channel's content type.")
    trainingS3DataDistribution = _option("trainingS3DataDistribution", "Whether instances share the objects or see all of them.")
    trainingSparkDataFormat = _option("trainingSparkDataFormat", "The format that rows are staged in.")
    trainingSparkDataFormatOptions = _option("trainingSparkDataFormatOptions", "Options of the format.")
    trainingInputMode = _option("trainingInputMode", '"File" or "Pipe".')
    trainingCompressionCodec = _option("trainingCompressionCodec", "None: rows are written without compression.")
    trainingMaxRuntimeInSeconds = _option("trainingMaxRuntimeInSeconds", "After this time SageMaker stops the training job.")
    trainingKmsKeyId = _option("trainingKmsKeyId", "The key of the model artifact.")
    modelEnvironmentVariables = _option("modelEnvironmentVariables", "Of the endpoint's containers.")
    endpointInstanceType = _option("endpointInstanceType", "The type of the endpoint's instances.")
    endpointInitialInstanceCount = _option("endpointInitialInstanceCount", "How many instances the endpoint has.")
    endpointCreationPolicy = _option("endpointCreationPolicy", "When the endpoint is created.")
    sagemakerClient = _option("sagemakerClient", "Calls SageMaker.")
    s3Client = _option("s3Client", "Makes the bucket of S3AutoCreatePath.")
    stsClient = _option("stsClient", "Tells the account for S3AutoCreatePath.")
    modelPrependInputRowsToTransformationRows = _option("modelPrependInputRowsToTransformationRows",
                                                        "Whether transform keeps the input's columns.")
    deleteStagingDataAfterTraining = _option("deleteStagingDataAfterTraining", "Whether staged rows are deleted.")
    namePolicyFactory = _option("namePolicyFactory", "Names what a fit creates.")

    @property
    def hyperParameters(self) -> Dict[str, str]:
        """The option of that name; see makeHyperParameters for all."""
        return dict(self._options.get("hyperParameters") or {})

    def makeHyperParameters(self) -> Dict[str, str]:
        """What fit sends: the option hyperParameters, overlaid by the parameters that are set or have defaults, all as texts."""
        texts = {str(name): java_text(value) for name, value in self.hyperParameters.items()}
        for param, value in self.extractParamMap().items():
            texts[param.wire_name if isinstance(param, HyperParameter) else param.name] = java_text(value)
        return texts

    def _names_of_required_params(self) -> Sequence[str]:
        return self._required_params

    def _check_required_params(self) -> None:
        given = self.makeHyperParameters()
        missing = [name for name in self._names_of_required_params() if name not in given]
        if missing:
            raise InvalidArgument(f"Required hyperparameters are not set: {', '.join(missing)}")

    def fit(self, dataset: DataFrame, params=None, validation: Optional[DataFrame] = None) -> SageMakerModel:
        """Writes the rows to S3, runs a training job on them and makes a model of what it left; by the default policy with an endpoint.

        Options, hyperparameters, columns and the requests' shapes are checked before anything is created. The staged rows, exactly the
        files written, are deleted in any case, unless deleteStagingDataAfterTraining is False. Ctrl-C stops the training job.

        Args:
            dataset: the training rows.
            params: parameters for this fit by Param, or a list of such, for a model each; as Spark's estimators take them. A DataFrame
                here is `validation`.
            validation: rows of the channel validationChannelName, which the algorithm measures its model on; the same columns.

        Raises:
            ModelError: the job failed (its FailureReason and the last lines of its log), or the endpoint did.
        """
        if hasattr(params, "mapInArrow"):
            params, validation = None, params
        if validation is None:
            return super().fit(dataset, params)
        channels = dict(self._options["additionalChannels"] or {})
        name = self._options["validationChannelName"]
        if name in channels:
            raise InvalidArgument(f'Channel is among additionalChannels already: "{name}"')
        estimator = self.copy()
        estimator._options = {**self._options, "additionalChannels": {**channels, name: TrainingChannel(validation)}}
        return estimator.fit(dataset, params)

    def _fit(self, dataset: DataFrame) -> SageMakerModel:
        from ._training_run import TrainingRun
        from .SageMakerModel import SageMakerModel

        check_spark(dataset)
        self._check_required_params()
        names = self.namePolicyFactory.createNamePolicy()
        run_id = self._options["runId"] or make_run_id()
        self._latest_run.run_id = run_id

        def note_job():
            self._latest_run.training_job = names.trainingJobName

        options = {**self._options, "trainingImage": self.trainingImage, "modelImage": self.modelImage}
        trained = TrainingRun(options, self.makeHyperParameters(), names, run_id, dataset, note_job).run()
        try:
            return SageMakerModel(
                endpointInstanceType=self.endpointInstanceType, endpointInitialInstanceCount=self.endpointInitialInstanceCount,
                requestRowSerializer=self.requestRowSerializer, responseRowDeserializer=self.responseRowDeserializer,
                modelImage=self.modelImage, modelPath=trained.artifact, modelEnvironmentVariables=self.modelEnvironmentVariables,
                modelExecutionRoleARN=trained.role_arn, endpointCreationPolicy=self.endpointCreationPolicy,
                sagemakerClient=self.sagemakerClient, prependResultRows=self.modelPrependInputRowsToTransformationRows,
                namePolicy=names, uid=self.uid, runId=run_id, trainingMetrics=trained.metrics,
                **{name: self._options[name] for name in ("progress", "requestOptions", "tags", "vpcConfig", "endpointVolumeKmsKeyId",
                                                          "enableNetworkIsolation", "executorCredentials")})
        except SageSparkError as error:
            # The training is not lost: fromModelS3Path takes it from here.
            uri = trained.artifact.toS3UriString()
            raise error.with_context(f"Model was trained ({uri}), but is not hosted") from error

    def transformSchema(self, schema: StructType) -> StructType:
        """The columns that the model's transform gives."""
        from ._prediction import predicted_schema

        return predicted_schema(self.requestRowSerializer, self.responseRowDeserializer,
                                self.modelPrependInputRowsToTransformationRows, self._options["requestOptions"], schema)

    def _state_to_save(self) -> dict:
        return {name: value for name, value in self._options.items() if name not in _NOT_SAVED}

    @classmethod
    def _from_saved_state(cls, state: dict):
        return cls(**state)


class SageMakerEstimator(SageMakerEstimatorBase):
    """Trains a model by a SageMaker training job on a DataFrame's rows, with any image.

    See SageMakerEstimatorBase for the options behind the star.
    """

    def __init__(
        self, trainingImage: str, modelImage: str, trainingInstanceType: str, trainingInstanceCount: int, endpointInstanceType: str,
        endpointInitialInstanceCount: int, requestRowSerializer: RequestRowSerializer, responseRowDeserializer: ResponseRowDeserializer,
        hyperParameters: Optional[Mapping[str, str]] = None, trainingInputS3DataPath: S3Resource = S3AutoCreatePath(),
        trainingOutputS3DataPath: S3Resource = S3AutoCreatePath(), trainingInstanceVolumeSizeInGB: int = 1024,
        trainingProjectedColumns: Optional[Sequence[str]] = None, trainingChannelName: str = "train",
        trainingContentType: Optional[str] = None, trainingS3DataDistribution: str = "ShardedByS3Key",
        trainingSparkDataFormat: str = "sagemaker", trainingSparkDataFormatOptions: Optional[Mapping[str, str]] = None,
        trainingInputMode: str = "File", trainingCompressionCodec: Optional[str] = None,
        trainingMaxRuntimeInSeconds: int = 24 * 60 * 60, trainingKmsKeyId: Optional[str] = None,
        modelEnvironmentVariables: Optional[Mapping[str, str]] = None,
        endpointCreationPolicy: EndpointCreationPolicy = EndpointCreationPolicy.CREATE_ON_CONSTRUCT,
        sagemakerClient: Optional[AwsClient] = None, sagemakerRole: IAMRoleResource = IAMRoleFromConfig(),
        s3Client: Optional[AwsClient] = None, stsClient: Optional[AwsClient] = None,
        modelPrependInputRowsToTransformationRows: bool = True, deleteStagingDataAfterTraining: bool = True,
        namePolicyFactory: NamePolicyFactory = RandomNamePolicyFactory(), uid: Optional[str] = None, *,
        additionalChannels: Optional[Mapping[str, TrainingChannel]] = None, validationChannelName: str = "validation",
        trainingTimeoutInSeconds: Optional[int] = None, tags: Optional[Mapping[str, str]] = None, runId: Optional[str] = None,
        vpcConfig: Optional[VpcConfig] = None, trainingVolumeKmsKeyId: Optional[str] = None,
        endpointVolumeKmsKeyId: Optional[str] = None, enableManagedSpotTraining: bool = False,
        trainingMaxWaitTimeInSeconds: Optional[int] = None, checkpointConfig: Optional[CheckpointConfig] = None,
        enableNetworkIsolation: bool = False, enableInterContainerTrafficEncryption: bool = False,
        trainingEnvironmentVariables: Optional[Mapping[str, str]] = None, requestOptions: Optional[RequestOptions] = None,
        executorCredentials: Optional[str] = None, progress: Optional[ProgressListener] = print_progress,
    ):
        options = locals()
        super().__init__()
        self._set_options(options)
        if uid:
            self._resetUid(uid)
