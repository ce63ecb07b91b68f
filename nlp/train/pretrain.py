"""Character embeddings from unlabelled text: guess a character from the six around it, each place with its own weights."""

import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import corpus
from features import PAD, UNK
from normalize import normalize

REACH = 3
REVIEWS = ("sentiment/online_shopping_10_cats.tsv", "sentiment/waimai_10k.tsv", "sentiment/jd_reviews_5tag.tsv")


def texts(root, most=1_200_000, seed=5):
    """Return normalised unlabelled texts, none held out: service lines, room noise and a sample of the reviews."""
    out = corpus.service_lines(root)
    with open(os.path.join(root, "unlabelled/danmaku.txt"), encoding="utf-8") as f:
        out += [x for x in f.read().split("\n") if x and not corpus.held_out(x)]
    reviews = []
    for name in REVIEWS:
        with open(os.path.join(root, name), encoding="utf-8") as f:
            rows = [x.split("\t")[-1] for x in f.read().split("\n")[1:] if x]
        reviews += [x for x in rows if not corpus.held_out(x)]
    rng, size = np.random.default_rng(seed), 0
    for i in rng.permutation(len(reviews)):
        out.append(reviews[i])
        size += len(reviews[i])
        if size >= most:
            break
    return [normalize(x) for x in out]


def embeddings(lines, index, dim, steps=3000, batch=1536, negatives=512, seed=5):
    """Return a (characters + 3) × dim matrix with a standard deviation of 0.3 and zeros for PAD.

    The output layer is scored against the true character and a shared sample of others (drawn by frequency, which
    the logits correct for): a tenth of the full softmax's time.
    """
    torch.manual_seed(seed)
    flat = []
    for line in lines:
        flat += [PAD] * REACH + [index.get(c, UNK) for c in line]
    ids = torch.tensor(flat + [PAD] * REACH)
    places = torch.tensor([j for j in range(-REACH, REACH + 1) if j])
    size = len(index) + 3
    embed, mix = nn.Embedding(size, dim, padding_idx=PAD), nn.Linear(dim * len(places), dim)
    out, bias = nn.Embedding(size, dim), nn.Parameter(torch.zeros(size))
    opt = torch.optim.Adam([*embed.parameters(), *mix.parameters(), *out.parameters(), bias], lr=3e-3)
    centres = torch.nonzero(ids > UNK).squeeze(1)
    share = torch.bincount(ids[centres], minlength=size).float() ** 0.75
    share[: UNK + 1] = 0
    share, log_share = share / share.sum(), torch.log(share / share.sum() + 1e-9)
    for step in range(steps):
        for group in opt.param_groups:
            group["lr"] = 3e-3 * max(1 - step / steps, 0.05)
        at = centres[torch.randint(len(centres), (batch,))]
        hidden = torch.tanh(mix(embed(ids[at[:, None] + places]).flatten(1)))
        true, other = ids[at], torch.multinomial(share, negatives)
        hit = (hidden * out(true)).sum(1) + bias[true] - log_share[true]
        miss = hidden @ out(other).T + (bias - log_share)[other]
        miss = miss.masked_fill(true[:, None] == other, -1e9)
        cost = F.cross_entropy(torch.cat([hit[:, None], miss], 1), torch.zeros(batch, dtype=torch.long))
        opt.zero_grad()
        cost.backward()
        opt.step()
    rows = embed.weight.detach() + 0
    rows = rows / rows[UNK + 1 :].std() * 0.3
    rows[PAD] = 0
    return rows
