"""What bench/spark_package.py measures of one package: `ours` or `original`, in the package's own Python environment, as a user's program.

Arguments: which package, a LibSVM file of MNIST, a bucket, an endpoint of k-means, a file of Spark's settings, a trust store ("" for ours).
Prints a line of JSON for each thing measured: {"what", "kind", "seconds": of each warm run}.
"""
import json
import sys
import time

which, libsvm, bucket, endpoint, settings, trust_store, rounds = sys.argv[1:]

import sagemaker_pyspark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from sagemaker_pyspark import EndpointCreationPolicy, SageMakerModel  # noqa: E402
from sagemaker_pyspark.transformation.deserializers import KMeansProtobufResponseRowDeserializer  # noqa: E402
from sagemaker_pyspark.transformation.serializers import ProtobufRequestRowSerializer  # noqa: E402

builder = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1")
           .config("spark.driver.host", "127.0.0.1").config("spark.driver.memory", "3g").config("spark.ui.showConsoleProgress", "false"))
if which == "original":
    trust = f"-Djavax.net.ssl.trustStore={trust_store} -Djavax.net.ssl.trustStorePassword=changeit"
    builder = builder.config("spark.driver.extraClassPath", ":".join(sagemaker_pyspark.classpath_jars()))
    builder = builder.config("spark.driver.extraJavaOptions", trust)
    for line in open(settings):
        builder = builder.config(*line.rstrip("\n").split(" ", 1))
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")


def measure(what, kind, run):
    run()
    run()  # Warm: the JVM has compiled, connections are open.
    seconds = []
    for _ in range(int(rounds)):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"what": what, "kind": kind, "seconds": seconds}), flush=True)


def use_up(rows):
    rows.write.format("noop").mode("overwrite").save()


def count_rows(batches):
    import pyarrow as pa

    yield pa.record_batch([pa.array([sum(batch.num_rows for batch in batches)])], names=["rows"])


def count_cells(columns):
    import pyarrow as pa

    for column in columns:
        yield pa.array([0.0] * len(column))


model = SageMakerModel(
    existingEndpointName=endpoint, endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE, endpointInstanceType=None,
    endpointInitialInstanceCount=None, requestRowSerializer=ProtobufRequestRowSerializer(),
    responseRowDeserializer=KMeansProtobufResponseRowDeserializer())
for kind in ("sparse", "dense"):
    rows = spark.read.format("libsvm").option("numFeatures", "784").option("vectorType", kind).load(libsvm).repartition(2).cache()
    rows.count()
    if which == "ours":
        from sagemaker_pyspark.SageMakerClients import AwsClient
        from sagemaker_pyspark._staging import Staging
        from sagemaker_pyspark._vectors import travelling

        def stage():
            staging = Staging(f"s3://{bucket}/ours/", "sagemaker", {}, AwsClient("s3"), None)
            assert staging.write(rows) == 60000
            staging.delete()

        hand_over = rows.select(*travelling(rows, rows.columns, single_precision=True))
        measure("hand-over", kind, lambda: hand_over.mapInArrow(count_rows, "rows bigint").collect())
    else:
        def stage():
            rows.write.format("sagemaker").mode("overwrite").save(f"s3a://{bucket}/original/")
    measure("staging", kind, stage)
    measure("transform", kind, lambda: use_up(model.transform(rows)))
    if which == "ours":
        from pyspark.sql.functions import ArrowUDFType, arrow_udf

        udf = arrow_udf(count_cells, "double", ArrowUDFType.SCALAR_ITER)
        travels = travelling(rows, ["features"], single_precision=True)
        measure("hand-over and back", kind, lambda: use_up(rows.withColumn("p", udf(*travels))))
    rows.unpersist()
spark.stop()
