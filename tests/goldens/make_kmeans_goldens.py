"""Writes kmeans.txt: k-means states and models from numpy and scikit-learn, for src/sagespark/algo/kmeans/golden_test.cc.

Run: python tests/goldens/make_kmeans_goldens.py > tests/goldens/kmeans.txt
Each entry is a line `name rows cols` and a line of values.
"""
import numpy as np
from sklearn.cluster import KMeans

ROWS, COLS, K, FACTOR, BATCH, HALF_LIFE, EPOCHS, SEED = 500, 5, 4, 3, 120, 300, 2, 42


def philox_words(seed, stream):
    """Random123's philox4x32-10, words in order of blocks."""
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


def sample(population, count, words):
    """The first `count` of a Fisher-Yates shuffle; bounded numbers by rejection of the first 2^64 mod bound values."""
    numbers = list(range(population))
    for i in range(count):
        bound = population - i
        while True:
            value = next(words) | next(words) << 32
            if value >= 2**64 % bound:
                break
        j = i + value % bound
        numbers[i], numbers[j] = numbers[j], numbers[i]
    return numbers[:count]


def rows():
    i, j = np.meshgrid(np.arange(ROWS), np.arange(COLS), indexing="ij")
    return (((i * 7919 + j * 104729 + i * i * 31) % 1000) / 8).astype(np.float32)


def train(x):
    centers = x[sample(BATCH, K * FACTOR, philox_words(SEED, 0))].astype(np.float64)
    weights = np.zeros(len(centers))
    for _ in range(EPOCHS):
        for begin in range(0, ROWS, BATCH):
            batch = x[begin : begin + BATCH].astype(np.float64)
            weights *= 2.0 ** (-len(batch) / HALF_LIFE)
            rounded = centers.astype(np.float32).astype(np.float64)
            nearest = ((batch[:, None] - rounded[None]) ** 2).sum(2).argmin(1)
            for c in range(len(centers)):
                mine = batch[nearest == c]
                if len(mine):
                    p = len(mine) / (weights[c] + len(mine))
                    centers[c] = (1 - p) * centers[c] + p * mine.mean(0)
                    weights[c] += len(mine)
    return centers, weights


def put(name, values):
    values = np.atleast_2d(np.asarray(values, dtype=np.float64))
    print(name, *values.shape)
    print(*(repr(float(v)) for v in values.ravel()))


x = rows()
centers, weights = train(x)
put("centers", centers)
put("weights", weights)
fit = KMeans(K, init=centers[:K], n_init=1, tol=0, max_iter=300).fit(centers, sample_weight=weights)
put("lloyd_centers", fit.cluster_centers_)
put("lloyd_objective", [fit.inertia_])
put("msd", [((x[:, None] - fit.cluster_centers_[None]) ** 2).sum(2).min(1).mean()])
