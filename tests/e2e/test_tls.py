"""TLS, and the server as the proxy of clients that make AWS's host names in code."""
import concurrent.futures
import hashlib
import os
import socket
import ssl
import subprocess
import sys

import botocore.config
import botocore.exceptions
import pyarrow.fs
import pytest
import urllib3

SIZE = 40 << 20


@pytest.fixture(scope="module")
def tls_s3(tls_cloud):
    client = tls_cloud.client("s3")
    client.create_bucket(Bucket="tls-bucket")
    return client


def test_boto3_streams_large_objects_both_ways(tls_s3):
    body = os.urandom(SIZE)
    tls_s3.put_object(Bucket="tls-bucket", Key="large", Body=body)
    reply = tls_s3.get_object(Bucket="tls-bucket", Key="large")["Body"]
    digest = hashlib.sha256()
    for chunk in reply.iter_chunks(1 << 16):
        digest.update(chunk)
    assert digest.digest() == hashlib.sha256(body).digest()


def test_many_connections_at_a_time(tls_cloud, tls_s3):
    tls_s3.put_object(Bucket="tls-bucket", Key="small", Body=b"text" * 100)

    def read(_):
        client = tls_cloud.client("s3")
        return [client.get_object(Bucket="tls-bucket", Key="small")["Body"].read() for _ in range(5)]

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(texts == [b"text" * 100] * 5 for texts in pool.map(read, range(32)))


def test_the_aws_cli(tls_cloud, tls_s3, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(os.urandom(SIZE))  # In parts.
    tls_cloud.aws("s3", "cp", file, "s3://tls-bucket/cli")
    tls_cloud.aws("s3", "cp", "s3://tls-bucket/cli", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()


def test_arrows_file_system(tls_cloud, tls_s3):
    settings = tls_cloud.settings
    files = pyarrow.fs.S3FileSystem(access_key=settings["AWS_ACCESS_KEY_ID"], secret_key=settings["AWS_SECRET_ACCESS_KEY"],
                                    endpoint_override=f"127.0.0.1:{tls_cloud.port}", scheme="https", region="us-east-1",
                                    tls_ca_file_path=settings["AWS_CA_BUNDLE"])
    with files.open_output_stream("tls-bucket/arrow") as out:
        out.write(b"arrow" * 1000)
    assert files.open_input_stream("tls-bucket/arrow").read() == b"arrow" * 1000


def test_our_own_client(tls_cloud):
    subprocess.run([tls_cloud.binary, "data", "mnist"], env=tls_cloud.environment, check=True, capture_output=True, timeout=300)
    listing = tls_cloud.client("s3").list_objects_v2(Bucket="sagemaker-sample-data-us-east-1")
    assert [entry["Key"] for entry in listing["Contents"]] == [
        "spark/mnist/test/mnist_test.libsvm", "spark/mnist/train/mnist_train.libsvm"]


def test_who_does_not_know_the_authority_trusts_nothing(tls_cloud):
    with pytest.raises(botocore.exceptions.SSLError):
        tls_cloud.client("s3", verify=None).list_buckets()
    environment = {name: value for name, value in tls_cloud.environment.items() if name != "AWS_CA_BUNDLE"}
    run = subprocess.run([tls_cloud.binary, "data", "mnist"], env=environment, capture_output=True, text=True, timeout=300)
    assert run.returncode == 1 and "TLS" in run.stderr


def test_plain_http_is_answered_too(tls_cloud):
    url = f"http://127.0.0.1:{tls_cloud.port}"
    assert tls_cloud.client("sts", endpoint_url=url).get_caller_identity()["Account"] == "123456789012"


def test_old_tls_is_refused(tls_cloud):
    context = ssl.create_default_context(cafile=tls_cloud.settings["AWS_CA_BUNDLE"])
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", tls_cloud.port)) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_handshakes_that_are_none_harm_nobody(tls_cloud):
    for noise in (b"\x16", b"\x16\x03\x01\x00\x05hello", b"\x16" + os.urandom(3000)):
        with socket.create_connection(("127.0.0.1", tls_cloud.port)) as connection:
            connection.sendall(noise)
    assert tls_cloud.client("sts").get_caller_identity()["Account"] == "123456789012"


NOTEBOOK = """
import boto3
sts = boto3.client("sts", region_name="eu-west-1", endpoint_url="https://sts.eu-west-1.amazonaws.com")
arn = sts.get_caller_identity()["Arn"]
role = boto3.client("iam", endpoint_url="https://iam.amazonaws.com").get_role(RoleName=arn.split("/")[1])["Role"]
print(arn, role["Arn"], role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"])
s3 = boto3.client("s3", endpoint_url="https://s3.us-east-1.amazonaws.com")
s3.create_bucket(Bucket="proxied")
s3.put_object(Bucket="proxied", Key="a b", Body=b"through the proxy")
print(s3.get_object(Bucket="proxied", Key="a b")["Body"].read().decode())
print(boto3.client("sagemaker", endpoint_url="https://api.sagemaker.us-east-1.amazonaws.com").list_models()["Models"])
"""


def test_awss_host_names_lead_to_the_local_cloud(cloud):
    """As a notebook's user has it: the exports in a shell, then Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name.upper() != "NO_PROXY"}
    run = subprocess.run(["bash", "-c", f'eval "$({cloud.binary} env --notebook --data-dir {cloud.data_dir})"; exec "$0" -c "$1"',
                          sys.executable, NOTEBOOK], env=kept, capture_output=True, text=True, timeout=120)
    assert run.stdout.splitlines() == [
        "arn:aws:sts::123456789012:assumed-role/sagespark/local arn:aws:iam::123456789012:role/sagespark sagemaker.amazonaws.com",
        "through the proxy", "[]"], run.stderr


def test_no_other_host_is_reached(cloud):
    for host in ("example.com:443", "ec2.us-east-1.amazonaws.com:443", "127.0.0.1:22"):
        with socket.create_connection(("127.0.0.1", cloud.port)) as connection:
            connection.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            reply = connection.makefile("rb").read().decode()
        assert reply.startswith("HTTP/1.1 403 ") and reply.endswith(f"reaches no other host: {host.split(':')[0]}\n")
    proxy = urllib3.ProxyManager(cloud.url, retries=False)
    with pytest.raises(urllib3.exceptions.ProxyError):
        proxy.request("GET", "https://example.com/")


def test_inside_a_tunnel_only_tls_is_spoken(cloud):
    with socket.create_connection(("127.0.0.1", cloud.port)) as connection:
        connection.sendall(b"CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\n")
        stream = connection.makefile("rb")
        assert (stream.readline(), stream.readline()) == (b"HTTP/1.1 200 Connection established\r\n", b"\r\n")
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert stream.readline() == b"HTTP/1.1 400 Bad Request\r\n"


def test_roles(cloud):
    iam = cloud.client("iam", config=botocore.config.Config(parameter_validation=False))
    role = iam.get_role(RoleName="MySageMakerRole")["Role"]
    assert role["Arn"] == "arn:aws:iam::123456789012:role/MySageMakerRole"
    assert role["RoleId"].startswith("AROA") and len(role["RoleId"]) == 21
    with pytest.raises(botocore.exceptions.ClientError, match="roleName"):
        iam.get_role(RoleName="no/slash")
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidAction"):
        iam.list_users()


def test_settings_for_spark(cloud):
    lines = dict(line.split(" ", 1) for line in cloud.env("--spark", "--bucket", "my-bucket").splitlines())
    for bucket in ("my-bucket", "sagemaker-sample-data-us-east-1", "123456789012-sagemaker-us-east-1", "sagemaker-us-east-1-123456789012"):
        prefix = f"spark.hadoop.fs.s3a.bucket.{bucket}."
        assert lines[prefix + "endpoint"] == cloud.url and lines[prefix + "path.style.access"] == "true"
        assert lines[prefix + "access.key"] == cloud.settings["AWS_ACCESS_KEY_ID"]
    assert lines["spark.hadoop.fs.s3a.endpoint"] == cloud.url
