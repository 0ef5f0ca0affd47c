"""Who sits in a seat: a class with three methods, or whatever the package takes for a debater or a judge."""

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pixel_debate._native import Agent, Judge, View
from pixel_debate.client.errors import ClientError, Closed, ProtocolError, Refused, Unreachable
from pixel_debate.client.events import Event, Turn
from pixel_debate.client.seat import Seat
from pixel_debate.types import AnyDebater, AnyJudge, BatchJudge

__all__ = ["AnyPlayer", "Player", "Verdict", "play"]

RACE = 2.0
"""Seconds in which the end that made a move illegal is told."""


@dataclass(frozen=True)
class Verdict:
    """A judge's answer with its reasons.

    Attributes
    ----------
    label : int
        What the judge believes; with precommit one of the claims.
    probability : float or None
        How sure it is, 0 to 1.
    explanation : str or None
        Why, in at most 2,000 characters, which everybody is told.
    """

    label: int
    probability: float | None = None
    explanation: str | None = None


class Player:
    """Somebody for any seat. Write the methods that the seat needs: ``choose`` for a debater, ``decide`` or
    ``believe`` for a judge.

    They may take as long as the debate's clock allows, and are called on the thread that plays.
    """

    def choose(self, view: View, /) -> tuple[int, int]:
        """What a debater reveals: any legal pixel, unless written.

        Parameters
        ----------
        view : View
            What the debater may see, in its turn.

        Returns
        -------
        (int, int)
            Column and row.
        """
        column, row = random.choice(view.legal_moves.tolist())
        return column, row

    def believe(self, view: View, /) -> float | None:
        """How probable the first debater's claim is to a judge: it says nothing, unless written.

        Parameters
        ----------
        view : View
            What the judge sees, before the first reveal and after each; only with precommit.

        Returns
        -------
        float or None
            From 0 to 1; ``None`` to say nothing.
        """
        return None

    def decide(self, view: View, /) -> object:
        """A judge's verdict: the claim that it believes more probable, unless written.

        Parameters
        ----------
        view : View
            What the judge sees, with all pixels revealed.

        Returns
        -------
        int, (int, float), Verdict or sequence of float
            A label, a label and its probability, a :class:`Verdict`, or one logit a class.

        Raises
        ------
        NotImplementedError
            Unless ``believe`` is written and answers.
        """
        belief = self.believe(view) if view.precommit else None
        first, second = view.claims
        if belief is None or first is None or second is None:
            raise NotImplementedError("a judge needs a method decide(view), or with precommit believe(view)")
        return (first, belief) if belief >= 0.5 else (second, 1 - belief)


AnyPlayer: TypeAlias = Player | AnyDebater | AnyJudge
"""A player, or in a debater's seat a debater and in the judge's a judge, as :func:`pixel_debate.play` takes them."""


def play(
    seat: Seat,
    player: AnyPlayer,
    search_judge: Judge | BatchJudge | None = None,
    watcher: Callable[[Event], object] | None = None,
    resign: bool = False,
) -> View:
    """Plays a seat to the debate's end: see :meth:`pixel_debate.client.Server.play`."""
    acted = 0
    try:
        if callable(reset := getattr(player, "reset", None)):
            reset()
        for event in seat:
            if watcher is not None:
                watcher(event)
            if seat.ended:
                continue
            try:
                if seat.name == "judge":
                    _believe(seat, player, event)
                turn = event.turn
                if seat.name == "judge":
                    _show(seat, turn)
                mine = turn is not None and turn.seat == seat.name and not seat.answered
                if turn is not None and mine and turn.seq > acted:
                    acted = turn.seq
                    if turn.seat == "judge":
                        _say(seat, _decide(player, event.view))
                    else:
                        seat.reveal(_choose(player, event.view, search_judge), acted)
            except Refused as refusal:
                # Others may have ended the debate meanwhile.
                if refusal.code != "illegal" or not seat.ends_within(RACE):
                    raise
    except (Closed, ProtocolError, Unreachable):
        raise
    except BaseException as error:
        view = seat.view
        if view is not None:
            error.add_note(
                f"as the {seat.name} of the debate {seat.debate}, after {len(view.evidence)} reveals"
            )
        if resign and seat.name in ("first", "second"):
            try:
                seat.resign()
            except ClientError as failed:
                error.add_note(f"and it could not resign: {failed}")
        raise
    view = seat.view
    assert view is not None
    return view


def _choose(player: AnyPlayer, view: View, judge: Judge | BatchJudge | None) -> tuple[int, int]:
    """What a debater reveals."""
    if isinstance(player, Agent):
        return player.choose(view, judge).pixel
    choose: Any = getattr(player, "choose", player)
    if not callable(choose):
        raise TypeError(
            "a debater is an agent's name, an Agent, a callable of a view, or an object with choose(view), "
            f"not {type(player).__name__}"
        )
    pixel: Any = choose(view)
    column, row = pixel
    return operator.index(column), operator.index(row)


def _believe(seat: Seat, player: AnyPlayer, event: Event) -> None:
    """Says what a judge believes, where it does."""
    begun = event.kind == "reveal" or (event.kind in ("seated", "begun") and event.turn is not None)
    believe = getattr(player, "believe", None)
    if not begun or not event.view.precommit or not callable(believe):
        return
    said = seat.beliefs or []
    if event.seq < len(said) and said[event.seq] is not None:
        return
    belief: Any = believe(event.view)
    if belief is None:
        return
    try:
        seat.belief(belief, event.seq)
    except Refused as refusal:
        if refusal.code != "stale":
            raise


def _show(seat: Seat, turn: Turn | None) -> None:
    """Asks for the next recorded reveal, where it waits to be asked for."""
    if turn is None or turn.seat == "judge" or seat.shows != "asked":
        return
    try:
        seat.show(turn.seq)
    except Refused as refusal:
        # Whoever set the debate up may ask for it as well.
        if refusal.code not in ("stale", "not_seated"):
            raise


def _decide(player: AnyPlayer, view: View) -> object:
    """What a judge answers."""
    judge: Any = player
    if callable(getattr(judge, "decide", None)):
        return judge.decide(view)
    if not callable(judge):
        raise TypeError(
            "a judge is a Judge, a callable of (values, masks), or an object with decide(view), "
            f"not {type(player).__name__}"
        )
    answers = np.asarray(judge(view.values[None], view.mask[None]))
    if answers.shape not in ((1,), (1, view.classes)):
        raise ValueError(
            f"the judge answers an array of shape {answers.shape} for one set of pixels: it must be a row of "
            f"{view.classes} logits or probabilities, or a label"
        )
    return answers[0]


def _say(seat: Seat, answer: Any) -> None:
    """Gives a verdict."""
    if isinstance(answer, Verdict):
        seat.verdict(answer.label, probability=answer.probability, explanation=answer.explanation)
        return
    try:
        label = operator.index(answer)
    except TypeError:
        pass
    else:
        seat.verdict(label)
        return
    view = seat.view
    assert view is not None
    pair: Any = answer
    # Of two classes two numbers may be logits: a float in the label's place makes them so.
    if isinstance(answer, tuple) and len(pair) == 2 and (view.classes > 2 or _is_whole(pair[0])):
        label, probability = pair
        if view.classes == 2 and _is_whole(probability):
            raise ValueError(
                "of two classes two whole numbers may be a label and its probability, or two logits: write the probability, "
                "or the logits, as floats"
            )
        seat.verdict(operator.index(label), probability=float(probability))
        return
    seat.verdict(logits=np.asarray(answer, np.float64))


def _is_whole(number: Any) -> bool:
    try:
        operator.index(number)
    except TypeError:
        return False
    return True
