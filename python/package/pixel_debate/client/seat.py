"""A seat in one debate, or a place among its spectators."""

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from pixel_debate._native import View
from pixel_debate.client.errors import Refused
from pixel_debate.client.events import Event, Message, Turn, view_of
from pixel_debate.client.link import Link
from pixel_debate.types import Seat as SeatName

__all__ = ["Seat"]


class Seat:
    """A debate from one of its seats: an iterator of what happens, and the moves.

    A thread of its own keeps the connection: it answers the server's pings while the caller thinks, connects
    again when the connection is lost, and asks for what was missed. What happens is told once, in order, over
    all connections. Moves return when the server has done them, over as many connections as that takes.

    Iteration ends after the debate's end. It waits as long as the debate's clocks let the others think; a
    server that is gone is noticed within a minute and waited for as long as the client's patience lasts.

    Made by :meth:`pixel_debate.client.Server.take` and :meth:`~pixel_debate.client.Server.watch`. To be closed,
    or used by ``with``; the seat can be taken again with its token.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = self.next()
        if event is None:
            raise StopIteration
        return event

    def next(self, timeout: float | None = None) -> Event | None:
        """What happens next.

        Parameters
        ----------
        timeout : float, optional
            For how many seconds to wait at most.

        Returns
        -------
        Event or None
            ``None`` when the debate is over and all is told.

        Raises
        ------
        TimeoutError
            If nothing has happened in that time.
        Closed
            If the debate ended without an outcome, or somebody else took the seat with its token.
        Refused
            If the server does not give the seat.
        Unreachable
            If there was no connection for as long as the client is patient.
        ProtocolError
            If the server speaks another version of the protocol, or none.
        """
        return self._link.next(timeout)

    @property
    def debate(self) -> str | None:
        """str or None: The debate's name; ``None`` until it is known."""
        return self._link.debate

    @property
    def view(self) -> View | None:
        """View or None: The debate as it is now, which may be later than the last event that was read."""
        with self._link.changed:
            view = self._link.view
        return None if view is None else view_of(view)

    @property
    def name(self) -> SeatName | None:
        """str or None: Which seat it is; ``None`` until it is taken."""
        with self._link.changed:
            return None if self._link.view is None else self._link.view["seat"]

    @property
    def turn(self) -> Turn | None:
        """Turn or None: Whose turn it is now."""
        with self._link.changed:
            return self._link.turn

    @property
    def answered(self) -> bool:
        """bool: Whether this judge of a panel had answered or given up when the seat was taken."""
        with self._link.changed:
            return self._link.answered

    @property
    def on_record(self) -> bool | None:
        """bool or None: Whether this judgment is on the record of the key with which the seat was taken; ``None``
        without a key, and until the seat is taken.
        """
        with self._link.changed:
            return self._link.on_record

    @property
    def beliefs(self) -> list[float | None] | None:
        """list or None: What the server knew of this judge's beliefs when the seat was taken."""
        with self._link.changed:
            beliefs = self._link.beliefs
        return None if beliefs is None else list(beliefs)

    @property
    def ended(self) -> bool:
        """bool: Whether the debate has an outcome."""
        with self._link.changed:
            return self._link.ended is not None

    def reveal(self, pixel: Sequence[int] | npt.NDArray[np.integer], seq: int | None = None) -> None:
        """Reveals a pixel, as the debater whose turn it is.

        Parameters
        ----------
        pixel : (int, int)
            Column and row.
        seq : int, optional
            The number that the event is to have; that of the turn, unless given. A reveal therefore happens
            once, however often it is said.

        Raises
        ------
        Refused
            ``illegal``: if the pixel may not be revealed, or it is not this debater's turn; another may be
            tried. ``not_begun``, ``stale``.
        ClientError
            As :meth:`next`.
        """
        if seq is None:
            turn = self.turn
            if turn is None:
                raise Refused(
                    "not_begun", "the debate has not begun, or has ended", "a turn", self.debate
                )
            seq = turn.seq
        column, row = pixel
        self._ask("reveal", seq=int(seq), pixel=[int(column), int(row)])

    @property
    def shows(self) -> str | None:
        """str or None: Where a recorded debate is judged again: when its reveals are shown, ``"paced"``,
        ``"recorded"`` or ``"asked"``.
        """
        with self._link.changed:
            return self._link.shows

    def show(self, seq: int) -> None:
        """Has the next reveal of a recorded debate shown that is shown when it is asked for, as its one judge.

        Parameters
        ----------
        seq : int
            The number that the reveal's event is to have, a turn's `seq`.

        Raises
        ------
        Refused
            ``stale`` if it was shown before; ``illegal`` if no reveal waits to be asked for; ``not_seated``.
        ClientError
            As :meth:`next`.
        """
        self._ask("next", seq=int(seq))

    def belief(self, probability: float, after: int | None = None) -> None:
        """Says what the judge believes, with precommit. It decides nothing.

        Parameters
        ----------
        probability : float
            How probable the first debater's claim is, 0 to 1.
        after : int, optional
            After how many reveals: the latest, unless given. Once for each.

        Raises
        ------
        Refused
            ``stale`` if it was said before; ``malformed`` if it is no probability.
        ClientError
            As :meth:`next`.
        """
        if after is None:
            view = self.view
            after = 0 if view is None else len(view.evidence)
        self._ask("belief", after=int(after), probability=float(probability))

    def verdict(
        self,
        label: int | None = None,
        *,
        probability: float | None = None,
        explanation: str | None = None,
        logits: Sequence[float] | npt.NDArray[np.floating] | None = None,
    ) -> None:
        """Answers as the judge, once all pixels are revealed: with a label, or with logits.

        Parameters
        ----------
        label : int
            What the judge believes; with precommit one of the claims.
        probability : float, optional
            How sure the judge is of it, 0 to 1.
        explanation : str, optional
            Why, in at most 2,000 characters, which everybody is told.
        logits : sequence of float, shape (classes,)
            Instead of the other three: the larger, the likelier.

        Raises
        ------
        ValueError
            If there is neither a label nor logits, or both; if a logit is not finite.
        Refused
            ``illegal``: if it is not the judge's turn, or the label is nobody's claim. ``against_belief``: if it
            goes against what the judge has said last, without an explanation.
        ClientError
            As :meth:`next`.
        """
        if logits is not None:
            if label is not None or probability is not None or explanation is not None:
                raise ValueError("a verdict is logits alone, or a label")
            self._ask("verdict", logits=[float(logit) for logit in logits])
            return
        if label is None:
            raise ValueError("a verdict is logits alone, or a label")
        given: Message = {"label": int(label)}
        if probability is not None:
            given["probability"] = float(probability)
        if explanation is not None:
            given["explanation"] = explanation
        self._ask("verdict", **given)

    def resign(self) -> None:
        """Gives up, in or out of turn: a debater loses by it, a judge has no verdict.

        Raises
        ------
        ClientError
            As :meth:`next`.
        """
        self._ask("resign")

    def close(self) -> None:
        """Leaves. The seat can be taken again with its token; the clock goes on."""
        self._link.close()

    def ends_within(self, seconds: float) -> bool:
        """Whether the debate has an outcome, or has one soon.

        Parameters
        ----------
        seconds : float
            For how long to wait.

        Returns
        -------
        bool

        Raises
        ------
        ClientError
            As :meth:`next`: if the server lets go of it meanwhile.
        """
        until = time.monotonic() + seconds
        with self._link.changed:
            while self._link.ended is None and not self._link.done:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._link.changed.wait(left)
            if self._link.ended is None and self._link.failure is not None:
                raise self._link.failure
            return self._link.ended is not None

    def _ask(self, kind: str, **fields: object) -> None:
        self._link.ask({"type": kind, **fields})
