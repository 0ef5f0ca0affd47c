"""Makes the models beside it, and what ONNX Runtime says of them.

    pip install torch keras scikit-learn skl2onnx onnx onnxscript onnxruntime
    python make.py

They are as small as can be, and know nothing: what is tested is that their numbers are read as ONNX Runtime reads them.
Each is exported as its library's users do. Versions are in `expected.json`.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import onnx
import onnxruntime
import skl2onnx
import sklearn
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from skl2onnx.common.data_types import FloatTensorType

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(1)


def planes(sets):
    """The mask of revealed pixels, and their values from 0 to 1, 0 where hidden."""
    batch = np.zeros((len(sets), 2, 28, 28), np.float32)
    for planes, pixels in zip(batch, sets):
        for x, y, value in pixels:
            planes[:, y, x] = 1, value / 255
    return batch


def random_set(pixels):
    places = rng.choice(784, pixels, replace=False)
    return sorted(([int(at % 28), int(at // 28), int(rng.integers(1, 256))] for at in places), key=lambda p: (p[1], p[0]))


SETS = [[], *(random_set(pixels) for pixels in (1, 2, 4, 6, 12, 60, 128))]


class Small(torch.nn.Module):
    """The paper's network in small."""

    def __init__(self, planes, labels, channels=4):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(planes, channels, 5, padding=2)
        self.conv2 = torch.nn.Conv2d(channels, channels, 5, padding=2)
        self.fc = torch.nn.Linear(channels * 7 * 7, labels)

    def forward(self, x):
        x = torch.nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        return self.fc(x.flatten(1))


def export_torch(name, model, planes, dynamo, dynamic):
    torch.manual_seed(1)
    model = model.eval()
    example = (torch.zeros(2, planes, 28, 28) if dynamic else torch.zeros(8, planes, 28, 28),)
    file = str(HERE / name)
    if dynamo:
        shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
        torch.onnx.export(model, example, file, dynamo=True, dynamic_shapes=shapes, external_data=False)
    else:
        axes = {"pixels": {0: "batch"}, "logits": {0: "batch"}} if dynamic else None
        torch.onnx.export(
            model, example, file, dynamo=False, input_names=["pixels"], output_names=["logits"], dynamic_axes=axes
        )


def without_places(name):
    """Takes away where on the exporting machine each operation was written down."""
    model = onnx.load(HERE / name)
    for part in [model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        del part.metadata_props[:]
    onnx.save(model, HERE / name)


def with_metadata(name, **entries):
    model = onnx.load(HERE / name)
    onnx.helper.set_model_props(model, entries)
    onnx.save(model, HERE / name)


def refused():
    """Files that are no judges, each for the reason that is its name."""
    folder = HERE / "refused"
    folder.mkdir(exist_ok=True)
    helper, floats, whole = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.INT64

    def value(name, kind, sizes):
        return helper.make_tensor_value_info(name, kind, sizes)

    def file(name, nodes, inputs=None, outputs=None, tensors=(), **metadata):
        inputs = inputs or [value("pixels", floats, ["n", 784])]
        outputs = outputs or [value("scores", floats, ["n", 3])]
        graph = helper.make_graph(nodes, "graph", inputs, outputs, list(tensors))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        helper.set_model_props(model, metadata)
        onnx.save(model, folder / f"{name}.onnx")

    def ints(name, numbers):
        return helper.make_tensor(name, whole, [len(numbers)], numbers)

    node = helper.make_node
    # The mean of the pixels, three times.
    mean = [node("ReduceMean", ["pixels"], ["mean"], axes=[-1]), node("Concat", ["mean"] * 3, ["scores"], axis=-1)]
    file("two-inputs", mean, [value("pixels", floats, ["n", 784]), value("more", floats, ["n", 784])])
    file("input-size", mean, [value("pixels", floats, ["n", 783])])
    file("input-rank", mean, [value("pixels", floats, ["n", "m"])])
    file("input-type", [node("Cast", ["whole"], ["pixels"], to=floats), *mean], [value("whole", whole, ["n", 784])])
    file("input-batch", mean, [value("pixels", floats, [1_000_000, 784])])
    file("two-outputs", mean, outputs=[value("scores", floats, ["n", 3]), value("mean", floats, ["n", 1])])
    file("one-label", mean[:1], outputs=[value("mean", floats, ["n", 1])])
    file("output-rank", [*mean[:1], node("Squeeze", ["mean", "last"], ["scores"])], tensors=[ints("last", [1])])
    file("labels", [mean[0], node("Concat", ["mean"] * 256, ["scores"], axis=-1)])
    file("labels-type", [*mean, node("ArgMax", ["scores"], ["label"])], outputs=[value("label", whole, ["n", 1])])
    file("unknown", [node("Conjure", ["pixels"], ["scores"])])
    file("random", [*mean, node("RandomNormalLike", ["scores"], ["drawn"])], outputs=[value("drawn", floats, ["n", 3])])
    file("nan", [mean[0], node("Concat", ["mean"] * 3, ["means"], axis=-1), node("Sub", ["means", "one"], ["below"]),
                 node("Log", ["below"], ["scores"])], tensors=[helper.make_tensor("one", floats, [1], [1.0])])
    file("infinite", [mean[0], node("Div", ["one", "mean"], ["scores"])],
         tensors=[helper.make_tensor("one", floats, [1, 3], [1.0] * 3)])
    file("no-such-output", mean, outputs=[value("nothing", floats, ["n", 3])])
    file("no-such-input", [node("Concat", ["nothing"] * 3, ["scores"], axis=-1)])
    file("huge", [*mean, node("ConstantOfShape", ["shape"], ["large"]), node("ReduceMax", ["large"], ["most"], keepdims=0),
                  node("Add", ["scores", "most"], ["sum"])],
         outputs=[value("sum", floats, ["n", 3])], tensors=[ints("shape", [1 << 20, 1 << 20])])
    file("hugest", [node("Expand", ["pixels", "shape"], ["large"]), node("ReduceMean", ["large"], ["mean"], axes=[0, 2]),
                    node("Concat", ["mean"] * 3, ["scores"], axis=-1)], tensors=[ints("shape", [1 << 13, 1, 1])])
    file("hidden", mean, hidden="dark")
    file("answers", mean, answers="loud")
    file("probability", [*mean[:1], node("Concat", ["mean"] * 3, ["means"], axis=-1),
                         node("Sub", ["means", "one"], ["scores"])],
         tensors=[helper.make_tensor("one", floats, [1], [1.0])], answers="probabilities")
    outside = helper.make_tensor("one", floats, [1], [1.0])
    outside.ClearField("float_data")
    outside.data_location = onnx.TensorProto.EXTERNAL
    outside.external_data.add(key="location", value="../secret")
    file("external", [*mean, node("Sub", ["scores", "one"], ["less"])], outputs=[value("less", floats, ["n", 3])],
         tensors=[outside])


def main():
    refused()
    torch.manual_seed(1)
    batch = planes(SETS)
    inputs = {}

    export_torch("torch-script.onnx", Small(2, 10), 2, dynamo=False, dynamic=True)
    inputs["torch-script.onnx"] = batch
    export_torch("torch-dynamo.onnx", Small(2, 10), 2, dynamo=True, dynamic=True)
    inputs["torch-dynamo.onnx"] = batch
    # One plane, in which hidden pixels are -1; batches of eight and no others.
    export_torch("torch-one-plane.onnx", Small(1, 47, 2), 1, dynamo=False, dynamic=False)
    with_metadata("torch-one-plane.onnx", hidden="-1", pixels="6")
    inputs["torch-one-plane.onnx"] = np.where(batch[:, :1] == 1, batch[:, 1:], np.float32(-1))

    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.layers.Input((28, 28, 2)),
        keras.layers.Conv2D(4, 5, strides=2, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dense(10),
    ])
    model(np.zeros((1, 28, 28, 2), np.float32))
    model.export(str(HERE / "keras.onnx"), format="onnx", verbose=False)
    inputs["keras.onnx"] = batch.transpose(0, 2, 3, 1)

    images = (rng.random((300, 784)) * (rng.random((300, 784)) < 0.05)).astype(np.float32)
    labels = rng.integers(0, 3, 300)
    model = LogisticRegression(max_iter=20).fit(images, labels)
    kind = [("pixels", FloatTensorType([None, 784]))]
    exported = skl2onnx.to_onnx(model, initial_types=kind, options={"zipmap": False, "raw_scores": True})
    (HERE / "sklearn-logistic.onnx").write_bytes(exported.SerializeToString())
    inputs["sklearn-logistic.onnx"] = batch[:, 1].reshape(-1, 784)
    model = MLPClassifier((4,), max_iter=5).fit(images, labels)
    exported = skl2onnx.to_onnx(model, initial_types=kind, options={"zipmap": False})
    (HERE / "sklearn-mlp.onnx").write_bytes(exported.SerializeToString())
    with_metadata("sklearn-mlp.onnx", answers="probabilities")
    inputs["sklearn-mlp.onnx"] = batch[:, 1].reshape(-1, 784)

    for name in inputs:
        without_places(name)

    expected = {}
    for name, values in inputs.items():
        session = onnxruntime.InferenceSession(HERE / name)
        scores = [o.name for o in session.get_outputs() if o.type == "tensor(float)"]
        (rows,) = session.run(scores, {session.get_inputs()[0].name: np.ascontiguousarray(values)})
        expected[name] = rows.tolist()
        size = (HERE / name).stat().st_size
        assert size < 30_000 and np.isfinite(rows).all() and np.ptp(rows) > 0.05, (name, size, rows)
        print(name, size, session.get_inputs()[0].shape, [(o.name, o.shape, o.type) for o in session.get_outputs()])
    versions = {m.__name__: m.__version__ for m in (torch, keras, sklearn, skl2onnx, onnx, onnxruntime)}
    text = json.dumps({"versions": versions, "sets": SETS, "scores": expected})
    (HERE / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
