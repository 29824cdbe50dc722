"""Signatures: each fault has its own AWS code."""
import datetime
import hashlib
import hmac
import json
import re
import subprocess

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.exceptions
import botocore.session
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


def signed(cloud, method, path, body=b"", service="s3", when=None, headers=None, secret=None, monkeypatch=None, key=None):
    """A request's headers, signed by botocore at another time if need be."""
    credentials = botocore.credentials.Credentials(key or cloud.settings["AWS_ACCESS_KEY_ID"],
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


def presigned(cloud, service, method, path, when, monkeypatch, secret=None):
    """The request's URL, good for a minute from then on."""
    credentials = botocore.credentials.Credentials(cloud.settings["AWS_ACCESS_KEY_ID"], secret or cloud.settings["AWS_SECRET_ACCESS_KEY"])
    request = botocore.awsrequest.AWSRequest(method, cloud.url + path)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: when)
    signer = botocore.auth.S3SigV4QueryAuth if service == "s3" else botocore.auth.SigV4QueryAuth
    signer(credentials, service, "us-east-1", expires=60).add_auth(request)
    monkeypatch.undo()
    return request.prepare().url


def every_operation(cloud):
    """(operation, signing name, method, path, headers, body) of all that the routing table offers."""
    offered = json.loads(subprocess.run([cloud.binary, "coverage"], check=True, capture_output=True, text=True).stdout)
    for service, operations in offered.items():
        model = botocore.session.get_session().get_service_model(service)
        for name in operations:
            http, headers, path, body = model.operation_model(name).http, {}, "/", b""
            if "targetPrefix" in model.metadata:
                headers, body = {"X-Amz-Target": f"{model.metadata['targetPrefix']}.{name}", "Content-Type": "application/x-amz-json-1.1"}, b"{}"
            elif model.metadata["protocol"] == "query":
                body = f"Action={name}&Version={model.api_version}".encode()
            else:
                path = http["requestUri"] if service != "s3" or "{Bucket}" in http["requestUri"] else "/{Bucket}" + http["requestUri"]
                path = re.sub(r"\{(\w+)\+?\}", lambda match: {"Bucket": "auth-bucket", "Key": "kept", "EndpointName": "e"}.get(match[1], "1"), path)
            yield f"{service} {name}", model.signing_name, http["method"], path, headers, body


def test_no_operation_is_reached_without_its_right_signature(cloud, monkeypatch):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="auth-bucket")
    s3.put_object(Bucket="auth-bucket", Key="kept", Body=b"kept")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    long_ago, soon = now - datetime.timedelta(seconds=120), now + datetime.timedelta(minutes=20)
    count = 0
    for operation, service, method, path, headers, body in every_operation(cloud):
        if service == "s3":
            headers = headers | {"X-Amz-Content-SHA256": hashlib.sha256(body).hexdigest()}

        def send(headers, path=path, body=body, url=None):
            return HTTP.request(method, url or cloud.url + path, headers=headers, body=body, redirect=False)

        def sign(**changes):
            return signed(cloud, **({"method": method, "path": path, "body": body, "service": service, "headers": headers} | changes))

        separator = "&" if "?" in path else "?"
        attempts = {
            "no signature": send(headers),
            "another scheme": send(headers | {"Authorization": "AWS AKID:c2lnbmF0dXJl"}) if service != "s3" else send(headers),
            "wrong secret": send(sign(secret="wrong")),
            "unknown key": send(sign(key="AKIAABSENT")),
            "another service's": send(sign(service="glue")),
            "another path": send(sign(path="/x" + path)),
            "more in the query": send(sign(), path=path + separator + "more=1"),
            "another header": send(sign() | {"X-Amz-Target" if "X-Amz-Target" in headers else "X-Amz-Meta-A": headers.get("X-Amz-Target", "") + "x"}),
            "old": send(sign(when=now - datetime.timedelta(minutes=16), monkeypatch=monkeypatch)),
            "presigned and expired": send(headers, url=presigned(cloud, service, method, path, long_ago, monkeypatch)),
            "presigned for later": send(headers, url=presigned(cloud, service, method, path, soon, monkeypatch)),
            "presigned with a wrong secret": send(headers, url=presigned(cloud, service, method, path, now, monkeypatch, secret="wrong")),
            "presigned for longer": send(headers, url=presigned(cloud, service, method, path, long_ago, monkeypatch).replace("Expires=60", "Expires=600")),
        }
        monkeypatch.undo()
        if service != "s3":  # There the body's hash is signed, and the body is checked against it: test_tampered_body.
            attempts["another body"] = send(sign(), body=body + b" ")
        for fault, reply in attempts.items():
            unknown_service = fault == "another service's" and reply.status in (400, 501) and (method == "HEAD" or b"UnknownOperation" in reply.data)
            assert reply.status == 403 or unknown_service or fault == "another scheme" and reply.status == 400, (operation, fault, reply.status, reply.data)
            assert cloud.settings["AWS_SECRET_ACCESS_KEY"].encode() not in reply.data
        count += 1
    assert count >= 60
    assert s3.get_object(Bucket="auth-bucket", Key="kept")["Body"].read() == b"kept"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="auth-bucket")["Contents"]] == ["kept"]


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
