"""Makes nlp/model from nlp/corpus, and from the shared real lines where LIVEROOM_CORPORA names their folder.

Run: /usr/bin/python3 nlp/train/train.py [--out FOLDER] [--version NAME] [--quick] [--dev-only]
"""

import argparse
import datetime
import json
import os
import time

import torch

import card
import corpus
import export
import fit
import model
from evaluate import Scorer, confusions, fire_rate, intent_rows, per_intent
from features import build_vocab
from linear import quantise
from normalize import normalize

SEED = 20
THRESHOLDS = {
    "default": 0.85, "return_refund": 0.88, "refund_progress": 0.9, "order_change": 0.88,
    "quality_complaint": 0.88, "service_complaint": 0.88,
}


def say(*words):
    """Print with the seconds since the start."""
    print(f"[{time.monotonic() - BEGIN:6.1f}s]", *words, flush=True)


BEGIN = time.monotonic()


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
        if root:
            self.real, self.real_dev = corpus.real_lines(root)
            self.scope, self.danmaku = corpus.out_of_scope(root), corpus.danmaku(root)
            self.service = corpus.service_lines(root)
        self.own = {}

    def maker(self, extra):
        """Return make_lines(epoch): our lines freshly expanded, and the extra ones."""

        def make(epoch):
            if epoch not in self.own:
                self.own[epoch] = corpus.own_lines(self.files, SEED + epoch)
            return self.own[epoch] + extra + (self.noise(epoch) if extra else [])

        return make

    def noise(self, epoch):
        """Return the epoch's share of assistant commands and room noise."""
        return corpus.sample(self.scope, 600, SEED + epoch) + corpus.sample(self.danmaku, 1200, SEED + epoch)

    def chars(self, with_real):
        """Return the vocabulary."""
        texts = [x.norm for e in range(6) for x in self.maker([])(e)]
        if with_real:
            texts += [x.norm for x in self.real + self.real_dev + self.scope + self.danmaku] + [normalize(t) for t in self.service]
        return build_vocab(texts)


def train_pair(sets, extra, chars, quick, seed=SEED):
    """Return the exported form of both models."""
    make = sets.maker(extra)
    net = fit.train_cnn(make, chars, epochs=4 if quick else 16, seed=seed)
    say("TextCNN trained")
    lin = fit.train_linear(make, epochs=3 if quick else 14, seed=seed)
    say("linear model trained")
    return model.state(net), quantise(lin)


def calibrated(net, lin, chars, lines):
    """Return the scorer with temperatures and blend fitted on lines that neither model saw."""
    index = {c: i + 3 for i, c in enumerate(chars)}
    texts = [x.norm for x in lines]
    settings = fit.calibrate(fit.cnn_logits(net, index, texts), fit.linear_logits(lin, texts), lines)
    settings["thresholds"] = THRESHOLDS
    return Scorer(net, lin, index, settings)


def show(title, rows):
    """Print one table of figures."""
    print(f"\n{title}")
    for name, text in rows:
        print(f"  {name:40s} {text}")


def develop(sets, chars, quick):
    """Train without the development split and return the calibration it gives."""
    net, lin = train_pair(sets, sets.real, chars, quick)
    scorer = calibrated(net, lin, chars, sets.real_dev + sets.dev)
    say("calibration", scorer.settings["temperature"], scorer.settings["blend"])
    show("development split of the real lines", intent_rows(scorer, sets.real_dev))
    show("development split, clear lines", intent_rows(scorer, [x for x in sets.real_dev if x.clear]))
    show("our dev.tsv", intent_rows(scorer, sets.dev))
    return scorer


def figures(scorer, sets, root):
    """Return {title: rows} over the test sets. The only place that reads the held-out fifth."""
    out = {"our test.tsv": intent_rows(scorer, sets.test)}
    if root:
        real = corpus.real_test(root)
        out["real lines, held-out fifth, all"] = intent_rows(scorer, real)
        out["real lines, held-out fifth, clear = 1"] = intent_rows(scorer, [x for x in real if x.clear])
        unclear = [x for x in real if not x.clear]
        out["real lines, held-out fifth, clear = 0"] = intent_rows(scorer, unclear)
        out["out of scope, held-out fifth: business intent fired"] = [
            ("assistant commands", fire_rate(scorer, corpus.out_of_scope(root, test=True))),
            ("danmaku", fire_rate(scorer, corpus.danmaku(root, test=True))),
        ]
    return out


def without_corpora(sets, quick):
    """Train and calibrate on our own corpus alone."""
    chars = sets.chars(False)
    net, lin = train_pair(sets, [], chars, quick)
    return calibrated(net, lin, chars, sets.dev), chars


def main():
    """Train, export, measure, write the card."""
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.use_deterministic_algorithms(False)
    root = os.environ.get("LIVEROOM_CORPORA", "")
    check_corpus()
    sets = Sets(root)
    alone, alone_chars = None, None
    if root:
        chars = sets.chars(True)
        say(f"{len(chars)} characters, {len(sets.real)} + {len(sets.real_dev)} real lines, {len(sets.scope)} + {len(sets.danmaku)} noise lines")
        scorer = develop(sets, chars, args.quick)
        if args.dev_only:
            for truth, said, texts in confusions(scorer, sets.real_dev + sets.dev, 60):
                print(truth, "->", said, len(texts), texts[:8])
            return
        net, lin = train_pair(sets, sets.real + sets.real_dev, chars, args.quick)
        final = Scorer(net, lin, scorer.index, scorer.settings)
        alone, alone_chars = without_corpora(sets, args.quick)
    else:
        final, chars = without_corpora(sets, args.quick)
    finish(args, final, chars, alone, sets, root)


def finish(args, final, chars, alone, sets, root):
    """Export the final pair, check it, measure it and write the card."""
    settings = {"version": args.version, "created": args.created, **final.settings}
    texts = [x.text for x in sets.test[:300]]
    export.write(args.out, final.net, final.lin, chars, texts, settings)
    worst = export.check_runtime(args.out, final.net, final.index, texts)
    say("exported; ONNX Runtime differs from the numpy reference by", worst)
    result = figures(final, sets, root)
    base = figures(alone, sets, root) if alone else None
    for title, rows in result.items():
        show(title, rows)
    for title, rows in (base or {}).items():
        show("without shared corpora: " + title, rows)
    sizes = {k: v["bytes"] for k, v in json.load(open(os.path.join(args.out, "manifest.json")))["files"].items()}
    card.write(os.path.join(args.out, "CARD.md"), settings, result, base, sizes, bool(root),
               per_intent(final, corpus.real_test(root) if root else sets.test))
    say("done")


def arguments():
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=os.path.join(corpus.HERE, "..", "model"))
    parser.add_argument("--version", default="dev")
    parser.add_argument("--created", default=datetime.date.today().isoformat())
    parser.add_argument("--quick", action="store_true", help="a third of the epochs, for a look")
    parser.add_argument("--dev-only", action="store_true", help="stop after the development split and print confusions")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
