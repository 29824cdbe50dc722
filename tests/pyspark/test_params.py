"""Hyperparameters: ranges, texts, copies."""
import pytest
from sagemaker_pyspark import SageMakerEstimator
from sagemaker_pyspark._params import java_text
from sagemaker_pyspark.algorithms import (
    FactorizationMachinesRegressor, KMeansSageMakerEstimator, LDASageMakerEstimator, LinearLearnerBinaryClassifier,
    LinearLearnerMultiClassClassifier, PCASageMakerEstimator, XGBoostSageMakerEstimator)
from sagemaker_pyspark.errors import InvalidArgument


@pytest.mark.parametrize("cls, setter, value, message", [
    (KMeansSageMakerEstimator, "setK", 1, "Parameter is out of range: k = 1; valid: >= 2"),
    (KMeansSageMakerEstimator, "setTol", 1.5, "Parameter is out of range: local_lloyd_tol = 1.5; valid: in [0, 1]"),
    (KMeansSageMakerEstimator, "setInitMethod", "best", 'Parameter is out of range: init_method = best; valid: one of "random", "kmeans++"'),
    (KMeansSageMakerEstimator, "setTrialNum", 0, 'Parameter is out of range: local_lloyd_num_trials = 0; valid: "auto" or > 0'),
    (KMeansSageMakerEstimator, "setEvalMetrics", "msd,mse",
     'Parameter is out of range: eval_metrics = [msd,mse]; valid: a comma-separated list of "msd", "ssd"'),
    (LinearLearnerBinaryClassifier, "setTargetRecall", 1, "Parameter is out of range: target_recall = 1.0; valid: in (0, 1)"),
    (LinearLearnerBinaryClassifier, "setMomentum", 1, "Parameter is out of range: momentum = 1.0; valid: in [0, 1)"),
    (LinearLearnerMultiClassClassifier, "setNumClasses", 2, "Parameter is out of range: num_classes = 2; valid: in [3, 1000000]"),
    (PCASageMakerEstimator, "setSubtractMean", "yes", 'Parameter is out of range: subtract_mean = yes; valid: one of "True", "False"'),
    (FactorizationMachinesRegressor, "setBiasLr", -0.5, "Parameter is out of range: bias_lr = -0.5; valid: >= 0"),
    (XGBoostSageMakerEstimator, "setSilent", 2, 'Parameter is out of range: silent = 2; valid: one of "0", "1"'),
    (XGBoostSageMakerEstimator, "setSubsample", 0, "Parameter is out of range: subsample = 0.0; valid: in (0, 1]"),
])
def test_a_value_outside_its_range_is_refused_with_the_cores_words(cls, setter, value, message, native, common):
    with pytest.raises(InvalidArgument) as raised:
        getattr(cls(**common), setter)(value)
    assert str(raised.value) == message


def test_a_value_of_another_type_is_refused(native, common):
    for setter, value in (("setK", "ten"), ("setK", 2.5), ("setK", True), ("setTol", "small"), ("setInitMethod", 1)):
        with pytest.raises(TypeError, match="Invalid param value given for param"):
            getattr(KMeansSageMakerEstimator(**common), setter)(value)


def test_numbers_and_flags_are_taken_as_users_have_them(native, common):
    import numpy as np

    kmeans = KMeansSageMakerEstimator(**common).setK(np.int64(10)).setTrialNum(3).setCenterFactor("auto").setEvalMetrics("msd,ssd")
    assert (kmeans.getK(), type(kmeans.getK()), kmeans.getTrialNum(), kmeans.getEvalMetrics()) == (10, int, "3", "msd,ssd")
    assert kmeans.makeHyperParameters() == {"k": "10", "local_lloyd_num_trials": "3", "extra_center_factor": "auto",
                                            "eval_metrics": "[msd,ssd]", "mini_batch_size": "5000"}
    linear = LinearLearnerBinaryClassifier(**common).setUseBias(True).setNormalizeData("False").setLearningRate(0.001).setNumModels(2)
    assert linear.getUseBias() is True and linear.getNormalizeData() is False
    sent = linear.makeHyperParameters()
    assert sent == {"predictor_type": "binary_classifier", "mini_batch_size": "1000", "use_bias": "True", "normalize_data": "False",
                    "learning_rate": "0.001", "num_models": "2"}
    boosted = XGBoostSageMakerEstimator(**common).setLambda(2).setEta(0.2).setGamma(4).setEvalMetric("error@0.7,map@3-")
    assert boosted.makeHyperParameters() == {"lambda": "2.0", "eta": "0.2", "gamma": "4.0", "eval_metric": "error@0.7,map@3-"}


@pytest.mark.parametrize("value, text", [
    (True, "true"), (10, "10"), (0.5, "0.5"), (1.0, "1.0"), (1e-4, "1.0E-4"), (1.5e-5, "1.5E-5"), (1e7, "1.0E7"), (9999999.0, "9999999.0"),
    (0.001, "0.001"), (-2.5e10, "-2.5E10"), (123456789.123, "1.23456789123E8"), (0.0, "0.0"), (float("inf"), "Infinity"), ("auto", "auto")])
def test_texts_are_javas(value, text):
    assert java_text(value) == text


def test_missing_ones_are_named_at_fit_before_anything_happens(native, common):
    for estimator, missing in (
            (KMeansSageMakerEstimator(**common), "k, feature_dim"), (KMeansSageMakerEstimator(**common).setK(2), "feature_dim"),
            (LDASageMakerEstimator(**common), "num_topics, feature_dim, mini_batch_size"), (XGBoostSageMakerEstimator(**common), "num_round"),
            (XGBoostSageMakerEstimator(**common).setObjective("multi:softmax").setNumRound(1), "num_class")):
        with pytest.raises(InvalidArgument, match=f"^Required hyperparameters are not set: {missing}$"):
            estimator.fit(object())
    assert native.calls == []


def test_copies_share_options_and_have_parameters_of_their_own(native, common):
    kmeans = KMeansSageMakerEstimator(**common, uid="mine").setK(10)
    copy = kmeans.copy({kmeans.k: 5})
    assert (copy.uid, copy.getK(), kmeans.getK(), copy.getMiniBatchSize()) == ("mine", 5, 10, 5000)
    assert copy.sagemakerRole == kmeans.sagemakerRole
    with pytest.raises(InvalidArgument):
        kmeans.copy({kmeans.k: 1})


def test_parameters_are_explained_with_their_ranges(native, common):
    text = KMeansSageMakerEstimator(**common).setK(10).explainParams()
    assert "k: The number of clusters. Valid: >= 2. (current: 10)" in text
    assert "mini_batch_size: The number of rows in a mini-batch. Valid: > 0. (default: 5000)" in text


def test_options_are_checked_where_they_are_given(native, common):
    with pytest.raises(InvalidArgument, match="LDA trains on one instance: trainingInstanceCount = 2"):
        LDASageMakerEstimator(**{**common, "trainingInstanceCount": 2})
    with pytest.raises(InvalidArgument, match='Region has no image of the algorithm: lda in "eu-north-1"'):
        LDASageMakerEstimator(**common, region="eu-north-1")
    with pytest.raises(InvalidArgument, match="Option is out of range: requestsInFlight = 0; valid: >= 1"):
        KMeansSageMakerEstimator(**common, requestOptions={"requestsInFlight": 0})
    with pytest.raises(InvalidArgument, match="RequestOptions has no option of that name: inFlight"):
        KMeansSageMakerEstimator(**common, requestOptions={"inFlight": 1})


def test_images_are_the_regions(native, common):
    assert KMeansSageMakerEstimator(**common).trainingImage == "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
    chinese = XGBoostSageMakerEstimator(**common, region="cn-north-1")
    assert chinese.modelImage == "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/xgboost:1"


def test_xgboost_asks_as_it_trains(native, common):
    from sagemaker_pyspark.transformation.serializers import LibSVMRequestRowSerializer, UnlabeledCSVRequestRowSerializer

    csv = XGBoostSageMakerEstimator(**common, trainingSparkDataFormat="csv", trainingSparkDataFormatOptions={"featuresColumnName": "f"})
    assert csv.requestRowSerializer == UnlabeledCSVRequestRowSerializer(featuresColumnName="f") and csv.trainingContentType == "text/csv"
    given = XGBoostSageMakerEstimator(**common, trainingSparkDataFormat="csv", requestRowSerializer=LibSVMRequestRowSerializer())
    assert given.requestRowSerializer == LibSVMRequestRowSerializer()


def test_hyperparameters_of_other_images_travel_as_texts(native, common):
    from sagemaker_pyspark.transformation import deserializers, serializers

    estimator = SageMakerEstimator("image", "image", **common, requestRowSerializer=serializers.ProtobufRequestRowSerializer(),
                                   responseRowDeserializer=deserializers.PCAProtobufResponseRowDeserializer(),
                                   hyperParameters={"depth": 3, "rate": 0.5, "mode": "fast"})
    assert estimator.makeHyperParameters() == {"depth": "3", "rate": "0.5", "mode": "fast"}
