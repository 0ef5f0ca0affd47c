import itertools
import pickle
import time
from typing import Any, cast

import gymnasium
import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest
from pixel_debate._native import Debates
from pixel_debate.scenes import Scenes
from pixel_debate.types import Role
from pixel_debate.vector import DebateVectorEnv, Observations, planes


def rollout(env: DebateVectorEnv, seed: int, steps: int) -> list[tuple[Any, ...]]:
    seen, _ = env.reset(seed=seed)
    made: list[tuple[Any, ...]] = []
    for _ in range(steps):
        actions = env.sample(seen)
        before = seen
        seen, rewards, ended, truncated, infos = env.step(actions)
        made.append((before, actions, rewards, ended, truncated, infos))
    return made


def test_observations_are_of_their_spaces_and_seeds_decide_all(judge: pd.Judge) -> None:
    env = DebateVectorEnv(16, pixels=4, judge=judge)
    first = rollout(env, 7, 12)
    again = rollout(DebateVectorEnv(16, pixels=4, judge=judge), 7, 12)
    spaces: Any = env
    assert spaces.observation_space.contains(first[3][0])
    assert spaces.action_space.contains(first[3][1])
    for one, other in zip(first, again, strict=True):
        for name in one[0]:
            np.testing.assert_array_equal(one[0][name], other[0][name])
        for at in range(1, 5):
            np.testing.assert_array_equal(one[at], other[at])
    differs = rollout(env, 8, 1)[0][0]["image"]
    assert (differs != first[0][0]["image"]).any()


def test_planes_of_another_number_of_classes_are_refused(judge: pd.Judge) -> None:
    env = DebateVectorEnv(64, pixels=4, judge=judge)
    seen, _ = env.reset(seed=1)
    assert env.planes(seen).shape == (64, 24, 28, 28)
    # Claims of five and more would be none, if nobody looked.
    for classes in range(2, 10):
        with pytest.raises(ValueError, match=rf"claim is \d in row \d+, which cannot be with {classes} classes"):
            planes(seen, classes)
    for classes in (1, 256):
        with pytest.raises(ValueError, match=f"from 2 to 255, not {classes}"):
            planes(seen, classes)


@pytest.mark.parametrize("precommit", [True, False])
@pytest.mark.parametrize("reward", ["outcome", "margin"])
def test_each_debate_is_that_of_the_rules(judge: pd.Judge, precommit: bool, reward: Any) -> None:
    """Every debate is played again move by move by the rules, and judged alone."""
    env = DebateVectorEnv(8, pixels=4, judge=judge, precommit=precommit, reward=reward)
    scenes = env.scenes
    steps = rollout(env, 3, 12)
    ended = 0
    for start in range(0, 12, 4):
        for row in range(8):
            seen: Observations = steps[start][0]
            role: Role = "honest" if seen["role"][row] == 1 else "liar"
            own, rival = int(seen["own_claim"][row]), int(seen["rival_claim"][row])
            truth, lie = (own, rival) if role == "honest" else (rival, own)
            rules = pd.Rules(4, precommit, role)
            debate = pd.Debate(rules, seen["image"][row], truth, lie if precommit else None)
            assert precommit or lie == 10
            for step in range(start, start + 4):
                seen, actions, rewards, over, _, infos = steps[step]
                seat = debate.to_move
                assert seat is not None
                one = scenes.observe(debate.view(seat))
                np.testing.assert_array_equal(env.planes(seen)[row], one["observation"])
                np.testing.assert_array_equal(seen["action_mask"][row], one["action_mask"])
                mover = debate.role_to_move
                debate.apply(scenes.pixel(int(actions[row])))
                assert over[row] == (step == start + 3)
                if not over[row]:
                    assert rewards[row] == 0
                    continue
                outcome = scenes.outcome(scenes.judged(debate))
                honest = scenes.honest_reward(outcome)
                assert infos["final_info"]["honest_reward"][row] == pytest.approx(honest, abs=1e-3)
                expected = honest if mover == "honest" else -honest
                assert rewards[row] == pytest.approx(expected, abs=1e-3)
                ended += 1
    assert ended == 24


def test_who_reveals_what_is_not_legal_has_lost_alone(judge: pd.Judge) -> None:
    env = DebateVectorEnv(4, pixels=4, judge=judge)
    seen, _ = env.reset(seed=1)
    actions = env.sample(seen)
    actions[1] = np.flatnonzero(seen["action_mask"][1] == 0)[0]
    actions[2] = -1
    _, rewards, ended, _, infos = env.step(actions)
    np.testing.assert_array_equal(rewards, [0, -1, -1, 0])
    np.testing.assert_array_equal(ended, [False, True, True, False])
    np.testing.assert_array_equal(infos["final_info"]["illegal"], ended)


def test_an_opponent_plays_the_other_side(judge: pd.Judge) -> None:
    asked = 0

    def opponent(seen: Observations) -> npt.NDArray[np.int64]:
        nonlocal asked
        asked += 1
        # The first legal pixel.
        return np.asarray(seen["action_mask"].argmax(1), np.int64)

    env = DebateVectorEnv(32, pixels=4, judge=judge, opponent=opponent)
    won: list[float] = []
    for before, _, rewards, ended, _, infos in rollout(env, 5, 20):
        # The learner has revealed as much as its rival, or one less where that began.
        own = (before["evidence"] == 1).sum((1, 2))
        rival = (before["evidence"] == 2).sum((1, 2))
        assert set((rival - own).tolist()) <= {0, 1}
        if ended.any():
            got: npt.NDArray[np.float32] = infos["final_info"]["honest_reward"][ended]
            np.testing.assert_array_equal(np.abs(got), np.abs(rewards[ended]))
            # Before its last move: its role in the debate that ended.
            honest = before["role"][ended] == 1
            np.testing.assert_array_equal(np.where(honest, got, -got), rewards[ended])
        won.extend(rewards[ended].tolist())
    assert asked > 20
    assert len(won) >= 32 * 8
    assert set(won) == {-1.0, 1.0}
    for seat, turn in (("first", 0), ("second", 1)):
        sits = DebateVectorEnv(4, pixels=4, judge=judge, opponent="random", seat=seat)  # type: ignore[arg-type]
        seen, _ = sits.reset(seed=2)
        assert ((seen["evidence"] == 2).sum((1, 2)) == turn).all()


def test_a_judge_of_ones_own_is_asked_in_one_batch(judge: pd.Judge) -> None:
    sizes: list[int] = []

    def mine(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        sizes.append(len(values))
        assert (masks.sum((1, 2)) == 4).all()
        return judge.logits(values, masks)

    own = rollout(DebateVectorEnv(16, pixels=4, judge=mine), 1, 8)
    theirs = rollout(DebateVectorEnv(16, pixels=4, judge=judge), 1, 8)
    assert sizes == [16, 16]
    for one, other in zip(own, theirs, strict=True):
        np.testing.assert_array_equal(one[2], other[2])

    def wrong(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        return np.full((len(values), 10), np.nan, np.float32)

    broken = DebateVectorEnv(2, pixels=4, judge=wrong)
    with pytest.raises(pd.PlayerError, match="wrong: its answer for label 0 of set 0"):
        rollout(broken, 1, 4)
    # Nothing goes on by half.
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"reset\(\) begins all debates anew: the last step was broken"):
        broken.step(np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="broken off"):
        broken.observe()
    assert len(rollout(broken, 1, 3)) == 3


def test_a_judge_that_steps_the_debates_that_it_judges_is_refused(judge: pd.Judge) -> None:
    def again(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        env.observe()
        return judge.logits(values, masks)

    env = DebateVectorEnv(2, pixels=4, judge=again)
    with pytest.raises(ValueError, match="being stepped already"):
        rollout(env, 1, 4)


class Decides:
    def decide(self, view: pd.View) -> int:
        return 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seat": "third"}, 'seat must be "random", "first" or "second"'),
        ({"num_envs": 0}, "num_envs must be a whole number from 1 to 65536, not 0"),
        ({"num_envs": 10**9}, "num_envs must be a whole number from 1 to 65536"),
        ({"num_envs": -(2**70)}, "num_envs must be a whole number from 1 to 65536"),
        ({"opponent": "greedy"}, 'opponent must be None, "random" or a function of observations, not .greedy.'),
        ({"opponent": "random", "pixels": 1}, "of one pixel the second debater has none"),
        ({"images": itertools.count()}, "there are more than 10000000 images to draw from"),
        ({"images": [2**70]}, "there is no image"),
        ({"images": [10_000]}, "there is no image 10000"),
        ({"pixels": 0}, "the number must be 1 to 128"),
        ({"judge": Decides()}, "must be one of the package or a callable"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str) -> None:
    every: dict[str, Any] = {"num_envs": 2, **options}
    with pytest.raises(ValueError, match=said):
        DebateVectorEnv(**every)


def test_wrong_actions_are_refused(judge: pd.Judge) -> None:
    env = DebateVectorEnv(2, pixels=4, judge=judge)
    env.reset(seed=1)
    seen, _ = env.reset(seed=1)
    good = env.sample(seen)
    wrong: list[Any] = [[1, 2, 3], good.astype(float), np.ma.masked_array(good, [True, False]), good.astype(bool)]
    for actions in wrong:
        with pytest.raises(ValueError, match=r"actions must be whole numbers, an array of int64 and shape \(2,\), not"):
            env.step(actions)
    # Nothing has happened, and the step can be made.
    np.testing.assert_array_equal(env.observe()["evidence"], seen["evidence"])
    env.step(good.astype(np.uint64))


def test_only_images_that_can_be_debated_are_drawn(judge: pd.Judge) -> None:
    env = DebateVectorEnv(64, pixels=4, judge=judge, images=[3, 5])
    seen, _ = env.reset(seed=1)
    known = Scenes(pixels=4, judge=judge).dataset.images[[3, 5]]
    assert all(any((row == image).all() for image in known) for row in seen["image"])


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, as it comes to whatever is running."""


@pytest.mark.parametrize("error", [KeyError, Interrupted])
@pytest.mark.parametrize("spoiler", ["judge", "opponent", "opponent at reset"])
def test_what_was_broken_off_must_begin_anew(
    judge: pd.Judge, error: type[BaseException], spoiler: str
) -> None:
    calls = itertools.count(1)

    def mine(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        if spoiler == "judge" and next(calls) == 1:
            raise error("lost")
        return judge.logits(values, masks)

    def opponent(seen: Observations) -> npt.NDArray[np.int64]:
        if spoiler != "judge" and next(calls) == (1 if spoiler == "opponent at reset" else 3):
            raise error("lost")
        return np.asarray(seen["action_mask"].argmax(1), np.int64)

    env = DebateVectorEnv(8, pixels=4, judge=mine, opponent=opponent, seat="second")
    expected: Any = pd.PlayerError if (spoiler, error) == ("judge", KeyError) else error
    with pytest.raises(expected, match="lost"):
        rollout(env, 1, 4)
    with pytest.raises(gymnasium.error.ResetNeeded, match="begins all debates anew"):
        env.step(np.zeros(8, np.int64))
    again = rollout(env, 1, 8)
    other = DebateVectorEnv(8, pixels=4, judge=mine, opponent=opponent, seat="second")
    for one, same in zip(again, rollout(other, 1, 8), strict=True):
        np.testing.assert_array_equal(one[1], same[1])
        np.testing.assert_array_equal(one[2], same[2])


def test_a_first_step_needs_a_reset(judge: pd.Judge) -> None:
    with pytest.raises(gymnasium.error.ResetNeeded):
        DebateVectorEnv(2, pixels=4, judge=judge).step(np.zeros(2, np.int64))


@pytest.mark.parametrize("seat", ["first", "second", "random"])
@pytest.mark.parametrize("answer", [0, -1, 10**6])
def test_an_opponent_that_reveals_what_is_not_legal_is_an_error(judge: pd.Judge, seat: Any, answer: int) -> None:
    """Else its learner would get several rewards in a step, or, sitting second, wait for ever."""
    env = DebateVectorEnv(
        4, pixels=4, judge=judge, seat=seat, opponent=lambda seen: np.full(len(seen["role"]), answer)
    )
    with pytest.raises(pd.PlayerError, match=f"many debates: the opponent has answered {answer} in debate . ?"):
        rollout(env, 1, 4)


def test_what_an_opponent_answers_is_looked_at(judge: pd.Judge) -> None:
    answers: list[Any] = [None, [0.5] * 4, [1, 2], np.ma.masked_array([1, 2, 3, 4], [True, False, False, False])]
    answer: Any = None

    def opponent(seen: Observations) -> Any:
        return answer

    for answer in answers:
        env = DebateVectorEnv(4, pixels=4, judge=judge, seat="second", opponent=opponent)
        with pytest.raises(pd.PlayerError, match="the opponent's answers must be whole numbers"):
            env.reset(seed=1)


@pytest.mark.parametrize("pixels", [2, 3, 5])
@pytest.mark.parametrize("order", ["alternating", "blocks"])
def test_a_debate_gives_at_most_one_reward_a_step(judge: pd.Judge, pixels: int, order: Any) -> None:
    env = DebateVectorEnv(64, pixels=pixels, judge=judge, order=order, opponent="random")
    seen, _ = env.reset(seed=3)
    random = np.random.default_rng(1)
    for _ in range(12):
        actions = env.sample(seen)
        # Some of the learner's are illegal.
        actions[random.random(64) < 0.2] = 0
        seen, rewards, ended, _, infos = env.step(actions)
        assert set(np.abs(rewards).tolist()) <= {0.0, 1.0}
        np.testing.assert_array_equal(rewards != 0, ended)
        if ended.any():
            np.testing.assert_array_equal(infos["_final_info"], ended)


def test_declared_probabilities_are_taken_at_their_word(judge: pd.Judge) -> None:
    class Declares:
        answers = "probabilities"

        def __call__(self, values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
            odds = np.exp(judge.logits(values, masks).astype(float))
            return np.asarray(odds / odds.sum(1, keepdims=True))

    theirs = rollout(DebateVectorEnv(16, pixels=4, judge=judge, reward="margin"), 1, 8)
    own = rollout(DebateVectorEnv(16, pixels=4, judge=Declares(), reward="margin"), 1, 8)
    for one, other in zip(own, theirs, strict=True):
        np.testing.assert_allclose(one[2], other[2], atol=1e-3)

    class Lies(Declares):
        def __call__(self, values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
            return super().__call__(values, masks) * 2

    with pytest.raises(pd.PlayerError, match="declares that it answers probabilities, which are from 0 to 1"):
        rollout(DebateVectorEnv(64, pixels=4, judge=Lies()), 1, 4)
    misspelt = Declares()
    misspelt.answers = "probs"
    with pytest.raises(ValueError, match='"logits", "probabilities" or "labels", not .probs.'):
        DebateVectorEnv(2, pixels=4, judge=misspelt)


def first_legal(seen: Observations) -> npt.NDArray[np.int64]:
    return np.asarray(seen["action_mask"].argmax(1), np.int64)


@pytest.mark.parametrize("opponent", [None, "random", first_legal])
@pytest.mark.parametrize("precommit", [True, False])
def test_it_pickles_between_two_steps_and_goes_on(judge: pd.Judge, opponent: Any, precommit: bool) -> None:
    env = DebateVectorEnv(8, pixels=4, judge=judge, opponent=opponent, precommit=precommit)
    rollout(env, 5, 7)
    again: DebateVectorEnv = pickle.loads(pickle.dumps(env))
    for _ in range(12):
        seen, same = env.observe(), again.observe()
        for name in ("image", "evidence", "role", "own_claim", "rival_claim", "action_mask"):
            np.testing.assert_array_equal(seen[name], same[name])
        actions = env.sample(seen)
        np.testing.assert_array_equal(actions, again.sample(same))
        for one, other in zip(env.step(actions)[1:4], again.step(actions)[1:4], strict=True):
            np.testing.assert_array_equal(one, other)


def test_it_is_restored_at_once_however_much_was_drawn() -> None:
    mnist = pd.datasets.load("mnist")
    made = Debates(mnist, None, pd.Rules(4), None, np.arange(10), 1, False, 3)
    again, parts = made.__reduce__()
    assert callable(again)
    *options, (seed, words, debates) = cast("tuple[Any, ...]", parts)
    assert seed == 3 and 0 < words < 100
    began = time.monotonic()
    restored = again(*options, (seed, 2**64 + 5, debates))
    assert time.monotonic() - began < 5
    _, parts = restored.__reduce__()
    assert cast("tuple[Any, ...]", parts)[-1] == (seed, 2**64 + 5, debates)
    with pytest.raises(pd.SetupError, match="words were drawn: there are"):
        again(*options, (seed, 2**68, debates))
