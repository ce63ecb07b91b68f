"""The hashed character n-gram model: the second voice of the blend, and the fallback in pure Go."""

import struct

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from features import BUCKETS, grams
from labels import EMOTIONS, INTENTS

MAGIC = b"LRLIN2\0\0"
# How often a line counts by where it is from; an unclear one counts half of that.
WEIGHT = {"own": 1.0, "real": 3.0, "service": 1.0, "danmaku": 0.3, "scope": 0.5}


def rows(texts):
    """Return the buckets of normalised texts as rows of a sparse matrix, 1/sqrt(n) for each of the n grams in a bucket."""
    found = [[b & BUCKETS - 1 for b in grams(t)] for t in texts]
    size = np.array([len(r) for r in found])
    start = np.concatenate([[0], np.cumsum(size)])
    values = np.repeat(1 / np.sqrt(np.maximum(size, 1)), size).astype(np.float32)
    x = sparse.csr_matrix((values, np.concatenate(found).astype(np.int64), start), (len(texts), BUCKETS))
    x.sum_duplicates()
    return x


def _head(x, y, weight, classes, alpha, seed, passes):
    """Return (weights: buckets × classes, bias): one class against the rest, by averaged stochastic gradient descent."""
    known = y >= 0
    model = SGDClassifier("log_loss", alpha=alpha, max_iter=passes, tol=None, average=True, random_state=seed)
    model.fit(x[known], y[known], sample_weight=weight[known])
    w, b = np.zeros((classes, x.shape[1]), np.float32), np.full(classes, -10, np.float32)
    w[model.classes_], b[model.classes_] = model.coef_, model.intercept_
    return w.T, b


def train(make_lines, passes=12, seed=1, expansions=2):
    """Return the trained linear model of intent and emotion, {scale, bias, weights int8}. `make_lines(epoch)` gives an
    epoch's lines. What tells sentiment joins it in sentiment.with_columns."""
    lines = list(make_lines(0))
    for epoch in range(1, expansions):
        lines += [x for x in make_lines(epoch) if x.source == "own" and "{" not in x.text]
    once = {}
    for line in lines:
        once.setdefault((line.norm, line.intent), line)
    lines = [x for x in once.values() if x.norm]
    x = rows([line.norm for line in lines])
    # A rare bucket says more than a common one: it may grow further under the same penalty.
    rare = np.log((1 + x.shape[0]) / (1 + np.bincount(x.indices, minlength=BUCKETS))) + 1
    rare = (rare / rare[x.indices].mean()).astype(np.float32)
    x = (x @ sparse.diags(rare)).tocsr()
    weight = np.array([WEIGHT[line.source] * (1 if line.clear else 0.5) * (0.5 if line.either else 1) for line in lines])
    intent, emotion = np.array([line.intent for line in lines]), np.array([line.emotion for line in lines])
    mass = np.array([weight[emotion == k].sum() for k in range(len(EMOTIONS))])
    scarce = (mass.sum() / np.maximum(mass, 1)) ** 0.75
    felt = weight * np.where(emotion >= 0, scarce[np.maximum(emotion, 0)], 0)
    parts = [_head(x, intent, weight, len(INTENTS), 1.5e-6, seed, passes), _head(x, emotion, felt, len(EMOTIONS), 1e-5, seed, passes)]
    return quantise(np.concatenate([w for w, _ in parts], 1) * rare[:, None], np.concatenate([b for _, b in parts]))


def heads(out):
    """Split logits into those of intent, emotion and sentiment."""
    a, b = len(INTENTS), len(INTENTS) + len(EMOTIONS)
    return out[:, :a], out[:, a:b], out[:, b:]


def quantise(w, bias):
    """Return {scale, bias, weights int8}: one scale a class."""
    scale = np.maximum(np.abs(w).max(axis=0), 1e-6) / 127
    return {
        "scale": scale.astype(np.float32),
        "bias": bias.astype(np.float32),
        "weights": np.rint(w / scale).clip(-127, 127).astype(np.int8),
    }


def forward_numpy(lin, rows):
    """Return logits of the quantised model for lists of buckets of WIDE."""
    out = np.zeros((len(rows), len(lin["bias"])), np.float32)
    for i, row in enumerate(rows):
        at = np.array(row, np.int64)
        total = np.concatenate([lin[part][at & len(lin[part]) - 1].astype(np.int32).sum(axis=0) for part in ("weights", "stance")])
        out[i] = lin["bias"] + lin["scale"] * total / np.float32(np.sqrt(max(1, len(row))))
    return out


def write(lin, path):
    """Write linear.bin: magic, buckets and classes of either table, scale, bias, int8 rows of either; all little-endian."""
    tables = lin["weights"], lin["stance"]
    with open(path, "wb") as f:
        f.write(MAGIC + b"".join(struct.pack("<II", *t.shape) for t in tables))
        f.write(lin["scale"].astype("<f4").tobytes() + lin["bias"].astype("<f4").tobytes())
        f.write(b"".join(t.tobytes() for t in tables))
