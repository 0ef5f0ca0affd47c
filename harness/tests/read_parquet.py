"""A run's table, opened by pandas, polars and DuckDB, each with plain names and types.

    read_parquet.py RUN

RUN is a run's folder. What the three say is held against each other and against the manifest.
"""

import hashlib
import json
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet

run = sys.argv[1]
table = f"{run}/debates.parquet"
manifest = json.load(open(f"{run}/manifest.json"))

# What the file says of itself.
metadata = pyarrow.parquet.read_metadata(table).metadata
del manifest["program"]
text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
assert metadata[b"pixel_debate.manifest"].decode() == hashlib.sha256(text.encode()).hexdigest()
assert metadata[b"pixel_debate.schema"] == b"2"
described = json.loads(metadata[b"pixel_debate.columns"])

frame = pandas.read_parquet(table)
assert set(frame.columns) == set(described), (frame.columns, described)
assert all(described.values())

# By pandas: every list is a list, every reveal has names.
rows = frame.to_dict("records")
for row in rows:
    cell = manifest["cells"][row["cell"]]
    assert row["winner"] in ("honest", "liar")
    if row["logits"] is None:
        continue
    assert len(row["logits"]) == 10 and len(row["evidence"]) == cell["pixels"], row
    for reveal in row["evidence"]:
        assert set(reveal) == {"x", "y", "value", "by"}, reveal
        assert 0 <= reveal["x"] < 28 and 0 <= reveal["y"] < 28
        assert cell["legal"] == "any" or reveal["value"] > 0
        assert reveal["by"] in ((None,) if cell["protocol"] == "judge_alone" else ("honest", "liar"))
    if cell["protocol"] == "debate" and cell["order"] == "alternating":
        by = [reveal["by"] for reveal in row["evidence"]]
        other = {"honest": "liar", "liar": "honest"}
        assert by == [row["first"] if n % 2 == 0 else other[row["first"]] for n in range(len(by))]
    lies = [row["lie"]] if row["lie"] == row["lie"] and row["lie"] is not None else [
        label for label in range(10) if label != row["label"]
    ]
    margin = row["logits"][row["label"]] - max(row["logits"][int(lie)] for lie in lies)
    assert abs(margin - row["margin"]) < 1e-5 and (margin > 0) == (row["winner"] == "honest"), row

# By polars and DuckDB: the same numbers.
values = sum(reveal["value"] for row in rows for reveal in row["evidence"])
lazy = polars.read_parquet(table)
assert lazy.schema["evidence"] == polars.List(
    polars.Struct(
        {"x": polars.UInt8, "y": polars.UInt8, "value": polars.UInt8, "by": polars.String}
    )
), lazy.schema
assert lazy.schema["logits"] == polars.List(polars.Float32)
polars_values = lazy["evidence"].explode().struct.field("value").cast(polars.Int64).sum()
assert polars_values == values, (polars_values, values)
query = f"select sum(reveal.value) from (select unnest(evidence) as reveal from '{table}')"
assert duckdb.sql(query).fetchall() == [(values,)]
query = f"select count(*) from '{table}' where winner = 'honest'"
assert duckdb.sql(query).fetchall() == [(int((frame.winner == "honest").sum()),)]
assert [str(kind) for kind in duckdb.sql(f"select evidence from '{table}'").types] == [
    'STRUCT(x UTINYINT, y UTINYINT, "value" UTINYINT, "by" VARCHAR)[]'
]
print(f"{len(rows)} debates, read alike by pandas, polars and DuckDB")
