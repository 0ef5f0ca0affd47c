"""The client against a real server: the program that PIXEL_DEBATE names, or the one that is built beside."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pixel_debate as pd
import pytest
from clients import PATIENCE, ROOT, Bright, answers, check_order, outside, played, stated
from pixel_debate.client import Event, Server, Verdict


def test_a_debate_is_played_by_three_clients_and_watched(server: Server) -> None:
    created = outside(server)
    players = {seat: Bright() for seat in ("honest", "liar", "judge")}
    heard: list[Event] = []
    with ThreadPoolExecutor(1) as pool, server.watch(created.name, opinions=True) as seat:
        seated = next(seat)
        watching = pool.submit(list[Event], seat)
        ends = played(players, server, created, watcher=heard.append)
        watched = [seated, *watching.result(PATIENCE)]
    for end in ends.values():
        # The judge's last belief is 0.54: the first debater's claim, which is the liar's.
        assert (end.result().winner, end.result().label) == ("liar", 7)
        assert end.result().image is not None
    assert players["liar"].seen == [0, 2] and players["honest"].seen == [1, 3]
    assert players["judge"].seen == [0, 1, 2, 3, 4, 4]
    check_order(watched, 4)
    assert [event.kind for event in watched[:2]] == ["seated", "begun"]
    assert watched[1].turn is not None and watched[1].turn.seat == "first"
    # The classifier's opinions are told after the end, where somebody outside judges.
    opinions = [event for event in watched if event.kind == "opinion"]
    assert [event.seq for event in opinions] == [1, 2, 3, 4]
    assert all(event.logits is not None and len(event.logits) == 10 for event in opinions)
    debate = server.debate(created.name)
    assert debate.winner == "liar" and debate.lie == 8
    assert [event.view.evidence for event in watched if event.kind == "verdict"] == [debate.evidence]
    record = server.record(created.name)
    assert stated(record) == pytest.approx([0.5, 0.51, 0.52, 0.53, 0.54])
    verdict = record["transcript"]["events"][-1]["verdict"]
    assert verdict == {"type": "label", "label": 8, "probability": pytest.approx(0.54)}
    assert record["transcript"]["players"] == {"honest": "outside:Ada", "liar": "outside:Lou", "judge": "outside:Jo"}


def first_one(view: pd.View) -> Any:
    return view.legal_moves[0]


class Explains:
    def decide(self, view: pd.View) -> Verdict:
        assert view.claims[1] is not None
        return Verdict(view.claims[1], 0.75, "the second is brighter")


@pytest.mark.parametrize(
    ("judge", "verdict"),
    [
        (Explains(), {"type": "label", "label": 7, "probability": 0.75, "explanation": "the second is brighter"}),
        (answers([8]), {"type": "label", "label": 8, "probability": None}),
        (answers(np.eye(10)[[7]]), {"type": "logits", "logits": np.eye(10)[7].tolist()}),
        (pd.Judge.shipped(4), None),
    ],
)
def test_the_packages_debaters_and_judges_sit_there_as_well(
    server: Server, judge: Any, verdict: object
) -> None:
    created = outside(server)
    shipped = pd.Judge.shipped(4)
    players = {"honest": pd.Agent("mcts:100"), "liar": first_one, "judge": judge}
    ends = played(players, server, created, search_judge=shipped)
    debate = server.debate(created.name)
    assert {end.result().winner for end in ends.values()} == {debate.winner}
    said = server.record(created.name)["transcript"]["events"][-1]["verdict"]
    if verdict is not None:
        assert said == verdict
        return
    mask = np.zeros((1, 28, 28), bool)
    for _, (column, row), _ in debate.evidence:
        mask[0, row, column] = True
    logits = shipped.logits(debate.image[None], mask)
    np.testing.assert_allclose(said["logits"], logits[0], rtol=1e-5)


def test_the_documentation_plays(address: str) -> None:
    page = (ROOT / "docs" / "python.md").read_text()
    section = page.split("\n## A client\n")[1].split("\n## ")[0]
    names: dict[str, Any] = {"pd": pd}
    for block in re.findall(r"^```python\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert names["debate_there"](address) in ("honest", "liar")


def test_the_example_agent_says_how_it_is_used() -> None:
    program = [sys.executable, str(ROOT / "python" / "examples" / "agent.py")]
    for given in ([], ["http://127.0.0.1:1"], ["a", "b", "c", "d"]):
        ended = subprocess.run([*program, *given], capture_output=True, text=True, check=False)
        assert ended.returncode == 1 and ended.stderr.startswith("An agent for Pixel Debate"), ended.stderr
        assert "python agent.py http://127.0.0.1:8080 DEBATE TOKEN" in ended.stderr and ended.stdout == ""


def test_the_example_agent_plays_all_seats(server: Server) -> None:
    created = outside(server)
    program = [sys.executable, str(ROOT / "python" / "examples" / "agent.py"), server.address, created.name]
    tokens = [token for token in (created.honest, created.liar, created.judge) if token]
    agents = [subprocess.Popen([*program, token], stdout=subprocess.PIPE, text=True) for token in tokens]
    said = [agent.communicate(timeout=PATIENCE)[0] for agent in agents]
    assert [agent.returncode for agent in agents] == [0, 0, 0]
    winner = server.debate(created.name).winner
    assert said == [f"{seat}: {winner} wins\n" for seat in ("second", "first", "judge")]
