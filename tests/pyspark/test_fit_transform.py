"""Fits and transforms on Spark against the local cloud: classic and over Connect."""
import sys

import numpy as np
import pyspark.cloudpickle
import pytest
import workloads as w
from pyspark.ml import Pipeline, PipelineModel
from sagemaker_pyspark import (
    EndpointCreationPolicy, IAMRole, RequestOptions, S3DataPath, SageMakerEstimator, SageMakerModel, SageMakerResourceCleanup, algorithms, errors)
from sagemaker_pyspark.algorithms import KMeansSageMakerEstimator, PCASageMakerEstimator, XGBoostSageMakerEstimator
from sagemaker_pyspark.transformation.deserializers import KMeansProtobufResponseRowDeserializer, ResponseRowDeserializer
from sagemaker_pyspark.transformation.serializers import ProtobufRequestRowSerializer, RequestRowSerializer

FACTORS = {"FeatureDim": 3, "NumFactors": 2, "MiniBatchSize": 100, "Epochs": 100, "BiasLr": 0.1, "LinearLr": 0.1, "FactorsLr": 0.01}
ESTIMATORS = {
    "KMeansSageMakerEstimator": ({"K": 3, "FeatureDim": 3, "MiniBatchSize": 100}, (w.BLOBS, w.WHICH_BLOB),
                                 w.purity(lambda row: row["closest_cluster"])),
    "PCASageMakerEstimator": ({"FeatureDim": 3, "NumComponents": 1, "MiniBatchSize": 100}, (w.PLANE, None),
                              lambda rows: float(np.mean([len(row["projection"]) == 1 for row in rows]))),
    "LinearLearnerBinaryClassifier": ({"FeatureDim": 3, "MiniBatchSize": 100}, (w.PLANE, w.HALF), w.share("predicted_label")),
    "LinearLearnerMultiClassClassifier": ({"FeatureDim": 3, "NumClasses": 3, "MiniBatchSize": 60}, (w.BLOBS, w.WHICH_BLOB),
                                          w.share("predicted_label")),
    "LinearLearnerRegressor": ({"FeatureDim": 3, "MiniBatchSize": 100}, (w.PLANE, w.LINEAR), w.closeness("score")),
    "FactorizationMachinesBinaryClassifier": (FACTORS, (w.PLANE, w.HALF), w.share("predicted_label")),
    "FactorizationMachinesRegressor": (FACTORS, (w.PLANE, w.LINEAR), w.closeness("score")),
    "LDASageMakerEstimator": ({"FeatureDim": 4, "NumTopics": 2, "MiniBatchSize": 200}, (w.WORDS, np.repeat([0, 1], 100)),
                              w.purity(lambda row: int(np.argmax(row["topic_mixture"].toArray())))),
    "XGBoostSageMakerEstimator": ({"Objective": "multi:softmax", "NumRound": 10, "NumClasses": 3}, (w.BLOBS, w.WHICH_BLOB),
                                  w.share("prediction")),
}


def make(cls, common, parameters, **options):
    estimator = cls(**{"progress": None, **common, **options})
    for name, value in parameters.items():
        getattr(estimator, "set" + name)(value)
    return estimator


@pytest.fixture
def kmeans(common):
    return lambda **options: make(KMeansSageMakerEstimator, common, ESTIMATORS["KMeansSageMakerEstimator"][0], **options)


@pytest.fixture
def blobs(spark):
    rows = w.frame(spark, w.BLOBS, w.WHICH_BLOB).cache()  # The same order each time.
    yield rows
    rows.unpersist()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_fits_transforms_and_cleans_up(name, spark, cloud, common):
    parameters, (rows, labels), measure = ESTIMATORS[name]
    data = w.frame(spark, rows, labels)
    model = make(getattr(algorithms, name), common, parameters).fit(data)
    try:
        predicted = model.transform(data)
        assert predicted.schema == model.transformSchema(data.schema)
        answers = predicted.collect()
        assert len(answers) == len(rows) and measure(answers) > (0.6 if "Regressor" in name else 0.95)
    finally:
        SageMakerResourceCleanup(model.sagemakerClient).deleteResources(model.getCreatedResources())
    assert staged_keys(cloud) == []


def staged_keys(cloud):
    s3 = cloud.client("s3")
    keys, uploads = [], []
    for bucket in (found for found in s3.list_buckets()["Buckets"] if "-sagemaker-" in found["Name"]):
        keys += [item["Key"] for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []) if "sagespark-run-" in item["Key"]]
        uploads += s3.list_multipart_uploads(Bucket=bucket["Name"]).get("Uploads", [])
    assert uploads == []
    return keys


def all_rows_in(cloud, bucket, prefix):
    """The records of all objects below a prefix."""
    import pathlib
    import sys

    sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
    import record_proto

    s3 = cloud.client("s3")
    bodies = [s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
              for item in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
    return [record for body in bodies for record in record_proto.read(body)]


@pytest.mark.parametrize("kind", ["dense", "sparse", "mixed"])
def test_vectors_of_all_kinds_arrive_as_they_are(kind, spark, cloud, kmeans, bucket_name):
    rows = np.where(w.BLOBS < 5, 0, w.BLOBS)
    data = w.frame(spark, rows, w.WHICH_BLOB, kind=kind, partitions=3)
    estimator = kmeans(trainingInputS3DataPath=S3DataPath(bucket_name, "staged"), deleteStagingDataAfterTraining=False)
    with estimator.fit(data) as model:
        records = all_rows_in(cloud, bucket_name, "staged/")
        values = [record.features["values"].float32_tensor for record in records]
        arrived = np.array([dense_row(tensor, 3) for tensor in values])
        assert sorted(map(tuple, arrived)) == sorted(map(tuple, rows.astype("float32")))
        assert any(tensor.keys for tensor in values) == (kind != "dense") and any(not tensor.keys for tensor in values)
        answers = model.transform(data).collect()
        assert w.purity(lambda row: row["closest_cluster"])(answers) > 0.7
        assert sorted(tuple(row["features"].toArray()) for row in answers) == sorted(map(tuple, rows))


def dense_row(tensor, size):
    if not tensor.keys:
        return list(tensor.values) or [0.0] * size
    row = [0.0] * size
    for key, value in zip(tensor.keys, tensor.values):
        row[key] = value
    return row


@pytest.fixture
def bucket_name(cloud, request):
    import hashlib

    name = "test-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    cloud.client("s3").create_bucket(Bucket=name)
    return name


def test_predictions_alone_and_in_the_rows_order(spark, cloud, kmeans, blobs):
    with kmeans().fit(blobs) as model:
        attached = SageMakerModel.fromEndpoint(model.endpointName, ProtobufRequestRowSerializer(),
                                               KMeansProtobufResponseRowDeserializer("how_far", "which"), prependResultRows=False,
                                               requestOptions=RequestOptions(maxRowsPerRequest=7))
        alone = attached.transform(blobs)
        assert alone.columns == ["how_far", "which"] and alone.count() == len(w.BLOBS)
        kept = model.transform(blobs.withColumnRenamed("label", "a label`s name"))
        assert kept.columns == ["a label`s name", "features", "distance_to_cluster", "closest_cluster"]
        order = [(row["which"], row["how_far"]) for row in alone.collect()]
        assert order == [(row["closest_cluster"], row["distance_to_cluster"]) for row in kept.collect()]
        by_map = with_map_in_arrow(lambda: model.transform(blobs).collect())
        assert by_map == model.transform(blobs).collect()


def with_map_in_arrow(run):
    """As on a Spark without Arrow UDFs."""
    import sagemaker_pyspark._prediction as prediction

    before = prediction._has_arrow_udf
    prediction._has_arrow_udf = lambda: False
    try:
        return run()
    finally:
        prediction._has_arrow_udf = before


def test_a_row_is_asked_about_once_whatever_is_made_of_its_prediction(spark, cloud, kmeans, blobs):
    with kmeans().fit(blobs) as model:
        predicted = model.transform(blobs)
        chosen = predicted.where("closest_cluster = 1 and distance_to_cluster < 100").select("distance_to_cluster", "closest_cluster")
        assert chosen.count() == 60
        plan = explained(chosen)
        assert plan.count("ArrowEvalPython") + plan.count("MapInArrow") + plan.count("PythonMapInArrow") == 1, plan


def explained(rows):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        rows.explain()
    return out.getvalue()


def test_settings_and_keys_are_in_no_plan(spark, cloud, kmeans, blobs):
    with kmeans(executorCredentials="driver").fit(blobs) as model:
        predicted = model.transform(blobs)
        assert predicted.count() == len(w.BLOBS)
        assert cloud.settings["AWS_SECRET_ACCESS_KEY"] not in explained(predicted) and "secretAccessKey" not in explained(predicted)


def test_stages_are_saved_and_loaded_alone_and_in_pipelines(spark, cloud, common, kmeans, tmp_path):
    from pyspark.ml.feature import VectorAssembler

    estimator = kmeans(trainingTimeoutInSeconds=600, requestOptions={"maxRowsPerRequest": 50}, tags={"team": "digits"})
    estimator.write().overwrite().save(str(tmp_path / "estimator"))
    estimator.write().overwrite().save(str(tmp_path / "estimator"))
    loaded = KMeansSageMakerEstimator.load(str(tmp_path / "estimator"))
    assert (loaded.uid, loaded.getK(), loaded._options["requestOptions"], loaded._options["tags"]) == (
        estimator.uid, 3, RequestOptions(maxRowsPerRequest=50), {"team": "digits"})
    assert {name: value for name, value in loaded._options.items() if "Client" not in name and name != "progress"} == {
        name: value for name, value in estimator._options.items() if "Client" not in name and name != "progress"}
    with pytest.raises(errors.InvalidArgument, match="Saved stage is of another class"):
        PCASageMakerEstimator.load(str(tmp_path / "estimator"))

    columns = spark.createDataFrame([(int(which), *map(float, row)) for which, row in zip(w.WHICH_BLOB, w.BLOBS)], "label int, a double, b double, c double")
    pipeline = Pipeline(stages=[VectorAssembler(inputCols=["a", "b", "c"], outputCol="features"), loaded])
    pipeline.write().overwrite().save(str(tmp_path / "pipeline"))
    fitted = Pipeline.load(str(tmp_path / "pipeline")).fit(columns)
    try:
        fitted.write().overwrite().save(str(tmp_path / "fitted"))
        again = PipelineModel.load(str(tmp_path / "fitted"))
        assert again.stages[-1].getCreatedResources() == fitted.stages[-1].getCreatedResources()
        answers = again.transform(columns).collect()
        assert w.purity(lambda row: row["closest_cluster"])(answers) > 0.95
    finally:
        fitted.stages[-1].deleteResources()


def test_a_model_is_put_to_use_again_by_path_and_by_job(spark, cloud, kmeans, blobs):
    estimator = kmeans(endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE)
    trained = estimator.fit(blobs)
    assert trained.endpointName is None
    with pytest.raises(errors.InvalidArgument, match="Model has no endpoint to transform with"):
        trained.transform(blobs)
    common = dict(modelImage=trained.modelImage, modelExecutionRoleARN=w.ROLE, endpointInstanceType="ml.t2.medium", endpointInitialInstanceCount=1,
                  requestRowSerializer=ProtobufRequestRowSerializer(), responseRowDeserializer=KMeansProtobufResponseRowDeserializer(),
                  endpointCreationPolicy=EndpointCreationPolicy.CREATE_ON_TRANSFORM, progress=None)
    with SageMakerModel(modelPath=trained.modelPath, **common) as by_path, \
            SageMakerModel.fromTrainingJob(trainingJobName=estimator.latestTrainingJob, **common) as by_job:
        assert by_path.endpointName is None
        assert by_path.transform(blobs).collect() == by_job.transform(blobs).collect()
        assert by_path.endpointName and by_job.trainingMetrics == trained.trainingMetrics != {}


def test_params_of_one_fit_and_validation_rows(spark, cloud, kmeans, blobs):
    estimator = kmeans(endpointCreationPolicy=EndpointCreationPolicy.DO_NOT_CREATE)
    models = estimator.fit(blobs, [{estimator.k: 2}, {estimator.k: 3}])
    assert len(models) == 2
    job = cloud.client("sagemaker").describe_training_job(TrainingJobName=estimator.latestTrainingJob)
    assert job["HyperParameters"]["k"] in ("2", "3") and estimator.getK() == 3
    validated = estimator.fit(blobs, validation=blobs)
    assert "test:msd" in validated.trainingMetrics


@pytest.mark.parametrize("rows, error, message", [
    (lambda spark: spark.createDataFrame([(1.0, ["a"])], "label double, features array<string>"), errors.SchemaMismatch,
     'Channel "train": Features column is not a vector: "features" has type array<string>'),
    (lambda spark: spark.createDataFrame([(1.0, 2.0)], "label double, x double"), errors.SchemaMismatch, 'Channel "train": .*"?features"?'),
])
def test_columns_that_do_not_fit_are_named_before_anything_is_created(spark, cloud, kmeans, rows, error, message):
    jobs = len(cloud.client("sagemaker").list_training_jobs()["TrainingJobSummaries"])
    with pytest.raises(error, match=message):
        kmeans().fit(rows(spark))
    assert len(cloud.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]) == jobs and staged_keys(cloud) == []


def test_a_bad_row_is_named_with_its_partition(spark, cloud, kmeans):
    from pyspark.ml.linalg import Vectors

    rows = [(0.0, Vectors.dense([1.0, 2.0, 3.0])), (0.0, Vectors.dense([1.0, 2.0]))]
    data = spark.createDataFrame(rows, ["label", "features"]).coalesce(1)
    with pytest.raises(errors.CorruptData, match='[Pp]artition 0.*column "features", row 1 has length 2, not 3'):
        kmeans().fit(data)
    null = spark.createDataFrame([rows[0], (0.0, None)], data.schema).coalesce(1)
    with pytest.raises(errors.CorruptData, match='[Pp]artition 0.*Row is null: column "features", row 1'):
        kmeans().fit(null)
    assert staged_keys(cloud) == []


def test_a_failed_job_tells_its_reason_and_leaves_nothing_staged(spark, cloud, kmeans, blobs):
    with pytest.raises(errors.ModelError, match="Training job did not complete") as raised:
        kmeans().setFeatureDim(4).fit(blobs)
    assert "3 features, not 4" in str(raised.value) and staged_keys(cloud) == []


def test_users_own_codecs(spark, cloud, common, kmeans, blobs):
    with kmeans().fit(blobs) as model:
        own = SageMakerModel.fromEndpoint(model.endpointName, CsvOfVectors("features"), ClustersOfJson("cluster"))
        answers = own.transform(blobs).collect()
        expected = model.transform(blobs).collect()
        assert [row["cluster"] for row in answers] == [row["closest_cluster"] for row in expected]
        broken = SageMakerModel.fromEndpoint(model.endpointName, BrokenCsv("features"), ClustersOfJson("cluster"))
        with pytest.raises(Exception, match="no such thing"):
            broken.transform(blobs).collect()


# Executors do not have this module; what a user defines in a notebook travels in the same way.
pyspark.cloudpickle.register_pickle_by_value(sys.modules[__name__])


class CsvOfVectors(RequestRowSerializer):
    contentType = "text/csv"

    def __init__(self, column):
        self.column = column

    def columns(self):
        return [self.column]

    def serialize(self, rows):
        return [",".join(map(str, vector["values"])).encode() + b"\n" for vector in rows.column(self.column).to_pylist()]


class BrokenCsv(CsvOfVectors):
    def serialize(self, rows):
        raise KeyError("no such thing")


class ClustersOfJson(ResponseRowDeserializer):
    accept = "application/json"

    def __init__(self, column):
        self.column = column

    @property
    def schema(self):
        from pyspark.sql.types import DoubleType, StructField, StructType

        return StructType([StructField(self.column, DoubleType())])

    def deserialize(self, body, rows):
        import json

        import pyarrow as pa

        clusters = [prediction["closest_cluster"] for prediction in json.loads(body)["predictions"]]
        return pa.RecordBatch.from_arrays([pa.array(clusters, pa.float64())], [self.column])
