"""Makes the graphs of the tests: what a part for sentiment takes and gives, over arithmetic that a test can redo.

For each sequence the scores are the sum of its ids, its length, and their difference.
"""

import os

import onnx
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))


def make(name, lengths, output="sentiment"):
    nodes = [
        helper.make_node("Cast", ["ids"], ["idsf"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["lengths"], ["lenf"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["idsf", "axis"], ["sum"], keepdims=1),
        helper.make_node("Unsqueeze", ["lenf", "axis"], ["len"]),
        helper.make_node("Sub", ["sum", "len"], ["off"]),
        helper.make_node("Concat", ["sum", "len", "off"], [output], axis=1),
    ]
    graph = helper.make_graph(
        nodes, "sentiment",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"]),
         helper.make_tensor_value_info("lengths", lengths, ["batch"])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", 3])],
        [helper.make_tensor("axis", TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(HERE, name))


make("narrow.onnx", TensorProto.INT32)
make("wide.onnx", TensorProto.INT64)
make("real.onnx", TensorProto.FLOAT)
make("renamed.onnx", TensorProto.INT64, "mood")
