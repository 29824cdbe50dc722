"""The policies of docs/aws.md allow what our clients call, and nothing else; `sagespark doctor --aws` asks for the same."""
import json
import re

import botocore.session
import pytest

from conftest import ROOT

CLIENTS = ROOT / "src/sagespark/aws/client"
PERMISSIONS = ROOT / "src/sagespark/cli/doctor/permissions.cc"
ACTION = re.compile(r'"((?:sagemaker|s3|logs|iam|ecr|servicequotas|cloudwatch|sts):[A-Za-z]+)"')

# Where clients call operations, by the service's name in botocore and the prefix of its actions.
SERVICES = {
    "iam_client.cc": ("iam", "iam"), "ecr_client.cc": ("ecr", "ecr"), "logs_client.cc": ("logs", "logs"), "sts_client.cc": ("sts", "sts"),
    "sagemaker_client.cc": ("sagemaker", "sagemaker"), "sagemaker_runtime_client.cc": ("sagemaker-runtime", "sagemaker"),
    "service_quotas_client.cc": ("service-quotas", "servicequotas"), "s3_client.cc": ("s3", "s3")}

# Operations whose actions have other names. Source: "Actions, resources, and condition keys", Service Authorization Reference.
OTHER_ACTIONS = {
    "s3.CompleteMultipartUpload": "s3:PutObject", "s3.CreateMultipartUpload": "s3:PutObject", "s3.UploadPart": "s3:PutObject",
    "s3.DeleteObjects": "s3:DeleteObject", "s3.HeadBucket": "s3:ListBucket", "s3.HeadObject": "s3:GetObject", "s3.ListObjectsV2": "s3:ListBucket",
    "s3.ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "sts.GetCallerIdentity": None}  # Everybody may.

# Needed beside the action of the operation itself: for its tags, and for the role that it names.
IMPLIED = {"sagemaker:AddTags", "iam:PassRole"}

# Of the operations those that tasks call: the rest is the driver's.
OF_EXECUTORS = {"GetObject", "HeadObject", "PutObject", "DeleteObject", "DeleteObjects", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
                "AbortMultipartUpload", "ListObjectsV2", "InvokeEndpoint"}


def operations_of(name):
    """What stands in a client's source as the name of an operation of its service."""
    service, prefix = SERVICES[name]
    model = botocore.session.get_session().get_service_model(service)
    text = (CLIENTS / name).read_text()
    named = set(re.findall(r'(?:Call(?:<[^>]*>)?\(|operation = |List\()"([A-Z][A-Za-z0-9]*)', text))
    unknown = named - set(model.operation_names)
    assert named and not unknown, (name, unknown)
    return {f"{service}.{operation}": prefix for operation in named}


def called_actions(of=None):
    actions = set()
    for name in SERVICES:
        for operation, prefix in operations_of(name).items():
            plain = operation.split(".")[1]
            if of is None or plain in of:
                actions.add(OTHER_ACTIONS.get(operation, f"{prefix}:{plain}"))
    return actions - {None}


def policy(name):
    text = (ROOT / "docs/aws.md").read_text()
    return json.loads(re.search(rf"<!-- policy: {name} -->\n```json\n(.*?)```", text, re.S).group(1))


def actions_of(statements):
    return [action for statement in statements
            for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])]


def test_every_client_is_looked_at():
    calling = {path.name for path in CLIENTS.glob("*_client.cc")} - {"http_client.cc", "json_client.cc", "query_client.cc", "service_client.cc"}
    assert calling == set(SERVICES)
    assert "sagemaker.CreateTrainingJob" in operations_of("sagemaker_client.cc") and "s3.UploadPart" in operations_of("s3_client.cc")


def test_the_drivers_policy_is_what_clients_call():
    actions = actions_of(policy("driver")["Statement"])
    assert len(actions) == len(set(actions))
    assert set(actions) == called_actions() | IMPLIED


def test_the_executors_policy_is_what_tasks_call():
    assert sorted(actions_of(policy("executor")["Statement"])) == sorted(called_actions(OF_EXECUTORS))


@pytest.mark.parametrize("name, function, but", [("driver", "DriverPermissions", "Doctor"), ("role", "RolePermissions", None)])
def test_the_doctor_asks_for_what_the_policy_allows(name, function, but):
    text = PERMISSIONS.read_text()
    body = text[text.index(f"> {function}("):]
    body = body[:body.index("\n}\n")]
    asked = set(ACTION.findall(body)) - {"iam:PassedToService"}  # A condition's key.
    assert asked == set(actions_of(s for s in policy(name)["Statement"] if s["Sid"] != but))


def test_the_role_may_do_what_exists():
    session = botocore.session.get_session()
    spelled_otherwise = {"ListBucket": "ListObjectsV2"}
    for action in actions_of(policy("role")["Statement"]):
        service, operation = action.split(":")
        assert spelled_otherwise.get(operation, operation) in session.get_service_model(service).operation_names, action
    assert policy("trust")["Statement"] == [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]
