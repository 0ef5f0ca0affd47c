"""Datasets of fewer than ten classes, and of more."""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pixel_debate.pettingzoo
import pytest
from pixel_debate.gymnasium import DebateEnv
from pixel_debate.scenes import Scenes
from pixel_debate.vector import DebateVectorEnv, planes

VALUES = npt.NDArray[np.uint8]
MASKS = npt.NDArray[np.bool_]


def of_classes(mnist: pd.Dataset, count: int) -> pd.Dataset:
    """Forty of MNIST's images whose labels, as far as there are so many, are of so many classes."""
    shown = np.flatnonzero(mnist.labels < count)[:40]
    labels = mnist.labels[shown].copy()
    labels[:2] = count - 1
    return pd.Dataset.from_arrays("mine", mnist.images[shown].copy(), labels, [str(at) for at in range(count)])


class Batches:
    """Answers for as many classes as there are."""

    answers = "logits"

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def __call__(self, values: VALUES, masks: MASKS) -> npt.NDArray[np.float32]:
        random = np.random.default_rng(values.astype(int).sum() % 1000)
        return random.random((len(values), self.classes), np.float32)


class Decides:
    """Believes the greater claim."""

    def decide(self, view: pd.View) -> int:
        return max(claim for claim in view.claims if claim is not None)


KNOWN = [(2, True), (2, False), (3, True), (3, False), (10, True), (10, False), (26, True)]


@pytest.mark.parametrize("precommit", [True, False])
@pytest.mark.parametrize(("classes", "own"), KNOWN)
def test_the_classes_are_the_datasets(
    mnist: pd.Dataset, judge: pd.Judge, classes: int, precommit: bool, own: bool
) -> None:
    few, asked = of_classes(mnist, classes), Batches(classes) if own else judge
    rules = pd.Rules(4, precommit)
    lie = (int(few.labels[3]) + 1) % classes if precommit else None
    debate = pd.Debate.of(rules, few, 3, lie)
    assert debate.classes == classes
    evaluation = pd.evaluate(few, asked, images=4, rules=rules, lies="all", honest="random", liar="greedy")
    assert len(evaluation.debates) == 4 * 2 * (classes - 1 if precommit else 1)
    for played in evaluation.debates:
        assert played.verdict_logits is not None and len(played.verdict_logits) == classes
        assert played.lie is None or played.lie < classes
    options: dict[str, Any] = {"dataset": few, "judge": asked, "pixels": 4, "precommit": precommit}
    scenes = Scenes(**options)
    assert scenes.shape == (4 + 2 * classes, 28, 28)
    lies = {scenes.draw(np.random.default_rng(seed)).lie for seed in range(20 * classes)}
    assert lies == (set(range(classes)) if precommit else {None})
    zoo = pixel_debate.pettingzoo.raw_env(**options)
    zoo.reset(seed=1)
    for agent in zoo.agent_iter():
        seen, _, over, *_ = zoo.last()
        assert seen is not None and zoo.observation_space(agent).contains(seen)
        zoo.step(None if over else int(np.flatnonzero(seen["action_mask"])[0]))
    gym = DebateEnv(**options)
    observation, _ = gym.reset(seed=1)
    assert gym.observation_space.contains(observation)


@pytest.mark.parametrize("precommit", [True, False])
@pytest.mark.parametrize("own", [True, False])
def test_many_debates_of_three_classes_are_those_of_the_rules(
    mnist: pd.Dataset, judge: pd.Judge, precommit: bool, own: bool
) -> None:
    few = of_classes(mnist, 3)
    env = DebateVectorEnv(
        16, dataset=few, judge=Batches(3) if own else judge, pixels=2, precommit=precommit, first="liar", reward="margin"
    )
    before, _ = env.reset(seed=1)
    spaces: Any = env
    assert spaces.observation_space.contains(before)
    assert env.planes(before).shape == (16, 10, 28, 28)
    np.testing.assert_array_equal(env.planes(before), planes(before, 3))
    with pytest.raises(ValueError, match="claim is . in row .*, which cannot be with 2 classes"):
        planes(before, 2)
    assert before["own_claim"].max() == (2 if precommit else 3)
    first = env.sample(before)
    seen = env.step(first)[0]
    second = env.sample(seen)
    rewards = env.step(second)[1]
    for row in range(16):
        truth, lie = int(seen["own_claim"][row]), int(before["own_claim"][row])
        debate = pd.Debate(pd.Rules(2, precommit, "liar"), before["image"][row], truth, lie if precommit else None, 3)
        assert lie < 3 if precommit else lie == 3
        np.testing.assert_array_equal(
            env.planes(before)[row], env.scenes.observe(debate.view("first"))["observation"]
        )
        for action in (first[row], second[row]):
            debate.apply(env.scenes.pixel(int(action)))
        if own:
            # Its answers depend on the batch.
            assert rewards[row] != 0
            continue
        outcome = env.scenes.outcome(env.scenes.judged(debate))
        assert outcome.margin is not None
        assert rewards[row] == pytest.approx(outcome.margin, abs=1e-3)


def test_a_judge_of_ten_classes_is_searched_for_those_that_there_are(mnist: pd.Dataset, judge: pd.Judge) -> None:
    """Without precommit a label that there is not beats no other, in a search as in the verdict."""
    few = of_classes(mnist, 2)
    for image in range(3):
        debate = pd.Debate.of(pd.Rules(1, False), few, image)
        winner = pd.solve(debate, judge).winner
        assert winner == pd.play(debate, judge, honest="exact", liar="exact").winner
        proof = pd.solve(debate, judge).certificate
        assert proof is not None and pd.verify(proof, judge, classes=2)[0] > 0
        with pytest.raises(pd.Flaw, match="is about 2 classes, not 10"):
            pd.verify(proof, judge)
        margins = pd.analyse(debate, judge).margins
        assert (margins.max() > 0) == (winner == "honest")


@pytest.mark.parametrize("classes", [11, 26])
def test_more_than_a_judge_knows_are_for_others(
    mnist: pd.Dataset, judge: pd.Judge, classes: int
) -> None:
    many = of_classes(mnist, classes)
    makes: list[Any] = [
        Scenes, DebateEnv, pixel_debate.pettingzoo.raw_env, functools.partial(DebateVectorEnv, 2)
    ]
    for make in makes:
        with pytest.raises(pd.Error, match=f"mine has {classes} classes: the judge tells 10 labels apart"):
            make(dataset=many, judge=judge, pixels=4)
        make(dataset=many, judge=Batches(classes), pixels=4)
    with pytest.raises(pd.Error, match=f"a debate of {classes} classes: the judge tells 10 apart"):
        pd.evaluate(many, judge, images=2, honest="random", liar="random")
    with pytest.raises(pd.SetupError, match="must be one of the package or a callable"):
        DebateVectorEnv(2, dataset=many, judge=Decides(), pixels=4)
    assert pd.Debate.of(pd.Rules(4), many, 0, 3).classes == classes
    evaluation = pd.evaluate(many, Decides(), images=[0], honest="random", liar="random", rules=pd.Rules(4))
    # Its label is the greatest.
    assert evaluation.honest_rate()[0] == 1.0
    zoo = pixel_debate.pettingzoo.raw_env(dataset=many, judge=Decides(), pixels=4)
    zoo.reset(seed=1)
    seen = zoo.observe("debater_0")
    assert seen["observation"].shape == (4 + 2 * classes, 28, 28)
    assert zoo.observation_space("debater_0").contains(seen)


def test_one_class_is_no_debate(mnist: pd.Dataset) -> None:
    one = pd.Dataset.from_arrays("one", mnist.images[:2].copy(), np.zeros(2, np.uint8), ["only"])
    with pytest.raises(pd.SetupError, match="one has 1 classes: a debate is about two at least"):
        Scenes(one)
    with pytest.raises(pd.SetupError, match="1 classes: a debate needs 2 to 255"):
        pd.Debate.of(pd.Rules(4, False), one, 0)
