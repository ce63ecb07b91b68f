"""Text normalisation, step for step the same as the Go side's tokeniser."""

import re
import unicodedata

# Unicode White_Space, spelled out because str.isspace() also counts U+001C..U+001F.
_WHITE = set(
    [0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
    + list(range(0x09, 0x0E))
    + list(range(0x2000, 0x200B))
)
_DIGITS = re.compile(r"[0-9]{5,}")
_REPEAT = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACES = re.compile(r" +")


def _keep(ch):
    code = ord(ch)
    if code in _WHITE:
        return " "
    if 0xFE00 <= code <= 0xFE0F or unicodedata.category(ch) in ("Cc", "Cf"):
        return ""
    return ch


def normalize(text):
    """Return the form the model sees: NFKC, lower case, plain spaces, masked digit runs, short repeats."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    text = "".join(_keep(c) for c in text)
    text = _DIGITS.sub("00000", text)
    text = _REPEAT.sub(r"\1\1\1", text)
    return _SPACES.sub(" ", text).strip(" ")
