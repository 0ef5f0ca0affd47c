"""A judge of your own, held against the shipped one.

    pip install './python' scikit-learn
    python python/examples/own_judge.py --images 500

The judge is a logistic regression on two planes, which pixels are revealed and how bright they are. The package has
MNIST's 10,000 test images and not the 60,000 of training, so half of the test images, drawn with a fixed seed, are for
training, and both judges are asked about images of the other half, which neither has seen in training.
"""

# scikit-learn has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

import argparse
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
from pixel_debate.types import BatchJudge, Order
from scipy.sparse import csr_array, vstack
from sklearn.linear_model import LogisticRegression

PIXELS = 4
SEED = 1
# Sets of pixels of each image, in training.
SETS = 4
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
    """One way to ask both judges, of the same images.

    Attributes
    ----------
    how : str
    images : int
        Images, which are the intervals' independent units.
    rates : (Estimate, Estimate)
        How often the judge was right: the own one, the shipped one.
    difference : Estimate
        The first less the second, image by image.
    """

    how: str
    images: int
    rates: tuple[Estimate, Estimate]
    difference: Estimate


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


def paired(how: str, own: list[float], shipped: list[float]) -> Row:
    """A row of the shares, image by image, in which either judge was right.

    A difference from -1 to 1 is a share from 0 to 1 of twice the width.
    """
    halves = [(1 + one - other) / 2 for one, other in zip(own, shipped, strict=True)]
    rate, low, high = pd.rate(halves)
    difference = (2 * rate - 1, 2 * low - 1, 2 * high - 1)
    return Row(how, len(own), (pd.rate(own), pd.rate(shipped)), difference)


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
    mnist: pd.Dataset, own: BatchJudge, shipped: pd.Judge, numbers: list[int]
) -> tuple[list[Row], tuple[Calibration, Calibration]]:
    """Both judges of the same images, pixels and lies; debaters search before the judge that is to decide."""
    images, labels = mnist.images[numbers], mnist.labels[numbers]
    masks = random_masks(images, np.random.default_rng(SEED))
    said = [np.asarray(judge(images * masks, masks), float) for judge in (own, shipped)]
    right = [(logits.argmax(axis=1) == labels).astype(float).tolist() for logits in said]
    few = numbers[: max(2, len(numbers) // SOLVED)]
    rows = [
        paired("random pixels", right[0], right[1]),
        paired(
            "consultants",
            debated(mnist, own, numbers, "alone"),
            debated(mnist, shipped, numbers, "alone"),
        ),
        paired(
            "debates",
            debated(mnist, own, numbers, "alternating"),
            debated(mnist, shipped, numbers, "alternating"),
        ),
        paired("optimal play", solved(mnist, own, few), solved(mnist, shipped, few)),
    ]
    return rows, (calibration(said[0], labels), calibration(said[1], labels))


def percent(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:.1f} % ({low:.1f} to {high:.1f})"


def points(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:+.1f} ({low:+.1f} to {high:+.1f})"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A judge of your own, held against the shipped one.")
    parser.add_argument("--images", type=int, default=100, metavar="N", help="1 to 5000")
    count: int = parser.parse_args(arguments).images
    if not 1 <= count <= 5000:
        parser.error(f"--images {count}: it must be from 1 to 5000")

    mnist = pd.datasets.load("mnist")
    drawn = np.random.default_rng(SEED).permutation(len(mnist))
    own, shipped = LinearJudge(mnist, drawn[:5000]), pd.Judge.shipped(PIXELS)
    rows, scores = compare(mnist, own, shipped, drawn[5000 : 5000 + count].tolist())

    print(f"how often right, {PIXELS} pixels, 95 % intervals; differences in points")
    print(f"{'':14} {'images':>6}  {own.name:24} {shipped.name:24} difference")
    for row in rows:
        one, other = map(percent, row.rates)
        print(f"{row.how:14} {row.images:>6}  {one:24} {other:24} {points(row.difference)}")
    for name, judge in zip((own.name, shipped.name), scores, strict=True):
        brier, low, high = judge.brier
        print(f"\n{name}, of random pixels: Brier {brier:.3f} ({low:.3f} to {high:.3f}), ECE {judge.ece:.3f}")
        for sure, right, of in judge.curve:
            print(f"  {100 * sure:5.1f} % sure: right {percent(right)}, of {of}")


if __name__ == "__main__":
    main()
