"""Endpoints through boto3: variants and weights, updates in place, pipelines, containers asked by name, and how invocations come back.

boto3 does not validate replies: every raw body of the control plane is checked against botocore's own shapes.
"""
import pathlib
import sys
import threading

import botocore.config
import botocore.exceptions
import pytest

from botocore_shapes import problems_of_reply
from conftest import Cloud
from test_sagemaker import ROLE, check_body, code_of, message_of, wait

ECHO = pathlib.Path(__file__).with_name("echo_container.py")
BUCKET = "hosting"


def check_accepted(operation_model, response_dict, **_):
    if response_dict["status_code"] == 202:
        assert problems_of_reply("sagemaker-runtime", operation_model.name, response_dict["body"]) == []


class Hosting:
    """Shortcuts on a cloud whose image `echo` is echo_container.py."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.client = cloud.client("sagemaker")
        self.client.meta.events.register("before-parse", check_body)
        self.runtime = cloud.client("sagemaker-runtime")
        self.runtime.meta.events.register("before-parse.sagemaker-runtime.InvokeEndpointAsync", check_accepted)
        self.s3 = cloud.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)

    def model(self, name, *environments, mode=None):
        """With one environment a model of one container, else of several."""
        containers = [{"Image": "echo:latest", "Environment": environment} for environment in environments]
        if len(containers) == 1 and mode is None:
            return self.client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=containers[0])
        for index, container in enumerate(containers):
            container["ContainerHostname"] = f"step-{index}"
        return self.client.create_model(ModelName=name, ExecutionRoleArn=ROLE, Containers=containers,
                                        InferenceExecutionConfig={"Mode": mode or "Serial"})

    def config(self, name, *variants, **more):
        """Variants: (name, model) or (name, model, weight) or (name, model, weight, instances)."""
        made = [{"VariantName": variant, "ModelName": model, "InstanceType": "ml.m5.large", "InitialVariantWeight": (rest or [1])[0],
                 "InitialInstanceCount": rest[1] if len(rest) > 1 else 1} for variant, model, *rest in variants]
        return self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=made, **more)

    def endpoint(self, name, config):
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
        self.client.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})

    def deploy(self, name, *environments, mode=None, **config):
        self.model(name, *environments, mode=mode)
        self.config(name, ("AllRequests", name), **config)
        self.endpoint(name, name)

    def ask(self, endpoint, body, **more):
        reply = self.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, **more)
        return reply["Body"].read().decode()

    def settled(self, name):
        return wait(lambda: self.client.describe_endpoint(EndpointName=name), "EndpointStatus", "InService", "Failed")

    def object(self, uri):
        """The object, when it has come."""
        bucket, key = uri.removeprefix("s3://").split("/", 1)
        self.s3.get_waiter("object_exists").wait(Bucket=bucket, Key=key, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    running = Cloud(tmp_path_factory.mktemp("hosting") / "data", arguments=["--image", f"echo={sys.executable} {ECHO}"])
    yield running
    running.stop()


@pytest.fixture(scope="module")
def hosting(cloud):
    return Hosting(cloud)


def refused(call, **request):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**request)
    return code_of(error), message_of(error)


def test_variants_share_requests_by_weight_and_are_asked_by_name(hosting):
    hosting.model("m-a", {"TAG": "-a"})
    hosting.model("m-b", {"TAG": "-b"})
    hosting.config("weights", ("A", "m-a", 3), ("B", "m-b", 1))
    hosting.endpoint("weights", "weights")
    answers = [hosting.ask("weights", b"x") for _ in range(40)]
    assert 28 <= answers.count("x-a") <= 32 and answers.count("x-b") == 40 - answers.count("x-a")
    reply = hosting.runtime.invoke_endpoint(EndpointName="weights", Body=b"x", TargetVariant="B")
    assert (reply["Body"].read(), reply["InvokedProductionVariant"]) == (b"x-b", "B")
    code, message = refused(hosting.runtime.invoke_endpoint, EndpointName="weights", Body=b"x", TargetVariant="C")
    assert code == "ValidationError" and "no production variant C" in message

    updated = hosting.client.update_endpoint_weights_and_capacities(EndpointName="weights", DesiredWeightsAndCapacities=[
        {"VariantName": "A", "DesiredWeight": 0}])
    described = hosting.settled("weights")
    assert updated["EndpointArn"] == described["EndpointArn"]
    assert [(v["VariantName"], v["CurrentWeight"], v["DesiredWeight"]) for v in described["ProductionVariants"]] == [("A", 0, 0), ("B", 1, 1)]
    assert {hosting.ask("weights", b"x") for _ in range(10)} == {"x-b"}
    hosting.client.update_endpoint_weights_and_capacities(EndpointName="weights", DesiredWeightsAndCapacities=[
        {"VariantName": "B", "DesiredInstanceCount": 2}])
    described = hosting.settled("weights")
    assert [v["CurrentInstanceCount"] for v in described["ProductionVariants"]] == [1, 2]
    assert len({hosting.ask("weights", b"pid") for _ in range(4)}) == 2
    for variants, text in (([{"VariantName": "C", "DesiredWeight": 1}], "not present within endpoint configuration"),
                           ([{"VariantName": "A", "DesiredInstanceCount": 17}], "17")):
        code, message = refused(hosting.client.update_endpoint_weights_and_capacities, EndpointName="weights",
                                DesiredWeightsAndCapacities=variants)
        assert code in ("ValidationException", "ResourceLimitExceeded") and text in message


def test_an_endpoint_is_updated_while_it_serves(hosting):
    for name in ("old", "new"):
        hosting.model(f"u-{name}", {"TAG": f"-{name}"})
        hosting.config(f"u-{name}", ("AllRequests", f"u-{name}", 1, 2))
    hosting.endpoint("u", "u-old")
    seen, failed, done = set(), [], threading.Event()

    def ask_without_pause():
        while not done.is_set():
            try:
                seen.add(hosting.ask("u", b"x"))
            except botocore.exceptions.ClientError as error:
                failed.append(error)

    asking = [threading.Thread(target=ask_without_pause) for _ in range(3)]
    for thread in asking:
        thread.start()
    try:
        hosting.client.update_endpoint(EndpointName="u", EndpointConfigName="u-new")
        described = hosting.client.describe_endpoint(EndpointName="u")
        assert described["EndpointStatus"] in ("Updating", "InService")
        if described["EndpointStatus"] == "Updating":
            assert described["PendingDeploymentSummary"]["EndpointConfigName"] == "u-new"
            code, message = refused(hosting.client.update_endpoint, EndpointName="u", EndpointConfigName="u-old")
            assert (code, message) == ("ValidationException", f'Cannot update in-progress endpoint "{described["EndpointArn"]}".')
        described = hosting.settled("u")
    finally:
        done.set()
        for thread in asking:
            thread.join()
    assert failed == [] and seen <= {"x-old", "x-new"} and hosting.ask("u", b"x") == "x-new"
    assert (described["EndpointConfigName"], described["ProductionVariants"][0]["CurrentInstanceCount"]) == ("u-new", 2)
    assert "PendingDeploymentSummary" not in described and "FailureReason" not in described
    assert refused(hosting.client.update_endpoint, EndpointName="u", EndpointConfigName="none")[1].startswith("Could not find endpoint configuration")
    assert refused(hosting.client.update_endpoint, EndpointName="none", EndpointConfigName="u-new")[1].startswith("Could not find endpoint ")


def test_an_update_that_cannot_serve_is_rolled_back(hosting):
    hosting.deploy("rolled", {"TAG": "-good"})
    hosting.model("broken", {"BROKEN": "1"})
    hosting.config("broken", ("AllRequests", "broken"))
    hosting.client.update_endpoint(EndpointName="rolled", EndpointConfigName="broken")
    described = hosting.settled("rolled")
    assert described["EndpointStatus"] == "InService" and described["EndpointConfigName"] == "rolled"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert hosting.ask("rolled", b"x") == "x-good"


def test_weights_are_kept_when_the_update_says_so(hosting):
    hosting.model("kept", {})
    hosting.config("kept-1", ("A", "kept", 1, 1), ("B", "kept", 1, 1))
    hosting.config("kept-2", ("A", "kept", 5, 2), ("C", "kept", 6, 1))
    hosting.endpoint("kept", "kept-1")
    hosting.client.update_endpoint(EndpointName="kept", EndpointConfigName="kept-2", RetainAllVariantProperties=True,
                                   ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredInstanceCount"}])
    variants = hosting.settled("kept")["ProductionVariants"]
    assert [(v["VariantName"], v["DesiredWeight"], v["DesiredInstanceCount"]) for v in variants] == [("A", 1, 2), ("C", 6, 1)]


def test_a_pipeline_passes_a_request_through_its_containers(hosting):
    hosting.deploy("pipe", {"TAG": "-1", "CONTENT_TYPE": "text/csv"}, {"TAG": "-2", "CONTENT_TYPE": "text/tab"}, {"TAG": "-3"})
    model = hosting.client.describe_model(ModelName="pipe")
    assert [container["ContainerHostname"] for container in model["Containers"]] == ["step-0", "step-1", "step-2"]
    reply = hosting.runtime.invoke_endpoint(EndpointName="pipe", Body=b"x", ContentType="text/json", Accept="text/own", CustomAttributes="c")
    assert reply["Body"].read() == b"x-1-2-3"
    assert reply["CustomAttributes"] == "Accept=text/own;Content-Type=text/tab;X-Amzn-SageMaker-Custom-Attributes=c"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        hosting.ask("pipe", b"status 404 status 400 no")
    assert 'Received client error (404) from step-0 with message "status 400 no"' in message_of(error)
    images = hosting.client.describe_endpoint(EndpointName="pipe")["ProductionVariants"][0]["DeployedImages"]
    assert [image["SpecifiedImage"] for image in images] == ["echo:latest"] * 3
    hosting.s3.put_object(Bucket=BUCKET, Key="rows/x", Body=b"row")
    hosting.client.create_transform_job(
        TransformJobName="pipe", ModelName="pipe", TransformOutput={"S3OutputPath": f"s3://{BUCKET}/out"},
        TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/rows/"}}},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1})
    assert hosting.object(f"s3://{BUCKET}/out/x.out") == "row-1-2-3"


def test_containers_of_a_direct_model_are_asked_by_name(hosting):
    hosting.deploy("direct", {"TAG": "-1"}, {"TAG": "-2"}, mode="Direct")
    assert hosting.ask("direct", b"x", TargetContainerHostname="step-1") == "x-2"
    assert hosting.ask("direct", b"x", TargetContainerHostname="step-0") == "x-1"
    for more, text in (({}, "TargetContainerHostname is missing"), ({"TargetContainerHostname": "step-9"}, "no container step-9")):
        code, message = refused(hosting.runtime.invoke_endpoint, EndpointName="direct", Body=b"x", **more)
        assert code == "ValidationError" and text in message
    bad = [{"Image": "echo", "ContainerHostname": "a"}, {"Image": "echo"}]
    assert "ContainerHostname" in refused(hosting.client.create_model, ModelName="bad", ExecutionRoleArn=ROLE, Containers=bad)[1]
    same = [{"Image": "echo", "ContainerHostname": "a"}] * 2
    assert "must be unique: a" in refused(hosting.client.create_model, ModelName="bad", ExecutionRoleArn=ROLE, Containers=same)[1]


def test_headers_go_to_the_container_and_come_back(hosting, tmp_path):
    hosting.deploy("headers", {})
    reply = hosting.runtime.invoke_endpoint(EndpointName="headers", Body=b"x", ContentType="text/own", Accept="text/mine", CustomAttributes="a=b",
                                            InferenceId="i-1")
    assert reply["CustomAttributes"] == ("Accept=text/mine;Content-Type=text/own;X-Amzn-SageMaker-Custom-Attributes=a=b;"
                                         "X-Amzn-SageMaker-Inference-Id=i-1")
    (tmp_path / "body").write_bytes(b"from a file")
    told = hosting.cloud.aws("sagemaker-runtime", "invoke-endpoint", "--endpoint-name", "headers", "--body", f"fileb://{tmp_path / 'body'}",
                             "--custom-attributes", "c=d", tmp_path / "answer")
    assert (tmp_path / "answer").read_bytes() == b"from a file" and '"InvokedProductionVariant": "AllRequests"' in told.stdout
    for more in ({"TargetModel": "m.tar.gz"}, {"SessionId": "s"}, {"InferenceComponentName": "c"}, {"EnableExplanations": "`true`"}):
        code, message = refused(hosting.runtime.invoke_endpoint, EndpointName="headers", Body=b"x", **more)
        assert code == "ValidationError" and "does not offer this yet: X-Amzn-SageMaker-" in message


def test_a_container_says_itself_what_is_wrong(hosting):
    hosting.deploy("errors", {})
    for status, kind in ((400, "client"), (503, "server")):
        with pytest.raises(hosting.runtime.exceptions.ModelError) as error:
            hosting.ask("errors", f"status {status} no such row".encode())
        response = error.value.response
        assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (status, "no such row")
        assert f"Received {kind} error ({status}) from primary with message \"no such row\"" in message_of(error)


def test_bodies_over_six_mebibytes_are_refused(hosting):
    hosting.deploy("sizes", {})
    assert len(hosting.ask("sizes", b"x" * (6 << 20))) == 6 << 20
    for size in ((6 << 20) + 1, 30 << 20):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            hosting.ask("sizes", b"x" * size)
        assert code_of(error) == "ValidationError" and "6291456 bytes" in message_of(error)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_stream_of_events_is_what_the_container_streams(hosting):
    hosting.deploy("streams", {})

    def stream(body):
        reply = hosting.runtime.invoke_endpoint_with_response_stream(EndpointName="streams", Body=body, Accept="text/own")
        return reply, (event["PayloadPart"]["Bytes"] for event in reply["Body"])

    reply, parts = stream(b"stream one,two,three")
    assert b"".join(parts) == b"onetwothree"
    assert (reply["ContentType"], reply["InvokedProductionVariant"]) == ("text/plain", "AllRequests")
    assert reply["CustomAttributes"] == "Accept=text/own"
    assert b"".join(stream(b"plain")[1]) == b"plain"
    assert b"".join(stream(b"stream " + b"x" * 1_000_000)[1]) == b"x" * 1_000_000
    with pytest.raises(hosting.runtime.exceptions.ModelError) as error:
        stream(b"status 400 no")
    assert error.value.response["OriginalMessage"] == "no"
    with pytest.raises(botocore.exceptions.EventStreamError) as error:
        list(stream(b"stream one,die")[1])
    assert error.value.response["Error"]["Code"] == "ModelStreamError"


def test_asynchronous_invocations_become_objects(hosting):
    output = {"S3OutputPath": f"s3://{BUCKET}/async/", "S3FailurePath": f"s3://{BUCKET}/failed"}
    hosting.deploy("async", {"TAG": "-done"}, AsyncInferenceConfig={"OutputConfig": output, "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 2}})
    described = hosting.client.describe_endpoint(EndpointName="async")["AsyncInferenceConfig"]
    assert described["OutputConfig"] == output
    for key, body in (("good", b"x" * 7_000_000), ("bad", b"status 400 no")):
        hosting.s3.put_object(Bucket=BUCKET, Key=f"in/{key}", Body=body)
    good = hosting.runtime.invoke_endpoint_async(EndpointName="async", InputLocation=f"s3://{BUCKET}/in/good", InferenceId="mine")
    assert good["ResponseMetadata"]["HTTPStatusCode"] == 202 and good["InferenceId"] == "mine"
    assert good["OutputLocation"].startswith(f"s3://{BUCKET}/async/")
    assert hosting.object(good["OutputLocation"]) == "x" * 7_000_000 + "-done"
    assert hosting.ask("async", b"x") == "x-done"
    bad = hosting.runtime.invoke_endpoint_async(EndpointName="async", InputLocation=f"s3://{BUCKET}/in/bad")
    assert 'Received client error (400) from primary with message "no"' in hosting.object(bad["FailureLocation"])
    missing = hosting.runtime.invoke_endpoint_async(EndpointName="async", InputLocation=f"s3://{BUCKET}/in/none")
    assert hosting.object(missing["FailureLocation"])
    hosting.deploy("sync", {})
    for request, text in (({"EndpointName": "sync", "InputLocation": f"s3://{BUCKET}/in/good"}, "no asynchronous one"),
                          ({"EndpointName": "none", "InputLocation": f"s3://{BUCKET}/in/good"}, "Endpoint none of account"),
                          ({"EndpointName": "async", "InputLocation": "https://example.com/x"}, "InputLocation must be"),
                          ({"EndpointName": "async"}, "InputLocation must be")):
        code, message = refused(hosting.runtime.invoke_endpoint_async, **request)
        assert code == "ValidationError" and text in message


@pytest.mark.parametrize("most, seconds, answer", [(1, 0.5, "alone"), (2, 60, "together")])
def test_no_more_asynchronous_invocations_at_a_time_than_the_configuration_allows(hosting, most, seconds, answer):
    name = f"at-most-{most}"
    hosting.deploy(name, {}, AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/meet"},
                                                   "ClientConfig": {"MaxConcurrentInvocationsPerInstance": most}})
    hosting.s3.put_object(Bucket=BUCKET, Key="in/meet", Body=f"meet {seconds}".encode())
    accepted = [hosting.runtime.invoke_endpoint_async(EndpointName=name, InputLocation=f"s3://{BUCKET}/in/meet") for _ in range(2)]
    assert [hosting.object(reply["OutputLocation"]) for reply in accepted] == [answer] * 2
    hosting.client.delete_endpoint(EndpointName=name)


def test_accepted_asynchronous_invocations_outlive_the_server(tmp_path):
    cloud = Cloud(tmp_path / "data", arguments=["--image", f"echo={sys.executable} {ECHO}"])
    try:
        hosting = Hosting(cloud)
        hosting.deploy("async", {"TAG": "-done"}, AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/async"}})
        places = []
        for index in range(20):
            hosting.s3.put_object(Bucket=BUCKET, Key=f"in/{index}", Body=str(index).encode())
            reply = hosting.runtime.invoke_endpoint_async(EndpointName="async", InputLocation=f"s3://{BUCKET}/in/{index}")
            places.append(reply["OutputLocation"])
        cloud.kill()
        cloud.start()
        assert [hosting.object(place) for place in places] == [f"{index}-done" for index in range(20)]
    finally:
        cloud.stop()


def test_more_invocations_than_a_container_takes_are_throttled(hosting):
    hosting.deploy("busy", {})
    logs = hosting.cloud.client("logs")
    logs.meta.events.register("before-parse", check_body)
    config = botocore.config.Config(max_pool_connections=200, retries={"total_max_attempts": 1}, read_timeout=120)
    runtime = hosting.cloud.client("sagemaker-runtime", config=config)
    answers = []

    def hold():
        try:
            answers.append(runtime.invoke_endpoint(EndpointName="busy", Body=b"hold")["Body"].read())
        except botocore.exceptions.ClientError as error:
            answers.append((error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]))

    def holding():
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/sagemaker/Endpoints/busy", filterPattern="holding")
        return sum(len(page["events"]) for page in pages)

    first = [threading.Thread(target=hold) for _ in range(64)]
    for thread in first:
        thread.start()
    while holding() < 64:
        pass  # The container's log is the event that is waited for.
    assert answers == []
    hold()
    assert answers == [("ThrottlingException", 429)]
    hosting.s3.list_buckets()  # Other services go on.
    hosting.deploy("idle", {"TAG": "-idle"})
    assert hosting.ask("idle", b"x") == "x-idle"
    hosting.client.delete_endpoint(EndpointName="busy")
    for thread in first:
        thread.join()
    assert len(answers) == 65


def test_a_container_that_dies_or_lies_hurts_only_its_own_requests(hosting):
    hosting.deploy("fragile", {})
    hosting.deploy("sound", {"TAG": "-sound"})
    pid = hosting.ask("fragile", b"pid")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        hosting.ask("fragile", b"stream die")
    assert code_of(error) in ("ModelError", "ServiceUnavailable")  # It is sent once more, which finds no container for a moment.
    assert hosting.ask("sound", b"x") == "x-sound"
    while True:
        try:
            if hosting.ask("fragile", b"pid") != pid:
                break
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] in ("ServiceUnavailable", "ModelError"), error
    assert hosting.client.describe_endpoint(EndpointName="fragile")["EndpointStatus"] == "InService"
