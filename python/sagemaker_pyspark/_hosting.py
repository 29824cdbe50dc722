"""Models, endpoint configurations and endpoints in SageMaker."""
from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Dict, List, Mapping, Optional

from ._checks import check_request
from ._polling import PatientCalls, PollSchedule
from ._progress import ProgressListener, status_line
from .errors import AlreadyExists, ModelError, SageSparkError, Timeout, Unavailable
from .NamePolicy import NamePolicy
from .options import VpcConfig
from .S3Resources import S3DataPath
from .SageMakerClients import AwsClient
from .SageMakerResourceCleanup import CreatedResources, SageMakerResourceCleanup

_CREATION_TIMEOUT_SECONDS = 30 * 60
_VARIANT_NAME = "AllRequests"


@dataclass(frozen=True)
class HostingSpec:
    """What an endpoint is made from."""

    model_image: str
    model_path: S3DataPath
    role_arn: str
    instance_type: str
    instance_count: int
    environment: Mapping[str, str] = field(default_factory=dict)
    tags: List[dict] = field(default_factory=list)
    vpc: Optional[VpcConfig] = None
    volume_kms_key_id: Optional[str] = None
    network_isolation: bool = False

    def requests(self, names: NamePolicy) -> Dict[str, dict]:
        """The three requests, in order, by operation."""
        container = {"ContainerHostname": names.modelName, "Image": self.model_image, "ModelDataUrl": self.model_path.toS3UriString(),
                     "Environment": dict(self.environment or {})}
        model = {"ModelName": names.modelName, "PrimaryContainer": container, "ExecutionRoleArn": self.role_arn, "Tags": self.tags}
        if self.vpc is not None:
            model["VpcConfig"] = self.vpc.to_request()
        if self.network_isolation:
            model["EnableNetworkIsolation"] = True
        variant = {"VariantName": _VARIANT_NAME, "ModelName": names.modelName, "InitialInstanceCount": self.instance_count,
                   "InstanceType": self.instance_type}
        config = {"EndpointConfigName": names.endpointConfigName, "ProductionVariants": [variant], "Tags": self.tags}
        if self.volume_kms_key_id is not None:
            config["KmsKeyId"] = self.volume_kms_key_id
        endpoint = {"EndpointName": names.endpointName, "EndpointConfigName": names.endpointConfigName, "Tags": self.tags}
        return {"CreateModel": model, "CreateEndpointConfig": config, "CreateEndpoint": endpoint}

    def check(self, names: NamePolicy) -> None:
        """Checks the requests against AWS's rules without sending them."""
        for operation, request in self.requests(names).items():
            check_request("sagemaker", operation, request)


def create_hosting(client: AwsClient, spec: HostingSpec, names: NamePolicy, progress: Optional[ProgressListener]) -> CreatedResources:
    """Creates model, endpoint configuration and endpoint, and waits until the endpoint is in service. What was created is deleted when
    that fails, and when the user interrupts it."""
    spec.check(names)
    created = CreatedResources()
    try:
        _create(client, spec, names, progress, created)
    except KeyboardInterrupt:
        if progress:
            progress(f"Interrupted: deleting what was created for endpoint {names.endpointName}")
        SageMakerResourceCleanup(client).deleteResources(created)
        raise
    except SageSparkError as error:
        try:
            SageMakerResourceCleanup(client).deleteResources(created)
        except SageSparkError as failure:
            raise type(error)(f"{error.message}; and cleaning up failed: {failure.message}", error.code) from error
        raise
    return created


def _create(client, spec, names, progress, created):
    slots = {"CreateModel": ("model_name", names.modelName), "CreateEndpointConfig": ("endpoint_config_name", names.endpointConfigName),
             "CreateEndpoint": ("endpoint_name", names.endpointName)}
    for operation, request in spec.requests(names).items():
        slot, name = slots[operation]
        try:
            client.call(operation, **request)
        except (Unavailable, Timeout):
            setattr(created, slot, name)  # It may have been made: the reply can have got lost.
            raise
        except AlreadyExists:
            if not _is_ours(client, operation.removeprefix("Create"), name, spec.tags):
                raise
        setattr(created, slot, name)
    if progress:
        progress(status_line(datetime.now(timezone.utc), "Creating", f"endpoint {names.endpointName}"))
    schedule = PollSchedule(client.settings)
    _wait_for_endpoint(client, names.endpointName, schedule)
    if progress:
        progress(status_line(datetime.now(timezone.utc), "InService", f"endpoint {names.endpointName}, {schedule.waited_text()}"))


def _is_ours(client: AwsClient, kind: str, name: str, tags: List[dict]) -> bool:
    """Whether an earlier attempt of ours, whose reply got lost, made the thing: it has our run's tag."""
    return has_tags(client, client.call(f"Describe{kind}", **{f"{kind}Name": name})[f"{kind}Arn"], tags)


def has_tags(client: AwsClient, arn: str, tags: List[dict]) -> bool:
    found = client.call("ListTags", ResourceArn=arn).get("Tags", [])
    return bool(tags) and all(tag in found for tag in tags)


def _wait_for_endpoint(client: AwsClient, name: str, schedule: PollSchedule) -> None:
    deadline = time.monotonic() + _CREATION_TIMEOUT_SECONDS
    describe = PatientCalls(lambda: client.call("DescribeEndpoint", EndpointName=name))
    while time.monotonic() < deadline:
        endpoint = describe()
        status = endpoint and endpoint["EndpointStatus"]
        if status == "InService":
            return
        if status not in (None, "Creating"):
            reason = endpoint.get("FailureReason") or "no reason given"
            raise ModelError(f'Endpoint did not come up: "{name}" is {status}: {reason}')
        schedule.wait()
    raise Timeout(f'Endpoint did not come up within 30 minutes: "{name}"')
