import functools
import importlib
import pickle
import warnings
from typing import Any

import gymnasium
import numpy as np
import pettingzoo
import pixel_debate as pd
import pixel_debate.pettingzoo
import pytest
from gymnasium.utils.env_checker import check_env
from pixel_debate.gymnasium import DebateEnv
from pixel_debate.scenes import Scenes
from pixel_debate.types import Role
from pixel_debate.vector import DebateVectorEnv

# The makers' checks, which have no types.
CHECKS: Any = importlib.import_module("pettingzoo.test")

# What the makers' checks print and warn of is for people.
pytestmark = pytest.mark.filterwarnings("default")


def play_out(env: Any, random: np.random.Generator) -> dict[str, float]:
    """Plays a debate by random legal actions; what each agent got."""
    got = {"debater_0": 0.0, "debater_1": 0.0}
    for agent in env.agent_iter():
        observation, reward, termination, truncation, info = env.last()
        got[agent] += reward
        if termination or truncation:
            assert info["winner"] in ("honest", "liar")
            env.step(None)
            continue
        legal = np.flatnonzero(observation["action_mask"])
        assert len(legal) > 0
        env.step(int(random.choice(legal)))
    return got


@pytest.mark.parametrize("make", [pixel_debate.pettingzoo.env, pixel_debate.pettingzoo.raw_env])
@pytest.mark.parametrize(
    "options",
    [
        {"pixels": 4},
        {"pixels": 5, "precommit": False, "order": "blocks", "legal": "any", "reward": "margin"},
    ],
)
def test_pettingzoos_checks_pass(make: Any, options: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The checks warn of observations that are pictures in no usual layout, and that is all.
        warnings.filterwarnings("ignore", message=".*Observation.*")
        CHECKS.api_test(make(**options), num_cycles=30, verbose_progress=False)
    CHECKS.seed_test(lambda: make(**options), num_cycles=10)
    CHECKS.render_test(functools.partial(make, **options))


def test_its_speed_is_measured(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    clock = iter(range(0, 10_000, 2))
    monkeypatch.setattr("time.time", lambda: next(clock))
    CHECKS.performance_benchmark(pixel_debate.pettingzoo.raw_env(pixels=4))
    assert "turns per second" in capsys.readouterr().out


def test_the_registry_knows_it() -> None:
    made = pettingzoo.make("aec", "pixel_debate/mnist-v0", pixels=4)
    made.reset(seed=1)
    assert str(made.unwrapped) == "pixel_debate_mnist_v0"
    assert gymnasium.make("pixel_debate/Mnist-v0", pixels=4).unwrapped.metadata["render_fps"] == 2


@pytest.mark.parametrize("reward", ["outcome", "margin"])
def test_rewards_sum_to_zero_and_are_the_verdicts(judge: pd.Judge, reward: str) -> None:
    env = pixel_debate.pettingzoo.raw_env(pixels=4, judge=judge, reward=reward)
    random = np.random.default_rng(1)
    roles: set[tuple[str, str]] = set()
    for seed in range(40):
        env.reset(seed=seed)
        got = play_out(env, random)
        assert got["debater_0"] == -got["debater_1"] != 0
        debate = env.debate
        first = got["debater_0"]
        honest = first if debate.rules.first == "honest" else -first
        assert (honest > 0) == (debate.winner == "honest")
        assert debate.verdict_logits is not None and debate.lie is not None
        margin = debate.verdict_logits[debate.label] - debate.verdict_logits[debate.lie]
        assert honest == (pytest.approx(margin) if reward == "margin" else np.sign(margin))
        roles.add((debate.rules.first, str(debate.winner)))
    assert len(roles) == 4


def test_an_illegal_reveal_loses_without_any_wrapper() -> None:
    for action in (0, -1, 784, 10**9):
        env = pixel_debate.pettingzoo.raw_env(pixels=4)
        env.reset(seed=3)
        env.step(env.debate.legal_moves.astype(int)[0] @ [1, 28])
        env.step(action)
        assert env.rewards == {"debater_0": 1.0, "debater_1": -1.0}
        assert env.terminations == {"debater_0": True, "debater_1": True}
        assert env.infos["debater_1"]["illegal"] and env.debate.reason == "illegal_move"
        for _ in env.agent_iter():
            env.step(None)
        assert env.agents == []


def test_observations_are_what_is_documented(mnist: pd.Dataset) -> None:
    scenes = Scenes(mnist, pixels=4, images=[17], first="liar")
    debate = pd.Debate.of(pd.Rules(4, first="liar"), mnist, 17, 8)
    shown = debate.legal_moves.tolist()
    debate.apply(shown[10])
    liar, honest = (scenes.observe(debate.view(seat)) for seat in ("first", "second"))
    for seen in (liar, honest):
        assert seen["observation"].shape == (24, 28, 28)
        np.testing.assert_array_equal(seen["observation"][0], mnist.images[17])
    column, row = shown[10]
    own, other = liar["observation"][1], honest["observation"][2]
    assert own[row, column] == other[row, column] == 255 and own.sum() == other.sum() == 255
    assert not liar["observation"][2].any() and not honest["observation"][1].any()
    assert not liar["observation"][3].any() and (honest["observation"][3] == 255).all()
    for seen, claims in ((liar, (8, 7)), (honest, (7, 8))):
        planes = seen["observation"][4:].all((1, 2))
        assert np.flatnonzero(planes).tolist() == [claims[0], 10 + claims[1]]
        assert seen["observation"][4:].sum() == 2 * 255 * 784
    # Only who is to move has legal actions, and they are the debate's.
    assert not liar["action_mask"].any()
    legal = [row * 28 + column for column, row in debate.legal_moves.tolist()]
    assert np.flatnonzero(honest["action_mask"]).tolist() == sorted(legal)
    free = Scenes(mnist, pixels=4, precommit=False, images=[17]).draw(np.random.default_rng(0))
    assert free.lie is None


def test_environments_pickle_in_the_middle_of_a_debate() -> None:
    env: Any = pixel_debate.pettingzoo.env(pixels=4)
    env.reset(seed=5)
    observation = env.last()[0]
    env.step(int(np.flatnonzero(observation["action_mask"])[3]))
    again = pickle.loads(pickle.dumps(env))
    assert play_out(again, np.random.default_rng(2)) == play_out(env, np.random.default_rng(2))
    env.reset()
    again.reset()
    assert env.unwrapped.debate == again.unwrapped.debate


@pytest.mark.parametrize("role", ["honest", "liar", "random"])
def test_gymnasiums_check_passes(role: Any) -> None:
    # Its sampled actions are illegal, most of them: which ends the debate, and is no error.
    check_env(DebateEnv(role=role, pixels=4, opponent="greedy"))


def test_one_plays_against_anybody(judge: pd.Judge) -> None:
    def last(view: pd.View) -> tuple[int, int]:
        return tuple(view.legal_moves[-1].tolist())

    random = np.random.default_rng(4)
    for opponent in ("random", pd.Agent("mcts:20"), "exact", last):
        role: Role
        for role in ("honest", "liar"):
            env = DebateEnv(role=role, opponent=opponent, pixels=4, judge=judge)
            _, info = env.reset(seed=7)
            revealed, done, total = 0, False, 0.0
            while not done:
                assert (env.action_masks() == info["action_mask"].astype(bool)).all()
                action = random.choice(np.flatnonzero(info["action_mask"]))
                _, reward, done, truncated, info = env.step(np.int64(action))
                assert not truncated
                revealed, total = revealed + 1, total + reward
            assert revealed == 2 and total == (1.0 if env.debate.winner == role else -1.0)
            with pytest.raises(gymnasium.error.ResetNeeded):
                env.step(np.int64(0))


def test_how_it_ended_is_said_alike_in_both_environments(judge: pd.Judge) -> None:
    for is_illegal in (False, True):
        solo = DebateEnv(role="honest", first="honest", pixels=2, judge=judge)
        both: Any = pixel_debate.pettingzoo.env(first="honest", pixels=2, judge=judge)
        _, info = solo.reset(seed=1)
        assert not info.keys() & {"winner", "margin", "illegal"}
        both.reset(seed=1)
        at = 1 if is_illegal else 0
        info = solo.step(np.int64(np.flatnonzero(solo.action_masks() != is_illegal)[at]))[4]
        legal = both.last()[0]["action_mask"] != is_illegal
        both.step(int(np.flatnonzero(legal)[at]))
        if not is_illegal:
            both.step(int(np.flatnonzero(both.last()[0]["action_mask"])[0]))
        for ended, debate in ((info, solo.debate), (both.infos["debater_0"], both.unwrapped.debate)):
            assert ended["winner"] == debate.winner and ended["illegal"] == is_illegal
            assert (ended["margin"] is None) == is_illegal


@pytest.mark.parametrize("action", [0.9, np.float64(300), "7", None, np.array([1, 2]), np.array([300.5])])
def test_an_action_that_is_no_whole_number_is_refused(judge: pd.Judge, action: Any) -> None:
    solo: Any = DebateEnv(role="honest", first="honest", pixels=2, judge=judge)
    both: Any = pixel_debate.pettingzoo.raw_env(pixels=2, judge=judge)
    for env in (solo, both):
        env.reset(seed=1)
        if env is both and action is None:
            continue
        with pytest.raises(ValueError, match="an action must be a whole number, row \\* width \\+ column, not"):
            env.step(action)
        assert env.debate.evidence == [] and env.debate.winner is None
    # Whichever whole number it is.
    for number in (np.int64, np.uint8, int, np.array):
        solo.reset(seed=1)
        one: Any = number(1)
        solo.step(one)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((0, 0), r"the liar debater: pixel \(0, 0\) is zero"),
        ("x", r"the liar debater \(mine\) has answered str, which is no answer: a pixel is \(column, row\)"),
        ((3.7, 4.2), r"the liar debater \(mine\) has answered tuple, which is no answer"),
        (KeyError("lost"), r"the liar debater \(mine\) has raised KeyError: 'lost'"),
    ],
)
def test_an_opponents_nonsense_is_not_taken_for_ones_own(judge: pd.Judge, answer: Any, sentence: str) -> None:
    def mine(view: pd.View) -> tuple[int, int]:
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    env = DebateEnv(role="honest", first="honest", opponent=mine, pixels=4, judge=judge, images=[17])
    env.reset(seed=1)
    with pytest.raises(pd.PlayerError, match="image 17 of mnist-test, lie ., honest first: " + sentence):
        env.step(np.int64(np.flatnonzero(env.action_masks())[0]))
    assert env.debate.evidence == []

    class Resets:
        def choose(self, view: pd.View) -> tuple[int, int]:
            return mine(view)

        def reset(self) -> None:
            raise RuntimeError("boom")

    env = DebateEnv(role="honest", opponent=Resets(), pixels=4, judge=judge)
    with pytest.raises(pd.PlayerError, match=r"the liar debater \(Resets\) has raised RuntimeError: boom"):
        env.reset(seed=1)


def test_what_can_be_called_and_has_a_method_is_asked_by_the_method(mnist: pd.Dataset, judge: pd.Judge) -> None:
    class Both:
        """A debater and a judge, as any module of PyTorch with such methods is."""

        def __call__(self, *_: Any) -> Any:
            raise AssertionError("it has a method")

        def choose(self, view: pd.View) -> tuple[int, int]:
            return tuple(view.legal_moves[0].tolist())

        def decide(self, view: pd.View) -> int:
            return max(claim for claim in view.claims if claim is not None)

    both: Any = Both()
    env: Any = DebateEnv(pixels=2, opponent=both, judge=both, search_judge=None)
    env.reset(seed=1)
    assert env.step(np.flatnonzero(env.action_masks())[0])[4]["margin"] is None
    with pytest.raises(pd.Error, match="greedy asks what the judge would make"):
        DebateEnv(opponent="greedy", judge=judge, search_judge=both)
    with pytest.raises(pd.SetupError, match="the judge of many debates must be"):
        DebateVectorEnv(2, judge=both)
    # It decides view by view, so that there may be more classes.
    many = pd.Dataset.from_arrays("many", mnist.images[:9].copy(), mnist.labels[:9].copy(), [str(n) for n in range(20)])
    assert Scenes(many, both).classes == 20


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_a_step_that_was_broken_off_can_be_repeated(judge: pd.Judge, error: type[BaseException]) -> None:
    spoil = True

    def mine(values: Any, masks: Any) -> Any:
        if spoil:
            raise error("lost")
        return judge.logits(values, masks)

    expected: Any = pd.PlayerError if error is KeyError else error
    calm = pixel_debate.pettingzoo.raw_env(pixels=4, judge=judge)
    env: Any = pixel_debate.pettingzoo.env(pixels=4, judge=mine)
    for each in (calm, env):
        each.reset(seed=3)
    for step in range(4):
        action = int(np.flatnonzero(calm.observe(calm.agent_selection)["action_mask"])[2])
        calm.step(action)
        if step == 3:
            with pytest.raises(expected, match="lost"):
                env.step(action)
            assert env.unwrapped.agent_selection == "debater_1"
            assert env.last()[1:4] == (0.0, False, False)
            spoil = False
        env.step(action)
    assert env.unwrapped.rewards == calm.rewards and set(calm.rewards.values()) == {-1.0, 1.0}
    assert env.unwrapped.infos["debater_0"]["winner"] == calm.infos["debater_0"]["winner"]


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
@pytest.mark.parametrize("spoiler", ["judge", "opponent"])
def test_a_step_against_an_opponent_can_be_repeated(
    judge: pd.Judge, error: type[BaseException], spoiler: str
) -> None:
    spoil = False

    def mine(values: Any, masks: Any) -> Any:
        if spoil and spoiler == "judge":
            raise error("lost")
        return judge.logits(values, masks)

    def last(view: pd.View) -> tuple[int, int]:
        if spoil and spoiler == "opponent":
            raise error("lost")
        return tuple(view.legal_moves[-1].tolist())

    env = DebateEnv(pixels=4, judge=mine, opponent=last, role="liar", first="liar")
    calm = DebateEnv(pixels=4, judge=judge, opponent=last, role="liar", first="liar")
    env.reset(seed=2)
    calm.reset(seed=2)
    over, reward = False, 0.0
    while not over:
        action = np.int64(np.flatnonzero(env.action_masks())[1])
        spoil = True
        if spoiler == "opponent" or env.debate.to_move == "first" and len(env.debate.evidence) == 2:
            with pytest.raises(BaseException, match="lost"):
                env.step(action)
        spoil = False
        seen, reward, over, _, info = env.step(action)
        same = calm.step(action)
        np.testing.assert_array_equal(seen["observation"], same[0]["observation"])
        assert (reward, over, info.get("winner")) == (same[1], same[2], same[4].get("winner"))
    assert abs(reward) == 1
    spoil = True
    kept = env.debate
    if spoiler == "opponent":
        other = DebateEnv(pixels=4, judge=mine, opponent=last, role="liar", first="honest")
        with pytest.raises(pd.PlayerError if error is KeyError else error, match="lost"):
            other.reset(seed=2)
        with pytest.raises(gymnasium.error.ResetNeeded):
            other.step(np.int64(0))
    assert env.debate is kept


def test_opponents_are_looked_at_when_they_are_given(judge: pd.Judge) -> None:
    class Decides:
        def decide(self, view: pd.View) -> int:
            return 1

    with pytest.raises(pd.Error, match="unknown agent .gredy."):
        DebateEnv(opponent="gredy")
    with pytest.raises(TypeError, match="a debater is an agent's name"):
        DebateEnv(opponent=3)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="a judge is a Judge"):
        DebateEnv(search_judge=3)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="a judge is a Judge"):
        Scenes(judge=3)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(pd.Error, match="greedy asks what the judge would make of other pixels"):
        DebateEnv(opponent="greedy", judge=Decides())
    DebateEnv(opponent="greedy", judge=Decides(), search_judge=judge)
    with pytest.raises(pd.SetupError, match="of one pixel the second debater has none"):
        DebateEnv(pixels=1)
    env = DebateEnv(pixels=1, role="liar", first="liar", judge=judge)
    env.reset(seed=1)
    assert env.step(np.int64(np.flatnonzero(env.action_masks())[0]))[2]


def test_what_makes_no_environment_is_refused(mnist: pd.Dataset) -> None:
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"first": "second"}, "first must be"),
        ({"order": "alone"}, "order must be"),
        ({"reward": "win"}, "reward must be"),
        ({"images": [10_000]}, "there is no image 10000: there are 10000"),
        ({"images": [2], "pixels": 128}, "image 2 has fewer than 128 legal pixels"),
        ({"images": []}, "no image has 6 legal pixels"),
        ({"legal": "all"}, "legal must be"),
    ]
    for options, sentence in refusals:
        with pytest.raises(ValueError, match=sentence):
            Scenes(mnist, **options)
    with pytest.raises(ValueError, match="role must be"):
        DebateEnv(role="judge")  # type: ignore[arg-type]  # pyright: ignore
