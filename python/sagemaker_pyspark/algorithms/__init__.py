"""Estimators of Amazon SageMaker's algorithms."""
from .FactorizationMachinesSageMakerEstimator import FactorizationMachinesBinaryClassifier, FactorizationMachinesRegressor
from .KMeansSageMakerEstimator import KMeansSageMakerEstimator
from .LDASageMakerEstimator import LDASageMakerEstimator
from .LinearLearnerSageMakerEstimator import LinearLearnerBinaryClassifier, LinearLearnerMultiClassClassifier, LinearLearnerRegressor
from .PCASageMakerEstimator import PCASageMakerEstimator
from .XGBoostSageMakerEstimator import XGBoostSageMakerEstimator

__all__ = [
    "FactorizationMachinesBinaryClassifier", "FactorizationMachinesRegressor", "KMeansSageMakerEstimator", "LDASageMakerEstimator",
    "LinearLearnerBinaryClassifier", "LinearLearnerMultiClassClassifier", "LinearLearnerRegressor", "PCASageMakerEstimator",
    "XGBoostSageMakerEstimator"]
