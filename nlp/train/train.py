"""Makes nlp/model from nlp/corpus, and from the shared real lines where LIVEROOM_CORPORA names their folder.

Run: /usr/bin/python3 nlp/train/train.py [--out FOLDER] [--version NAME] [--quick] [--dev-only]
"""

import argparse
import datetime
import itertools
import json
import multiprocessing
import os
import re
import time
from concurrent import futures

# One thread a process, set before any library starts its own: sums in another order give other weights.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"


def _kernels():
    """Return the name of OpenBLAS's kernels for this processor, which an older OpenBLAS takes for one of 2004: five times slower."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        flags = set(re.search(r"^flags\s*:(.*)$", f.read(), re.M).group(1).split())
    return "SkylakeX" if "avx512bw" in flags else "Haswell" if {"avx2", "fma"} <= flags else ""


try:
    if _kernels():
        os.environ.setdefault("OPENBLAS_CORETYPE", _kernels())
except (OSError, AttributeError):
    pass  # not Linux on x86: OpenBLAS knows best

import numpy as np
import torch

import card
import compare
import corpus
import export
import fit
import linear
import model
import pretrain
import sentiment
import sentiment_graph
from evaluate import Scorer, confusions, feel_logits, fire_rate, intent_rows, macro_f1, per_intent, review_rows
from features import MAX_LEN, build_vocab, encode_inner
from labels import INTENTS, SENTIMENTS
from normalize import normalize

SEED = 20
SCOPE, DANMAKU = 300, 400  # noise lines an epoch; more of them make real questions look like noise
FEEL_EPOCHS = 6  # of the sentiment model
# Added to the logits of what a shop must not miss. On development lines it finds a tenth more of them and leaves accuracy as it is.
LEAN = {"quality_complaint": 0.35, "service_complaint": 0.35}
MOODS = 20  # leanings of the emotions that are averaged
REAL = 3  # how often a real line is counted against one of ours
THRESHOLDS = {
    "default": 0.85, "return_refund": 0.88, "refund_progress": 0.9, "order_change": 0.88,
    "quality_complaint": 0.88, "service_complaint": 0.88,
}


def say(*words):
    """Print with the seconds since the start."""
    print(f"[{time.monotonic() - BEGIN:6.1f}s]", *words, flush=True)


BEGIN = time.monotonic()
SHARED = {}  # what the training processes inherit


def check_corpus():
    """Refuse a frozen set that changed, or one that a training line overlaps."""
    frozen = corpus.check_frozen()
    train = [r["text"] for path in corpus.train_files() for r in corpus.read_tsv(path)]
    bad = corpus.overlaps(train, frozen)
    for text, other in bad:
        say(f"overlap: {text!r} ~ {other!r}")
    if bad:
        raise SystemExit(f"{len(bad)} frozen lines overlap training lines")
    say(f"corpus: {len(train)} training lines, {len(frozen)} frozen lines, no overlap")


class Sets:
    """Every line of one run, by role."""

    def __init__(self, root):
        self.files = corpus.train_files()
        self.dev = corpus.own_lines([os.path.join(corpus.CORPUS, "dev.tsv")], SEED)
        self.test = corpus.own_lines([os.path.join(corpus.CORPUS, "test.tsv")], SEED)
        self.real, self.real_dev, self.scope, self.danmaku, self.service = [], [], [], [], []
        self.felt, self.reviews = [], []  # labelled service lines and room comments; reviews
        if root:
            self.real, self.real_dev = corpus.real_lines(root)
            self.scope, self.danmaku = corpus.out_of_scope(root), corpus.danmaku(root)
            self.service = corpus.service_lines(root)
            self.felt = corpus.service_labels(root) + corpus.danmaku_labels(root)
            self.reviews = [x for x in corpus.reviews(root) if x.norm]
        self.own, self.banned = {}, corpus.held_out_forms(root) if root else set()
        self.real, self.real_dev, self.scope, self.danmaku, self.felt, self.reviews = (
            [x for x in part if x.norm not in self.banned]
            for part in (self.real, self.real_dev, self.scope, self.danmaku, self.felt, self.reviews)
        )
        self.review_dev = [x for x in self.reviews if corpus.in_dev(x.text)]

    def maker(self, extra):
        """Return make_lines(epoch): our lines freshly expanded, and the extra ones."""

        def make(epoch):
            if epoch not in self.own:
                self.own[epoch] = [x for x in corpus.own_lines(self.files, SEED + epoch) if x.norm not in self.banned]
            return self.own[epoch] + extra + (self.noise(epoch) if extra else [])

        return make

    def extra(self, role, often):
        """Return the real lines of a role; those of real_intents.tsv come so often."""
        if role == "alone":
            return []
        if role == "final":
            return (self.real + self.real_dev) * often + self.felt
        kept = {x.norm for x in self.real_dev}
        return self.real * often + [x for x in self.felt if x.norm not in kept]

    def stances(self, role):
        """Return (make_lines, reviews) of what tells sentiment, for a role."""
        own = self.maker([])
        if role == "alone":
            return own, []
        extra = self.real + self.felt
        if role == "final":
            return lambda epoch: own(epoch) + extra + self.real_dev, self.reviews
        kept = {x.norm for x in self.review_dev} | {x.norm for x in self.real_dev}
        extra = [x for x in extra if x.norm not in kept]
        return lambda epoch: own(epoch) + extra, [x for x in self.reviews if x.norm not in kept]

    def noise(self, epoch):
        """Return the epoch's share of assistant commands and room noise."""
        return corpus.sample(self.scope, SCOPE, SEED + epoch) + corpus.sample(self.danmaku, DANMAKU, SEED + epoch)

    def chars(self, with_real):
        """Return the vocabulary."""
        texts = [x.norm for e in range(6) for x in self.maker([])(e)]
        if with_real:
            texts += [x.norm for x in self.real + self.real_dev + self.scope + self.danmaku] + [normalize(t) for t in self.service]
        return build_vocab(texts)


def job(kind, role, quick):
    """Train one model of one role in its own process: `dev`, `final` or `alone`; return its exported form."""
    sets, chars, start = SHARED["sets"], *SHARED["chars", role == "alone"]
    make = sets.maker(sets.extra(role, REAL if kind == "cnn" else 1))
    if kind == "feel":
        make, reviews = sets.stances(role)
        net = sentiment.train(make, reviews, chars, start, epochs=2 if quick else FEEL_EPOCHS, seed=SEED)
        out = sentiment_graph.state(net), sentiment.train_columns(make, reviews)
    elif kind == "cnn":
        out = model.state(fit.train_cnn(make, chars, epochs=3 if quick else 10, seed=SEED, start=start))
    else:
        out = linear.train(make, seed=SEED)
    say(role, kind, "trained")
    return out


def train_all(roles, quick):
    """Return {(kind, role): exported form}, two processes at a time."""
    with futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        jobs = {(k, r): pool.submit(job, k, r, quick) for k in ("feel", "cnn", "linear") for r in roles}  # the longest first
        made = {key: f.result() for key, f in jobs.items()}
    for r in roles:
        made["feel", r], columns = made["feel", r]
        made["linear", r] = sentiment.with_columns(made["linear", r], columns)
    return made


def calibrated(net, lin, feel, chars, lines, reviews):
    """Return the scorer with temperatures, blends and moods fitted on lines that no model saw."""
    index = {c: i + 3 for i, c in enumerate(chars)}
    texts = [x.norm for x in lines]
    logits = fit.cnn_logits(net, index, texts), fit.linear_logits(lin, texts), feel_logits(feel, index, texts)
    settings = fit.calibrate(*logits, lines)
    votes = settings["votes"]
    settings["thresholds"] = THRESHOLDS
    settings.update(stance(lin, feel, index, lines, corpus.sample(reviews, 3000, SEED)))
    settings["sentiment"]["votes"] = votes
    settings["temperature"]["linear_sentiment"] = settings.pop("linear_sentiment")
    by = {"intent": [LEAN.get(k, 0) for k in INTENTS], "emotion": moods(fit.blend(settings, *logits)[1], lines)}
    say("moods lean by", by["emotion"])
    return Scorer(*fit.lean(net, lin, feel, settings, by), index, settings), by


def moods(p, lines):
    """Return what to add to the logits of each emotion: the best macro-F1 over our lines and the real ones, half each.

    Moods other than calm are rare, and whoever calls everything calm is mostly right: the likeliest mood is not the most
    useful one. Steps are coarse, since lines are few.
    """
    sets = [np.array([x.source == name and x.emotion >= 0 for x in lines]) for name in ("own", "real")]
    y, log_p = np.array([x.emotion for x in lines]), np.log(np.maximum(p, 1e-9))
    worth = lambda by: np.mean([macro_f1(y[s], (log_p[s] + by).argmax(axis=1), range(p.shape[1]))[0] for s in sets if s.any()])
    steps = np.arange(0, 1.3, 0.2)
    grid = [np.array([0, *by], np.float32) for by in itertools.product(steps, repeat=p.shape[1] - 1)]
    found = sorted(grid, key=worth)[-MOODS:]  # a mean of the best few depends less on single lines than the best
    return [round(float(x), 2) for x in np.mean(found, axis=0)]


def stance(lin, feel, index, lines, reviews):
    """Return the settings of sentiment, fitted on chat lines and reviews that neither part saw."""
    lines = [x for x in lines if x.sentiment >= 0]
    both = lambda part: (feel_logits(feel, index, [x.norm for x in part])[2], fit.linear_logits(lin, [x.norm for x in part])[2])
    y, w = np.array([x.sentiment for x in lines]), np.array([x.weight for x in lines])
    review = (*both(reviews), np.array([x.sentiment for x in reviews])) if reviews else None
    found = sentiment.calibrate(*both(lines), y, w, review)
    return {
        "sentiment": {"classes": SENTIMENTS, "max_len": MAX_LEN, "temperature": found["temperature"]},
        "blend_sentiment": found["blend"], "linear_sentiment": found["linear"],
    }


def show(title, rows):
    """Print one table of figures."""
    print(f"\n{title}")
    for name, text in rows:
        print(f"  {name:40s} {text}")


def report(scorer, sets):
    """Print the figures of the development sets."""
    say("calibration", scorer.settings["temperature"], scorer.settings["blend"], scorer.settings["votes"])
    if sets.real_dev:
        show("development split of the real lines", intent_rows(scorer, sets.real_dev))
        show("development split, clear lines", intent_rows(scorer, [x for x in sets.real_dev if x.clear]))
    show("our dev.tsv", intent_rows(scorer, sets.dev))
    if sets.review_dev:
        show("development split of the reviews", review_rows(scorer, corpus.sample(binary(sets.review_dev), 3000, SEED)))


def binary(reviews):
    """Return the reviews that are positive or negative."""
    return [x for x in reviews if x.sentiment != sentiment.NEUTRAL]


def figures(scorer, sets, root):
    """Return {title: rows} over the test sets. The only place that reads the held-out fifth."""
    out = {"our test.tsv": intent_rows(scorer, sets.test)}
    if root:
        real = corpus.real_test(root)
        out["real lines, held-out fifth, all"] = intent_rows(scorer, real)
        out["real lines, held-out fifth, clear = 1"] = intent_rows(scorer, [x for x in real if x.clear])
        unclear = [x for x in real if not x.clear]
        out["real lines, held-out fifth, clear = 0"] = intent_rows(scorer, unclear)
        out["reviews of ten categories, held-out fifth"] = review_rows(scorer, [x for x in corpus.reviews(root, test=True) if x.norm])
        out["out of scope, held-out fifth: business intent fired"] = [
            ("assistant commands", fire_rate(scorer, corpus.out_of_scope(root, test=True))),
            ("danmaku", fire_rate(scorer, corpus.danmaku(root, test=True))),
        ]
    return out


def main():
    """Train, export, measure, write the card."""
    args = arguments()
    torch.set_num_threads(1)  # two processes of one thread each: faster than two threads, and the same result every time
    root = os.environ.get("LIVEROOM_CORPORA", "")
    check_corpus()
    sets = SHARED["sets"] = Sets(root)
    chars = SHARED["chars", True] = sets.chars(False), None
    roles = ["alone"]
    if root:
        chars = sets.chars(True)
        index = {c: i + 3 for i, c in enumerate(chars)}
        say(f"{len(chars)} characters, {len(sets.real)} + {len(sets.real_dev)} real, {len(sets.scope)} + {len(sets.danmaku)} noise lines")
        start = pretrain.embeddings(pretrain.texts(root), index, 64, steps=200 if args.quick else 2000)
        say("character embeddings ready")
        SHARED["chars", False] = chars, start
        roles = ["dev"] if args.dev_only else ["dev", "final", "alone"]
    made = train_all(roles, args.quick)
    scorers = {}
    if root:
        scorers["dev"], by = calibrated(made["cnn", "dev"], made["linear", "dev"], made["feel", "dev"], chars, sets.real_dev + sets.dev, sets.review_dev)
        report(scorers["dev"], sets)
        if args.dev_only:
            for truth, said, texts in confusions(scorers["dev"], sets.real_dev + sets.dev, 60):
                print(truth, "->", said, len(texts), texts[:8])
            return
        settings = scorers["dev"].settings
        final = Scorer(*fit.lean(*(made[kind, "final"] for kind in ("cnn", "linear", "feel")), settings, by), scorers["dev"].index, settings)
    alone, _ = calibrated(made["cnn", "alone"], made["linear", "alone"], made["feel", "alone"], SHARED["chars", True][0], sets.dev, [])
    report(alone, sets)
    if root:
        finish(args, final, chars, alone, sets, root)
    else:
        finish(args, alone, SHARED["chars", True][0], None, sets, root)


def finish(args, final, chars, alone, sets, root):
    """Export the final pair, check it, measure it and write the card."""
    settings = {"version": args.version, "created": args.created, **final.settings}
    settings.pop("votes")  # they stand with the sentiment
    texts = [x.text for x in sets.test[:300]]
    export.write(args.out, final.net, final.lin, final.feel, chars, texts, settings)
    worst = export.check_runtime(args.out, final.net, final.feel, final.index, texts)
    say("exported; ONNX Runtime differs from the numpy references by", worst)
    rounded = sentiment_graph.agreement(final.feel, [encode_inner(x.norm, final.index) for x in sets.dev + sets.real_dev])
    say(f"8 bits leave the sentiment of {100 * rounded:.2f} % of the development lines as it is in 32")
    result = figures(final, sets, root)
    base = figures(alone, sets, root) if alone else None
    for title, rows in result.items():
        show(title, rows)
    for title, rows in (base or {}).items():
        show("without shared corpora: " + title, rows)
    compared = None if args.quick else compare.table(sets, final, root)
    say("compared")
    sizes = {k: v["bytes"] for k, v in json.load(open(os.path.join(args.out, "manifest.json")))["files"].items()}
    card.write(os.path.join(args.out, "CARD.md"), settings, result, base, sizes, bool(root),
               per_intent(final, corpus.real_test(root) if root else sets.test), compared)
    say("done")


def arguments():
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=os.path.join(corpus.HERE, "..", "model"))
    parser.add_argument("--version", default="dev")
    parser.add_argument("--created", default=datetime.date.today().isoformat())
    parser.add_argument("--quick", action="store_true", help="a third of the epochs, for a look")
    parser.add_argument("--dev-only", action="store_true", help="stop after the development split and print confusions")
    return parser.parse_args()


if __name__ == "__main__":
    main()
