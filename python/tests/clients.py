"""Servers, players and debates, for the tests of the client."""

import contextlib
import os
import pathlib
import select
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pixel_debate as pd
from pixel_debate.client import Created, Event, Player, Server


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


def stated(record: dict[str, Any]) -> list[float]:
    """What the one judge of a debate has said that it believed, in order."""
    (judgment,) = record["judgments"]
    events = [said["event"] for said in judgment["events"]]
    return [event["probability"] for event in events if event["type"] == "belief"]


def check_order(events: list[Event], reveals: int) -> None:
    """Each event was told once, in its order, with the view after it."""
    told = [event for event in events if event.kind in ("reveal", "verdict", "resigned", "forfeited")]
    assert [event.seq for event in told] == list(range(1, reveals + 2)), events
    for event in told[:-1]:
        assert event.kind == "reveal" and event.by is not None and event.pixel is not None
        assert len(event.view.evidence) == event.seq
        assert event.view.evidence[-1] == (event.by, event.pixel, event.value)
        assert event.view.winner is None


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
