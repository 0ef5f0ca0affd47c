"""A server of debates, by its address."""

import http.client
import json
import secrets
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict, Unpack

from pixel_debate._native import (
    Agent,
    Debate,
    Error,
    Judge,
    View,
    _asks_judge,  # pyright: ignore[reportPrivateUsage]
)
from pixel_debate.client import players
from pixel_debate.client.errors import ProtocolError, Unreachable
from pixel_debate.client.events import Event
from pixel_debate.client.link import FIRST_WAIT, LONGEST_WAIT, Link
from pixel_debate.client.players import AnyPlayer
from pixel_debate.client.requests import PASSING, refusal_of
from pixel_debate.client.seat import Seat
from pixel_debate.types import BatchJudge, Legal, Order, Role

__all__ = ["Clock", "Created", "Panel", "Recorded", "Server", "Setup", "new_judge_key"]

LARGEST = 2**24
"""The largest answer over HTTP that is read, in bytes."""


class Clock(TypedDict, total=False):
    """How long debaters from outside may think, in milliseconds."""

    move_ms: int
    bank_ms: int


class Recorded(TypedDict, total=False):
    """A debate that is over and is judged again, and when its reveals are shown."""

    debate: str
    token: str | None
    shows: Literal["paced", "recorded", "asked"]


class Panel(TypedDict, total=False):
    """Several judges in the place of one, 2 to 15, and how they decide."""

    judges: int
    decides: Literal["majority", "mean"]


class Setup(TypedDict, total=False):
    """What a debate is to be; docs/protocol.md has the defaults and what each may be (`create`)."""

    image: int | None
    pixels: int
    precommit: bool
    lie: int | None
    first: Role | None
    order: Order
    legal: Legal
    honest: str
    liar: str
    judge: str
    panel: Panel | None
    recorded: Recorded | None
    clock: Clock
    visibility: Literal["public", "unlisted", "private"]
    spectators_see: Literal["evidence", "image"]
    judge_may_be_influenced: bool
    pace_ms: int
    seats_ms: int | None


@dataclass(frozen=True)
class Created:
    """A debate that was set up, with the tokens that open its seats. They are told once, and are not printed.

    Attributes
    ----------
    name : str
        The debate's name.
    honest, liar, judge : str or None
        The token for each seat that somebody outside is to take; with a panel there is none for the judge's.
    spectator : str or None
        The token for watching, where the debate is private.
    creator : str
        The token for :meth:`Server.cancel`.
    panel : tuple of str
        A token for each judge of a panel.
    """

    name: str
    honest: str | None = field(repr=False)
    liar: str | None = field(repr=False)
    judge: str | None = field(repr=False)
    spectator: str | None = field(repr=False)
    creator: str = field(repr=False)
    panel: tuple[str, ...] = field(default=(), repr=False)


def new_judge_key() -> str:
    """A new key to a judge's record: 256 random bits in 43 characters. Whoever has it has the record; a server keeps its
    hash alone, so one that is lost is lost.

    Returns
    -------
    str
    """
    return secrets.token_urlsafe(32)


class Server:
    """A server of debates. It holds no connection: each seat has its own.

    Parameters
    ----------
    address : str
        As ``"http://127.0.0.1:8080"``, or ``"ws://127.0.0.1:8080/socket"``; ``https`` and ``wss`` with TLS.
    patience : float
        For how many seconds a server that cannot be reached, or refuses for the moment, is tried again. The
        waits between tries grow, up to 5 s between connections, and are partly random.

    Raises
    ------
    ValueError
        If the address is none.
    """

    def __init__(self, address: str = "http://127.0.0.1:8080", *, patience: float = 60.0) -> None:
        parts = urllib.parse.urlsplit(address)
        schemes = {"http": "ws", "ws": "ws", "https": "wss", "wss": "wss"}
        if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f'an address is as "http://127.0.0.1:8080", not {address!r}')
        if not 0 < patience < 1e6:
            raise ValueError(f"patience must be above 0 and below a million seconds, not {patience}")
        path = parts.path.removesuffix("/").removesuffix("/socket")
        plain = "http" if schemes[parts.scheme] == "ws" else "https"
        self.address = f"{plain}://{parts.netloc}{path}"
        self._socket = f"{schemes[parts.scheme]}://{parts.netloc}{path}/socket"
        self.patience = float(patience)

    def __repr__(self) -> str:
        return f"Server({self.address!r})"

    def create(self, **setup: Unpack[Setup]) -> Created:
        """Sets up a debate.

        Parameters
        ----------
        **setup
            See :class:`Setup`. A player is ``"outside"``, ``"outside:NAME"``, or built in, as ``"mcts:1000"``
            and ``"classifier"``.

        Returns
        -------
        Created

        Raises
        ------
        Refused
            ``setup``: if there can be no such debate. ``busy``, ``too_fast``: if that has not passed in time.
        Unreachable
            If nobody answers.
        """
        made = self._ask("/api/debates", json.dumps(setup).encode())
        tokens = dict(made["tokens"])
        panel = tuple(tokens.pop("panel", ()))
        return Created(made["debate"], panel=panel, **tokens)

    def cancel(self, debate: Created) -> None:
        """Ends a debate that has no outcome yet.

        Parameters
        ----------
        debate : Created

        Raises
        ------
        Refused
            If it has ended.
        Unreachable
            If nobody answers.
        """
        self._ask(_path(debate.name), token=debate.creator, method="DELETE")

    def take(
        self, debate: str, token: str, *, opinions: bool = False, judge_key: str | None = None
    ) -> Seat:
        """Takes a seat, at once or as soon as the server can be reached.

        Parameters
        ----------
        debate : str
            The debate's name.
        token : str
            What opens the seat.
        opinions : bool
            Whether to be told the classifier's opinions, and how far the judges are, as soon as one may be.
        judge_key : str, optional
            With a judge's token: the key to the record that the judgment is to be on, as :func:`new_judge_key` makes
            one. :attr:`Seat.on_record` says whether it is there.

        Returns
        -------
        Seat
            Whose iteration raises what goes wrong.
        """
        return Seat(Link(self._socket, debate, token, opinions, self.patience, judge_key=judge_key))

    def watch(
        self, debate: str | None = None, *, token: str | None = None, opinions: bool = False
    ) -> Seat:
        """Watches a debate: an iterator of its events, to its end.

        Parameters
        ----------
        debate : str, optional
            The debate's name: the one that the server shows to visitors now, unless given.
        token : str, optional
            The spectators' token of a private debate.
        opinions : bool
            As in :meth:`take`.

        Returns
        -------
        Seat
        """
        return Seat(Link(self._socket, debate, token, opinions, self.patience, watching=True))

    def play(
        self,
        player: AnyPlayer,
        debate: str,
        token: str,
        *,
        search_judge: Judge | BatchJudge | None = None,
        watcher: Callable[[Event], object] | None = None,
        resign: bool = False,
        judge_key: str | None = None,
    ) -> View:
        """Takes a seat and plays it to the debate's end, over lost connections.

        Parameters
        ----------
        player : Player, or what :func:`pixel_debate.play` takes for a debater or a judge
            Called on this thread, so that Ctrl-C reaches it.
        debate : str
            The debate's name.
        token : str
            What opens the seat.
        search_judge : Judge or callable, optional
            Whom an agent of the package asks as it searches: all but ``random`` need one.
        watcher : callable, optional
            Is called with each :class:`Event`, before the player.
        resign : bool
            Whether a debater that raises resigns. Otherwise it leaves, and the seat can be taken again while
            time lasts.
        judge_key : str, optional
            As in :meth:`take`.

        Returns
        -------
        View
            The debate after its end, with ``winner`` and ``label``.

        Raises
        ------
        Error
            If an agent is to search and no ``search_judge`` is named. The seat is not taken.
        Exception
            Whatever the player raises, with a note that names the debate.
        Refused
            If a move is not possible, as an illegal pixel.
        ClientError
            As :meth:`Seat.next`.
        """
        if isinstance(player, str):
            player = Agent(player)
        if isinstance(player, Agent) and search_judge is None and _asks_judge(player):
            raise Error(
                f"{player.name} asks a judge as it searches, and the server lends none: name one as search_judge, a Judge or "
                "a callable of (values, masks)"
            )
        with self.take(debate, token, judge_key=judge_key) as seat:
            return players.play(seat, player, search_judge, watcher, resign)

    def record(self, debate: str, *, token: str | None = None) -> dict[str, Any]:
        """All that is kept of a debate with an outcome: its transcript, times, clock and judgments.

        Parameters
        ----------
        debate : str
            The debate's name.
        token : str, optional
            Any of the debate's, where it is private.

        Returns
        -------
        dict
            As docs/protocol.md says (`record`).

        Raises
        ------
        Refused
            ``no_outcome``, ``unknown_debate``, ``wrong_token``.
        Unreachable
            If nobody answers.
        """
        record: dict[str, Any] = self._ask(_path(debate) + "/transcript", token=token)
        return record

    def debate(self, debate: str, *, token: str | None = None) -> Debate:
        """A debate with an outcome, replayed by the rules.

        Parameters
        ----------
        debate, token
            As in :meth:`record`.

        Returns
        -------
        Debate

        Raises
        ------
        Refused, Unreachable
            As :meth:`record`.
        """
        return Debate.from_transcript(json.dumps(self.record(debate, token=token)["transcript"]))

    def judge_record(
        self, key: str, *, before: int | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """What a judge has made of debates that have an outcome, the newest first: a part of its record.

        Parameters
        ----------
        key : str
            The key with which its seats were taken. One that was never used has an empty record.
        before : int, optional
            The ``next`` of the part after which this one comes; the newest part, with the ``totals``, unless given.
        limit : int, optional
            The most judgments in it, 1 to 50: 50, unless given.

        Returns
        -------
        dict
            As docs/protocol.md says (`GET /api/judge`).

        Raises
        ------
        Refused
            ``wrong_token``: if that is no key. ``malformed``: if there can be no such part.
        Unreachable
            If nobody answers.
        """
        asked = {"before": before, "limit": limit}
        query = urllib.parse.urlencode({name: value for name, value in asked.items() if value is not None})
        record: dict[str, Any] = self._ask("/api/judge" + (f"?{query}" if query else ""), token=key)
        return record

    def judgments(self, key: str) -> Iterator[dict[str, Any]]:
        """All judgments on a judge's record, the newest first, asked for part by part.

        Parameters
        ----------
        key : str
            As in :meth:`judge_record`.

        Yields
        ------
        dict
            As docs/protocol.md says (`GET /api/judge`).

        Raises
        ------
        Refused, Unreachable
            As :meth:`judge_record`.
        """
        before: int | None = None
        while True:
            part = self.judge_record(key, before=before)
            yield from part["judgments"]
            before = part["next"]
            if before is None:
                return

    def _ask(
        self, path: str, body: bytes | None = None, token: str | None = None, method: str | None = None
    ) -> Any:
        """What the server answers over HTTP. A refusal that passes, and a server that cannot be reached, are tried again while
        patience lasts; not what was lost after it may have been heard, if it would be done twice."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        until, wait = time.monotonic() + self.patience, FIRST_WAIT
        while True:
            request = urllib.request.Request(self.address + path, body, headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self.patience) as answer:
                    text = answer.read(LARGEST)
                return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                with error:
                    refusal = refusal_of(error.read(LARGEST), error.headers.get("Retry-After"))
                if refusal is None:
                    raise ProtocolError(f"{self.address}{path} answers {error}") from error
                pause = wait if refusal.retry_s is None else refusal.retry_s
                if refusal.code not in PASSING or time.monotonic() + pause > until:
                    raise refusal from None
            except (OSError, http.client.HTTPException) as error:
                left = until - time.monotonic()
                # What only asks can be asked again, and so can what nobody has been told.
                is_safe = (method is None and body is None) or _is_untold(error)
                if left <= 0 or not is_safe:
                    raise Unreachable(f"no answer from {self.address}: {error}") from error
                pause = min(wait, left)
            except ValueError as error:
                raise ProtocolError(f"{self.address}{path} answers no JSON: {error}") from error
            time.sleep(pause)
            wait = min(2 * wait, LONGEST_WAIT)


def _is_untold(error: Exception) -> bool:
    """Whether nobody was there to be told anything."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return isinstance(reason, (ConnectionRefusedError, socket.gaierror))


def _path(debate: str) -> str:
    return f"/api/debates/{urllib.parse.quote(debate, safe='')}"
