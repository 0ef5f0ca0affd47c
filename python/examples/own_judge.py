"""Judges of your own, held against the shipped one.

    pip install './python' scikit-learn torch
    python python/examples/own_judge.py --images 500

One is a logistic regression by scikit-learn and one a small network by PyTorch, on two planes: which pixels are revealed
and how bright they are. The package has MNIST's 10,000 test images and not the 60,000 of training, so half of the test
images, drawn with a fixed seed, are for training, and all judges are asked about images of the other half, which none
has seen in training.
"""

# scikit-learn has no types, and those of PyTorch have gaps.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import torch
from pixel_debate.types import BatchJudge, Order
from scipy.sparse import csr_array, vstack
from sklearn.linear_model import LogisticRegression
from torch import nn

PIXELS = 4
SEED = 1
# Sets of pixels of each image, in training.
SETS = 4
# Of the network: in each, one set of pixels of each image.
EPOCHS = 30
# Optimal play is asked about one image in so many, and about two at least: each takes a second or so.
SOLVED = 25

Estimate = tuple[float, float, float]
"""A rate, or a difference of two, and the ends of its 95 % interval."""


class LinearJudge:
    """A logistic regression on masks and values."""

    name = "logistic regression"

    def __init__(self, mnist: pd.Dataset, numbers: npt.NDArray[np.intp], sets: int = SETS) -> None:
        random = np.random.default_rng(SEED)
        masks = [random_masks(mnist.images[numbers], random) for _ in range(sets)]
        shown = vstack([planes(mnist.images[numbers] * mask, mask) for mask in masks])
        self.model = LogisticRegression(C=0.1, max_iter=500)
        self.model.fit(shown, np.tile(mnist.labels[numbers], sets))

    def __call__(
        self, values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        return np.asarray(self.model.decision_function(planes(values, masks)))


class NetworkJudge:
    """Two hidden layers, trained on other pixels of each image in every epoch."""

    name = "small network"

    def __init__(self, mnist: pd.Dataset, numbers: npt.NDArray[np.intp], epochs: int = EPOCHS) -> None:
        torch.manual_seed(SEED)
        random = np.random.default_rng(SEED)
        images, labels = mnist.images[numbers], torch.from_numpy(mnist.labels[numbers].astype(np.int64))
        size = images[0].size
        self.model = nn.Sequential(
            nn.Linear(2 * size, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)
        )
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=0.01)
        for _ in range(epochs):
            masks = random_masks(images, random)
            shown = dense(images * masks, masks)
            order = torch.randperm(len(images))
            for start in range(0, len(images), 64):
                rows = order[start : start + 64]
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(self.model(shown[rows]), labels[rows])
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()

    @torch.inference_mode()
    def __call__(self, values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> torch.Tensor:
        logits: torch.Tensor = self.model(dense(values, masks))
        return logits


def dense(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> torch.Tensor:
    """The planes for a network: a row for each set of pixels, as in :func:`planes`."""
    flat = [plane.reshape(len(values), -1) for plane in (masks, values / 255)]
    return torch.from_numpy(np.concatenate(flat, axis=1, dtype=np.float32))


def planes(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> csr_array:
    """A row for each set of pixels: the mask, and the values from 0 to 1."""
    flat = [plane.reshape(len(values), -1) for plane in (masks, values / 255)]
    return csr_array(np.concatenate(flat, axis=1, dtype=np.float32))


def random_masks(
    images: npt.NDArray[np.uint8], random: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """For each image, a few of its pixels that are not black."""
    drawn = np.where(images > 0, random.random(images.shape), 2.0).reshape(len(images), -1)
    least = np.argpartition(drawn, PIXELS, axis=1)[:, :PIXELS]
    masks = np.zeros(drawn.shape, bool)
    np.put_along_axis(masks, least, True, axis=1)
    return masks.reshape(images.shape)


@dataclass(frozen=True)
class Row:
    """One way to ask all judges, of the same images.

    Attributes
    ----------
    how : str
    images : int
        Images, which are the intervals' independent units.
    rates : list of Estimate
        How often each judge was right, the shipped one last.
    differences : list of Estimate
        Each of the others less the shipped one, image by image.
    """

    how: str
    images: int
    rates: list[Estimate]
    differences: list[Estimate]


@dataclass(frozen=True)
class Calibration:
    """How good a judge's probabilities are, of random pixels.

    Attributes
    ----------
    brier : Estimate
        The sum over labels of the squared difference between probability and truth, 0 to 2; in the mean.
    ece : float
        The mean distance between how sure and how often right, over the bins.
    curve : list of (float, Estimate, int)
        For each of ten bins of equal width of the probability of the label believed, if it is not empty: how sure
        in the mean, how often right, and how many.
    """

    brier: Estimate
    ece: float
    curve: list[tuple[float, Estimate, int]]


def paired(how: str, right: list[list[float]]) -> Row:
    """A row of the shares, image by image, in which each judge was right, the shipped one last.

    A difference from -1 to 1 is a share from 0 to 1 of twice the width.
    """
    *others, shipped = right
    differences: list[Estimate] = []
    for own in others:
        halves = [(1 + one - other) / 2 for one, other in zip(own, shipped, strict=True)]
        rate, low, high = pd.rate(halves)
        differences.append((2 * rate - 1, 2 * low - 1, 2 * high - 1))
    return Row(how, len(shipped), [pd.rate(shares) for shares in right], differences)


def debated(
    mnist: pd.Dataset, judge: pd.Judge | BatchJudge, numbers: list[int], order: Order
) -> list[float]:
    """The share of each image's debates, with either side to begin, that the honest debater won."""
    rules = pd.Rules(PIXELS, order=order)
    evaluation = pd.evaluate(mnist, judge, images=numbers, rules=rules, seed=SEED)
    for failure in evaluation.failures.values():
        raise failure
    won = dict.fromkeys(numbers, 0.0)
    for image, debate in zip(evaluation.images, evaluation.debates, strict=True):
        won[image] += float(debate.winner == "honest") / 2
    return list(won.values())


def solved(mnist: pd.Dataset, judge: pd.Judge | BatchJudge, numbers: list[int]) -> list[float]:
    """The same if both debaters play as well as can be."""
    shares: list[float] = []
    for image in numbers:
        label = int(mnist.labels[image])
        wrong = [lie for lie in range(len(mnist.classes)) if lie != label]
        lie = int(np.random.default_rng([SEED, image]).choice(wrong))
        won = 0
        for rules in (pd.Rules(PIXELS, first="honest"), pd.Rules(PIXELS, first="liar")):
            solution = pd.solve(pd.Debate.of(rules, mnist, image, lie), judge)
            won += solution.winner == "honest"
        shares.append(won / 2)
    return shares


def calibration(
    logits: npt.NDArray[np.floating], labels: npt.NDArray[np.uint8]
) -> Calibration:
    """The scores of probabilities that are the softmax of these logits."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    errors = np.square(probabilities - np.eye(probabilities.shape[1])[labels]).sum(axis=1)
    rate, low, high = pd.rate((errors / 2).tolist())
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * 10).astype(int), 9)
    ece, curve = 0.0, list[tuple[float, Estimate, int]]()
    for place in np.unique(bins):
        here = bins == place
        mean, hits = float(sure[here].mean()), pd.rate(right[here].astype(float).tolist())
        ece += float(here.mean()) * abs(hits[0] - mean)
        curve.append((mean, hits, int(here.sum())))
    return Calibration((2 * rate, 2 * low, 2 * high), ece, curve)


def compare(
    mnist: pd.Dataset, judges: Sequence[pd.Judge | BatchJudge], numbers: list[int]
) -> tuple[list[Row], list[Calibration]]:
    """All judges, the shipped one last, of the same images, pixels and lies; debaters search before the one that decides."""
    images, labels = mnist.images[numbers], mnist.labels[numbers]
    masks = random_masks(images, np.random.default_rng(SEED))
    said = [np.asarray(judge(images * masks, masks), float) for judge in judges]
    few = numbers[: max(2, len(numbers) // SOLVED)]
    rows = [
        paired(
            "random pixels",
            [(logits.argmax(axis=1) == labels).astype(float).tolist() for logits in said],
        ),
        paired("consultants", [debated(mnist, judge, numbers, "alone") for judge in judges]),
        paired("debates", [debated(mnist, judge, numbers, "alternating") for judge in judges]),
        paired("optimal play", [solved(mnist, judge, few) for judge in judges]),
    ]
    return rows, [calibration(logits, labels) for logits in said]


def percent(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:.1f} % ({low:.1f} to {high:.1f})"


def points(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:+.1f} ({low:+.1f} to {high:+.1f})"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Judges of your own, held against the shipped one.")
    parser.add_argument("--images", type=int, default=100, metavar="N", help="1 to 5000")
    count: int = parser.parse_args(arguments).images
    if not 1 <= count <= 5000:
        parser.error(f"--images {count}: it must be from 1 to 5000")

    mnist = pd.datasets.load("mnist")
    drawn = np.random.default_rng(SEED).permutation(len(mnist))
    shipped = pd.Judge.shipped(PIXELS)
    judges: list[LinearJudge | NetworkJudge | pd.Judge]
    judges = [LinearJudge(mnist, drawn[:5000]), NetworkJudge(mnist, drawn[:5000]), shipped]
    rows, scores = compare(mnist, judges, drawn[5000 : 5000 + count].tolist())

    names = [judge.name for judge in judges]
    print(f"how often right, {PIXELS} pixels, 95 % intervals; differences in points")
    heads = [f"{name:24}" for name in names] + [f"{name} - {shipped.name}" for name in names[:-1]]
    print(f"{'':14} {'images':>6}  {' '.join(heads)}")
    for row in rows:
        cells = [f"{percent(rate):24}" for rate in row.rates]
        cells += [f"{points(difference):30}" for difference in row.differences]
        print(f"{row.how:14} {row.images:>6}  {' '.join(cells)}".rstrip())
    for name, score in zip(names, scores, strict=True):
        brier, low, high = score.brier
        print(f"\n{name}, of random pixels: Brier {brier:.3f} ({low:.3f} to {high:.3f}), ECE {score.ece:.3f}")
        for sure, right, of in score.curve:
            print(f"  {100 * sure:5.1f} % sure: right {percent(right)}, of {of}")


if __name__ == "__main__":
    main()
