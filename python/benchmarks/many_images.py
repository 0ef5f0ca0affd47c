"""Many images with one mask each: the package's judge beside ONNX Runtime and PyTorch, on one thread.

    pip install numpy onnx onnxruntime safetensors torch
    OMP_NUM_THREADS=1 python python/benchmarks/many_images.py --images 2000

All compute the same logits of the same network, which is checked. Of each, the best of several passes counts, in
seconds of the thread; of the others, the best size of batches as well. The border is what `Judge.logits` does besides:
it copies images and masks before it lets the interpreter go, and its answer; the same copies are made by numpy here.
Last, many sets of one image, by `Judge.logits_of`: what the engine, which keeps what it has learnt of an image, is for.
"""

import argparse
import time

import numpy as np
import pixel_debate
import torch
from network import WEIGHTS, session
from safetensors.torch import load_file
from torch import nn

BATCHES = (16, 32, 64, 128, 256)
PIXELS = (4, 6, 8, 12)


class Timer:
    """The shortest of several passes, in microseconds of the thread for each of so many."""

    def __init__(self, passes):
        self.passes = passes

    def best(self, work, count):
        least = float("inf")
        for _ in range(self.passes):
            began = time.thread_time()
            result = work()
            least = min(least, time.thread_time() - began)
        return least / count * 1e6, result

    def best_batch(self, planes, run, expected):
        """The best of several sizes of batches, and which one that was."""
        times = {}
        for size in BATCHES:
            parts = [planes[at : at + size] for at in range(0, len(planes), size)]
            times[size], logits = self.best(lambda parts=parts: np.concatenate([run(part) for part in parts]), len(planes))
            assert np.abs(logits - expected).max() < 1e-4
        size = min(times, key=times.get)
        return times[size], size


def network():
    """The shipped judge's network in PyTorch, as a function of planes."""
    convolution = {"kernel_size": 5, "padding": 2}
    weights = {name: weight.float() for name, weight in load_file(WEIGHTS).items()}
    layers = {"conv1": 0, "conv2": 3, "fc1": 7, "fc2": 9}
    (first, planes, *_), (second, *_) = weights["conv1.weight"].shape, weights["conv2.weight"].shape
    hidden, inner = weights["fc1.weight"].shape
    model = nn.Sequential(
        nn.Conv2d(planes, first, **convolution), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(first, second, **convolution), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(inner, hidden), nn.ReLU(), nn.Linear(hidden, weights["fc2.weight"].shape[0]),
    )  # fmt: skip
    named = {}
    for name, weight in weights.items():
        layer, kind = name.split(".")
        named[f"{layers[layer]}.{kind}"] = weight
    model.load_state_dict(named)
    model.eval()

    @torch.inference_mode()
    def run(batch):
        return model(torch.from_numpy(batch)).numpy()

    return run


def masks_of(images, pixels, random):
    masks = np.zeros(images.shape, bool)
    for image, mask in zip(images, masks, strict=True):
        mask.flat[random.choice(np.flatnonzero(image), pixels, replace=False)] = True
    return masks


def main():
    parser = argparse.ArgumentParser(description="The package's judge beside ONNX Runtime and PyTorch.")
    parser.add_argument("--images", type=int, default=2000, help="1 to 10000")
    parser.add_argument("--passes", type=int, default=5)
    chosen = parser.parse_args()
    if not 1 <= chosen.images <= 10_000:
        parser.error(f"--images {chosen.images}: it must be from 1 to 10000")
    torch.set_num_threads(1)
    timer, random = Timer(chosen.passes), np.random.default_rng(0)
    mnist, judge = pixel_debate.datasets.load("mnist"), pixel_debate.Judge.shipped(4)
    images, onnx, pytorch = mnist.images[: chosen.images], session(), network()
    count = len(images)
    print(f"{count} images, one mask each")
    print("| pixels | this package, µs an image | of that the border | ONNX Runtime, best batch | PyTorch, best batch | ratios |")
    print("|---|---|---|---|---|---|")
    for pixels in PIXELS:
        masks = masks_of(images, pixels, random)
        ours, logits = timer.best(lambda: judge.logits(images, masks), count)
        border, _ = timer.best(lambda: (images.copy(), masks.copy(), logits.copy()), count)
        planes = np.stack([masks, images * masks / 255], 1).astype(np.float32)
        theirs, size = timer.best_batch(planes, lambda batch: onnx.run(None, {"input": batch})[0], logits)
        torchs, other = timer.best_batch(planes, pytorch, logits)
        print(
            f"| {pixels} | {ours:.1f} | {border:.2f} ({100 * border / ours:.1f} %) | {theirs:.0f} ({size}) "
            f"| {torchs:.0f} ({other}) | {theirs / ours:.2f}, {torchs / ours:.2f} |",
            flush=True,
        )
    print(f"\n{count} sets of one image")
    print("| pixels | `logits_of`, µs a set | first time |\n|---|---|---|")
    for pixels in PIXELS:
        masks = masks_of(np.broadcast_to(images[0], images.shape), pixels, random)
        began = time.thread_time()
        judge.logits_of(images[0], masks)
        first = (time.thread_time() - began) / count * 1e6
        ours, _ = timer.best(lambda: judge.logits_of(images[0], masks), count)
        print(f"| {pixels} | {ours:.1f} | {first:.1f} |")


if __name__ == "__main__":
    main()
