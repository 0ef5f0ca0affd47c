"""The thread that follows a debate: it connects, and connects again, and says what was not answered."""

import json
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from pixel_debate.client.errors import ClientError, Closed, ProtocolError, Refused, Unreachable
from pixel_debate.client.events import Event, Message, Turn, after, missed, view_of
from pixel_debate.client.requests import LINGER, SEAT, Requests, refusal, send, wait_after

PROTOCOL = 4
ENDED = ("illegal", "the debate has ended", "nothing more in this debate")
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds before the first new try to connect, and before the later ones; a random half of it is left out."""
STEADY = 10.0
"""Seconds after which a connection was no failure, though nothing was told on it."""
OPENING, CLOSING = 10.0, 2.0
"""Seconds for a connection and the seat, and for its end."""
MOST_WAITING = 2048
"""Events that wait for whoever reads them: no debate has as many."""


@dataclass
class Link:
    """One seat in one debate, over as many connections as it takes.

    Everything but what is passed to it is guarded by ``changed``.
    """

    url: str
    debate: str | None
    token: str | None = field(repr=False)
    opinions: bool
    patience: float
    watching: bool = False
    judge_key: str | None = field(default=None, repr=False)
    changed: threading.Condition = field(default_factory=threading.Condition)
    events: deque[Event] = field(default_factory=deque[Event])
    seq: int = 0
    view: Message | None = None
    turn: Turn | None = None
    beliefs: list[float | None] | None = None
    answered: bool = False
    on_record: bool | None = None
    shows: str | None = None
    failure: ClientError | None = None
    ended: float | None = None
    done: bool = False

    def __post_init__(self) -> None:
        self._socket: ClientConnection | None = None
        self._seated = self._progress = self._begun = False
        self._stop = threading.Event()
        self._requests = Requests(self.patience)
        self._last: tuple[int, Turn | None] | None = None
        self._last_opinion = -1
        self._thread = threading.Thread(target=self._run, name="pixel-debate client", daemon=True)
        self._thread.start()

    # For the thread that uses it.

    def next(self, timeout: float | None) -> Event | None:
        """The next event; ``None`` after the last."""
        with self.changed:
            ready = self.changed.wait_for(lambda: self.events or self.done or self.failure, timeout)
            if self.events:
                return self.events.popleft()
            if self.failure is not None:
                raise self.failure
            if not ready:
                raise TimeoutError(f"nothing has happened in the debate for {timeout:g} s")
            return None

    def ask(self, message: Message) -> None:
        """Has the server do something, and waits until it is done."""
        with self.changed:
            if self.failure is not None:
                raise self.failure
            if self.ended is not None or self.done:
                raise Refused(*ENDED, self.debate)
            request = self._requests.add({**message, "debate": self.debate})
            socket = self._socket if self._seated else None
            request.said += socket is not None
        if socket is not None:
            send(socket, request.text)
        with self.changed:
            answered = self.changed.wait_for(
                lambda: request.done or request.failure or self.failure, 2 * self.patience
            )
            failure = request.failure or (None if request.done else self.failure)
            if failure is not None:
                raise failure
            if not answered:
                self._requests.forget(request)
                raise Unreachable(f"the server has not answered for {2 * self.patience:g} s")

    def close(self) -> None:
        """Lets go of the debate; the seat can be taken again with its token."""
        self._stop.set()
        with self.changed:
            socket = self._socket
        if socket is not None:
            socket.close()
        self._thread.join(OPENING + CLOSING)

    # For the thread of the connection.

    def _run(self) -> None:
        failure: ClientError | None = None
        try:
            self._follow()
        except ClientError as error:
            failure = error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            failure = ProtocolError(f"{self.url} does not speak the protocol: {error!r}")
            failure.__cause__ = error
        except Exception as error:
            # Whatever it is, whoever waits must hear of it.
            failure = ClientError(f"following the debate has failed: {error!r}")
            failure.__cause__ = error
        with self.changed:
            self.failure, self.done = failure, True
            self._requests.fail(failure or Refused(*ENDED, self.debate))
            self.changed.notify_all()

    def _follow(self) -> None:
        tries, since = 0, time.monotonic()
        while not self._stop.is_set():
            opened = time.monotonic()
            try:
                with connect(self.url, open_timeout=OPENING, close_timeout=CLOSING) as socket:
                    self._talk(socket)
                return
            except (OSError, EOFError, ConnectionClosed, InvalidHandshake) as error:
                wait, lost = wait_after(error), error
            finally:
                with self.changed:
                    steady = self._seated and time.monotonic() > opened + STEADY
                    self._socket, self._seated = None, False
            if self._progress or steady:
                tries, since, self._progress = 0, time.monotonic(), False
            left = since + self.patience - time.monotonic()
            if left <= 0 and not self._stop.is_set():
                raise Unreachable(f"no connection to {self.url} for {self.patience:g} s: {lost}") from lost
            backoff = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 16)) * random.uniform(0.5, 1)
            tries += 1
            self._stop.wait(min(max(backoff, wait), max(left, 0)))

    def _talk(self, socket: ClientConnection) -> None:
        """Follows the debate until its end, over one connection."""
        hello = json.loads(socket.recv(OPENING))
        if hello["type"] == "error":
            raise refusal(hello)
        if hello["type"] != "hello" or hello["protocol"] != PROTOCOL:
            spoken = hello.get("protocol")
            raise ProtocolError(f"the server speaks version {spoken} of the protocol, this client {PROTOCOL}")
        with self.changed:
            self._socket, self._last = socket, None
            seat = self._requests.add(self._entry(), SEAT)
            seat.said = 1
        send(socket, seat.text)
        asked = time.monotonic()
        while not self._stop.is_set():
            try:
                with self.changed:
                    quiet = self._requests.quiet()
                text = socket.recv(quiet)
            except TimeoutError:
                pass
            else:
                with self.changed:
                    self._hear(json.loads(text))
                    self.changed.notify_all()
            if self._is_done():
                return
            if not self._seated and seat.again is None and time.monotonic() > asked + OPENING:
                raise TimeoutError("the server does not answer")
            with self.changed:
                due = self._requests.due(self._seated)
            for again in due:
                asked = time.monotonic()
                send(socket, again)

    def _entry(self) -> Message:
        """How to come into the debate, the first time or again."""
        request: Message = {"debate": self.debate, "opinions": self.opinions}
        if self.token is not None:
            request["token"] = self.token
        if self.view is not None:
            return {"type": "resume", "seq": self.seq, **request}
        if self.watching:
            return {"type": "watch", **request}
        if self.judge_key is not None:
            request["judge_key"] = self.judge_key
        return {"type": "take", **request}

    def _is_done(self) -> bool:
        """Whether no more is to come."""
        with self.changed:
            if self.ended is None or self.view is None:
                return False
            enough = self._last_opinion >= len(self.view["evidence"])
            return not self.opinions or enough or time.monotonic() > self.ended + LINGER

    def _hear(self, message: Message) -> None:
        kind = message["type"]
        if kind in ("accepted", "created"):
            self._requests.finish(message.get("id"))
            return
        if kind == "error":
            self._requests.refused(message, self._begun)
            return
        if self.debate is not None and message.get("debate") != self.debate:
            return
        match kind:
            case "snapshot":
                self.debate = message["debate"]
                self._snapshot(message)
            case "resumed":
                self._last = (message["seq"], Turn.read(message["turn"]))
                self._enter(message)
                if message["seq"] == self.seq:
                    self._caught_up(self._last[1])
            case "turn":
                self._caught_up(Turn.read(message["turn"]))
            case "event":
                self._event(message)
            case "opinion":
                self._last_opinion = max(self._last_opinion, message["seq"])
                self._tell("opinion", message["seq"], logits=tuple(map(float, message["logits"])))
            case "judgments":
                said = message["beliefs"]
                beliefs = None if said is None else tuple(tuple(one) for one in said)
                judges, answered = message["judges"], message["answered"]
                self._tell("judgments", self.seq, judges=judges, answered=answered, beliefs=beliefs)
            case "closed":
                self._closed(message["reason"])
            case _:
                # A server may say more than this client knows.
                pass

    def _snapshot(self, message: Message) -> None:
        first, known = self.view is None, self.seq
        self.view = view = dict[str, Any](message["view"])
        self.seq, self.shows = message["seq"], message.get("shows")
        # Said in the answer to the key alone; a seat that is resumed needs none.
        self.on_record = message.get("on_record", self.on_record)
        turn = Turn.read(message["turn"])
        self._enter(message)
        if first:
            self.turn, self._progress, self._begun = turn, True, turn is not None
            self._tell("seated", self.seq)
            if view["outcome"] is not None:
                self._end()
            self._requests.say_again()
            return
        last = self.seq
        for seq, event, then in missed(known, view, last):
            self._happened(seq, event, then, turn if seq == last else None)
        self._caught_up(turn)

    def _enter(self, message: Message) -> None:
        """The connection has the seat."""
        self._seated = True
        self._requests.finish(SEAT)
        self.beliefs, self.answered = message["beliefs"], message.get("answered", False)
        for number, asked in self._requests.messages():
            if self.answered and asked["type"] in ("verdict", "resign"):
                self._requests.finish(number)

    def _caught_up(self, turn: Turn | None) -> None:
        """All that has happened is known, and whose turn it is now."""
        begins = self.turn is None and turn is not None and self.ended is None
        self.turn = turn
        self._begun = self._begun or turn is not None
        if begins:
            self._progress = True
            self._tell("begun", self.seq)
        self._requests.say_again()

    def _event(self, message: Message) -> None:
        seq = message["seq"]
        if self.view is None or seq != self.seq + 1:
            raise ProtocolError(f"event {seq} came after event {self.seq}")
        turn = Turn.read(message.get("turn"))
        if self._last is not None and seq == self._last[0]:
            turn = self._last[1]
        self._happened(seq, message["event"], after(self.view, message), turn)
        if self._last is not None and seq == self._last[0]:
            self._caught_up(turn)

    def _happened(self, seq: int, event: Message, view: Message, turn: Turn | None) -> None:
        """Tells an event, and finishes the request that it answers."""
        self.seq, self.view, self.turn, self._progress = seq, view, turn, True
        pixel = event.get("pixel")
        self._tell(
            event["type"],
            seq,
            by=event.get("by"),
            pixel=None if pixel is None else (pixel[0], pixel[1]),
            value=event.get("value"),
        )
        for number, asked in self._requests.messages():
            resigned = event["type"] == "resigned" and event["by"] == view["seat"]
            if (
                (asked["type"] in ("reveal", "next") and event["type"] == "reveal" and asked["seq"] == seq)
                or (asked["type"] == "verdict" and event["type"] == "verdict")
                or (asked["type"] == "resign" and resigned)
            ):
                self._requests.finish(number)
        if view["outcome"] is not None:
            self._end()

    def _end(self) -> None:
        self.ended = time.monotonic()
        self._requests.fail(Refused(*ENDED, self.debate))

    def _tell(self, kind: Any, seq: int, **what: Any) -> None:
        assert self.view is not None
        if len(self.events) >= MOST_WAITING:
            raise ProtocolError("the server says more than there is in a debate")
        self.events.append(Event(kind, seq, view_of(self.view), self.turn, **what))

    def _closed(self, reason: str) -> None:
        if self.ended is not None:
            self.ended = 0.0
            return
        if reason == "restarting":
            raise ConnectionError("the server restarts")
        raise Closed(str(self.debate), reason)
