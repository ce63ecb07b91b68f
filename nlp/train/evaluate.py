"""Measures the shipped model: accuracy with intervals, macro-F1, calibration, coverage; writes the model card."""

import math

import numpy as np

import fit
import linear
import sentiment
import sentiment_graph
from features import encode_inner
from labels import BUSINESS, CHATTER, DOMAINS, EMOTIONS, INTENTS, SENTIMENTS, UNKNOWN


def wilson(hits, n, z=1.96):
    """Return the 95 % Wilson interval of a share."""
    if n == 0:
        return 0.0, 1.0
    p, d = hits / n, 1 + z * z / n
    mid, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (mid - half) / d), min(1.0, (mid + half) / d)


def share(hits, n):
    """Return a share as text: percent, interval, counts."""
    lo, hi = wilson(hits, n)
    return f"{100 * hits / max(n, 1):.1f} % [{100 * lo:.1f}, {100 * hi:.1f}] ({hits}/{n})"


def merged(y):
    """Return labels with `chatter` counted as `unknown`, as the tests do."""
    return np.where(np.asarray(y) == CHATTER, UNKNOWN, y)


def merge_p(p):
    """Return probabilities with the mass of `chatter` added to `unknown`."""
    q = p.copy()
    q[:, UNKNOWN] += q[:, CHATTER]
    q[:, CHATTER] = 0
    return q


def macro_f1(y, z, classes):
    """Return (mean F1 over the classes that occur, {class: (precision, recall, f1, count)})."""
    table = {}
    for k in classes:
        hit, said, true = np.sum((y == k) & (z == k)), np.sum(z == k), np.sum(y == k)
        if true == 0:
            continue
        precision, recall = hit / max(said, 1), hit / true
        table[k] = (precision, recall, 2 * precision * recall / max(precision + recall, 1e-9), int(true))
    return float(np.mean([v[2] for v in table.values()])), table


def ece(conf, right, bins=10):
    """Return the expected calibration error over equal-width bins."""
    total = 0.0
    at = np.minimum((conf * bins).astype(int), bins - 1)
    for b in range(bins):
        m = at == b
        if m.any():
            total += m.mean() * abs(conf[m].mean() - right[m].mean())
    return total


class Scorer:
    """Runs the exported models over lines."""

    def __init__(self, net, lin, feel, index, settings):
        self.net, self.lin, self.feel, self.index, self.settings = net, lin, feel, index, settings

    def __call__(self, lines):
        """Return (intent, emotion, sentiment) probabilities."""
        texts = [x.norm for x in lines]
        cnn, lin = fit.cnn_logits(self.net, self.index, texts), fit.linear_logits(self.lin, texts)
        return fit.blend(self.settings, cnn, lin, feel_logits(self.feel, self.index, texts))


def feel_logits(feel, index, texts):
    """Return the BiLSTM's (intent, emotion, sentiment) logits of normalised texts."""
    return linear.heads(sentiment_graph.logits(feel, [encode_inner(t, index) for t in texts]))


def review_rows(scorer, lines):
    """Return [(name, text)] for reviews, which are positive or negative."""
    if not lines:
        return []
    p, y = scorer(lines)[2], np.array([x.sentiment for x in lines])
    right, constant = sentiment.binary(p, y), int(np.bincount(y).max())
    return [
        ("binary accuracy, neutral not among the answers", share(int(right.sum()), len(y))),
        ("accuracy, neutral counts as wrong", share(int((p.argmax(axis=1) == y).sum()), len(y))),
        ("constant answer", share(constant, len(y))),
    ]


def fired(scorer, p):
    """Return which lines clear the threshold of their best intent."""
    limits = scorer.settings["thresholds"]
    top = p.argmax(axis=1)
    return np.array([p[i, k] >= limits.get(INTENTS[k], limits["default"]) for i, k in enumerate(top)])


def intent_rows(scorer, lines):
    """Return [(name, text)] for one labelled set."""
    if not lines:
        return []
    raw, *moods = scorer(lines)
    p = merge_p(raw)
    y, z, conf = merged([x.intent for x in lines]), p.argmax(axis=1), p.max(axis=1)
    right = y == z
    sure = conf >= 0.85
    f1, _ = macro_f1(y, z, range(len(INTENTS)))
    dom = np.array([DOMAINS[k] for k in y]) == np.array([DOMAINS[k] for k in z])
    constant = np.bincount(y, minlength=len(INTENTS)).max()
    rows = [
        ("level 2 accuracy (chatter = unknown)", share(int(right.sum()), len(y))),
        ("constant answer", share(int(constant), len(y))),
        ("level 2 macro-F1", f"{f1:.3f}"),
        ("level 1 accuracy", share(int(dom.sum()), len(y))),
        ("accuracy where confidence ≥ 0.85", share(int((right & sure).sum()), int(sure.sum()))),
        ("coverage at 0.85", share(int(sure.sum()), len(y))),
        ("expected calibration error", f"{ece(conf, right):.3f}"),
    ]
    for head, classes, q in (("emotion", EMOTIONS, moods[0]), ("sentiment", SENTIMENTS, moods[1])):
        e, ez = np.array([getattr(x, head) for x in lines]), q.argmax(axis=1)
        known = e >= 0
        if known.any():
            ef1, _ = macro_f1(e[known], ez[known], range(len(classes)))
            rows += [
                (f"{head} macro-F1", f"{ef1:.3f}"),
                (f"{head} accuracy", share(int((e == ez)[known].sum()), int(known.sum()))),
                (f"{head} constant answer", share(int(np.bincount(e[known]).max()), int(known.sum()))),
            ]
        if head == "sentiment" and known.any():
            bad = e == sentiment.NEGATIVE
            rows.append(("negative recall (constant answer: 0)", share(int((bad & (ez == e)).sum()), int(bad.sum()))))
    return rows


def per_intent(scorer, lines):
    """Return [(intent, precision, recall, f1, count)] for one labelled set."""
    p = merge_p(scorer(lines)[0])
    y = merged([x.intent for x in lines])
    _, table = macro_f1(y, p.argmax(axis=1), range(len(INTENTS)))
    return [(INTENTS[k], *v) for k, v in table.items()]


def fire_rate(scorer, lines):
    """Return how many lines out of scope fire a business intent above its threshold, as text."""
    if not lines:
        return "-"
    raw = scorer(lines)[0]
    fire = fired(scorer, raw) & np.isin(raw.argmax(axis=1), BUSINESS)
    return share(int(fire.sum()), len(lines))


def confusions(scorer, lines, most=40):
    """Return the worst confusions of a development set: [(truth, said, [texts])]. Never call it on a test."""
    p = merge_p(scorer(lines)[0])
    y, z = merged([x.intent for x in lines]), p.argmax(axis=1)
    found = {}
    for i in np.nonzero(y != z)[0]:
        found.setdefault((INTENTS[y[i]], INTENTS[z[i]]), []).append((lines[i].text, round(float(p[i].max()), 2), int(lines[i].clear)))
    return sorted(((a, b, t) for (a, b), t in found.items()), key=lambda r: -len(r[2]))[:most]
