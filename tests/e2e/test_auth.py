"""Signatures: each fault has its own AWS code."""
import datetime
import hashlib
import hmac

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import pytest
import urllib3

HTTP = urllib3.PoolManager()


def codes(cloud, service, call, **settings):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(cloud.client(service, **settings))
    return error.value.response["Error"]["Code"]


class S3SignerOfAnyPayload(botocore.auth.S3SigV4Auth):
    """Signs what x-amz-content-sha256 says already."""

    def payload(self, request):
        return self.stated or super().payload(request)

    def _modify_request_before_signing(self, request):
        self.stated = request.headers.get("X-Amz-Content-SHA256")
        super()._modify_request_before_signing(request)


def signed(cloud, method, path, body=b"", service="s3", when=None, headers=None, secret=None, monkeypatch=None):
    """A request's headers, signed by botocore at another time if need be."""
    credentials = botocore.credentials.Credentials(cloud.settings["AWS_ACCESS_KEY_ID"],
                                                   secret or cloud.settings["AWS_SECRET_ACCESS_KEY"])
    request = botocore.awsrequest.AWSRequest(method, cloud.url + path, data=body, headers=headers or {})
    signer = (S3SignerOfAnyPayload if service == "s3" else botocore.auth.SigV4Auth)
    if when is not None:
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: when)
    signer(credentials, service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


@pytest.mark.parametrize("service, call, unknown_key, wrong_secret", [
    ("s3", lambda client: client.list_buckets(), "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    ("sts", lambda client: client.get_caller_identity(), "InvalidClientTokenId", "SignatureDoesNotMatch"),
])
def test_unknown_keys_and_wrong_secrets(cloud, service, call, unknown_key, wrong_secret):
    assert codes(cloud, service, call, aws_access_key_id="AKIAABSENT") == unknown_key
    assert codes(cloud, service, call, aws_secret_access_key="wrong") == wrong_secret


def test_unsigned_requests(cloud):
    reply = HTTP.request("GET", cloud.url + "/")
    assert (reply.status, b"<Code>AccessDenied</Code>" in reply.data) == (403, True)


def test_tampered_body(cloud):
    cloud.client("s3").create_bucket(Bucket="auth-bucket")
    headers = signed(cloud, "PUT", "/auth-bucket/k", b"good", headers={"X-Amz-Content-SHA256": hashlib.sha256(b"good").hexdigest()})
    reply = HTTP.request("PUT", cloud.url + "/auth-bucket/k", body=b"evil", headers=headers)
    assert (reply.status, b"<Code>XAmzContentSHA256Mismatch</Code>" in reply.data) == (400, True)
    assert HTTP.request("GET", cloud.url + "/auth-bucket/k", headers=signed(cloud, "GET", "/auth-bucket/k")).status == 404


def test_clock_sixteen_minutes_off(cloud, monkeypatch):
    for minutes, status in [(16, 403), (-16, 403), (14, 200), (-14, 200)]:
        when = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(minutes=minutes)
        headers = signed(cloud, "GET", "/", when=when, monkeypatch=monkeypatch)
        monkeypatch.undo()
        reply = HTTP.request("GET", cloud.url + "/", headers=headers)
        assert reply.status == status
        assert (b"<Code>RequestTimeTooSkewed</Code>" in reply.data) == (status == 403)


def test_expired_presigned_url(cloud, monkeypatch):
    when = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(seconds=120)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: when)
    config = botocore.config.Config(signature_version="s3v4")
    url = cloud.client("s3", config=config).generate_presigned_url("list_buckets", ExpiresIn=60)
    monkeypatch.undo()
    reply = HTTP.request("GET", url)
    assert (reply.status, b"Request has expired" in reply.data) == (403, True)


def chunked_put(cloud, path, chunks, mode, trailer=b"", extra=None, corrupt=None):
    """An aws-chunked PUT, signed chunk by chunk as "Signature calculations: transferring payload in multiple chunks" says."""
    decoded = sum(map(len, chunks))
    headers = signed(cloud, "PUT", path, b"x", headers={
        "X-Amz-Content-SHA256": mode, "Content-Encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(decoded), **(extra or {})})
    previous = headers["Authorization"].rsplit("Signature=", 1)[1]
    date = headers["X-Amz-Date"]
    scope = f"{date[:8]}/us-east-1/s3/aws4_request"
    key = ("AWS4" + cloud.settings["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    empty = hashlib.sha256(b"").hexdigest()

    def sign(kind, hashes):
        text = "\n".join([kind, date, scope, previous, hashes])
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    body = b""
    for index, chunk in enumerate([*chunks, b""]):
        previous = sign("AWS4-HMAC-SHA256-PAYLOAD", empty + "\n" + hashlib.sha256(chunk).hexdigest())
        sent = chunk[:-1] + b"!" if index == corrupt else chunk
        body += b"%x;chunk-signature=%s\r\n" % (len(chunk), previous.encode()) + sent
        body += b"\r\n" if chunk else b""
    if trailer:
        body += trailer + b"\r\n"
        signature = sign("AWS4-HMAC-SHA256-TRAILER", hashlib.sha256(trailer + b"\n").hexdigest())
        body += b"x-amz-trailer-signature:" + signature.encode() + b"\r\n"
    body += b"\r\n"
    return HTTP.request("PUT", cloud.url + path, body=body, headers=headers)


def test_signed_chunks(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="auth-bucket")
    chunks = [b"a" * 70000, b"b" * 8192, b"c"]
    mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    assert chunked_put(cloud, "/auth-bucket/chunks", chunks, mode).status == 200
    got = s3.get_object(Bucket="auth-bucket", Key="chunks")
    assert got["Body"].read() == b"".join(chunks)
    assert "ContentEncoding" not in got
    for corrupt in range(3):
        reply = chunked_put(cloud, "/auth-bucket/corrupt", chunks, mode, corrupt=corrupt)
        assert (reply.status, b"<Code>SignatureDoesNotMatch</Code>" in reply.data) == (403, True)
    assert "corrupt" not in [item["Key"] for item in s3.list_objects_v2(Bucket="auth-bucket")["Contents"]]


def test_signed_trailer(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="auth-bucket")
    mode = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    extra = {"x-amz-trailer": "x-amz-checksum-crc32c"}
    good = b"x-amz-checksum-crc32c:4waSgw=="  # Of "123456789".
    assert chunked_put(cloud, "/auth-bucket/t", [b"123456789"], mode, good, extra).status == 200
    head = s3.head_object(Bucket="auth-bucket", Key="t", ChecksumMode="ENABLED")
    assert head["ChecksumCRC32C"] == "4waSgw=="
    reply = chunked_put(cloud, "/auth-bucket/t", [b"123456780"], mode, good, extra)
    assert (reply.status, b"<Code>BadDigest</Code>" in reply.data) == (400, True)


def test_unsigned_trailer(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="auth-bucket")

    def put(body, length="9", trailer="x-amz-checksum-crc32"):
        headers = signed(cloud, "PUT", "/auth-bucket/u", b"x", headers={
            "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked",
            "x-amz-decoded-content-length": length, "x-amz-trailer": trailer})
        return HTTP.request("PUT", cloud.url + "/auth-bucket/u", body=body, headers=headers)

    good = b"9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"
    assert put(good).status == 200
    cases = [
        (put(good.replace(b"y/Q5", b"y/Q6")), b"BadDigest"),
        (put(good, length="8"), b"IncompleteBody"),
        (put(good, length="10"), b"IncompleteBody"),
        (put(b"9\r\n123456789\r\n0\r\n\r\n"), b"MalformedTrailerError"),
        (put(b"z\r\n123456789\r\n0\r\n\r\n"), b"InvalidChunkSizeError"),
        (put(good, trailer="x-amz-checksum-none"), b"InvalidRequest"),
    ]
    for reply, code in cases:
        assert (reply.status, b"<Code>" + code + b"</Code>" in reply.data) == (400, True), reply.data
