"""The shipped judge's network in ONNX Runtime, to measure beside."""

import pathlib

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

WEIGHTS = pathlib.Path(__file__).parents[2] / "judge/weights/judge-4.safetensors"


def session():
    """The network in ONNX Runtime."""
    weights = {name: w.astype(np.float32) for name, w in load_file(WEIGHTS).items()}
    nodes, last = [], "input"

    def node(kind, *more, **attributes):
        nonlocal last
        output = f"{kind}{len(nodes)}"
        nodes.append(helper.make_node(kind, [last, *more], [output], **attributes))
        last = output

    for layer in ("conv1", "conv2"):
        node("Conv", f"{layer}.weight", f"{layer}.bias", pads=[2] * 4)
        node("Relu")
        node("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    node("Flatten")
    node("Gemm", "fc1.weight", "fc1.bias", transB=1)
    node("Relu")
    node("Gemm", "fc2.weight", "fc2.bias", transB=1)
    graph = helper.make_graph(
        nodes,
        "judge",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 2, 28, 28])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(w, name) for name, w in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
