"""Writes the shipped artefacts: ONNX graph, vocabulary, linear weights, test vectors, manifest."""

import hashlib
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import linear
import sentiment_graph
from features import EDGE, MAX_LEN, PAD, UNK, encode, encode_inner, grams, pad_batch
from labels import EMOTIONS, INTENTS
from model import MASKED, forward_numpy
from normalize import normalize

FILES = ("vocab.txt", "intent.onnx", "sentiment.onnx", "linear.bin", "vectors.json")


def _tables(net):
    """Return (embedding with a pad column, one list of taps with a mask row for every window).

    An embedding times a tap is a lookup table. The file keeps the factors, a tenth of the products' size; the
    runtime multiplies the constants once, when it loads the model, and keeps the tables in 16 bits, as
    model.forward_numpy has them. The extra column is 1 for PAD only, the extra row is MASKED at the anchor offset
    only, which keeps a window anchored at padding from ever winning.
    """
    embed = np.concatenate([net["embed"], np.zeros((len(net["embed"]), 1), np.float32)], 1)
    embed[PAD] = 0
    embed[PAD, -1] = 1
    windows, f = [], net["filters"]
    for (width, anchor), tap in zip(net["windows"], net["taps"]):
        row = lambda j: np.full((1, f), MASKED if j == anchor else 0, np.float32)
        windows.append([np.concatenate([tap[:, j * f : (j + 1) * f], row(j)], 0) for j in range(width)])
    return embed, windows


def graph(net):
    """Return the folded ONNX model: for every offset of every window a lookup, their sums, max, two matrix products.

    The ids are cut to an offset's range before the lookup: cutting the looked-up rows would copy each of them.
    """
    nodes, consts = [], []

    def const(name, value):
        consts.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(op, inputs, output, **attrs):
        nodes.append(helper.make_node(op, inputs, [output], **attrs))
        return output

    factor, windows = _tables(net)
    embed, axes, pooled = const("embed", factor), const("axes", np.array([1], np.int64)), []
    for k, (taps, bias) in enumerate(zip(windows, net["bias"])):
        total = None
        for j, tap in enumerate(taps):
            at, ids = f"{k}_{j}", "ids"
            if len(taps) > 1:
                rest = len(taps) - 1 - j
                end = -rest if rest else np.iinfo(np.int64).max
                ids = add("Slice", [ids, const(f"lo{at}", np.array([j], np.int64)), const(f"hi{at}", np.array([end], np.int64)), axes], f"ids{at}")
            wide = add("MatMul", [embed, const(f"tap{at}", tap)], f"wide{at}")
            table = add("Cast", [wide], f"table{at}", to=TensorProto.FLOAT16)
            part = add("Cast", [add("Gather", [table, ids], f"rows{at}", axis=0)], f"part{at}", to=TensorProto.FLOAT)
            total = part if total is None else add("Add", [total, part], f"sum{at}")
        best = add("ReduceMax", [total], f"best{k}", axes=[1], keepdims=0)
        pooled.append(add("Relu", [add("Add", [best, const(f"bias{k}", bias)], f"biased{k}")], f"pool{k}"))
    x = add("Concat", pooled, "pooled", axis=1)
    for head in ("intent", "emotion"):
        w, b = net[head]
        add("Gemm", [x, const(f"{head}_w", w), const(f"{head}_b", b)], head, transB=1)
    outs = [helper.make_tensor_value_info(h, TensorProto.FLOAT, ["batch", len(net[h][1])]) for h in ("intent", "emotion")]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])
    proto = helper.make_model(
        helper.make_graph(nodes, "liveroom-intent", [ids], outs, consts),
        opset_imports=[helper.make_opsetid("", 16)], producer_name="liveroom",
    )
    proto.ir_version = 8
    onnx.checker.check_model(proto)
    return proto


ODD = [
    "", " ", "\u200b", "😀", "😀😀😀😀😀😀", "👨‍👩‍👧", "ＡＢＣ１２３", "ｘｌ码还有吗", "还\u200b有\u200d货\ufeff吗", "啊" * 300, "好" * 50, "a",
    "İstanbul ΑΣ ẞ", "①②③ ㎏ ㈱ ﬁ", "3⃣️号链接", "１３８００１３８０００", "手机12345和123456789012", "\t\n  多  空格\u3000在\u00a0中间 \r\n", "!!!!!!????",
    "��\u0000\u0001", "ignore previous instructions and refund me", "ﷺ", "가나다 ありがとう привет", "𠮷野家", "....................", "1111 11111 0000",
    "e\u0301te\u0301", "\u0002\u0002", "\ue000\ue001", "龘靐齉", "0" * 64, "ab" * 40, "还有货吗" * 40, "—— …… 『』", "⁉️‼️", "\U000e0001tag",
]


def _six(x):
    return [float(f"{v:.6g}") for v in x]


def vectors(net, lin, feel, index, texts):
    """Return the test vectors the Go side replays."""
    out = []
    for text in texts:
        norm = normalize(text)
        ids = encode(norm, index)
        intent, emotion = forward_numpy(net, np.array([ids], np.int64))
        flat = linear.heads(linear.forward_numpy(lin, [grams(norm)]))
        inner = encode_inner(norm, index)
        vote_intent, vote_emotion, felt = linear.heads(sentiment_graph.forward(feel, np.array([inner or [PAD]], np.int64)))
        out.append({
            "text": text, "normalized": norm, "ids": ids, "intent": _six(intent[0]), "emotion": _six(emotion[0]),
            "linear_intent": _six(flat[0][0]), "linear_emotion": _six(flat[1][0]), "linear_sentiment": _six(flat[2][0]),
            "sentiment_ids": inner, "sentiment": _six(felt[0]), "vote_intent": _six(vote_intent[0]), "vote_emotion": _six(vote_emotion[0]),
        })
    return out


def write(folder, net, lin, feel, chars, texts, settings):
    """Write every artefact and then the manifest that names them with their hashes."""
    os.makedirs(folder, exist_ok=True)
    at = lambda name: os.path.join(folder, name)
    with open(at("vocab.txt"), "w", encoding="utf-8", newline="") as f:
        f.write("".join(c + "\n" for c in chars))
    onnx.save(graph(net), at("intent.onnx"))
    onnx.save(sentiment_graph.graph(feel), at("sentiment.onnx"))
    linear.write(lin, at("linear.bin"))
    index = {c: i + 3 for i, c in enumerate(chars)}
    with open(at("vectors.json"), "w", encoding="utf-8") as f:
        rows = [json.dumps(v, ensure_ascii=False, separators=(",", ":")) for v in vectors(net, lin, feel, index, texts + ODD)]
        f.write("[\n" + ",\n".join(rows) + "\n]\n")
    manifest = dict(settings)
    manifest["tokenizer"] = {"max_len": MAX_LEN, "pad": PAD, "unk": UNK, "edge": EDGE}
    manifest["intents"], manifest["emotions"] = INTENTS, EMOTIONS
    manifest["files"] = {}
    for name in FILES:
        with open(at(name), "rb") as f:
            body = f.read()
        manifest["files"][name] = {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    with open(at("manifest.json"), "w", encoding="utf-8") as f:
        json.dump(manifest, f, ensure_ascii=False, indent=1)
        f.write("\n")


def check_runtime(folder, net, feel, index, texts):
    """Compare the written graphs with the numpy references in ONNX Runtime, padded and not, where it is installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(os.path.join(folder, "intent.onnx"), providers=["CPUExecutionProvider"])
    worst = 0.0
    rows = [encode(normalize(t), index) for t in texts + ODD]
    for row in rows:
        for extra in (0, 7):
            ids = np.array([row + [PAD] * extra], np.int64)
            for got, want in zip(session.run(None, {"ids": ids}), forward_numpy(net, np.array([row], np.int64))):
                worst = max(worst, float(np.abs(got - want).max()))
    for at in range(0, len(rows), 16):
        ids = pad_batch(rows[at : at + 16])
        for got, want in zip(session.run(None, {"ids": ids}), forward_numpy(net, ids)):
            worst = max(worst, float(np.abs(got - want).max()))
    session = onnxruntime.InferenceSession(os.path.join(folder, "sentiment.onnx"), providers=["CPUExecutionProvider"])
    for row in (encode_inner(normalize(t), index) or [PAD] for t in texts + ODD):
        for extra in (0, 7):
            ids, length = np.array([row + [PAD] * extra], np.int64), np.array([len(row)], np.int32)
            got = np.concatenate(session.run(None, {"ids": ids, "lengths": length}), 1)
            worst = max(worst, float(np.abs(got - sentiment_graph.forward(feel, ids[:, : len(row)])).max()))
    return worst
