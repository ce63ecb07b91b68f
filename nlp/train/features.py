"""What the two models read: padded character ids, and hashed character n-grams."""

import numpy as np

PAD, UNK, EDGE = 0, 1, 2
FIRST = 3  # id of the first line of vocab.txt
MAX_LEN = 64
BUCKETS = 1 << 17  # of what tells intent and emotion
WIDE = 1 << 19  # of what tells sentiment: it learns from reviews too, whose n-grams would crowd the others' buckets
BOUNDARY = "\u0002"
_MASK = (1 << 64) - 1


def build_vocab(texts, least=2, most=3500):
    """Return the characters seen at least `least` times, most frequent first."""
    count = {}
    for text in texts:
        for ch in text:
            count[ch] = count.get(ch, 0) + 1
    chars = [c for c, n in count.items() if n >= least and c not in "\n\r"]
    chars.sort(key=lambda c: (-count[c], c))
    return chars[:most]


def encode(text, index):
    """Return the ids of a normalised text: two pads, up to MAX_LEN characters, two pads."""
    return [PAD, PAD] + [index.get(c, UNK) for c in text[:MAX_LEN]] + [PAD, PAD]


def encode_inner(text, index):
    """Return the ids of a normalised text without the pads around it, as the sentiment model reads it."""
    return [index.get(c, UNK) for c in text[:MAX_LEN]]


def pad_batch(rows):
    """Stack id lists into one int64 array, zeros to the right."""
    width = max(len(r) for r in rows)
    out = np.zeros((len(rows), width), np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


_cache = {}


def _bucket(gram):
    idx = _cache.get(gram)
    if idx is None:
        h = 0xCBF29CE484222325
        for byte in gram.encode("utf-8"):
            h = ((h ^ byte) * 0x100000001B3) & _MASK
        idx = (h ^ (h >> 32)) & (WIDE - 1)
        _cache[gram] = idx
    return idx


def grams(text):
    """Return the sorted distinct buckets, of WIDE, of the 1- to 4-grams of a normalised text."""
    text = BOUNDARY + text + BOUNDARY
    seen = set()
    for n in range(1, 5):
        for i in range(len(text) - n + 1):
            gram = text[i : i + n]
            if gram != BOUNDARY:
                seen.add(_bucket(gram))
    return sorted(seen)
