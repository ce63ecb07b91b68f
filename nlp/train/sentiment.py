"""Trains what tells sentiment: a character BiLSTM with attention, and the sentiment columns of the hashed linear model.

Both learn from chat lines (ours and the labelled real ones) and, where the shared corpora are at hand, from reviews. A
review is long and never neutral and there are many of them, so an epoch takes a sample, and chat lines come as often as
they do in a room.
"""

import random
import warnings

import numpy as np
import scipy.sparse as sparse
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional as F

import corpus
import fit
import linear
from features import BOUNDARY, MAX_LEN, PAD, UNK, WIDE
from labels import EMOTIONS, INTENTS, SENTIMENTS
from sentiment_graph import PAIRS, pairs

POSITIVE, NEUTRAL, NEGATIVE = range(3)
# How often a chat line counts by where it is from; an unclear one counts half.
WEIGHT = {"own": 1.0, "real": 3.0, "service": 0.7, "danmaku": 1.0}
CHAT, REVIEWS = 38_000, 18_000  # lines an epoch
LINEAR_REVIEW = 1.0  # how often a review counts for the linear model
# Added to the logits of both parts: a complaint that is missed costs a shop more than one too many. On development lines
# it leaves macro-F1 as it is and finds a tenth more of the negative ones.
LEAN = np.array([0.4, 0, 0.5], np.float32)
SIDE = 0.75  # how much intent and emotion count beside sentiment: they vote, see fit.blend
RARE = 0.35  # how much more often a rare sentiment is drawn: frequency to this power


class BiLSTM(nn.Module):
    """Embeds characters and hashed pairs of them, reads both ways, and pools by attention and by maximum.

    The heads for intent and emotion vote beside the TextCNN, and help this one: what tells a complaint from a question
    tells a stance too.
    """

    def __init__(self, vocab, dim=64, hidden=64, drop_in=0.3, drop=0.5):
        super().__init__()
        self.embed, self.pair = nn.Embedding(vocab, dim, padding_idx=PAD), nn.Embedding(PAIRS, dim)
        nn.init.normal_(self.pair.weight, std=0.1)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True, bidirectional=True)
        self.score = nn.Linear(2 * hidden, 1)
        self.out = nn.ModuleDict({
            "sentiment": nn.Linear(4 * hidden, len(SENTIMENTS)), "intent": nn.Linear(4 * hidden, len(INTENTS)),
            "emotion": nn.Linear(4 * hidden, len(EMOTIONS)),
        })
        self.drop_in, self.drop = nn.Dropout(drop_in), nn.Dropout(drop)

    def forward(self, ids):
        """Return {head: logits} of texts that are all of one length."""
        h, _ = self.lstm(self.drop_in(self.embed(ids) + self.pair(pairs(ids, torch.cat))))
        share = torch.softmax(self.score(torch.tanh(h)), 1)
        x = self.drop(torch.cat([(share * h).sum(1), h.max(1)[0]], 1))
        return {name: layer(x) for name, layer in self.out.items()}


def _chat(lines, rng, most):
    """Return a draw of (text, sentiment, intent, emotion) from chat lines."""
    lines = [x for x in lines if x.sentiment >= 0 and x.norm]
    weight = np.array([WEIGHT[x.source] * (1 if x.clear else 0.5) for x in lines])
    kind = np.array([x.sentiment for x in lines])
    mass = np.bincount(kind, weight, len(SENTIMENTS))
    p = weight / mass[kind] ** RARE
    picks = rng.choice(len(lines), min(most, 2 * len(lines)), p=p / p.sum())
    return [(lines[i].norm, lines[i].sentiment, lines[i].intent, lines[i].emotion) for i in picks]


def _window(text, rng):
    """Return as much of a long text as the model reads: mostly its start, which is what it will see."""
    draw = rng.random()
    if len(text) <= MAX_LEN or draw < 0.6:
        return text[:MAX_LEN]
    if draw < 0.8:
        return text[-MAX_LEN:]
    at = rng.randrange(len(text) - MAX_LEN)
    return text[at : at + MAX_LEN]


def _batches(chat, reviews, rng, hasty, batch):
    """Return batches in random order, each of texts of (nearly) one length, cut to the shortest: nothing is padded."""
    items = [(fit.augment(t, hasty), *y) for t, *y in _chat(chat, rng, CHAT)]
    if reviews:
        picks = rng.choice(len(reviews), min(REVIEWS, len(reviews)), replace=False)
        items += [(_window(reviews[i].norm, hasty), reviews[i].sentiment, -1, -1) for i in picks]
    by = {}
    for item in items:
        n = len(item[0])
        by.setdefault(n if n < 20 else -(n // 4), []).append(item)
    out = []
    for n in sorted(by):
        group = [by[n][i] for i in rng.permutation(len(by[n]))]
        out += [group[i : i + batch] for i in range(0, len(group), batch)]
    return [out[i] for i in rng.permutation(len(out)) if out[i][0][0]]


def train(make_lines, reviews, chars, start=None, epochs=7, seed=1, batch=64, peak=3e-3):
    """Return a trained BiLSTM. `make_lines(epoch)` gives the epoch's chat lines."""
    torch.manual_seed(seed)
    hasty, index = random.Random(seed), {c: i + 3 for i, c in enumerate(chars)}
    net = BiLSTM(len(chars) + 3)
    if start is not None:
        net.embed.weight.data.copy_(start)
    opt = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.05)
    for epoch in range(epochs):
        groups = _batches(make_lines(epoch), reviews, np.random.default_rng(seed * 1000 + epoch), hasty, batch)
        for at, group in enumerate(groups):
            share = (epoch + at / len(groups)) / epochs
            for g in opt.param_groups:
                g["lr"] = peak * max(min(share / 0.06, (1 - share) / 0.94), 0.02)
            n = min(len(t) for t, *_ in group)
            ids = torch.tensor([[index.get(c, UNK) for c in t[:n]] for t, *_ in group])
            ids = torch.where(torch.rand(ids.shape) < 0.03, UNK, ids)
            y, intent, emotion = (torch.tensor([x[k] for x in group]) for k in (1, 2, 3))
            opt.zero_grad()
            _loss(net(ids), y, intent, emotion).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            opt.step()
    with torch.no_grad():
        net.out["sentiment"].bias += torch.from_numpy(LEAN)
    return net.eval()


def _loss(heads, y, intent, emotion):
    cost, chat = F.cross_entropy(heads["sentiment"], y, label_smoothing=0.05), intent >= 0
    if chat.any():
        side = F.cross_entropy(heads["intent"][chat], intent[chat], label_smoothing=0.05)
        if (emotion >= 0).any():
            side = side + F.cross_entropy(heads["emotion"], emotion, ignore_index=-1)
        cost = cost + SIDE * chat.float().mean() * side
    return cost


def buckets(texts, most=300):
    """Return features.grams of many texts as rows of a sparse matrix, each entry 1/sqrt(n)."""
    texts = [BOUNDARY + t[:most] + BOUNDARY for t in texts]
    flat = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32).astype(np.uint64)
    row = np.repeat(np.arange(len(texts)), [len(t) for t in texts])
    size = 1 + (flat >= 0x80) + (flat >= 0x800) + (flat >= 0x10000)  # bytes of a character in UTF-8
    part = lambda shift: np.uint64(0x80) | (flat >> np.uint64(shift)) & np.uint64(0x3F)
    first = [flat, 0xC0 | flat >> np.uint64(6), 0xE0 | flat >> np.uint64(12), 0xF0 | flat >> np.uint64(18)]
    utf = [np.choose(size - 1, first), np.choose(size - 1, [flat, part(0), part(6), part(12)]),
           np.where(size == 3, part(0), part(6)), part(0)]
    hashes, found = np.full(len(flat), 0xCBF29CE484222325, np.uint64), []
    for n in range(4):
        m = len(flat) - n
        hashes = hashes[:m]
        for k in range(4):
            hashes = np.where(size[n:] > k, (hashes ^ utf[k][n:]) * np.uint64(0x100000001B3), hashes)
        whole = row[:m] == row[n:]
        if n == 0:
            whole &= flat != ord(BOUNDARY)
        bucket = ((hashes ^ hashes >> np.uint64(32)) & np.uint64(WIDE - 1)).astype(np.int64)
        found.append((row[:m] * WIDE + bucket)[whole])
    key = np.unique(np.concatenate(found))
    row, bucket = key // WIDE, key % WIDE
    count = np.bincount(row, minlength=len(texts))
    return sparse.csr_matrix(((1 / np.sqrt(count[row])).astype(np.float32), (row, bucket)), (len(texts), WIDE))


def train_columns(make_lines, reviews, expansions=2):
    """Return the sentiment columns of the linear model, {weights: buckets × 3, bias}: a logistic regression."""
    chat = []
    for epoch in range(expansions):
        lines = [x for x in make_lines(epoch) if x.sentiment >= 0 and x.norm]
        chat += [x for x in lines if epoch == 0 or x.source == "own"]
    weight = np.array([WEIGHT[x.source] * (1 if x.clear else 0.5) * x.weight for x in chat])
    kind = np.array([x.sentiment for x in chat])
    mass = np.bincount(kind, weight, len(SENTIMENTS))
    weight *= (mass.sum() / len(SENTIMENTS) / mass[kind]) ** 0.5
    both = chat + reviews
    x, y = buckets([x.norm for x in both]), [x.sentiment for x in both]
    weight = np.concatenate([weight, np.full(len(reviews), LINEAR_REVIEW)])
    # A rare bucket says more than a common one: it may grow further under the same penalty. One class against the rest.
    rare = np.log((1 + x.shape[0]) / (1 + np.bincount(x.indices, minlength=WIDE))) + 1
    rare = (rare / rare[x.indices].mean()).astype(np.float32)
    model = LogisticRegression(C=10, solver="liblinear", random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x @ sparse.diags(rare), y, weight)
    return {"weights": (model.coef_ * rare).T.astype(np.float32), "bias": model.intercept_.astype(np.float32) + LEAN}


def with_columns(lin, columns):
    """Return a quantised linear model that tells sentiment too, from a table of its own, `stance`."""
    own = linear.quantise(columns["weights"], columns["bias"])
    out = {name: np.concatenate([lin[name], own[name]]) for name in ("scale", "bias")}
    return {**out, "weights": lin["weights"], "stance": own["weights"]}


def calibrate(trained, linear, y, weight, review):
    """Return {sentiment: {temperature}, linear temperature, blend}: fitted on lines that neither part saw.

    `trained` and `linear` are logits of chat lines, y their sentiments; `review` is the same of reviews, or None. The
    temperatures are the chat's. The share is what serves chat and reviews alike.
    """
    t, tl = fit.temperature(trained, y, weight), fit.temperature(linear, y, weight)
    best = None
    for share in np.arange(0, 1.01, 0.05):
        mix = lambda a, b: share * fit.softmax(a / t) + (1 - share) * fit.softmax(b / tl)
        cost = fit.nll(mix(trained, linear), y, weight)
        if review is not None:
            cost += fit.nll(mix(review[0], review[1]), review[2], np.ones(len(review[2])))
        if best is None or cost < best[0]:
            best = cost, float(share)
    return {"temperature": round(t, 4), "linear": round(tl, 4), "blend": round(best[1], 2)}


def binary(p, y):
    """Return which reviews are right when neutral is not among the answers."""
    return (p[:, NEGATIVE] > p[:, POSITIVE]) == (np.asarray(y) == NEGATIVE)
