"""What a server tells of a debate, and what it keeps true of a debate over lost connections."""

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pixel_debate._native import View

__all__ = ["Event", "Kind", "Message", "Turn"]

Message: TypeAlias = dict[str, Any]
"""A message of the protocol as JSON."""

Kind: TypeAlias = Literal[
    "seated", "begun", "reveal", "verdict", "resigned", "forfeited", "opinion", "judgments"
]

VIEW = (
    *("seat", "rules", "classes", "width", "height", "claims", "evidence", "to_move"),
    *("image", "role", "truth", "verdict", "outcome"),
)
"""The fields of a view; a server may have more."""


@dataclass(frozen=True)
class Turn:
    """Whose turn it is.

    Attributes
    ----------
    seat : {"first", "second", "judge"}
        Who is to act.
    seq : int
        The number of the event to which this leads, from 1.
    move_ms, bank_ms : int or None
        What is left of the turn's own time and of the bank, in milliseconds, when the server said so;
        ``None`` where this seat is not told.
    """

    seat: Literal["first", "second", "judge"]
    seq: int
    move_ms: int | None = None
    bank_ms: int | None = None

    @classmethod
    def read(cls, turn: Message | None) -> "Turn | None":
        """A turn from the protocol's object."""
        if turn is None:
            return None
        left: Message = turn.get("left") or {}
        return cls(turn["seat"], turn["seq"], left.get("move_ms"), left.get("bank_ms"))


@dataclass(frozen=True)
class Event:
    """Something that happened in a debate.

    Attributes
    ----------
    kind : str
        ``"seated"``, the first of all: the debate as it was found; ``"begun"``: all seats are taken;
        ``"reveal"``; ``"verdict"``, ``"resigned"`` or ``"forfeited"``, which end the debate;
        ``"opinion"`` and ``"judgments"``, if they were asked for.
    seq : int
        The number of the latest event: those that change the debate are 1, 2, 3 and so on, each told once.
        For an opinion, the number of reveals that it is about.
    view : View
        The debate after it, from this seat.
    turn : Turn or None
        Whose turn it is after it; ``None`` where more has happened meanwhile, before the debate has begun,
        and after its end.
    by : {"first", "second"} or None
        Who revealed, resigned or forfeited.
    pixel : (int, int) or None
        What was revealed, column and row.
    value : int or None
        Its value, 0 to 255.
    logits : tuple of float or None
        An opinion: what the classifier makes of the evidence, one number a class.
    judges, answered : int or None
        Judgments: how many judges from outside there are, and how many of them have answered or given up.
    beliefs : tuple of tuple of (float or None) or None
        Judgments: for each judge how probable the first debater's claim was to it, before the first reveal, after it,
        and so on; ``None`` for who may not know it yet.
    """

    kind: Kind
    seq: int
    view: View
    turn: Turn | None = None
    by: Literal["first", "second"] | None = None
    pixel: tuple[int, int] | None = None
    value: int | None = None
    logits: tuple[float, ...] | None = None
    judges: int | None = None
    answered: int | None = None
    beliefs: tuple[tuple[float | None, ...], ...] | None = None


def view_of(view: Message) -> View:
    """A view of the package from the protocol's.

    Raises
    ------
    TranscriptError
        If it is none.
    """
    return View.from_json(json.dumps({field: view[field] for field in VIEW if field in view}))


def after(view: Message, message: Message) -> Message:
    """A view after an event."""
    event, view = message["event"], {**view, "to_move": message["to_move"]}
    if event["type"] == "reveal":
        reveal = {field: event[field] for field in ("by", "pixel", "value")}
        view["evidence"] = [*view["evidence"], reveal]
    if ending := message.get("ending"):
        view["outcome"], view["truth"] = ending["outcome"], ending["truth"]
        view["rules"] = {**view["rules"], "first": ending["truth"]["first"]}
        view["verdict"] = event.get("verdict")
    return view


def missed(known: int, view: Message, seq: int) -> list[tuple[int, Message, Message]]:
    """The events between a known number and a view that came instead of them.

    Returns
    -------
    list of (int, dict, dict)
        Each event's number, the event, and the view after it.
    """
    evidence, outcome = view["evidence"], view["outcome"]
    found: list[tuple[int, Message, Message]] = []
    for number in range(known + 1, len(evidence) + 1):
        then = {**view, "evidence": evidence[:number]}
        if number < len(evidence):
            then["to_move"] = evidence[number]["by"]
        if outcome is not None:
            hidden = None if view["role"] is None else view["rules"]["first"]
            then |= {"rules": {**view["rules"], "first": hidden}}
            then |= {"truth": None, "verdict": None, "outcome": None}
        found.append((number, {"type": "reveal", **evidence[number - 1]}, then))
    if outcome is not None and seq > max(known, len(evidence)):
        first, reason = view["truth"]["first"], outcome["reason"]
        kind = {"verdict": "verdict", "resignation": "resigned"}.get(reason, "forfeited")
        event: Message = {"type": kind}
        if kind != "verdict":
            event["by"] = "second" if outcome["winner"] == first else "first"
        found.append((seq, event, view))
    return found
