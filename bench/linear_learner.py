#!/usr/bin/env python3
"""The linear learner's container beside scikit-learn and SciPy, on MNIST: the objective that training reaches, the test accuracy with
the defaults, and the time of a whole training job, its loading included.

The optimum is SciPy's L-BFGS in float64, run to a gradient norm of 1e-6, of the objective in docs/formats/linear-learner.md: features
normalised over all rows, wd = 1e-3. Ours: 100 epochs without an early stop. The labels of the binary problem are "is a 3", of the
regression the digits as numbers.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np  # noqa: E402
from scipy.optimize import minimize  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402

import goals  # noqa: E402
import mnist  # noqa: E402
import records  # noqa: E402

WD = 1e-3
CLASSES = 10
OPTIMUM = {"epochs": "100", "early_stopping_patience": "100", "wd": str(WD), "num_point_for_scaler": "60000"}


def labels(part):
    return np.fromfile(mnist.DATA / f"{part}-labels-idx1-ubyte", dtype=np.uint8, offset=8).astype(np.float32)


def train(folder, data, hyperparameters):
    """Seconds of the job, its model's weights (outputs x features) and biases, and its log."""
    root = pathlib.Path(tempfile.mkdtemp(dir=folder))
    (root / "input/config").mkdir(parents=True)
    (root / "input/data/train").mkdir(parents=True)
    (root / "input/config/hyperparameters.json").write_text(json.dumps(hyperparameters))
    (root / "input/config/inputdataconfig.json").write_text(json.dumps({"train": {}}))
    os.link(data, root / "input/data/train/part-0")
    start = time.perf_counter()
    done = subprocess.run([mnist.BIN / "sagespark-container", "linear-learner", "train", "--root", root], capture_output=True,
                          text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"training failed: {done.stdout}")
    return seconds, *read_model(root / "model/model_algo-1"), done.stdout


def read_model(path):
    """The two arrays, parsed without the code under test: the float32 arrays of version 2, weights first."""
    with zipfile.ZipFile(path) as model:
        data = model.read("mx-mod-0000.params")
    offset, arrays = 24, []
    for _ in range(2):
        dimensions = struct.unpack_from("<I", data, offset + 8)[0]
        shape = struct.unpack_from(f"<{dimensions}q", data, offset + 12)
        offset += 12 + 8 * dimensions + 12
        arrays.append(np.frombuffer(data, "<f4", int(np.prod(shape)), offset).reshape(shape).astype(np.float64))
        offset += 4 * int(np.prod(shape))
    return arrays


class Problem:
    """An objective on normalised rows, in float64."""

    def __init__(self, kind, features, targets):
        self.kind = kind
        self.mean = features.mean(0, dtype=np.float64)
        deviation = features.std(0, dtype=np.float64)
        pooled = np.sqrt((deviation[deviation > 0] ** 2).mean())
        self.scale = np.where(deviation > 0, deviation, np.where(self.mean != 0, np.abs(self.mean), pooled))
        self.rows = (features - self.mean) / self.scale
        self.outputs = CLASSES if kind == "multiclass_classifier" else 1
        self.label_mean, self.label_scale = (targets.mean(dtype=np.float64), targets.std(dtype=np.float64)) if kind == "regressor" else (0, 1)
        self.targets = (targets - self.label_mean) / self.label_scale

    def __call__(self, point):
        d = self.rows.shape[1]
        weights, bias = point[: self.outputs * d].reshape(self.outputs, d), point[self.outputs * d :]
        z = self.rows @ weights.T + bias
        if self.kind == "multiclass_classifier":
            own = (np.arange(len(z)), self.targets.astype(int))
            z -= z.max(1, keepdims=True)
            e = np.exp(z)
            total = e.sum(1, keepdims=True)
            loss = np.mean(np.log(total[:, 0]) - z[own])
            slopes = e / total
            slopes[own] -= 1
        elif self.kind == "binary_classifier":
            sign = 2 * self.targets[:, None] - 1
            loss = np.mean(np.logaddexp(0, -sign * z))
            slopes = -sign / (1 + np.exp(np.minimum(sign * z, 500)))
        else:
            slopes = z - self.targets[:, None]
            loss = np.mean(slopes**2)
            slopes *= 2
        slopes /= len(z)
        return loss + WD / 2 * np.sum(weights**2), np.concatenate([(slopes.T @ self.rows + WD * weights).ravel(), slopes.sum(0)])

    def scaled(self, weights, bias):
        """A point of this objective from a model for rows as they come."""
        moved = (bias + weights @ self.mean - self.label_mean) / self.label_scale
        return np.concatenate([(weights * self.scale / self.label_scale).ravel(), moved])

    def raw(self, point):
        d = self.rows.shape[1]
        weights = point[: self.outputs * d].reshape(self.outputs, d) / self.scale
        return weights, point[self.outputs * d :] - weights @ self.mean

    def optimum(self):
        point = np.zeros(self.outputs * (self.rows.shape[1] + 1))
        while True:
            found = minimize(self, point, jac=True, method="L-BFGS-B",
                             options={"maxiter": 500, "maxfun": 1000, "maxcor": 30, "ftol": 0, "gtol": 1e-7})
            point = found.x
            if np.linalg.norm(found.jac) <= 1e-6 or found.nit < 2:
                return point


def accuracy(weights, bias, features, targets):
    return np.mean(np.argmax(features @ weights.T + bias, axis=1) == targets)


def hyperparameters(kind):
    return {"predictor_type": kind} | ({"num_classes": str(CLASSES)} if kind == "multiclass_classifier" else {})


def peer(kind, problem):
    """scikit-learn's estimator of the same objective, on the rows already normalised."""
    if kind == "regressor":
        return Ridge(alpha=WD / 2 * len(problem.rows), solver="lsqr").fit(problem.rows, problem.targets)
    return LogisticRegression(C=1 / (WD * len(problem.rows)), max_iter=1000).fit(problem.rows, problem.targets)


def main():
    quick = goals.arguments(__doc__).quick
    count = 6_000 if quick else 60_000
    features, digits = mnist.rows("train")[:count], labels("train")[:count]
    test, test_digits = mnist.rows("t10k"), labels("t10k")
    targets = {"binary_classifier": (digits == 3).astype(np.float32), "multiclass_classifier": digits, "regressor": digits}
    limits = {"binary_classifier": 1.005, "multiclass_classifier": 1.005, "regressor": 1.001}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for kind, limit in limits.items():
            data = folder / kind
            data.write_bytes(records.write(features, targets[kind]))
            problem = Problem(kind, features, targets[kind])
            best = problem.optimum()
            _, weights, bias, _ = train(folder, data, hyperparameters(kind) | OPTIMUM)
            ours, optimum = problem(problem.scaled(weights, bias))[0], problem(best)[0]
            goals.check(f"linear learner, objective after 100 epochs, {kind}", ours / optimum, ours=f"{ours:.6f}",
                        peer=f"L-BFGS {optimum:.6f}", at_most=limit)
            start = time.perf_counter()
            fitted = peer(kind, problem)
            peer_seconds = time.perf_counter() - start
            reached = problem(np.concatenate([np.ravel(fitted.coef_), np.atleast_1d(fitted.intercept_)]))[0]
            seconds, weights, bias, log = train(folder, data, hyperparameters(kind) | {"wd": str(WD)})
            default = problem(problem.scaled(weights, bias))[0]
            print(f"{kind}: objective with the defaults and wd {WD:g} {default:.6f}, scikit-learn's {reached:.6f}")
            goals.check(f"linear learner, seconds of a job with the defaults and wd {WD:g}, {kind}", seconds / peer_seconds,
                        ours=f"{seconds:.2f} s", peer=f"scikit-learn {peer_seconds:.2f} s without loading", at_most=1)
            if kind != "multiclass_classifier":
                continue
            seconds, weights, bias, log = train(folder, data, hyperparameters(kind))
            of_optimum = accuracy(*problem.raw(best), test, test_digits)
            goals.check("linear learner, MNIST test accuracy with the defaults, points behind the optimum's",
                        100 * (of_optimum - accuracy(weights, bias, test, test_digits)),
                        ours=f"{accuracy(weights, bias, test, test_digits):.4f} in {seconds:.2f} s", peer=f"{of_optimum:.4f}",
                        at_most=0.5)
    return goals.exit_status()


sys.exit(main())
