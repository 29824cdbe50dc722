"""The checker finds every kind of fault, and the server's S3 and STS replies have none."""
import json

import pytest
from botocore_shapes import problems_of_reply

MODEL = {"ModelName": "m", "CreationTime": 1.5, "ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/m"}


def test_accepts_a_right_reply():
    assert problems_of_reply("sagemaker", "DescribeModel", json.dumps(MODEL).encode()) == []


@pytest.mark.parametrize("change, problem", [
    ({"ModelName": None}, "no string"),
    ({"ModelName": "-m"}, "does not match"),
    ({"ModelName": "m" * 64}, "over 63"),
    ({"CreationTime": "now"}, "no number"),
    ({"Extra": 1}, "Extra is unknown"),
    ({"Containers": {}}, "no list"),
    ({"Containers": [{"Mode": "Both"}]}, "is none of"),
    ({"Containers": [{"Environment": {"a": 1}}]}, "no string"),
    ({"EnableNetworkIsolation": "true"}, "no boolean"),
])
def test_finds_faults_in_json(change, problem):
    found = problems_of_reply("sagemaker", "DescribeModel", json.dumps(MODEL | change).encode())
    assert len(found) == 1 and problem in found[0], found


def test_finds_missing_members_and_broken_json():
    reply = {name: value for name, value in MODEL.items() if name != "ModelArn"}
    assert problems_of_reply("sagemaker", "DescribeModel", json.dumps(reply).encode()) == [
        "DescribeModel: ModelArn is missing"]
    assert "no JSON" in problems_of_reply("sagemaker", "DescribeModel", b"{")[0]


@pytest.mark.parametrize("body, problem", [
    (b"<R><IsTruncated>yes</IsTruncated></R>", "no boolean"),
    (b"<R><KeyCount>x</KeyCount></R>", "no integer"),
    (b"<R><Odd/></R>", "Odd is unknown"),
    (b"<R><Name>a</Name><Name>b</Name></R>", "twice"),
    (b"<R><Contents><LastModified>today</LastModified></Contents></R>", "no timestamp"),
    (b"<R><Contents><StorageClass>MINE</StorageClass></Contents></R>", "is none of"),
    (b"<R><Name><a/></Name></R>", "elements where text"),
])
def test_finds_faults_in_xml(body, problem):
    found = problems_of_reply("s3", "ListObjectsV2", body)
    assert found and problem in found[0], found


def test_s3_and_sts_replies_have_their_shapes(cloud, monkeypatch):
    checked = []

    def check(http_response, operation_model, **_):
        if http_response.status_code >= 300 or operation_model.name in ("GetObject", "GetBucketLocation"):
            return
        if operation_model.has_streaming_output or not http_response.content:
            return
        checked.append(operation_model.name)
        assert problems_of_reply(operation_model.service_model.service_name, operation_model.name,
                                 http_response.content) == []

    s3, sts = cloud.client("s3"), cloud.client("sts")
    for client in (s3, sts):
        send = client._endpoint.make_request

        def spy(operation_model, request_dict, send=send):
            http, parsed = send(operation_model, request_dict)
            check(http, operation_model)
            return http, parsed

        monkeypatch.setattr(client._endpoint, "make_request", spy)
    sts.get_caller_identity()
    s3.create_bucket(Bucket="shape-bucket")
    s3.list_buckets()
    for key in ("a/1", "a/2", "b"):
        s3.put_object(Bucket="shape-bucket", Key=key, Body=b"x")
    s3.list_objects(Bucket="shape-bucket", Delimiter="/", MaxKeys=1)
    s3.list_objects_v2(Bucket="shape-bucket", FetchOwner=True, StartAfter="a")
    s3.list_objects_v2(Bucket="shape-bucket", MaxKeys=1)
    s3.copy_object(Bucket="shape-bucket", Key="c", CopySource="shape-bucket/b")
    upload = s3.create_multipart_upload(Bucket="shape-bucket", Key="m", ChecksumAlgorithm="CRC32")["UploadId"]
    part = s3.upload_part(Bucket="shape-bucket", Key="m", UploadId=upload, PartNumber=1, Body=b"x")
    s3.upload_part_copy(Bucket="shape-bucket", Key="m", UploadId=upload, PartNumber=2, CopySource="shape-bucket/b")
    s3.list_multipart_uploads(Bucket="shape-bucket")
    s3.list_parts(Bucket="shape-bucket", Key="m", UploadId=upload)
    s3.complete_multipart_upload(Bucket="shape-bucket", Key="m", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}]})
    s3.delete_objects(Bucket="shape-bucket", Delete={"Objects": [{"Key": "a/1"}]})
    assert len(checked) == 12
