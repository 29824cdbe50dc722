#!/usr/bin/env python3
"""The Python package on Spark 4.3 beside the original SageMaker Spark (JVM, Spark 3.4), on the same rows, S3 and endpoint, in one run:
MNIST 60,000 x 784, cached in local[2], medians of warm runs.

Staging goes to the local cloud's S3, transforms to a k-means endpoint of it; "hand-over" is what Spark takes to give the rows to a Python
worker in the same form, with nothing done to them. Needs `tools/bootstrap --clients` and `--spark`.
"""
import importlib.util
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import goals
import mnist

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPS = pathlib.Path(os.environ.get("SAGESPARK_DEPS_DIR", ROOT / "build/deps"))
PYTHONS = {"ours": DEPS / "spark/4.3/bin/python", "original": DEPS / "clients/jvm/bin/python"}
ROLE = "arn:aws:iam::123456789012:role/MySageMakerRole"
ROWS = 60000
STAGING_LIMIT = 1.8      # Times the original's rate.
HAND_OVER_LIMIT = 1.6    # Times the bare hand-over's time, of staging.
TRANSFORM_LIMITS = {"sparse": 1.3, "dense": 1.0}  # Times the original's rate.
SHARE_LIMIT = 0.75       # Of the bare hand-over's rate, of a dense transform.


def cloud_class():
    """The tests' fixture of a running local cloud."""
    spec = importlib.util.spec_from_file_location("tests_conftest", ROOT / "tests" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Cloud


def write_libsvm(path):
    digits, labels = mnist.rows("train"), np.fromfile(mnist.DATA / "train-labels-idx1-ubyte", dtype=np.uint8, offset=8)
    with open(path, "w") as out:
        for label, row in zip(labels, digits):
            out.write(f"{int(label)} " + " ".join(f"{at + 1}:{int(row[at])}" for at in np.flatnonzero(row)) + "\n")


def make_endpoint(cloud):
    """An endpoint of k-means with ten centers, which answers at once."""
    sys.path.append(str(ROOT / "tests" / "e2e"))
    import record_proto

    s3, sagemaker = cloud.client("s3"), cloud.client("sagemaker")
    s3.create_bucket(Bucket="bench")
    rows = mnist.rows("train")[:5000]
    s3.put_object(Bucket="bench", Key="train/part-0", Body=record_proto.write([record_proto.dense(row) for row in rows]))
    image = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
    sagemaker.create_training_job(
        TrainingJobName="bench", RoleArn=ROLE, AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"},
        HyperParameters={"k": "10", "feature_dim": "784", "mini_batch_size": "5000"},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bench/train/"}}}],
        OutputDataConfig={"S3OutputPath": "s3://bench/out"}, StoppingCondition={"MaxRuntimeInSeconds": 600},
        ResourceConfig={"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1})
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="bench", WaiterConfig={"Delay": 1})
    model = sagemaker.describe_training_job(TrainingJobName="bench")["ModelArtifacts"]["S3ModelArtifacts"]
    sagemaker.create_model(ModelName="bench", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": image, "ModelDataUrl": model})
    variant = {"VariantName": "AllRequests", "ModelName": "bench", "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}
    sagemaker.create_endpoint_config(EndpointConfigName="bench", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="bench", EndpointConfigName="bench")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="bench", WaiterConfig={"Delay": 1})


def run_client(which, cloud, folder, libsvm, rounds):
    """{(what, kind): median seconds}."""
    settings, trust = folder / "spark.conf", folder / "trust.p12"
    settings.write_text(cloud.env("--spark", "--bucket", "bench"))
    if not trust.exists():
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "sagespark", "-file", cloud.data_dir / "ca.pem", "-keystore", trust,
                        "-storetype", "PKCS12", "-storepass", "changeit"], check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name.upper() != "NO_PROXY"}
    if which == "ours":
        kept |= {"PYTHONPATH": str(ROOT / "python"), "PYSPARK_PYTHON": str(PYTHONS[which])}
    flag = "" if which == "ours" else "--notebook"  # The original makes AWS's host names in code.
    command = f'eval "$({cloud.binary} env {flag} --data-dir "$0")"; exec "$@"'
    run = subprocess.run(["bash", "-c", command, cloud.data_dir, PYTHONS[which], ROOT / "bench/spark_package_client.py", which, libsvm, "bench",
                          "bench", settings, trust, str(rounds)],
                         env=kept | {"SPARK_LOCAL_IP": "127.0.0.1"}, cwd=folder, capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stdout + run.stderr[-4000:])
    lines = map(json.loads, run.stdout.splitlines())
    return {(line["what"], line["kind"]): statistics.median(line["seconds"]) for line in lines}


def rate(seconds):
    return f"{ROWS / seconds:,.0f} rows/s"


def main():
    quick = goals.arguments(__doc__).quick
    missing = [str(python) for python in PYTHONS.values() if not python.exists()]
    if missing:
        raise SystemExit(f"not there: {', '.join(missing)}; run tools/bootstrap --clients and --spark")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        libsvm = folder / "mnist.libsvm"
        write_libsvm(libsvm)
        cloud = cloud_class()(folder / "cloud")
        try:
            make_endpoint(cloud)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            original = run_client("original", cloud, folder, libsvm, 2 if quick else 5)
            ours = run_client("ours", cloud, folder, libsvm, 2 if quick else 5)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        finally:
            cloud.stop()
    print(f"(both programs together used {after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.0f} s of processors)")
    for kind in ("sparse", "dense"):
        staging, bare = ours["staging", kind], ours["hand-over", kind]
        goals.check(f"staging from Spark, {kind}", original["staging", kind] / staging, ours=rate(staging),
                    peer=rate(original["staging", kind]), at_least=STAGING_LIMIT)
        goals.check(f"staging from Spark, {kind}, to the bare hand-over", staging / bare, ours=f"{staging:.2f} s", peer=f"{bare:.2f} s",
                    at_most=HAND_OVER_LIMIT)
        transform = ours["transform", kind]
        goals.check(f"transform on Spark, {kind}", original["transform", kind] / transform, ours=rate(transform),
                    peer=rate(original["transform", kind]), at_least=TRANSFORM_LIMITS[kind])
    bare = ours["hand-over and back", "dense"]
    goals.check("transform on Spark, dense, to the bare hand-over's rate", bare / ours["transform", "dense"],
                ours=rate(ours["transform", "dense"]), peer=rate(bare), at_least=SHARE_LIMIT)
    return goals.exit_status()


if __name__ == "__main__":
    sys.exit(main())
