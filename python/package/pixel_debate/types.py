"""What is taken for a judge and for a debater, for type checkers."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from pixel_debate._native import Agent, Judge, View

__all__ = [
    "AnyDebater",
    "AnyJudge",
    "BatchJudge",
    "Chooser",
    "Decider",
    "Debater",
    "Legal",
    "Order",
    "Role",
    "Seat",
    "Values",
]

Role: TypeAlias = Literal["honest", "liar"]
Seat: TypeAlias = Literal["first", "second", "judge", "spectator"]
Order: TypeAlias = Literal["alternating", "blocks", "alone"]
Legal: TypeAlias = Literal["nonzero", "any"]
Values: TypeAlias = npt.NDArray[np.uint8]

BatchJudge: TypeAlias = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.bool_]], object]
"""A judge that is a function of ``(values, masks)``, both of shape ``(n, height, width)``: the revealed
values, 0 elsewhere, and which pixels are revealed. It answers anything that numpy takes for an array of
floats and shape ``(n, classes)``, logits or probabilities, the higher the more believed, or of ``n`` labels.
With labels and precommit, a label that is neither claim is a tie, which the liar wins."""


class Decider(Protocol):
    """A judge that decides one view after the other."""

    def decide(self, view: View, /) -> object:
        """The label that it believes, or a pair of a label and its probability, or a logit a class."""
        ...


class Chooser(Protocol):
    """A debater with a method."""

    def choose(self, view: View, /) -> tuple[int, int]:
        """The pixel to reveal, column and row."""
        ...


Debater: TypeAlias = Callable[[View], tuple[int, int]]
"""A debater that is a function of its view. A debater with a method ``reset()`` has it called before each debate."""

AnyJudge: TypeAlias = Judge | BatchJudge | Decider
AnyDebater: TypeAlias = str | Agent | Debater | Chooser
