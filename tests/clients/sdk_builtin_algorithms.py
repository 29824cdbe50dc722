"""The SageMaker Python SDK's estimators of the built-in algorithms: record_set, fit, deploy, predict. Prints JSON."""
import json
import sys

import numpy as np
import sagemaker

session = sagemaker.Session()
common = dict(role=sagemaker.get_execution_role(session), instance_count=1, instance_type="ml.c4.xlarge", sagemaker_session=session)
rng = np.random.default_rng(7)


def answers(predictor, rows, label):
    try:
        return [list(record.label[label].float32_tensor.values) for record in predictor.predict(rows)]
    finally:
        predictor.delete_model()  # Which reads the endpoint's configuration.
        predictor.delete_endpoint(delete_endpoint_config=True)


def kmeans():
    rows = np.concatenate([rng.normal(center, 0.1, (100, 4)) for center in (0, 5, 10)]).astype("float32")
    estimator = sagemaker.KMeans(k=3, **common)
    # Shuffled: the first centers come from the first mini-batch.
    estimator.fit(estimator.record_set(rng.permutation(rows)), mini_batch_size=100)
    return answers(estimator.deploy(1, "ml.m4.xlarge"), rows[[0, 1, 150, 151, 250, 251]], "closest_cluster")


def pca():
    # All but a little of the variance lies along (1, 1, 0).
    along = rng.normal(0, 5, (300, 1)) * np.array([[1, 1, 0]]) / np.sqrt(2)
    rows = (along + rng.normal(0, 0.01, (300, 3))).astype("float32")
    estimator = sagemaker.PCA(num_components=1, **common)
    estimator.fit(estimator.record_set(rows), mini_batch_size=100)
    projections = np.array(answers(estimator.deploy(1, "ml.m4.xlarge"), rows[:20], "projection"))[:, 0]
    expected = (rows - rows.mean(axis=0))[:20] @ np.array([1, 1, 0]) / np.sqrt(2)
    return float(np.abs(np.abs(projections) - np.abs(expected)).max())


def linear_learner():
    rows = rng.normal(0, 1, (1000, 3)).astype("float32")
    labels = (rows @ np.array([2, -1, 0.5]) > 0).astype("float32")
    estimator = sagemaker.LinearLearner(predictor_type="binary_classifier", **common)
    estimator.fit(estimator.record_set(rows, labels=labels), mini_batch_size=100)
    predicted = np.array(answers(estimator.deploy(1, "ml.m4.xlarge"), rows[:200], "predicted_label"))[:, 0]
    return float((predicted == labels[:200]).mean())


def factorization_machines():
    rows = rng.integers(0, 2, (2000, 6)).astype("float32")
    labels = (1 + rows[:, 0] - 2 * rows[:, 1] + 3 * rows[:, 2] * rows[:, 3]).astype("float32")
    estimator = sagemaker.FactorizationMachines(num_factors=4, predictor_type="regressor", epochs=100, bias_lr=0.1, linear_lr=0.1,
                                                factors_lr=0.01, **common)
    estimator.fit(estimator.record_set(rows, labels=labels), mini_batch_size=100)
    predictor = estimator.deploy(1, "ml.m4.xlarge")
    predictor.serializer = sagemaker.serializers.JSONSerializer()
    predictor.deserializer = sagemaker.deserializers.JSONDeserializer()
    try:
        reply = predictor.predict({"instances": [{"features": row.tolist()} for row in rows[:100]]})
    finally:
        predictor.delete_model()  # Which reads the endpoint's configuration.
        predictor.delete_endpoint(delete_endpoint_config=True)
    scores = np.array([prediction["score"] for prediction in reply["predictions"]])
    return float(np.sqrt(np.mean((scores - labels[:100]) ** 2)))


def lda():
    # Two topics with words of their own.
    topics = np.array([[0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]])
    which = rng.integers(0, 2, 400)
    rows = np.array([rng.multinomial(50, topics[topic]) for topic in which]).astype("float32")
    estimator = sagemaker.LDA(num_topics=2, **common)
    estimator.fit(estimator.record_set(rows), mini_batch_size=400)
    mixtures = np.array(answers(estimator.deploy(1, "ml.m4.xlarge"), rows[:50], "topic_mixture"))
    same = (mixtures.argmax(axis=1) == which[:50]).mean()
    return float(max(same, 1 - same))


# The SDK's progress marks end without a newline.
print("\n" + json.dumps(globals()[sys.argv[1]]()))
