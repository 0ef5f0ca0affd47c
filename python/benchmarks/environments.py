"""Steps a second of the vector environment, of PettingZoo's loop, and of a plain one of numpy, on one thread.

    pip install '.[environments]' onnx onnxruntime safetensors
    python python/benchmarks/environments.py [SECONDS]

All play four-pixel debates over MNIST by uniformly random legal reveals. The plain environment has the same rules as
numpy arrays over all debates and has the same network judge by ONNX Runtime, in one batch at the ends. Measured in turn,
in seconds of the thread; the median of five rounds counts.
"""

import statistics
import sys
import time

import numpy as np
import pixel_debate as pd
import pixel_debate.pettingzoo
from network import session
from pixel_debate.vector import DebateVectorEnv

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
ROUNDS, PIXELS, COUNT = 5, 4, 1024
NAMES = ("vector, rules alone", "vector", "vector, with random actions", "plain", "PettingZoo")


class Plain:
    """The debate as numpy arrays: what one would write for oneself."""

    def __init__(self, count):
        mnist = pd.datasets.load("mnist")
        self.images, self.labels = mnist.images.reshape(len(mnist.labels), -1), mnist.labels
        self.random, self.network, self.count = np.random.default_rng(1), session(), count
        self.begin()

    def begin(self):
        chosen = self.random.integers(len(self.images), size=self.count)
        self.image, self.label = self.images[chosen], self.labels[chosen].astype(np.int64)
        self.lie = (self.label + self.random.integers(1, 10, size=self.count)) % 10
        self.honest_first = self.random.integers(2, size=self.count) == 1
        self.shown, self.revealed = np.zeros(self.image.shape, np.uint8), 0
        self.legal = (self.image > 0).astype(np.int8)

    def observe(self):
        first = self.revealed % 2 == 0
        honest = self.honest_first == first
        evidence = self.shown if first else np.array([0, 2, 1], np.uint8)[self.shown]
        own, rival = np.where(honest, self.label, self.lie), np.where(honest, self.lie, self.label)
        return self.image.copy(), evidence.copy(), honest, own, rival, self.legal.copy()

    def step(self, actions):
        rows = np.arange(self.count)
        assert self.legal[rows, actions].all()
        self.shown[rows, actions] = 1 + self.revealed % 2
        self.legal[rows, actions] = 0
        self.revealed += 1
        rewards = np.zeros(self.count, np.float32)
        if self.revealed == PIXELS:
            masks = self.shown > 0
            planes = np.stack([masks, masks * self.image / 255], 1).astype(np.float32)
            logits = np.concatenate(
                [self.network.run(None, {"input": part})[0]
                 for part in planes.reshape(-1, 2, 28, 28).reshape(-1, 64, 2, 28, 28)]
            )
            rewards = np.where(logits[rows, self.label] > logits[rows, self.lie], 1.0, -1.0)
            self.begin()
        return self.observe(), rewards


def legal(mask, random):
    return np.where(mask == 1, random.random(mask.shape, np.float32), -1.0).argmax(1).astype(np.int64)


def measured(step, count):
    """Steps a second of the thread."""
    steps, began = 0, time.thread_time()
    while (spent := time.thread_time() - began) < SECONDS:
        step()
        steps += count
    return steps / spent


def main():
    random = np.random.default_rng(2)
    judge = pd.Judge.shipped(4)

    def vectors(judge, sampled):
        env = DebateVectorEnv(COUNT, pixels=PIXELS, judge=judge)
        seen, _ = env.reset(seed=1)

        def step():
            nonlocal seen
            # The first legal pixel costs little to find, a random one more than the debates do.
            actions = legal(seen["action_mask"], random) if sampled else seen["action_mask"].argmax(1)
            seen = env.step(actions)[0]

        return step

    plain = Plain(COUNT)
    zoo = pixel_debate.pettingzoo.raw_env(pixels=PIXELS, judge=judge)
    zoo.reset(seed=1)

    def zoo_step():
        observation, _, termination, truncation, _ = zoo.last()
        if termination or truncation:
            zoo.reset()
            return
        zoo.step(int(random.choice(np.flatnonzero(observation["action_mask"]))))

    works = {
        NAMES[0]: (vectors(lambda values, masks: np.zeros(len(values), np.int64), False), COUNT),
        NAMES[1]: (vectors(judge, False), COUNT),
        NAMES[2]: (vectors(judge, True), COUNT),
        NAMES[3]: (lambda: plain.step(plain.legal.argmax(1)), COUNT),
        NAMES[4]: (zoo_step, 1),
    }
    rates = {name: [] for name in NAMES}
    for _ in range(ROUNDS):
        for name, (step, count) in works.items():
            rates[name].append(measured(step, count))
    print("| environment | steps a second | ÷ PettingZoo | ÷ plain |\n|---|---:|---:|---:|")
    for name in NAMES:
        rate, zoos, plains = (statistics.median(rates[key]) for key in (name, NAMES[4], NAMES[3]))
        print(f"| {name} | {rate:,.0f} | {rate / zoos:.1f} | {rate / plains:.1f} |")


if __name__ == "__main__":
    main()
