"""Tables of a run, and what its rates and scores are called in them."""

import importlib
from typing import TYPE_CHECKING, Any, Protocol, cast

from pixel_debate._extras import needed
from pixel_debate._native import RunError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Frame", "RunError"]


class Frame(Protocol):
    """A table of any library that speaks Arrow: of pyarrow, polars, pandas; a :class:`Run` too."""

    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object:
        """The table as a stream of Arrow's C data interface, in a capsule."""
        ...


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
CURVES = {
    "first": "string",
    "from": "double",
    "sure": "double",
    "rate": "double",
    "low": "double",
    "high": "double",
    "forecasts": "uint32",
}
TYPES = NAMES | RULES | ESTIMATES | SCORES | CURVES


def estimates(
    first: str | None,
    count: int,
    images: tuple[float, float, float],
    lies: tuple[float, float, float],
) -> dict[str, object]:
    """What is said of one order: of so many images, the rates of images and of lies with their ends."""
    return dict(zip(ESTIMATES, (first, count, *images, *lies), strict=True))


def table(rows: list[dict[str, object]], columns: list[str]) -> "pa.Table":
    """Rows as a table with these columns."""
    arrow = pyarrow()
    schema = arrow.schema([(column, arrow.type_for_alias(TYPES[column])) for column in columns])
    return cast("pa.Table", arrow.Table.from_pylist(rows, schema=schema))


def pyarrow() -> Any:
    """The library, with its part for Parquet, or what to do for it."""
    needed("frames", "pyarrow", "pyarrow.parquet")
    return importlib.import_module("pyarrow")
