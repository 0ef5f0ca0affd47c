"""A study's export, read by pandas, polars and DuckDB, and its report's numbers computed again.

    read_export.py FOLDER

FOLDER has an `export` and a `report` of the same results. What the three say is held against each other, CSV against Parquet,
all against the dictionary, and the report's numbers against those that pandas computes of the tables.
"""

import json
import sys
from itertools import combinations
from math import log

import duckdb
import pandas
import polars
import pyarrow.parquet

export, report = f"{sys.argv[1]}/export", json.load(open(f"{sys.argv[1]}/report/report.json"))
dictionary = json.load(open(f"{export}/dictionary.json"))
study = json.load(open(f"{export}/study.json"))
assert study["hash"] == report["hash"] == dictionary["study"]

TYPES = {
    "truth": polars.Boolean,
    "whole": polars.Int64,
    "number": polars.Float64,
    "word": polars.String,
    "free_text": polars.String,
    "time": polars.Datetime("ms", "UTC"),
}
tables = {}
for table in dictionary["tables"]:
    name, columns = table["name"], table["columns"]
    names = [column["name"] for column in columns]
    texts = {column["name"]: str for column in columns if column["type"] in ("word", "free_text")}
    csv = pandas.read_csv(
        f"{export}/{name}.csv", dtype=texts, keep_default_na=False, na_values=[""], float_precision="round_trip"
    )
    assert list(csv.columns) == names and len(csv) == table["rows"], name
    if f"{name}.parquet" not in table["files"]:
        continue
    path = f"{export}/{name}.parquet"
    metadata = pyarrow.parquet.read_metadata(path).metadata
    assert metadata[b"pixel_debate.study"].decode() == study["hash"]
    assert json.loads(metadata[b"pixel_debate.columns"]) == columns
    lazy = polars.read_parquet(path)
    assert lazy.schema == {column["name"]: TYPES[column["type"]] for column in columns}, name
    frame = pandas.read_parquet(path)
    assert list(frame.columns) == names and len(frame) == table["rows"], name
    tables[name] = frame
    assert duckdb.sql(f"select count(*) from '{path}'").fetchall() == [(table["rows"],)]
    for column in columns:
        values, of_csv = frame[column["name"]], csv[column["name"]]
        there = values.dropna()
        assert "missing" in column or len(there) == len(values), column
        # A text of nothing is nothing in CSV.
        there_in_csv = values.notna() & (values.astype(str) != "")
        assert (of_csv.notna() == there_in_csv).all(), (name, column)
        if "least" in column:
            assert (there >= column["least"]).all(), column
        if "most" in column:
            assert (there <= column["most"]).all(), column
        if "values" in column:
            assert there.isin(column["values"]).all(), column
        of_csv = of_csv[there_in_csv]
        there = values[there_in_csv]
        if column["type"] == "free_text":
            of_csv = of_csv.str.removeprefix("'").str.replace("\r\n", "\n")
            there = there.str.replace("\r\n", "\n")
        if column["type"] == "time":
            of_csv = pandas.to_datetime(of_csv, format="ISO8601")
        assert (of_csv.astype(there.dtype) == there).all(), (name, column)

judgments, beliefs = tables["judgments"], tables["beliefs"]
for at in ["started", "ended"]:
    ms = judgments[at].astype("datetime64[ms, UTC]").astype("int64")
    assert (ms == judgments[f"{at}_ms"]).all()
last = beliefs.sort_values("after").groupby(["participant", "position"]).belief_truth.last()
of_judgments = judgments.set_index(["participant", "position"]).belief_truth
assert (last == of_judgments.loc[last.index]).all()


def near(ours, theirs):
    assert abs(ours - theirs) < 1e-9, (ours, theirs)


def alpha(frame, value, distance):
    """Krippendorff's, by its definition."""
    units = [list(unit[value].dropna()) for _, unit in frame.groupby("item")]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    pairs = lambda values: 2 * sum(distance(a, b) for a, b in combinations(values, 2))
    n = len(values)
    observed = sum(pairs(unit) / (len(unit) - 1) for unit in units) / n
    return 1 - observed / (pairs(values) / (n * (n - 1)))


counted = judgments[judgments.counted].copy()
counted["greater"] = counted[["label", "lie"]].max(axis=1)
counted["chosen"] = (counted.verdict == counted.greater).where(counted.verdict.notna()).astype(float)
counted["believed"] = counted.belief_truth.where(counted.label == counted.greater, 1 - counted.belief_truth)
assert len(counted) == report["flow"]["counted"]
for group in report["groups"]:
    here = counted
    for key in ["condition", "tier"]:
        if group[key] is not None:
            here = here[here[key] == group[key]]
    verdicts = here[here.verdict.notna()]
    assert group["judgments"] == len(here)
    assert group["ended"] == [len(verdicts), here.gave_up.sum(), here.timed_out.sum(), 0]
    assert (group["participants"], group["images"]) == (here.participant.nunique(), here.image.nunique())
    near(group["accuracy"]["value"], verdicts.correct.astype(float).mean())
    near(group["accuracy_of_all"]["value"], verdicts.correct.astype(float).sum() / len(here))
    for key, share in [("quarter", 0.25), ("median", 0.5), ("three_quarters", 0.75)]:
        near(group["seconds"][key], verdicts.seconds.quantile(share))
    scores, truth = group["beliefs"], here.belief_truth
    near(scores["brier"]["value"], (2 * (1 - truth) ** 2).mean())
    near(scores["log"]["value"], truth.map(lambda p: -log(p)).mean())
    sure, right = truth.where(truth > 0.5, 1 - truth), (truth > 0.5).astype(float)
    bins = (sure * 10).clip(upper=9).astype(int)
    off = (right.groupby(bins).mean() - sure.groupby(bins).mean()).abs() * bins.value_counts()
    near(scores["ece"], off.sum() / len(truth))
    near(group["agreement"]["alpha"], alpha(here, "chosen", lambda a, b: a != b))
    near(group["belief_agreement"]["alpha"], alpha(here, "believed", lambda a, b: (a - b) ** 2))
print(f"{len(judgments)} judgments, read alike by pandas, polars and DuckDB, with the report's numbers")
