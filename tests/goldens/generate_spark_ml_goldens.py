#!/usr/bin/env python3
"""Writes tests/goldens/spark_ml/*: pipelines that Apache Spark itself saved, and what it computed with them.

Run by hand, with `pip install pyspark==4.3.0 numpy` and a JDK 17: generate_spark_ml_goldens.py OUTPUT_FOLDER
With --read FOLDER it loads the native stage that sagespark saved there and prints it.
"""
import json
import pathlib
import shutil
import sys

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import PCA, PCAModel
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
# Sparse and dense vectors mixed, far from zero in one column.
ROWS = [Vectors.sparse(5, [(1, 1.0), (3, 7.0)]), Vectors.dense([2.0, 0.0, 3.0, 4.0, 5.0]),
        Vectors.dense([4.0, 0.0, 0.0, 6.0, 7.0]), Vectors.dense([1.0, -2.0, 8.5, 1000.0, 0.25]),
        Vectors.sparse(5, [(0, -3.0), (2, 2.5)])]
frame = spark.createDataFrame([(row,) for row in ROWS], ["features"]).coalesce(1)


def numbers(frame, column):
    return [row[column].toArray().tolist() for row in frame.collect()]


def generate(out):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pca = PCA(k=3, inputCol="features", outputCol="projected")
    default_column = PCA(k=2, inputCol="features")
    model = pca.fit(frame)
    pca.write().save(f"{out}/pca")
    default_column.write().save(f"{out}/pca_default_column")
    model.write().save(f"{out}/pca_model")
    Pipeline(stages=[pca]).write().save(f"{out}/pipeline")
    pipeline_model = Pipeline(stages=[pca]).fit(frame)
    pipeline_model.write().save(f"{out}/pipeline_model")
    facts = {"pc": model.pc.toArray().tolist(), "explained_variance": model.explainedVariance.toArray().tolist(),
             "projected": numbers(pipeline_model.transform(frame), "projected"), "model_uid": model.uid,
             "pipeline_model_uid": pipeline_model.uid}
    (out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
    for noise in [*out.rglob("*.crc")]:
        noise.unlink()


if sys.argv[1] == "--read":
    metadata = json.loads(next(pathlib.Path(sys.argv[2], "metadata").glob("part-*")).read_text())
    readers = {"PCA": PCA, "PCAModel": PCAModel, "Pipeline": Pipeline, "PipelineModel": PipelineModel}
    loaded = readers[metadata["class"].split(".")[-1]].load(sys.argv[2])
    print(loaded.uid, loaded.explainParams(), *getattr(loaded, "stages", []), sep="\n")
    if isinstance(loaded, PCAModel):
        print(loaded.pc, loaded.explainedVariance, sep="\n")
else:
    generate(pathlib.Path(sys.argv[1]))
