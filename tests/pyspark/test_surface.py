"""The names, orders and defaults that programs for SageMaker Spark are written against."""
import inspect
import os
import subprocess
import sys

import pytest
from conftest import PACKAGE_PARENT
from sagemaker_pyspark import EndpointCreationPolicy, IAMRoleFromConfig, RandomNamePolicyFactory, S3AutoCreatePath, algorithms
from sagemaker_pyspark.transformation import deserializers, serializers

TRAINING = """trainingInputS3DataPath trainingOutputS3DataPath trainingInstanceVolumeSizeInGB trainingProjectedColumns trainingChannelName
trainingContentType trainingS3DataDistribution trainingSparkDataFormat trainingSparkDataFormatOptions trainingInputMode
trainingCompressionCodec trainingMaxRuntimeInSeconds trainingKmsKeyId modelEnvironmentVariables endpointCreationPolicy
sagemakerClient""".split()
REST = ["s3Client", "stsClient", "modelPrependInputRowsToTransformationRows", "deleteStagingDataAfterTraining", "namePolicyFactory", "uid"]
INSTANCES = ["trainingInstanceType", "trainingInstanceCount", "endpointInstanceType", "endpointInitialInstanceCount"]
ALGORITHM_ARGUMENTS = [*INSTANCES, "sagemakerRole", "requestRowSerializer", "responseRowDeserializer", *TRAINING, "region", *REST]
ESTIMATOR_ARGUMENTS = ["trainingImage", "modelImage", *INSTANCES, "requestRowSerializer", "responseRowDeserializer", "hyperParameters",
                       *TRAINING, "sagemakerRole", *REST]
DEFAULTS = {
    "trainingInputS3DataPath": S3AutoCreatePath(), "trainingOutputS3DataPath": S3AutoCreatePath(),
    "trainingInstanceVolumeSizeInGB": 1024, "trainingProjectedColumns": None, "trainingChannelName": "train", "trainingContentType": None,
    "trainingS3DataDistribution": "ShardedByS3Key", "trainingSparkDataFormat": "sagemaker", "trainingSparkDataFormatOptions": None,
    "trainingInputMode": "File", "trainingCompressionCodec": None, "trainingMaxRuntimeInSeconds": 86400, "trainingKmsKeyId": None,
    "modelEnvironmentVariables": None, "endpointCreationPolicy": EndpointCreationPolicy.CREATE_ON_CONSTRUCT,
    "modelPrependInputRowsToTransformationRows": True, "deleteStagingDataAfterTraining": True,
    "namePolicyFactory": RandomNamePolicyFactory(), "sagemakerRole": IAMRoleFromConfig()}
PROTOBUF = serializers.ProtobufRequestRowSerializer()
ALGORITHMS = {
    "KMeansSageMakerEstimator": (deserializers.KMeansProtobufResponseRowDeserializer(), "sagemaker", PROTOBUF, """setK setMaxIter setTol
        setLocalInitMethod setHalflifeTime setEpochs setInitMethod setCenterFactor setTrialNum setMiniBatchSize setFeatureDim setEvalMetrics"""),
    "PCASageMakerEstimator": (deserializers.PCAProtobufResponseRowDeserializer(), "sagemaker", PROTOBUF, """setNumComponents setAlgorithmMode
        setSubtractMean setExtraComponents setMiniBatchSize setFeatureDim"""),
    "LDASageMakerEstimator": (deserializers.LDAProtobufResponseRowDeserializer(), "sagemaker", PROTOBUF, """setNumTopics setAlpha0 setMaxRestarts
        setMaxIterations setTol setMiniBatchSize setFeatureDim"""),
    "LinearLearnerBinaryClassifier": (deserializers.LinearLearnerBinaryClassifierProtobufResponseRowDeserializer(), "sagemaker", PROTOBUF,
        """setBinaryClassifierModelSelectionCriteria setTargetRecall setTargetPrecision setPositiveExampleWeightMult setFeatureDim setUseBias
        setNumModels setNumCalibrationSamples setInitMethod setInitScale setInitSigma setInitBias setOptimizer setLoss setWd setL1 setMomentum
        setLearningRate setBeta1 setBeta2 setBiasLrMult setBiasWdMult setUseLrScheduler setLrSchedulerStep setLrSchedulerFactor
        setLrSchedulerMinimumLr setNormalizeData setNormalizeLabel setUnbiasData setUnbiasLabel setNumPointForScaler setEarlyStoppingPatience
        setEarlyStoppingTolerance setMargin setQuantile setLossInsensitivity setHuberDelta setFBeta setMiniBatchSize setEpochs"""),
    "LinearLearnerMultiClassClassifier": (deserializers.LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer(), "sagemaker",
        PROTOBUF, "setNumClasses setAccuracyTopK setBalanceMultiClassWeights setFeatureDim setFBeta"),
    "LinearLearnerRegressor": (deserializers.LinearLearnerRegressorProtobufResponseRowDeserializer(), "sagemaker", PROTOBUF,
        "setFeatureDim setUseBias"),
    "FactorizationMachinesBinaryClassifier": (deserializers.FactorizationMachinesBinaryClassifierDeserializer(), "sagemaker", PROTOBUF,
        """setFeatureDim setNumFactors setMiniBatchSize setEpochs setClipGradient setEps setRescaleGrad setBiasLr setLinearLr setFactorsLr
        setBiasWd setLinearWd setFactorsWd setBiasInitMethod setBiasInitScale setBiasInitSigma setBiasInitValue setLinearInitMethod
        setLinearInitScale setLinearInitSigma setLinearInitValue setFactorsInitMethod setFactorsInitScale setFactorsInitSigma
        setFactorsInitValue"""),
    "FactorizationMachinesRegressor": (deserializers.FactorizationMachinesRegressorDeserializer(), "sagemaker", PROTOBUF, "setNumFactors"),
    "XGBoostSageMakerEstimator": (deserializers.XGBoostCSVRowDeserializer(), "libsvm", serializers.LibSVMRequestRowSerializer(), """setBooster
        setSilent setNThread setEta setGamma setMaxDepth setMinChildWeight setMaxDeltaStep setSubsample setColSampleByTree setColSampleByLevel
        setLambda setAlpha setTreeMethod setSketchEps setScalePosWeight setUpdater setRefreshLeaf setProcessType setGrowPolicy setMaxLeaves
        setMaxBin setSampleType setNormalizeType setRateDrop setOneDrop setSkipDrop setLambdaBias setTweedieVariancePower setObjective
        setNumClasses setBaseScore setEvalMetric setSeed setNumRound"""),
}


def arguments(function):
    return [name for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name not in ("self", "javaObject")]


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_algorithms_estimator_has_the_originals_arguments_defaults_and_setters(name, native, common):
    deserializer, file_format, serializer, setters = ALGORITHMS[name]
    cls = getattr(algorithms, name)
    assert arguments(cls) == ALGORITHM_ARGUMENTS
    role = common.pop("sagemakerRole")
    estimator = cls(**common)
    expected = {**DEFAULTS, "responseRowDeserializer": deserializer, "requestRowSerializer": serializer,
                "trainingSparkDataFormat": file_format, "latestTrainingJob": None}
    assert {option: getattr(estimator, option) for option in expected} == expected
    assert cls("ml.m4.xlarge", 1, "ml.t2.large", 1, role).sagemakerRole == role
    missing = [setter for setter in setters.split() if not (callable(getattr(cls, setter, None)) and hasattr(cls, "g" + setter[1:]))]
    assert missing == []
    assert estimator.uid.startswith(name + "_")
    assert estimator.setFeatureDim(3) is estimator if hasattr(cls, "setFeatureDim") else estimator.setSeed(1) is estimator
    assert cls.setFeatureDim.__name__ == "setFeatureDim" if hasattr(cls, "setFeatureDim") else cls.setSeed.__name__ == "setSeed"


def test_the_general_estimator_and_the_model_have_the_originals_arguments():
    from sagemaker_pyspark import SageMakerEstimator, SageMakerModel

    assert arguments(SageMakerEstimator) == ESTIMATOR_ARGUMENTS
    common = ["requestRowSerializer", "responseRowDeserializer"]
    assert arguments(SageMakerModel) == [
        "endpointInstanceType", "endpointInitialInstanceCount", *common, "existingEndpointName", "modelImage", "modelPath",
        "modelEnvironmentVariables", "modelExecutionRoleARN", "endpointCreationPolicy", "sagemakerClient", "prependResultRows", "namePolicy",
        "uid"]
    rest = ["modelEnvironmentVariables", "endpointCreationPolicy", "sagemakerClient", "prependResultRows", "namePolicy", "uid"]
    made_from = ["modelImage", "modelExecutionRoleARN", "endpointInstanceType", "endpointInitialInstanceCount", *common]
    assert arguments(SageMakerModel.fromTrainingJob) == ["trainingJobName", *made_from, *rest]
    assert arguments(SageMakerModel.fromModelS3Path) == ["modelPath", *made_from, *rest]
    assert arguments(SageMakerModel.fromEndpoint) == ["endpointName", *common, *(name for name in rest if name != "endpointCreationPolicy")]


def test_modules_and_classes_of_one_name_are_both_there():
    import sagemaker_pyspark
    import sagemaker_pyspark.NamePolicy
    import sagemaker_pyspark.SageMakerEstimator
    from sagemaker_pyspark.IAMRoleResource import IAMRole
    from sagemaker_pyspark.NamePolicy import CustomNamePolicyWithTimeStampSuffixFactory
    from sagemaker_pyspark.S3Resources import S3Resource
    from sagemaker_pyspark.SageMakerClients import SageMakerClients
    from sagemaker_pyspark.SageMakerEstimator import SageMakerEstimatorBase
    from sagemaker_pyspark.SageMakerModel import SageMakerModel
    from sagemaker_pyspark.SageMakerResourceCleanup import CreatedResources

    assert sagemaker_pyspark.SageMakerEstimator.__mro__[1] is SageMakerEstimatorBase
    assert sagemaker_pyspark.SageMakerModel is SageMakerModel
    assert sagemaker_pyspark.IAMRole is IAMRole and issubclass(sagemaker_pyspark.S3DataPath, S3Resource)
    assert sagemaker_pyspark.CreatedResources is CreatedResources and sagemaker_pyspark.SageMakerClients is SageMakerClients
    assert sagemaker_pyspark.CustomNamePolicyWithTimeStampSuffixFactory is CustomNamePolicyWithTimeStampSuffixFactory
    assert isinstance(sagemaker_pyspark.NamePolicy, type)


def run_python(program):
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_PARENT)}
    return subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True).stdout


def test_importing_the_package_loads_neither_spark_nor_arrow_nor_the_library():
    loaded = run_python("import sys, sagemaker_pyspark; print(sorted(sys.modules))")
    assert [module for module in ("pyspark", "pyarrow", "numpy", "sagemaker_pyspark._native") if f"'{module}'" in loaded] == []


def test_the_algorithms_load_no_more_than_sparks_ml():
    program = "import sys, pyspark.ml; before = {*sys.modules}; import sagemaker_pyspark.algorithms; print(sorted({*sys.modules} - before))"
    loaded = run_python(program)
    assert [module for module in ("pyarrow", "pandas", "boto3", "sagemaker_pyspark._native") if f"'{module}'" in loaded] == []


def test_serializers_and_deserializers_have_the_originals_arguments():
    from sagemaker_pyspark.transformation.deserializers import XGBoostCSVResponseRowDeserializer, XGBoostCSVRowDeserializer

    assert arguments(serializers.LibSVMRequestRowSerializer) == ["schema", "labelColumnName", "featuresColumnName"]
    assert arguments(serializers.UnlabeledCSVRequestRowSerializer) == ["schema", "featuresColumnName"]
    assert arguments(deserializers.LibSVMResponseRowDeserializer) == ["dim", "labelColumnName", "featuresColumnName"]
    assert arguments(deserializers.ProtobufResponseRowDeserializer) == ["schema", "protobufKeys"]
    assert deserializers.KMeansProtobufResponseRowDeserializer("distance", "cluster")._task_options() == {
        "name": "KMeansProtobufResponseRowDeserializer", "distanceToClusterColumnName": "distance", "closestClusterColumnName": "cluster"}
    assert deserializers.LDAProtobufResponseRowDeserializer().projection_column_name == "topic_mixture"
    assert XGBoostCSVResponseRowDeserializer is XGBoostCSVRowDeserializer


def test_places_roles_and_names():
    from sagemaker_pyspark import CustomNamePolicy, CustomNamePolicyWithTimeStampSuffix, IAMRole, RandomNamePolicy, S3DataPath, S3PathFromConfig

    assert S3DataPath("bucket", "a/b").toS3UriString() == "s3://bucket/a/b"
    assert S3DataPath.fromS3URI("s3a://bucket/a/b") == S3DataPath("bucket", "a/b")
    with pytest.raises(ValueError, match='Not an S3 URI .*: "gs://bucket/a"'):
        S3DataPath.fromS3URI("gs://bucket/a")
    assert S3PathFromConfig().configKey == "com.amazonaws.services.sagemaker.sparksdk.s3-data-bucket"
    assert IAMRoleFromConfig().configKey == "com.amazonaws.services.sagemaker.sparksdk.sagemakerrole"
    assert repr(IAMRole("arn")) == "IAMRole(role='arn')"
    names = RandomNamePolicy("sparksm-1a-")
    assert names.trainingJobName.startswith("sparksm-1a-trainingJob-") and len(names.endpointConfigName) <= 63
    assert RandomNamePolicy().modelName != RandomNamePolicy().modelName
    assert CustomNamePolicy("a", "b", "c", "d").endpointConfigName == "c"
    assert CustomNamePolicyWithTimeStampSuffix("a", "b", "c", "d").endpointName.startswith("d-20")
    with pytest.raises(ValueError, match='Name does not fit .*: trainingJobName "a_b" of 3 characters'):
        CustomNamePolicy("a_b", "b", "c", "d")
    with pytest.raises(ValueError, match="of 64 characters"):
        RandomNamePolicyFactory("x" * 13)
