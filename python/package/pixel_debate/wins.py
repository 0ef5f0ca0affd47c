"""What the honest side won of debates in a table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pixel_debate._native import rate
from pixel_debate.frames import ESTIMATES, Frame, RunError, estimates, pyarrow, table
from pixel_debate.runs import Run

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Rule", "honest_wins"]

Rule: TypeAlias = Literal["any", "majority", "mean_logit"]
# What of a debate its result depends on.
COLUMNS = ("cell", "image", "lie", "first", "replicate", "winner", "margin")


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
        if len(shares) > 1:
            shares["mean"] = mean
        for first, of_images in shares.items():
            images, lies = ([share[of] for share in of_images] for of in (0, 1))
            rows.append(
                {"cell": cell, **estimates(first, len(images), rate(images), rate(lies))}
            )
    return table(rows, ["cell", *ESTIMATES])


@dataclass(frozen=True)
class _Row:
    """What of a debate its result depends on."""

    image: int
    lie: int | None
    first: str | None
    replicate: int
    honest: bool
    margin: float | None


def _rows(frame: Frame) -> list[tuple[int, _Row]]:
    """The rows of a frame, each with its cell."""
    if not hasattr(frame, "__arrow_c_stream__"):
        raise TypeError(f"a frame is a Run or a table that speaks Arrow, not {type(frame).__name__}")
    # A run's pixels and logits need not be read for this.
    whole = frame.table(COLUMNS) if isinstance(frame, Run) else pyarrow().table(frame)
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
