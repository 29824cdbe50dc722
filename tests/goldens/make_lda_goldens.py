"""Writes lda.txt: moments of documents from numpy, mixtures from scikit-learn, for src/sagespark/algo/lda/golden_test.cc.

Run: python tests/goldens/make_lda_goldens.py > tests/goldens/lda.txt
Each entry is a line `name rows cols` and a line of values. The moments are made from their definitions, by going over
all ordered pairs and triples of different words (tokens) of each document.
"""
import itertools

import numpy as np
from sklearn.decomposition import LatentDirichletAllocation

DOCUMENTS, WORDS, TOPICS, ALPHA0, KEPT = 40, 6, 3, 0.7, 3


def write(name, values):
    values = np.atleast_2d(np.asarray(values, dtype=float))
    print(name, *values.shape)
    print(*(repr(float(value)) for value in values.ravel()))


def documents():
    random = np.random.default_rng(5)
    topics = random.dirichlet([0.3] * WORDS, size=TOPICS)
    mixtures = random.dirichlet([0.3] * TOPICS, size=DOCUMENTS)
    return np.array([random.multinomial(3 + i % 5, mixture @ topics) for i, mixture in enumerate(mixtures)])


def pair_moment(counts):
    """E[w1], E[w1 (x) w2], and E[w1 (x) w2 (x) w3] of the documents."""
    one, two, three = np.zeros(WORDS), np.zeros((WORDS,) * 2), np.zeros((WORDS,) * 3)
    for document in counts:
        tokens = np.repeat(np.arange(WORDS), document)
        for order, sums in ((1, one), (2, two), (3, three)):
            tuples = list(itertools.permutations(tokens, order))
            for words in tuples:
                sums[words] += 1 / len(tuples) / len(counts)
    return one, two, three


def centred_pairs(one, two):
    return two - ALPHA0 / (ALPHA0 + 1) * np.outer(one, one)


def centred_triples(one, two, three):
    pairs_and_mean = np.einsum("ij,k->ijk", two, one)
    return (three
            - ALPHA0 / (ALPHA0 + 2) * (pairs_and_mean + pairs_and_mean.transpose(0, 2, 1) + pairs_and_mean.transpose(2, 0, 1))
            + 2 * ALPHA0**2 / ((ALPHA0 + 1) * (ALPHA0 + 2)) * np.einsum("i,j,k->ijk", one, one, one))


def main():
    counts = documents()
    write("documents", counts)
    one, two, three = pair_moment(counts)
    values, vectors = np.linalg.eigh(centred_pairs(one, two))
    largest = np.argsort(values)[::-1][:KEPT]
    write("eigenvalues", values[largest])
    # The whitened tensor taken back is the third moment, seen through the projector on these eigenvectors.
    projector = vectors[:, largest] @ vectors[:, largest].T
    write("triples", np.einsum("abc,ai,bj,ck->ijk", centred_triples(one, two, three), projector, projector, projector)
          .reshape(WORDS, -1))
    halves = [centred_pairs(*pair_moment(counts[start::2])[:2]) for start in (0, 1)]
    write("noise", np.abs(np.linalg.eigvalsh((halves[0] - halves[1]) / 2)).max())

    beta = np.random.default_rng(6).dirichlet([0.5] * WORDS, size=TOPICS).astype(np.float32).astype(float)
    beta /= beta.sum(axis=1, keepdims=True)
    model = LatentDirichletAllocation(TOPICS, doc_topic_prior=0.25, max_doc_update_iter=10000, mean_change_tol=1e-12)
    model.fit(counts[:TOPICS])
    model.exp_dirichlet_component_ = beta
    mixtures = model.transform(counts)
    write("beta", beta)
    write("mixtures", mixtures)
    write("pwll", (counts * np.log(mixtures @ beta)).sum() / counts.sum())


main()
