"""SageMaker Spark for PySpark: estimators that train on Amazon SageMaker, and models that score DataFrames on its endpoints.

    from sagemaker_pyspark import IAMRole
    from sagemaker_pyspark.algorithms import KMeansSageMakerEstimator

    estimator = KMeansSageMakerEstimator(sagemakerRole=IAMRole(role), trainingInstanceType="ml.m4.xlarge", trainingInstanceCount=1,
                                         endpointInstanceType="ml.t2.large", endpointInitialInstanceCount=1)
    model = estimator.setK(10).setFeatureDim(784).fit(training_data)
    model.transform(test_data).show()

Stages are plain `pyspark.ml` stages, on classic Spark and over Spark Connect. Everything that talks to AWS takes its settings from
the environment, so the same program runs against AWS and against the local cloud (`python -m sagemaker_pyspark serve`).

Names are imported when they are first used: importing the package itself loads neither Spark nor the native library.
"""
import sys as _sys
import types as _types
from typing import TYPE_CHECKING

_MODULE_OF = {
    "IAMRole": "IAMRoleResource",
    "IAMRoleFromConfig": "IAMRoleResource",
    "IAMRoleResource": "IAMRoleResource",
    "S3AutoCreatePath": "S3Resources",
    "S3DataPath": "S3Resources",
    "S3PathFromConfig": "S3Resources",
    "S3Resource": "S3Resources",
    "NamePolicy": "NamePolicy",
    "NamePolicyFactory": "NamePolicy",
    "RandomNamePolicy": "NamePolicy",
    "RandomNamePolicyFactory": "NamePolicy",
    "CustomNamePolicy": "NamePolicy",
    "CustomNamePolicyFactory": "NamePolicy",
    "CustomNamePolicyWithTimeStampSuffix": "NamePolicy",
    "CustomNamePolicyWithTimeStampSuffixFactory": "NamePolicy",
    "SageMakerClients": "SageMakerClients",
    "EndpointCreationPolicy": "SageMakerEstimator",
    "SageMakerEstimator": "SageMakerEstimator",
    "SageMakerEstimatorBase": "SageMakerEstimator",
    "SageMakerModel": "SageMakerModel",
    "CreatedResources": "SageMakerResourceCleanup",
    "SageMakerResourceCleanup": "SageMakerResourceCleanup",
    "CheckpointConfig": "options",
    "RequestOptions": "options",
    "TrainingChannel": "options",
    "VpcConfig": "options",
    "SageSparkError": "errors",
    "LocalCloud": "local_cloud",
    "read_sagemaker": "files",
    "write_sagemaker": "files",
    "classpath_jars": "_jars",
}

__all__ = sorted(_MODULE_OF)


class _LazyPackage(_types.ModuleType):
    """Imports what _MODULE_OF names at its first use. Some modules have the name of the class in them, as their users know them: the
    package's attribute is the class, also when the module was imported."""

    def __getattr__(self, name):
        if name == "__version__":
            from importlib import import_module

            value = import_module(self.__name__ + "._version").__version__
        elif name in _MODULE_OF:
            from importlib import import_module

            value = getattr(import_module(f"{self.__name__}.{_MODULE_OF[name]}"), name)
        else:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name, value):
        if name in _MODULE_OF and isinstance(value, _types.ModuleType):
            return
        super().__setattr__(name, value)

    def __dir__(self):
        return sorted({*super().__dir__(), *__all__, "__version__"})


_sys.modules[__name__].__class__ = _LazyPackage

if TYPE_CHECKING:
    from ._jars import classpath_jars
    from ._version import __version__
    from .errors import SageSparkError
    from .files import read_sagemaker, write_sagemaker
    from .IAMRoleResource import IAMRole, IAMRoleFromConfig, IAMRoleResource
    from .local_cloud import LocalCloud
    from .NamePolicy import (
        CustomNamePolicy, CustomNamePolicyFactory, CustomNamePolicyWithTimeStampSuffix, CustomNamePolicyWithTimeStampSuffixFactory,
        NamePolicy, NamePolicyFactory, RandomNamePolicy, RandomNamePolicyFactory)
    from .options import CheckpointConfig, RequestOptions, TrainingChannel, VpcConfig
    from .S3Resources import S3AutoCreatePath, S3DataPath, S3PathFromConfig, S3Resource
    from .SageMakerClients import SageMakerClients
    from .SageMakerEstimator import EndpointCreationPolicy, SageMakerEstimator, SageMakerEstimatorBase
    from .SageMakerModel import SageMakerModel
    from .SageMakerResourceCleanup import CreatedResources, SageMakerResourceCleanup
