"""Experiments with judges and debaters of Python's own, against the program's."""

import json
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest

FILE = """
title = "Ours and mine"
[images]
dataset = "mnist"
range = [0, 6]
[[grid]]
name = "debate"
protocol = "debate"
pixels = 4
lies = [3, 8]
honest = HONEST
liar = "greedy"
judge = JUDGE
[[grid]]
name = "alone"
protocol = "judge_alone"
pixels = 4
judge = JUDGE
"""
MASKS = npt.NDArray[np.bool_]
VALUES = npt.NDArray[np.uint8]


def file(judge: str, honest: str = '"mcts:20"') -> str:
    return FILE.replace("JUDGE", judge).replace("HONEST", honest)


def first_one(view: pd.View) -> tuple[int, int]:
    column, row = view.legal_moves[0].tolist()
    return column, row


def tables(folder: pathlib.Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pd.Run.open(folder).table().to_pylist()
    return rows


class Batches:
    """The shipped judge as a function of batches."""

    version = 3
    answers = "logits"

    calls: int

    def __init__(self) -> None:
        self.judge = pd.Judge.shipped(4)
        self.calls = 0

    def __call__(self, values: VALUES, masks: MASKS) -> npt.NDArray[np.float32]:
        self.calls += 1
        return self.judge.logits(values, masks)


def test_a_judge_of_ours_under_another_name_gives_the_programs_results(tmp_path: pathlib.Path) -> None:
    carried = pd.run(file('"judge-4"'), tmp_path / "ours")
    assert carried.failures == [] and carried.folder == tmp_path / "ours"
    mine = pd.run(file('"mine"'), tmp_path / "mine", judges={"mine": pd.Judge.shipped(4)})
    assert mine.failures == []
    ours, theirs = tables(tmp_path / "ours"), tables(tmp_path / "mine")
    # Six images, of which one may be a three or an eight, in both orders, and once without debaters.
    assert 6 * 2 + 6 < len(ours) <= 6 * 2 * 2 + 6
    assert ours == theirs
    # Its logits are a network's by this name too, and are scored as such.
    assert carried.open().scores().drop_columns("judge") == mine.open().scores().drop_columns("judge")
    assert mine.open().scores().num_rows == 3


def test_the_manifest_has_what_was_brought_with_its_version(tmp_path: pathlib.Path) -> None:
    text = file('"mine"', '["first-one", "greedy"]')
    carried = pd.run(
        text, tmp_path, judges={"mine": Batches()}, debaters={"first-one": first_one}, versions={"first-one": "b"}
    )
    run = carried.open()
    assert [cell["honest"] for cell in run.manifest["cells"]] == ["first-one@b", "greedy", None]
    assert run.manifest["judges"] == [
        {
            "name": "mine",
            "hash": "version 3",
            "provenance": {"answers": "logits", "callable": "Batches"},
        }
    ]
    assert "mine" in (tmp_path / "report.html").read_text()
    # It has declared that it answers logits: it is scored.
    assert all(cell["judged"] for cell in run.summary["cells"])
    assert set(run.rates().column("honest").to_pylist()) == {"first-one@b", "greedy", None}


def test_many_threads_leave_the_same_folder(tmp_path: pathlib.Path) -> None:
    for threads in (1, 4):
        pd.run(file('"mine"'), tmp_path / str(threads), judges={"mine": Batches()}, threads=threads)
    for name in ("manifest.json", "debates.parquet", "summary.json", "report.html"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "4" / name).read_bytes(), name


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: pathlib.Path) -> None:
    class Stop(BaseException):
        pass

    def stop(done: int, of: int) -> None:
        assert 0 < done <= of
        if done >= 8:
            raise Stop

    whole, parts = Batches(), Batches()
    pd.run(file('"mine"'), tmp_path / "whole", judges={"mine": whole})
    with pytest.raises(Stop):
        pd.run(file('"mine"'), tmp_path / "parts", judges={"mine": parts}, progress=stop)
    assert not (tmp_path / "parts" / "debates.parquet").exists()
    before = parts.calls
    told: list[tuple[int, int]] = []
    pd.run(
        file('"mine"'), tmp_path / "parts", judges={"mine": parts}, progress=lambda n, of: told.append((n, of))
    )
    assert told[0][0] == 4 and told[-1][0] == len(tables(tmp_path / "parts"))
    assert parts.calls == whole.calls, "nothing was asked twice"
    assert before > 0
    for name in ("manifest.json", "debates.parquet", "summary.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_another_version_does_not_go_on(tmp_path: pathlib.Path) -> None:
    pd.run(file('"mine"'), tmp_path, judges={"mine": Batches()})
    wanted = "holds another run: its judge mine is version 3, and version 4 is asked for"
    with pytest.raises(pd.RunError, match=wanted):
        pd.run(file('"mine"'), tmp_path, judges={"mine": Batches()}, versions={"mine": 4})


def test_what_declares_no_version_is_refused_before_anything_runs(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="the judge 'mine' declares no version"):
        pd.run(file('"mine"'), tmp_path, judges={"mine": lambda values, masks: values})
    with pytest.raises(ValueError, match="versions has 'other', which is none"):
        pd.run(file('"judge-4"'), tmp_path, versions={"other": "1"})
    assert list(tmp_path.iterdir()) == []


def test_what_a_player_spoils_is_named_and_the_rest_is_kept(tmp_path: pathlib.Path) -> None:
    bad = [2]
    image = pd.datasets.load("mnist").images[2]

    def chooses(view: pd.View) -> tuple[int, int]:
        assert view.image is not None
        if bad and np.array_equal(view.image, image) and 8 in view.claims:
            raise KeyError("lost")
        return first_one(view)

    def run() -> pd.Carried:
        return pd.run(
            file('"judge-4"', '"mine"'), tmp_path, debaters={"mine": chooses}, versions={"mine": "1"}
        )

    carried = run()
    [(cell, images, error)] = carried.failures
    assert images == [2] and "mine@1" in cell
    assert "image 2, lie 8, honest first: the honest debater (chooses) has raised KeyError: 'lost'" in str(error)
    assert isinstance(error.__cause__, KeyError)
    [told] = json.loads((tmp_path / "failed.json").read_text())
    assert told["error"] == str(error)
    with pytest.raises(pd.RunError, match="1 parts have failed, the first by image 2, lie 8"):
        carried.open()
    # The others are there, and the same call does the rest.
    bad.clear()
    assert run().failures == []
    assert {row["image"] for row in tables(tmp_path)} == set(range(6))


@pytest.mark.parametrize("spoils", ["raises", "illegal"])
def test_whose_fault_it_was_is_told(spoils: str, tmp_path: pathlib.Path) -> None:
    class Mine:
        version = "1"

        def reset(self) -> None:
            if spoils == "raises":
                raise RuntimeError("boom")

        def choose(self, view: pd.View) -> tuple[int, int]:
            return 0, 0

    text = file('"judge-4"', '"random"').replace('"greedy"', '"mine"').replace("range = [0, 6]", "range = [0, 1]")
    [(_, images, error)] = pd.run(text, tmp_path, debaters={"mine": Mine()}).failures
    wanted = {
        "raises": "the liar debater (Mine) has raised RuntimeError: boom",
        "illegal": "the liar debater: pixel (0, 0) is zero",
    }
    assert images == [0] and f"image 0, lie 3, honest first: {wanted[spoils]}" in str(error)
    assert isinstance(error.__cause__, RuntimeError) == (spoils == "raises")


def too_few(count: int) -> object:
    return np.zeros((count, 9), np.float32)


def no_numbers(count: int) -> object:
    return np.full((count, 10), np.nan)


def no_labels(count: int) -> object:
    return np.full(count, 11)


def raises(count: int) -> object:
    return count / 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (too_few, "it must answer an array of floats and shape"),
        (no_numbers, "it must be a number from -1e38 to 1e38"),
        (no_labels, "it names label 11 for set 0"),
        (raises, "has raised ZeroDivisionError"),
    ],
)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_judge_that_fails_spoils_its_own_cells_alone(
    answer: Callable[[int], object], said: str, threads: int, tmp_path: pathlib.Path
) -> None:
    text = file('["mine", "judge-4"]', '"exact"')
    carried = pd.run(
        text,
        tmp_path,
        judges={"mine": lambda values, masks: answer(len(values))},
        versions={"mine": "1"},
        threads=threads,
    )
    assert len(carried.failures) == 12
    for cell, _, error in carried.failures:
        assert "mine" in cell and said in str(error) and str(error).startswith("image ")
    assert (tmp_path / "debates.parquet").exists()


def test_probabilities_are_what_they_are_declared_to_be(tmp_path: pathlib.Path) -> None:
    class Sure:
        version, answers = "1", "probabilities"

        def __init__(self, most: float) -> None:
            self.most = most

        def __call__(self, values: VALUES, masks: MASKS) -> npt.NDArray[np.float64]:
            rest = (1 - self.most) / 9
            told = np.full((len(values), 10), rest)
            told[:, 1] = self.most
            return told

    run = pd.run(file('"mine"', '"random"'), tmp_path / "sure", judges={"mine": Sure(0.82)}).open()
    alone = run.table().filter(pa_is_null(run, "lie")).to_pylist()
    for row in alone:
        assert row["logits"][1] == pytest.approx(np.log(0.82), abs=1e-6)
    [scores] = [s for s in run.scores().to_pylist() if s["protocol"] == "judge_alone"]
    right = np.mean([row["label"] == 1 for row in alone])
    brier = right * (0.18**2 + 9 * 0.02**2) + (1 - right) * (0.82**2 + 0.98**2 + 8 * 0.02**2)
    assert scores["brier"] == pytest.approx(brier, abs=1e-4)
    with pytest.raises(pd.RunError, match="probabilities, which are from 0 to 1"):
        pd.run(file('"mine"', '"random"'), tmp_path / "wrong", judges={"mine": Sure(-3.0)}).open()


ORDERS = [
    ["net", "sure", "plain", "labels", "decides"],
    ["decides", "plain", "labels", "sure", "net"],
    ["labels", "net", "judge-4", "plain", "decides", "sure"],
]


@pytest.mark.parametrize("names", ORDERS)
def test_each_judge_is_scored_by_what_it_declares_itself(names: list[str], tmp_path: pathlib.Path) -> None:
    """All of one version, so that nothing but the name tells them apart."""

    class Says:
        version = "1"

        def __init__(self, what: str) -> None:
            self.what = what
            self.shipped = pd.Judge.shipped(4)

        def __call__(self, values: VALUES, masks: MASKS) -> object:
            logits = self.shipped(values, masks).astype(np.float64)
            if self.what == "labels":
                return logits.argmax(1)
            chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
            return logits if self.what == "logits" else chances

    class Declares(Says):
        def __init__(self, what: str) -> None:
            super().__init__(what)
            self.answers = what

    class Decides:
        version = "1"

        def decide(self, view: pd.View) -> int:
            return min((claim for claim in view.claims if claim is not None), default=7)

    given: dict[str, Any] = {
        "net": Declares("logits"),
        "sure": Declares("probabilities"),
        "labels": Declares("labels"),
        "plain": Says("probabilities"),
        "decides": Decides(),
    }
    judges = {name: given[name] for name in names if name in given}
    text = file(json.dumps(names), '"random"').replace('"greedy"', '"random"')
    scores = pd.run(text, tmp_path, judges=judges).open().scores().to_pylist()
    scored = set(names) & {"net", "sure", "judge-4"}
    for first in (None, "honest", "liar"):
        briers = {row["judge"]: row["brier"] for row in scores if row["first"] == first}
        assert set(briers) == scored
        # They are one judge, by different names.
        assert list(briers.values()) == pytest.approx([briers["net"]] * len(briers), abs=1e-4)


def pa_is_null(run: pd.Run, column: str) -> Any:
    return run.table([column]).column(column).is_null()


def test_a_judge_that_decides_view_by_view_takes_part(tmp_path: pathlib.Path) -> None:
    class Decides:
        version = "1"

        def decide(self, view: pd.View) -> int:
            assert view.image is None and view.role is None
            assert len(view.evidence) == 4
            claimed = [claim for claim in view.claims if claim is not None]
            return min(claimed) if len(claimed) == 2 else 7

    text = file('"mine"', '"random"').replace('liar = "greedy"', 'liar = "random"')
    run = pd.run(text, tmp_path / "fits", judges={"mine": Decides()}).open()
    table = run.table().to_pylist()
    assert all(row["logits"] is None and row["margin"] is None for row in table)
    for row in table:
        assert row["believed"] == (7 if row["lie"] is None else min(row["label"], row["lie"]))
        assert (row["winner"] == "honest") == (row["label"] == row["believed"])
    # A label is no probability.
    assert run.scores().num_rows == 0
    # It is read again as it was.
    assert pd.run(text, tmp_path / "fits", judges={"mine": Decides()}).failures == []
    with pytest.raises(pd.Error, match="line 13.*greedy asks what it would make of other pixels"):
        pd.run(file('"mine"', '"random"'), tmp_path / "no", judges={"mine": Decides()})


def test_a_plot_of_games_needs_debates_that_logits_decide(tmp_path: pathlib.Path) -> None:
    class Decides:
        version = "1"

        def decide(self, view: pd.View) -> int:
            return max(claim if claim is not None else 0 for claim in view.claims)

    plot = '\n[[plot]]\nname = "games"\nkind = "games"\n'
    text = file('"mine"', '"random"').replace('liar = "greedy"', 'liar = "random"')
    with pytest.raises(pd.Error, match="`kind` is .games., and no grid that it shows has debates .*: it would be empty"):
        pd.run(text + plot, tmp_path / "none", judges={"mine": Decides()})
    alone = 'title = "t"\n[images]\ndataset = "mnist"\nrange = [0, 2]\n[[grid]]\nname = "alone"\npixels = 4\n'
    with pytest.raises(pd.Error, match="it would be empty"):
        pd.run(alone + 'protocol = "judge_alone"\njudge = "judge-4"\n' + plot, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    both = text.replace('judge = "mine"', 'judge = ["mine", "judge-4"]') + plot
    assert pd.run(both, tmp_path / "both", judges={"mine": Decides()}).failures == []
    assert (tmp_path / "both" / "plots" / "games.svg").exists()


def test_ctrl_c_stops_what_looks_at_a_finished_folder(tmp_path: pathlib.Path) -> None:
    """By an exception of the signal's handler, wherever in it that comes."""
    text = file('"judge-4"', '"random"')
    pd.run(text, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    script = textwrap.dedent(
        """
        import signal, sys, pixel_debate as pd

        class Stopped(BaseException): ...

        def stop(*_):
            raise Stopped

        signal.signal(signal.SIGALRM, stop)
        text, stopped, after = open(sys.argv[1]).read(), 0, 0.001
        while True:
            try:
                signal.setitimer(signal.ITIMER_REAL, after)
                pd.run(text, sys.argv[2])
                signal.setitimer(signal.ITIMER_REAL, 0)
                break
            except Stopped:
                stopped, after = stopped + 1, after * 1.3
        print("stopped" if stopped else "never", flush=True)
        """
    )
    (tmp_path / "it.toml").write_text(text)
    command = [sys.executable, "-c", script, str(tmp_path / "it.toml"), str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (ended.stdout, ended.returncode) == ("stopped\n", 0), ended.stderr
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_names_are_refused_with_what_is_allowed(tmp_path: pathlib.Path) -> None:
    with pytest.raises(pd.Error, match='"shipped" is taken'):
        pd.run(file('"shipped"'), tmp_path, judges={"shipped": Batches()})
    with pytest.raises(pd.Error, match="line 11.*`honest` is \"mine\".*; or `other`"):
        pd.run(file('"judge-4"', '"mine"'), tmp_path, debaters={"other": "greedy"})
    with pytest.raises(pd.Error, match="line 13.*logrge.*`judge-6`, a file, or `logreg`, or `net`"):
        pd.run(file('"logrge"'), tmp_path, judges={"net": Batches(), "logreg": Batches()})
    with pytest.raises(pd.RunError, match="the experiment cannot be read: .*; an experiment's text has line breaks"):
        pd.run('title = "x"', tmp_path)
    with pytest.raises(pd.RunError, match="the experiment cannot be read: [^;]*$"):
        pd.run(tmp_path / "none.toml", tmp_path)
    with pytest.raises(ValueError, match="threads must be a whole number from 1 to 1024, not 0"):
        pd.run(file('"judge-4"'), tmp_path, threads=0)

    class Keeps:
        version = "1"

        def choose(self, view: pd.View) -> tuple[int, int]:
            return first_one(view)

        def reset(self) -> None: ...

    with pytest.raises(ValueError, match="let threads be 1"):
        pd.run(file('"judge-4"', '"mine"'), tmp_path, debaters={"mine": Keeps()}, threads=2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_a_run_within_a_second(threads: int, tmp_path: pathlib.Path) -> None:
    script = textwrap.dedent(
        f"""
        import pixel_debate as pd, signal, sys
        # Whoever starts the tests in the background has them ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        text = open(sys.argv[1]).read()
        print("begun", flush=True)
        try:
            pd.run(text, sys.argv[2], threads={threads})
        except KeyboardInterrupt:
            print("stopped", flush=True)
        """
    )
    experiment = tmp_path / "long.toml"
    experiment.write_text(
        file('"judge-6"', '"exact"').replace("pixels = 4", "pixels = 12").replace("greedy", "exact")
    )
    command = [sys.executable, "-c", script, str(experiment), str(tmp_path / "out")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        time.sleep(1.5)
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        killer = threading.Timer(60, child.kill)
        killer.start()
        assert child.stdout.read() == "stopped\n"
        killer.cancel()
    # A second by itself, and what a busy machine takes of it.
    assert time.monotonic() - begun < 10


BLAME = """
title = "Blame"
[images]
dataset = "mnist"
range = [0, 8]
[[grid]]
name = "blame"
protocol = "debate"
pixels = 2
lies = [3]
first = "honest"
honest = "random"
liar = "exact"
judge = "mine"
blame = true
"""


def test_what_was_found_out_after_a_failure_is_not_kept(tmp_path: pathlib.Path) -> None:
    class Fails(Batches):
        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

        def __call__(self, values: VALUES, masks: MASKS) -> npt.NDArray[np.float32]:
            if self.calls + 1 == self.at:
                self.calls += 1
                raise KeyError("lost")
            return super().__call__(values, masks)

    whole = Fails(0)
    pd.run(BLAME, tmp_path / "whole", judges={"mine": whole})
    wanted = tables(tmp_path / "whole")
    assert any(row["blame"] is not None for row in wanted)
    for at in range(1, whole.calls + 1, 3):
        folder = tmp_path / str(at)
        [(_, _, error)] = pd.run(BLAME, folder, judges={"mine": Fails(at)}).failures
        assert str(error).startswith("image ") and "KeyError" in str(error)
        assert pd.run(BLAME, folder, judges={"mine": Fails(0)}).failures == []
        assert tables(folder) == wanted, at


@pytest.mark.parametrize("answer", [None, [float("nan")] * 10, 300, -1, 7.5, [], [0.0] * 100, np.zeros((2, 5))])
def test_what_a_judge_alone_decides_is_held_to_the_rules(answer: object, tmp_path: pathlib.Path) -> None:
    class Decides:
        version = "1"

        def decide(self, view: pd.View) -> object:
            return answer

    text = file('"mine"').replace('protocol = "debate"', 'protocol = "judge_alone"')
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("honest", "liar", "lies")))
    carried = pd.run(text, tmp_path, judges={"mine": Decides()})
    assert len(carried.failures) == 12
    assert all("judge alone" in str(error) for _, _, error in carried.failures)


def test_other_answers_of_the_same_version_are_refused(tmp_path: pathlib.Path) -> None:
    judge = Batches()
    pd.run(file('"mine"'), tmp_path, judges={"mine": judge})
    judge.answers = "labels"
    with pytest.raises(pd.RunError, match='declared of its answers "logits", and now declares "labels"'):
        pd.run(file('"mine"'), tmp_path, judges={"mine": judge})
    with pytest.raises(ValueError, match='"logits", "probabilities" or "labels", not \'probs\''):
        judge.answers = "probs"
        pd.run(file('"mine"'), tmp_path, judges={"mine": judge})


def test_an_agent_by_name_draws_anew_in_each_debate_as_the_programs_does(tmp_path: pathlib.Path) -> None:
    ours = pd.run(file('"judge-4"', '"random"'), tmp_path / "ours").open().table().to_pylist()
    named = pd.run(file('"judge-4"', '"mine"'), tmp_path / "named", debaters={"mine": "random"}).open()
    assert named.table().to_pylist() == ours
    assert named.manifest["cells"][0]["honest"] == "mine@random"
    gathers = pd.Agent("mcts:60", gather=8)
    text = file('"judge-4"', '"mine"')
    pd.run(text, tmp_path / "gathers", debaters={"mine": gathers})
    with pytest.raises(pd.RunError, match="holds another run"):
        pd.run(text, tmp_path / "gathers", debaters={"mine": pd.Agent("mcts:60")})


def test_a_judge_that_never_ends_its_own_play_is_a_failure_on_any_thread(tmp_path: pathlib.Path) -> None:
    debate = pd.Debate.of(pd.Rules(4, first="liar"), pd.datasets.load("mnist"), 17, lie=8)

    def deep(values: VALUES, masks: MASKS) -> object:
        return pd.play(debate, deep, honest="greedy", liar="greedy")

    text = file('"mine"').replace("range = [0, 6]", "range = [0, 2]")
    carried = pd.run(text, tmp_path, judges={"mine": deep}, versions={"mine": "1"}, threads=2)
    assert carried.failures
