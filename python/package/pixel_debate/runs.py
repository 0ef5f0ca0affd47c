"""What an experiment has left: its debates as a table, and its rates."""

import hashlib
import json
import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast

from pixel_debate._native import Error, rate

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Frame", "Run", "RunError", "honest_wins"]

Rule: TypeAlias = Literal["any", "majority", "mean_logit"]

# The manifest's and the table's versions that are understood.
FORMAT = 2
SCHEMA = "2"


class RunError(Error):
    """A folder that is no finished run, or a frame that is no run's."""


class Frame(Protocol):
    """A table of any library that speaks Arrow: of pyarrow, polars, pandas; a :class:`Run` too."""

    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object:
        """The table as a stream of Arrow's C data interface, in a capsule."""
        ...


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
    manifest: dict[str, Any]
    summary: dict[str, Any]

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
        parquet = _parquet()
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
        table = path / "debates.parquet"
        try:
            said: dict[bytes, bytes] = parquet.read_schema(table).metadata or {}
        except (OSError, ValueError) as error:
            raise RunError(f"{table}: it cannot be read: {error}") from error
        schema = said.get(b"pixel_debate.schema", b"none").decode(errors="replace")
        if schema != SCHEMA:
            raise RunError(f"{table}: its schema is {schema}, and the one that is read is {SCHEMA}")
        if said.get(b"pixel_debate.manifest", b"") != _hash(manifest).encode():
            raise RunError(f"{table}: it is of another manifest than manifest.json; {again}")
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
        parquet = _parquet()
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
            ``liar``, ``judge`` (its name); ``seeds_by``, ``lies_by``; ``first``: ``honest``, ``liar``, ``mean`` over
            both, null where the judge was alone; ``images`` (how many); ``rate``, ``low``, ``high``: the
            share of images that the honest side won, the paper's measure, and its 95 % interval;
            ``lies_rate``, ``lies_low``, ``lies_high``: the share of lies refuted.
        """
        rows: list[dict[str, object]] = []
        for place, cell in enumerate(self.summary["cells"]):
            for result in cell["results"]:
                by = {"seeds_by": result["seeds_by"], "lies_by": result["lies_by"]}
                orders = [(order["first"], order["honest_wins"]) for order in result["orders"]]
                for first, wins in [*orders, ("mean", result["mean"])]:
                    images, lies = wins["images"]["wilson"], wins["lies"]["wilson"]
                    rows.append(
                        {
                            **_names(place, cell["cell"]),
                            **by,
                            **_estimates(first, images["of"], _ends(images), _ends(lies)),
                        }
                    )
        return _table(rows, [*NAMES, *RULES, *ESTIMATES])

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
        return _table(rows, [*NAMES, *SCORES])


def honest_wins(
    frame: Frame, *, seeds_by: Rule = "majority", lies_by: Rule = "any"
) -> "pa.Table":
    """What the honest side won of any part of a run's debates: :meth:`Run.rates` of what was filtered.

    Several debates over an image become one result, by the program's rules: those of several seeds first, by
    ``seeds_by``, those of several lies then, by ``lies_by``; replicates and orders are shares. Intervals are the
    program's: the image is the unit, :func:`pixel_debate.rate` of the images' shares. Of a whole run
    they are those of its summary.

    Parameters
    ----------
    frame : Run, or table of pyarrow, polars or pandas
        With a run's columns ``cell``, ``image``, ``lie``, ``first``, ``replicate``, ``winner``, ``margin``; others are
        left aside.
    seeds_by, lies_by : {"any", "majority", "mean_logit"}
        The honest side wins if it wins all of them, more than half, or if the mean of its margins is
        above 0 (where there are none: more than half).

    Returns
    -------
    pyarrow.Table
        One row for each cell and who made the first reveal. Columns ``cell``, and from ``first`` on those of
        :meth:`Run.rates`.

    Raises
    ------
    RunError
        If a column is not there, or has what no run has.
    ValueError
        If there is no such rule.
    ImportError
        Without pyarrow.

    Examples
    --------
    >>> debates = polars.DataFrame(run.table())                                # doctest: +SKIP
    >>> honest_wins(debates.filter(polars.col("label") == 8))                  # doctest: +SKIP
    """
    for rule in (seeds_by, lies_by):
        if rule not in ("any", "majority", "mean_logit"):
            raise ValueError(f'a rule is "any", "majority" or "mean_logit", not {rule!r}')
    cells: dict[int, dict[int, list[_Row]]] = {}
    for cell, row in _rows(frame):
        cells.setdefault(cell, {}).setdefault(row.image, []).append(row)
    rows: list[dict[str, object]] = []
    for cell in sorted(cells):
        # By who made the first reveal, and the mean: the shares of each image, and of its lies.
        shares: dict[str | None, list[tuple[float, float]]] = {}
        mean: list[tuple[float, float]] = []
        for debates in cells[cell].values():
            orders: dict[str | None, list[_Row]] = {}
            for row in debates:
                orders.setdefault(row.first, []).append(row)
            of_image = [_order(of_order, seeds_by, lies_by) for of_order in orders.values()]
            for first, share in zip(orders, of_image, strict=True):
                shares.setdefault(first, []).append(share)
            both = len(of_image)
            mean.append(
                (
                    _sum([images for images, _ in of_image]) / both,
                    _sum([lies for _, lies in of_image]) / both,
                )
            )
        for first, of_images in [*shares.items(), ("mean", mean)]:
            images, lies = ([share[of] for share in of_images] for of in (0, 1))
            rows.append(
                {"cell": cell, **_estimates(first, len(images), rate(images), rate(lies))}
            )
    return _table(rows, ["cell", *ESTIMATES])


@dataclass(frozen=True)
class _Row:
    """What of a debate its result depends on."""

    image: int
    lie: int | None
    first: str | None
    replicate: int
    honest: bool
    margin: float | None


COLUMNS = ("cell", "image", "lie", "first", "replicate", "winner", "margin")
NAMES = {
    "cell": "uint16",
    "grid": "string",
    "protocol": "string",
    "pixels": "uint16",
    "precommit": "bool",
    "order": "string",
    "legal": "string",
    "honest": "string",
    "liar": "string",
    "judge": "string",
}
RULES = {"seeds_by": "string", "lies_by": "string"}
ESTIMATES = {
    "first": "string",
    "images": "uint32",
    "rate": "double",
    "low": "double",
    "high": "double",
    "lies_rate": "double",
    "lies_low": "double",
    "lies_high": "double",
}
SCORES = {
    "first": "string",
    "labels": "uint16",
    "forecasts": "uint32",
    "brier": "double",
    "brier_low": "double",
    "brier_high": "double",
    "log": "double",
    "log_low": "double",
    "log_high": "double",
    "ece": "double",
}
TYPES = NAMES | RULES | ESTIMATES | SCORES


def _rows(frame: Frame) -> list[tuple[int, _Row]]:
    """The rows of a frame, each with its cell."""
    import pyarrow as pa

    if not hasattr(frame, "__arrow_c_stream__"):
        raise TypeError(f"a frame is a Run or a table that speaks Arrow, not {type(frame).__name__}")
    # A run's pixels and logits need not be read for this.
    whole = frame.table(COLUMNS) if isinstance(frame, Run) else cast(Any, pa).table(frame)
    for column in COLUMNS:
        if column not in whole.column_names:
            raise RunError(f"it is no run's table: it has no column {column!r}")
    values = [whole.column(column).to_pylist() for column in COLUMNS]
    rows: list[tuple[int, _Row]] = []
    for cell, image, lie, first, replicate, winner, margin in zip(*values, strict=True):
        if winner not in ("honest", "liar") or first not in ("honest", "liar", None):
            raise RunError(f"it is no run's table: winner {winner!r}, first {first!r}")
        rows.append((cell, _Row(image, lie, first, replicate, winner == "honest", margin)))
    return rows


def _order(rows: list[_Row], seeds_by: Rule, lies_by: Rule) -> tuple[float, float]:
    """The share of an image that the honest side won, and that of its lies, in one order."""
    replicates: dict[int, dict[int | None, list[tuple[bool, float | None]]]] = {}
    for row in rows:
        lies = replicates.setdefault(row.replicate, {})
        lies.setdefault(row.lie, []).append((row.honest, row.margin))
    won_images = won = told = 0
    for lies in replicates.values():
        results = [_one(games, seeds_by) for games in lies.values()]
        won_images += _one(results, lies_by)[0]
        won += sum(honest for honest, _ in results)
        told += len(results)
    return won_images / len(replicates), won / told


def _one(results: list[tuple[bool, float | None]], rule: Rule) -> tuple[bool, float | None]:
    """One result of several: whether the honest side won, and by what margin, if that is known."""
    margins = [margin for _, margin in results if margin is not None]
    mean = _sum(margins) / len(margins) if len(margins) == len(results) else None
    won = sum(honest for honest, _ in results)
    if rule == "any":
        return won == len(results), mean
    if rule == "mean_logit" and mean is not None:
        return mean > 0, mean
    return 2 * won > len(results), mean


def _sum(numbers: list[float]) -> float:
    """As the program adds: later Pythons' own ``sum`` rounds otherwise."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def _names(place: int, cell: dict[str, Any]) -> dict[str, object]:
    """What a cell of the manifest is called."""
    names = {name: cell[name] for name in NAMES if name not in ("cell", "judge")}
    return {"cell": place, **names, "judge": cell["judge"]["name"]}


def _ends(estimate: dict[str, float]) -> tuple[float, float, float]:
    return estimate["rate"], estimate["low"], estimate["high"]


def _estimates(
    first: str | None,
    count: int,
    images: tuple[float, float, float],
    lies: tuple[float, float, float],
) -> dict[str, object]:
    return dict(zip(ESTIMATES, (first, count, *images, *lies), strict=True))


def _table(rows: list[dict[str, object]], columns: list[str]) -> "pa.Table":
    import pyarrow as pa

    arrow = cast(Any, pa)
    schema = arrow.schema([(column, arrow.type_for_alias(TYPES[column])) for column in columns])
    return cast(pa.Table, arrow.Table.from_pylist(rows, schema=schema))


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(
            "a run's table is read by pyarrow: pip install 'pixel-debate[frames]'"
        ) from error
    return pyarrow.parquet


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
