#!/usr/bin/env python3
"""Requests a second of 64 keep-alive connections to a k-means endpoint of the local cloud, one row a request; the server's start and memory.

The peer is moto's server, which answers a fixed text and checks no signature, where `moto_server` (PyPI: moto[server]) is in PATH. Load, server and container share the machine's processors.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3

import goals
import mnist

CONNECTIONS = 64
ROW = "0.5,100,1,1"
IMAGE = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
ROLE = "arn:aws:iam::000000000000:role/bench"
PROGRAM = mnist.PROGRAMS / "invocations_bench"


@contextlib.contextmanager
def ending(process):
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def start_ours(folder):
    """The server, its settings, and the seconds until it answered."""
    started = time.monotonic()
    process = subprocess.Popen([mnist.BIN / "sagespark", "serve", "--port", "0", "--data-dir", folder], stdout=subprocess.PIPE, text=True)
    url = process.stdout.readline().split()[-1]
    with contextlib.suppress(urllib.error.HTTPError):  # Without a signature: refused, but answered.
        urllib.request.urlopen(url)
    ready = time.monotonic() - started
    output = subprocess.run([mnist.BIN / "sagespark", "env", "--data-dir", folder], check=True, capture_output=True, text=True).stdout
    settings = dict(line.removeprefix("export ").split("=", 1) for line in output.splitlines())
    return process, settings | {"AWS_ENDPOINT_URL": url}, ready


def start_peer():
    """moto's server."""
    process = subprocess.Popen(["moto_server", "-p", "0"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "Running on http://127.0.0.1:" in line:
            port = int(line.rsplit(":", 1)[1])
            break
    else:
        raise RuntimeError("moto's server did not start")
    settings = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE00000",
                "AWS_SECRET_ACCESS_KEY": "secret"}
    return process, settings


def client(settings, service):
    return boto3.session.Session().client(service, endpoint_url=settings["AWS_ENDPOINT_URL"], region_name=settings["AWS_REGION"],
                                          aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
                                          aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"])


def deploy(settings, model_data):
    sagemaker = client(settings, "sagemaker")
    sagemaker.create_model(ModelName="bench", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE, "ModelDataUrl": model_data})
    sagemaker.create_endpoint_config(EndpointConfigName="bench", ProductionVariants=[
        {"VariantName": "v", "ModelName": "bench", "InstanceType": "ml.m4.xlarge", "InitialInstanceCount": 1}])
    sagemaker.create_endpoint(EndpointName="bench", EndpointConfigName="bench")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="bench", WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})


def train(settings):
    """Four far clusters in four columns; the model's place."""
    s3, sagemaker = client(settings, "s3"), client(settings, "sagemaker")
    s3.create_bucket(Bucket="bench")
    rows = "".join(",".join(str(100 * (column == row % 4) + row % 7 / 7) for column in range(4)) + "\n" for row in range(400))
    s3.put_object(Bucket="bench", Key="train/rows", Body=rows.encode())
    sagemaker.create_training_job(
        TrainingJobName="bench", RoleArn=ROLE, AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        HyperParameters={"k": "4", "feature_dim": "4"}, OutputDataConfig={"S3OutputPath": "s3://bench/models"},
        InputDataConfig=[{"ChannelName": "train", "ContentType": "text/csv;label_size=0", "DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": "s3://bench/train/", "S3DataDistributionType": "FullyReplicated"}}}],
        ResourceConfig={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}, StoppingCondition={"MaxRuntimeInSeconds": 600})
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="bench", WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    return sagemaker.describe_training_job(TrainingJobName="bench")["ModelArtifacts"]["S3ModelArtifacts"]


def load(settings, seconds):
    port = settings["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]
    output = subprocess.run([PROGRAM, port, "bench", ROW, str(CONNECTIONS), str(seconds)], env=os.environ | settings, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    measured = json.loads(output)
    assert measured["failed"] == 0, measured
    return measured


def measure_peer(seconds):
    process, settings = start_peer()
    with ending(process):
        deploy(settings, "s3://bench/none")
        return load(settings, seconds)


def main():
    seconds = 2 if goals.arguments(__doc__).quick else 10
    with tempfile.TemporaryDirectory() as folder:
        process, settings, ready = start_ours(folder)
        with ending(process):
            idle = resident_mib(process.pid)
            deploy(settings, train(settings))
            ours = load(settings, seconds)
            after = resident_mib(process.pid)
    peer = measure_peer(min(seconds, 3)) if shutil.which("moto_server") else None
    print(f"memory after the load: {after:.0f} MiB; median {ours['p50']:.1f} ms")
    goals.check("invocations a second, 64 connections", ours["per_second"], ours=f"{ours['per_second']:,.0f}/s",
                peer=f"{peer['per_second']:,.0f}/s of moto's mock" if peer else "", at_least=5000)
    goals.check("invocations, 99th percentile", ours["p99"], ours=f"{ours['p99']:.1f} ms",
                peer=f"{peer['p99']:.1f} ms of moto's mock" if peer else "", at_most=50, unit=" ms")
    goals.check("memory of the idle server", idle, ours=f"{idle:.1f} MiB", at_most=60, unit=" MiB")
    goals.check("start to ready", ready, ours=f"{ready:.2f} s", at_most=1, unit=" s")
    return goals.exit_status()


sys.exit(main())
