"""What the environments share: which debates they are about, and how a debater sees one as arrays."""

import itertools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from pixel_debate import datasets
from pixel_debate._native import (
    Agent,
    Dataset,
    Debate,
    Judge,
    Rules,
    SetupError,
    View,
    _is_asked,  # pyright: ignore[reportPrivateUsage]
    _reveal,  # pyright: ignore[reportPrivateUsage]
    play,
)
from pixel_debate.types import AnyDebater, AnyJudge, BatchJudge, Legal, Role

__all__ = ["Observation", "Outcome", "RenderMode", "Scenes", "picture", "rendered", "reveal", "text", "whole"]

RenderMode: TypeAlias = Literal["human", "rgb_array", "ansi"]
"""How an environment shows its debate: printed in characters, as a picture, or as characters."""
CLASSES = 255
"""The most labels that a judge tells apart."""
IMAGES = 10_000_000
"""The most images that are drawn from."""
BASE = 4
"""Planes before those of the claims."""


class Observation(TypedDict):
    """What a debater sees: see :meth:`Scenes.observe`."""

    observation: npt.NDArray[np.uint8]
    action_mask: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Outcome:
    """How a debate ended: who won, and the judge's margin for the honest debater, if it gave logits."""

    winner: Role
    margin: float | None


class Scenes:
    """Draws debates, shows them to debaters as arrays, and has them judged.

    Parameters
    ----------
    dataset : Dataset or str
        The images, or what :func:`pixel_debate.datasets.load` takes.
    judge : Judge, callable or object with ``decide``, optional
        Who gives the verdict. Unless given, the package's judge for so many pixels, or that for 6 where there is none.
        It is asked about the dataset's classes, 2 to 255 of them.
    pixels : int
        How many pixels both debaters together reveal, 1 to 128.
    precommit : bool
        Whether the liar claims a label, which is drawn from the wrong ones.
    first : {"random", "honest", "liar"}
        Which role begins; drawn for each debate, unless given.
    order : {"alternating", "blocks"}
        In what order the debaters reveal.
    legal : {"nonzero", "any"}
        Which pixels may be revealed.
    images : iterable of int, optional
        The images that are drawn from: all that have enough legal pixels, unless given.
    reward : {"outcome", "margin"}
        What the winner gets: 1, or by how much the judge's logits favour it; the loser gets the opposite.

    Raises
    ------
    ValueError
        If an image has fewer legal pixels than are to be revealed, there are classes that the judge does not know, or a
        word is none of those above.
    """

    def __init__(
        self,
        dataset: Dataset | str = "mnist",
        judge: AnyJudge | None = None,
        *,
        pixels: int = 6,
        precommit: bool = True,
        first: Literal["random"] | Role = "random",
        order: Literal["alternating", "blocks"] = "alternating",
        legal: Legal = "nonzero",
        images: Iterable[int] | None = None,
        reward: Literal["outcome", "margin"] = "outcome",
    ) -> None:
        if first not in ("random", "honest", "liar"):
            raise ValueError(f'first must be "random", "honest" or "liar", not {first!r}')
        if order not in ("alternating", "blocks"):
            raise ValueError(f'order must be "alternating" or "blocks", not {order!r}')
        if reward not in ("outcome", "margin"):
            raise ValueError(f'reward must be "outcome" or "margin", not {reward!r}')
        self.dataset = datasets.load(dataset) if isinstance(dataset, str) else dataset
        fitting = pixels if pixels in (4, 6) else 6
        self.judge: AnyJudge = Judge.shipped(fitting) if judge is None else judge
        self.is_asked = _is_asked(self.judge)
        """Whether the judge can be asked about any set of pixels, and does not decide view by view."""
        self.classes = len(self.dataset.classes)
        """The labels of a debate's claims."""
        if self.classes < 2:
            raise SetupError(f"{self.dataset.name} has {self.classes} classes: a debate is about two at least")
        known = self.judge.classes if isinstance(self.judge, Judge) else CLASSES
        if self.classes > known:
            raise SetupError(
                f"{self.dataset.name} has {self.classes} classes: the judge tells {known} labels apart"
            )
        self.first: Literal["random"] | Role = first
        self.reward: Literal["outcome", "margin"] = reward
        self.rules = Rules(pixels, precommit, "honest", order, legal)
        lit = self.dataset.images > (0 if legal == "nonzero" else -1)
        enough = lit.sum((1, 2)) >= pixels
        if images is None:
            self.images = np.flatnonzero(enough)
        else:
            # Not all at once: there may be more of them than fit into memory.
            given = list(itertools.islice(images, IMAGES + 1))
            if len(given) > IMAGES:
                raise ValueError(f"there are more than {IMAGES} images to draw from")
            for image in given:
                if not 0 <= operator.index(image) < len(enough):
                    raise ValueError(f"there is no image {image}: there are {len(enough)}")
                if not enough[image]:
                    raise ValueError(f"image {image} has fewer than {pixels} legal pixels")
            self.images = np.array(given, np.int64)
        if len(self.images) == 0:
            raise ValueError(f"no image has {pixels} legal pixels")

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of an observation: planes, height, width."""
        height, width = self.dataset.images.shape[1:]
        return BASE + 2 * self.classes, height, width

    @property
    def actions(self) -> int:
        """The number of actions: row * width + column of a pixel."""
        return self.shape[1] * self.shape[2]

    def draw(self, random: np.random.Generator) -> Debate:
        """A debate: image, lie and who begins are uniformly random, as far as they are not given."""
        image = int(random.choice(self.images))
        lie: int | None = None
        if self.rules.precommit:
            others = [label for label in range(self.classes) if label != self.dataset.labels[image]]
            lie = int(random.choice(others))
        first: Role = ("honest", "liar")[int(random.integers(2))]
        if self.first != "random":
            first = self.first
        rules = self.rules
        ordered = Rules(rules.pixels, rules.precommit, first, rules.order, rules.legal)
        return Debate.of(ordered, self.dataset, image, lie)

    def observe(self, view: View) -> Observation:
        """What a debater sees.

        ``observation`` is uint8 of shape ``(24, height, width)``. Plane 0 is the image; 1 is 255 where the
        debater itself has revealed a pixel, and 2 where its opponent has; 3 is 255 everywhere for the honest
        debater and 0 for the liar; 4 to 13 are 255 everywhere at its own claim, and 14 to 23 at its
        opponent's: of n classes there are 4 + 2 n planes. Without precommit the liar claims nothing, and the planes of its claim are 0. So what the
        two see of one position differs in the planes 1 to 23 alone, by whose they are.

        ``action_mask`` is int8 of shape ``(height * width,)``, 1 where the pixel may be revealed. Only who is to
        move has any.
        """
        planes = np.zeros(self.shape, np.uint8)
        if view.image is not None:
            planes[0] = view.image
        for by, (column, row), _ in view.evidence:
            planes[1 if by == view.seat else 2, row, column] = 255
        planes[3] = 255 if view.role == "honest" else 0
        if view.own_claim is not None:
            planes[BASE + view.own_claim] = 255
        if view.rival_claim is not None:
            planes[BASE + self.classes + view.rival_claim] = 255
        mask = np.zeros(self.actions, np.int8)
        if view.to_move == view.seat:
            legal = view.legal_moves.astype(np.int64)
            mask[legal[:, 1] * self.shape[2] + legal[:, 0]] = 1
        return {"observation": planes, "action_mask": mask}

    def pixel(self, action: int) -> tuple[int, int]:
        """The pixel, column and row, of an action."""
        row, column = divmod(action, self.shape[2])
        return column, row

    def judged(self, debate: Debate) -> Debate:
        """A debate whose pixels are all revealed, with the judge's verdict."""
        # Nobody is to move any more, so nobody is asked but the judge.
        return play(debate, self.judge, honest="random", liar="random")

    def outcome(self, debate: Debate) -> Outcome:
        """How a debate has ended."""
        winner = debate.winner
        assert winner is not None
        logits, label, lie = debate.verdict_logits, debate.label, debate.lie
        if logits is None:
            return Outcome(winner, None)
        rivals = [lie] if lie is not None else [at for at in range(len(logits)) if at != label]
        return Outcome(winner, logits[label] - max(logits[at] for at in rivals))

    def honest_reward(self, outcome: Outcome) -> float:
        """What the honest debater gets; the liar gets the opposite."""
        if self.reward == "margin" and outcome.margin is not None:
            return outcome.margin
        return 1.0 if outcome.winner == "honest" else -1.0


def reveal(debater: AnyDebater, debate: Debate, judge: Judge | BatchJudge | None) -> None:
    """Has a debater make its reveal in a debate in which it is to move.

    Raises
    ------
    PlayerError
        If it raises, or answers what is no legal pixel.
    """
    if isinstance(debater, str):
        debater = Agent(debater)
    if isinstance(debater, Agent):
        debate.apply(debater.choose(debate, judge).pixel)
    else:
        _reveal(debate, debater)


def whole(action: object) -> int:
    """An action, which must be a whole number: what is none would be another pixel's if it were rounded."""
    try:
        return operator.index(action)  # type: ignore[arg-type]  # pyright: ignore
    except TypeError:
        raise ValueError(f"an action must be a whole number, row * width + column, not {action!r}") from None


SCALE = 10
"""Screen pixels along a side of an image's pixel."""


def rendered(debate: Debate, mode: str | None) -> npt.NDArray[np.uint8] | str | None:
    """What an environment's ``render`` does."""
    if mode == "rgb_array":
        return picture(debate)
    if mode == "ansi":
        return text(debate)
    if mode == "human":
        print(text(debate))
    return None


def picture(debate: Debate) -> npt.NDArray[np.uint8]:
    """The image beside what the judge sees of it: the honest debater's pixels green, the liar's blue.

    Returns
    -------
    numpy.ndarray of uint8, shape (10 * height, 20 * width + 10, 3)
    """
    image = debate.image
    debater = np.repeat(image[:, :, None], 3, 2)
    judge = np.zeros_like(debater)
    for by, (column, row), value in debate.evidence:
        honest = (by == "first") == (debate.rules.first == "honest")
        color = np.array((0, 170, 80) if honest else (40, 110, 230), np.uint8)
        debater[row, column] = color
        judge[row, column] = np.maximum(color, value // 3)
    gap = np.full((image.shape[0], 1, 3), 90, np.uint8)
    both = np.concatenate([debater, gap, judge], 1)
    return both.repeat(SCALE, 0).repeat(SCALE, 1)


def text(debate: Debate) -> str:
    """The image in characters, the revealed pixels as the letters ``H`` and ``L`` of who revealed them."""
    shades = np.array(list(" .:-=+*#%@"))
    rows = shades[debate.image.astype(int) * (len(shades) - 1) // 255]
    for by, (column, row), _ in debate.evidence:
        honest = (by == "first") == (debate.rules.first == "honest")
        rows[row, column] = "H" if honest else "L"
    lie = "any other" if debate.lie is None else str(debate.lie)
    to_move = debate.role_to_move
    state = f"{to_move} to move" if to_move else f"won by {debate.winner}"
    title = f"honest: {debate.label}, liar: {lie}, {debate.rules.first} first, {state}"
    return "\n".join([title, *("".join(row) for row in rows.tolist())]) + "\n"
