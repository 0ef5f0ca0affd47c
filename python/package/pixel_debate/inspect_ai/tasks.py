"""Debate, consultancy and the judge alone as tasks of Inspect."""

from collections.abc import Iterable
from typing import Literal

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample

from pixel_debate import datasets
from pixel_debate._native import Agent, Debate, Rules
from pixel_debate.evaluation import drawn_images, lies_about
from pixel_debate.inspect_ai import prompts
from pixel_debate.inspect_ai.evidence import FORMS, Form
from pixel_debate.inspect_ai.scorers import brier, conduct, verdict
from pixel_debate.inspect_ai.solvers import MODEL, argue, decide, judge_named
from pixel_debate.types import Legal, Role

__all__ = ["consultancy", "debate", "judge"]

Both = Literal["both"] | Role
Lies = Literal["random", "all"]


@task
def judge(
    pixels: int = 6,
    images: int | list[int] = 100,
    seed: int = 0,
    *,
    precommit: bool = True,
    lies: Lies = "random",
    first: Both = "both",
    evidence: Form = "text",
    judge: str = MODEL,
    dataset: str = "mnist",
    legal: Legal = "nonzero",
    tries: int = 3,
) -> Task:
    """The judge alone: which of two labels has a picture, of which it sees a few pixels drawn at random.

    It is what debates and consultancies are compared with.

    Parameters
    ----------
    pixels : int
        How many pixels the judge sees, 1 to 128.
    images : int or list of int
        How many images are drawn without replacement, or their numbers.
    seed : int
        What all that is random depends on but models. Tasks with the same seed are about the same images and lies.
    precommit : bool
        Whether the judge is given two labels, a right one and a wrong one; else it may answer any.
    lies : {"random", "all"}
        The wrong label: one drawn for each image, or each of them in turn.
    first : {"both", "honest", "liar"}
        Which of the two labels is named first. By default each image is judged twice.
    evidence : {"text", "picture", "both"}
        What models are shown.
    judge : str
        ``"model"``: the model in the role ``judge``, or else the one that is evaluated; or a classifier, ``"judge-4"``,
        ``"judge-6"`` or a judge's file.
    dataset : str
        What :func:`pixel_debate.datasets.load` takes.
    legal : {"nonzero", "any"}
        Which pixels may be seen: those that are not black, or all.
    tries : int
        How many answers a model has until one is valid.

    Returns
    -------
    inspect_ai.Task

    Raises
    ------
    ValueError
        If a value is none of these, or an image has too few pixels.
    """
    rules = Rules(pixels, precommit, "honest", "alone", legal)
    orders = _orders(first, precommit)
    samples = _samples("judge_alone", dataset, images, rules, lies, orders, seed)
    return _task(
        samples, "judge_alone", "random", "random", "judge-6", evidence, judge, seed, tries
    )


@task
def consultancy(
    pixels: int = 6,
    images: int | list[int] = 100,
    seed: int = 0,
    *,
    consultant: str = "greedy",
    precommit: bool = True,
    lies: Lies = "random",
    role: Both = "both",
    evidence: Form = "text",
    judge: str = MODEL,
    search_judge: str | None = None,
    dataset: str = "mnist",
    legal: Legal = "nonzero",
    tries: int = 3,
) -> Task:
    """One debater, honest or a liar, chooses all the pixels that the judge sees.

    Parameters
    ----------
    consultant : str
        ``"model"``: the model in the role ``consultant``, or else the one that is evaluated; or an agent's name.
    role : {"both", "honest", "liar"}
        Which side it is on. By default each image is judged twice.
    search_judge : str, optional
        The classifier that agents ask, named as for ``judge``: the shipped one for so many pixels, or else for 6, unless
        given.
    pixels, images, seed, precommit, lies, evidence, judge, dataset, legal, tries
        As for :func:`judge`.

    Returns
    -------
    inspect_ai.Task

    Raises
    ------
    ValueError
        If a value is none of these, or an image has too few pixels.
    """
    rules = Rules(pixels, precommit, "honest", "alone", legal)
    samples = _samples(
        "consultancy", dataset, images, rules, lies, _orders(role, True, "role"), seed
    )
    searched = _search_judge(search_judge, pixels)
    return _task(
        samples, "consultancy", consultant, consultant, searched, evidence, judge, seed, tries
    )


@task
def debate(
    pixels: int = 6,
    images: int | list[int] = 100,
    seed: int = 0,
    *,
    honest: str = "greedy",
    liar: str = "greedy",
    precommit: bool = True,
    lies: Lies = "random",
    first: Both = "both",
    order: Literal["alternating", "blocks"] = "alternating",
    evidence: Form = "text",
    judge: str = MODEL,
    search_judge: str | None = None,
    dataset: str = "mnist",
    legal: Legal = "nonzero",
    tries: int = 3,
) -> Task:
    """Two debaters, one of whom lies, choose the pixels that the judge sees (section 3.1).

    Parameters
    ----------
    honest, liar : str
        ``"model"``: the model in the role ``honest`` or ``liar``, or else the one that is evaluated; or an agent's name.
    first : {"both", "honest", "liar"}
        Who makes the first reveal. By default each image is debated twice.
    order : {"alternating", "blocks"}
        In what order they reveal.
    search_judge : str, optional
        As for :func:`consultancy`.
    pixels, images, seed, precommit, lies, evidence, judge, dataset, legal, tries
        As for :func:`judge`.

    Returns
    -------
    inspect_ai.Task

    Raises
    ------
    ValueError
        If a value is none of these, or an image has too few pixels.
    """
    rules = Rules(pixels, precommit, "honest", order, legal)
    samples = _samples("debate", dataset, images, rules, lies, _orders(first, True), seed)
    searched = _search_judge(search_judge, pixels)
    return _task(samples, "debate", honest, liar, searched, evidence, judge, seed, tries)


def _task(
    samples: MemoryDataset,
    protocol: prompts.Protocol,
    honest: str,
    liar: str,
    search_judge: str,
    evidence: Form,
    judge: str,
    seed: int,
    tries: int,
) -> Task:
    """What the three tasks share. What is wrong with a name is said now, and not by each sample."""
    if evidence not in FORMS:
        raise ValueError(f'evidence must be "text", "picture" or "both", not {evidence!r}')
    if tries < 1:
        raise ValueError(f"tries must be 1 or more, not {tries}")
    for name in (honest, liar):
        if name != MODEL:
            Agent(name)
    for name in (judge, search_judge):
        if name != MODEL:
            judge_named(name)
    return Task(
        dataset=samples,
        setup=argue(protocol, honest, liar, search_judge, evidence, seed, tries),
        solver=decide(judge, tries),
        scorer=[verdict(), brier(), conduct()],
        version=1,
    )


def _samples(
    protocol: prompts.Protocol,
    dataset: str,
    images: int | list[int],
    rules: Rules,
    lies: Lies,
    orders: Iterable[Role],
    seed: int,
) -> MemoryDataset:
    """A sample for each debate. Its input says no more than the judge may know."""
    loaded = datasets.load(dataset)
    samples: list[Sample] = []
    for image in drawn_images(loaded, images, seed):
        for lie in lies_about(loaded, image, rules, lies, seed):
            for first in orders:
                ordered = Rules(rules.pixels, rules.precommit, first, rules.order, rules.legal)
                debate = Debate.of(ordered, loaded, image, lie)
                samples.append(
                    Sample(
                        id=f"{image}-{first}" if lie is None else f"{image}-{lie}-{first}",
                        input=prompts.question(debate.view("judge"), protocol, loaded.classes),
                        target=str(debate.label),
                        choices=list(loaded.classes),
                        metadata={
                            "dataset": loaded.name,
                            "image": image,
                            "lie": lie,
                            "first": first,
                            "debate": debate.transcript(),
                        },
                    )
                )
    return MemoryDataset(samples, name=loaded.name)


def _orders(first: Both, matters: bool, name: str = "first") -> tuple[Role, ...]:
    if first not in ("both", "honest", "liar"):
        raise ValueError(f'{name} must be "both", "honest" or "liar", not {first!r}')
    if not matters:
        # There is nothing that could be named first.
        return ("honest",)
    return ("honest", "liar") if first == "both" else (first,)


def _search_judge(name: str | None, pixels: int) -> str:
    return name if name is not None else "judge-4" if pixels == 4 else "judge-6"
