"""What the server was asked and has not answered, and what it refuses for a while."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.sync.client import ClientConnection

from pixel_debate.client.errors import ClientError, ProtocolError, Refused
from pixel_debate.client.events import Message

PASSING = frozenset({"busy", "store_unavailable", "too_fast", "unavailable"})
"""Refusals that pass: the same may be right later."""
LONGEST_RETRY = 30.0
"""Seconds after which at the latest a refused request is said again, unless the server says when."""
LINGER = 5.0
"""Seconds in which something is waited for that must be about to come, if it comes at all."""
SEAT = 0
"""The number of the request for the seat."""


@dataclass
class Request:
    """Something that the server is to do, until it has answered."""

    # Neither is to be printed: the request for the seat has the token.
    message: Message = field(repr=False)
    text: str = field(repr=False)
    said: int = 0
    wait: float = 1.0
    again: float | None = None
    give_up: float | None = None
    failure: ClientError | None = None
    done: bool = False


class Requests:
    """The requests of one seat that are not answered, by their numbers, over all connections.

    Parameters
    ----------
    patience : float
        For how many seconds a request that is refused for the moment is said again.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._open: dict[int, Request] = {}
        self._numbers = SEAT

    def add(self, message: Message, number: int | None = None) -> Request:
        """A new request, with the next number unless it is given."""
        if number is None:
            self._numbers += 1
            number = self._numbers
        text = json.dumps({"id": number, **message}, allow_nan=False)
        request = self._open[number] = Request(message, text)
        return request

    def messages(self) -> list[tuple[int, Message]]:
        """What is not answered."""
        return [(number, request.message) for number, request in self._open.items()]

    def finish(self, number: int | None, failure: ClientError | None = None) -> None:
        """The server has answered, or what was asked has happened."""
        request = self._open.pop(number, None) if number is not None else None
        if request is not None:
            request.failure, request.done = failure, failure is None

    def fail(self, failure: ClientError) -> None:
        """None of them is answered any more."""
        for number in list(self._open):
            self.finish(number, failure)

    def forget(self, request: Request) -> None:
        """Nobody waits for this one any more."""
        self._open = {at: other for at, other in self._open.items() if other is not request}

    def say_again(self) -> None:
        """Has said at once what was not said, or not answered, on a connection that was lost."""
        for number, request in self._open.items():
            if number != SEAT and request.again is None:
                request.again = time.monotonic()

    def quiet(self) -> float:
        """How long nothing is to be said, in seconds, and a second at most."""
        times = [request.again for request in self._open.values() if request.again is not None]
        return max(0.01, min([1.0, *(at - time.monotonic() for at in times)]))

    def due(self, seated: bool) -> list[str]:
        """What is to be said now; without the seat nothing but the request for it."""
        now, due = time.monotonic(), list[str]()
        for number, request in self._open.items():
            if request.again is not None and request.again <= now and (seated or number == SEAT):
                request.again = None
                request.said += 1
                due.append(request.text)
        return due

    def refused(self, message: Message, begun: bool) -> None:
        """Takes an error: says the request again later, or ends it.

        Raises
        ------
        Refused
            If the seat is refused, or what cannot be told apart.
        """
        refused, number = refusal(message), message.get("id")
        if number is None:
            # It was not read, and which one it was is not told.
            if refused.code not in PASSING:
                raise refused
            for unread in list(self._open):
                self._later(unread, refused)
            return
        request = self._open.get(number)
        if request is None:
            return
        if refused.code in PASSING:
            self._later(number, refused)
        elif refused.code == "illegal" and request.said > 1:
            # The first may have been heard, and its event is about to come.
            request.give_up = request.give_up or time.monotonic() + LINGER
            self._later(number, refused)
        elif refused.code == "not_begun" and begun:
            # After a restart it waits for the others, and is said again with the turn.
            request.again = None
        elif refused.code == "stale" and request.said > 1:
            # It was heard the first time.
            self.finish(number)
        elif number == SEAT:
            raise refused
        else:
            self.finish(number, refused)

    def _later(self, number: int, refused: Refused) -> None:
        """Says it again later, unless it has been refused for too long."""
        request, now = self._open[number], time.monotonic()
        request.give_up = request.give_up or now + self._patience
        wait = request.wait if refused.retry_s is None else refused.retry_s
        if now + wait <= request.give_up:
            request.again, request.wait = now + wait, min(2 * request.wait, LONGEST_RETRY)
        elif number == SEAT:
            raise refused
        else:
            self.finish(number, refused)


def send(socket: ClientConnection, text: str) -> None:
    """Says something. What is lost with the connection is said again on the next."""
    try:
        socket.send(text)
    except ConnectionClosed:
        pass


def refusal(message: Message) -> Refused:
    """A refusal from the protocol's error."""
    code, what, expected = (str(message.get(name, "")) for name in ("code", "message", "expected"))
    return Refused(code, what, expected, message.get("debate"), message.get("retry_s"))


def refusal_of(body: bytes, retry: str | None) -> Refused | None:
    """The refusal in the body of an answer over HTTP, if it is one."""
    try:
        message = dict[str, Any](json.loads(body))
    except (ValueError, TypeError):
        return None
    if "code" not in message:
        return None
    if retry is not None and retry.isdecimal():
        message.setdefault("retry_s", float(retry))
    return refusal(message)


def wait_after(error: Exception) -> float:
    """How long to wait at least before the next try to connect, in seconds; raises what does not pass."""
    if isinstance(error, InvalidStatus):
        response = error.response
        refused = refusal_of(bytes(response.body or b""), response.headers.get("Retry-After"))
        if refused is not None and refused.code in PASSING:
            return refused.retry_s or 0
        if refused is not None:
            raise refused
        if response.status_code not in (429, 500, 502, 503, 504):
            raise ProtocolError(f"no websocket: {error}") from error
    elif isinstance(error, InvalidMessage) and isinstance(error.__cause__, EOFError):
        return 0
    elif isinstance(error, InvalidHandshake):
        raise ProtocolError(f"no websocket: {error}") from error
    return 0
