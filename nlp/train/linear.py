"""The hashed character n-gram model: the second voice of the blend, and the fallback in pure Go."""

import struct

import numpy as np
import torch
from torch import nn

from features import BUCKETS, gram_batch
from labels import EMOTIONS, INTENTS

MAGIC = b"LRLIN1\0\0"


class Linear(nn.Module):
    """One weight row per bucket, all classes side by side (intents, emotions, sentiments)."""

    def __init__(self, classes):
        super().__init__()
        self.bag = nn.EmbeddingBag(BUCKETS, classes, mode="sum")
        nn.init.zeros_(self.bag.weight)
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, flat, offsets, weights):
        """Return logits, batch × classes."""
        return self.bag(flat, offsets, per_sample_weights=weights) + self.bias


def heads(out):
    """Split logits into those of intent, emotion and sentiment."""
    a, b = len(INTENTS), len(INTENTS) + len(EMOTIONS)
    return out[:, :a], out[:, a:b], out[:, b:]


def quantise(model):
    """Return {scale, bias, weights int8}: one scale a class."""
    w = model.bag.weight.detach().numpy()
    scale = np.maximum(np.abs(w).max(axis=0), 1e-6) / 127
    return {
        "scale": scale.astype(np.float32),
        "bias": model.bias.detach().numpy().astype(np.float32),
        "weights": np.rint(w / scale).clip(-127, 127).astype(np.int8),
    }


def forward_numpy(lin, rows):
    """Return logits of the quantised model for lists of buckets."""
    out = np.zeros((len(rows), len(lin["bias"])), np.float32)
    for i, row in enumerate(rows):
        total = lin["weights"][row].astype(np.int32).sum(axis=0) if row else 0
        out[i] = lin["bias"] + lin["scale"] * total / np.float32(np.sqrt(max(1, len(row))))
    return out


def write(lin, path):
    """Write linear.bin: magic, buckets, classes, scale, bias, int8 rows; all little-endian."""
    with open(path, "wb") as f:
        f.write(MAGIC + struct.pack("<II", *lin["weights"].shape))
        f.write(lin["scale"].astype("<f4").tobytes() + lin["bias"].astype("<f4").tobytes())
        f.write(lin["weights"].tobytes())


def batch(rows):
    """Return the tensors the model takes for lists of buckets."""
    return tuple(torch.from_numpy(x) for x in gram_batch(rows))
