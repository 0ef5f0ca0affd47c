"""The examples run, small, and say what they are to say."""

import importlib.util
import pathlib
import re
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pixel_debate as pd
import pytest
import torch

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
