"""The sentiment model as a graph whose weights have 8 bits, and the same arithmetic in numpy.

The graph is told how long each text is, so that padding changes nothing. The runtime widens the LSTM's weights once, when
it loads the model. Its other way, DynamicQuantizeLSTM, rounds what the LSTM reads too, by a range that a whole batch
shares: a text's logits would then depend on its neighbours by some hundredths, for 4 % of the time (17.4 µs a text
against 18.1 at twelve characters in batches of 16, on a processor with AVX-512 VNNI). `graph(net, dynamic=True)` makes it.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from features import PAD
from labels import EMOTIONS, INTENTS, SENTIMENTS

PAIRS = 1 << 14  # buckets of character pairs
_LEFT, _RIGHT = 7919, 31
HEADS = ("intent", "emotion", "sentiment")  # in the order of linear.heads
_WIDTH = dict(zip(HEADS, map(len, (INTENTS, EMOTIONS, SENTIMENTS))))
_GATES = (0, 3, 1, 2)  # torch orders gates i f g o, the runtime i o f c
_MASKED = np.float32(-1e4)


def pairs(ids, join):
    """Return the bucket of each character with the one before it; `join` is torch.cat or np.concatenate."""
    before = join([ids[:, :1] * 0, ids[:, :-1]], 1)
    return (before * _LEFT + ids * _RIGHT) % PAIRS


def _int8(table):
    scale = np.float32(np.abs(table).max() / 127)
    return np.rint(table / scale).clip(-127, 127).astype(np.int8), scale


def _gates(w, hidden):
    parts = w.reshape(4, hidden, -1)
    return np.concatenate([parts[k] for k in _GATES], 0)


def state(net):
    """Return the trained weights in the form that graph() and forward() read: in 8 bits, the LSTM's with a scale a column."""
    get = lambda t: t.detach().numpy().astype(np.float32)
    lstm, hidden = net.lstm, net.lstm.hidden_size
    tables = {"embed": get(net.embed.weight), "pair": get(net.pair.weight)}
    out = {"hidden": hidden, "float": dict(tables), **{name: _int8(table) for name, table in tables.items()}}
    for name, kind in (("w", "weight_ih"), ("r", "weight_hh")):
        both = np.stack([_gates(get(getattr(lstm, f"{kind}_l0{way}")), hidden).T for way in ("", "_reverse")])
        scale = np.maximum(np.abs(both).max(axis=1), 1e-8) / 127
        out[name] = np.rint(both / scale[:, None]).astype(np.int8), scale.astype(np.float32)
        out["float"][name] = both
    out["bias"] = np.stack([
        np.concatenate([_gates(get(getattr(lstm, f"bias_{kind}_l0{way}"))[:, None], hidden)[:, 0] for kind in ("ih", "hh")])
        for way in ("", "_reverse")
    ])
    out["score"] = get(net.score.weight).T.copy(), get(net.score.bias)
    out["out"] = tuple(np.concatenate([get(getattr(net.out[h], part)) for h in HEADS]) for part in ("weight", "bias"))
    return out


class _Graph:
    def __init__(self):
        self.nodes, self.consts = [], []

    def const(self, name, value):
        self.consts.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op, inputs, output, **attrs):
        self.nodes.append(helper.make_node(op, inputs, [output], **attrs))
        return output

    def rows(self, name, table, ids):
        """Look rows of an 8-bit table up, as floats."""
        found = self.add("Gather", [self.const(name, table[0]), ids], f"{name}_rows", axis=0)
        found = self.add("Cast", [found], f"{name}_cast", to=TensorProto.FLOAT)
        return self.add("Mul", [found, self.const(f"{name}_scale", table[1])], f"{name}_float")

    def wide(self, name, small, scale):
        """Widen an LSTM's 8-bit weights, once: the runtime folds what is constant."""
        small, scale = small.transpose(0, 2, 1), scale[:, :, None]
        return self.add("Mul", [self.add("Cast", [self.const(name, small)], f"{name}_cast", to=TensorProto.FLOAT),
                                self.const(f"{name}_scale", scale)], f"{name}_float")


def graph(net, dynamic=False):
    """Return the ONNX model; `dynamic` rounds what the LSTM reads to 8 bits too."""
    g, i64 = _Graph(), lambda *x: np.array(x, np.int64)
    # Time comes first: that is how an LSTM of the runtime reads.
    ids = g.add("Transpose", ["ids"], "steps", perm=[1, 0])
    none = g.add("Mul", [g.add("Slice", [ids, g.const("c0", i64(0)), g.const("c1", i64(1))], "first"), g.const("zero", np.int64(0))], "none")
    before = g.add("Slice", [g.add("Concat", [none, ids], "shifted", axis=0), "c0", g.const("cm1", i64(-1))], "before")
    left = g.add("Mul", [before, g.const("left", np.int64(_LEFT))], "lefts")
    right = g.add("Mul", [ids, g.const("right", np.int64(_RIGHT))], "rights")
    pair = g.add("Mod", [g.add("Add", [left, right], "hash"), g.const("pairs", np.int64(PAIRS))], "pair_ids")
    x = g.add("Add", [g.rows("embed", net["embed"], ids), g.rows("pair", net["pair"], pair)], "x")
    bias = g.const("lstm_b", net["bias"])
    shape = {"hidden_size": net["hidden"], "direction": "bidirectional"}
    if not dynamic:
        w, r = (g.wide(f"lstm_{k}", *net[k]) for k in ("w", "r"))
        y = g.add("LSTM", [x, w, r, bias, "lengths"], "y", **shape)
    else:
        (w, ws), (r, rs) = net["w"], net["r"]
        tail = [g.const("w_scale", ws), g.const("w_zero", np.zeros(ws.shape, np.int8)),
                g.const("r_scale", rs), g.const("r_zero", np.zeros(rs.shape, np.int8))]
        y = g.add("DynamicQuantizeLSTM", [x, g.const("lstm_w", w), g.const("lstm_r", r), bias, "lengths", "", "", "", *tail], "y",
                  domain="com.microsoft", **shape)
    h = g.add("Transpose", [y], "y_batch", perm=[2, 0, 1, 3])
    h = g.add("Reshape", [h, g.const("flat", i64(0, 0, 2 * net["hidden"]))], "h")
    score = g.add("MatMul", [g.add("Tanh", [h], "tanh"), g.const("score_w", net["score"][0])], "score")
    length = g.add("Squeeze", [g.add("Slice", [g.add("Shape", ["ids"], "shape"), "c1", g.const("c2", i64(2))], "length1"), "c0"], "length")
    place = g.add("Cast", [g.add("Range", ["zero", length, g.const("one", np.int64(1))], "range")], "place", to=TensorProto.INT32)
    real = g.add("Less", [place, g.add("Unsqueeze", ["lengths", "c1"], "ends")], "real2")
    real = g.add("Unsqueeze", [real, "c2"], "real")
    masked = g.const("masked", _MASKED)
    share = g.add("Softmax", [g.add("Where", [real, score, masked], "scores")], "share", axis=1)
    mean = g.add("MatMul", [g.add("Transpose", [share], "share_row", perm=[0, 2, 1]), h], "mean_row")
    mean = g.add("Squeeze", [mean, "c1"], "mean")
    best = g.add("ReduceMax", [g.add("Where", [real, h, masked], "held")], "best", axes=[1], keepdims=0)
    pooled = g.add("Concat", [mean, best], "pooled", axis=1)
    out_w, out_b = net["out"]
    flat = g.add("Gemm", [pooled, g.const("out_w", out_w), g.const("out_b", out_b)], "all", transB=1)
    g.nodes.append(helper.make_node("Split", [flat, g.const("widths", i64(*_WIDTH.values()))], list(HEADS), axis=1))
    return _model(g)


def _model(g):
    inputs = [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
              helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"])]
    outs = [helper.make_tensor_value_info(h, TensorProto.FLOAT, ["batch", n]) for h, n in _WIDTH.items()]
    proto = helper.make_model(
        helper.make_graph(g.nodes, "liveroom-sentiment", inputs, outs, g.consts),
        opset_imports=[helper.make_opsetid("", 16), helper.make_opsetid("com.microsoft", 1)], producer_name="liveroom",
    )
    proto.ir_version = 8
    onnx.checker.check_model(proto)
    return proto


def _widened(small, scale):
    """Return 8-bit weights as floats; an LSTM's have a scale for each column of each direction."""
    return small.astype(np.float32) * (scale[:, None] if small.ndim == 3 else scale)


def agreement(net, rows):
    """Return on what share of texts (lists of ids) the weights in 8 bits give the sentiment of those in 32."""
    said = [logits(net, rows, whole=whole)[:, -len(SENTIMENTS) :].argmax(axis=1) for whole in (False, True)]
    return float(np.mean(said[0] == said[1]))


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(net, ids, whole=False):
    """Return the logits of texts of one length, batch × length ids, of all heads side by side (linear.heads splits them).

    `whole` takes the weights before they were rounded.
    """
    read = (lambda k: net["float"][k]) if whole else lambda k: _widened(*net[k])
    hidden, tables, both = net["hidden"], (read("embed"), read("pair")), (read("w"), read("r"))
    x = tables[0][ids] + tables[1][pairs(ids, np.concatenate)]
    h = np.zeros((*ids.shape, 2 * hidden), np.float32)
    for way in (0, 1):
        w, r = both[0][way], both[1][way]
        gates = x @ w + net["bias"][way][: 4 * hidden] + net["bias"][way][4 * hidden :]
        last, cell = np.zeros((len(ids), hidden), np.float32), np.zeros((len(ids), hidden), np.float32)
        for t in range(ids.shape[1])[:: 1 - 2 * way]:
            i, o, f, c = np.split(gates[:, t] + last @ r, 4, 1)
            cell = _sigmoid(f) * cell + _sigmoid(i) * np.tanh(c)
            last = _sigmoid(o) * np.tanh(cell)
            h[:, t, way * hidden : (way + 1) * hidden] = last
    score = np.tanh(h) @ net["score"][0] + net["score"][1]
    share = np.exp(score - score.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    return np.concatenate([(share * h).sum(1), h.max(1)], 1) @ net["out"][0].T + net["out"][1]


def logits(net, rows, batch=128, whole=False):
    """Return the logits of lists of ids, any length; an empty one is one of padding, as the Go side has it."""
    out, by = np.zeros((len(rows), len(net["out"][1])), np.float32), {}
    for i, row in enumerate(rows):
        by.setdefault(max(len(row), 1), []).append(i)
    for n in by:
        for at in range(0, len(by[n]), batch):
            part = by[n][at : at + batch]
            out[part] = forward(net, np.array([rows[i] or [PAD] for i in part], np.int64), whole)
    return out
