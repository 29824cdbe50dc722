"""kill -9 of the server, 200 times at random moments under mixed load: what it acknowledged is there and whole, nothing is half there.

SAGESPARK_KILL_TRIALS: how many; SAGESPARK_KILL_SEED: that of a run that failed, which prints it.
"""
import collections
import contextlib
import hashlib
import os
import random
import shlex
import socket
import struct
import subprocess
import sys
import threading
import time

import botocore.config
import botocore.exceptions
import pytest

from conftest import Cloud
from test_hosting import ECHO
from test_sagemaker import ROLE

TRIALS = int(os.environ.get("SAGESPARK_KILL_TRIALS", 200))
SEED = os.environ.get("SAGESPARK_KILL_SEED") or str(time.time_ns())
MOST_STEPS, LONGEST_LOAD = 40, 2  # Of a trial; seconds, where the machine is slow.
PART = 5 << 20
ENDED = "InternalServerError: The local server ended while the training job ran. Please create the job again."
RANDOM_BYTES = random.Random(7).randbytes(PART + (3 << 20))
JOBS_OF_A_TRIAL, HELD_JOBS_OF_A_TRIAL = 6, 2
TRAIN = """
cat "$SAGESPARK_ML_ROOT"/input/data/train/* > "$SAGESPARK_ML_ROOT"/model/weights
if grep -q hold "$SAGESPARK_ML_ROOT"/input/config/hyperparameters.json; then exec sleep 1000; fi
"""


def code_of(error):
    return error.response["Error"]["Code"] if isinstance(error, botocore.exceptions.ClientError) else ""


def digest_of(body):
    return hashlib.md5(body).hexdigest()


class Ledger:
    """What the server acknowledged of named things, each of which one thread changes: a thing's last state (None: it is not there), and the
    one that it may have when the last call got no answer."""

    def __init__(self):
        self.known, self.in_doubt, self.acknowledged = {}, {}, 0

    def change(self, states, call, **arguments):
        """Calls what brings the things into those states."""
        self.in_doubt.update(states)
        reply = call(**arguments)
        for name in states:
            self.known[name] = self.in_doubt.pop(name)
        self.acknowledged += 1
        return reply

    def check(self, found):
        """`found` are the states of all that there is; from here on they are what is known."""
        for name in {*self.known, *self.in_doubt, *found}:
            allowed = [self.known.get(name)] + ([self.in_doubt[name]] if name in self.in_doubt else [])
            assert found.get(name) in allowed, (name, found.get(name), allowed)
        self.known, self.in_doubt = dict(found), {}


class Objects:
    """Objects small and large, uploads in parts, copies, deletions."""

    def __init__(self, cloud):
        self.cloud, self.ledger, self.made = cloud, Ledger(), 0
        self.uploads = {}  # Id -> {part number: ETag}, acknowledged and not yet completed.
        self.completing = None  # Id and key of a completion without an answer.
        self.lock = threading.Lock()

    def new_body(self, size):
        with self.lock:
            self.made += 1
            return struct.pack("<Q", self.made) + RANDOM_BYTES[:size]

    def change_a_small_one(self, s3, generator, worker):
        keys = [f"small/{worker}/{number}" for number in generator.sample(range(6), 2)]
        kind = generator.random()
        if kind < 0.15:
            self.ledger.change({keys[0]: None}, s3.delete_object, Bucket="kill", Key=keys[0])
        elif kind < 0.25:
            self.ledger.change(dict.fromkeys(keys), s3.delete_objects, Bucket="kill", Delete={"Objects": [{"Key": key} for key in keys]})
        elif kind < 0.4:
            self.ledger.change({keys[0]: self.source}, s3.copy_object, Bucket="kill", Key=keys[0], CopySource={"Bucket": "data", "Key": "source"})
        else:
            self.put(s3, keys[0], generator.choice([0, generator.randrange(5_000), generator.randrange(300_000)]))

    def put(self, s3, key, size):
        body = self.new_body(size)
        self.ledger.change({key: digest_of(body)}, s3.put_object, Bucket="kill", Key=key, Body=body)

    def put_a_large_one(self, s3, generator):
        self.put(s3, f"large/{generator.randrange(2)}", generator.randrange(1 << 20, len(RANDOM_BYTES)))

    def upload_in_parts(self, s3, generator):
        key = f"multi/{generator.randrange(2)}"
        body = self.new_body(PART + generator.randrange(10_000))
        upload = {"Bucket": "kill", "Key": key}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        etags = self.uploads[upload["UploadId"]] = {}
        for number, begin in enumerate(range(0, len(body), PART), 1):
            etags[number] = s3.upload_part(**upload, PartNumber=number, Body=body[begin:begin + PART])["ETag"]
        self.completing = upload["UploadId"], key
        self.ledger.change({key: digest_of(body)}, s3.complete_multipart_upload, **upload,
                           MultipartUpload={"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in etags.items()]})
        self.completing = None
        del self.uploads[upload["UploadId"]]

    def read_one(self, s3, generator):
        """Beside the writers: whoever reads sees one whole object."""
        listed = s3.list_objects_v2(Bucket="kill").get("Contents", [])
        if not listed:
            return
        try:
            reply = s3.get_object(Bucket="kill", Key=generator.choice(listed)["Key"])
        except botocore.exceptions.ClientError as error:
            if code_of(error) == "NoSuchKey":  # Deleted since.
                return
            raise
        body = reply["Body"].read()
        assert "-" in reply["ETag"] or digest_of(body) == reply["ETag"].strip('"')

    def check(self, s3):
        found = {}
        for item in (item for page in s3.get_paginator("list_objects_v2").paginate(Bucket="kill") for item in page.get("Contents", [])):
            reply = s3.get_object(Bucket="kill", Key=item["Key"])
            body = reply["Body"].read()
            found[item["Key"]] = digest_of(body)
            assert (len(body), reply["ETag"]) == (item["Size"], item["ETag"])
            assert "-" in item["ETag"] or found[item["Key"]] == item["ETag"].strip('"')
        for key in {*self.ledger.known, *self.ledger.in_doubt} - set(found):
            with pytest.raises(botocore.exceptions.ClientError, match="404"):
                s3.head_object(Bucket="kill", Key=key)
        left = {upload["UploadId"]: upload["Key"] for upload in s3.list_multipart_uploads(Bucket="kill").get("Uploads", [])}
        if self.completing is not None:  # An object and its upload change places in one step.
            upload, key = self.completing
            assert (upload in left) == (found.get(key) == self.ledger.known.get(key))
            self.completing = None
            if upload not in left:
                del self.uploads[upload]
        assert set(self.uploads) <= set(left) and len(left) - len(self.uploads) <= 1  # One, whose id nobody was told.
        for upload, key in left.items():
            parts = {part["PartNumber"]: part["ETag"] for part in s3.list_parts(Bucket="kill", Key=key, UploadId=upload).get("Parts", [])}
            assert self.uploads.pop(upload, {}).items() <= parts.items()
            s3.abort_multipart_upload(Bucket="kill", Key=key, UploadId=upload)
        self.ledger.check(found)


class Models:
    """Models and their tags."""

    def __init__(self):
        self.ledger, self.tags = Ledger(), 0

    def change_one(self, sagemaker, generator):
        name = f"m-{generator.randrange(3)}"
        tags = self.ledger.known.get(name)
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:model/{name}"
        if tags is None:
            self.ledger.change({name: ()}, sagemaker.create_model, ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "echo:1"})
        elif generator.random() < 0.2:
            self.ledger.change({name: None}, sagemaker.delete_model, ModelName=name)
        elif tags and generator.random() < 0.4:
            self.ledger.change({name: tags[1:]}, sagemaker.delete_tags, ResourceArn=arn, TagKeys=[tags[0][0]])
        else:
            self.tags += 1
            added = (f"tag-{generator.randrange(5)}", str(self.tags))
            now = tuple(sorted((dict(tags) | dict([added])).items()))
            self.ledger.change({name: now}, sagemaker.add_tags, ResourceArn=arn, Tags=[dict(zip(("Key", "Value"), added))])

    def check(self, sagemaker):
        found = {}
        for model in sagemaker.list_models(NameContains="m-")["Models"]:
            tags = sagemaker.list_tags(ResourceArn=model["ModelArn"])["Tags"]
            found[model["ModelName"]] = tuple(sorted((tag["Key"], tag["Value"]) for tag in tags))
        self.ledger.check(found)


class Endpoints:
    """Two endpoints that come, change their configuration and go. Their state is the configuration's name."""

    def __init__(self):
        self.ledger = Ledger()

    def change_one(self, sagemaker, generator):
        name = f"e-{generator.randrange(2)}"
        config = generator.choice(["config-a", "config-b"])
        if self.ledger.known.get(name) is None:
            self.ledger.change({name: config}, sagemaker.create_endpoint, EndpointName=name, EndpointConfigName=config)
        elif sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] != "InService":
            return
        elif generator.random() < 0.4:
            self.ledger.change({name: None}, sagemaker.delete_endpoint, EndpointName=name)
        else:
            self.ledger.change({name: config}, sagemaker.update_endpoint, EndpointName=name, EndpointConfigName=config)

    def check(self, sagemaker, runtime, wait_for_service):
        found = {}
        for name in [endpoint["EndpointName"] for endpoint in sagemaker.list_endpoints()["Endpoints"]]:
            described = sagemaker.describe_endpoint(EndpointName=name)
            assert described["EndpointStatus"] in ("Creating", "InService", "Updating"), described
            found[name] = described.get("PendingDeploymentSummary", described)["EndpointConfigName"]
            if wait_for_service:
                self.wait_for(sagemaker, runtime, name, found[name])
        self.ledger.check(found)

    def wait_for(self, sagemaker, runtime, name, config):
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 0.01, "MaxAttempts": 6000})
        while True:
            try:
                answer = runtime.invoke_endpoint(EndpointName=name, Body=b"x")["Body"].read()
            except botocore.exceptions.ClientError as error:  # In service by the record of the server that was killed.
                assert code_of(error) == "ServiceUnavailable", error
                continue
            if answer == b"x-" + config.encode():
                return
            assert answer.startswith(b"x-config-"), answer  # The update has begun anew.


class Jobs:
    """Training jobs; some of them never end by themselves."""

    def __init__(self):
        self.count, self.completed, self.failed, self.stopped = 0, 0, 0, 0
        self.acknowledged, self.asked, self.stop_asked, self.held = set(), set(), set(), []

    def create_or_look(self, sagemaker, generator):
        if len(self.asked) >= JOBS_OF_A_TRIAL:
            sagemaker.describe_training_job(TrainingJobName=max(self.asked))
            sagemaker.list_training_jobs(MaxResults=10)
        elif self.held and generator.random() < 0.3:
            name = self.held.pop()
            sagemaker.stop_training_job(TrainingJobName=name)
            self.stop_asked.add(name)
        else:
            self.create(sagemaker, generator)

    def create(self, sagemaker, generator):
        self.count += 1
        name = f"job-{self.count:05}"
        hold = generator.random() < 0.4 and len(self.held) < HELD_JOBS_OF_A_TRIAL
        self.asked.add(name)
        sagemaker.create_training_job(
            TrainingJobName=name, RoleArn=ROLE, HyperParameters={"mode": "hold" if hold else "go"},
            AlgorithmSpecification={"TrainingImage": "trial:1", "TrainingInputMode": "File"},
            InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/"}}}],
            OutputDataConfig={"S3OutputPath": "s3://data/models"},
            ResourceConfig={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 3600})
        self.acknowledged.add(name)
        if hold:
            self.held.append(name)

    def check(self, sagemaker, s3):
        for name in sorted(self.asked):
            try:
                job = sagemaker.describe_training_job(TrainingJobName=name)
            except botocore.exceptions.ClientError:
                assert name not in self.acknowledged
                continue
            steps = job["SecondaryStatusTransitions"]
            assert steps[-1]["Status"] == job["TrainingJobStatus"] and "EndTime" in steps[-1], job
            if job["TrainingJobStatus"] == "Completed":
                self.completed += 1
                s3.head_object(Bucket="data", Key=f"models/{name}/output/model.tar.gz")
            elif name in self.stop_asked or job["TrainingJobStatus"] == "Stopped":
                self.stopped += 1
                assert job["TrainingJobStatus"] == "Stopped", job
            else:
                self.failed += 1
                assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", ENDED), job
        self.asked, self.acknowledged, self.stop_asked, self.held = set(), set(), set(), []


class Load:
    """All of it: a thread a kind of work, from one kill to the next."""

    def __init__(self, cloud):
        config = botocore.config.Config(read_timeout=20)
        self.clients = {service: cloud.client(service, config=config) for service in ("s3", "sagemaker", "sagemaker-runtime")}
        self.plain_s3 = cloud.client("s3", config=config.merge(botocore.config.Config(request_checksum_calculation="when_required")))
        self.cloud = cloud
        self.objects, self.models, self.endpoints, self.jobs = Objects(cloud), Models(), Endpoints(), Jobs()
        self.steps, self.unexpected = collections.Counter(), []
        s3, sagemaker = self.clients["s3"], self.clients["sagemaker"]
        self.work = {
            "small objects": lambda generator: self.objects.change_a_small_one(s3, generator, 0),
            "small objects without checksums": lambda generator: self.objects.change_a_small_one(self.plain_s3, generator, 1),
            "large objects": lambda generator: self.objects.put_a_large_one(s3, generator),
            "uploads in parts": lambda generator: self.objects.upload_in_parts(s3, generator),
            "reads": lambda generator: self.objects.read_one(s3, generator),
            "models and tags": lambda generator: self.models.change_one(sagemaker, generator),
            "endpoints": lambda generator: self.endpoints.change_one(sagemaker, generator),
            "training jobs": lambda generator: self.jobs.create_or_look(sagemaker, generator),
        }

    def set_up(self):
        s3, sagemaker = self.clients["s3"], self.clients["sagemaker"]
        for bucket in ("kill", "data"):
            s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket="data", Key="train/part-0", Body=b"1,2\n")
        source = self.objects.new_body(100_000)
        s3.put_object(Bucket="data", Key="source", Body=source)
        self.objects.source = digest_of(source)
        for name in ("config-a", "config-b"):
            sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                                   PrimaryContainer={"Image": "echo:1", "Environment": {"TAG": f"-{name}"}})
            sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
                {"VariantName": "v", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}])

    def run_until_killed(self, trial, generator):
        killed = threading.Event()

        def run(name, step):
            own = random.Random(f"{SEED}/{trial}/{name}")
            while True:
                try:
                    step(own)
                except Exception as error:
                    if not killed.is_set():
                        self.unexpected.append((trial, name, repr(error)))
                    return
                self.steps[name] += 1

        threads = [threading.Thread(target=run, args=item) for item in self.work.items()]
        for thread in threads:
            thread.start()
        self.wait_for_the_moment(sum(self.steps.values()) + generator.randrange(MOST_STEPS), generator)
        killed.set()
        self.cloud.kill()
        for thread in threads:
            thread.join()
        assert self.unexpected == []

    def wait_for_the_moment(self, steps, generator):
        """At which the server is killed: about when so many calls have been made."""
        deadline = time.monotonic() + LONGEST_LOAD
        while sum(self.steps.values()) < steps and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(generator.uniform(0, 0.01))

    def check(self, wait_for_endpoints):
        s3, sagemaker = self.clients["s3"], self.clients["sagemaker"]
        self.jobs.check(sagemaker, s3)
        self.objects.check(s3)
        self.models.check(sagemaker)
        self.endpoints.check(sagemaker, self.clients["sagemaker-runtime"], wait_for_endpoints)


def lasting_port():
    """A free port that the system gives to no client meanwhile: the server takes it again and again."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def kill_while_it_starts(cloud, generator):
    starting = subprocess.Popen([cloud.binary, "serve", "--port", str(cloud.port), "--data-dir", cloud.data_dir, *cloud.arguments],
                                stdout=subprocess.DEVNULL)
    time.sleep(generator.uniform(0, 0.1))  # The moment of the kill.
    starting.kill()
    starting.wait()


def containers_of(cloud):
    """Processes that work below the server's folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd").startswith(str(cloud.data_dir)):
                found.append(int(pid))
        except OSError:
            pass
    return found


def wait_for_the_containers_end(cloud):
    deadline = time.monotonic() + 30
    while left := containers_of(cloud):
        assert time.monotonic() < deadline, left
        time.sleep(0.002)


def stored_files(cloud):
    return [path for path in (cloud.data_dir / "objects").rglob("*") if path.is_file()]


def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(tmp_path):
    script = tmp_path / "train.sh"
    script.write_text(TRAIN)
    cloud = Cloud(tmp_path / "data", lasting_port(), arguments=["--image", f"echo={sys.executable} {shlex.quote(str(ECHO))}",
                                                "--image", f"trial=sh {shlex.quote(str(script))}"])
    generator = random.Random(SEED)
    print(f"SAGESPARK_KILL_SEED={SEED}")
    try:
        load = Load(cloud)
        load.set_up()
        assert cloud.stop() == 0
        entries = {path.name for path in cloud.data_dir.iterdir()}
        cloud.start()
        for trial in range(TRIALS):
            load.run_until_killed(trial, generator)
            wait_for_the_containers_end(cloud)
            while generator.random() < 0.2:
                kill_while_it_starts(cloud, generator)
            cloud.start()
            load.check(wait_for_endpoints=generator.random() < 0.5)
        acknowledged = {name: ledger.acknowledged for name, ledger in (
            ("objects", load.objects.ledger), ("models", load.models.ledger), ("endpoints", load.endpoints.ledger))}
        jobs = {"completed": load.jobs.completed, "failed": load.jobs.failed, "stopped": load.jobs.stopped}
        print(f"{TRIALS} trials; acknowledged changes: {acknowledged}; jobs: {jobs}; steps: {dict(load.steps)}")
        assert acknowledged["objects"] >= TRIALS and min(acknowledged.values()) >= TRIALS // 10, acknowledged
        assert min(jobs.values()) >= TRIALS // 50, jobs
        assert min(load.steps[name] for name in load.work) >= TRIALS // 50, load.steps

        sagemaker, s3 = load.clients["sagemaker"], load.clients["s3"]
        for status in ("InProgress", "Stopping"):
            assert sagemaker.list_training_jobs(StatusEquals=status)["TrainingJobSummaries"] == []
        sizes = [item["Size"] for bucket in ("kill", "data") for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
                 for item in page.get("Contents", [])]
        assert cloud.stop() == 0  # Waits for the sweep of orphans.
        assert sum(path.stat().st_size for path in stored_files(cloud)) == sum(sizes)
        assert {path.name for path in cloud.data_dir.iterdir()} == entries
        for folder in ("jobs", "endpoints", "transforms", "async-invocations"):
            assert [path for path in (cloud.data_dir / folder).rglob("*") if path.is_file()] == []
        wait_for_the_containers_end(cloud)
    finally:
        cloud.stop()
