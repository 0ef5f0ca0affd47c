"""What a language model has answered, read from its text."""

import re
from dataclasses import dataclass

from pixel_debate._native import View

__all__ = ["Unreadable", "Verdict", "pixel_of", "verdict_of"]


class Unreadable(ValueError):
    """An answer that is none, with a sentence for who gave it."""


@dataclass(frozen=True)
class Verdict:
    """The label that a judge believes, and how sure it is of it, from 0 to 1, if it has said so."""

    label: int
    probability: float | None


def verdict_of(answer: str, view: View) -> Verdict:
    """The verdict of a judge's answer: its last line ``ANSWER: label``, and ``PROBABILITY: 80 %``.

    Parameters
    ----------
    answer : str
        Whatever else it says is left aside.
    view : View
        The judge's: with precommit the label must be one of its claims, else any.

    Returns
    -------
    Verdict

    Raises
    ------
    Unreadable
        If there is no such line, or it does not say what it should.
    """
    said = _last("ANSWER", answer)
    # "8", and "8 (Bag)" where labels have names.
    number = re.match(r"\d{1,3}\b", said)
    if number is None:
        raise Unreadable(f"ANSWER must be a label's number, not {_short(said)}")
    label = int(number.group())
    allowed = [claim for claim in view.claims if claim is not None]
    if view.precommit and label not in allowed:
        raise Unreadable(f"ANSWER must be one of the claims, {allowed[0]} or {allowed[1]}, not {label}")
    if label >= view.classes:
        raise Unreadable(f"ANSWER must be a label from 0 to {view.classes - 1}, not {label}")
    try:
        said = _last("PROBABILITY", answer)
    except Unreadable:
        return Verdict(label, None)
    number = re.match(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})\s{0,9}(%?)", said)
    if number is None:
        raise Unreadable(f"PROBABILITY must be a number from 0 to 100 %, not {_short(said)}")
    probability = float(number.group(1)) / (100 if number.group(2) else 1)
    if probability > 1:
        raise Unreadable(f"PROBABILITY must be from 0 to 100 %, not {_short(said)}")
    if view.precommit and probability < 0.5:
        raise Unreadable(
            f"PROBABILITY is how sure you are that your answer is right: {_short(said)} would mean that the other "
            "claim is the likelier one"
        )
    return Verdict(label, probability)


def pixel_of(answer: str) -> tuple[int, int]:
    """The pixel, column and row, of a debater's answer: its last line ``PIXEL: column, row``.

    Raises
    ------
    Unreadable
        If there is no such line, or it names no pixel. Whether it may be revealed the rules say.
    """
    said = _last("PIXEL", answer)
    column, row = r"(?:column\s{1,9})?(\d{1,3})", r"(?:row\s{1,9})?(\d{1,3})\b"
    numbers = re.match(rf"[(\[]?\s{{0,9}}{column}\s{{0,9}}[,; ]\s{{0,9}}{row}", said, re.IGNORECASE)
    if numbers is None:
        raise Unreadable(f"PIXEL must be a column and a row, two numbers with a comma, not {_short(said)}")
    pixel = int(numbers.group(1)), int(numbers.group(2))
    if max(pixel) > 255:
        raise Unreadable(f"there is no pixel {pixel}")
    return pixel


def _last(key: str, answer: str) -> str:
    """What the last line that begins with a key says after it."""
    for line in reversed(answer.splitlines()):
        # Models like to set such lines in bold or in lists.
        begins = re.match(rf"[\W_]*{key}[*_ ]*:[*_ ]*(.*)", line, re.IGNORECASE)
        if begins is not None:
            return begins.group(1).strip(" \t*_`\"'$")
    raise Unreadable(f"there is no line {key}:")


def _short(said: str) -> str:
    return repr(said if len(said) <= 40 else said[:40] + "...")
