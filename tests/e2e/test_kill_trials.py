"""kill -9 of the server at many moments: during uploads, training jobs and the making of endpoints. Counted trials with a fixed seed."""
import hashlib
import os
import pathlib
import random
import threading
import time

import botocore.config
import botocore.exceptions
import pytest

from facade import children
from test_sagemaker import IMAGE, ROLE, SageMaker, groups

UPLOAD_TRIALS = 15
HOSTING_TRIALS = 8
FAULTS = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)
PART = 5 * 2**20


def body_of(key):
    """Bytes of a key, so that what is read later can be checked: 0 to 300 KB, or two parts for "multi/"."""
    generator = random.Random(key)
    return generator.randbytes(PART + generator.randrange(10_000) if key.startswith("multi/") else generator.randrange(300_000))


class Uploads:
    """Threads that put objects, a third of them over older ones, and upload in parts, until the server dies."""

    def __init__(self, cloud, trial):
        self.cloud, self.trial = cloud, trial
        self.acknowledged = {}  # Key -> body's hash; of the last acknowledged body.
        self.tried = {}  # Key -> hashes of all bodies sent.
        self.threads = [threading.Thread(target=run, args=(worker,)) for worker, run in enumerate([self.puts] * 3 + [self.multiparts])]
        for thread in self.threads:
            thread.start()

    def s3(self):
        return self.cloud.client("s3", config=botocore.config.Config(read_timeout=10))

    def note(self, key, body):
        self.tried.setdefault(key, set()).add(hashlib.md5(body).hexdigest())
        return hashlib.md5(body).hexdigest()

    def puts(self, worker):
        s3 = self.s3()
        for count in range(10_000):
            key = f"{self.trial}/{worker}/{count // 3 * 3 if count % 3 == 2 else count}"
            body = body_of(f"{key}#{count}")
            digest = self.note(key, body)
            try:
                s3.put_object(Bucket="kill", Key=key, Body=body)
            except FAULTS:
                return
            self.acknowledged[key] = digest

    def multiparts(self, worker):
        s3 = self.s3()
        for count in range(10_000):
            key = f"multi/{self.trial}/{count}"
            body = body_of(key)
            digest = self.note(key, body)
            try:
                upload = s3.create_multipart_upload(Bucket="kill", Key=key)["UploadId"]
                parts = [{"PartNumber": number, "ETag": s3.upload_part(Bucket="kill", Key=key, UploadId=upload, PartNumber=number,
                                                                       Body=body[at:at + PART])["ETag"]}
                         for number, at in enumerate(range(0, len(body), PART), 1)]
                s3.complete_multipart_upload(Bucket="kill", Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
            except FAULTS:
                return
            self.acknowledged[key] = digest

    def join(self):
        for thread in self.threads:
            thread.join()


def listed(s3):
    return {item["Key"]: item for page in s3.get_paginator("list_objects_v2").paginate(Bucket="kill") for item in page.get("Contents", [])}


def test_nothing_acknowledged_is_lost_and_no_half_is_visible(own_cloud):
    own_cloud.client("s3").create_bucket(Bucket="kill")
    generator = random.Random(3)
    acknowledged = 0
    for trial in range(UPLOAD_TRIALS):
        uploads = Uploads(own_cloud, trial)
        while len(uploads.acknowledged) < 8:
            time.sleep(0.002)
        time.sleep(generator.uniform(0, 0.15))
        own_cloud.kill()
        uploads.join()
        own_cloud.start()
        s3 = own_cloud.client("s3")
        found = {key: item for key, item in listed(s3).items() if f"{trial}/" in (key[:len(f"{trial}/")], key[6:6 + len(f"{trial}/")])}
        assert set(uploads.acknowledged) <= set(found) <= set(uploads.tried)
        for key, item in found.items():
            body = s3.get_object(Bucket="kill", Key=key)["Body"].read()
            digest = hashlib.md5(body).hexdigest()
            assert len(body) == item["Size"] and digest in uploads.tried[key]
            if key in uploads.acknowledged and digest != uploads.acknowledged[key]:
                assert len(uploads.tried[key]) == 2  # A newer body, whose acknowledgement the client did not get.
        for key in set(uploads.tried) - set(found):
            with pytest.raises(botocore.exceptions.ClientError):
                s3.head_object(Bucket="kill", Key=key)
        acknowledged += len(uploads.acknowledged)
        for upload in s3.list_multipart_uploads(Bucket="kill").get("Uploads", []):
            assert upload["Key"] not in uploads.acknowledged
            s3.abort_multipart_upload(Bucket="kill", Key=upload["Key"], UploadId=upload["UploadId"])
    assert acknowledged >= 8 * UPLOAD_TRIALS
    kept = listed(own_cloud.client("s3"))
    assert own_cloud.stop() == 0  # Waits for the sweep of orphans.
    files = [path for path in (own_cloud.data_dir / "objects").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) == sum(item["Size"] for item in kept.values())


def wait_until_gone(pids):
    for _ in range(2000):
        pids = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
        if not pids:
            return
        time.sleep(0.005)
    raise AssertionError([pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids])


def descendants(pid):
    found = []
    for child in children(pid) if os.path.exists(f"/proc/{pid}") else []:
        found += [child, *descendants(child)]
    return found


def test_jobs_and_endpoints_end_or_come_back(own_cloud):
    sagemaker = SageMaker(own_cloud)
    artifact = sagemaker.train("first")["ModelArtifacts"]["S3ModelArtifacts"]
    client, generator = sagemaker.client, random.Random(5)
    client.create_model(ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": artifact})
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[
        {"VariantName": "AllRequests", "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}])
    interrupted = 0
    for trial in range(HOSTING_TRIALS):
        long_job = sagemaker.job(f"job-{trial}")
        long_job["HyperParameters"] = long_job["HyperParameters"] | {"epochs": "100000"} if trial % 2 else long_job["HyperParameters"]
        client.create_training_job(**long_job)
        client.create_endpoint(EndpointName=f"e-{trial}", EndpointConfigName="c")
        time.sleep(generator.uniform(0, 0.6))
        pids = descendants(own_cloud.process.pid)
        before = client.describe_endpoint(EndpointName=f"e-{trial}")["EndpointStatus"]
        own_cloud.kill()
        wait_until_gone(pids)
        own_cloud.start()
        job = client.describe_training_job(TrainingJobName=f"job-{trial}")
        assert job["TrainingJobStatus"] in ("Completed", "Failed"), job
        if job["TrainingJobStatus"] == "Failed":
            interrupted += 1
            assert job["FailureReason"] == ("InternalServerError: The local server ended while the training job ran. Please create the job "
                                            "again.")
            assert [step["Status"] for step in job["SecondaryStatusTransitions"]][-1] == "Failed"
        for _ in range(2000):
            endpoint = client.describe_endpoint(EndpointName=f"e-{trial}")
            if endpoint["EndpointStatus"] != "Creating":
                break
            time.sleep(0.005)
        assert endpoint["EndpointStatus"] == "InService", (before, endpoint)
        for _ in range(2000):
            try:
                reply = sagemaker.predict(f"e-{trial}", groups(3))
                break
            except botocore.exceptions.ClientError as error:
                assert error.response["Error"]["Code"] == "ServiceUnavailable"
                time.sleep(0.005)
        assert b"closest_cluster" in reply["Body"].read()
        client.delete_endpoint(EndpointName=f"e-{trial}")
    assert interrupted >= HOSTING_TRIALS // 2
    assert client.list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"] == []
    pids = descendants(own_cloud.process.pid)
    own_cloud.stop()
    wait_until_gone(pids)
