"""A user's program on a Spark cluster of two executor processes, whose environment has nothing of AWS and no home.

Arguments: what to do, and as JSON {"conf": Spark's settings, "bucket": for the staged rows, "rows", "executorPath": PYTHONPATH of executors,
"keepsEnvironment": after all}.
Prints one line of JSON in the end.
"""
import json
import os
import signal
import sys
import time

action, given = sys.argv[1], json.loads(sys.argv[2])
aws = {} if given.get("keepsEnvironment") else {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("AWS_")}
os.environ["HOME"] = os.environ["HOME"] if given.get("keepsEnvironment") else ""
os.environ["PYTHONPATH"] = given.get("executorPath", os.environ.get("PYTHONPATH", ""))

from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as F  # noqa: E402

builder = SparkSession.builder.master(given.get("master", "local-cluster[2,1,1024]"))
for key, value in {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
                   "spark.ui.showConsoleProgress": "false", "spark.executor.memory": "512m", **given.get("conf", {})}.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()  # Starts the JVM, and so the executors, with the environment as it is now.
spark.sparkContext.setLogLevel("OFF")
os.environ.update(aws)

from pyspark.ml.functions import array_to_vector  # noqa: E402
from sagemaker_pyspark import EndpointCreationPolicy, IAMRole, S3DataPath  # noqa: E402
from sagemaker_pyspark.algorithms import KMeansSageMakerEstimator  # noqa: E402

rows, partitions = given.get("rows", 2000), given.get("partitions", 4)
data = spark.range(0, rows, 1, partitions).select(
    (F.col("id") % 3).cast("double").alias("label"),
    array_to_vector(F.transform(F.sequence(F.lit(1), F.lit(20)), lambda i: (F.col("id") % 3) * 10 + i / 10)).alias("features"))
estimator = KMeansSageMakerEstimator(
    sagemakerRole=IAMRole("arn:aws:iam::123456789012:role/MySageMakerRole"), trainingInstanceType="ml.m4.xlarge", trainingInstanceCount=1,
    endpointInstanceType="ml.t2.large", endpointInitialInstanceCount=1, trainingInputS3DataPath=S3DataPath(given["bucket"], "staged"),
    endpointCreationPolicy=EndpointCreationPolicy[given.get("endpoint", "DO_NOT_CREATE")], executorCredentials=given.get("credentials", "driver"),
    deleteStagingDataAfterTraining=given.get("delete", False), runId=given.get("run")).setK(3).setFeatureDim(20).setMiniBatchSize(500)


def fit():
    return estimator.fit(data)


def fit_and_die():
    """The driver is killed when all tasks are done and nothing is visible yet."""
    import sagemaker_pyspark._native as native

    native.complete_uploads = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    fit()


if action == "fit":
    started = time.monotonic()
    fit()
    print(json.dumps({"job": estimator.latestTrainingJob, "seconds": time.monotonic() - started}))
elif action == "fit-and-die":
    fit_and_die()
elif action == "interrupted":
    estimator.setEpochs(1_000_000)
    fit()
elif action == "transform":
    with fit() as model:
        predicted = model.transform(data)
        kinds = predicted.groupBy("label", "closest_cluster").count().collect()
        print(json.dumps({"kinds": sorted([row["label"], row["closest_cluster"], row["count"]] for row in kinds)}))
elif action == "error":
    try:
        fit()
    except Exception as error:
        print(json.dumps({"error": type(error).__name__, "message": str(error)}))
spark.stop()
