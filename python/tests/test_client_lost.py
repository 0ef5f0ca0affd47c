"""The client where connections are lost, and the server restarts."""

import contextlib
import pathlib
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from clients import PATIENCE, Bright, Proxy, Slow, check_order, outside, played, running, stated
from pixel_debate.client import Event, Server


def test_lost_connections_are_resumed_without_a_loss(address: str, server: Server) -> None:
    with Proxy(address) as proxy:
        through = Server(proxy.address)
        created = outside(server, pixels=9)
        assert created.judge
        players = {seat: Slow(proxy.drop) for seat in ("honest", "liar", "judge")}
        heard: dict[str, list[Event]] = {seat: [] for seat in (*players, "spectator")}
        watched, seated = threading.Event(), threading.Event()

        def watch() -> None:
            with through.watch(created.name) as seat:
                for event in seat:
                    heard["spectator"].append(event)
                    watched.set()

        def judges(event: Event) -> None:
            heard["judge"].append(event)
            seated.set()

        with ThreadPoolExecutor(4) as pool:
            watching = pool.submit(watch)
            judge = players.pop("judge")
            ends = [pool.submit(through.play, judge, created.name, created.judge, watcher=judges)]
            # Who comes after the first reveal is told of it in one piece.
            assert watched.wait(PATIENCE) and seated.wait(PATIENCE)
            ends += [
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
    assert judge.seen == [*range(10), 9]
    debate = server.debate(created.name)
    assert winners == {debate.winner} and debate.reason == "verdict"
    assert stated(server.record(created.name)) == pytest.approx([0.5 + n / 100 for n in range(10)])


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
            # The server remembers it.
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
            assert stated(server.record(created.name)) == [0.5, 0.75, 0.75, 0.75, 0.75]


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
