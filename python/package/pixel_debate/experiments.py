"""An experiment's file carried out, with judges and debaters of one's own beside the program's."""

import os
import pathlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pixel_debate._native import Agent, Judge, PlayerError, RunError, _run  # pyright: ignore[reportPrivateUsage]
from pixel_debate.runs import Run
from pixel_debate.types import AnyDebater, AnyJudge

__all__ = ["Carried", "run"]


@dataclass(frozen=True)
class Carried:
    """What :func:`run` has left in a folder.

    Attributes
    ----------
    folder : pathlib.Path
        The folder.
    failures : list of (str, list of int, PlayerError)
        What a judge or a debater has spoilt: the cell in words, the images, and the error, which names the
        debate. Its other results are kept, ``failed.json`` lists these, and the same call tries them again.
    """

    folder: pathlib.Path
    failures: list[tuple[str, list[int], PlayerError]] = field(
        default_factory=list[tuple[str, list[int], PlayerError]]
    )

    def open(self) -> Run:
        """The run as data frames; needs pyarrow.

        Returns
        -------
        Run

        Raises
        ------
        RunError
            If there are failures: then the run is not finished.
        """
        if self.failures:
            _, _, first = self.failures[0]
            raise RunError(
                f"{self.folder} is not finished: {len(self.failures)} parts have failed, the first by {first}"
            ) from first
        return Run.open(self.folder)


def run(
    experiment: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    judges: Mapping[str, AnyJudge] | None = None,
    debaters: Mapping[str, AnyDebater] | None = None,
    versions: Mapping[str, str | int] | None = None,
    images: int | None = None,
    threads: int = 1,
    progress: Callable[[int, int], object] | None = None,
) -> Carried:
    """Carries an experiment out, or goes on where it was stopped.

    The folder is that of the program's ``run``: manifest, debates, summary, report, plots. But for the
    program's mark and ``log.jsonl`` it is the same byte for byte, whoever stopped it and however often, if what is
    given are functions: the same answer for the same question.

    Parameters
    ----------
    experiment : path or str
        The TOML file, or its text if there is a line break in it: then other files that it names are looked for
        from the current folder.
    out : path
        The folder for the results.
    judges : mapping of str to Judge, callable or object with ``decide``, optional
        Judges that the experiment may name as ``judge``, each as for :func:`pixel_debate.play`. A judge that decides
        view by view has no margins, and nobody searches before it.
    debaters : mapping of str to Agent, callable or object with ``choose``, optional
        Debaters that it may name as ``honest`` and ``liar``.
    versions : mapping of str to str or int, optional
        The versions of what is given, by name. Without one it is what the thing itself declares, its attribute
        ``version``; a :class:`Judge` has its numbers' hash. A folder that one version has begun is refused by another.
    images : int, optional
        Only the first so many of the file's images.
    threads : int
        On how many threads is played, from 1 to 1024. With one, all is called on the thread that calls; with more, callables
        are called by several at once, as far as the interpreter lets them.
    progress : callable, optional
        Is told how many debates are done, and how many there are at most, after each piece.

    Returns
    -------
    Carried
        The folder, and what has failed.

    Raises
    ------
    Error
        If the experiment cannot be planned: its line is named, and what is allowed.
    RunError
        If the folder is another run's or in use, or cannot be written.
    ValueError
        If something declares no version.
    """
    text, base = _read(experiment)
    versions = dict(versions or {})
    judges, debaters = dict(judges or {}), dict(debaters or {})
    for name in versions:
        if name not in judges and name not in debaters:
            raise ValueError(f"versions has {name!r}, which is none of the judges and debaters")
    failures = _run(
        text,
        base,
        out,
        [(name, _version("judge", name, judge, versions), judge) for name, judge in judges.items()],
        [
            (name, _version("debater", name, debater, versions), debater)
            for name, debater in debaters.items()
        ],
        images,
        threads,
        progress,
    )
    return Carried(pathlib.Path(out), failures)


def _read(experiment: str | os.PathLike[str]) -> tuple[str, pathlib.Path]:
    """The experiment's text, and the folder that it stands in."""
    if isinstance(experiment, str) and "\n" in experiment:
        return experiment, pathlib.Path()
    path = pathlib.Path(experiment)
    try:
        return path.read_text(encoding="utf-8"), path.parent
    except (OSError, UnicodeDecodeError) as error:
        hint = "; an experiment's text has line breaks, and this, which has none, is taken for a path"
        hint = hint if isinstance(experiment, str) and "=" in experiment else ""
        raise RunError(f"{path}: the experiment cannot be read: {error}{hint}") from error


def _version(kind: str, name: str, given: object, versions: Mapping[str, str | int]) -> str:
    """The version that is declared of a judge or a debater."""
    if name in versions:
        return str(versions[name])
    declared: object = getattr(given, "version", None)
    if isinstance(declared, (str, int)):
        return str(declared)
    if isinstance(given, Judge):
        return given.sha256
    if isinstance(given, (str, Agent)):
        return str(given) if isinstance(given, str) else f"{given.name} seed {given.seed} gather {given.gather}"
    raise ValueError(
        f"the {kind} {name!r} declares no version, by which results of one are told from those of another: give it "
        f'an attribute `version`, a str or an int, or say versions={{"{name}": "1"}}'
    )
