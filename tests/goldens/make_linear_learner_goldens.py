"""Writes linear_learner.txt: data, optima and scores from numpy, SciPy and scikit-learn, for src/sagespark/algo/linear_learner.

Run: python tests/goldens/make_linear_learner_goldens.py > tests/goldens/linear_learner.txt
Each entry is a line `name rows cols` and a line of values. An entry `optimum_LOSS` is the smallest value of the objective of
docs/formats/linear-learner.md with wd = 1e-3 and all else as by default, of features and numeric labels scaled by their means
and standard deviations. Kinks are smoothed less and less, and the last point's own objective is what is written.
"""
import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import f1_score, fbeta_score, precision_score, recall_score, roc_auc_score

ROWS, COLS, CLASSES, WD = 400, 6, 4, 1e-3
random = np.random.RandomState(7)


def emit(name, values):
    values = np.atleast_2d(np.asarray(values, dtype=np.float64))
    print(name, *values.shape)
    print(*(repr(float(v)) for v in values.ravel()))


def positive_part(t, mu):
    return np.maximum(t, 0) if mu == 0 else mu * np.logaddexp(0, t / mu)


def slope(t, mu):
    return 1 / (1 + np.exp(-np.clip(t / mu, -500, 500)))


def single(loss):
    """Value and slope of a loss of one output, given z, y and the smoothing."""
    def logistic(z, y, mu):
        s = 2 * y - 1
        return np.logaddexp(0, -s * z), -s / (1 + np.exp(s * z))

    def hinge(z, y, mu):
        s = 2 * y - 1
        return positive_part(1 - s * z, mu), -s * slope(1 - s * z, mu) if mu else None

    def squared(z, y, mu):
        return (z - y) ** 2, 2 * (z - y)

    def quantile(q):
        def value(z, y, mu):
            r = z - y
            return (q * positive_part(-r, mu) + (1 - q) * positive_part(r, mu),
                    -q * slope(-r, mu) + (1 - q) * slope(r, mu) if mu else None)
        return value

    def absolute(z, y, mu):
        value, gradient = quantile(0.5)(z, y, mu)
        return 2 * value, 2 * gradient if mu else None

    def eps_squared(z, y, mu):
        r = z - y
        excess = np.maximum(np.abs(r) - 0.01, 0)
        return excess ** 2, 2 * excess * np.sign(r)

    def eps_absolute(z, y, mu):
        r = z - y
        return (positive_part(r - 0.01, mu) + positive_part(-r - 0.01, mu),
                slope(r - 0.01, mu) - slope(-r - 0.01, mu) if mu else None)

    def huber(z, y, mu):
        r = z - y
        inside = np.abs(r) <= 1
        return np.where(inside, r * r / 2, np.abs(r) - 0.5), np.where(inside, r, np.sign(r))

    return {"logistic": logistic, "hinge_loss": hinge, "squared_loss": squared, "absolute_loss": absolute,
            "eps_insensitive_squared_loss": eps_squared, "eps_insensitive_absolute_loss": eps_absolute,
            "quantile_loss": quantile(0.5), "huber_loss": huber}[loss]


def optimum_single(loss, x, y):
    function = single(loss)

    def objective(p, mu):
        value, gradient = function(x @ p[:-1] + p[-1], y, mu)
        total = value.mean() + WD / 2 * (p[:-1] ** 2).sum()
        if gradient is None:
            return total, None
        return total, np.append(gradient @ x / len(y) + WD * p[:-1], gradient.mean())

    p = np.zeros(x.shape[1] + 1)
    for mu in (1, 0.1, 0.01, 1e-3, 1e-4):
        p = minimize(objective, p, args=(mu,), jac=True, method="L-BFGS-B", options={"gtol": 1e-9, "maxiter": 20000}).x
    return objective(p, 0)[0]


def multiclass(z, y, loss, mu):
    own = z[np.arange(len(y)), y]
    if loss == "softmax_loss":
        top = z.max(1)
        e = np.exp(z - top[:, None])
        gradient = e / e.sum(1, keepdims=True)
        value = np.log(e.sum(1)) + top - own
    else:  # max over c of (margin where c is not y) + z_c - z_y
        margins = z + 1 - own[:, None]
        margins[np.arange(len(y)), y] = 0
        if mu == 0:
            return margins.max(1), None
        top = margins.max(1)
        e = np.exp((margins - top[:, None]) / mu)
        gradient = e / e.sum(1, keepdims=True)
        value = mu * np.log(e.sum(1)) + top
    gradient[np.arange(len(y)), y] -= 1
    return value, gradient


def optimum_multiclass(loss, x, y):
    d = x.shape[1]

    def objective(p, mu):
        w, b = p[:CLASSES * d].reshape(CLASSES, d), p[CLASSES * d:]
        value, gradient = multiclass(x @ w.T + b, y, loss, mu)
        total = value.mean() + WD / 2 * (w ** 2).sum()
        if gradient is None:
            return total, None
        return total, np.append((gradient.T @ x / len(y) + WD * w).ravel(), gradient.mean(0))

    p = np.zeros(CLASSES * (d + 1))
    for mu in (1, 0.1, 0.01, 1e-3, 1e-4):
        p = minimize(objective, p, args=(mu,), jac=True, method="L-BFGS-B", options={"gtol": 1e-9, "maxiter": 20000}).x
    return objective(p, 0)[0]


features = (random.randn(ROWS, COLS) @ (np.eye(COLS) + 0.5 * random.randn(COLS, COLS)) * [1, 2, 5, 0.1, 10, 1]
            + [0, 3, -20, 1, 0, 100]).astype(np.float32)
features[random.rand(ROWS) < 0.5, 0] = 0
scaled = (features - features.mean(0, dtype=np.float64)) / features.std(0, dtype=np.float64)
signal = scaled @ random.randn(COLS)
binary = (signal + random.randn(ROWS) > 0.5).astype(np.float64)
classes = (scaled @ random.randn(COLS, CLASSES) + 0.7 * random.randn(ROWS, CLASSES)).argmax(1)
numbers = (50 + 8 * signal + 10 * random.standard_t(3, ROWS)).astype(np.float32).astype(np.float64)
scaled_numbers = (numbers - numbers.mean()) / numbers.std()
emit("features", features)
emit("binary", binary)
emit("classes", classes)
emit("numbers", numbers)
for name in ("logistic", "hinge_loss"):
    emit(f"optimum_{name}", optimum_single(name, scaled, binary))
for name in ("softmax_loss", "multiclass_hinge_loss"):
    emit(f"optimum_{name}", optimum_multiclass(name, scaled, classes))
for name in ("squared_loss", "absolute_loss", "eps_insensitive_squared_loss", "eps_insensitive_absolute_loss",
             "quantile_loss", "huber_loss"):
    emit(f"optimum_{name}", optimum_single(name, scaled, scaled_numbers))

# Scores of given answers: z = the first feature's scaled value, and its negative and others for classes.
z = np.round(signal, 3)
answers = z >= 0.25
emit("scores_z", z)
emit("scores_binary", [np.mean(answers == binary), fbeta_score(binary, answers, beta=2), precision_score(binary, answers),
                       recall_score(binary, answers), roc_auc_score(binary, z)])
class_z = np.round(scaled[:, :CLASSES], 3)
label = class_z.argmax(1)
place = (class_z > class_z[np.arange(ROWS), classes][:, None]).sum(1) + 1
emit("scores_class_z", class_z)
emit("scores_classes", [np.mean(label == classes), np.mean(place <= 2), np.mean(1 / np.log2(1 + place)),
                        recall_score(classes, label, average="macro"), precision_score(classes, label, average="macro"),
                        f1_score(classes, label, average="macro")])
