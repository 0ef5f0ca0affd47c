"""Many images with one mask each: the package's judge beside ONNX Runtime, on one thread.

    pip install onnx onnxruntime safetensors
    python python/benchmarks/many_images.py [IMAGES]

Both compute the same logits of the same network, which is checked. Of each, the best of several passes counts, in
seconds of the thread; of ONNX Runtime, the best size of batches as well.
"""

import sys
import time

import numpy as np
import pixel_debate
from network import session

IMAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
PASSES, BATCHES = 5, (16, 32, 64, 128, 256)


def best(work):
    """The shortest of several passes, in microseconds an image, and what it gave."""
    least = float("inf")
    for _ in range(PASSES):
        began = time.thread_time()
        result = work()
        least = min(least, time.thread_time() - began)
    return least / IMAGES * 1e6, result


def main():
    mnist, judge = pixel_debate.datasets.load("mnist"), pixel_debate.Judge.shipped(4)
    images, network, random = mnist.images[:IMAGES], session(), np.random.default_rng(0)
    print("| pixels | this package, µs an image | ONNX Runtime's best batch | ratio |\n|---|---|---|---|")
    for pixels in (4, 6, 8, 12):
        masks = np.zeros(images.shape, bool)
        for image, mask in zip(images, masks, strict=True):
            shown = random.choice(np.flatnonzero(image), pixels, replace=False)
            mask.flat[shown] = True
        ours, logits = best(lambda: judge.logits(images, masks))
        planes = np.stack([masks, images * masks / 255], 1).astype(np.float32)

        def theirs(size):
            run = (planes[at : at + size] for at in range(0, IMAGES, size))
            return np.concatenate([network.run(None, {"input": batch})[0] for batch in run])

        times = {}
        for size in BATCHES:
            times[size], expected = best(lambda: theirs(size))
            assert np.abs(logits - expected).max() < 1e-4
        size = min(times, key=times.get)
        print(f"| {pixels} | {ours:.0f} | {times[size]:.0f} ({size}) | {times[size] / ours:.2f} |")


if __name__ == "__main__":
    main()
