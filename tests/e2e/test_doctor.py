"""`sagespark doctor` against a local cloud, and `doctor --aws` against moto (where tools/bootstrap --peers has put it) and against recorded
replies, each of which is held against botocore's shapes first."""
import http.server
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.parse

import boto3
import pytest

from botocore_shapes import problems_of_reply
from conftest import ROOT, bin_dir

DEPS = pathlib.Path(os.environ.get("SAGESPARK_DEPS_DIR", ROOT / "build" / "deps"))
MOTO = DEPS / "peers/venv/bin/moto_server"
ACCOUNT = "123456789012"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI-secret-bPxRfiCYEXAMPLE", "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
NO_AWS = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name != "SAGEMAKER_ROLE"}


def doctor(environment, *arguments, returncode=0):
    """The findings as (result, text) by check, those of one name in a list."""
    done = subprocess.run([bin_dir() / "sagespark", "doctor", "--output", "json", *map(str, arguments)], env=NO_AWS | environment,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == returncode, done.stdout + done.stderr
    for secret in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert environment.get(secret, "?!") not in done.stdout + done.stderr
    found = {}
    for finding in json.loads(done.stdout):
        assert finding["result"] in ("ok", "warning", "failed") and finding["text"]
        assert bool(finding["advice"]) == (finding["result"] != "ok"), finding
        found.setdefault(finding["check"], []).append((finding["result"], finding["text"]))
    return found


def test_a_cloud_in_order(cloud):
    found = doctor(cloud.environment, "--data-dir", cloud.data_dir)
    results = {check: findings[0][0] for check, findings in found.items()}
    assert {check: results.pop(check) for check in ("disk", "mount namespaces")}.keys()  # Of the machine.
    assert results == dict.fromkeys(("settings", "endpoint", "version", "clock", "signature", "data folder", "server", "algorithms"), "ok")
    table = subprocess.run([cloud.binary, "doctor", "--data-dir", cloud.data_dir], env=cloud.environment, capture_output=True, text=True,
                           timeout=120).stdout
    assert ["ok", "signature", "accepted;"] in [line.split()[:3] for line in table.splitlines()]


def test_a_cloud_over_tls(tls_cloud):
    found = doctor(tls_cloud.environment, "--data-dir", tls_cloud.data_dir)
    assert found["ca file"][0][0] == found["endpoint"][0][0] == found["signature"][0][0] == "ok"


def refusing_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("change, check, said", [
    ({"AWS_SECRET_ACCESS_KEY": "x" * 40}, "signature", "SignatureDoesNotMatch"),
    ({"AWS_ACCESS_KEY_ID": "AKIA" + "X" * 16}, "signature", "InvalidClientTokenId"),
    ({"AWS_ENDPOINT_URL": refusing_url()}, "endpoint", "127.0.0.1"),
    ({"AWS_CA_BUNDLE": "/no/such/ca.pem"}, "ca file", "/no/such/ca.pem"),
], ids=["wrong secret", "unknown key", "nobody there", "no CA file"])
def test_what_is_wrong_fails_its_check(cloud, change, check, said):
    found = doctor(cloud.environment | change, "--data-dir", cloud.data_dir, returncode=1)
    assert found[check][0][0] == "failed" and said in found[check][0][1]


def test_without_a_region_or_an_endpoint(cloud):
    settings = {name: value for name, value in cloud.environment.items() if name not in ("AWS_REGION", "AWS_DEFAULT_REGION")}
    assert doctor(settings, "--data-dir", cloud.data_dir, returncode=1)["settings"][0][0] == "failed"
    settings = {name: value for name, value in cloud.environment.items() if name != "AWS_ENDPOINT_URL"}
    found = doctor(settings, "--data-dir", cloud.data_dir)
    assert found["endpoint"][0][0] == "warning" and "go to AWS" in found["endpoint"][0][1] and "signature" not in found


def test_data_folders_that_are_not_there_or_of_another_format(cloud, tmp_path):
    assert doctor(cloud.environment, "--data-dir", tmp_path / "none")["data folder"][0][0] == "warning"
    assert not (tmp_path / "none").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "format").write_text("sagespark data folder 99\n")
    found = doctor(cloud.environment, "--data-dir", other, returncode=1)["data folder"][0]
    assert found[0] == "failed" and "99" in found[1]


# AWS, by recorded replies.

ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/SageMakerRole"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
USER = f"arn:aws:iam::{ACCOUNT}:user/somebody"
IAM_SPACE, STS_SPACE = "https://iam.amazonaws.com/doc/2010-05-08/", "https://sts.amazonaws.com/doc/2011-06-15/"


def query_reply(namespace, operation, inner):
    return (f'<{operation}Response xmlns="{namespace}"><{operation}Result>{inner}</{operation}Result>'
            f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>").encode()


def fault(code, message="No.", status=403):
    return status, f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>".encode()


def json_fault(code, message="No."):
    return 400, json.dumps({"__type": code, "message": message}).encode()


def decisions(parameters, denied):
    members = "".join(f"<member><EvalActionName>{action}</EvalActionName><EvalDecision>{'implicitDeny' if action in denied else 'allowed'}"
                      f"</EvalDecision></member>" for name, action in parameters if name.startswith("ActionNames"))
    return query_reply(IAM_SPACE, "SimulatePrincipalPolicy", f"<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>")


class RecordedAws:
    """Answers as AWS does, with what a test changes. Keeps the operations that were asked for."""

    def __init__(self, **changes):
        self.changes = changes
        self.asked = []
        self.problems = []

    def role(self):
        document = urllib.parse.quote(json.dumps(self.changes.get("trust", TRUST)), safe="")
        return (f"<Role><Path>/team/</Path><RoleName>SageMakerRole</RoleName><RoleId>AROAEXAMPLE0123456789</RoleId><Arn>{ROLE}</Arn>"
                f"<CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument></Role>")

    def quotas(self, request):
        if "NextToken" not in request:  # An account has thousands.
            return {"NextToken": "page2", "Quotas": [{"QuotaCode": "L-00000001", "QuotaName": "ml.c4.large for training job usage", "Value": 9.0}]}
        return {"Quotas": [{"QuotaCode": "L-611FA074", "QuotaName": "ml.m4.xlarge for training job usage", "Value": self.changes.get("quota", 4.0)},
                           {"QuotaCode": "L-00000003", "QuotaName": "ml.m4.xlarge for endpoint usage", "Value": 2.0}]}

    def answer(self, method, path, query, headers, body):
        target = headers.get("X-Amz-Target", "")
        if target:
            operation = target.split(".")[1]
            service = "ecr" if "ContainerRegistry" in target else "service-quotas"
            image = {"registryId": "382416733822", "repositoryName": "kmeans", "imageId": {"imageTag": "1"}, "imageManifest": "{}"}
            reply = {"images": [image], "failures": []} if service == "ecr" else self.quotas(json.loads(body))
            return self.checked(service, operation, 200, json.dumps(reply).encode())
        if body.startswith(b"Action="):
            parameters = urllib.parse.parse_qsl(body.decode())
            operation = parameters[0][1]
            if operation == "GetCallerIdentity":
                caller = self.changes.get("caller", USER)
                return self.checked("sts", operation, 200, query_reply(
                    STS_SPACE, operation, f"<Arn>{caller}</Arn><UserId>AIDAEXAMPLE0123456789</UserId><Account>{ACCOUNT}</Account>"))
            reply = query_reply(IAM_SPACE, operation, self.role()) if operation == "GetRole" else decisions(parameters, self.changes.get("denied", ()))
            return self.checked("iam", operation, 200, reply)
        if "Authorization" not in headers:
            return 302, b""  # What STS answers who looks whether it is there.
        if method == "HEAD":
            return self.checked("s3", "HeadBucket", 200, b"")
        assert query == "location", (method, path, query)
        region = self.changes.get("bucket_region", "")
        return self.checked("s3", "GetBucketLocation", 200,
                            f'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{region}</LocationConstraint>'.encode())

    def checked(self, service, operation, status, body):
        self.asked.append(f"{service}.{operation}")
        if operation in self.changes:
            return self.changes[operation]
        if service != "s3":  # HeadBucket has no body, and GetBucketLocation's is a text that botocore parses by hand.
            self.problems += problems_of_reply(service, operation, body)
        return status, body

    def __enter__(self):
        recorded = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, reply = recorded.answer(self.command, path, query, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = do_HEAD = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def doctor(self, *arguments, returncode=0):
        with self:
            found = doctor(KEYS | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server.server_port}"}, "--aws", *arguments, returncode=returncode)
        assert self.problems == []
        return found


READS = {"sts.GetCallerIdentity", "iam.GetRole", "iam.SimulatePrincipalPolicy", "ecr.BatchGetImage", "s3.HeadBucket", "s3.GetBucketLocation",
         "service-quotas.ListServiceQuotas", "service-quotas.ListAWSDefaultServiceQuotas"}


def test_an_account_in_order_is_read_and_not_written():
    aws = RecordedAws()
    found = aws.doctor("--role", ROLE)
    assert found.pop("aws")[0][0] == "warning"  # It says that this is not AWS.
    assert {result for findings in found.values() for result, _ in findings} == {"ok"}, found
    assert set(found) == {"settings", "endpoint", "clock", "identity", "role", "bucket", "role permissions", "your permissions", "image", "quota"}
    assert USER in found["identity"][0][1] and f"{ACCOUNT}-sagemaker-us-east-1" in found["bucket"][0][1]
    assert [text for _, text in found["quota"]] == ["4 ml.m4.xlarge for training job usage", "2 ml.m4.xlarge for endpoint usage"]
    assert "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1" in found["image"][0][1]
    assert set(aws.asked) <= READS and "service-quotas.ListAWSDefaultServiceQuotas" not in aws.asked


OTHERS_ROLE = ROLE.replace(ACCOUNT, "210987654321")
NOBODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


@pytest.mark.parametrize("changes, arguments, check, result, said", [
    ({"GetCallerIdentity": fault("InvalidClientTokenId")}, (), "identity", "failed", "InvalidClientTokenId"),
    ({}, ("--role", "SageMakerRole"), "role", "failed", "Not an ARN"),
    ({}, ("--role", OTHERS_ROLE), "role", "failed", "210987654321"),
    ({"trust": NOBODY}, ("--role", ROLE), "role", "failed", "SageMaker may not assume it"),
    ({"GetRole": fault("NoSuchEntity", "There is no role.", 404)}, ("--role", ROLE), "role", "failed", "There is no role."),
    ({"GetRole": fault("AccessDenied")}, ("--role", ROLE), "role", "warning", "AccessDenied"),
    ({"denied": ("s3:PutObject",)}, ("--role", ROLE), "role permissions", "failed", "s3:PutObject"),
    ({"denied": ("iam:PassRole",)}, ("--role", ROLE), "your permissions", "failed", "iam:PassRole"),
    ({"SimulatePrincipalPolicy": fault("AccessDenied")}, ("--role", ROLE), "your permissions", "warning", "AccessDenied"),
    ({"caller": f"arn:aws:iam::{ACCOUNT}:root"}, ("--role", ROLE), "your permissions", "ok", "root"),
    ({"bucket_region": "eu-west-1"}, ("--bucket", "mine"), "bucket", "failed", "eu-west-1"),
    ({"HeadBucket": (404, b"")}, ("--bucket", "mine"), "bucket", "failed", "does not exist"),
    ({"HeadBucket": (404, b"")}, (), "bucket", "warning", "not there yet"),
    ({"HeadBucket": (403, b"")}, ("--bucket", "mine"), "bucket", "failed", "403"),
    ({}, ("--image", "382416733822.dkr.ecr.eu-west-1.amazonaws.com/kmeans:1"), "image", "failed", "eu-west-1"),
    ({}, ("--image", "python:3"), "image", "failed", "container registry"),
    ({}, ("--algorithm", "no-such"), "image", "failed", "no-such"),
    ({"BatchGetImage": json_fault("RepositoryNotFoundException")}, (), "image", "failed", "RepositoryNotFoundException"),
    ({"BatchGetImage": json_fault("AccessDeniedException")}, (), "image", "warning", "AccessDeniedException"),
    ({"quota": 0.0}, (), "quota", "failed", "none is allowed: ml.m4.xlarge for training job usage"),
    ({}, ("--instance-type", "ml.z9.huge"), "quota", "warning", "ml.z9.huge"),
    ({"ListServiceQuotas": json_fault("AccessDeniedException")}, (), "quota", "warning", "AccessDeniedException"),
])
def test_what_would_cost_a_failed_job_is_said_before(changes, arguments, check, result, said):
    found = RecordedAws(**changes).doctor(*arguments, returncode=1 if result == "failed" else 0)
    assert any(found_result == result and said in text for found_result, text in found[check]), found[check]


def test_the_role_is_the_callers_own_when_none_is_named():
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/SageMakerRole/me"
    found = RecordedAws(caller=session).doctor()
    assert found["role"] == [("ok", f"SageMaker may assume it: {ROLE}")]
    assert ROLE in found["your permissions"][0][1]


def test_the_local_cloud_is_no_aws_and_says_so(cloud):
    found = doctor(cloud.environment, "--aws", "--role", f"arn:aws:iam::{ACCOUNT}:role/any")
    assert found["identity"][0][0] == found["role"][0][0] == "ok"
    assert [found[check][0][0] for check in ("aws", "image", "your permissions", "quota")] == ["warning"] * 4


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """moto's server, an implementation that nobody here wrote."""
    if not MOTO.exists():
        pytest.skip("moto is not installed: tools/bootstrap --peers")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open(tmp_path_factory.mktemp("moto") / "log", "w+b") as log:
        process = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        while True:
            assert process.poll() is None, log.seek(0) or log.read().decode()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=60).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()
        process.wait(timeout=60)


def test_moto_is_understood(moto):
    def client(service):
        return boto3.client(service, endpoint_url=moto, region_name="us-east-1", aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
                            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"])

    role = client("iam").create_role(RoleName="doctored", Path="/team/", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    client("iam").create_role(RoleName="others", AssumeRolePolicyDocument=json.dumps(NOBODY))
    client("s3").create_bucket(Bucket="here")
    client("s3").create_bucket(Bucket="there", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    repository = client("ecr").create_repository(repositoryName="mine")["repository"]["repositoryUri"]
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {
        "mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:" + "0" * 64}, "layers": []})
    client("ecr").put_image(repositoryName="mine", imageManifest=manifest, imageTag="good")
    settings = KEYS | {"AWS_ENDPOINT_URL": moto}
    found = doctor(settings, "--aws", "--role", role, "--bucket", "here", "--image", repository + ":good")
    assert found["role"] == [("ok", f"SageMaker may assume it: {role}")]
    assert found["bucket"] == [("ok", "here is in us-east-1")]
    assert found["image"][0][0] == found["identity"][0][0] == "ok"
    found = doctor(settings, "--aws", "--role", role.replace("team/doctored", "others"), "--bucket", "there", "--image", repository + ":bad",
                   returncode=1)
    assert [found[check][0][0] for check in ("role", "bucket", "image")] == ["failed"] * 3
    found = doctor(settings, "--aws", "--role", role.replace("doctored", "absent"), "--bucket", "nowhere-at-all", returncode=1)
    assert [found[check][0][0] for check in ("role", "bucket")] == ["failed"] * 2
