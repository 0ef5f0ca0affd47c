"""Figures of rates, drawn by the report's code."""

import pathlib
from typing import Any
from xml.etree import ElementTree

import pixel_debate as pd
import pyarrow
import pytest

ARROW: Any = pyarrow


def rates(**columns: list[object]) -> Any:
    known: dict[str, list[object]] = {
        "cell": [0, 0, 1],
        "pixels": [4, 4, 6],
        "first": ["honest", "liar", "honest"],
        "rate": [0.5, 0.25, 1.0],
        "low": [0.4, 0.125, 0.875],
        "high": [0.6, 0.5, 1.0],
    }
    return ARROW.table(known | columns)


def test_rates_stand_below_each_other_with_their_intervals(tmp_path: pathlib.Path) -> None:
    figure = pd.figure(rates(), title="Mine & ours", note="n = 3")
    assert "50.0 % (40.0 to 60.0)" in figure.svg and "25.0 % (12.5 to 50.0)" in figure.svg
    assert "Mine &amp; ours" in figure.svg and "cell 1" in figure.svg and "honest first" in figure.svg
    assert figure._repr_svg_() == figure.svg  # pyright: ignore[reportPrivateUsage]
    figure.save(tmp_path / "rates.svg")
    figure.save(tmp_path / "rates.png")
    assert (tmp_path / "rates.svg").read_text() == figure.svg
    assert (tmp_path / "rates.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"ends in \.svg or \.png"):
        figure.save(tmp_path / "rates.gif")


def test_rates_stand_side_by_side_by_a_column() -> None:
    figure = pd.figure(rates(), title="By pixels", by="pixels", series="cell")
    assert "pixels" in figure.svg and "cell 0, liar first" in figure.svg
    with pytest.raises(pd.RunError, match="two rates for pixels 4, honest first"):
        pd.figure(rates(first=["honest", "honest", "liar"]), title="", by="cell", series="pixels")


def test_what_are_no_rates_is_refused() -> None:
    with pytest.raises(pd.RunError, match="no column 'grid'"):
        pd.figure(rates(), title="", series="grid")
    with pytest.raises(pd.RunError, match="first is 'both'"):
        pd.figure(rates(first=["both", "liar", "honest"]), title="")
    with pytest.raises(ValueError, match="shares from 0 to 1, not 1.5"):
        pd.figure(rates(high=[1.5, 1.0, 1.0]), title="")
    with pytest.raises(ValueError, match="1 to 1000 rates, not 0"):
        pd.figure(rates().slice(0, 0), title="")


def test_who_played_is_named_where_it_differs() -> None:
    grids: list[object] = ["debate"] * 3
    figure = pd.figure(rates(grid=grids, honest=["mine@1", "mine@1", "greedy"]), title="")
    assert "debate, pixels 4, mine@1" in figure.svg and "debate, pixels 6, greedy" in figure.svg
    assert len(repr(figure)) < 100
    figure = pd.figure(rates(grid=grids), title="", by="first", series=["grid", "pixels"])
    assert "debate, pixels 4, honest first" in figure.svg


def test_control_characters_are_shown_and_not_drawn() -> None:
    """An SVG with one of them is none."""
    grids: list[object] = ["a\x00b", "c\x1bd", "e\nf"]
    for by in (None, "pixels"):
        figure = pd.figure(rates(grid=grids), title="t\x07", note="n\x0c", by=by, series=["grid"])
        ElementTree.fromstring(figure.svg)
        assert "a\ufffdb" in figure.svg and "t\ufffd" in figure.svg
