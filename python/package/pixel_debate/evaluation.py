"""A judge, and two debaters before it, over many debates."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from pixel_debate._native import (
    Dataset,
    Debate,
    Error,
    Judge,
    PlayerError,
    Rules,
    _agent_seed,  # pyright: ignore[reportPrivateUsage]
    play,
    rate,
)
from pixel_debate.types import AnyDebater, AnyJudge, BatchJudge, Role

__all__ = ["Evaluation", "evaluate"]


IMAGES = 10_000_000
"""The most images that are played over."""


@dataclass(frozen=True)
class Evaluation:
    """What came of many debates.

    Attributes
    ----------
    images : list of int
        The image's number, for each debate that was played to its end.
    debates : list of Debate
        The debates, in the same order.
    failures : dict of (int, int or None, str) to PlayerError
        What kept the others from their end, by image, lie and who was to begin.
    """

    images: list[int] = field(default_factory=list[int])
    debates: list[Debate] = field(default_factory=list[Debate])
    failures: dict[tuple[int, int | None, Role], PlayerError] = field(
        default_factory=dict[tuple[int, int | None, Role], PlayerError]
    )

    def __repr__(self) -> str:
        return f"<Evaluation of {len(self.debates)} debates, {len(self.failures)} failures>"

    def honest_rate(self, *, partial: bool = False) -> tuple[float, float, float]:
        """How often the honest debater won: the mean over images of the share of an image's debates.

        With ``lies="all"`` this is the share of lies refuted. The paper's measure is another, the share of images of which
        all lies were: :func:`pixel_debate.honest_wins` of a run.

        Parameters
        ----------
        partial : bool
            Whether the rate is to be that of the debates that were played, although others have failed.

        Returns
        -------
        (float, float, float)
            The rate and the ends of its 95 % interval, whose independent units are the images.

        Raises
        ------
        Error
            If debates have failed, unless that is accepted; if none was played, in any case.
        """
        if self.failures and not (partial and self.debates):
            first = next(iter(self.failures.values()))
            played = f"{len(self.debates)} were played"
            raise Error(f"{len(self.failures)} debates have failed and {played}: {first}") from first
        if not self.debates:
            raise Error("no debate was played: of none there is no rate")
        won: dict[int, list[float]] = {}
        for image, debate in zip(self.images, self.debates, strict=True):
            won.setdefault(image, []).append(float(debate.winner == "honest"))
        return rate([sum(wins) / len(wins) for wins in won.values()])


def evaluate(
    dataset: Dataset,
    judge: AnyJudge,
    *,
    honest: AnyDebater = "greedy",
    liar: AnyDebater = "greedy",
    images: int | Iterable[int] = 100,
    rules: Rules | None = None,
    lies: Literal["random", "all"] = "random",
    orders: Iterable[Role] = ("honest", "liar"),
    search_judge: Judge | BatchJudge | None = None,
    seed: int = 0,
) -> Evaluation:
    """Plays debates over many images.

    A debate is a function of its image, its lie, who begins, and ``seed``: agents draw what they draw in
    the program's own debates of that seed.

    Parameters
    ----------
    dataset : Dataset
    judge : Judge, callable or object with ``decide``
        As for :func:`pixel_debate.play`.
    honest, liar : str, Agent, callable or object with ``choose``
        As for :func:`pixel_debate.play`.
    images : int or iterable of int
        The images' numbers, or how many are drawn without replacement.
    rules : Rules, optional
        Who begins in them is left aside. Six pixels with precommit, unless given.
    lies : {"random", "all"}
        With precommit: one wrong label an image, drawn from the seed, or each of them.
    orders : iterable of {"honest", "liar"}
        Who begins: each debate is played once for each of these.
    search_judge : Judge or callable, optional
        Whom the debaters ask instead of the judge.
    seed : int
        From 0 to 2**64 - 1.

    Returns
    -------
    Evaluation
        A debate that a judge or a debater of Python's has spoilt is among its failures; the others are
        played.

    Raises
    ------
    SetupError
        If an image cannot be debated.
    ValueError
        If ``orders`` has anything else than the two roles, or one of them twice.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"a seed must be a whole number from 0 to {2**64 - 1}, not {seed}")
    rules = Rules() if rules is None else rules
    # Not all at once: there may be no end of them.
    firsts = list[Role](itertools.islice(orders, 3))
    if len(set(firsts)) < len(firsts) or not {"honest", "liar"}.issuperset(firsts):
        raise ValueError(f'orders must be "honest", "liar" or both, each once, not {firsts}')
    evaluation = Evaluation()
    for image in drawn_images(dataset, images, seed):
        for lie in lies_about(dataset, image, rules, lies, seed):
            for first in firsts:
                ordered = Rules(rules.pixels, rules.precommit, first, rules.order, rules.legal)
                debate = Debate.of(ordered, dataset, image, lie)
                try:
                    played = play(
                        debate,
                        judge,
                        honest=honest,
                        liar=liar,
                        search_judge=search_judge,
                        seed=_agent_seed(seed, image, lie, first, "honest"),
                        liar_seed=_agent_seed(seed, image, lie, first, "liar"),
                    )
                except PlayerError as error:
                    evaluation.failures[image, lie, first] = error
                    continue
                evaluation.images.append(image)
                evaluation.debates.append(played)
    return evaluation


def drawn_images(dataset: Dataset, images: int | Iterable[int], seed: int) -> list[int]:
    """The images' numbers: themselves, or so many drawn without replacement."""
    if not isinstance(images, int):
        # Not all at once: there may be more of them than fit into memory.
        given = list(itertools.islice(images, IMAGES + 1))
        if len(given) > IMAGES:
            raise ValueError(f"there are more than {IMAGES} images")
        return given
    if not 0 <= images <= len(dataset):
        raise ValueError(f"{images} images: there are {len(dataset)} in {dataset.name}")
    numbers: list[int] = np.random.default_rng(seed).permutation(len(dataset))[:images].tolist()
    return numbers


def lies_about(
    dataset: Dataset, image: int, rules: Rules, lies: Literal["random", "all"], seed: int
) -> list[int] | list[None]:
    """The liar's claims about an image: none without precommit."""
    if lies not in ("random", "all"):
        raise ValueError(f'lies must be "random" or "all", not {lies!r}')
    if not rules.precommit:
        return [None]
    if not 0 <= image < len(dataset):
        # `Debate.of` says what is wrong with it.
        return [0]
    label = int(dataset.labels[image])
    wrong = [lie for lie in range(len(dataset.classes)) if lie != label]
    if lies == "all":
        return wrong
    return [int(np.random.default_rng([seed, image]).choice(wrong))]
