"""Batch transform through boto3 and the AWS CLI: k-means on CSV and RecordIO, bad records, stop, a killed server.

boto3 does not validate replies: every raw body is checked against botocore's own shapes.
"""
import json
import struct

import botocore.exceptions
import pytest

from conftest import Cloud
from test_kmeans_container import groups
from test_sagemaker import IMAGE, ROLE, SageMaker, code_of, csv, message_of, wait


class Transforms(SageMaker):
    def __init__(self, cloud, bucket="batch"):
        super().__init__(cloud, bucket)
        job = self.train("for-transform")
        self.client.create_model(ModelName="km", ExecutionRoleArn=ROLE, PrimaryContainer={
            "Image": IMAGE, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]})

    def request(self, name, prefix, **changes):
        return {
            "TransformJobName": name, "ModelName": "km", "BatchStrategy": "MultiRecord", "MaxPayloadInMB": 1,
            "MaxConcurrentTransforms": 4,
            "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/{prefix}"}},
                               "ContentType": "text/csv", "SplitType": "Line"},
            "TransformOutput": {"S3OutputPath": f"s3://{self.bucket}/out/{name}", "Accept": "text/csv", "AssembleWith": "Line"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
            "Tags": [{"Key": "run", "Value": "1"}],
        } | changes

    def transform(self, name, prefix, **changes):
        self.client.create_transform_job(**self.request(name, prefix, **changes))
        return self.wait(name)

    def wait(self, name):
        return wait(lambda: self.client.describe_transform_job(TransformJobName=name), "TransformJobStatus", "Completed", "Failed", "Stopped")

    def output(self, name, key):
        return self.s3.get_object(Bucket=self.bucket, Key=f"out/{name}/{key}.out")["Body"].read()


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return Transforms(cloud)


def test_every_row_gets_its_answer_in_order(sagemaker):
    rows = groups(100_000, seed=2)
    for part in range(3):
        sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key=f"rows/deep/part-{part}.csv", Body=csv(rows[part * 30_000:(part + 1) * 30_000]))
    job = sagemaker.transform("t-1", "rows/")
    assert job["TransformJobStatus"] == "Completed", job
    answers = [line.split(b",") for part in range(3) for line in sagemaker.output("t-1", f"deep/part-{part}.csv").splitlines()]
    assert len(answers) == 90_000
    pairs = {(float(answer[0]), int(row.argmax())) for answer, row in zip(answers, rows)}
    assert len(pairs) == len({int(row.argmax()) for row in rows})
    assert job["TransformEndTime"] >= job["TransformStartTime"] >= job["CreationTime"]
    tags = sagemaker.client.list_tags(ResourceArn=job["TransformJobArn"])["Tags"]
    assert tags == [{"Key": "run", "Value": "1"}]
    summaries = sagemaker.client.list_transform_jobs(NameContains="t-1")["TransformJobSummaries"]
    assert [(summary["TransformJobName"], summary["TransformJobStatus"]) for summary in summaries] == [("t-1", "Completed")]


def test_recordio_is_split_at_its_frames(sagemaker):
    def record(row):  # Record{features{"values": Value{float32_tensor{values}}}}
        packed = struct.pack("<4f", *row)
        tensor = b"\x0a" + bytes([len(packed)]) + packed
        value = b"\x12" + bytes([len(tensor)]) + tensor
        entry = b"\x0a\x06values\x12" + bytes([len(value)]) + value
        body = b"\x0a" + bytes([len(entry)]) + entry
        return struct.pack("<II", 0xCED7230A, len(body)) + body + b"\0" * (-len(body) % 4)

    rows = groups(1000, seed=3)
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="frames/x", Body=b"".join(map(record, rows)))
    request = sagemaker.request("t-recordio", "frames/", BatchStrategy="SingleRecord")
    request["TransformInput"] |= {"ContentType": "application/x-recordio-protobuf", "SplitType": "RecordIO"}
    request["TransformOutput"]["Accept"] = "application/jsonlines"
    sagemaker.client.create_transform_job(**request)
    job = sagemaker.wait("t-recordio")
    assert job["TransformJobStatus"] == "Completed", job
    answers = [json.loads(line) for line in sagemaker.output("t-recordio", "x").splitlines()]
    assert len(answers) == 1000 and set(answers[0]) == {"closest_cluster", "distance_to_cluster"}


def test_a_bad_record_fails_the_job_by_name_and_the_rest_is_there(sagemaker):
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="mixed/bad.csv", Body=b"1,2,3,4\nnot,a,row,x\n")
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="mixed/good.csv", Body=b"1,2,3,4\n")
    job = sagemaker.transform("t-bad", "mixed/")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: Bad HTTP status received from algorithm: 400")
    assert "mixed/bad.csv" in job["FailureReason"]
    listed = sagemaker.s3.list_objects_v2(Bucket=sagemaker.bucket, Prefix="out/t-bad/")["Contents"]
    assert [entry["Key"] for entry in listed] == ["out/t-bad/good.csv.out"]
    job = sagemaker.transform("t-none", "nothing/")
    assert job["FailureReason"].startswith("ClientError: Data download failed:")


def test_bad_requests_get_aws_errors(sagemaker):
    output = sagemaker.request("x", "rows/")["TransformOutput"]
    cases = [
        ({"ModelName": "none"}, "ValidationException", "Could not find model"),
        ({"MaxPayloadInMB": 30, "MaxConcurrentTransforms": 4}, "ValidationException", "must not exceed 100 MB"),
        ({"TransformOutput": output | {"S3OutputPath": "s3://nonesuch/x"}}, "ValidationException", "nonesuch"),
        ({"BatchStrategy": "Some"}, "ValidationException", "batchStrategy"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://batch/x"}}, "ValidationException", "DataCaptureConfig"),
        ({"MaxPayloadInMB": 0, "BatchStrategy": "SingleRecord"}, "ValidationException", "MaxPayloadInMB 0"),
        ({"MaxPayloadInMB": 0, "DataProcessing": {"JoinSource": "Input"}}, "ValidationException", "MaxPayloadInMB 0 with DataProcessing"),
        ({"TransformJobName": "t-1"}, "ResourceInUse", "already exists"),
    ]
    for changes, code, text in cases:
        with pytest.raises(botocore.exceptions.ClientError) as error:
            sagemaker.client.create_transform_job(**sagemaker.request("bad", "rows/") | changes)
        assert code_of(error) == code and text in message_of(error), message_of(error)
    for call in (sagemaker.client.describe_transform_job, sagemaker.client.stop_transform_job):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            call(TransformJobName="bad")
        assert message_of(error) == "Requested resource not found."


def test_an_object_of_any_length_is_one_request(sagemaker):
    rows = groups(200_000, seed=4)
    body = csv(rows)
    assert len(body) > 1 << 20
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="long/x.csv", Body=body)
    job = sagemaker.transform("t-long", "long/", MaxPayloadInMB=0)
    assert job["TransformJobStatus"] == "Completed", job
    assert sagemaker.output("t-long", "x.csv").count(b"\n") == 200_000


def test_the_aws_cli_runs_one(sagemaker, cloud):
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="cli/x.csv", Body=b"1,2,3,4\n")
    cloud.aws("sagemaker", "create-transform-job", "--cli-input-json", json.dumps(sagemaker.request("t-cli", "cli/")))
    cloud.aws("sagemaker", "wait", "transform-job-completed-or-stopped", "--transform-job-name", "t-cli")
    described = json.loads(cloud.aws("sagemaker", "describe-transform-job", "--transform-job-name", "t-cli").stdout)
    assert described["TransformJobStatus"] == "Completed"
    assert sagemaker.output("t-cli", "x.csv").count(b",") == 1


def test_jobs_stop_and_a_killed_servers_jobs_are_failed(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text("""
import http.server, os, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def do_POST(self):
        threading.Event().wait()
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
""")
    cloud = Cloud(tmp_path / "data", arguments=["--image", f"slow=python3 {script}"])
    try:
        sagemaker = SageMaker(cloud)
        sagemaker.client.create_model(ModelName="slow", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "slow"})
        request = Transforms.request(sagemaker, "stopped", "train/", ModelName="slow")
        for name in ("stopped", "killed"):
            sagemaker.client.create_transform_job(**request | {"TransformJobName": name})
        sagemaker.client.stop_transform_job(TransformJobName="stopped")
        assert Transforms.wait(sagemaker, "stopped")["TransformJobStatus"] == "Stopped"
        cloud.kill()
        cloud.start()
        job = sagemaker.client.describe_transform_job(TransformJobName="killed")
        assert job["TransformJobStatus"] == "Failed" and "The local server ended" in job["FailureReason"]
        assert "Contents" not in sagemaker.s3.list_objects_v2(Bucket=sagemaker.bucket, Prefix="out/")
    finally:
        cloud.stop()


def test_answers_are_joined_to_their_rows(sagemaker):
    sagemaker.s3.put_object(Bucket=sagemaker.bucket, Key="named/x.csv", Body=b'"row, one",100,0,0,0\nrow two,0,100,0,0\n')
    request = sagemaker.request("t-join", "named/", DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-2]"})
    sagemaker.client.create_transform_job(**request)
    job = sagemaker.wait("t-join")
    assert job["TransformJobStatus"] == "Completed", job
    assert job["DataProcessing"] == request["DataProcessing"]
    names = [line.rsplit(b",", 1) for line in sagemaker.output("t-join", "x.csv").splitlines()]
    assert [name for name, _ in names] == [b'"row, one"', b"row two"] and len({float(cluster) for _, cluster in names}) == 2
    for processing, text in (({"InputFilter": "$..a"}, "JSONPath is not offered"), ({"JoinSource": "Input"}, "image/png")):
        changed = request | {"TransformJobName": "bad-join", "DataProcessing": processing}
        changed["TransformInput"] = request["TransformInput"] | {"ContentType": "image/png"}
        with pytest.raises(botocore.exceptions.ClientError) as error:
            sagemaker.client.create_transform_job(**changed)
        assert text in message_of(error), message_of(error)
