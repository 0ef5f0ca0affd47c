"""Numbers of any size, and lists of any length: refused with what is allowed, before memory is asked for."""

import itertools
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pixel_debate as pd
import pyarrow
import pytest
from pixel_debate.vector import DebateVectorEnv

HUGE = 2**62


@pytest.mark.parametrize("number", [-1, -(2**70), 2**64, 2**200])
@pytest.mark.parametrize("what", ["seed", "label", "lie", "classes", "index", "pixels", "gather", "threads", "images"])
def test_whole_numbers_out_of_range_are_refused(
    what: str, number: int, mnist: pd.Dataset, judge: pd.Judge, debate: pd.Debate, tmp_path: pathlib.Path
) -> None:
    image, rules = mnist.images[17].copy(), pd.Rules(4)
    calls: dict[str, list[Callable[[], object]]] = {
        "seed": [
            lambda: pd.Agent("random", number),
            lambda: pd.play(debate, judge, seed=number),
            lambda: pd.play(debate, judge, liar_seed=number),
            lambda: judge.accuracy(mnist, seed=number),
            lambda: pd.evaluate(mnist, judge, images=[17], seed=number),
        ],
        "label": [lambda: pd.Debate(rules, image, number, 3), lambda: debate.copy().verdict(label=number)],
        "lie": [lambda: pd.Debate(rules, image, 7, number), lambda: pd.Debate.of(rules, mnist, 17, number)],
        "classes": [
            lambda: pd.Debate(rules, image, 7, 3, number),
            lambda: pd.Debate.of(rules, mnist, 17, 3, number),
        ],
        "index": [
            lambda: pd.Debate.of(rules, mnist, number, 3),
            lambda: pd.evaluate(mnist, judge, images=[number]),
        ],
        "pixels": [
            lambda: pd.Rules(number),
            lambda: pd.Judge.shipped(number),
            lambda: judge.accuracy(mnist, pixels=number),
        ],
        "gather": [lambda: pd.Agent("mcts:10", gather=number)],
        "threads": [lambda: pd.run("\n", tmp_path, threads=number)],
        "images": [
            lambda: pd.run("\n", tmp_path, images=number),
            lambda: pd.evaluate(mnist, judge, images=number),
        ],
    }
    for call in calls[what]:
        with pytest.raises(ValueError, match=r"must be|there is no image|there are|no judge for|the number must"):
            call()


class Index:
    """A whole number, and nothing else that an int is."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number


@pytest.mark.parametrize(("number", "told"), [(2**200, "one far above"), (-(2**200), "one far below")])
def test_what_is_far_out_of_range_is_told_so(number: int, told: str, mnist: pd.Dataset) -> None:
    calls: list[Callable[[Any], object]] = [
        pd.Rules,
        pd.Judge.shipped,
        lambda given: pd.Agent("mcts:10", gather=given),
        lambda given: pd.Agent("random", given),
        lambda given: pd.Debate.of(pd.Rules(4), mnist, given, 3),
    ]
    for call in calls:
        for given in (number, Index(number)):
            with pytest.raises(ValueError, match=told):
                call(given)


def test_whatever_is_a_whole_number_is_one(mnist: pd.Dataset) -> None:
    given: Any
    for given in (Index(4), np.int8(4), np.uint64(4), np.array(4), 4):
        assert pd.Rules(given).pixels == 4 and pd.Agent("mcts:9", given, gather=given).gather == 4
        assert pd.Debate.of(pd.Rules(given), mnist, given, 3).index == 4
    for given in ("4", 4.0, np.array([4, 4]), None):
        with pytest.raises(TypeError):
            pd.Rules(given)


def test_ctrl_c_while_an_argument_is_read_is_not_taken_for_its_fault(debate: pd.Debate, judge: pd.Judge) -> None:
    class Interrupted:
        def __iter__(self) -> Any:
            raise KeyboardInterrupt

        def __index__(self) -> int:
            raise KeyboardInterrupt

        def decide(self, view: pd.View) -> object:
            return self

    given: Any = Interrupted()
    calls: list[Callable[[], object]] = [
        lambda: pd.rate(given),
        lambda: debate.apply(given),
        lambda: debate.apply((given, 3)),
        lambda: judge.logits_of(debate.image, given),
        lambda: judge.logits_of(debate.image, [given]),
        lambda: judge.logits_of(debate.image, [[(given, 1)]]),
        lambda: pd.Rules(given),
        lambda: pd.play(debate, given, honest="random", liar="random"),
    ]
    for call in calls:
        with pytest.raises(KeyboardInterrupt):
            call()
    assert debate.evidence == []


def test_what_is_out_of_range_is_named(mnist: pd.Dataset, judge: pd.Judge, debate: pd.Debate) -> None:
    with pytest.raises(ValueError, match="a seed must be a whole number from 0 to 18446744073709551615, not -1"):
        pd.Agent("random", -1)
    with pytest.raises(ValueError, match="a label must be a whole number from 0 to 254, not 300"):
        debate.verdict(label=300)
    with pytest.raises(ValueError, match="threshold must be a whole number from 0 to 255, not one far above"):
        pd.datasets.load("somewhere", threshold=10**50)
    with pytest.raises(TypeError):
        pd.Agent("random", 1.5)  # type: ignore[arg-type]  # pyright: ignore
    # numpy's whole numbers are whole numbers.
    assert pd.Agent("random", np.uint64(2**64 - 1)).seed == 2**64 - 1  # type: ignore[arg-type]  # pyright: ignore
    for seconds in (-1.0, float("nan"), 10**400, -(10**400)):
        with pytest.raises(ValueError, match="seconds must be a number from 0 on"):
            pd.solve(debate, judge, seconds=seconds)
        with pytest.raises(ValueError, match="seconds must be a number from 0 on"):
            pd.Agent("greedy").choose(debate, judge, seconds=seconds)
    while debate.to_move is not None:
        debate.apply(debate.legal_moves[0])
    with pytest.raises(ValueError, match="the probability inf is not"):
        debate.verdict(label=8, probability=10**400)
    with pytest.raises(ValueError, match="the logit of label 1 is 3e38: it must be a number from -1e38 to 1e38"):
        debate.verdict([0.0, 3e38] * 5)
    with pytest.raises(ValueError, match="a pixel is .column, row., two whole numbers from 0 to 255"):
        debate.apply((-1, 2**70))


def endless() -> Any:
    return itertools.repeat(0.5)


@pytest.mark.parametrize("shares", [range(HUGE), range(2**70), endless()])
def test_a_rate_is_of_so_many_shares(shares: Any) -> None:
    """An endless one is asked for the first hundred million."""
    if not isinstance(shares, range):
        pytest.skip("it takes seconds and a gigabyte: the bound is the same")
    with pytest.raises(ValueError, match="there are more than 100000000 numbers"):
        pd.rate(shares)


@pytest.mark.parametrize("classes", [range(2**60), map(str, itertools.count())])
def test_there_are_no_more_classes_than_labels(classes: Any, mnist: pd.Dataset) -> None:
    with pytest.raises(ValueError, match="classes must be names|there are more than 256 classes"):
        pd.Dataset.from_arrays("mine", mnist.images[:2].copy(), mnist.labels[:2].copy(), classes)


def test_no_more_debates_are_stepped_than_there_is_memory_for() -> None:
    """Their arrays would take 4 gigabytes each, asked for where nobody could refuse it."""
    images, labels = np.full((4, 255, 255), 200, np.uint8), np.array([0, 1, 0, 1], np.uint8)
    large = pd.Dataset.from_arrays("large", images, labels, ["a", "b"])

    def judge(values: Any, masks: Any) -> Any:
        return np.zeros((len(values), 2))

    with pytest.raises(ValueError, match="num_envs is 65536: of images of 65025 pixels there may be 790 debates"):
        DebateVectorEnv(65536, pixels=4, dataset=large, judge=judge)
    seen, _ = DebateVectorEnv(7, pixels=4, dataset=large, judge=judge).reset(seed=1)
    assert seen["image"].shape == (7, 255, 255)


def test_sets_have_no_more_pixels_than_there_is_memory_for(mnist: pd.Dataset, judge: pd.Judge) -> None:
    masks = np.broadcast_to(np.bool_(True), (127_552, 28, 28))
    with pytest.raises(ValueError, match="there are more than 100000000 pixels in all sets together"):
        judge.logits_of(mnist.images[17].copy(), masks)


def test_a_figure_has_so_many_characters() -> None:
    arrow: Any = pyarrow
    rates = arrow.table({"cell": [1], "first": ["honest"], "rate": [0.5], "low": [0.4], "high": [0.6]})
    with pytest.raises(ValueError, match="have 20000 characters at most together, not 1000"):
        pd.figure(rates, title="x" * 10**6)
    assert pd.figure(rates, title="x" * 100).svg


def test_endless_lists_are_refused(mnist: pd.Dataset, judge: pd.Judge, debate: pd.Debate) -> None:
    with pytest.raises(ValueError, match="there are more than"):
        pd.evaluate(mnist, judge, images=itertools.count())
    with pytest.raises(ValueError, match="there are more than"):
        judge.logits_of(mnist.images[17], ([] for _ in itertools.count()))  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(ValueError, match="there are more than"):
        judge.logits_of(mnist.images[17], [((0, 0) for _ in itertools.count())])  # type: ignore[list-item]  # pyright: ignore
    with pytest.raises(ValueError, match="there are more than"):
        debate.verdict(range(HUGE))


def test_masked_arrays_are_refused(mnist: pd.Dataset, judge: pd.Judge, debate: pd.Debate) -> None:
    """What is hidden under their masks would be read."""
    images = np.ma.masked_array(mnist.images[:2], mnist.images[:2] > 9)
    masks = mnist.images[:2] > 100
    with pytest.raises(ValueError, match="not a masked one, of which some is hidden"):
        judge.logits(images, masks)
    with pytest.raises(ValueError, match="not a masked one"):
        pd.Debate(pd.Rules(4), images[0], 7, 3)

    def hides(values: Any, masks: Any) -> Any:
        return np.ma.masked_array(np.zeros((len(values), 10)), True)

    with pytest.raises(pd.PlayerError, match="not a masked array, of which some is hidden"):
        pd.play(debate, hides)

    class Decides:
        def decide(self, view: pd.View) -> object:
            return np.ma.masked_array(np.zeros(10), True)

    with pytest.raises(pd.PlayerError, match="it is a masked array, of which some is hidden"):
        pd.play(debate, Decides(), honest="random", liar="random")


def test_any_judge_is_right_as_often_as_it_is(mnist: pd.Dataset, judge: pd.Judge) -> None:
    few = pd.Dataset.from_arrays("few", mnist.images[:600].copy(), mnist.labels[:600].copy(), list("0123456789"))
    asked: list[int] = []

    def mine(values: Any, masks: Any) -> Any:
        asked.append(len(values))
        assert (masks.sum((1, 2)) == 4).all() and not values[~masks].any()
        return judge.logits(values, masks)

    for seed in (0, 5):
        assert pd.accuracy(mine, few, pixels=4, seed=seed) == judge.accuracy(few, pixels=4, seed=seed)
        assert pd.accuracy(judge, few, pixels=4, seed=seed) == judge.accuracy(few, pixels=4, seed=seed)
    assert sum(asked) == 1200
    ties = pd.accuracy(lambda values, masks: np.zeros((len(values), 10)), few, pixels=4)
    sevens = pd.accuracy(lambda values, masks: np.full(len(values), 7), few, pixels=4)
    assert ties == 0 and sevens == (few.labels == 7).mean()
    with pytest.raises(pd.PlayerError, match="judging: .* has raised ZeroDivisionError"):
        pd.accuracy(lambda values, masks: 1 / 0, few, pixels=4)
    with pytest.raises(ValueError, match="pixels must be a whole number from 0 to 784, not -1"):
        pd.accuracy(mine, few, pixels=-1)

    class Decides:
        def decide(self, view: pd.View) -> int:
            return 1

    with pytest.raises(pd.JudgeError, match="cannot be asked in batches"):
        pd.accuracy(Decides(), few, pixels=4)  # type: ignore[arg-type]  # pyright: ignore


def test_the_margin_of_the_greatest_logits_is_a_number(debate: pd.Debate) -> None:
    def great(values: Any, masks: Any) -> Any:
        logits = np.full((len(values), 10), -1e38)
        logits[:, 7] = 1e38
        return logits

    assert np.isfinite(pd.analyse(debate, great, replies=False).margins).all()

    def greater(values: Any, masks: Any) -> Any:
        return great(values, masks) * 3

    with pytest.raises(pd.PlayerError, match="must be a number from -1e38 to 1e38"):
        pd.play(debate, greater)
