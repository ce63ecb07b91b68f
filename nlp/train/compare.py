"""Trains two plain rivals on the lines that our model learns from, and sets them beside it on the same tests.

fastText (Debian's python3-fasttext) gets characters as words, in n-grams of up to three. TF-IDF with a logistic
regression (scikit-learn) gets character n-grams of one to four. Neither is tuned on a test. Run by train.py.
"""

import tempfile
import warnings

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

import corpus
import sentiment
from evaluate import macro_f1, merged, merge_p, share
from labels import CHATTER, INTENTS, SENTIMENTS, UNKNOWN

FEATURES = 300_000
SEED = 20


class TfIdf:
    """TF-IDF of character n-grams under a logistic regression."""

    name = "TF-IDF + logistic regression"

    def fit(self, texts, y, weight):
        """Learn from texts with labels and weights."""
        self.words = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, max_features=FEATURES, sublinear_tf=True)
        self.model = LogisticRegression(C=10, solver="liblinear", random_state=SEED)  # one against the rest
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.model.fit(self.words.fit_transform(texts), y, weight)

    def predict(self, texts, classes):
        """Return probabilities, texts × classes."""
        out = np.zeros((len(texts), classes))
        out[:, self.model.classes_] = self.model.predict_proba(self.words.transform(texts))
        return out


class FastText:
    """fastText over characters; a line counts as often as its weight says, rounded."""

    name = "fastText"

    def __init__(self, epochs=8):
        self.epochs = epochs

    def fit(self, texts, y, weight):
        """Learn from texts with labels and weights."""
        import fasttext

        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as f:
            for i in np.random.default_rng(SEED).permutation(len(texts)):
                f.write(f"__label__{y[i]} {_spaced(texts[i])}\n" * max(1, round(weight[i])))
            f.flush()
            self.model = fasttext.train_supervised(
                f.name, epoch=self.epochs, lr=0.5, wordNgrams=3, dim=64, bucket=500_000, minCount=1, thread=1, seed=SEED, verbose=0)

    def predict(self, texts, classes):
        """Return probabilities, texts × classes."""
        out = np.zeros((len(texts), classes))
        # The module's own predict() hands copies to numpy in a way that numpy 2 refuses.
        for i, text in enumerate(texts):
            for p, label in self.model.f.predict(_spaced(text) + "\n", classes, 0.0, "strict"):
                out[i, int(label[9:])] = p
        return out


def _spaced(text):
    return " ".join(c for c in text if c != " ") or "_"


def rivals():
    """Return the rivals that can be had here."""
    out = [TfIdf()]
    try:
        import fasttext  # noqa: F401
    except ImportError:
        print("compare: no python3-fasttext here (apt install python3-fasttext): its rows are left out")
        return out
    return out + [FastText()]


def _intent_lines(sets, root):
    """Return (texts, intents, weights) that our model of intent learns from."""
    lines = sets.maker([])(0) + (sets.real + sets.real_dev) * 3 + sets.felt
    if root:
        lines = lines + sets.noise(0)
    lines = [x for x in lines if x.norm]
    y = [UNKNOWN if x.either else x.intent for x in lines]
    return [x.norm for x in lines], np.array([UNKNOWN if k == CHATTER else k for k in y]), np.array([x.weight for x in lines])


def _stance_lines(sets, root):
    """Return (texts, sentiments, weights) that our model of sentiment learns from."""
    make, reviews = sets.stances("final" if root else "alone")
    lines = [x for x in make(0) if x.sentiment >= 0 and x.norm]
    weight = [sentiment.WEIGHT[x.source] for x in lines] + [1.0] * len(reviews)
    lines = lines + reviews
    return [x.norm for x in lines], np.array([x.sentiment for x in lines]), np.array(weight)


def _tests(sets, root):
    tests = {"our test": sets.test}
    if root:
        tests["real, held-out, clear"] = [x for x in corpus.real_test(root) if x.clear]
    return tests


def _cells(y, p, classes):
    z = p.argmax(axis=1)
    return [share(int((y == z).sum()), len(y)), f"{macro_f1(y, z, range(classes))[0]:.3f}"]


def _constant(y, classes):
    return _cells(y, np.tile(np.bincount(y, minlength=classes), (len(y), 1)), classes)


def table(sets, scorer, root):
    """Return {title: rows}, the first row the names of the columns, for the model card."""
    tests = _tests(sets, root)
    head = ["model"] + [f"{name}: {what}" for name in tests for what in ("accuracy", "macro-F1")]
    intents, stances = [head], [head + (["reviews, held-out: binary"] if root else [])]
    reviews = [x for x in corpus.reviews(root, test=True) if x.norm] if root else []
    ours = {name: scorer(lines) for name, lines in tests.items()}
    truth = {name: merged([x.intent for x in lines]) for name, lines in tests.items()}
    stance = {name: np.array([x.sentiment for x in lines]) for name, lines in tests.items()}
    verdict = np.array([x.sentiment for x in reviews])

    def row(name, table, y, predicted, classes, last=()):
        table.append([name] + [c for t in tests for c in _cells(y[t], predicted[t], classes)] + list(last))

    def binary(p):
        return [share(int(sentiment.binary(p, verdict).sum()), len(verdict))] if root else []

    row("ours", intents, truth, {t: merge_p(p[0]) for t, p in ours.items()}, len(INTENTS))
    row("ours", stances, stance, {t: p[2] for t, p in ours.items()}, len(SENTIMENTS), binary(scorer(reviews)[2]) if root else [])
    for what, table_, y, classes in (("intent", intents, truth, len(INTENTS)), ("sentiment", stances, stance, len(SENTIMENTS))):
        lines = (_intent_lines if what == "intent" else _stance_lines)(sets, root)
        for rival in rivals():
            rival.fit(*lines)
            said = {t: rival.predict([x.norm for x in part], classes) for t, part in tests.items()}
            last = binary(rival.predict([x.norm for x in reviews], classes)) if what == "sentiment" and root else []
            row(rival.name, table_, y, said, classes, last)
        always = [c for t in tests for c in _constant(y[t], classes)]
        if what == "sentiment" and root:
            always.append(share(int(np.bincount(verdict).max()), len(verdict)))
        table_.append(["always the commonest answer", *always])
    return {"Beside others, intent level 2 (`chatter` = `unknown`)": intents, "Beside others, sentiment": stances}
