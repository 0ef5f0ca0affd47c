"""Players at a server that raise, answer nonsense or are interrupted."""

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pixel_debate as pd
import pytest
from clients import PATIENCE, Bright, always, answers, outside
from pixel_debate.client import Closed, Event, Player, Refused, Server
from pixel_debate.client.players import _say as say  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("resign", [False, True])
def test_a_player_that_raises_ends_its_client(server: Server, resign: bool) -> None:
    created = outside(server)
    assert created.honest and created.liar and created.judge

    class Broken(Bright):
        def choose(self, view: pd.View) -> tuple[int, int]:
            if view.evidence:
                raise ZeroDivisionError("mine")
            return super().choose(view)

    with ThreadPoolExecutor(2) as pool:
        judge = pool.submit(server.play, Bright(), created.name, created.judge)
        other = pool.submit(server.play, Bright(), created.name, created.honest)
        with pytest.raises(ZeroDivisionError, match="mine") as raised:
            server.play(Broken(), created.name, created.liar, resign=resign)
        assert raised.value.__notes__ == [f"as the first of the debate {created.name}, after 2 reveals"]
        if not resign:
            # The seat is there for whoever comes next.
            assert server.play(Bright(), created.name, created.liar).winner == "liar"
        winner = "honest" if resign else "liar"
        assert judge.result(PATIENCE).winner == other.result(PATIENCE).winner == winner
    assert server.debate(created.name).reason == ("resignation" if resign else "verdict")


@pytest.mark.parametrize("agent", ["greedy", "mcts:20", "exact", pd.Agent("greedy")])
def test_an_agent_that_searches_needs_a_judge_before_it_takes_its_seat(
    server: Server, judge: pd.Judge, agent: str | pd.Agent
) -> None:
    created = server.create(image=17, pixels=4, lie=8, liar="outside:Mine", honest="greedy", judge="classifier")
    assert created.liar
    with pytest.raises(pd.Error, match="asks a judge as it searches.* name one as search_judge"):
        server.play(agent, created.name, created.liar)
    assert server.play(agent, created.name, created.liar, search_judge=judge).winner in ("honest", "liar")


def test_of_two_classes_a_label_has_its_probability_as_well() -> None:
    class Said:
        """A seat that keeps what is said."""

        view = pd.Debate(pd.Rules(2), np.full((2, 5), 9, np.uint8), 1, 0, classes=2).view("judge")

        def verdict(self, *said: object, **named: Any) -> None:
            self.said = (said, {name: list(of) if name == "logits" else of for name, of in named.items()})

    seat: Any = Said()
    pairs: list[tuple[object, object]] = [
        ((1, 0.75), ((1,), {"probability": 0.75})),
        ((0.5, 0.75), ((), {"logits": [0.5, 0.75]})),
        ([1, 0], ((), {"logits": [1, 0]})),
        (1, ((1,), {})),
    ]
    for answer, told in pairs:
        say(seat, answer)
        assert seat.said == told
    with pytest.raises(ValueError, match="two whole numbers may be a label and its probability, or two logits"):
        say(seat, (1, 0))


def test_players_that_answer_nonsense_are_told_so(server: Server) -> None:
    liars: list[tuple[Any, type[Exception], str]] = [
        (always((0, 0)), Refused, r"pixel \(0, 0\) is zero"),
        (always((0.5, 1)), TypeError, "cannot be interpreted as an integer"),
        (7, TypeError, "a debater is an agent's name"),
        ("nobody", pd.Error, "nobody"),
    ]
    for liar, error, sentence in liars:
        created, seated = outside(server), threading.Barrier(3)

        def watcher(event: Event, seated: threading.Barrier = seated) -> None:
            if event.kind == "seated":
                seated.wait(PATIENCE)

        with ThreadPoolExecutor(2) as pool:
            others = [
                pool.submit(server.play, Bright(), created.name, token, watcher=watcher)
                for token in (created.honest, created.judge)
                if token
            ]
            assert created.liar
            seated.wait(PATIENCE)
            with pytest.raises(error, match=sentence):
                server.play(liar, created.name, created.liar)
            server.cancel(created)
            for other in others:
                with pytest.raises(Closed, match="cancelled") as closed:
                    other.result(PATIENCE)
                assert closed.value.debate == created.name
    judges: list[tuple[Any, type[Exception], str]] = [
        (Player(), NotImplementedError, "a judge needs a method decide"),
        (answers(np.zeros((2, 10))), ValueError, r"shape \(2, 10\) for one set of pixels"),
        (answers([5]), Refused, "label 5 is nobody's claim"),
        (answers(np.full((1, 10), np.nan)), ValueError, "not JSON compliant"),
        (7, TypeError, "a judge is a Judge"),
    ]
    for judge, error, sentence in judges:
        created = outside(server, honest="random", liar="random", pace_ms=0)
        assert created.judge
        with pytest.raises(error, match=sentence):
            server.play(judge, created.name, created.judge)
        server.cancel(created)


def test_ctrl_c_ends_it(server: Server) -> None:
    created = outside(server)
    script = """if True:
        import sys
        from pixel_debate.client import Player, Server
        def tell(event): print(event.kind, flush=True)
        Server(sys.argv[1]).play(Player(), *sys.argv[2:], watcher=tell)"""
    command = [sys.executable, "-c", script, server.address, created.name, str(created.honest)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "seated\n"
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == -signal.SIGINT and "KeyboardInterrupt" in said
    assert f"as the second of the debate {created.name}, after 0 reveals" in said
    assert str(created.honest) not in said
