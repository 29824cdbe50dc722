"""Clusters handwritten digits by Amazon SageMaker's k-means from a Spark program, and puts the trained model to use in four ways.

    eval "$(sagespark env)"      # the settings of a running local cloud; AWS's without it
    sagespark data mnist         # the sample data, in the local cloud's S3
    python examples/kmeans_mnist.py --role arn:aws:iam::123456789012:role/MySageMakerRole

Reads LibSVM files by s3a://, for which `python -m sagemaker_pyspark fetch-s3a` fetches the jars; --data names other places.
"""
import argparse
import os

import sagemaker_pyspark
from pyspark.sql import SparkSession
from sagemaker_pyspark import (
    EndpointCreationPolicy, IAMRole, RandomNamePolicy, RandomNamePolicyFactory, S3DataPath, SageMakerModel, SageMakerResourceCleanup)
from sagemaker_pyspark.algorithms import KMeansSageMakerEstimator
from sagemaker_pyspark.transformation.deserializers import KMeansProtobufResponseRowDeserializer
from sagemaker_pyspark.transformation.serializers import ProtobufRequestRowSerializer


def read_digits(spark, folder):
    return spark.read.format("libsvm").option("numFeatures", "784").load(folder)


def print_clusters(predicted):
    """Which digits are in each cluster."""
    predicted.groupBy("closest_cluster").pivot("label").count().orderBy("closest_cluster").na.fill(0).show()


def main():
    region = os.environ.get("AWS_REGION", "us-east-1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--role", required=True, help="the role that SageMaker takes on")
    parser.add_argument("--data", default=f"s3a://sagemaker-sample-data-{region}/spark/mnist", help="the folder of train/ and test/")
    arguments = parser.parse_args()

    spark = (SparkSession.builder.master("local[*]")
             .config("spark.driver.extraClassPath", ":".join(sagemaker_pyspark.classpath_jars())).getOrCreate())
    training_data = read_digits(spark, f"{arguments.data}/train/")
    test_data = read_digits(spark, f"{arguments.data}/test/")

    estimator = KMeansSageMakerEstimator(
        sagemakerRole=IAMRole(arguments.role), trainingInstanceType="ml.m4.xlarge", trainingInstanceCount=1,
        endpointInstanceType="ml.t2.large", endpointInitialInstanceCount=1, namePolicyFactory=RandomNamePolicyFactory("digits-"))
    model = estimator.setK(10).setFeatureDim(784).fit(training_data)
    print_clusters(model.transform(test_data))

    attached = SageMakerModel(
        existingEndpointName=model.endpointName, endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE, endpointInstanceType=None,
        endpointInitialInstanceCount=None, requestRowSerializer=ProtobufRequestRowSerializer(),
        responseRowDeserializer=KMeansProtobufResponseRowDeserializer())
    attached.transform(test_data).show(5)

    hosting = dict(
        modelImage=model.modelImage, modelExecutionRoleARN=model.modelExecutionRoleARN, endpointInstanceType="ml.t2.medium",
        endpointInitialInstanceCount=1, requestRowSerializer=ProtobufRequestRowSerializer(),
        responseRowDeserializer=KMeansProtobufResponseRowDeserializer(), endpointCreationPolicy=EndpointCreationPolicy.CREATE_ON_TRANSFORM)
    of_path = SageMakerModel(modelPath=S3DataPath(model.modelPath.bucket, model.modelPath.objectPath), namePolicy=RandomNamePolicy("path-"),
                             **hosting)
    of_job = SageMakerModel.fromTrainingJob(trainingJobName=estimator.latestTrainingJob, namePolicy=RandomNamePolicy("job-"), **hosting)
    try:
        for again in (of_path, of_job):
            again.transform(test_data).show(5)
    finally:
        for created in (model, of_path, of_job):
            SageMakerResourceCleanup(created.sagemakerClient).deleteResources(created.getCreatedResources())
    spark.stop()


if __name__ == "__main__":
    main()
