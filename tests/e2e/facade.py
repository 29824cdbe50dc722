"""Runs tests/programs/facade_probe.cc: the C++ facades, driven from Python."""
import contextlib
import functools
import json
import os
import subprocess
import time

from conftest import bin_dir


class Failed(Exception):
    """What the facade threw."""

    def __init__(self, answer):
        super().__init__(answer["error"])
        self.message = answer["error"]
        self.type = answer["type"]


def command(request):
    return [bin_dir().parent / "tests" / "facade_probe", json.dumps(request)]


def probe(cloud, request, url=None, preexec_fn=None, **environment):
    """The action's answer; `url`: another server's than the cloud's, say a proxy's."""
    environment = cloud.environment | ({"AWS_ENDPOINT_URL": url} if url else {}) | environment
    done = subprocess.run(command(request), env=environment, capture_output=True, text=True, timeout=120, preexec_fn=preexec_fn)
    assert done.returncode in (0, 1) and done.stdout, (done.returncode, done.stdout, done.stderr)
    answer = json.loads(done.stdout)
    if done.returncode == 1:
        raise Failed(answer)
    return answer


def libsvm(*paths, **options):
    return {"format": "libsvm", "load": list(paths), "options": {name: str(value) for name, value in options.items()}}


def rows(columns, *values, partitions=0):
    """`partitions`: repartitioned to so many."""
    return {"columns": columns, "rows": [list(value) for value in values], "partitions": partitions}


def children(pid):
    """Process ids of the children of `pid`."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # A thread that ended meanwhile.
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += map(int, file.read().split())
    return found


def state(cloud):
    """All that a program can leave behind in the cloud."""
    s3, sagemaker = clients(cloud)
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return {
        "objects": [(bucket, item["Key"], item["ETag"]) for bucket in buckets
                    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket) for item in page.get("Contents", [])],
        "uploads": [upload["Key"] for bucket in buckets for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])],
        "jobs": [job["TrainingJobName"] for job in sagemaker.list_training_jobs(MaxResults=100)["TrainingJobSummaries"]],
        "models": [model["ModelName"] for model in sagemaker.list_models(MaxResults=100)["Models"]],
        "configs": [config["EndpointConfigName"] for config in sagemaker.list_endpoint_configs(MaxResults=100)["EndpointConfigs"]],
        "endpoints": [endpoint["EndpointName"] for endpoint in sagemaker.list_endpoints(MaxResults=100)["Endpoints"]],
        "processes": children(cloud.process.pid),
    }


@functools.lru_cache
def clients(cloud):
    return cloud.client("s3"), cloud.client("sagemaker")


def settled(cloud, processes=0):
    """The state once ended containers are gone."""
    for _ in range(200):
        found = state(cloud)
        if len(found["processes"]) <= processes:
            break
        time.sleep(0.01)
    return found
