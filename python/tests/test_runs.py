"""Runs that the program itself has made; the variable PIXEL_DEBATE says where it is."""

import importlib
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any, cast

import pixel_debate as pd
import polars
import pyarrow
import pyarrow.parquet
import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = os.environ.get("PIXEL_DEBATE", ROOT / "target/release/pixel-debate")
# What has no types, or not all.
PARQUET: Any = cast(Any, pyarrow.parquet)
PANDAS: Any = importlib.import_module("pandas")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run with every kind of row, and with ways to count that differ."""
    here = tmp_path_factory.mktemp("runs")
    text = (ROOT / "harness/tests/small.toml").read_text()
    counted = """
[[grid]]
name = "counted"
protocol = "debate"
pixels = 4
lies = [1, 2, 8]
honest = "random"
liar = "random"
seeds = 3
replicates = 2
seeds_by = ["any", "majority", "mean_logit"]
lies_by = ["any", "majority", "mean_logit"]
"""
    (here / "small.toml").write_text(text + counted)
    assert pathlib.Path(PROGRAM).exists(), f"{PROGRAM}: build the program, or set PIXEL_DEBATE"
    command = [PROGRAM, "run", here / "small.toml", "--out", here / "small"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return here / "small"


@pytest.fixture(scope="module")
def run(folder: pathlib.Path) -> pd.Run:
    return pd.Run.open(folder)


def test_a_run_says_what_the_program_wrote(run: pd.Run, folder: pathlib.Path) -> None:
    assert run.folder == folder and run.manifest["title"] == "Every kind of row"
    assert run.summary == json.loads((folder / "summary.json").read_text())
    table = run.table()
    assert table.num_rows == sum(cell["debates"] for cell in run.summary["cells"])
    assert table.equals(PARQUET.read_table(folder / "debates.parquet"))
    assert run.table(["winner", "cell"]).column_names == ["winner", "cell"]
    with pytest.raises(pd.RunError, match="there is no column 'pixels': there are cell, image"):
        run.table(["pixels"])


def test_rates_are_those_of_the_summary(run: pd.Run) -> None:
    rates = run.rates().to_pylist()
    at = 0
    for place, cell in enumerate(run.summary["cells"]):
        for result in cell["results"]:
            of_orders = [(order["first"], order["honest_wins"]) for order in result["orders"]]
            if len(of_orders) > 1:
                of_orders.append(("mean", result["mean"]))
            for first, wins in of_orders:
                row = rates[at]
                at += 1
                assert (row["cell"], row["first"]) == (place, first)
                assert (row["seeds_by"], row["lies_by"]) == (result["seeds_by"], result["lies_by"])
                assert (row["grid"], row["pixels"]) == (cell["cell"]["grid"], cell["cell"]["pixels"])
                assert row["judge"] == cell["cell"]["judge"]["name"]
                for of, ends in [
                    ("images", ("rate", "low", "high")),
                    ("lies", ("lies_rate", "lies_low", "lies_high")),
                ]:
                    wilson = wins[of]["wilson"]
                    assert [row[end] for end in ends] == [
                        wilson["rate"],
                        wilson["low"],
                        wilson["high"],
                    ]
                    assert row["images"] == wilson["of"]
    assert at == len(rates) > 50


def test_counted_anew_rates_are_the_programs_to_the_last_bit(run: pd.Run) -> None:
    rates = run.rates().to_pylist()
    compared = 0
    for seeds_by in ("any", "majority", "mean_logit"):
        for lies_by in ("any", "majority", "mean_logit"):
            counted = pd.honest_wins(run, seeds_by=seeds_by, lies_by=lies_by).to_pylist()
            by_cell = {(row["cell"], row["first"]): row for row in counted}
            assert len(by_cell) == len(counted)
            for row in rates:
                if (row["seeds_by"], row["lies_by"]) == (seeds_by, lies_by):
                    ours = by_cell[row["cell"], row["first"]]
                    assert ours == {name: row[name] for name in ours}
                    compared += 1
    assert compared == len(rates)
    # The ways to count are told apart by this run.
    counted_cell = len(run.manifest["cells"]) - 2
    means = {
        (row["seeds_by"], row["lies_by"], row["rate"], row["lies_rate"])
        for row in rates
        if row["grid"] == "counted" and row["first"] == "mean"
    }
    assert counted_cell > 0 and len(means) == 9
    assert len({rate for _, _, rate, _ in means}) > 2


def test_frames_of_all_libraries_are_taken_and_may_be_filtered(run: pd.Run) -> None:
    whole = pd.honest_wins(run)
    frame = polars.DataFrame(run.table())
    # Whose types do not say that it takes whatever speaks Arrow.
    assert polars.DataFrame(cast(Any, run)).equals(frame)
    assert frame["evidence"].dtype == polars.List(
        polars.Struct(
            {"x": polars.UInt8, "y": polars.UInt8, "value": polars.UInt8, "by": polars.String}
        )
    )
    pandas_frame = PANDAS.DataFrame.from_arrow(run)
    assert len(pandas_frame) == len(frame) == run.table().num_rows
    assert pyarrow.table(cast(Any, run)).equals(run.table())
    slim = pandas_frame.drop(columns=["evidence", "logits"])
    for other in (frame, slim, run.table()):
        assert pd.honest_wins(other).equals(whole)
    assert polars.DataFrame(run.rates()).height == run.rates().num_rows

    # A part of it, by hand: single debates without seeds, lies or replicates, each one image.
    cell = next(at for at, cell in enumerate(run.manifest["cells"]) if cell["grid"] == "blamed")
    part = frame.filter((polars.col("cell") == cell) & (polars.col("first") == "liar"))
    won = [winner == "honest" for winner in part["winner"]]
    rate, low, high = pd.rate([float(each) for each in won])
    # Of one order there is no mean.
    [liar] = pd.honest_wins(part).to_pylist()
    assert (liar["first"], liar["images"]) == ("liar", len(won))
    assert (liar["rate"], liar["low"], liar["high"]) == (rate, low, high)


def test_scores_are_those_of_the_summary(run: pd.Run) -> None:
    said = [
        (place, judged["first"], judged["labels"], judged["scores"])
        for place, cell in enumerate(run.summary["cells"])
        for judged in cell["judged"]
    ]
    rows = run.scores().to_pylist()
    assert len(rows) == len(said) > 10
    for row, (place, first, labels, scores) in zip(rows, said, strict=True):
        assert (row["cell"], row["first"], row["labels"]) == (place, first, labels)
        assert row["forecasts"] == scores["forecasts"]
        assert (row["brier"], row["log"], row["ece"]) == (
            scores["brier"],
            scores["log"],
            scores["ece"],
        )
        assert row["brier_low"] == scores["brier_interval"]["low"]
        assert row["log_high"] == scores["log_interval"]["high"]


def test_curves_are_those_of_the_summary(run: pd.Run) -> None:
    bins = [
        (place, judged["first"], part)
        for place, cell in enumerate(run.summary["cells"])
        for judged in cell["judged"]
        for part in judged["scores"]["curve"]
    ]
    rows = run.curves().to_pylist()
    assert len(rows) == len(bins) > 0
    for row, (place, first, part) in zip(rows, bins, strict=True):
        assert (row["cell"], row["first"], row["from"], row["sure"]) == (place, first, part["from"], part["sure"])
        assert (row["rate"], row["low"], row["forecasts"]) == tuple(part["right"][name] for name in ("rate", "low", "of"))


def edit(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[pathlib.Path], object]:
    """What changes a JSON file of a run's folder."""

    def edited(folder: pathlib.Path) -> None:
        read = json.loads((folder / name).read_text())
        change(read)
        (folder / name).write_text(json.dumps(read))

    return edited


def remove(name: str) -> Callable[[pathlib.Path], object]:
    return lambda folder: (folder / name).unlink()


def overwrite(name: str, text: str) -> Callable[[pathlib.Path], object]:
    return lambda folder: (folder / name).write_text(text)


FAULTS: list[tuple[Callable[[pathlib.Path], object], str]] = [
    (shutil.rmtree, "there is no such folder"),
    (remove("manifest.json"), "is no run's folder: it has no manifest.json"),
    (overwrite("manifest.json", "{"), "manifest.json: it cannot be read: Expecting"),
    (overwrite("manifest.json", "[" * 100_000), "manifest.json: it cannot be read"),
    (overwrite("manifest.json", "[]"), "manifest.json: it is no object"),
    (overwrite("manifest.json", "{}"), "it is of format None, .* this one's is 2"),
    (remove("debates.parquet"), "is not finished: it has no debates.parquet; the same command"),
    (remove("summary.json"), "is not finished: it has no summary.json"),
    (overwrite("failed.json", "[]"), "is not finished: failed.json lists what nobody could do"),
    (overwrite("debates.parquet", "PAR1"), "debates.parquet: it cannot be read"),
    (overwrite("summary.json", "{}"), "summary.json: it is no run's summary"),
    (
        edit("summary.json", lambda read: read["cells"].pop()),
        "summary.json: its cells are not the manifest's",
    ),
    (
        edit("summary.json", lambda read: read["cells"][0].pop("results")),
        r"summary.json: it has no field cells\[0\].results",
    ),
    (
        edit("manifest.json", lambda read: read.update(title="Another")),
        "debates.parquet: it is of another manifest than manifest.json",
    ),
]


@pytest.mark.parametrize(("spoil", "sentence"), FAULTS)
def test_what_is_no_finished_run_is_refused(
    folder: pathlib.Path,
    tmp_path: pathlib.Path,
    spoil: Callable[[pathlib.Path], object],
    sentence: str,
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    spoil(copy)
    with pytest.raises(pd.RunError, match=sentence):
        pd.Run.open(copy)
    assert issubclass(pd.RunError, pd.Error)


def fields(part: Any, place: str = "") -> list[str]:
    """The places of all fields of a part of a summary."""
    if isinstance(part, dict):
        named = cast(dict[str, Any], part)
        inner = [(f"{place}.{name}" if place else name, value) for name, value in named.items()]
        return [at for here, value in inner for at in (here, *fields(value, here))]
    if isinstance(part, list):
        items = cast(list[object], part)
        return [at for number, value in enumerate(items) for at in fields(value, f"{place}[{number}]")]
    return []


def test_a_summary_of_which_any_field_is_another_is_read_or_refused(run: pd.Run) -> None:
    places = [place for place in fields(run.summary) if place.startswith("cells[0].") or place == "cells"]
    refused: set[str] = set()
    others: list[Any] = [..., None, -1, True, 1e400, "text", [], {}, [[]], 2**40]
    for place in places:
        *way, name = place.replace("[", ".").replace("]", "").split(".")
        for other in others:
            summary = json.loads(json.dumps(run.summary))
            part: Any = summary
            for step in way:
                part = part[int(step) if step.isdigit() else step]
            if other is ...:
                del part[name]
            else:
                part[name] = other
            altered = dataclasses.replace(run, summary=summary)
            try:
                altered.rates()
                altered.scores()
            except pd.RunError as error:
                said = str(error)
                assert "summary.json: " in said and (place in said or other in ([], {}, [[]])), said
                refused.add(place)
    for place in (
        "cells",
        "cells[0].cell.pixels",
        "cells[0].results[0].orders[0].honest_wins.images.wilson.rate",
        "cells[0].judged[0].scores.brier_interval.low",
    ):
        assert place in refused


def test_who_ran_it_does_not_matter(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    edit("manifest.json", lambda read: read["program"].update(commit="of another"))(copy)
    assert pd.Run.open(copy).manifest["program"]["commit"] == "of another"


def test_a_table_that_is_no_runs_is_refused(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    table = PARQUET.read_table(copy / "debates.parquet")
    PARQUET.write_table(table.replace_schema_metadata({}), copy / "debates.parquet")
    with pytest.raises(pd.RunError, match="its schema is none, and the one that is read is 2"):
        pd.Run.open(copy)


def test_frames_that_are_no_runs_are_refused(run: pd.Run) -> None:
    frame = polars.DataFrame(run.table())
    with pytest.raises(pd.RunError, match="it has no column 'margin'"):
        pd.honest_wins(frame.drop("margin"))
    with pytest.raises(pd.RunError, match="winner 'nobody'"):
        pd.honest_wins(frame.with_columns(winner=polars.lit("nobody")))
    with pytest.raises(ValueError, match="a rule is .*, not 'all'"):
        pd.honest_wins(frame, lies_by="all")  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="a table that speaks Arrow, not list"):
        pd.honest_wins([])  # type: ignore[arg-type]  # pyright: ignore


def test_without_pyarrow_it_is_said_what_to_install(
    run: pd.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for ask in (lambda: pd.Run.open(run.folder), run.table, run.rates):
        with pytest.raises(ImportError, match=r"pip install 'pixel-debate\[frames\]'"):
            ask()
