"""The original SageMaker Spark (JVM) on its own Spark: fit, transform and clean-up of every estimator. Prints one line of JSON an estimator.

Arguments: a file of Spark settings, as `sagespark env --spark` prints them, and a trust store with the local cloud's CA.
"""
import json
import sys

import numpy as np
import sagemaker_pyspark
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession
from sagemaker_pyspark import IAMRole, SageMakerResourceCleanup
from sagemaker_pyspark.algorithms import (
    FactorizationMachinesBinaryClassifier, FactorizationMachinesRegressor, KMeansSageMakerEstimator, LDASageMakerEstimator,
    LinearLearnerBinaryClassifier, LinearLearnerMultiClassClassifier, LinearLearnerRegressor, PCASageMakerEstimator,
    XGBoostSageMakerEstimator)

settings_file, trust_store = sys.argv[1:]
trust = f"-Djavax.net.ssl.trustStore={trust_store} -Djavax.net.ssl.trustStorePassword=changeit"
builder = (SparkSession.builder.master("local[2]").config("spark.driver.extraClassPath", ":".join(sagemaker_pyspark.classpath_jars()))
           .config("spark.driver.extraJavaOptions", trust).config("spark.ui.enabled", "false")
           .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1"))
for line in open(settings_file):
    builder = builder.config(*line.rstrip("\n").split(" ", 1))
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

rng = np.random.default_rng(5)
blobs = np.concatenate([rng.normal(center, 0.1, (60, 3)) for center in (0, 5, 10)])
which = np.repeat([0, 1, 2], 60)
plane = rng.normal(0, 1, (400, 3))
words = np.array([rng.multinomial(40, p) for p in ([0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]) for _ in range(100)])


def frame(rows, labels=None):
    labels = np.zeros(len(rows)) if labels is None else labels
    return spark.createDataFrame([(float(label), Vectors.dense(row.tolist())) for label, row in zip(labels, rows)],
                                 ["label", "features"]).repartition(2)


common = dict(sagemakerRole=IAMRole("arn:aws:iam::123456789012:role/MySageMakerRole"), trainingInstanceType="ml.m4.xlarge",
              trainingInstanceCount=1, endpointInstanceType="ml.m4.xlarge", endpointInitialInstanceCount=1)
FACTORS = {"FeatureDim": 3, "NumFactors": 2, "MiniBatchSize": 100, "Epochs": 100, "BiasLr": 0.1, "LinearLr": 0.1, "FactorsLr": 0.01}
half = (plane[:, 0] > 0).astype(float)
linear = 1 + 2 * plane[:, 0] - plane[:, 1]


def share(column):
    """The share of rows whose answer is their label."""
    return lambda rows: float(np.mean([row[column] == row["label"] for row in rows]))


def error(column):
    return lambda rows: float(np.sqrt(np.mean([(row[column] - row["label"]) ** 2 for row in rows])))


def pure(rows):
    """The share of rows in the cluster, or the topic, that most of their kind are in."""
    kinds = {}
    for row in rows:
        answer = row["closest_cluster"] if "closest_cluster" in row else int(np.argmax(row["topic_mixture"].toArray()))
        kinds.setdefault(row["label"], []).append(answer)
    return float(np.mean([answers.count(max(set(answers), key=answers.count)) / len(answers) for answers in kinds.values()]))


def lengths(rows):
    return sorted({len(row["projection"]) for row in rows})


CASES = [
    (KMeansSageMakerEstimator, {"K": 3, "FeatureDim": 3, "MiniBatchSize": 100}, frame(blobs, which), pure),
    (PCASageMakerEstimator, {"FeatureDim": 3, "NumComponents": 2, "MiniBatchSize": 100}, frame(plane), lengths),
    (LinearLearnerBinaryClassifier, {"FeatureDim": 3, "MiniBatchSize": 100}, frame(plane, half), share("predicted_label")),
    (LinearLearnerMultiClassClassifier, {"FeatureDim": 3, "NumClasses": 3, "MiniBatchSize": 60}, frame(blobs, which), share("predicted_label")),
    (LinearLearnerRegressor, {"FeatureDim": 3, "MiniBatchSize": 100}, frame(plane, linear), error("score")),
    (FactorizationMachinesBinaryClassifier, FACTORS, frame(plane, half),
     share("predicted_label")),
    (FactorizationMachinesRegressor, FACTORS, frame(plane, linear), error("score")),
    (LDASageMakerEstimator, {"FeatureDim": 4, "NumTopics": 2, "MiniBatchSize": 200}, frame(words, np.repeat([0, 1], 100)), pure),
    (XGBoostSageMakerEstimator, {"Objective": "multi:softmax", "NumRound": 10, "NumClasses": 3}, frame(blobs, which), share("prediction")),
]

for cls, hyperparameters, rows, measure in CASES:
    estimator = cls(**common)
    for name, value in hyperparameters.items():
        getattr(estimator, "set" + name)(value)
    model = estimator.fit(rows)
    try:
        answers = model.transform(rows).collect()
        print(json.dumps({"estimator": cls.__name__, "rows": len(answers), "measure": measure(answers)}), flush=True)
    finally:
        SageMakerResourceCleanup(model.sagemakerClient).deleteResources(model.getCreatedResources())
