"""Reads our own corpus and, when asked, the shared real lines, always without their held-out fifth."""

import csv
import glob
import hashlib
import json
import os
import random
import re
from dataclasses import dataclass, field

from labels import CHATTER, EMOTION, INTENT, SENTIMENT, UNKNOWN
from normalize import normalize

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "..", "corpus")
COLUMNS = ["text", "intent", "emotion", "sentiment", "persona"]
_SLOT = re.compile(r"\{([a-z]+)\}")


@dataclass
class Line:
    """One text with what is known of it. `intents` is a distribution {index: share}; `emotion` and `sentiment` -1 are not labelled."""

    text: str
    intents: dict
    emotion: int = -1
    sentiment: int = -1
    weight: float = 1.0
    smooth: float = 0.05
    source: str = "own"
    clear: bool = True
    either: bool = False  # `chatter` or `unknown`, nobody said which
    norm: str = field(default="", repr=False)

    def __post_init__(self):
        self.norm = normalize(self.text)

    @property
    def intent(self):
        """The heaviest intent."""
        return max(self.intents, key=self.intents.get)


def hash_bytes(text):
    """Return SHA-256 of a text; byte 0 decides the held-out fifth, byte 1 our development split."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def held_out(text):
    """Report whether the shared corpora's rule reserves this line for testing."""
    return hash_bytes(text)[0] < 51


def in_dev(text):
    """Report whether a real training line serves as development line (tuning, temperature)."""
    return hash_bytes(text)[1] < 51


def read_tsv(path):
    """Return the rows of one of our files as dictionaries."""
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    if rows[0] != COLUMNS:
        raise ValueError(f"{path}: columns are {rows[0]}, want {COLUMNS}")
    out = []
    for n, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS):
            raise ValueError(f"{path}:{n}: {len(row)} fields, want {len(COLUMNS)}")
        out.append(dict(zip(COLUMNS, row)))
    return out


def train_files():
    """Return the training files of our corpus, in a fixed order."""
    names = sorted(glob.glob(os.path.join(CORPUS, "*.tsv")))
    return [n for n in names if os.path.basename(n) not in ("dev.tsv", "test.tsv")]


def read_slots():
    """Return {slot: values} from corpus/slots."""
    slots = {}
    for path in sorted(glob.glob(os.path.join(CORPUS, "slots", "*.txt"))):
        with open(path, encoding="utf-8") as f:
            slots[os.path.basename(path)[:-4]] = [x for x in f.read().split("\n") if x]
    return slots


def expand(text, slots, rng):
    """Fill every {slot} of a text with a value drawn from its list."""
    return _SLOT.sub(lambda m: rng.choice(slots[m.group(1)]), text)


def mask_slots(text):
    """Replace every slot by one placeholder, for the overlap check."""
    return _SLOT.sub("□", text)


def own_lines(paths, seed):
    """Return our lines with slots expanded from the seed."""
    rng, slots, out = random.Random(seed), read_slots(), []
    for path in paths:
        for row in read_tsv(path):
            text = expand(row["text"], slots, rng)
            out.append(Line(text, {INTENT[row["intent"]]: 1.0}, EMOTION[row["emotion"]], SENTIMENT[row["sentiment"]]))
    return out


def _rows(root, name):
    with open(os.path.join(root, name), encoding="utf-8") as f:
        lines = f.read().split("\n")
    head = lines[0].split("\t")
    return [dict(zip(head, x.split("\t"))) for x in lines[1:] if x]


def _real(row):
    clear = row["clear"] == "1"
    return Line(
        row["text"], {INTENT[row["intent"]]: 1.0}, EMOTION[row["emotion"]], SENTIMENT[row["sentiment"]], weight=1.0 if clear else 0.7,
        smooth=0.05 if clear else 0.3, source="real", clear=clear,
    )


def real_lines(root):
    """Return (training, development) labelled real lines; the held-out fifth is not read into either."""
    lines = [_real(r) for r in _rows(root, "intents/real_intents.tsv") if not held_out(r["text"])]
    return [x for x in lines if not in_dev(x.text)], [x for x in lines if in_dev(x.text)]


def real_test(root):
    """Return the held-out fifth of the labelled real lines. Only evaluate.py may call this."""
    return [_real(r) for r in _rows(root, "intents/real_intents.tsv") if held_out(r["text"])]


# Small talk among the assistant commands that our taxonomy does answer.
_TALK = re.compile(r"你好|您好|谢|再见|拜拜|晚安|早安|早上好|人工|客服|在吗|好的|嗯|漂亮|好美|喜欢|爱你|真棒|厉害|快递|多少钱|价格|买|卖|淘宝|京东|退|货")
# What a danmaku must not contain to pass as noise: anything that might ask a shop, greet, agree or praise.
_SHOP = re.compile(
    r"货|价|钱|链接|色|码|退|多少|客服|买|卖|券|优惠|便宜|贵|送|尺|质量|快递|发票|地址|单|款|穿|用|吃|适合|推荐|有没有|几|号|正品|"
    r"你好|大家好|谢|再见|拜|晚安|早|好看|好美|美|漂亮|喜欢|好听|可爱|爱了|棒|赞|厉害|优秀|不错|好用|香|推|在吗|人呢|投诉|差评|垃圾|骗|建议|希望"
)
_SHORT = re.compile(r"^(是|是的|好|好的|对|对的|对啊|嗯+|行|可以|要|不|不要|不是|不用|没有|有|哦+|1|ok|好吧|好滴|算了|没|是啊|对呀|可)[!！。.~～]*$", re.I)


def out_of_scope(root, test=False):
    """Return assistant commands and small talk as `unknown` lines."""
    out = []
    for name in ("out_of_scope/chat_2017.tsv", "out_of_scope/chat_2019.tsv"):
        for row in _rows(root, name):
            if held_out(row["text"]) == test and not _TALK.search(row["text"]):
                out.append(Line(row["text"], {UNKNOWN: 1.0}, weight=0.5, source="scope"))
    return out


def danmaku(root, test=False):
    """Return room noise, known only to be `chatter` or `unknown`; without what might be anything else."""
    out = []
    with open(os.path.join(root, "unlabelled/danmaku.txt"), encoding="utf-8") as f:
        for text in f.read().split("\n"):
            if not text or held_out(text) != test:
                continue
            if not test and (_SHOP.search(text) or _SHORT.match(text)):
                continue
            out.append(Line(text, {CHATTER: 0.5, UNKNOWN: 0.5}, weight=0.5, source="danmaku", either=True))
    return out


def service_lines(root):
    """Return unlabelled real customer lines (not held out) for self-training."""
    with open(os.path.join(root, "unlabelled/service.txt"), encoding="utf-8") as f:
        return [x for x in f.read().split("\n") if x and not held_out(x)]


def _labelled(name, texts, source):
    """Return the lines among texts that a file of ours labels; it names them by hash, never by text."""
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        rows = [x.split("\t") for x in f.read().split("\n")[1:] if x]
    known, out = {r[0]: r[1:] for r in rows}, []
    for text in texts:
        label = known.pop(hash_bytes(text).hex()[:20], None)
        if not label:
            continue
        intent, emotion, sentiment, clear = label
        clear = clear == "1"
        out.append(Line(
            text, {INTENT[intent]: 1.0}, EMOTION[emotion], SENTIMENT.get(sentiment, -1), weight=1.0 if clear else 0.7,
            smooth=0.05 if clear else 0.3, source=source, clear=clear,
        ))
    return out


def service_labels(root):
    """Return the unlabelled real customer lines that we labelled ourselves."""
    return _labelled("service_labels.tsv", service_lines(root), "service")


def danmaku_labels(root):
    """Return the room comments that we labelled ourselves."""
    with open(os.path.join(root, "unlabelled/danmaku.txt"), encoding="utf-8") as f:
        return _labelled("danmaku_labels.tsv", [x for x in f.read().split("\n") if x and not held_out(x)], "danmaku")


REVIEWS = {  # {file: (column of the label, {label: sentiment})}; other labels are irrelevant or spam
    "sentiment/online_shopping_10_cats.tsv": ("label(1=pos,0=neg)", {"1": "positive", "0": "negative"}),
    "sentiment/waimai_10k.tsv": ("label(1=pos,0=neg)", {"1": "positive", "0": "negative"}),
    "sentiment/jd_reviews_5tag.tsv": ("tag", {"3": "positive", "2": "neutral", "1": "negative"}),
}


def reviews(root, test=False):
    """Return reviews with a sentiment alone: none of the held-out fifth, or (test) that of the ten categories."""
    out = []
    for name, (column, labels) in REVIEWS.items():
        if test and "10_cats" not in name:
            continue
        for row in _rows(root, name):
            label = labels.get(row[column])
            if label and row["text"] and held_out(row["text"]) == test:
                out.append(Line(row["text"], {}, sentiment=SENTIMENT[label], source="review"))
    return out


def held_out_forms(root):
    """Return the normal forms of every held-out line, so that none is trained on by way of an equal line elsewhere."""
    texts = [r["text"] for r in _rows(root, "intents/real_intents.tsv")]
    for name in ("unlabelled/service.txt", "unlabelled/danmaku.txt"):
        with open(os.path.join(root, name), encoding="utf-8") as f:
            texts += f.read().split("\n")
    for name in ("out_of_scope/chat_2017.tsv", "out_of_scope/chat_2019.tsv"):
        texts += [r["text"] for r in _rows(root, name)]
    for name in REVIEWS:
        texts += [r["text"] for r in _rows(root, name)]
    return {normalize(t) for t in texts if t and held_out(t)}


def _grams4(text):
    text = " " + text + " "
    return {text[i : i + 4] for i in range(max(1, len(text) - 3))}


def overlaps(train, frozen, limit=0.7):
    """Return pairs (frozen text, training text) whose normalised, slot-masked 4-gram Jaccard reaches the limit."""
    index, grams = {}, []
    for i, text in enumerate(train):
        grams.append(_grams4(normalize(mask_slots(text))))
        for g in grams[-1]:
            index.setdefault(g, []).append(i)
    found = []
    for text in frozen:
        mine, shared = _grams4(normalize(mask_slots(text))), {}
        for g in mine:
            for i in index.get(g, ()):
                shared[i] = shared.get(i, 0) + 1
        for i, n in shared.items():
            if n / (len(mine) + len(grams[i]) - n) >= limit:
                found.append((text, train[i]))
                break
    return found


def sample(lines, most, seed):
    """Return at most `most` lines, chosen by the seed, in their order."""
    if len(lines) <= most:
        return lines
    keep = sorted(random.Random(seed).sample(range(len(lines)), most))
    return [lines[i] for i in keep]


def check_frozen():
    """Return the texts of dev.tsv and test.tsv after comparing both files with the hashes in frozen.json."""
    with open(os.path.join(CORPUS, "frozen.json"), encoding="utf-8") as f:
        want = json.load(f)
    texts = []
    for name in ("dev.tsv", "test.tsv"):
        path = os.path.join(CORPUS, name)
        with open(path, "rb") as f:
            got = hashlib.sha256(f.read()).hexdigest()
        if got != want[name]:
            raise SystemExit(f"{name} changed after it was frozen: {got}")
        texts += [r["text"] for r in read_tsv(path)]
    return texts
