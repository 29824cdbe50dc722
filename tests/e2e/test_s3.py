"""S3 with boto3, the AWS CLI and pyarrow."""
import base64
import datetime
import hashlib
import os
import urllib.parse
import zlib

import botocore.auth
import botocore.config
import botocore.exceptions
import pyarrow.fs
import pytest
import urllib3

ODD_KEYS = ["a b", "a+b", "../../etc/passwd", "..", "a//b", "/lead", "ä/ö/😀", "%41", "a%2Fb", "q?x=1&y=2", "#h", "dir/",
            "quote\"'<>&", "tab\there", "~!@$^*()_-=[]{}|;:,.", "a\\b", "new\nline", "x" * 1024]


def code_of(error):
    return error.value.response["Error"]["Code"]


def test_round_trips_objects_with_odd_keys(s3, bucket, cloud):
    for key in ODD_KEYS:
        body = key.encode()
        put = s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/x", Metadata={"m": "v 1"})
        assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
        got = s3.get_object(Bucket=bucket, Key=key)
        assert got["Body"].read() == body
        assert (got["ContentType"], got["Metadata"]) == ("text/x", {"m": "v 1"})
    listed = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(ODD_KEYS, key=str.encode)
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]] == listed
    files = [path.name for path in (cloud.data_dir / "objects").rglob("*") if path.is_file()]
    assert all(len(name) == 36 and set(name) <= set("0123456789abcdef") for name in files)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in ODD_KEYS if key not in ("new\nline",)]})
    s3.delete_object(Bucket=bucket, Key="new\nline")
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    cases = {"bytes=0-0": b"0", "bytes=3-5": b"345", "bytes=7-": b"789", "bytes=-2": b"89", "bytes=5-100": b"56789"}
    for header, expected in cases.items():
        got = s3.get_object(Bucket=bucket, Key="k", Range=header)
        assert got["Body"].read() == expected
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert got["ContentRange"].endswith("/10")
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", Range="bytes=10-")
    assert code_of(error) == "InvalidRange"


def test_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    cases = [
        (s3.put_object, {"Body": b"2", "IfNoneMatch": "*"}, "PreconditionFailed"),
        (s3.put_object, {"Body": b"2", "IfMatch": '"0"'}, "PreconditionFailed"),
        (s3.get_object, {"IfMatch": '"0"'}, "PreconditionFailed"),
        (s3.get_object, {"IfNoneMatch": etag}, "304"),
        (s3.head_object, {"IfNoneMatch": etag}, "304"),
        (s3.get_object, {"IfModifiedSince": datetime.datetime(2100, 1, 1)}, "304"),
        (s3.get_object, {"IfUnmodifiedSince": datetime.datetime(2000, 1, 1)}, "PreconditionFailed"),
    ]
    for call, arguments, code in cases:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call(Bucket=bucket, Key="k", **arguments)
        assert code_of(error) == code
    s3.put_object(Bucket=bucket, Key="k", Body=b"3", IfMatch=etag)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"3"


def test_lists_with_prefix_delimiter_and_pages(s3, bucket):
    keys = [f"{folder}/{i}" for folder in "abc" for i in range(5)] + ["root1", "root2", "a.txt"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for operation in ("list_objects", "list_objects_v2"):
        for size in (1, 2, 3, 1000):
            pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, PaginationConfig={"PageSize": size}))
            assert [item["Key"] for page in pages for item in page.get("Contents", [])] == sorted(keys)
            pages = list(s3.get_paginator(operation).paginate(Bucket=bucket, Delimiter="/",
                                                              PaginationConfig={"PageSize": size}))
            assert [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])] == ["a/", "b/", "c/"]
            assert [item["Key"] for page in pages for item in page.get("Contents", [])] == ["a.txt", "root1", "root2"]
    page = s3.list_objects_v2(Bucket=bucket, Prefix="b/", StartAfter="b/2")
    assert [item["Key"] for item in page["Contents"]] == ["b/3", "b/4"]
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0


def test_copies(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from +ä", Body=b"bytes", Metadata={"a": "1"})
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from +ä"})
    got = s3.get_object(Bucket=bucket, Key="to")
    assert (got["Body"].read(), got["Metadata"]) == (b"bytes", {"a": "1"})
    s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "to"}, MetadataDirective="REPLACE",
                   Metadata={"b": "2"})
    assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"b": "2"}
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "to"})
    assert code_of(error) == "InvalidRequest"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "absent"})
    assert code_of(error) == "NoSuchKey"


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_keeps_checksums(s3, bucket, algorithm):
    if algorithm in ("CRC32C", "CRC64NVME"):
        values = {"CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg="}  # Of "123456789", from the CRC catalogue.
        extra = {"Checksum" + algorithm: values[algorithm]}
    else:
        extra = {"ChecksumAlgorithm": algorithm}
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", **extra)
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head["Checksum" + algorithm] == put["Checksum" + algorithm]
    assert head["ChecksumType"] == "FULL_OBJECT"
    if algorithm == "SHA256":
        assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"123456789").digest()).decode()


CHECKSUM_OF_DIGITS = "rosUhgp5mIg="  # CRC64NVME of "123456789", from the CRC catalogue.


def without_checksums(cloud):
    """As the SDKs were before they sent checksums by themselves."""
    return cloud.client("s3", config=botocore.config.Config(request_checksum_calculation="when_required"))


def test_objects_without_a_checksum_get_crc64nvme(cloud, s3, bucket):
    old = without_checksums(cloud)
    put = old.put_object(Bucket=bucket, Key="k", Body=b"123456789")
    copy = old.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})["CopyObjectResult"]
    parts = {"Bucket": bucket, "Key": "parts"}
    created = old.create_multipart_upload(**parts)
    parts["UploadId"] = created["UploadId"]
    zeros = bytes(5 << 20)
    etags = [old.upload_part(**parts, PartNumber=1, Body=zeros), s3.upload_part(**parts, PartNumber=2, Body=b"x", ChecksumAlgorithm="CRC32")]
    assert "ChecksumCRC32" in etags[1]
    assert "ChecksumAlgorithm" not in created and "ChecksumAlgorithm" not in s3.list_parts(**parts)
    made = old.complete_multipart_upload(**parts, MultipartUpload={"Parts": [
        {"PartNumber": number, "ETag": etag["ETag"]} for number, etag in enumerate(etags, 1)]})
    whole = old.put_object(Bucket=bucket, Key="whole", Body=zeros + b"x")
    for reply, value in ((put, CHECKSUM_OF_DIGITS), (copy, CHECKSUM_OF_DIGITS), (made, whole["ChecksumCRC64NVME"]),
                         (s3.head_object(Bucket=bucket, Key="parts", ChecksumMode="ENABLED"), whole["ChecksumCRC64NVME"]),
                         (s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED"), CHECKSUM_OF_DIGITS)):
        assert (reply["ChecksumCRC64NVME"], reply["ChecksumType"]) == (value, "FULL_OBJECT")


@pytest.mark.parametrize("kind", ["COMPOSITE", "FULL_OBJECT"])
def test_parts_keep_their_checksums(s3, bucket, kind):
    upload = {"Bucket": bucket, "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, ChecksumAlgorithm="CRC32", ChecksumType=kind)["UploadId"]
    bodies = [os.urandom(5 << 20), os.urandom(5 << 20), b"end"]
    parts = [{"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]} for number, part in
             ((number, s3.upload_part(**upload, PartNumber=number, Body=body)) for number, body in enumerate(bodies, 1))]
    made = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    of_parts = [base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode() for body in bodies]
    for number, (body, checksum) in enumerate(zip(bodies, of_parts), 1):
        for read in (s3.get_object, s3.head_object):
            part = read(Bucket=bucket, Key="k", PartNumber=number, ChecksumMode="ENABLED")
            assert (part["ChecksumCRC32"], part["ChecksumType"], part["PartsCount"], part["ContentLength"]) == (checksum, kind, 3, len(body))
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"])
    assert attributes["Checksum"] == {"ChecksumCRC32": made["ChecksumCRC32"], "ChecksumType": kind}
    assert (attributes["ETag"], attributes["ObjectSize"], attributes["StorageClass"]) == (made["ETag"].strip('"'), sum(map(len, bodies)), "STANDARD")
    assert [(part["PartNumber"], part["Size"], part["ChecksumCRC32"]) for part in attributes["ObjectParts"]["Parts"]] == [
        (number, len(body), checksum) for number, (body, checksum) in enumerate(zip(bodies, of_parts), 1)]
    page = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts"], MaxParts=1, PartNumberMarker=1)
    assert "ETag" not in page and "ObjectSize" not in page
    page = page["ObjectParts"]
    assert ([part["PartNumber"] for part in page["Parts"]], page["NextPartNumberMarker"], page["IsTruncated"]) == ([2], 2, True)


def test_attributes_of_an_object_that_came_whole(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"123456789", ChecksumAlgorithm="SHA256")
    attributes = s3.get_object_attributes(Bucket=bucket, Key="k", ObjectAttributes=["ObjectParts", "ObjectSize", "Checksum"])
    assert (attributes["ObjectSize"], "ObjectParts" in attributes) == (9, False)
    assert attributes["Checksum"]["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"123456789").digest()).decode()
    for key, names, code in (("k", ["Owner"], "InvalidArgument"), ("none", ["ETag"], "NoSuchKey")):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            s3.get_object_attributes(Bucket=bucket, Key=key, ObjectAttributes=names)
        assert code_of(error) == code


def test_refuses_wrong_checksums_and_leaves_nothing(s3, bucket):
    wrong = base64.b64encode(b"\0" * 16).decode()
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ContentMD5=wrong)
    assert code_of(error) == "BadDigest"
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ChecksumCRC32="AAAAAA==")
    assert code_of(error) == "BadDigest"
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_multipart_upload(s3, bucket):
    parts = [os.urandom(5 << 20), os.urandom(5 << 20), b"end"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k", ContentType="a/b")["UploadId"]
    done = []
    for number, part in enumerate(parts, 1):
        etag = s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=number, Body=part)["ETag"]
        done.append({"PartNumber": number, "ETag": etag})
    assert [part["Size"] for part in s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)["Parts"]] == [5 << 20, 5 << 20, 3]
    assert [item["UploadId"] for item in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == [upload]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    for wrong, code in [(done[::-1], "InvalidPartOrder"), ([done[0] | {"ETag": '"0"'}], "InvalidPart")]:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": wrong})
        assert code_of(error) == code
    etag = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": done})["ETag"]
    md5s = b"".join(hashlib.md5(part).digest() for part in parts)
    assert etag == f'"{hashlib.md5(md5s).hexdigest()}-3"'
    # A client that lost the answer asks again.
    again = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=upload, MultipartUpload={"Parts": done})
    assert again["ETag"] == etag
    got = s3.get_object(Bucket=bucket, Key="k")
    assert got["Body"].read() == b"".join(parts)
    assert got["ContentType"] == "a/b"
    assert s3.get_object(Bucket=bucket, Key="k", PartNumber=3)["Body"].read() == b"end"
    across = s3.get_object(Bucket=bucket, Key="k", Range=f"bytes={(5 << 20) - 2}-{(5 << 20) + 1}")["Body"].read()
    assert across == parts[0][-2:] + parts[1][:2]


def test_aborted_upload_leaves_nothing(s3, bucket, cloud):
    before = len([path for path in (cloud.data_dir / "objects").rglob("*") if path.is_file()])
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    assert len([path for path in (cloud.data_dir / "objects").rglob("*") if path.is_file()]) == before
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    assert code_of(error) == "NoSuchUpload"


def test_a_completed_upload_is_what_the_client_says_it_is(s3, bucket):
    def upload(**arguments):
        started = s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256", **arguments)["UploadId"]
        part = s3.upload_part(Bucket=bucket, Key="k", UploadId=started, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
        return started, {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}

    started, part = upload()
    of_parts = base64.b64encode(hashlib.sha256(hashlib.sha256(b"x").digest()).digest()).decode() + "-1"
    for wrong, code in [({"ChecksumSHA256": of_parts.replace("-1", "-2")}, "BadDigest"), ({"MpuObjectSize": 2}, "InvalidRequest"),
                        ({"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}}, "InvalidRequest")]:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            s3.complete_multipart_upload(**({"Bucket": bucket, "Key": "k", "UploadId": started, "MultipartUpload": {"Parts": [part]}} | wrong))
        assert code_of(error) == code
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.upload_part(Bucket=bucket, Key="k", UploadId=started, PartNumber=1, Body=b"x", ChecksumAlgorithm="CRC32")
    assert code_of(error) == "InvalidRequest"
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
    made = s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=started, MultipartUpload={"Parts": [part]}, ChecksumSHA256=of_parts,
                                        MpuObjectSize=1, IfNoneMatch="*")
    assert (made["ChecksumSHA256"], made["ChecksumType"]) == (of_parts, "COMPOSITE")
    started, part = upload()
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.complete_multipart_upload(Bucket=bucket, Key="k", UploadId=started, MultipartUpload={"Parts": [part]}, IfNoneMatch="*")
    assert code_of(error) == "PreconditionFailed"
    # Copies have a checksum of the whole.
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "k"})["CopyObjectResult"]
    assert copied["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert copied["ETag"] == f'"{hashlib.md5(b"x").hexdigest()}"'


def test_copies_ranges_into_parts(s3, bucket):
    s3.put_object(Bucket=bucket, Key="from", Body=b"0123456789")
    upload = {"Bucket": bucket, "Key": "to"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    copy = upload | {"PartNumber": 1, "CopySource": {"Bucket": bucket, "Key": "from"}}
    for wrong, code in [("bytes=2-10", "InvalidRange"), ("bytes=-2", "InvalidArgument"), ("bytes=2-", "InvalidArgument"),
                        ("2-3", "InvalidArgument"), ("bytes=3-2", "InvalidArgument")]:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            s3.upload_part_copy(**copy, CopySourceRange=wrong)
        assert code_of(error) == code
    etag = s3.upload_part_copy(**copy, CopySourceRange="bytes=2-4")["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    assert s3.get_object(Bucket=bucket, Key="to")["Body"].read() == b"234"


def test_lists_uploads_by_folders_and_pages(s3, bucket):
    keys = ["a/1", "a/2", "b", "c/1"]
    for key in keys:
        s3.create_multipart_upload(Bucket=bucket, Key=key)
    s3.create_multipart_upload(Bucket=bucket, Key="b")
    pages = s3.get_paginator("list_multipart_uploads").paginate
    for size in (1, 2, 1000):
        found = [item["Key"] for page in pages(Bucket=bucket, PaginationConfig={"PageSize": size}) for item in page.get("Uploads", [])]
        assert found == ["a/1", "a/2", "b", "b", "c/1"]
        folders = list(pages(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": size}))
        assert [item["Prefix"] for page in folders for item in page.get("CommonPrefixes", [])] == ["a/", "c/"]
        assert [item["Key"] for page in folders for item in page.get("Uploads", [])] == ["b", "b"]


def test_deletes_many_on_condition(s3, bucket):
    etags = {key: s3.put_object(Bucket=bucket, Key=key, Body=key.encode())["ETag"] for key in "abc"}
    objects = [{"Key": "a", "ETag": etags["a"]}, {"Key": "b", "ETag": etags["a"]}, {"Key": "c", "VersionId": "null"}, {"Key": "absent"}]
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    assert [item["Key"] for item in deleted["Deleted"]] == ["a", "c", "absent"]
    assert [(item["Key"], item["Code"]) for item in deleted["Errors"]] == [("b", "PreconditionFailed")]
    quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in quiet and "Errors" not in quiet
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_keeps_and_overrides_headers(s3, bucket):
    kept = {"ContentType": "a/b", "CacheControl": "no-cache", "ContentDisposition": "attachment", "ContentEncoding": "x, y",
            "ContentLanguage": "de"}
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"x", Expires=datetime.datetime(2100, 1, 1), **kept)["ETag"]
    got = s3.head_object(Bucket=bucket, Key="k")
    assert {name: got[name] for name in kept} == kept
    assert got["ExpiresString"] == "Fri, 01 Jan 2100 00:00:00 GMT"
    got = s3.get_object(Bucket=bucket, Key="k", **{"Response" + name: value + "2" for name, value in kept.items()})
    assert {name: got[name] for name in kept} == {name: value + "2" for name, value in kept.items()}
    with pytest.raises(botocore.exceptions.ClientError) as error:
        s3.get_object(Bucket=bucket, Key="k", IfNoneMatch=etag)
    unchanged = error.value.response["ResponseMetadata"]
    assert (unchanged["HTTPStatusCode"], unchanged["HTTPHeaders"]["etag"], unchanged["HTTPHeaders"]["cache-control"]) == (304, etag, "no-cache")


def test_answers_for_an_owner_without_versions_and_access_lists(s3, bucket, cloud):
    account = cloud.client("sts").get_caller_identity()["Account"]
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner=account, ACL="bucket-owner-full-control", StorageClass="STANDARD")
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [(version["Key"], version["VersionId"], version["IsLatest"]) for version in versions] == [("k", "null", True)]
    owner = s3.list_buckets()["Owner"]["ID"]
    for acl in (s3.get_bucket_acl(Bucket=bucket), s3.get_object_acl(Bucket=bucket, Key="k")):
        assert [(grant["Grantee"]["ID"], grant["Grantee"]["Type"], grant["Permission"]) for grant in acl["Grants"]] == [
            (owner, "CanonicalUser", "FULL_CONTROL")]
    for call, arguments, code in [
        (s3.get_object, {"Key": "k", "ExpectedBucketOwner": "000000000000"}, "AccessDenied"),
        (s3.copy_object, {"Key": "l", "CopySource": {"Bucket": bucket, "Key": "k"}, "ExpectedSourceBucketOwner": "000000000000"}, "AccessDenied"),
        (s3.put_object, {"Key": "l", "ACL": "public-read"}, "NotImplemented"),
        (s3.put_object, {"Key": "l", "StorageClass": "GLACIER"}, "NotImplemented"),
        (s3.put_bucket_versioning, {"VersioningConfiguration": {"Status": "Enabled"}}, "NotImplemented"),
        (s3.put_bucket_acl, {"ACL": "private"}, "NotImplemented"),
        (s3.get_object, {"Key": "k", "VersionId": "1"}, "NotImplemented"),
        (s3.get_object, {"Key": "k", "PartNumber": 2}, "InvalidPartNumber"),
    ]:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call(Bucket=bucket, **arguments)
        assert code_of(error) == code


def test_lists_buckets_by_pages(cloud, s3):
    names = [f"paged-{i}" for i in range(5)]
    for name in names:
        s3.create_bucket(Bucket=name)
    pages = list(s3.get_paginator("list_buckets").paginate(Prefix="paged-", PaginationConfig={"PageSize": 2}))
    assert [[item["Name"] for item in page["Buckets"]] for page in pages] == [names[:2], names[2:4], names[4:]]
    assert s3.list_buckets(BucketRegion="eu-west-1", Prefix="paged-")["Buckets"] == []


@pytest.mark.parametrize("version", ["s3v4", "s3"])  # "s3" is what boto3 and the CLI take by default.
def test_presigned_urls(cloud, s3, bucket, version):
    signer = cloud.client("s3", config=botocore.config.Config(signature_version=version))
    http = urllib3.PoolManager()
    put = signer.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "ä b", "ContentType": "a/b", "Metadata": {"m": "1"}},
                                    ExpiresIn=60)
    assert http.request("PUT", put, body=b"bytes", headers={"Content-Type": "a/b", "x-amz-meta-m": "1"}).status == 200
    head = s3.head_object(Bucket=bucket, Key="ä b")
    assert (head["ContentType"], head["Metadata"]) == ("a/b", {"m": "1"})
    assert http.request("PUT", put, body=b"other", headers={"Content-Type": "c/d", "x-amz-meta-m": "1"}).status == 403
    get = signer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "ä b", "ResponseContentType": "x/y"}, ExpiresIn=60)
    got = http.request("GET", get)
    assert (got.data, got.headers["Content-Type"]) == (b"bytes", "x/y")
    for tampered in (get.replace("xpires=", "xpires=1"), get.replace(bucket, bucket + "x"), get.replace("x%2Fy", "x%2Fz"), get + "&acl"):
        reply = http.request("GET", tampered)
        assert (reply.status, b"SignatureDoesNotMatch" in reply.data) == (403, True), tampered
    assert http.request("DELETE", get).status == 403


def test_expired_presigned_url_of_version_2(cloud, bucket, monkeypatch):
    now = botocore.auth.time.time()
    monkeypatch.setattr(botocore.auth.time, "time", lambda: now - 120)
    url = cloud.client("s3", config=botocore.config.Config(signature_version="s3")).generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
    reply = urllib3.PoolManager().request("GET", url)
    assert (reply.status, b"Request has expired" in reply.data) == (403, True)


def test_buckets(cloud, s3):
    s3.create_bucket(Bucket="one-bucket")
    s3.create_bucket(Bucket="one-bucket")
    west = cloud.client("s3", region_name="us-west-2")
    west.create_bucket(Bucket="west-bucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    with pytest.raises(botocore.exceptions.ClientError) as error:
        west.create_bucket(Bucket="west-bucket", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    assert code_of(error) == "BucketAlreadyOwnedByYou"
    assert s3.get_bucket_location(Bucket="west-bucket")["LocationConstraint"] == "us-west-2"
    assert s3.get_bucket_location(Bucket="one-bucket")["LocationConstraint"] is None
    assert {"one-bucket", "west-bucket"} <= {item["Name"] for item in s3.list_buckets()["Buckets"]}
    s3.put_object(Bucket="one-bucket", Key="k", Body=b"")
    for call, arguments, code in [
        (s3.delete_bucket, {"Bucket": "one-bucket"}, "BucketNotEmpty"),
        (s3.head_bucket, {"Bucket": "absent-bucket"}, "404"),
        (s3.put_object, {"Bucket": "absent-bucket", "Key": "k", "Body": b"x"}, "NoSuchBucket"),
        (s3.get_object, {"Bucket": "one-bucket", "Key": "absent"}, "NoSuchKey"),
        (s3.get_object_tagging, {"Bucket": "one-bucket", "Key": "k"}, "NotImplemented"),
        (s3.put_object, {"Bucket": "one-bucket", "Key": "k", "Tagging": "a=b"}, "NotImplemented"),
        (s3.create_bucket, {"Bucket": "Upper-Case"}, "InvalidBucketName"),
    ]:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call(**arguments)
        assert code_of(error) == code
    s3.delete_object(Bucket="one-bucket", Key="k")
    s3.delete_bucket(Bucket="one-bucket")


def test_virtual_host_style(cloud, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"bytes")
    url = cloud.client("s3", endpoint_url=f"http://s3.localhost:{cloud.port}",
                       config=botocore.config.Config(signature_version="s3v4",
                                                    s3={"addressing_style": "virtual"})).generate_presigned_url(
                           "get_object", Params={"Bucket": bucket, "Key": "k"})
    host = urllib.parse.urlsplit(url).netloc
    assert host.startswith(bucket + ".")
    reply = urllib3.PoolManager().request("GET", url.replace(host, f"127.0.0.1:{cloud.port}"), headers={"Host": host})
    assert reply.data == b"bytes"


def test_aws_cli(cloud, tmp_path):
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    big = os.urandom(20 << 20)
    (tree / "big.bin").write_bytes(big)
    (tree / "sub" / "ü &.txt").write_text("text")
    cloud.aws("s3", "mb", "s3://cli-bucket")
    cloud.aws("s3", "sync", tree, "s3://cli-bucket/p")
    assert "big.bin" in cloud.aws("s3", "ls", "s3://cli-bucket/p/").stdout
    assert cloud.aws("s3", "sync", tree, "s3://cli-bucket/p").stdout == ""
    cloud.aws("s3", "cp", "s3://cli-bucket/p/big.bin", tmp_path / "back.bin")
    assert (tmp_path / "back.bin").read_bytes() == big
    cloud.aws("s3", "sync", "s3://cli-bucket/p", tmp_path / "copy")
    assert (tmp_path / "copy" / "sub" / "ü &.txt").read_text() == "text"
    url = cloud.aws("s3", "presign", "s3://cli-bucket/p/sub/ü &.txt").stdout.strip()
    assert urllib3.PoolManager().request("GET", url).data == b"text"
    cloud.aws("s3", "cp", "s3://cli-bucket/p/big.bin", "s3://cli-bucket/q")
    cloud.aws("s3", "rm", "--recursive", "s3://cli-bucket/")
    cloud.aws("s3", "rb", "s3://cli-bucket")


def test_pyarrow_file_system(cloud):
    files = pyarrow.fs.S3FileSystem(
        access_key=cloud.settings["AWS_ACCESS_KEY_ID"], secret_key=cloud.settings["AWS_SECRET_ACCESS_KEY"],
        region="us-east-1", endpoint_override=f"127.0.0.1:{cloud.port}", scheme="http", allow_bucket_creation=True,
        allow_bucket_deletion=True)
    files.create_dir("arrow-bucket/dir")
    big = os.urandom(12 << 20)
    with files.open_output_stream("arrow-bucket/dir/a") as out:
        out.write(big)
    with files.open_input_file("arrow-bucket/dir/a") as source:
        assert source.size() == len(big)
        assert source.read_at(10, 6 << 20) == big[6 << 20:(6 << 20) + 10]
        assert source.read() == big
    found = files.get_file_info(pyarrow.fs.FileSelector("arrow-bucket", recursive=True))
    assert sorted(info.path for info in found) == ["arrow-bucket/dir", "arrow-bucket/dir/a"]
    files.copy_file("arrow-bucket/dir/a", "arrow-bucket/dir/b")
    files.delete_dir("arrow-bucket/dir")
    files.delete_dir("arrow-bucket")
