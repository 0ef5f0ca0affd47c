"""The client against servers that say what a test wants: refusals, gaps, other versions."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import pixel_debate as pd
import pytest
from pixel_debate.client import Event, Player, ProtocolError, Refused, Server, Unreachable
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

PATIENCE = 60


class Brightest(Player):
    """Reveals the last pixel, which is the brightest of the image below."""

    def choose(self, view: pd.View) -> tuple[int, int]:
        column, row = view.legal_moves[-1]
        return int(column), int(row)


@contextlib.contextmanager
def scripted(
    script: Callable[[ServerConnection], object], refuse: Callable[[], Response | None] = lambda: None
) -> Generator[str]:
    """A server that says what a test wants."""

    def answer(connection: ServerConnection) -> None:
        script(connection)

    def handshake(connection: ServerConnection, request: Request) -> Response | None:
        return refuse()

    with serve(answer, "127.0.0.1", 0, process_request=handshake) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield "http://127.0.0.1:%d" % server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join(PATIENCE)


VIEW: dict[str, Any] = {
    **{"seat": "first", "classes": 10, "width": 3, "height": 1, "claims": {"first": 0, "second": 1}},
    "rules": {"pixels": 2, "precommit": True, "first": "honest", "order": "alternating", "legal": "nonzero"},
    **{"evidence": [], "to_move": "first", "image": {"width": 3, "height": 1, "pixels": "AQID"}},
    **{"role": "honest", "truth": None, "verdict": None, "outcome": None, "new": "a field of a later server"},
}
FIRST, SECOND = (
    {"by": "first", "pixel": [2, 0], "value": 3},
    {"by": "second", "pixel": [1, 0], "value": 2},
)
ENDING: dict[str, Any] = {
    "outcome": {"winner": "honest", "reason": "resignation"},
    "truth": {"label": 0, "first": "honest", "image": VIEW["image"]},
    "background": None,
}


def say(connection: ServerConnection, kind: str, **fields: object) -> None:
    connection.send(json.dumps({"type": kind, "debate": "scripted", **fields}))


def hear(connection: ServerConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(connection.recv(PATIENCE))
    return message


def seated(connection: ServerConnection) -> None:
    """The greeting, and the seat with the first turn."""
    say(connection, "hello", protocol=4)
    request = hear(connection)
    assert request == {"id": 0, "type": "take", "debate": "scripted", "opinions": False, "token": "token"}
    turn = {"seat": "first", "seq": 1}
    say(connection, "snapshot", id=0, seq=0, view=VIEW, turn=turn, beliefs=None)


def test_refusals_that_pass_are_borne() -> None:
    heard: list[dict[str, Any]] = []
    times: list[float] = []

    def script(connection: ServerConnection) -> None:
        seated(connection)
        say(connection, "news", what="a message of a later server")
        no = {"message": "no", "expected": "patience"}
        for code, more in [
            ("store_unavailable", {"retry_s": 0.2}),
            ("busy", dict[str, Any]()),
            ("too_fast", {"id": None, "retry_s": 0.1}),
            ("stale", dict[str, Any]()),
        ]:
            heard.append(hear(connection))
            times.append(time.monotonic())
            answer = {"id": heard[-1]["id"], "code": code, **no, **more}
            say(connection, "error", **{name: value for name, value in answer.items() if value is not None})
        say(connection, "event", seq=1, event={"type": "resigned", "by": "second"}, to_move=None, ending=ENDING)
        with contextlib.suppress(ConnectionClosed):
            connection.recv(PATIENCE)

    with scripted(script) as address:
        end = Server(address).play(Brightest(), "scripted", "token")
    assert end.winner == "honest" and end.label == 0
    assert len(heard) == 4 and all(message == heard[0] for message in heard)
    assert heard[0] == {"id": 1, "type": "reveal", "seq": 1, "pixel": [2, 0], "debate": "scripted"}
    waits = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert all(wait >= least for wait, least in zip(waits, (0.2, 1, 0.1), strict=True)), waits


def test_a_snapshot_instead_of_what_was_missed_loses_nothing() -> None:
    requests: list[dict[str, Any]] = []

    def script(connection: ServerConnection) -> None:
        if not requests:
            seated(connection)
            requests.append(hear(connection))
            return
        say(connection, "hello", protocol=4)
        requests.append(hear(connection))
        rules = {**VIEW["rules"], "first": "honest"}
        end = {name: ENDING[name] for name in ("outcome", "truth")}
        view: dict[str, Any] = {**VIEW, "rules": rules, "evidence": [FIRST, SECOND], "to_move": None}
        view |= end
        say(connection, "snapshot", id=0, seq=3, view=view, turn=None, beliefs=None)
        with contextlib.suppress(ConnectionClosed):
            connection.recv(PATIENCE)

    heard: list[Event] = []
    with scripted(script) as address:
        end = Server(address).play(Brightest(), "scripted", "token", watcher=heard.append)
    assert requests[1]["type"] == "resume" and requests[1]["seq"] == 0
    assert [event.kind for event in heard] == ["seated", "reveal", "reveal", "resigned"]
    assert [(event.seq, len(event.view.evidence)) for event in heard] == [(0, 0), (1, 1), (2, 2), (3, 2)]
    assert [event.view.winner for event in heard] == [None, None, None, "honest"]
    assert [event.view.to_move for event in heard] == ["first", "second", None, None]
    assert heard[-1].by == "second" and end.winner == "honest"


def test_other_servers_are_told_apart() -> None:
    def later(connection: ServerConnection) -> None:
        say(connection, "hello", protocol=5)

    def nonsense(connection: ServerConnection) -> None:
        connection.send("[]")

    def gap(connection: ServerConnection) -> None:
        seated(connection)
        say(connection, "event", seq=2, event={"type": "reveal", **FIRST}, to_move="second")

    for script, sentence in [
        (later, "the server speaks version 5 of the protocol, this client 4"),
        (nonsense, "does not speak the protocol"),
        (gap, "event 2 came after event 0"),
    ]:
        with scripted(script) as address, pytest.raises(ProtocolError, match=sentence):
            with Server(address).take("scripted", "token") as seat:
                list(seat)


def refused(status: int, code: str) -> Response:
    """A handshake's refusal, as the server has it."""
    body = json.dumps({"code": code, "message": "no place", "expected": "a try later", "debate": None})
    headers = Headers({"Content-Length": str(len(body)), "Retry-After": "1"})
    return Response(status, "No", headers, body.encode())


def test_refused_handshakes_pass_or_are_raised() -> None:
    def script(connection: ServerConnection) -> None:
        seated(connection)
        with contextlib.suppress(ConnectionClosed):
            connection.recv(PATIENCE)

    once = iter([refused(503, "busy")])
    began = time.monotonic()
    with scripted(script, lambda: next(once, None)) as address:
        with Server(address).take("scripted", "token") as seat:
            assert next(seat).kind == "seated"
    assert time.monotonic() - began >= 1
    with scripted(script, lambda: refused(403, "wrong_token")) as address:
        with Server(address).take("scripted", "token") as seat, pytest.raises(Refused, match="no place") as raised:
            next(seat)
    assert (raised.value.code, raised.value.retry_s) == ("wrong_token", 1)
    with scripted(script, lambda: refused(503, "busy")) as address:
        with Server(address, patience=0.5).take("scripted", "token") as seat:
            with pytest.raises(Unreachable, match=r"for 0\.5 s: .*503"):
                next(seat)
    other = Response(404, "Not Found", Headers({"Content-Length": "0"}), b"")
    with scripted(script, lambda: other) as address:
        with Server(address).take("scripted", "token") as seat:
            with pytest.raises(ProtocolError, match="no websocket: .*404"):
                next(seat)
