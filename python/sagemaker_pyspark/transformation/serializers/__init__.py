"""How rows become requests to an endpoint."""
from .serializers import (
    LibSVMRequestRowSerializer, ProtobufRequestRowSerializer, RequestRowSerializer, UnlabeledCSVRequestRowSerializer,
    UnlabeledLibSVMRequestRowSerializer)

__all__ = ["LibSVMRequestRowSerializer", "ProtobufRequestRowSerializer", "RequestRowSerializer", "UnlabeledCSVRequestRowSerializer",
           "UnlabeledLibSVMRequestRowSerializer"]
