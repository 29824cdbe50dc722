"""Writes factorization_machines.txt: models trained by numpy in float64, for src/sagespark/algo/factorization_machines/golden_test.cc.

Run: python tests/goldens/make_factorization_machines_goldens.py > tests/goldens/factorization_machines.txt
Each entry is a line `name rows cols` and a line of values.
"""
import math

import numpy as np

ROWS, COLS, K, BATCH, EPOCHS, SEED = 90, 8, 3, 16, 3, 7
BETA1, BETA2, BIAS_STREAM = 0.9, 0.999, 2**64 - 1


def words(seed, stream):
    """Random123's philox4x32-10."""
    mask = 0xFFFFFFFF
    block = 0
    while True:
        c = [block & mask, block >> 32, stream & mask, stream >> 32]
        k0, k1 = seed & mask, seed >> 32
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(p1 >> 32) ^ c[1] ^ k0, p1 & mask, (p0 >> 32) ^ c[3] ^ k1, p0 & mask]
            k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
        yield from c
        block += 1


def uniform(source):
    """A multiple of 2^-53 in [0, 1), of two words."""
    low = next(source)
    return ((low | next(source) << 32) >> 11) * 2.0**-53


def normals(count, sigma, source):
    """The polar method, one word a coordinate; of an odd count the last pair's second number is dropped."""
    values = []
    while len(values) < count:
        x, y = (next(source) + 0.5) * 2.0**-31 - 1, (next(source) + 0.5) * 2.0**-31 - 1
        s = x * x + y * y
        if s >= 1:
            continue
        length = sigma * math.sqrt(-2 * math.log(s) / s)
        values += [x * length, y * length]
    return values[:count]


def rows_and_labels():
    """Three fifths zeros; the last column is in few rows, so that whole mini-batches are without it."""
    x = np.array([[(i * 7919 + j * 104729 + i * i * 31) % 1000 / 500 - 1 for j in range(COLS)] for i in range(ROWS)])
    x[[[(i * 7 + j * 5 + i * j // 4) % 5 > 1 for j in range(COLS)] for i in range(ROWS)]] = 0
    x[np.arange(ROWS) % 40 != 5, COLS - 1] = 0
    labels = 0.5 + x[:, 0] - 2 * x[:, 1] + 3 * x[:, 0] * x[:, 2] - x[:, 3] * x[:, 4]
    return x.astype(np.float32).astype(np.float64), labels.astype(np.float32).astype(np.float64)


class Adam:
    """MXNet's adam_update, with its lazy form for rows of a sparse parameter."""

    def __init__(self, shape, lr, wd, rescale, clip, eps):
        self.first, self.second = np.zeros(shape), np.zeros(shape)
        self.lr, self.wd, self.rescale, self.clip, self.eps = lr, wd, rescale, clip, eps

    def step(self, weights, gradient, touched, time, batch_rows):
        rescale = 1 / batch_rows if self.rescale is None else self.rescale
        g = rescale * gradient + self.wd * weights
        if self.clip is not None:
            g = np.clip(g, -self.clip, self.clip)
        rate = self.lr * math.sqrt(1 - BETA2**time) / (1 - BETA1**time)
        first = BETA1 * self.first + (1 - BETA1) * g
        second = BETA2 * self.second + (1 - BETA2) * g * g
        moved = weights - rate * first / (np.sqrt(second) + self.eps)
        self.first[touched], self.second[touched] = first[touched], second[touched]
        weights[touched] = moved[touched]


def scores(x, w0, w, v):
    """By the definition: a sum over pairs of features."""
    y = w0[0] + x @ w
    for i in range(COLS):
        for j in range(i + 1, COLS):
            y += (v[i] @ v[j]) * x[:, i] * x[:, j]
    return y


def train(x, labels, classifier, lr, wd, rescale=None, clip=None, eps=1e-8):
    w0 = np.array(normals(1, 0.01, words(SEED, BIAS_STREAM)))
    w, v = np.zeros(COLS), np.zeros((COLS, K))
    for j in range(COLS):
        source = words(SEED, j)
        v[j] = normals(K, 0.2, source)
        w[j] = 0.1 * (2 * uniform(source) - 1)
    optimizers = [Adam(p.shape, lr[i], wd[i], rescale, clip, eps) for i, p in enumerate((w0, w, v))]
    time = 0
    for _ in range(EPOCHS):
        for begin in range(0, ROWS, BATCH):
            xb, yb = x[begin:begin + BATCH], labels[begin:begin + BATCH]
            time += 1
            margin = scores(xb, w0, w, v)
            slope = (1 / (1 + np.exp(-margin)) if classifier else margin) - yb
            gradient = np.zeros_like(v)
            for row, g in zip(xb, slope):  # d/dv_j of sum_{i<j} <v_i, v_j> x_i x_j is x_j sum_{i != j} v_i x_i.
                for j in range(COLS):
                    gradient[j] += g * row[j] * (row @ v - row[j] * v[j])
            touched = (xb != 0).any(axis=0)
            old_w = w.copy()
            optimizers[2].step(v, gradient, touched, time, len(xb))
            optimizers[1].step(w, xb.T @ slope, touched, time, len(xb))
            optimizers[0].step(w0, np.array([slope.sum()]), np.array([True]), time, len(xb))
            assert (w[~touched] == old_w[~touched]).all()
    return w0, w, v


def write(name, values):
    values = np.atleast_2d(values)
    print(name, *values.shape)
    print(*(repr(float(value)) for value in values.ravel()))


def main():
    x, labels = rows_and_labels()
    machine = train(x, labels, False, lr=(0.1, 0.05, 0.02), wd=(0.01, 0.002, 0.001))
    for name, values in zip(("w0", "w", "v"), machine):
        write("regressor_" + name, values)
    write("regressor_scores", scores(x, *machine))
    write("regressor_rmse", np.sqrt(np.mean((scores(x, *machine) - labels) ** 2)))
    classes = (labels > 0.5).astype(float)
    machine = train(x, classes, True, lr=(0.05, 0.1, 0.05), wd=(0, 0.01, 0), rescale=0.5, clip=0.3, eps=1e-3)
    for name, values in zip(("w0", "w", "v"), machine):
        write("classifier_" + name, values)
    margin = scores(x, *machine)
    write("classifier_scores", 1 / (1 + np.exp(-margin)))
    write("classifier_cross_entropy", np.mean(np.log(1 + np.exp(np.where(classes == 1, -margin, margin)))))


main()
