"""Small rows whose right answers are known, and how right answers are measured."""
import numpy as np

ROLE = "arn:aws:iam::123456789012:role/MySageMakerRole"

_rng = np.random.default_rng(5)
BLOBS = np.concatenate([_rng.normal(center, 0.1, (60, 3)) for center in (0, 5, 10)])
WHICH_BLOB = np.repeat([0, 1, 2], 60)
PLANE = _rng.normal(0, 1, (400, 3))
WORDS = np.array([_rng.multinomial(40, p) for p in ([0.5, 0.5, 0, 0], [0, 0, 0.5, 0.5]) for _ in range(100)])
HALF = (PLANE[:, 0] > 0).astype(float)
LINEAR = 1 + 2 * PLANE[:, 0] - PLANE[:, 1]


def vector(kind, row):
    """A vector "dense" or "sparse"; "mixed" ones are the one or the other, as their numbers have it."""
    from pyspark.ml.linalg import Vectors

    if kind == "mixed":
        kind = "sparse" if int(abs(row[0]) * 1e6) % 2 else "dense"
    if kind == "dense":
        return Vectors.dense([float(value) for value in row])
    return Vectors.sparse(len(row), [(position, float(value)) for position, value in enumerate(row) if value != 0])


def frame(spark, rows, labels=None, kind="dense", partitions=2):
    labels = np.zeros(len(rows)) if labels is None else labels
    pairs = [(float(label), vector(kind, row)) for label, row in zip(labels, rows)]
    return spark.createDataFrame(pairs, ["label", "features"]).repartition(partitions)


def share(column):
    """The share of rows whose answer is their label."""
    return lambda rows: float(np.mean([row[column] == row["label"] for row in rows]))


def closeness(column):
    """1 less the root of the mean squared error."""
    return lambda rows: 1 - float(np.sqrt(np.mean([(row[column] - row["label"]) ** 2 for row in rows])))


def purity(answer):
    """The share of rows in the cluster, or the topic, that most of their kind are in."""

    def measure(rows):
        kinds = {}
        for row in rows:
            kinds.setdefault(row["label"], []).append(answer(row))
        return float(np.mean([answers.count(max(set(answers), key=answers.count)) / len(answers) for answers in kinds.values()]))

    return measure
