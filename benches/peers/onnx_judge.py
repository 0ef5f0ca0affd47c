#!/usr/bin/env python3
"""The judge on ONNX Runtime: the peer that the engine is compared with.

    cargo run --release -q -p pixel-debate-benches --example questions \
        | benches/peers/onnx_judge.py --batch 512

builds the ONNX model from the judge's file, checks its logits against those given with the
questions, and prints the evaluations per second on one thread. A question is a JSON object a line:
{"image": 17, "pixels": [[x, y], ...], "logits": [...]}, the image a number in MNIST's test set.
"""

import argparse
import gzip
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parents[2]
JUDGE = ROOT / "judge/weights/judge-6.safetensors"
IMAGES = ROOT / "datasets/data/mnist/t10k-images-idx3-ubyte.gz"
TOLERANCE = 1e-4


def model(judge: Path) -> onnx.ModelProto:
    """The network of judge/src/network.rs: planes (batch, 2, 28, 28) to logits (batch, 10)."""
    tensors = [
        numpy_helper.from_array(numbers.astype(np.float32), name)
        for name, numbers in load_file(judge).items()
    ]

    def layer(kind, name, source, **attributes):
        inputs = [source, f"{name}.weight", f"{name}.bias"]
        return helper.make_node(kind, inputs, [name], **attributes)

    def then(kind, source, result, **attributes):
        return helper.make_node(kind, [source], [result], **attributes)

    window = {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]}
    halve = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        layer("Conv", "conv1", "planes", **window),
        then("Relu", "conv1", "relu1"),
        then("MaxPool", "relu1", "pool1", **halve),
        layer("Conv", "conv2", "pool1", **window),
        then("Relu", "conv2", "relu2"),
        then("MaxPool", "relu2", "pool2", **halve),
        then("Flatten", "pool2", "flat"),
        layer("Gemm", "fc1", "flat", transB=1),
        then("Relu", "fc1", "hidden"),
        layer("Gemm", "fc2", "hidden", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "judge",
        [helper.make_tensor_value_info("planes", TensorProto.FLOAT, ["batch", 2, 28, 28])],
        [helper.make_tensor_value_info("fc2", TensorProto.FLOAT, ["batch", 10])],
        tensors,
    )
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(built, full_check=True)
    return built


def session(built: onnx.ModelProto, batch: int) -> onnxruntime.InferenceSession:
    """One thread, every optimisation, and the batch size known beforehand."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_free_dimension_override_by_name("batch", batch)
    serialised = built.SerializeToString()
    return onnxruntime.InferenceSession(serialised, options, providers=["CPUExecutionProvider"])


def planes(questions: list[dict]) -> np.ndarray:
    """What the network reads: the mask of revealed pixels, and their values from 0 to 1."""
    images = np.frombuffer(gzip.decompress(IMAGES.read_bytes()), np.uint8, offset=16)
    images = images.reshape(-1, 28, 28)
    read = np.zeros((len(questions), 2, 28, 28), np.float32)
    for of, question in zip(read, questions, strict=True):
        for x, y in question["pixels"]:
            of[:, y, x] = 1, images[question["image"], y, x] / 255
    return read


def check(built: onnx.ModelProto, questions: list[dict]) -> float:
    """The largest difference from the logits given."""
    [logits] = session(built, len(questions)).run(None, {"planes": planes(questions)})
    given = np.array([question["logits"] for question in questions])
    return float(np.abs(logits - given).max())


def rate(ready: onnxruntime.InferenceSession, read: np.ndarray, batch: int, seconds: float) -> float:
    """Evaluations per second in batches of `batch`. Only the network's pass is timed."""
    batches = [read[at : at + batch] for at in range(0, len(read) - batch + 1, batch)]
    if not batches:
        raise ValueError(f"a batch of {batch} takes more than {len(read)} questions")
    ready.run(None, {"planes": batches[0]})
    start, asked = time.perf_counter(), 0
    while True:
        for one in batches:
            ready.run(None, {"planes": one})
            asked += batch
            passed = time.perf_counter() - start
            if passed >= seconds:
                return asked / passed


def main() -> None:
    parser = argparse.ArgumentParser(description="The judge on ONNX Runtime, on one thread.")
    parser.add_argument("--judge", type=Path, default=JUDGE, help="safetensors file")
    parser.add_argument("--batch", type=int, action="append", help="repeat it; 1, 8, 64 and 512")
    parser.add_argument("--seconds", type=float, default=1, help="of one measurement")
    parser.add_argument("--repeats", type=int, default=5, help="of which the median is printed")
    options = parser.parse_args()

    questions = [json.loads(line) for line in sys.stdin]
    built = model(options.judge)
    difference = check(built, questions)
    print(f"{len(questions)} questions, logits within {difference:.1e}")
    if not difference <= TOLERANCE:
        sys.exit(f"error: logits must be within {TOLERANCE:.0e} of those given")
    read = planes(questions)
    for batch in options.batch or [1, 8, 64, 512]:
        ready = session(built, batch)
        rates = [rate(ready, read, batch, options.seconds) for _ in range(options.repeats)]
        print(f"batch {batch}: {np.median(rates):.0f} evaluations/s")


if __name__ == "__main__":
    main()
