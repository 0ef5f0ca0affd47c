"""A seat at a server: its moves, who may have it, what it is told."""

import pickle
import socket
import time
from collections.abc import Callable

import pixel_debate as pd
import pytest
from clients import PATIENCE, outside
from pixel_debate.client import Closed, Refused, Seat, Server, Unreachable


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
    asks: list[Callable[[], object]] = [server.create, lambda: server.record("any"), lambda: server.debate("any")]
    for ask in asks:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="no answer from"):
            ask()
        assert 0.9 < time.monotonic() - began < 10
    for wrong in ("127.0.0.1:8080", "ftp://host", "http://", "ws://host/socket?x=1"):
        with pytest.raises(ValueError, match="an address is as"):
            Server(wrong)
    assert Server("ws://host:1/socket").address == "http://host:1"
    with pytest.raises(ValueError, match="patience must be above 0"):
        Server(patience=0)
