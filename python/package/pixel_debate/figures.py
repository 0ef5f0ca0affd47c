"""Figures of rates, drawn as the program's report draws them."""

import os
import pathlib
from dataclasses import dataclass
from typing import Any

from pixel_debate._native import _dots, _lines  # pyright: ignore[reportPrivateUsage]
from pixel_debate.frames import Frame, RunError, pyarrow

__all__ = ["Figure", "figure"]

ORDERS = {"honest": "honest first", "liar": "liar first", "mean": "mean of both", None: "judge alone"}
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

    def _repr_svg_(self) -> str:
        return self.svg


def figure(
    rates: Frame,
    *,
    title: str,
    note: str = NOTE,
    by: str | None = None,
    series: str | None = None,
    connected: bool = True,
) -> Figure:
    """Draws rates with their intervals, by the code that draws the report's plots.

    Parameters
    ----------
    rates : table of pyarrow, polars or pandas
        With the columns ``first``, ``rate``, ``low``, ``high``, as :meth:`pixel_debate.Run.rates` and
        :func:`pixel_debate.honest_wins` give them, or any part of that.
    title, note : str
        What stands above the figure.
    by : str, optional
        A column whose values stand side by side, ``"pixels"`` for example, in the order of the table: a line for each
        series and order. Unless given, the rates stand below each other, in groups by the values of ``series``.
    series : str, optional
        A column whose values are told apart: ``"honest"`` for example. ``grid`` unless given, or ``cell`` where
        there is none.
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
        series = "grid" if "grid" in known else "cell"
    for column in ("first", "rate", "low", "high", series, *([by] if by else [])):
        if column not in known:
            raise RunError(f"these are no rates: they have no column {column!r}, only {', '.join(known)}")
    rows: list[dict[str, Any]] = arrow.to_pylist()
    for row in rows:
        if row["first"] not in ORDERS:
            raise RunError(f"these are no rates: first is {row['first']!r}")
    if by is None:
        return Figure(*_dots(title, note, list(ORDERS.values()), _groups(rows, series)))
    categories = list(dict.fromkeys(str(row[by]) for row in rows))
    lines: dict[str, list[tuple[float, float, float] | None]] = {}
    for row in rows:
        name = f"{row[series]}, {ORDERS[row['first']]}"
        points = lines.setdefault(name, [None] * len(categories))
        at = categories.index(str(row[by]))
        if points[at] is not None:
            raise RunError(
                f"there are two rates for {series} {row[series]!r}, {ORDERS[row['first']]}, {by} {row[by]!r}: "
                "filter them, or tell them apart by another `series`"
            )
        points[at] = (row["rate"], row["low"], row["high"])
    return Figure(*_lines(title, note, by, categories, list(lines.items()), connected))


def _groups(
    rows: list[dict[str, Any]], series: str
) -> list[tuple[str, list[tuple[int, float, float, float]]]]:
    """The rates in groups, each with its order's place."""
    orders = list(ORDERS)
    groups: dict[str, list[tuple[int, float, float, float]]] = {}
    for row in rows:
        dot = (orders.index(row["first"]), row["rate"], row["low"], row["high"])
        groups.setdefault(f"{series} {row[series]}" if series == "cell" else str(row[series]), []).append(dot)
    return list(groups.items())
