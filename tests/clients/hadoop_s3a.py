"""Hadoop's S3A file system and Spark on it: writes, commits, reads, renames, lists, deletes. Prints a line of JSON for each part.

Arguments: a file of Spark settings, as `sagespark env --spark` prints them, and the bucket.
"""
import hashlib
import json
import random
import sys

import sagemaker_pyspark  # For its jars: hadoop-aws and the AWS SDK.
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

settings_file, bucket = sys.argv[1:]
LARGE = 26 << 20
builder = (SparkSession.builder.master("local[2]").config("spark.driver.extraClassPath", ":".join(sagemaker_pyspark.classpath_jars()))
           .config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
           .config("spark.hadoop.fs.s3a.multipart.size", "5M").config("spark.hadoop.fs.s3a.multipart.threshold", "5M")
           .config("spark.hadoop.fs.s3a.paging.maximum", "3"))  # Lists in many pages.
for line in open(settings_file):
    builder = builder.config(*line.rstrip("\n").split(" ", 1))
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
jvm = spark._jvm
hadoop = spark._jsc.hadoopConfiguration()


def path(name):
    return jvm.org.apache.hadoop.fs.Path(f"s3a://{bucket}/{name}")


files = path("").getFileSystem(hadoop)


def write(name, data, overwrite=True):
    out = files.create(path(name), overwrite)
    for begin in range(0, len(data), 1 << 20):
        out.write(bytearray(data[begin:begin + (1 << 20)]))
    out.close()


def read(name):
    stream = files.open(path(name))
    data = jvm.org.apache.commons.io.IOUtils.toByteArray(stream)
    stream.close()
    return bytes(data)


def tree(name):
    found, entries = [], files.listFiles(path(name), True)
    while entries.hasNext():
        found.append(entries.next().getPath().toString().split(f"{bucket}/{name}/", 1)[1])
    return sorted(found)


def refusal(call):
    try:
        call()
    except Py4JJavaError as error:
        return error.java_exception.getClass().getSimpleName()
    return "none"


def tell(part, **results):
    print(json.dumps({"part": part} | results), flush=True)


def ranges():
    data = random.Random(1).randbytes(300_000)
    write("ranges/file", data)
    stream = files.open(path("ranges/file"))
    pieces = []
    for begin, size in ((299_990, 10), (5, 7), (150_000, 1000), (0, 1)):
        buffer = jvm.org.apache.commons.io.IOUtils.toByteArray
        stream.seek(begin)
        bounded = jvm.org.apache.commons.io.input.BoundedInputStream(stream, size)
        pieces.append(bytes(buffer(bounded)) == data[begin:begin + size])
    stream.close()
    tell("ranges", right=pieces, length=files.getFileStatus(path("ranges/file")).getLen(), missing=refusal(lambda: files.open(path("none"))))


def large():
    data = random.Random(2).randbytes(LARGE)
    write("large/file", data)
    stream = files.open(path("large/file"))
    digest = jvm.org.apache.commons.codec.digest.DigestUtils.md5Hex(stream)
    stream.close()
    copied = files.rename(path("large/file"), path("large/renamed"))  # A copy in parts.
    stream = files.open(path("large/renamed"))
    again = jvm.org.apache.commons.codec.digest.DigestUtils.md5Hex(stream)
    stream.close()
    tell("large", right=digest == again == hashlib.md5(data).hexdigest(), renamed=copied, names=tree("large"))


def folders():
    names = sorted(f"{folder}/{number}" for folder in ("a", "b/c d", "b/ä+%") for number in range(5))
    for name in names:
        write(f"folders/{name}", name.encode())
    files.mkdirs(path("folders/empty"))
    renamed = files.rename(path("folders"), path("moved"))
    after = tree("moved")
    listed = sorted(status.getPath().getName() for status in files.listStatus(path("moved")))
    matched = sorted(status.getPath().getName() for status in files.globStatus(path("moved/b/*/[0-2]")))
    whole = all(read(f"moved/{name}") == name.encode() for name in names)
    refused = refusal(lambda: write("moved/a/0", b"x", overwrite=False))
    into_a_file = refusal(lambda: files.mkdirs(path("moved/a/0/x")))
    deleted = files.delete(path("moved"), True)
    tell("folders", renamed=renamed, same=after == names, gone=not files.exists(path("folders")), listed=listed, matched=matched, whole=whole,
         refused=refused, into_a_file=into_a_file, deleted=deleted, left=files.exists(path("moved")))


def tables():
    rows = spark.range(1000).selectExpr("id", "id % 3 AS kind", "cast(id AS string) AS text")
    target = f"s3a://{bucket}/tables/rows"
    rows.write.partitionBy("kind").parquet(target)
    rows.where("id < 10").write.mode("append").partitionBy("kind").parquet(target)
    appended = spark.read.parquet(target)
    counts = {str(row["kind"]): row["count"] for row in appended.groupBy("kind").count().collect()}
    total = appended.where("kind = 1").agg({"id": "sum"}).collect()[0][0]
    rows.where("id < 7").write.mode("overwrite").parquet(target)
    tell("tables", counts=counts, total=total, overwritten=spark.read.parquet(target).count(), temporary=[name for name in tree("tables") if "_temporary" in name])


def committers():
    for name in ("magic", "directory"):
        conf = {"fs.s3a.committer.name": name, "fs.s3a.committer.magic.enabled": "true", "fs.s3a.committer.staging.tmp.path": f"file:/tmp/{bucket}-staging",
                "mapreduce.outputcommitter.factory.scheme.s3a": "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory"}
        lines = spark.sparkContext.parallelize([(None, f"line {number}") for number in range(100)], 3)
        lines.saveAsNewAPIHadoopFile(f"s3a://{bucket}/committed/{name}", "org.apache.hadoop.mapreduce.lib.output.TextOutputFormat",
                                     keyClass="org.apache.hadoop.io.NullWritable", valueClass="org.apache.hadoop.io.Text", conf=conf)
        success = json.loads(read(f"committed/{name}/_SUCCESS"))
        tell("committers", committer=success["committer"], files=len(success["filenames"]), names=tree(f"committed/{name}"),
             lines=sorted(spark.sparkContext.textFile(f"s3a://{bucket}/committed/{name}/part-*").collect()) == sorted(f"line {number}" for number in range(100)))


for part in (ranges, large, folders, tables, committers):
    part()
