"""Figures of rates, drawn as the program's report draws them."""

import os
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pixel_debate._native import _dots, _lines  # pyright: ignore[reportPrivateUsage]
from pixel_debate.frames import Frame, RunError, pyarrow

__all__ = ["Figure", "figure"]

ORDERS = {"honest": "honest first", "liar": "liar first", "mean": "mean of both", None: "judge alone"}
# What tells cells of one grid apart.
SETTINGS = (
    "protocol", "pixels", "precommit", "order", "legal", "honest", "liar", "judge", "seeds_by", "lies_by"
)
NOTE = "Images won by the honest side. 95 % Wilson intervals, the image being the unit."


@dataclass(frozen=True)
class Figure:
    """A figure; notebooks show it.

    Attributes
    ----------
    svg : str
        As SVG.
    png : bytes
        As PNG.
    """

    svg: str
    png: bytes

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file.

        Parameters
        ----------
        path : path
            Ends in ``.svg`` or ``.png``.

        Raises
        ------
        ValueError
            If it ends otherwise.
        """
        path = pathlib.Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg, encoding="utf-8")
        elif path.suffix == ".png":
            path.write_bytes(self.png)
        else:
            raise ValueError(f"{path}: a figure's file ends in .svg or .png")

    def __repr__(self) -> str:
        return f"<Figure of {len(self.png)} bytes as PNG>"

    def _repr_svg_(self) -> str:
        return self.svg


def figure(
    rates: Frame,
    *,
    title: str,
    note: str = NOTE,
    by: str | None = None,
    series: str | Sequence[str] | None = None,
    connected: bool = True,
) -> Figure:
    """Draws rates with their intervals, by the code that draws the report's plots.

    Parameters
    ----------
    rates : table of pyarrow, polars or pandas
        With the columns ``first``, ``rate``, ``low``, ``high``, as :meth:`pixel_debate.Run.rates` and
        :func:`pixel_debate.honest_wins` give them, or any part of that.
    title, note : str
        What stands above the figure. With all names, 20,000 characters at most.
    by : str, optional
        A column whose values stand side by side, ``"pixels"`` for example, in the order of the table: a line for each
        series and order. Unless given, the rates stand below each other, in groups by the values of ``series``.
    series : str or sequence of str, optional
        Columns whose values are told apart: ``"honest"`` for example. Unless given, ``grid`` and all those in which
        the settings differ, or ``cell`` where there is no ``grid``.
    connected : bool
        Whether lines go through the values of ``by``.

    Returns
    -------
    Figure

    Raises
    ------
    RunError
        If a column is not there.
    ValueError
        If a rate is none, or there are none or more than a thousand.
    ImportError
        Without pyarrow.
    """
    arrow = pyarrow().table(rates)
    known: list[str] = arrow.column_names
    if series is None:
        settings = [column for column in SETTINGS if column in known and column != by]
        columns = ["grid", *(c for c in settings if len(set(arrow.column(c).to_pylist())) > 1)]
        columns = columns if "grid" in known else ["cell"]
    else:
        columns = [series] if isinstance(series, str) else list(series)
    for column in ("first", "rate", "low", "high", *columns, *([by] if by else [])):
        if column not in known:
            raise RunError(f"these are no rates: they have no column {column!r}, only {', '.join(known)}")
    rows: list[dict[str, Any]] = arrow.to_pylist()
    for row in rows:
        if row["first"] not in ORDERS:
            raise RunError(f"these are no rates: first is {row['first']!r}")
    if by is None:
        return Figure(*_dots(title, note, list(ORDERS.values()), _groups(rows, columns)))
    categories = list(dict.fromkeys(str(row[by]) for row in rows))
    lines: dict[str, list[tuple[float, float, float] | None]] = {}
    for row in rows:
        name = f"{_named(row, columns)}, {ORDERS[row['first']]}"
        points = lines.setdefault(name, [None] * len(categories))
        at = categories.index(str(row[by]))
        if points[at] is not None:
            raise RunError(
                f"there are two rates for {_named(row, columns)}, {ORDERS[row['first']]}, {by} {row[by]!r}: filter "
                "them, or tell them apart by more columns, as series=[...]"
            )
        points[at] = (row["rate"], row["low"], row["high"])
    return Figure(*_lines(title, note, by, categories, list(lines.items()), connected))


def _groups(
    rows: list[dict[str, Any]], columns: list[str]
) -> list[tuple[str, list[tuple[int, float, float, float]]]]:
    """The rates in groups, each with its order's place."""
    orders = list(ORDERS)
    groups: dict[str, list[tuple[int, float, float, float]]] = {}
    for row in rows:
        dot = (orders.index(row["first"]), row["rate"], row["low"], row["high"])
        groups.setdefault(_named(row, columns), []).append(dot)
    return list(groups.items())


def _named(row: dict[str, Any], columns: list[str]) -> str:
    """What is called by the values of some columns: numbers and yes or no with the column's name."""
    words = [
        str(row[column]) if isinstance(row[column], str) else f"{column} {row[column]}"
        for column in columns
        if row[column] is not None
    ]
    return ", ".join(words)
