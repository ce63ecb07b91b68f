"""Training loops of the two models, and the calibration of their blend."""

import random

import numpy as np
import torch
from torch.nn import functional as F

import linear
import model
from features import encode, grams, pad_batch
from labels import CHATTER, EMOTIONS, INTENTS, UNKNOWN


def targets(lines):
    """Return the tensors loss() reads: intent distributions (smoothed), weights, either, and the other labels or -1."""
    y = np.zeros((len(lines), len(INTENTS)), np.float32)
    for i, line in enumerate(lines):
        for k, share in line.intents.items():
            y[i, k] = share
        y[i] = y[i] * (1 - line.smooth) + line.smooth / len(INTENTS)
    return {
        "intent": torch.from_numpy(y),
        "weight": torch.tensor([x.weight for x in lines]),
        "either": torch.tensor([x.either for x in lines]),
        "emotion": torch.tensor([x.emotion for x in lines]),
        "sentiment": torch.tensor([x.sentiment for x in lines]),
    }


def loss(heads, known, class_weights):
    """Return the weighted cross-entropy of every head; an `either` line pays only for mass outside chatter and unknown."""
    log_p, w = F.log_softmax(heads["intent"], 1), known["weight"]
    both = torch.logsumexp(log_p[:, [CHATTER, UNKNOWN]], 1)
    per = torch.where(known["either"], -both, -(known["intent"] * log_p).sum(1))
    total = (per * w).sum() / w.sum()
    for head, cw in class_weights.items():
        rows = known[head] >= 0
        if rows.any():
            cost = F.cross_entropy(heads[head][rows], known[head][rows], weight=cw, label_smoothing=0.05, reduction="none")
            total = total + 0.5 * (cost * w[rows]).sum() / w[rows].sum()
    return total


def balance(lines, power=0.35):
    """Return sampling weights: rare intents are drawn more often, in moderation."""
    mass = np.zeros(len(INTENTS))
    for x in lines:
        mass[x.intent] += x.weight
    ref = np.median(mass[mass > 0])
    return np.array([(ref / mass[x.intent]) ** power for x in lines])


def rarity(lines, head, classes):
    """Return class weights of the emotion or sentiment head, inverse square root of frequency."""
    n = np.array([sum(1 for x in lines if getattr(x, head) == k) for k in range(len(classes))], float)
    w = (n.sum() / np.maximum(n, 1)) ** 0.5
    return torch.tensor(w / (w * n).sum() * n.sum(), dtype=torch.float32)


def augment(text, rng):
    """Return a normalised text as a hasty hand might send it: a character dropped, an ending added or lost."""
    draw = rng.random()
    if draw < 0.10 and len(text) > 5:
        i = rng.randrange(len(text))
        return text[:i] + text[i + 1 :]
    if draw < 0.16:
        return text + rng.choice(["?", "!", "。", "啊", "呢", "呀", "~", "亲", "吗", "哈", "?", "了"])
    if draw < 0.20:
        return rng.choice(["亲", "请问", "那", "主播", "你好", "老板", "问下", "这个", "姐"]) + text
    if draw < 0.28 and text[-1:] in "?!。~啊呢呀亲哈":
        return text[:-1]
    return text


def _epochs(make_lines, epochs, seed, batch):
    """Yield (step share 0..1, lines of one batch): fresh slot values every epoch, balanced sampling."""
    for epoch in range(epochs):
        lines = make_lines(epoch)
        rng = np.random.default_rng(seed * 1000 + epoch)
        p = balance(lines)
        picks = rng.choice(len(lines), len(lines), p=p / p.sum())
        groups = _by_length(lines, picks, batch, rng)
        for at, group in enumerate(groups):
            yield (epoch + at / len(groups)) / epochs, group


def _by_length(lines, picks, batch, rng, chunk=20):
    """Return batches of lines of similar length, so that little is spent on padding, in random order."""
    groups = []
    for at in range(0, len(picks), batch * chunk):
        part = sorted((lines[i] for i in picks[at : at + batch * chunk]), key=lambda x: len(x.norm))
        groups += [part[i : i + batch] for i in range(0, len(part), batch)]
    return [groups[i] for i in rng.permutation(len(groups))]


def train_cnn(make_lines, chars, epochs=18, seed=1, batch=64, peak=2e-3, start=None, **shape):
    """Return a trained TextCNN. `make_lines(epoch)` gives the epoch's lines."""
    torch.manual_seed(seed)
    rng, index = random.Random(seed), {c: i + 3 for i, c in enumerate(chars)}
    net = model.TextCNN(len(chars) + 3, len(INTENTS), len(EMOTIONS), **shape)
    if start is not None:
        net.embed.weight.data.copy_(start)
    opt = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.02)
    cw = {"emotion": rarity(make_lines(0), "emotion", EMOTIONS)}
    net.train()
    for share, lines in _epochs(make_lines, epochs, seed, batch):
        rate = min(share / 0.08, 1 - share) if share < 0.08 else (1 - share) / 0.92
        for group in opt.param_groups:
            group["lr"] = peak * max(rate, 0.02)
        ids = torch.from_numpy(pad_batch([encode(augment(x.norm, rng), index) for x in lines]))
        opt.zero_grad()
        loss(dict(zip(("intent", "emotion"), net(ids))), targets(lines), cw).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        opt.step()
    net.eval()
    return net


def softmax(x):
    """Return row-wise probabilities."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cnn_logits(net, index, texts):
    """Return (intent, emotion) logits of the exported network for normalised texts."""
    outs = []
    for at in range(0, len(texts), 256):
        outs.append(model.forward_numpy(net, pad_batch([encode(t, index) for t in texts[at : at + 256]])))
    return tuple(np.concatenate(x) for x in zip(*outs))


def linear_logits(lin, texts):
    """Return (intent, emotion, sentiment) logits of the quantised linear model for normalised texts."""
    return linear.heads(linear.forward_numpy(lin, [grams(t) for t in texts]))


def nll(p, y, w):
    """Return the weighted mean negative log-likelihood."""
    return float((-np.log(np.maximum(p[np.arange(len(y)), y], 1e-9)) * w).sum() / w.sum())


def temperature(logits, y, w):
    """Return the temperature of the least negative log-likelihood."""
    grid = np.exp(np.linspace(np.log(0.3), np.log(4), 80))
    return float(min(grid, key=lambda t: nll(softmax(logits / t), y, w)))


def calibrate(cnn, lin, feel, lines):
    """Return {temperature, blend, votes} fitted on human-written lines that no model saw.

    The arguments are the (intent, emotion, ...) logits of the TextCNN, the linear model and the BiLSTM. The last has its
    share of the whole, and the two others divide the rest.
    """
    voices = (cnn, lin, feel)
    w = np.array([x.weight for x in lines])
    y, e = np.array([x.intent for x in lines]), np.array([x.emotion for x in lines])
    t, scale, blend, vote = _mix([v[0] for v in voices], y, w, np.arange(0.2, 0.85, 0.05))
    known = e >= 0
    te, wider, _, vote_emotion = _mix([v[1][known] for v in voices], e[known], w[known], [blend])
    at = lambda x, by: round(float(x * by), 4)
    return {
        "temperature": {
            "intent": at(t[0], scale), "emotion": at(te[0], wider), "linear_intent": at(t[1], scale), "linear_emotion": at(te[1], wider),
        },
        "blend": round(float(blend), 2),
        "votes": {
            "intent": {"temperature": at(t[2], scale), "share": round(float(vote), 2)},
            "emotion": {"temperature": at(te[2], wider), "share": round(float(vote_emotion), 2)},
        },
    }


def _mix(voices, y, w, blends):
    """Return (temperatures, common scale, blend of the first two, share of the third) of the least negative log-likelihood."""
    temperatures = [temperature(v, y, w) for v in voices]
    best = None
    # The voices agree often, so their mean is less sure than any of them: a common scale sharpens them together.
    for scale in np.exp(np.linspace(np.log(0.4), np.log(1.4), 21)):
        a, b, c = (softmax(v / (t * scale))[np.arange(len(y)), y] for v, t in zip(voices, temperatures))
        for blend in blends:
            for vote in np.arange(0, 0.65, 0.05):
                p = vote * c + (1 - vote) * (blend * a + (1 - blend) * b)
                score = float((-np.log(np.maximum(p, 1e-9)) * w).sum() / w.sum())
                if best is None or score < best[0]:
                    best = score, scale, blend, vote
    return (temperatures, *best[1:])


def lean(net, lin, feel, settings, by):
    """Return the three models with by[head] added to a head's logits, as much in each as its temperature undoes."""
    t, at = settings["temperature"], 0
    net, lin, feel = dict(net), dict(lin), dict(feel)
    lin["bias"], bias = lin["bias"].copy(), feel["out"][1].copy()
    for head, classes in (("intent", INTENTS), ("emotion", EMOTIONS)):
        more, rows = np.asarray(by[head], np.float32), slice(at, at + len(classes))
        at += len(classes)
        net[head] = net[head][0], net[head][1] + more * np.float32(t[head])
        lin["bias"][rows] += more * np.float32(t["linear_" + head])
        bias[rows] += more * np.float32(settings["votes"][head]["temperature"])
    feel["out"] = feel["out"][0], bias
    return net, lin, feel


def blend(settings, cnn, lin, feel):
    """Return the (intent, emotion, sentiment) probabilities, each blended."""
    t, b = settings["temperature"], settings["blend"]
    out = []
    for at, head in enumerate(("intent", "emotion")):
        v = settings["votes"][head]
        both = b * softmax(cnn[at] / t[head]) + (1 - b) * softmax(lin[at] / t["linear_" + head])
        out.append(v["share"] * softmax(feel[at] / v["temperature"]) + (1 - v["share"]) * both)
    s = settings["blend_sentiment"]
    out.append(s * softmax(feel[2] / settings["sentiment"]["temperature"]) + (1 - s) * softmax(lin[2] / t["linear_sentiment"]))
    return tuple(out)
