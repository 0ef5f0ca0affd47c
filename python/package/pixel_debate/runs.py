"""What an experiment has left: its debates as a table, and its rates."""

import hashlib
import json
import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pixel_debate.frames import (
    ESTIMATES,
    NAMES,
    RULES,
    SCORES,
    Frame,
    RunError,
    estimates,
    pyarrow,
    table,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Run"]

# The manifest's and the table's versions that are understood.
FORMAT = 2
SCHEMA = "2"


@dataclass(frozen=True)
class Run:
    """A finished run of an experiment, as the program's ``run`` leaves it in a folder.

    Needs pyarrow: ``pip install 'pixel-debate[frames]'``. A run is itself a table for whatever speaks
    Arrow: ``polars.DataFrame(run)``, ``pandas.DataFrame.from_arrow(run)``, ``pyarrow.table(run)``.

    Attributes
    ----------
    folder : pathlib.Path
    manifest : dict
        ``manifest.json``: the run as it was run, every default written out.
    summary : dict
        ``summary.json``: rates, comparisons and the judges' scores, as the program has computed them.
    """

    folder: pathlib.Path
    manifest: dict[str, Any] = field(repr=False)
    summary: dict[str, Any] = field(repr=False)

    @staticmethod
    def open(folder: str | os.PathLike[str]) -> "Run":
        """Opens a folder.

        Parameters
        ----------
        folder : str or path
            What was given to the program's ``run`` as ``--out``.

        Returns
        -------
        Run

        Raises
        ------
        RunError
            If the folder is no run's, the run is not finished, another version of the program wrote it, or
            its table or its summary are not its manifest's.
        ImportError
            Without pyarrow.
        """
        parquet = pyarrow().parquet
        path = pathlib.Path(folder)
        if not path.is_dir():
            raise RunError(f"{path}: there is no such folder")
        if not (path / "manifest.json").exists():
            raise RunError(f"{path} is no run's folder: it has no manifest.json")
        manifest = _read(path / "manifest.json")
        if manifest.get("format") != FORMAT:
            raise RunError(
                f"{path / 'manifest.json'}: it is of format {manifest.get('format')}, which another version of the "
                f"program wrote, and this one's is {FORMAT}"
            )
        again = "the same command goes on with it"
        if (path / "failed.json").exists():
            raise RunError(f"{path} is not finished: failed.json lists what nobody could do; {again}")
        for name in ("debates.parquet", "summary.json"):
            if not (path / name).exists():
                raise RunError(f"{path} is not finished: it has no {name}; {again}")
        summary = _read(path / "summary.json")
        try:
            cells = [cell["cell"] for cell in summary["cells"]]
        except (KeyError, TypeError):
            raise RunError(f"{path / 'summary.json'}: it is no run's summary") from None
        if cells != manifest.get("cells"):
            raise RunError(f"{path / 'summary.json'}: its cells are not the manifest's; {again}")
        debates = path / "debates.parquet"
        try:
            said: dict[bytes, bytes] = parquet.read_schema(debates).metadata or {}
        except (OSError, ValueError) as error:
            raise RunError(f"{debates}: it cannot be read: {error}") from error
        schema = said.get(b"pixel_debate.schema", b"none").decode(errors="replace")
        if schema != SCHEMA:
            raise RunError(f"{debates}: its schema is {schema}, and the one that is read is {SCHEMA}")
        if said.get(b"pixel_debate.manifest", b"") != _hash(manifest).encode():
            raise RunError(f"{debates}: it is of another manifest than manifest.json; {again}")
        return Run(path, manifest, summary)

    def table(self, columns: Sequence[str] | None = None) -> "pa.Table":
        """The debates, one a row; the columns are described in ``docs/experiments.md``.

        Parameters
        ----------
        columns : sequence of str, optional
            Which columns; all, unless given. The reveals and the logits are most of a table.

        Returns
        -------
        pyarrow.Table
            Read anew each time.

        Raises
        ------
        RunError
            If there is no such column, or the file cannot be read.
        """
        path = self.folder / "debates.parquet"
        parquet = pyarrow().parquet
        try:
            known: list[str] = parquet.read_schema(path).names
            for column in columns or ():
                if column not in known:
                    raise RunError(f"there is no column {column!r}: there are {', '.join(known)}")
            read = parquet.read_table(path, columns=None if columns is None else list(columns))
        except (OSError, ValueError) as error:
            if isinstance(error, RunError):
                raise
            raise RunError(f"{path}: it cannot be read: {error}") from error
        return cast("pa.Table", read)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The debates as a stream of Arrow's C data interface."""
        return cast(Frame, self.table()).__arrow_c_stream__(requested_schema)

    def rates(self) -> "pa.Table":
        """The rates of all cells, with the intervals of the program's own summary and report.

        Returns
        -------
        pyarrow.Table
            One row for each cell, rule for seeds and lies, and who made the first reveal. Columns: ``cell`` (its
            place in the manifest), ``grid``, ``protocol``, ``pixels``, ``precommit``, ``order``, ``legal``, ``honest``,
            ``liar``, ``judge`` (its name); ``seeds_by``, ``lies_by``; ``first``: ``honest``, ``liar``, ``mean`` where there
            are both, null where the judge was alone; ``images`` (how many); ``rate``, ``low``, ``high``: the
            share of images that the honest side won, the paper's measure, and its 95 % interval;
            ``lies_rate``, ``lies_low``, ``lies_high``: the share of lies refuted.
        """
        rows: list[dict[str, object]] = []
        for place, cell in enumerate(self.summary["cells"]):
            for result in cell["results"]:
                by = {"seeds_by": result["seeds_by"], "lies_by": result["lies_by"]}
                orders = [(order["first"], order["honest_wins"]) for order in result["orders"]]
                if len(orders) > 1:
                    orders.append(("mean", result["mean"]))
                for first, wins in orders:
                    images, lies = wins["images"]["wilson"], wins["lies"]["wilson"]
                    rows.append(
                        {
                            **_names(place, cell["cell"]),
                            **by,
                            **estimates(first, images["of"], _ends(images), _ends(lies)),
                        }
                    )
        return table(rows, [*NAMES, *RULES, *ESTIMATES])

    def scores(self) -> "pa.Table":
        """How good the judges' probabilities are, as the program's own summary says.

        Returns
        -------
        pyarrow.Table
            One row for each cell with debates and who made the first reveal. Columns: those that name the cell, as of
            :meth:`rates`; ``first``, null where the judge was alone; ``labels`` in play; ``forecasts``;
            ``brier`` (0 to 2), ``log`` (nats), each with its 95 % interval, ``_low`` and ``_high``; ``ece``.
            The reliability curves are in :attr:`summary`.
        """
        rows: list[dict[str, object]] = []
        for place, cell in enumerate(self.summary["cells"]):
            for judged in cell["judged"]:
                scores = judged["scores"]
                row = {
                    **_names(place, cell["cell"]),
                    "first": judged["first"],
                    "labels": judged["labels"],
                    "forecasts": scores["forecasts"],
                    "ece": scores["ece"],
                }
                for score in ("brier", "log"):
                    interval = scores[f"{score}_interval"]
                    row |= {
                        score: scores[score],
                        f"{score}_low": interval["low"],
                        f"{score}_high": interval["high"],
                    }
                rows.append(row)
        return table(rows, [*NAMES, *SCORES])


def _names(place: int, cell: dict[str, Any]) -> dict[str, object]:
    """What a cell of the manifest is called."""
    names = {name: cell[name] for name in NAMES if name not in ("cell", "judge")}
    return {"cell": place, **names, "judge": cell["judge"]["name"]}


def _ends(estimate: dict[str, float]) -> tuple[float, float, float]:
    return estimate["rate"], estimate["low"], estimate["high"]


def _read(path: pathlib.Path) -> dict[str, Any]:
    try:
        read: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: it cannot be read: {error}") from error
    if not isinstance(read, dict):
        raise RunError(f"{path}: it is no object")
    return cast(dict[str, Any], read)


def _hash(manifest: dict[str, Any]) -> str:
    """By which a table names its manifest: whoever ran it, and with which commit, is left out."""
    of = {key: value for key, value in manifest.items() if key != "program"}
    text = json.dumps(of, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
