"""What an experiment has left: its debates as a table, and its rates."""

import hashlib
import json
import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pixel_debate.frames import (
    CURVES,
    ESTIMATES,
    NAMES,
    RULES,
    SCORES,
    TYPES,
    Frame,
    RunError,
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
        run = Run(path, manifest, summary)
        # So that what is not as it should be is said now.
        run._rates()
        run._scores()
        return run

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

        Raises
        ------
        RunError
            If ``summary`` has been altered so that it has them no longer: the field is named.
        """
        return table(self._rates(), [*NAMES, *RULES, *ESTIMATES])

    def _rates(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for place, cell in enumerate(self._cells()):
            for result in cell.part("results").each():
                by = {rule: result.value(rule) for rule in RULES}
                orders = [
                    (order.value("first", "string"), order.part("honest_wins"))
                    for order in result.part("orders").each()
                ]
                if len(orders) > 1:
                    orders.append(("mean", result.part("mean")))
                for first, wins in orders:
                    images, lies = wins.part("images").part("wilson"), wins.part("lies").part("wilson")
                    ends = ("rate", "low", "high")
                    row = {
                        "first": first,
                        "images": images.value("of", "uint32"),
                        **{end: images.value(end) for end in ends},
                        **{f"lies_{end}": lies.value(end) for end in ends},
                    }
                    rows.append({**_names(place, cell.part("cell")), **by, **row})
        return rows

    def scores(self) -> "pa.Table":
        """How good the judges' probabilities are, as the program's own summary says.

        Returns
        -------
        pyarrow.Table
            One row for each cell with debates and who made the first reveal. Columns: those that name the cell, as of
            :meth:`rates`; ``first``, null where the judge was alone; ``labels`` in play; ``forecasts``;
            ``brier`` (0 to 2), ``log`` (nats), each with its 95 % interval, ``_low`` and ``_high``; ``ece``.
            The reliability curves are :meth:`curves`.
        """
        return table(self._scores(), [*NAMES, *SCORES])

    def curves(self) -> "pa.Table":
        """How often the judges were right by how sure they were: their reliability curves.

        Returns
        -------
        pyarrow.Table
            One row for each cell with scores, who made the first reveal, and bin of the probability of the label
            believed that is not empty. Columns: those that name the cell, as of :meth:`rates`; ``first``; ``from``, the
            bin's lower end; ``sure``, the mean probability; ``rate``, ``low``, ``high``: how often right, with the
            95 % interval; ``forecasts``, how many.

        Raises
        ------
        RunError
            If ``summary`` has been altered so that it has them no longer: the field is named.
        """
        rows: list[dict[str, object]] = []
        for place, cell in enumerate(self._cells()):
            for judged in cell.part("judged").each():
                for part in judged.part("scores").part("curve").each():
                    right = part.part("right")
                    row = {
                        "first": judged.value("first"),
                        "from": part.value("from", "double"),
                        "sure": part.value("sure", "double"),
                        **{end: right.value(end) for end in ("rate", "low", "high")},
                        "forecasts": right.value("of", "uint32"),
                    }
                    rows.append({**_names(place, cell.part("cell")), **row})
        return table(rows, [*NAMES, *CURVES])

    def _scores(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for place, cell in enumerate(self._cells()):
            for judged in cell.part("judged").each():
                scores = judged.part("scores")
                row = {
                    "first": judged.value("first"),
                    "labels": judged.value("labels"),
                    "forecasts": scores.value("forecasts"),
                    "ece": scores.value("ece"),
                }
                for score in ("brier", "log"):
                    interval = scores.part(f"{score}_interval")
                    row |= {
                        score: scores.value(score),
                        f"{score}_low": interval.value("low", "double"),
                        f"{score}_high": interval.value("high", "double"),
                    }
                rows.append({**_names(place, cell.part("cell")), **row})
        return rows

    def _cells(self) -> list["_Part"]:
        return _Part(self.folder / "summary.json", "", self.summary).part("cells").each()


# What a column's values are, and how that is said.
KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "string": ((str, type(None)), "a text or null"),
    "bool": (bool, "true or false"),
    "double": ((int, float), "a number"),
    "uint16": (int, "a whole number from 0 to 65535"),
    "uint32": (int, "a whole number from 0 to 4294967295"),
}


@dataclass(frozen=True)
class _Part:
    """A part of a file of JSON, which knows where it is."""

    path: pathlib.Path
    place: str
    of: object

    def part(self, name: str) -> "_Part":
        """The field of that name."""
        place = f"{self.place}.{name}" if self.place else name
        of = self.of
        fields = cast(dict[str, object], of) if isinstance(of, dict) else {}
        if name not in fields:
            raise RunError(f"{self.path}: it has no field {place}")
        return _Part(self.path, place, fields[name])

    def each(self) -> list["_Part"]:
        """The parts of a list."""
        of = self.of
        if not isinstance(of, list):
            raise RunError(f"{self.path}: {self.place} must be a list")
        parts = enumerate(cast(list[object], of))
        return [_Part(self.path, f"{self.place}[{at}]", part) for at, part in parts]

    def value(self, name: str, kind: str | None = None) -> object:
        """What a field is, which must be of a column's kind: of the column of that name, unless another is given."""
        part = self.part(name)
        kind = kind or TYPES[name]
        types, words = KINDS[kind]
        fits = isinstance(part.of, types) and (kind == "bool" or not isinstance(part.of, bool))
        if fits and kind.startswith("uint"):
            fits = isinstance(part.of, int) and 0 <= part.of < 2 ** int(kind.removeprefix("uint"))
        if fits and kind == "double":
            # A whole number of any length is one in JSON.
            fits = isinstance(part.of, (int, float)) and abs(part.of) < 1e300
        if not fits:
            raise RunError(f"{self.path}: {part.place} must be {words}, not {str(part.of)[:50]!r}")
        return part.of


def _names(place: int, cell: _Part) -> dict[str, object]:
    """What a cell of the manifest is called."""
    names = {name: cell.value(name) for name in NAMES if name not in ("cell", "judge")}
    return {"cell": place, **names, "judge": cell.part("judge").value("name", "string")}


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
