"""The examples run, small, and say what they are to say."""

import csv
import importlib.util
import json
import pathlib
import re
import sys
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest
import torch
from pixel_debate.types import Role
from pixel_debate.vector import DebateVectorEnv

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Where dataclasses look their names up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def own_judge() -> Any:
    return example("own_judge")


def test_own_judges_are_held_against_the_shipped_one(
    own_judge: Any, mnist: pd.Dataset, judge: pd.Judge
) -> None:
    linear = own_judge.LinearJudge(mnist, np.arange(2000), sets=1)
    network = own_judge.NetworkJudge(mnist, np.arange(2000), epochs=8)
    assert isinstance(network(mnist.images[:1], mnist.images[:1] > 0), torch.Tensor)
    numbers = list(range(5000, 5024))
    rows, scores = own_judge.compare(mnist, [linear, network, judge], numbers)
    assert [(row.how, row.images) for row in rows] == [
        ("random pixels", 24),
        ("consultants", 24),
        ("debates", 24),
        ("optimal play", 2),
    ]
    for row in rows:
        assert (len(row.rates), len(row.differences)) == (3, 2)
        for rate, low, high in row.rates:
            assert 0 <= low <= rate <= high <= 1
        for own, (difference, low, high) in zip(row.rates, row.differences, strict=False):
            assert -1 <= low <= difference <= high <= 1
            assert difference == pytest.approx(own[0] - row.rates[-1][0])
    random, _, debates, _ = rows
    # Better than chance, surely: one in ten labels, one of two claims. Ours learn too.
    assert debates.rates[-1][1] > 0.5
    assert all(rate[0] > 0.1 for rate in random.rates) and random.rates[-1][1] > 0.1
    for said, row_rate in zip(scores, random.rates, strict=True):
        brier, low, high = said.brier
        assert 0 <= low <= brier <= high <= 2 and 0 <= said.ece <= 1
        assert sum(of for _, _, of in said.curve) == 24
        right = sum(rate[0] * of for _, rate, of in said.curve) / 24
        assert right == pytest.approx(row_rate[0])
    # What knowing nothing comes to.
    assert scores[-1].brier[0] < 0.9


def test_calibration_is_what_it_is_defined_as(own_judge: Any) -> None:
    # Sure by three quarters of either of two labels, and right in three of four cases; ten times.
    logits = np.log(np.array([[0.75, 0.25]] * 40))
    labels = np.array([0, 0, 0, 1] * 10, np.uint8)
    said = own_judge.calibration(logits, labels)
    assert said.brier[0] == pytest.approx(0.75 * 0.125 + 0.25 * 1.125)
    assert said.ece == pytest.approx(0, abs=1e-12)
    [(sure, (rate, _, _), of)] = said.curve
    assert (sure, rate, of) == (pytest.approx(0.75), 0.75, 40)


def test_own_judge_prints_a_table(
    own_judge: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_judge.NetworkJudge.__init__, "__defaults__", (1,))
    own_judge.main(["--images", "3"])
    printed = capsys.readouterr().out
    rate, signed = r"\d+\.\d % \(\d+\.\d to \d+\.\d\)", r"[+-]\d+\.\d"
    lines = {"random pixels": 3, "consultants": 3, "debates": 3, "optimal play": 2}
    for how, images in lines.items():
        difference = rf"{signed} \({signed} to {signed}\)"
        line = rf"^{how} +{images} +{rate} +{rate} +{rate} +{difference} +{difference}$"
        assert re.search(line, printed, re.MULTILINE), printed
    score = r"of random pixels: Brier \d\.\d{3} \(.*\), ECE 0\.\d{3}$"
    assert len(re.findall(score, printed, re.MULTILINE)) == 3
    with pytest.raises(SystemExit):
        own_judge.main(["--images", "5001"])
    assert "--images 5001: it must be from 1 to 5000" in capsys.readouterr().err


@pytest.fixture(scope="module")
def self_play() -> Any:
    torch.set_num_threads(1)
    return example("self_play")


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("self_play", ["--rounds", "-1"], "--rounds -1: it must be 1 or more"),
        ("self_play", ["--rounds", "0"], "--rounds 0: it must be 1 or more"),
        ("self_play", ["--seconds", "0"], "--seconds 0.0: it must be above 0"),
        ("self_play", ["--seconds", "nan"], "--seconds nan: it must be above 0"),
        ("self_play", ["--points", "0"], "--points 0: it must be 1 or more"),
        ("self_play", ["--proofs", "-1"], "--proofs -1: it must be from 0 to 1900"),
        ("self_play", ["--limit", "-1"], "--limit -1.0: it must be 0 or more"),
        ("self_play", ["--seed", "-1"], "--seed -1: it must be from 0"),
        ("self_play", ["--rivals", "random", "gredy"], '--rivals: unknown agent "gredy"'),
        ("maskable_ppo", ["--steps", "0"], "--steps 0: it must be 1 or more"),
        ("maskable_ppo", ["--opponent", "gredy"], '--opponent: unknown agent "gredy"'),
        ("maskable_ppo", ["--rivals", "gredy"], '--rivals: unknown agent "gredy"'),
    ],
)
def test_options_are_looked_at_before_anything_is_done(
    name: str, options: list[str], sentence: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        example(name).main([*options, "--out", str(tmp_path / "out")])
    assert ended.value.code == 2 and sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_advantages_are_the_movers(self_play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reward = torch.tensor([1.0, -0.5])
    values = torch.tensor([[0.1, 0.2], [-0.3, 0.0], [0.5, -0.1]])
    # To the end, the gain is what the mover of that ply gets less what was expected.
    monkeypatch.setattr(self_play, "GAE", 1.0)
    got = torch.stack([reward, -reward, reward])
    torch.testing.assert_close(self_play.advantages(reward, values), got - values)
    # By one step alone, it is the next value of the rival's, which is the mover's loss.
    monkeypatch.setattr(self_play, "GAE", 0.0)
    after = torch.stack([-values[1], -values[2], reward])
    torch.testing.assert_close(self_play.advantages(reward, values), after - values)


def test_a_debater_sees_what_the_environment_shows(self_play: Any, mnist: pd.Dataset, judge: pd.Judge) -> None:
    """The policy that plays by views is the one that has learned from observations."""
    torch.manual_seed(2)  # pyright: ignore[reportUnknownMemberType]
    network = self_play.Network()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    learned = self_play.Learned(network)
    env = DebateVectorEnv(8, pixels=4, judge=judge, images=list(range(50)))
    seen, _ = env.reset(seed=1)
    begun = seen
    actions: list[npt.NDArray[np.int64]] = []
    for _ in range(4):
        with torch.no_grad():
            actions.append(network(self_play.tensors(seen))[0].logits.argmax(1).numpy())
        seen, *_ = env.step(actions[-1])
    for row in range(8):
        role: Role = "honest" if begun["role"][row] == 1 else "liar"
        claims = int(begun["own_claim"][row]), int(begun["rival_claim"][row])
        label, lie = claims if role == "honest" else claims[::-1]
        debate = pd.Debate(pd.Rules(4, first=role), begun["image"][row], label, lie)
        played = pd.play(debate, judge, honest=learned, liar=learned)
        assert [28 * y + x for _, (x, y), _ in played.evidence] == [int(step[row]) for step in actions]


def test_self_play_learns(
    self_play: Any, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str], mnist: pd.Dataset
) -> None:
    """Half a minute of it is enough for the honest debater to be far from chance."""
    out = tmp_path / "out"
    options = "--rounds 16 --envs 1024 --threads 1 --points 2 --images 60 --rivals greedy random --proofs 0"
    self_play.main([*options.split(), "--out", str(out)])
    told = json.loads((out / "results.json").read_text())
    assert [(row["rival"], row["role"], row["images"]) for row in told["against"]] == [
        ("greedy", "honest", 60),
        ("greedy", "liar", 60),
        ("random", "honest", 60),
        ("random", "liar", 60),
    ]
    for row in told["against"]:
        difference, _, high = row["gain"]
        assert difference == pytest.approx(row["learned"][0] - row["random"][0])
        assert high >= 0, row
    # Against greedy the honest debater gains some forty points by then; to lie takes longer to learn.
    assert told["against"][0]["gain"][1] > 0
    with (out / "curve.csv").open() as file:
        curve = list(csv.DictReader(file))
    assert [int(point["moves"]) for point in curve] == [0] * 4 + [8 * 4096] * 4 + [16 * 4096] * 4
    assert (out / "curve.png").read_bytes().startswith(b"\x89PNG")
    printed = capsys.readouterr().out
    assert re.search(r"^random +liar +60 +\d+\.\d % .*\+\d", printed, re.MULTILINE), printed
    # What has been written is the debater that was evaluated.
    ground = self_play.Ground(mnist, 4, 1)
    held = np.random.default_rng(1).permutation(len(mnist))[8000:8060].tolist()
    again = ground.wins("liar", self_play.Learned.load(out / "debater.pt"), "random", held)
    assert pd.rate(again) == pytest.approx(tuple(told["against"][3]["learned"]))
    with pytest.raises(SystemExit):
        self_play.main(["--images", "0"])
    assert "--images 0: it must be from 1 to 1900" in capsys.readouterr().err


def test_regret_is_by_proof(self_play: Any, mnist: pd.Dataset) -> None:
    """Who plays as well as can be throws nothing away; who reveals the first pixel does."""
    ground = self_play.Ground(mnist, 4, 1)
    ground.rules = pd.Rules(2)
    exact = self_play.regret(ground, "exact", "exact", "honest", [0, 3], 60.0)
    assert (exact.kept, exact.thrown, exact.lost, exact.undecided) == (4, 0, 0, 0)
    assert exact.rate[0] == 0

    def first(view: pd.View) -> npt.NDArray[np.int64]:
        return np.asarray(view.legal_moves[0], np.int64)

    careless = self_play.regret(ground, "first", first, "honest", [0, 3], 60.0)
    assert (careless.kept, careless.thrown, careless.lost, careless.undecided) == (2, 2, 0, 0)
    assert careless.rate[0] == 0.5
    hurried = self_play.regret(ground, "exact", "exact", "honest", [0], 0.0)
    assert hurried.undecided == 2 and hurried.rate is None


@pytest.fixture(scope="module")
def maskable_ppo() -> Any:
    torch.set_num_threads(1)
    return example("maskable_ppo")


def test_maskable_ppo_learns(maskable_ppo: Any) -> None:
    """Before a judge who is easily seen through: the upper half speaks for the first five labels, the lower for the others."""

    def halves(_: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        revealed = [half.sum((1, 2)) for half in (masks[:, :14], masks[:, 14:])]
        return np.repeat(np.stack(revealed, 1), 5, 1).astype(np.float32) * 4

    model = maskable_ppo.new_model(np.arange(2000), "random", halves)
    model.learn(20_000)
    margins: list[list[float]] = model.get_env().env_method("get_episode_rewards")
    quarters = [np.array_split(np.array(row), 4) for row in margins]
    first, last = (np.concatenate([row[quarter] for row in quarters]) for quarter in (0, 3))
    # Nothing is won or lost on average by who reveals at random; each mean is off by 0.15 or so.
    assert abs(first.mean()) < 0.8
    assert last.mean() > first.mean() + 1, (first.mean(), last.mean())


def test_maskable_ppo_is_held_against_random(maskable_ppo: Any, mnist: pd.Dataset) -> None:
    trained = maskable_ppo.Trained(maskable_ppo.new_model(np.arange(2000), "random"))
    for role in ("honest", "liar"):
        own, other, (difference, low, high) = maskable_ppo.compare(mnist, trained, role, "random", [8000, 8001])
        assert difference == pytest.approx(own[0] - other[0])
        assert low <= difference <= high


def test_maskable_ppo_prints_a_table(
    maskable_ppo: Any, capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, mnist: pd.Dataset
) -> None:
    path = tmp_path / "model.zip"
    options = "--steps 1 --images 3 --opponent random --rivals random greedy"
    maskable_ppo.main([*options.split(), "--out", str(path)])
    printed = capsys.readouterr().out
    rate, signed = r"\d+\.\d % \(\d+\.\d to \d+\.\d\)", r"[+-]\d+\.\d"
    for when in ("before", "after"):
        for rival in ("random", "greedy"):
            for role in ("honest", "liar"):
                line = rf"^{when} +{rival} +{role} +{rate} +{rate} +{signed} \({signed} to {signed}\)$"
                assert re.search(line, printed, re.MULTILINE), printed
    again = maskable_ppo.Trained(maskable_ppo.MaskablePPO.load(path))
    assert len(maskable_ppo.wins(mnist, "honest", again, "greedy", [8000])) == 1
