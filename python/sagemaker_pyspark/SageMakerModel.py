"""Models that score DataFrames on SageMaker endpoints."""
from __future__ import annotations

import html
import threading
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional

from pyspark.ml.base import Model

from ._hosting import HostingSpec, create_hosting
from ._prediction import predict, predicted_schema
from ._progress import ProgressListener, print_progress
from ._runs import make_run_id, with_run_tag
from ._saving import SavableStage
from ._spark import check_spark
from ._staging import executor_settings
from ._training_run import final_metrics
from .errors import Conflict, InvalidArgument
from .NamePolicy import NamePolicy, RandomNamePolicy
from .options import RequestOptions, VpcConfig, as_dataclass
from .S3Resources import S3DataPath
from .SageMakerClients import AwsClient
from .SageMakerEstimator import EndpointCreationPolicy
from .SageMakerResourceCleanup import CreatedResources, SageMakerResourceCleanup

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

    from .transformation.deserializers import ResponseRowDeserializer
    from .transformation.serializers import RequestRowSerializer

_NEEDED_TO_CREATE = ("modelImage", "modelPath", "modelExecutionRoleARN", "endpointInstanceType", "endpointInitialInstanceCount")
_NOT_SAVED = ("sagemakerClient", "progress")


class _Hosting:
    """What copies of a model share."""

    def __init__(self):
        self.creating = threading.Lock()  # Held by whoever creates, so that two transforms create one endpoint.
        self.created = CreatedResources()


def _option(name: str, doc: str) -> property:
    return property(lambda self: self._options[name], doc=doc)


class SageMakerModel(Model, SavableStage):
    """Predicts the rows of DataFrames with a SageMaker endpoint, which it creates or finds. Copies share what was created.

        with estimator.fit(training) as model:
            model.transform(test).write.parquet(path)
        # Endpoint, its configuration and the model are deleted now.

    Args:
        endpointInstanceType, endpointInitialInstanceCount: of the endpoint; not needed with an existing one.
        requestRowSerializer: turns rows into requests.
        responseRowDeserializer: turns replies into columns.
        existingEndpointName: goes with DO_NOT_CREATE.
        modelImage, modelPath, modelEnvironmentVariables, modelExecutionRoleARN: what the endpoint is made from.
        endpointCreationPolicy: when the endpoint is created. With CREATE_ON_CONSTRUCT the constructor waits for it, and when that fails
            what was created is deleted.
        sagemakerClient: calls SageMaker; with the environment's settings by default.
        prependResultRows: whether transform keeps the input's columns.
        namePolicy: names what is created; a RandomNamePolicy by default.
        runId, tags, vpcConfig, endpointVolumeKmsKeyId, enableNetworkIsolation, requestOptions, executorCredentials, progress: see
            SageMakerEstimatorBase.
        trainingMetrics: what the attribute of that name tells.
    """

    def __init__(
        self, endpointInstanceType: Optional[str] = None, endpointInitialInstanceCount: Optional[int] = None,
        requestRowSerializer: Optional[RequestRowSerializer] = None, responseRowDeserializer: Optional[ResponseRowDeserializer] = None,
        existingEndpointName: Optional[str] = None, modelImage: Optional[str] = None, modelPath: Optional[S3DataPath] = None,
        modelEnvironmentVariables: Optional[Mapping[str, str]] = None, modelExecutionRoleARN: Optional[str] = None,
        endpointCreationPolicy: EndpointCreationPolicy = EndpointCreationPolicy.CREATE_ON_CONSTRUCT,
        sagemakerClient: Optional[AwsClient] = None, prependResultRows: bool = True, namePolicy: Optional[NamePolicy] = None,
        uid: Optional[str] = None, javaObject: None = None, *, tags: Optional[Mapping[str, str]] = None, runId: Optional[str] = None,
        vpcConfig: Optional[VpcConfig] = None, endpointVolumeKmsKeyId: Optional[str] = None, enableNetworkIsolation: bool = False,
        requestOptions: Optional[RequestOptions] = None, executorCredentials: Optional[str] = None,
        progress: Optional[ProgressListener] = print_progress, trainingMetrics: Optional[Mapping[str, float]] = None,
    ):
        options = {name: value for name, value in locals().items() if name not in ("self", "__class__", "uid", "javaObject")}
        super().__init__()
        if uid:
            self._resetUid(uid)
        self._options: Dict[str, Any] = options
        options["sagemakerClient"] = sagemakerClient or AwsClient("sagemaker")
        options["namePolicy"] = namePolicy or RandomNamePolicy()
        options["runId"] = runId or make_run_id()
        options["requestOptions"] = as_dataclass(RequestOptions, requestOptions) or RequestOptions()
        options["vpcConfig"] = as_dataclass(VpcConfig, vpcConfig)
        self._hosting = _Hosting()
        self._check_options()
        if endpointCreationPolicy is EndpointCreationPolicy.CREATE_ON_CONSTRUCT:
            self._create_hosting_once()

    @classmethod
    def fromTrainingJob(
        cls, trainingJobName: str, modelImage: str, modelExecutionRoleARN: str, endpointInstanceType: str,
        endpointInitialInstanceCount: int, requestRowSerializer: RequestRowSerializer, responseRowDeserializer: ResponseRowDeserializer,
        modelEnvironmentVariables: Optional[Mapping[str, str]] = None,
        endpointCreationPolicy: EndpointCreationPolicy = EndpointCreationPolicy.CREATE_ON_CONSTRUCT,
        sagemakerClient: Optional[AwsClient] = None, prependResultRows: bool = True, namePolicy: Optional[NamePolicy] = None,
        uid: str = "sagemaker", **options,
    ) -> SageMakerModel:
        """A model of a training job that is Completed or Stopped."""
        _require_creation(endpointCreationPolicy, "fromTrainingJob")
        client = sagemakerClient or AwsClient("sagemaker")
        job = client.call("DescribeTrainingJob", TrainingJobName=trainingJobName)
        if job["TrainingJobStatus"] not in ("Completed", "Stopped"):
            raise Conflict(f'Training job is neither Completed nor Stopped: "{trainingJobName}" is {job["TrainingJobStatus"]}')
        return cls(
            modelPath=S3DataPath.fromS3URI(job["ModelArtifacts"]["S3ModelArtifacts"]), modelImage=modelImage,
            modelExecutionRoleARN=modelExecutionRoleARN, endpointInstanceType=endpointInstanceType,
            endpointInitialInstanceCount=endpointInitialInstanceCount, requestRowSerializer=requestRowSerializer,
            responseRowDeserializer=responseRowDeserializer, modelEnvironmentVariables=modelEnvironmentVariables,
            endpointCreationPolicy=endpointCreationPolicy, sagemakerClient=client, prependResultRows=prependResultRows,
            namePolicy=namePolicy, uid=uid, trainingMetrics=final_metrics(job), **options)

    @classmethod
    def fromEndpoint(
        cls, endpointName: str, requestRowSerializer: RequestRowSerializer, responseRowDeserializer: ResponseRowDeserializer,
        modelEnvironmentVariables: Optional[Mapping[str, str]] = None, sagemakerClient: Optional[AwsClient] = None,
        prependResultRows: bool = True, namePolicy: Optional[NamePolicy] = None, uid: str = "sagemaker", **options,
    ) -> SageMakerModel:
        """A model of an endpoint that is InService."""
        client = sagemakerClient or AwsClient("sagemaker")
        status = client.call("DescribeEndpoint", EndpointName=endpointName)["EndpointStatus"]
        if status != "InService":
            raise Conflict(f'Endpoint is not InService: "{endpointName}" is {status}')
        return cls(
            existingEndpointName=endpointName, endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE,
            requestRowSerializer=requestRowSerializer, responseRowDeserializer=responseRowDeserializer,
            modelEnvironmentVariables=modelEnvironmentVariables, sagemakerClient=client, prependResultRows=prependResultRows,
            namePolicy=namePolicy, uid=uid, **options)

    @classmethod
    def fromModelS3Path(
        cls, modelPath: str, modelImage: str, modelExecutionRoleARN: str, endpointInstanceType: str, endpointInitialInstanceCount: int,
        requestRowSerializer: RequestRowSerializer, responseRowDeserializer: ResponseRowDeserializer,
        modelEnvironmentVariables: Optional[Mapping[str, str]] = None,
        endpointCreationPolicy: EndpointCreationPolicy = EndpointCreationPolicy.CREATE_ON_CONSTRUCT,
        sagemakerClient: Optional[AwsClient] = None, prependResultRows: bool = True, namePolicy: Optional[NamePolicy] = None,
        uid: str = "sagemaker", **options,
    ) -> SageMakerModel:
        """A model of data in S3: `modelPath` is "s3://bucket/path/model.tar.gz" or an S3DataPath."""
        _require_creation(endpointCreationPolicy, "fromModelS3Path")
        return cls(
            modelPath=modelPath if isinstance(modelPath, S3DataPath) else S3DataPath.fromS3URI(modelPath), modelImage=modelImage,
            modelExecutionRoleARN=modelExecutionRoleARN, endpointInstanceType=endpointInstanceType,
            endpointInitialInstanceCount=endpointInitialInstanceCount, requestRowSerializer=requestRowSerializer,
            responseRowDeserializer=responseRowDeserializer, modelEnvironmentVariables=modelEnvironmentVariables,
            endpointCreationPolicy=endpointCreationPolicy, sagemakerClient=sagemakerClient, prependResultRows=prependResultRows,
            namePolicy=namePolicy, uid=uid, **options)

    endpointInstanceType = _option("endpointInstanceType", "The type of the endpoint's instances.")
    endpointInitialInstanceCount = _option("endpointInitialInstanceCount", "How many instances the endpoint has at first.")
    requestRowSerializer = _option("requestRowSerializer", "Turns rows into requests.")
    responseRowDeserializer = _option("responseRowDeserializer", "Turns replies into columns.")
    existingEndpointName = _option("existingEndpointName", "The endpoint that the model was given.")
    modelImage = _option("modelImage", "The image of the endpoint's containers.")
    modelPath = _option("modelPath", "The model's data in S3 (S3DataPath).")
    modelEnvironmentVariables = _option("modelEnvironmentVariables", "Of the endpoint's containers.")
    modelExecutionRoleARN = _option("modelExecutionRoleARN", "The role that SageMaker takes on.")
    sagemakerClient = _option("sagemakerClient", "Calls SageMaker.")
    endpointCreationPolicy = _option("endpointCreationPolicy", "When the endpoint is created.")
    prependResultRows = _option("prependResultRows", "Whether transform keeps the input's columns.")
    namePolicy = _option("namePolicy", "Names what is created.")
    runId = _option("runId", "The id of the run whose tag is on what this model creates.")

    @property
    def trainingMetrics(self) -> Dict[str, float]:
        """The final metrics of the training job by name ("test:msd"); empty when it had none or the model is of no training job."""
        return dict(self._options["trainingMetrics"] or {})

    @property
    def endpointName(self) -> Optional[str]:
        """The existing endpoint, or the one created; None before that."""
        return self.existingEndpointName or self._hosting.created.endpoint_name

    @property
    def resourceCleanup(self) -> SageMakerResourceCleanup:
        """Deletes resources by this model's client."""
        return SageMakerResourceCleanup(self.sagemakerClient)

    def getCreatedResources(self) -> CreatedResources:
        """What this model and its copies created; never an existing endpoint that it was given."""
        created = self._hosting.created
        return CreatedResources(created.model_name, created.endpoint_config_name, created.endpoint_name)

    def deleteResources(self) -> None:
        """Deletes what this model and its copies created, if anything."""
        self.resourceCleanup.deleteResources(self.getCreatedResources())
        self._hosting.created = CreatedResources()

    def __enter__(self) -> SageMakerModel:
        return self

    def __exit__(self, *exception) -> None:
        self.deleteResources()

    def transform(self, dataset: DataFrame, params=None) -> DataFrame:
        """Appends the prediction columns, or with prependResultRows False replaces all columns by them.

        Lazy, but for the endpoint of CREATE_ON_TRANSFORM, which is created by the first call. Raises SchemaMismatch when the columns do
        not fit, InvalidArgument when there is no endpoint.
        """
        return super().transform(dataset, params)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        check_spark(dataset)
        self.transformSchema(dataset.schema)
        if self.endpointCreationPolicy is EndpointCreationPolicy.CREATE_ON_TRANSFORM:
            self._create_hosting_once()
        if self.endpointName is None:
            raise InvalidArgument("Model has no endpoint to transform with: endpointCreationPolicy is DO_NOT_CREATE")
        settings = executor_settings(dataset.sparkSession, self.sagemakerClient.region, self._options["executorCredentials"])
        return predict(dataset, self.endpointName, self.requestRowSerializer, self.responseRowDeserializer, self.prependResultRows,
                       self._options["requestOptions"], settings)

    def transformSchema(self, schema: StructType) -> StructType:
        """The columns that transform gives. Raises SchemaMismatch when the serializer refuses `schema`."""
        return predicted_schema(self.requestRowSerializer, self.responseRowDeserializer, self.prependResultRows,
                                self._options["requestOptions"], schema)

    def _check_options(self) -> None:
        missing = [name for name in ("requestRowSerializer", "responseRowDeserializer") if self._options[name] is None]
        if missing:
            raise InvalidArgument(f"Options of a model are not set: {', '.join(missing)}")
        with_run_tag(self._options["tags"], self.runId)
        creates = self.endpointCreationPolicy is not EndpointCreationPolicy.DO_NOT_CREATE
        if self.existingEndpointName and creates:
            raise InvalidArgument(
                f'endpointCreationPolicy must be DO_NOT_CREATE with an existingEndpointName: "{self.existingEndpointName}"')
        missing = [name for name in _NEEDED_TO_CREATE if self._options[name] is None]
        if creates and missing:
            raise InvalidArgument(f"Options that creating an endpoint needs are not set: {', '.join(missing)}")

    def _create_hosting_once(self) -> None:
        with self._hosting.creating:
            if self.endpointName:
                return
            spec = HostingSpec(self.modelImage, self.modelPath, self.modelExecutionRoleARN, self.endpointInstanceType,
                               self.endpointInitialInstanceCount, self.modelEnvironmentVariables or {},
                               with_run_tag(self._options["tags"], self.runId), self._options["vpcConfig"],
                               self._options["endpointVolumeKmsKeyId"], self._options["enableNetworkIsolation"])
            self._hosting.created = create_hosting(self.sagemakerClient, spec, self.namePolicy, self._options["progress"])

    def _state_to_save(self) -> dict:
        options = {name: value for name, value in self._options.items() if name not in _NOT_SAVED}
        # What the names were made from is of no use: an endpoint of another time gets new ones.
        return {"options": options, "region": self.sagemakerClient.region, "created": self.getCreatedResources()}

    @classmethod
    def _from_saved_state(cls, state: dict) -> SageMakerModel:
        """With the endpoint that it had created. Nothing is created, and nobody is asked whether the endpoint is still there."""
        options = dict(state["options"])
        policy = options.pop("endpointCreationPolicy")
        model = cls(**options, sagemakerClient=AwsClient("sagemaker", state["region"]),
                    endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE)
        model._options["endpointCreationPolicy"] = policy
        model._check_options()
        model._hosting.created = state["created"]
        return model

    def _repr_html_(self) -> str:
        """For notebooks: the endpoint, where the model's data are, and the training's metrics."""
        rows = {"endpoint": self.endpointName or "none yet", "image": self.modelImage, "role": self.modelExecutionRoleARN,
                "model data": self.modelPath and self.modelPath.toS3UriString(), "requests": repr(self.requestRowSerializer),
                "predictions": repr(self.responseRowDeserializer),
                **{metric: f"{value:g}" for metric, value in sorted(self.trainingMetrics.items())}}
        cells = "".join(f"<tr><th style='text-align:left'>{html.escape(name)}</th><td style='text-align:left'>{html.escape(str(value))}"
                        "</td></tr>" for name, value in rows.items() if value)
        return f"<b>{html.escape(self.uid)}</b><table>{cells}</table>"


def _require_creation(policy: EndpointCreationPolicy, maker: str) -> None:
    if policy is EndpointCreationPolicy.DO_NOT_CREATE:
        raise InvalidArgument(f"endpointCreationPolicy must not be DO_NOT_CREATE in {maker}")
