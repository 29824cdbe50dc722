"""Deletes what fits and models created in SageMaker."""
from __future__ import annotations

from typing import Optional

from ._values import Value
from .errors import InvalidArgument, NotFound, SageSparkError
from .SageMakerClients import AwsClient


class CreatedResources(Value):
    """The names of what was created in SageMaker and is to be deleted in the end."""

    def __init__(self, model_name: Optional[str] = None, endpoint_config_name: Optional[str] = None, endpoint_name: Optional[str] = None,
                 java_object=None):
        self.model_name = model_name
        self.endpoint_config_name = endpoint_config_name
        self.endpoint_name = endpoint_name

    def _arguments(self) -> dict:
        return {name: getattr(self, name) for name in ("model_name", "endpoint_config_name", "endpoint_name")}

    def __bool__(self):
        return any(self._arguments().values())


class SageMakerResourceCleanup:
    """Deletes endpoints, endpoint configurations and models. What does not exist, any more, is no error."""

    def __init__(self, sagemakerClient: Optional[AwsClient], java_object=None):
        self.sagemakerClient = sagemakerClient or AwsClient("sagemaker")

    def deleteResources(self, created_resources: CreatedResources) -> None:
        """Deletes the endpoint first, then its configuration, then the model."""
        if created_resources.endpoint_name:
            self.deleteEndpoint(created_resources.endpoint_name)
        if created_resources.endpoint_config_name:
            self.deleteEndpointConfig(created_resources.endpoint_config_name)
        if created_resources.model_name:
            self.deleteModel(created_resources.model_name)

    def deleteEndpoint(self, name: str) -> None:
        self._delete("endpoint", "Endpoint", name)

    def deleteEndpointConfig(self, name: str) -> None:
        self._delete("endpoint configuration", "EndpointConfig", name)

    def deleteModel(self, name: str) -> None:
        self._delete("model", "Model", name)

    def _delete(self, what: str, kind: str, name: str) -> None:
        try:
            self.sagemakerClient.call(f"Describe{kind}", **{f"{kind}Name": name})
            self.sagemakerClient.call(f"Delete{kind}", **{f"{kind}Name": name})
        except (NotFound, InvalidArgument):
            pass  # AWS answers a validation error, "Could not find ...", for what does not exist.
        except SageSparkError as error:
            raise error.with_context(f'Cannot delete {what} "{name}"') from None
