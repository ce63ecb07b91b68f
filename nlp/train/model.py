"""The character TextCNN: windows anchored at a character, max over the text, two heads."""

import numpy as np
import torch
from torch import nn

from features import PAD

# (width, anchor): the window's characters before the anchor, the anchor itself, those after.
WINDOWS = ((1, 0), (2, 0), (3, 1), (4, 1))
MASKED = -1e4


class TextCNN(nn.Module):
    """Embeds ids, sums one learned vector per offset, keeps the best window; padding cannot win a window.

    A window counts only where its anchor is a character, so the result does not depend on the zeros to the
    right. Because the first layer is linear in the embedding, a lookup table can replace it at export.
    """

    def __init__(self, vocab, intents, emotions, dim=64, filters=144, dropout=0.4, windows=WINDOWS):
        super().__init__()
        self.windows, self.filters = windows, filters
        self.embed = nn.Embedding(vocab, dim, padding_idx=PAD)
        nn.init.normal_(self.embed.weight, std=0.3)
        with torch.no_grad():
            self.embed.weight[PAD].zero_()
        self.taps = nn.ModuleList(nn.Linear(dim, w * filters, bias=False) for w, _ in windows)
        self.bias = nn.ParameterList(nn.Parameter(torch.zeros(filters)) for _ in windows)
        total = filters * len(windows)
        self.drop_in, self.drop = nn.Dropout(0.15), nn.Dropout(dropout)
        self.intent = nn.Linear(total, intents)
        self.emotion = nn.Linear(total, emotions)

    def pooled(self, ids):
        """Return the pooled features, batch × (windows · filters)."""
        x, mask, out = self.drop_in(self.embed(ids)), ids != PAD, []
        batch, length, dim = x.shape
        for (width, anchor), tap, bias in zip(self.windows, self.taps, self.bias):
            n = length - width + 1
            # One product for all offsets of a window: a third of the time that one for each takes.
            weight = tap.weight.view(width, self.filters, dim).transpose(1, 2).reshape(width * dim, self.filters)
            seen = torch.cat([x[:, j : j + n] for j in range(width)], 2).view(batch * n, width * dim)
            total = (seen @ weight).view(batch, n, self.filters)
            total = total + torch.where(mask[:, anchor : anchor + n, None], 0.0, MASKED)
            out.append(torch.relu(total.amax(1) + bias))
        return torch.cat(out, 1)

    def forward(self, ids):
        """Return (intent logits, emotion logits)."""
        x = self.drop(self.pooled(ids))
        return self.intent(x), self.emotion(x)


def state(model):
    """Return the trained weights as numpy arrays, in the form export.py and the numpy reference read."""
    get = lambda t: t.detach().numpy().astype(np.float32)
    return {
        "embed": get(model.embed.weight),
        "taps": [get(t.weight).T.copy() for t in model.taps],  # dim × (width · filters)
        "bias": [get(b) for b in model.bias],
        "windows": model.windows,
        "filters": model.filters,
        "intent": (get(model.intent.weight), get(model.intent.bias)),
        "emotion": (get(model.emotion.weight), get(model.emotion.bias)),
    }


def forward_numpy(net, ids):
    """Return (intent, emotion) logits of the exported network, computed without torch or a runtime.

    The products of embedding and taps are rounded to 16 bits, as the exported lookup tables are.
    """
    pooled = []
    for (width, anchor), tap, bias in zip(net["windows"], net["taps"], net["bias"]):
        y = (net["embed"][ids] @ tap).astype(np.float16).astype(np.float32).reshape(ids.shape[0], ids.shape[1], width, net["filters"])
        n = ids.shape[1] - width + 1
        total = sum(y[:, j : j + n, j] for j in range(width))
        total = np.where((ids[:, anchor : anchor + n] == PAD)[:, :, None], np.float32(MASKED), total)
        pooled.append(np.maximum(total.max(axis=1) + bias, 0))
    x = np.concatenate(pooled, 1)
    return tuple(x @ w.T + b for w, b in (net["intent"], net["emotion"]))
