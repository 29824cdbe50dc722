"""How replies of an endpoint become columns."""
from .deserializers import (
    FactorizationMachinesBinaryClassifierDeserializer, FactorizationMachinesRegressorDeserializer, KMeansProtobufResponseRowDeserializer,
    LDAProtobufResponseRowDeserializer, LibSVMResponseRowDeserializer, LinearLearnerBinaryClassifierProtobufResponseRowDeserializer,
    LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer, LinearLearnerRegressorProtobufResponseRowDeserializer,
    PCAProtobufResponseRowDeserializer, ProtobufResponseRowDeserializer, ResponseRowDeserializer, XGBoostCSVResponseRowDeserializer,
    XGBoostCSVRowDeserializer, XGBoostCSVVectorRowDeserializer)

__all__ = [
    "FactorizationMachinesBinaryClassifierDeserializer", "FactorizationMachinesRegressorDeserializer",
    "KMeansProtobufResponseRowDeserializer", "LDAProtobufResponseRowDeserializer", "LibSVMResponseRowDeserializer",
    "LinearLearnerBinaryClassifierProtobufResponseRowDeserializer", "LinearLearnerMultiClassClassifierProtobufResponseRowDeserializer",
    "LinearLearnerRegressorProtobufResponseRowDeserializer", "PCAProtobufResponseRowDeserializer", "ProtobufResponseRowDeserializer",
    "ResponseRowDeserializer", "XGBoostCSVResponseRowDeserializer", "XGBoostCSVRowDeserializer", "XGBoostCSVVectorRowDeserializer"]
