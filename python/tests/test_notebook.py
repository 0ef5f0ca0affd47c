"""The notebook runs, small, and says what it says in the repository."""

import copy
import pathlib
import re
from typing import Any

import nbformat
import pixel_debate as pd
import pytest
from nbclient import NotebookClient

PATH = pathlib.Path(__file__).parents[1] / "examples" / "table2.ipynb"
SEED = 1


def cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(cell: Any) -> str:
    """What a cell has printed, and its value in characters."""
    parts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "".join(parts)


def table(cell: Any) -> list[list[str]]:
    """The rows of a data frame in characters."""
    lines = [line for line in said(cell).splitlines() if line.startswith("│")]
    return [[part.strip() for part in re.split("[│┆]", line)[1:-1]] for line in lines[1:]]


@pytest.fixture(scope="module")
def committed() -> Any:
    return nbformat.read(PATH, 4)  # type: ignore[no-untyped-call]


def test_it_runs(
    committed: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv("IMAGES", "2")
    monkeypatch.setenv("SEARCH", "random")
    # Nothing of the user's is read or written.
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    notebook = copy.deepcopy(committed)
    before = [(said(cell), table(cell)) for cell in cells(notebook)]
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    after = [(said(cell), table(cell)) for cell in cells(notebook)]
    assert len(before) == len(after) == 7
    _, _, judge, played, wins, _, lies = range(7)
    # The judge alone does not depend on how many debates there are.
    assert after[judge] == before[judge]
    assert "80 debates of random about 2 images" in after[played][0]
    assert [row[:3] + row[4:] for row in after[wins][1]] == [row[:3] + row[4:] for row in before[wins][1]]
    assert [row[:4] for row in after[lies][1]] == [row[:4] for row in before[lies][1]]
    # Pictures: the debate, the plot.
    shown = [cell for cell in cells(notebook) if any("image/png" in output.get("data", {}) for output in cell.outputs)]
    assert len(shown) == 2


def test_its_lies_win_again(committed: Any, mnist: pd.Dataset, judge: pd.Judge) -> None:
    """What the table says of the first image at four pixels is played anew, as in the whole run."""
    rows = [row for row in table(cells(committed)[-1]) if row[0] == "4"][:2]
    [image] = {int(row[1]) for row in rows}
    rollouts = re.search(r"2000 debates of (\S+) about 50 images", said(cells(committed)[3]))
    assert rollouts is not None
    search = rollouts.group(1)
    evaluation = pd.evaluate(
        mnist, judge, honest=search, liar=search, images=[image], rules=pd.Rules(4), lies="all", seed=SEED
    )
    won = {"honest": list[str](), "liar": list[str]()}
    for debate in evaluation.debates:
        if debate.winner == "liar":
            won[debate.rules.first].append(str(debate.lie))
    assert {row[3]: row[4] for row in rows} == {first: ", ".join(lies) for first, lies in won.items()}


def test_its_table_is_the_documentations(committed: Any) -> None:
    page = (PATH.parents[2] / "docs" / "python.md").read_text()
    for row in table(cells(committed)[4]):
        pixels, how, first, ours, paper = row
        line = f"| {pixels} | {how} | {first} | {ours} | {paper} |"
        assert line.replace("|  |", "| |") in page, line
