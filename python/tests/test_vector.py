from typing import Any

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest
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
                np.testing.assert_array_equal(planes(seen)[row], one["observation"])
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
    with pytest.raises(ValueError, match=r"broken off: reset\(\) begins all debates anew"):
        broken.step(np.zeros(2, np.int64))
    assert len(rollout(broken, 1, 3)) == 3


def test_a_judge_that_steps_the_debates_that_it_judges_is_refused(judge: pd.Judge) -> None:
    def again(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        env.observe()
        return judge.logits(values, masks)

    env = DebateVectorEnv(2, pixels=4, judge=again)
    with pytest.raises(ValueError, match="being stepped already"):
        rollout(env, 1, 4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seat": "third"}, 'seat must be "random", "first" or "second"'),
        ({"num_envs": 0}, "num_envs must be 1 or more"),
        ({"images": [10_000]}, "there is no image 10000"),
        ({"pixels": 0}, "the number must be 1 to 128"),
        ({"judge": object()}, "must be one of the package or a callable"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str) -> None:
    every: dict[str, Any] = {"num_envs": 2, **options}
    with pytest.raises(ValueError, match=said):
        DebateVectorEnv(**every)


def test_wrong_actions_are_refused(judge: pd.Judge) -> None:
    env = DebateVectorEnv(2, pixels=4, judge=judge)
    env.reset(seed=1)
    with pytest.raises(ValueError, match="actions must be a numpy array of int64 and shape"):
        env.step([1, 2, 3])


def test_only_images_that_can_be_debated_are_drawn(judge: pd.Judge) -> None:
    env = DebateVectorEnv(64, pixels=4, judge=judge, images=[3, 5])
    seen, _ = env.reset(seed=1)
    known = Scenes(pixels=4, judge=judge).dataset.images[[3, 5]]
    assert all(any((row == image).all() for image in known) for row in seen["image"])
