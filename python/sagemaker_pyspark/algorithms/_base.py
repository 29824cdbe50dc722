"""What the estimators of Amazon's algorithms have in common."""
from __future__ import annotations

from typing import Mapping, Optional, Sequence

from .._images import algorithm_image
from .._progress import ProgressListener, print_progress
from ..errors import InvalidArgument
from ..IAMRoleResource import IAMRoleFromConfig, IAMRoleResource
from ..NamePolicy import NamePolicyFactory, RandomNamePolicyFactory
from ..options import CheckpointConfig, RequestOptions, TrainingChannel, VpcConfig
from ..S3Resources import S3AutoCreatePath, S3Resource
from ..SageMakerClients import AwsClient, settings_of
from ..SageMakerEstimator import EndpointCreationPolicy, SageMakerEstimatorBase
from ..transformation.deserializers import ResponseRowDeserializer
from ..transformation.serializers import ProtobufRequestRowSerializer, RequestRowSerializer


class AlgorithmEstimator(SageMakerEstimatorBase):
    """The constructor's arguments, with the defaults that each algorithm brings.

    Args:
        trainingInstanceType, trainingInstanceCount: the instances of the training job.
        endpointInstanceType, endpointInitialInstanceCount: the instances of the endpoint.
        sagemakerRole: the role that SageMaker takes on: IAMRole, or IAMRoleFromConfig by default.
        requestRowSerializer: turns rows into requests; by default what the algorithm's endpoints take.
        responseRowDeserializer: turns replies into columns; by default for the algorithm's answers.
        trainingInputS3DataPath: where rows are staged; the bucket ACCOUNT-sagemaker-REGION by default.
        trainingOutputS3DataPath: where the trained model goes; the same by default.
        trainingInstanceVolumeSizeInGB: the size of each training instance's volume.
        trainingProjectedColumns: the columns to stage; what the format reads without it.
        trainingChannelName: the channel of the training rows.
        trainingContentType: the channel's content type.
        trainingS3DataDistribution: "ShardedByS3Key" gives each instance a part of the objects, "FullyReplicated" all.
        trainingSparkDataFormat: the format of the staged files: "sagemaker" (Amazon Records), "libsvm", "csv" or "parquet".
        trainingSparkDataFormatOptions: its options: featuresColumnName, labelColumnName.
        trainingInputMode: "File" or "Pipe".
        trainingCompressionCodec: None; files are written without compression.
        trainingMaxRuntimeInSeconds: after this time SageMaker stops the job.
        trainingKmsKeyId: the key of the model artifact.
        modelEnvironmentVariables: of the endpoint's containers.
        endpointCreationPolicy: when the endpoint is created.
        sagemakerClient, s3Client, stsClient: call AWS; made with the environment's settings by default.
        region: of the image and of clients made here; the environment's by default.
        modelPrependInputRowsToTransformationRows: whether transform keeps the input's columns.
        deleteStagingDataAfterTraining: whether staged files are deleted.
        namePolicyFactory: names what fits create.
        uid: the stage's unique id.
        javaObject: there for calls that name it; there are no Java objects here.

    See SageMakerEstimatorBase for the options behind the star.
    """

    _algorithm: str
    _serializer: type = ProtobufRequestRowSerializer
    _deserializer: type
    _format = "sagemaker"
    _validation_channel = "validation"
    _defaults: dict = {}

    def __init__(
        self, trainingInstanceType: str, trainingInstanceCount: int, endpointInstanceType: str, endpointInitialInstanceCount: int,
        sagemakerRole: IAMRoleResource = IAMRoleFromConfig(), requestRowSerializer: Optional[RequestRowSerializer] = None,
        responseRowDeserializer: Optional[ResponseRowDeserializer] = None, trainingInputS3DataPath: S3Resource = S3AutoCreatePath(),
        trainingOutputS3DataPath: S3Resource = S3AutoCreatePath(), trainingInstanceVolumeSizeInGB: int = 1024,
        trainingProjectedColumns: Optional[Sequence[str]] = None, trainingChannelName: str = "train",
        trainingContentType: Optional[str] = None, trainingS3DataDistribution: str = "ShardedByS3Key",
        trainingSparkDataFormat: Optional[str] = None, trainingSparkDataFormatOptions: Optional[Mapping[str, str]] = None,
        trainingInputMode: str = "File", trainingCompressionCodec: Optional[str] = None,
        trainingMaxRuntimeInSeconds: int = 24 * 60 * 60, trainingKmsKeyId: Optional[str] = None,
        modelEnvironmentVariables: Optional[Mapping[str, str]] = None,
        endpointCreationPolicy: EndpointCreationPolicy = EndpointCreationPolicy.CREATE_ON_CONSTRUCT,
        sagemakerClient: Optional[AwsClient] = None, region: Optional[str] = None, s3Client: Optional[AwsClient] = None,
        stsClient: Optional[AwsClient] = None, modelPrependInputRowsToTransformationRows: bool = True,
        deleteStagingDataAfterTraining: bool = True, namePolicyFactory: NamePolicyFactory = RandomNamePolicyFactory(),
        uid: Optional[str] = None, javaObject: None = None, *, additionalChannels: Optional[Mapping[str, TrainingChannel]] = None,
        validationChannelName: Optional[str] = None, trainingTimeoutInSeconds: Optional[int] = None,
        tags: Optional[Mapping[str, str]] = None, runId: Optional[str] = None, vpcConfig: Optional[VpcConfig] = None,
        trainingVolumeKmsKeyId: Optional[str] = None, endpointVolumeKmsKeyId: Optional[str] = None,
        enableManagedSpotTraining: bool = False, trainingMaxWaitTimeInSeconds: Optional[int] = None,
        checkpointConfig: Optional[CheckpointConfig] = None, enableNetworkIsolation: bool = False,
        enableInterContainerTrafficEncryption: bool = False, trainingEnvironmentVariables: Optional[Mapping[str, str]] = None,
        requestOptions: Optional[RequestOptions] = None, executorCredentials: Optional[str] = None,
        progress: Optional[ProgressListener] = print_progress,
    ):
        options = locals()
        super().__init__()
        self._setDefault(**self._defaults)
        if uid:
            self._resetUid(uid)
        self._complete(options)
        self._set_options(options)
        if region is not None:
            algorithm_image(self._algorithm, region)  # A region without the image shows here, not after a fit has begun.

    def _complete(self, options: dict) -> None:
        """Fills in the algorithm's defaults."""
        defaults = {"requestRowSerializer": self._serializer, "responseRowDeserializer": self._deserializer}
        for name, make in defaults.items():
            if options[name] is None:
                options[name] = make()
        options["trainingSparkDataFormat"] = options["trainingSparkDataFormat"] or self._format
        options["validationChannelName"] = options["validationChannelName"] or self._validation_channel

    @property
    def trainingImage(self) -> str:
        """The algorithm's image in the region."""
        region = self._options["region"] or settings_of()["region"]
        if not region:
            raise InvalidArgument("Region is not set: give the option region, or set AWS_REGION")
        return algorithm_image(self._algorithm, region)

    @property
    def modelImage(self) -> str:
        """The same."""
        return self.trainingImage
