"""What is too long, too many or too deep is refused with AWS's code, and what a name says never becomes a path."""
import base64
import hashlib
import io
import json
import socket
import tarfile

import botocore.exceptions
import pytest

from test_auth import HTTP, signed
from test_sagemaker import ROLE, SageMaker


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def post(cloud, path, body, service="s3", headers=None):
    headers = (headers or {}) | ({"X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()} if service == "s3" else {})
    return HTTP.request("POST", cloud.url + path, body=body, headers=signed(cloud, "POST", path, body, service=service, headers=headers))


def raw(cloud, request):
    with socket.create_connection(("127.0.0.1", cloud.port)) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def test_heads(cloud):
    for request in (b"GET /" + b"x" * (64 << 10) + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * (64 << 10) + b"\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 201 + b"\r\n"):
        assert raw(cloud, request).startswith(b"HTTP/1.1 431 ")
    assert raw(cloud, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 199 + b"\r\n").startswith(b"HTTP/1.1 403 ")


def test_objects_and_uploads(cloud, s3, bucket):
    s3.put_object(Bucket=bucket, Key="x" * 1024, Body=b"")
    assert refusal(s3.put_object, Bucket=bucket, Key="x" * 1025, Body=b"") == "KeyTooLongError"
    s3.put_object(Bucket=bucket, Key="k", Metadata={"a": "x" * 2047})
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Metadata={"a": "x" * 2048}) == "MetadataTooLarge"
    path = f"/{bucket}/large"
    headers = signed(cloud, "PUT", path, headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reply = raw(cloud, f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{cloud.port}\r\n{head}Content-Length: {(5 << 30) + 1}\r\n\r\n".encode())
    assert reply.startswith(b"HTTP/1.1 400 ") and b"<Code>EntityTooLarge</Code>" in reply

    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    for number in (0, 10_001):
        assert refusal(s3.upload_part, **upload, PartNumber=number, Body=b"x") == "InvalidArgument"
    part = {"PartNumber": 10_000, "ETag": s3.upload_part(**upload, PartNumber=10_000, Body=b"x")["ETag"]}
    assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [part] * 10_001}) == "MalformedXML"
    small = [{"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=b"x" * ((5 << 20) - 1))["ETag"]} for number in (1, 2)]
    assert refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": small}) == "EntityTooSmall"
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
    assert refusal(s3.delete_objects, Bucket=bucket, Delete={"Objects": [{"Key": str(number)} for number in range(1001)]}) == "MalformedXML"


def test_bodies_of_xml_and_json(cloud, bucket):
    def delete(body):
        digest = {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(body).digest()).decode()}
        return post(cloud, f"/{bucket}?delete", body, headers=digest)

    item = b"<Object><Key>k</Key></Object>"
    assert delete(b"<Delete>" + item + b"</Delete>").status == 200
    for body, code in ((b"<Delete>" + b"<a>" * 64 + b"</a>" * 64 + item + b"</Delete>", b"MalformedXML"),
                       (b"<!DOCTYPE d [<!ENTITY k 'kkkk'>]><Delete><Object><Key>&k;</Key></Object></Delete>", b"MalformedXML"),
                       (b"<Delete>" + item + b" " * (4 << 20) + b"</Delete>", b"EntityTooLarge")):
        reply = delete(body)
        assert (reply.status, b"<Code>" + code + b"</Code>" in reply.data) == (400, True), reply.data[:500]

    target = {"X-Amz-Target": "SageMaker.ListModels", "Content-Type": "application/x-amz-json-1.1"}
    assert post(cloud, "/", b'{"NameContains": "x"}', "sagemaker", target).status == 200
    for body in (b'{"NameContains": ' + b"[" * 100 + b"]" * 100 + b"}", b'{"NameContains": "\xff"}', b"[]", b"{"):
        reply = post(cloud, "/", body, "sagemaker", target)
        assert (reply.status, json.loads(reply.data)["__type"]) == (400, "SerializationException")
    reply = post(cloud, "/", b'{"NameContains": "' + b"x" * (8 << 20) + b'"}', "sagemaker", target)
    assert (reply.status, json.loads(reply.data)["__type"]) == (400, "ResourceLimitExceeded")


def test_a_body_to_delete_by_is_checked_against_its_checksum(cloud, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    reply = post(cloud, f"/{bucket}?delete", b"<Delete><Object><Key>k</Key></Object></Delete>", headers={"x-amz-checksum-crc32": "AAAAAA=="})
    assert (reply.status, b"<Code>BadDigest</Code>" in reply.data) == (400, True)
    assert s3.head_object(Bucket=bucket, Key="k")["ContentLength"] == 0


def test_names_are_no_paths(cloud):
    sagemaker = SageMaker(cloud, bucket="no-paths")
    for name in ("..", ".", "a/b", "../x", ""):
        channel = sagemaker.job("x")["InputDataConfig"][0] | {"ChannelName": name}
        with pytest.raises((botocore.exceptions.ClientError, botocore.exceptions.ParamValidationError)):
            sagemaker.client.create_training_job(**sagemaker.job("x", InputDataConfig=[channel]))
    for path in ("/opt/ml/../../../../../../tmp/x", "/tmp/x", "../x", "/opt/ml/checkpoints/../../../x", "/opt/ml"):
        job = sagemaker.job("x", CheckpointConfig={"S3Uri": "s3://no-paths/checkpoints", "LocalPath": path})
        assert refusal(sagemaker.client.create_training_job, **job) == "ValidationException"
    assert sagemaker.client.list_training_jobs(NameContains="x")["TrainingJobSummaries"] == []
    # Keys that are no paths below a channel, and checkpoints likewise.
    for key in ("out/../../../../../escaped", "out/./escaped", "out//escaped", "out/.."):
        sagemaker.s3.put_object(Bucket="no-paths", Key=key, Body=b"evil")
        channel = sagemaker.job("x")["InputDataConfig"][0]
        source = channel["DataSource"]["S3DataSource"] | {"S3Uri": "s3://no-paths/out/"}
        job = sagemaker.train(f"key-{len(key)}", InputDataConfig=[channel | {"DataSource": {"S3DataSource": source}}])
        assert job["TrainingJobStatus"] == "Failed" and "no path" in job["FailureReason"], job
        job = sagemaker.train(f"checkpoint-{len(key)}", CheckpointConfig={"S3Uri": "s3://no-paths/out/"})
        assert job["TrainingJobStatus"] == "Failed" and "no path" in job["FailureReason"], job
        sagemaker.s3.delete_object(Bucket="no-paths", Key=key)
    assert [path for path in cloud.data_dir.parent.rglob("*escaped*")] == []


def archive(name, **fields):
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as out:
        out.addfile(info, io.BytesIO(b"x" * info.size))
    return packed.getvalue()


@pytest.mark.parametrize("name, fields", [
    ("../../../escaped", {"size": 3}), ("/tmp/sagespark-escaped", {"size": 3}), ("link", {"type": tarfile.SYMTYPE, "linkname": "/etc"}),
    ("hard", {"type": tarfile.LNKTYPE, "linkname": "/etc/passwd"}), ("device", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}),
    ("pipe", {"type": tarfile.FIFOTYPE})])
def test_models_that_would_leave_their_folder_fail_their_endpoint(cloud, s3, bucket, name, fields):
    sagemaker = cloud.client("sagemaker")
    s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=archive(name, **fields))
    model = "m-" + bucket[-8:]
    sagemaker.create_model(ModelName=model, ExecutionRoleArn=ROLE, PrimaryContainer={
        "Image": "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1", "ModelDataUrl": f"s3://{bucket}/model.tar.gz"})
    sagemaker.create_endpoint_config(EndpointConfigName=model, ProductionVariants=[
        {"VariantName": "v", "ModelName": model, "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}])
    sagemaker.create_endpoint(EndpointName=model, EndpointConfigName=model)
    with pytest.raises(botocore.exceptions.WaiterError):
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=model, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200})
    reason = sagemaker.describe_endpoint(EndpointName=model)["FailureReason"]
    assert "Failed to extract model data archive" in reason and ("outside of the folder" in reason or "neither file nor folder" in reason), reason
    assert [path for path in cloud.data_dir.parent.rglob("*escaped*")] == []
