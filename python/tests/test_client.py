"""The client against a real server: the program that PIXEL_DEBATE names, or the one that is built beside."""

import contextlib
import os
import pathlib
import pickle
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pixel_debate as pd
import pytest
from pixel_debate.client import (
    Closed,
    Created,
    Event,
    Player,
    Refused,
    Seat,
    Server,
    Unreachable,
    Verdict,
)

ROOT = pathlib.Path(__file__).parents[2]
PATIENCE = 60


@contextlib.contextmanager
def running(store: pathlib.Path, *limits: str, listen: str = "127.0.0.1:0") -> Generator[str]:
    """A server while it runs, as its address."""
    program = os.environ.get("PIXEL_DEBATE", str(ROOT / "target" / "release" / "pixel-debate"))
    assert os.path.isfile(program), f"there is no {program}: cargo build --release, or name one by PIXEL_DEBATE"
    command = [program, "serve", "--listen", listen, "--store", str(store)]
    command += [f"--limit={limit}" for limit in limits]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield "http://" + process.stdout.readline().strip().rsplit("http://", 1)[1]
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("client") / "debates.db") as address:
        yield address


@pytest.fixture
def server(address: str) -> Server:
    return Server(address)


class Proxy:
    """Passes connections on to a server, and cuts them off."""

    def __init__(self, address: str) -> None:
        host, port = address.removeprefix("http://").split(":")
        self._to = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.accepted = 0
        self.address = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self.drop()

    def drop(self) -> None:
        """Cuts off all connections; new ones are let in."""
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                server = socket.create_connection(self._to)
                self._open += [client, server]
                threading.Thread(target=self._pass, args=(client, server), daemon=True).start()

    @staticmethod
    def _pass(client: socket.socket, server: socket.socket) -> None:
        with client, server, contextlib.suppress(OSError):
            while True:
                for end in select.select([client, server], [], [], 1)[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    (server if end is client else client).sendall(data)


class Bright(Player):
    """Reveals the brightest pixels, and believes the first debater a little more with each reveal."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def choose(self, view: pd.View) -> tuple[int, int]:
        assert view.image is not None
        assert view.role in ("honest", "liar") and view.to_move == view.seat
        self.seen.append(len(view.evidence))
        row, column = max(((y, x) for x, y in view.legal_moves), key=view.image.__getitem__)
        return int(column), int(row)

    def believe(self, view: pd.View) -> float:
        assert view.image is None and view.role is None
        self.seen.append(len(view.evidence))
        return 0.5 + len(view.evidence) / 100


def outside(server: Server, **setup: Any) -> Created:
    """A debate for three from outside about image 17, a seven, of which the liar says first that it is an eight."""
    seats = {"honest": "outside:Ada", "liar": "outside:Lou", "judge": "outside:Jo"}
    asked: Any = {"pixels": 4, "image": 17, "lie": 8, "first": "liar", **seats, **setup}
    return server.create(**asked)


def played(
    players: dict[str, Any], server: Server, created: Created, **options: Any
) -> dict[str, Future[pd.View]]:
    """Each player's result, when all are done."""
    with ThreadPoolExecutor(len(players)) as pool:
        return {
            seat: pool.submit(server.play, player, created.name, getattr(created, seat), **options)
            for seat, player in players.items()
        }


def check_order(events: list[Event], reveals: int) -> None:
    """Each event was told once, in its order, with the view after it."""
    told = [event for event in events if event.kind in ("reveal", "verdict", "resigned", "forfeited")]
    assert [event.seq for event in told] == list(range(1, reveals + 2)), events
    for event in told[:-1]:
        assert event.kind == "reveal" and event.by is not None and event.pixel is not None
        assert len(event.view.evidence) == event.seq
        assert event.view.evidence[-1] == (event.by, event.pixel, event.value)
        assert event.view.winner is None


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
    assert record["beliefs"] == pytest.approx([0.5, 0.51, 0.52, 0.53, 0.54])
    verdict = record["transcript"]["events"][-1]["verdict"]
    assert verdict == {"type": "label", "label": 8, "probability": pytest.approx(0.54)}
    assert record["transcript"]["players"] == {"honest": "outside:Ada", "liar": "outside:Lou", "judge": "outside:Jo"}


def always(pixel: object) -> Any:
    """A debater that reveals that."""

    def debater(view: pd.View) -> object:
        return pixel

    return debater


def answers(answer: object) -> Any:
    """A judge that answers that."""

    def judge(values: object, masks: object) -> object:
        return answer

    return judge


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


def test_moves_are_methods(server: Server) -> None:
    created = outside(server, pixels=2)
    assert created.honest and created.liar and created.judge
    with (
        server.take(created.name, created.honest) as honest,
        server.take(created.name, created.liar) as liar,
        server.take(created.name, created.judge) as judge,
    ):
        events = iter(judge)
        assert [next(events).kind for _ in range(2)] == ["seated", "begun"]
        assert judge.name == "judge" and judge.turn is not None and judge.turn.move_ms is None
        with pytest.raises(TimeoutError, match=r"nothing has happened in the debate for 0\.1 s"):
            judge.next(0.1)
        judge.belief(0.25)
        with pytest.raises(Refused) as stale:
            judge.belief(0.25, after=0)
        assert stale.value.code == "stale"
        with pytest.raises(Refused) as refused:
            judge.verdict(7)
        assert refused.value.code == "illegal" and refused.value.debate == created.name
        assert [next(liar).kind for _ in range(2)] == ["seated", "begun"]
        assert liar.turn is not None and liar.turn.move_ms == 30000
        with pytest.raises(Refused, match=r"pixel \(0, 0\) is zero: .*; expected pixel: one with a value") as black:
            liar.reveal((0, 0))
        assert black.value.code == "illegal"
        assert repr(pickle.loads(pickle.dumps(black.value))) == repr(black.value)
        assert liar.view is not None
        liar.reveal(liar.view.legal_moves[0])
        with pytest.raises(Refused, match="has happened already") as stale:
            liar.reveal(liar.view.legal_moves[0], seq=1)
        assert honest.ends_within(0.1) is False
        honest.resign()
        assert honest.ended and judge.ends_within(PATIENCE)
        assert [event.kind for event in judge] == ["reveal", "resigned"]
        with pytest.raises(Refused, match="the debate has ended"):
            judge.verdict(7)
        with pytest.raises(ValueError, match="a verdict is logits alone, or a label"):
            judge.verdict(7, logits=[0.0] * 10)
    assert server.debate(created.name).reason == "resignation"


class Slow(Bright):
    """Thinks, and lets something happen meanwhile."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def choose(self, view: pd.View) -> tuple[int, int]:
        self.meanwhile()
        return super().choose(view)

    def believe(self, view: pd.View) -> float:
        self.meanwhile()
        return super().believe(view)


def test_lost_connections_are_resumed_without_a_loss(address: str, server: Server) -> None:
    with Proxy(address) as proxy:
        through = Server(proxy.address)
        created = outside(server, pixels=9)
        players = {seat: Slow(proxy.drop) for seat in ("honest", "liar", "judge")}
        heard: dict[str, list[Event]] = {seat: [] for seat in (*players, "spectator")}

        def watch() -> None:
            with through.watch(created.name) as seat:
                heard["spectator"].extend(seat)

        with ThreadPoolExecutor(4) as pool:
            watching = pool.submit(watch)
            ends = [
                pool.submit(
                    through.play, player, created.name, getattr(created, seat), watcher=heard[seat].append
                )
                for seat, player in players.items()
            ]
            winners = {end.result(PATIENCE).winner for end in ends}
            watching.result(PATIENCE)
        # Each reveal and each belief has cut off all four.
        assert proxy.accepted > 8
    for events in heard.values():
        check_order(events, 9)
        assert sum(event.kind == "begun" for event in events) <= 1
    assert sorted(players["liar"].seen + players["honest"].seen) == list(range(9))
    assert players["judge"].seen == [*range(10), 9]
    debate = server.debate(created.name)
    assert winners == {debate.winner} and debate.reason == "verdict"
    assert server.record(created.name)["beliefs"] == pytest.approx([0.5 + n / 100 for n in range(10)])


def test_a_restart_of_the_server_is_outlived(tmp_path: pathlib.Path) -> None:
    store, thinking, restarted = tmp_path / "debates.db", threading.Event(), threading.Event()

    def meanwhile() -> None:
        thinking.set()
        assert restarted.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool, contextlib.ExitStack() as stack:
        with running(store) as address:
            server = Server(address)
            created = outside(server)
            assert created.honest and created.liar and created.judge
            ends = [
                pool.submit(server.play, Bright(), created.name, created.honest),
                pool.submit(server.play, Slow(meanwhile), created.name, created.liar),
            ]
            judge = stack.enter_context(server.take(created.name, created.judge))
            assert [next(judge).kind for _ in range(2)] == ["seated", "begun"]
            # The server has heard it, and forgets it.
            judge.belief(0.5)
            assert thinking.wait(PATIENCE)
        with running(store, listen=address.removeprefix("http://")):
            restarted.set()
            for event in judge:
                if event.kind == "reveal":
                    judge.belief(0.75, after=event.seq)
                if event.turn is not None and event.turn.seat == "judge":
                    judge.verdict(8)
            assert {end.result(PATIENCE).winner for end in ends} == {"liar"}
            assert server.record(created.name)["beliefs"] == [0.5, 0.75, 0.75, 0.75, 0.75]


def test_thinking_longer_than_the_server_bears_silence_costs_nothing(tmp_path: pathlib.Path) -> None:
    with running(tmp_path / "debates.db", "silence=1", "ping=0.25") as address:
        server = Server(address)
        created = outside(server, pixels=2)
        players = {seat: Slow(lambda: time.sleep(2.5)) for seat in ("honest", "liar")}
        ends = played({**players, "judge": Bright()}, server, created)
        assert {end.result().winner for end in ends.values()} == {"liar"}
        with urllib.request.urlopen(f"{address}/metrics", timeout=PATIENCE) as answer:
            lines: list[str] = answer.read().decode().splitlines()
    assert any(line.startswith("pixel_debate_connections ") for line in lines)
    dropped = [line for line in lines if "dropped" in line and not line.startswith("#")]
    assert all(line.endswith(" 0") for line in dropped), dropped


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


def test_refusals_are_exceptions(server: Server) -> None:
    with pytest.raises(Refused, match=r"; expected .*") as setup:
        server.create(image=17, lie=7)
    assert setup.value.code == "setup" and isinstance(setup.value, pd.Error)
    created = outside(server)
    assert "outside" not in repr(created) and str(created.honest) not in repr(created)
    takes: list[tuple[Callable[[], Seat], str]] = [
        (lambda: server.take(created.name, created.creator), "wrong_token"),
        (lambda: server.take("nowhere", created.creator), "unknown_debate"),
        (lambda: server.watch("nowhere"), "unknown_debate"),
    ]
    for take, code in takes:
        with take() as seat, pytest.raises(Refused) as refused:
            next(seat)
        assert refused.value.code == code
        assert created.creator not in str(refused.value)
    with pytest.raises(Refused) as early:
        server.record(created.name)
    assert early.value.code == "no_outcome"
    server.cancel(created)
    with pytest.raises(Refused):
        server.cancel(created)


def test_who_takes_a_seat_over_has_it(server: Server) -> None:
    created = outside(server)
    assert created.liar
    with server.take(created.name, created.liar) as one:
        assert next(one).kind == "seated"
        with server.take(created.name, created.liar) as other:
            assert next(other).kind == "seated"
            with pytest.raises(Closed) as closed:
                next(one)
            assert closed.value.reason == "seat_taken"


def test_private_debates_are_watched_by_their_token(server: Server) -> None:
    created = server.create(visibility="private", pixels=4, honest="random", liar="random", pace_ms=200)
    assert created.spectator
    with server.watch(created.name, token=created.spectator) as seat:
        told = [event.seq for event in seat if event.kind != "begun"]
    assert len(told) > 1 and told == list(range(told[0], 6))
    assert server.debate(created.name, token=created.spectator).winner
    with server.watch(created.name) as seat, pytest.raises(Refused) as refused:
        next(seat)
    assert refused.value.code == "wrong_token"
    # A debate that is over is one event.
    with server.watch(created.name, token=created.spectator) as seat:
        assert [(event.kind, event.seq) for event in seat] == [("seated", 5)]


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
        said = process.communicate(timeout=15)[1]
    assert process.returncode == -signal.SIGINT and "KeyboardInterrupt" in said
    assert f"as the second of the debate {created.name}, after 0 reveals" in said
    assert str(created.honest) not in said


def test_what_visitors_are_shown_is_watched_without_a_name(server: Server) -> None:
    with server.watch() as seat:
        event = seat.next(PATIENCE)
        assert event is not None and event.kind == "seated" and event.view.seat == "spectator"
        assert seat.debate and seat.name == "spectator"


def test_nobody_there_is_said_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = "http://127.0.0.1:%d" % listener.getsockname()[1]
    server, began = Server(address, patience=1), time.monotonic()
    with server.watch() as seat, pytest.raises(Unreachable, match="no connection to ws://127.0.0.1:.* for 1 s"):
        next(seat)
    assert 0.9 < time.monotonic() - began < 10
    with pytest.raises(Unreachable, match="no answer from"):
        server.create()
    for wrong in ("127.0.0.1:8080", "ftp://host", "http://", "ws://host/socket?x=1"):
        with pytest.raises(ValueError, match="an address is as"):
            Server(wrong)
    assert Server("ws://host:1/socket").address == "http://host:1"
    with pytest.raises(ValueError, match="patience must be above 0"):
        Server(patience=0)


def test_the_documentation_plays(address: str) -> None:
    page = (ROOT / "docs" / "python.md").read_text()
    section = page.split("\n## A client\n")[1].split("\n## ")[0]
    names: dict[str, Any] = {"pd": pd}
    for block in re.findall(r"^```python\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
        exec(compile(block, "docs/python.md", "exec"), names)
    assert names["debate_there"](address) in ("honest", "liar")


def test_the_example_agent_plays_all_seats(server: Server) -> None:
    created = outside(server)
    program = [sys.executable, str(ROOT / "python" / "examples" / "agent.py"), server.address, created.name]
    tokens = [token for token in (created.honest, created.liar, created.judge) if token]
    agents = [subprocess.Popen([*program, token], stdout=subprocess.PIPE, text=True) for token in tokens]
    said = [agent.communicate(timeout=PATIENCE)[0] for agent in agents]
    assert [agent.returncode for agent in agents] == [0, 0, 0]
    winner = server.debate(created.name).winner
    assert said == [f"{seat}: {winner} wins\n" for seat in ("second", "first", "judge")]
