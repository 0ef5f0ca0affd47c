"""The tasks of Inspect, by its own interface, with its mock model."""

import json
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pixel_debate as pd
import pytest
from inspect_ai import Task, eval  # pyright: ignore[reportUnknownVariableType]
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.model import ChatMessage, Model, ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import Score
from pixel_debate.inspect_ai import consultancy, debate, judge, prompts
from pixel_debate.inspect_ai.solvers import Record

Answer = Callable[[list[ChatMessage]], str]


def mock(answer: Answer) -> Model:
    """A model that answers so."""

    def output(messages: list[ChatMessage], *_: object) -> ModelOutput:
        said = ModelOutput.from_content("mockllm/model", answer(messages))
        # Else the mock counts tokens, with a table from the network.
        said.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return said

    return get_model("mockllm/model", custom_outputs=output, memoize=False)


def always(answer: str) -> Model:
    return mock(lambda messages: answer)


@pytest.fixture
def run(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., EvalLog]:
    """Evaluates a task, and gives its log."""
    monkeypatch.chdir(tmp_path)

    def run(task: Task, model: Model, **options: Any) -> EvalLog:
        [log] = eval(task, model, log_dir=str(tmp_path / "logs"), display="none", **options)
        assert log.status == "success", log.error
        return log

    return run


def metrics(log: EvalLog, scorer: str) -> dict[str, float]:
    """What a scorer's metrics are, and of a scorer of several values each one's mean."""
    assert log.results is not None
    found: dict[str, float] = {}
    for score in log.results.scores:
        if score.scorer == scorer:
            several = score.name != scorer
            found |= {score.name if several else name: one.value for name, one in score.metrics.items()}
    return found


def samples(log: EvalLog) -> list[EvalSample]:
    assert log.samples
    return log.samples


def scored(sample: EvalSample, scorer: str) -> Score:
    assert sample.scores is not None
    return sample.scores[scorer]


def replayed(sample: EvalSample) -> pd.Debate:
    """The debate that a sample's score has."""
    metadata = scored(sample, "verdict").metadata
    assert metadata is not None
    return pd.Debate.from_transcript(metadata["transcript"])


def test_classifiers_and_agents_do_what_they_do_elsewhere(
    run: Callable[..., EvalLog], mnist: pd.Dataset
) -> None:
    task = debate(4, 6, 3, honest="mcts:50", liar="greedy", judge="judge-4")
    log = run(task, always("nobody asks"))
    shipped = pd.Judge.shipped(4)
    rules = pd.Rules(4)
    wanted = pd.evaluate(
        mnist, shipped, honest="mcts:50", liar="greedy", images=6, rules=rules, seed=3
    )
    got = {sample.id: replayed(sample) for sample in samples(log)}
    assert len(got) == len(wanted.debates) == 12
    for image, played in zip(wanted.images, wanted.debates, strict=True):
        here = got[f"{image}-{played.lie}-{played.rules.first}"]
        assert here.evidence == played.evidence and here.winner == played.winner
    assert metrics(log, "verdict")["accuracy"] == pytest.approx(wanted.honest_rate()[0])
    # The probability is the softmax over both claims.
    sample, played = samples(log)[0], replayed(samples(log)[0])
    view = played.view("judge")
    logits = shipped.logits(view.values[None], view.mask[None])[0].astype(float)
    apart = abs(logits[played.label] - logits[played.lie or 0])
    metadata = scored(sample, "verdict").metadata
    assert metadata is not None
    assert metadata["probability"] == pytest.approx(1 / (1 + np.exp(-apart)), abs=1e-5)


def test_errors_are_clustered_by_image(run: Callable[..., EvalLog]) -> None:
    # Seven is always the answer.
    log = run(judge(4, [0, 1, 2, 17], lies="all", first="both"), always("ANSWER: 7\nPROBABILITY: 90 %"))
    by_image: dict[int, list[float]] = {}
    for sample in samples(log):
        value = scored(sample, "verdict").value
        by_image.setdefault(sample.metadata["image"], []).append(float(value == "C"))
    values = np.concatenate(list(by_image.values()))
    # Images 0 and 17 are sevens; of the others 7 is one lie in nine, and else no answer.
    assert len(values) == 72 and values.mean() == 0.5
    apart = np.array([sum(one) - len(one) * values.mean() for one in by_image.values()])
    clustered = np.sqrt((apart**2).sum() * 4 / 3) / len(values)
    found = metrics(log, "verdict")
    assert found["accuracy"] == 0.5 and found["stderr"] == pytest.approx(clustered)
    assert clustered > 3 * values.std(ddof=1) / np.sqrt(len(values))
    assert found["accuracy_honest_first"] == found["accuracy_liar_first"] == 0.5
    # Two images of two have all verdicts, two have one in nine: 36 right, 4 wrong, at 90 %.
    brier = (36 * 0.1**2 + 4 * 0.9**2) * 2 / 40
    assert metrics(log, "brier")["mean"] == pytest.approx(brier)
    assert metrics(log, "brier")["ece"] == pytest.approx(0)
    assert metrics(log, "conduct")["no_verdict"] == pytest.approx(32 / 72)
    assert metrics(log, "conduct")["judge_invalid"] == pytest.approx(3 * 32 / 72)


def legal(messages: list[ChatMessage]) -> str:
    """The brightest pixel of the grid that is not revealed yet."""
    lines = messages[-1].text.splitlines()
    top = next(place for place, line in enumerate(lines) if line.startswith("The picture, from 1")) + 3
    shades = np.array([[" .123456789".index(at) for at in line[4:]] for line in lines[top : top + 28]])
    for line in lines:
        if ": value " in line:
            column, row = (int(word.split()[1]) for word in line.split(": ")[0].split(". ")[1].split(", "))
            shades[row, column] = 0
    row, column = divmod(int(shades.argmax()), shades.shape[1])
    return f"I choose a bright one.\nPIXEL: {column}, {row}"


def test_models_debate_and_judge_in_their_roles(run: Callable[..., EvalLog]) -> None:
    heard: dict[str, list[list[ChatMessage]]] = {"honest": [], "liar": [], "judge": []}

    def listening(who: str, answer: Answer) -> Model:
        def hear(messages: list[ChatMessage]) -> str:
            heard[who].append(list(messages))
            return answer(messages)

        return mock(hear)

    roles = {
        "honest": listening("honest", legal),
        "liar": listening("liar", legal),
        "judge": listening("judge", lambda messages: "ANSWER: 7"),
    }
    task = debate(4, [17], honest="model", liar="model", evidence="both")
    log = run(task, always("nobody asks"), model_roles=roles, max_samples=1)
    assert [len(heard[who]) for who in ("honest", "liar", "judge")] == [4, 4, 2]
    for sample, told in zip(samples(log), heard["judge"], strict=True):
        played = replayed(sample)
        assert len(played.evidence) == 4 and played.winner == "honest"
        # All that the judge is told comes from what the rules let it see.
        before = pd.Debate.from_transcript(sample.store["Record:transcript"])
        wanted = prompts.judge(
            before.view("judge"), "debate", "both", "mnist-test", tuple("0123456789")
        )
        assert [message.content for message in told] == [message.content for message in wanted]
        players = json.loads(sample.store["Record:transcript"])["players"]
        assert players["honest"] == players["liar"] == "mockllm/model"
        assert isinstance(sample.input, str) and "17" not in sample.input
    assert all("assigned to lie" in messages[0].text for messages in heard["liar"])
    assert all("assigned to be honest" in messages[0].text for messages in heard["honest"])
    # A verdict without a probability has no Brier score.
    assert metrics(log, "verdict")["accuracy"] == 1
    assert all(scored(sample, "brier").reason == "no_probability" for sample in samples(log))


def test_consultants_choose_all_pixels(run: Callable[..., EvalLog]) -> None:
    def answer(messages: list[ChatMessage]) -> str:
        if "You are the consultant" in messages[0].text:
            return legal(messages)
        # Consultants are believed.
        return "ANSWER: " + messages[-1].text.split("label is ")[1][0] + "\nPROBABILITY: 70 %"

    log = run(consultancy(3, [17, 18], consultant="model"), mock(answer))
    found = metrics(log, "verdict")
    assert (found["accuracy"], found["stderr"]) == (0.5, 0)
    assert (found["accuracy_honest_first"], found["accuracy_liar_first"]) == (1, 0)
    for sample in samples(log):
        played = replayed(sample)
        assert [by for by, _, _ in played.evidence] == ["first"] * 3
        assert played.rules.first == sample.metadata["first"]
    assert metrics(log, "brier")["ece"] == pytest.approx(0.2)


def test_without_precommit_all_labels_are_asked_for(run: Callable[..., EvalLog]) -> None:
    log = run(judge(4, [17, 18], precommit=False), always("ANSWER: 3\nPROBABILITY: 15 %"))
    assert [sample.id for sample in samples(log)] == ["17-honest", "18-honest"]
    assert [replayed(sample).lie for sample in samples(log)] == [None, None]
    assert metrics(log, "verdict")["accuracy"] == 0.5
    assert metrics(log, "brier")["mean"] == pytest.approx(0.85**2 + 0.15**2)


def test_answers_that_are_none_are_asked_for_again(run: Callable[..., EvalLog]) -> None:
    def slow(messages: list[ChatMessage]) -> str:
        """Answers well when it has been told twice what was wrong."""
        if len(messages) < 6:
            return ["Hm.", "PIXEL: 0, 0\nANSWER: 12"][len(messages) // 4]
        told = messages[-3].text
        assert "there is no line" in told and "no valid answer" in messages[-1].text
        # What is left of the first prompt has the picture.
        return legal(messages[:2]) if "PIXEL" in messages[1].text else "ANSWER: 7"

    log = run(debate(4, [17], honest="model", liar="model", first="liar"), mock(slow))
    assert metrics(log, "conduct") == {
        "honest_invalid": 4,
        "liar_invalid": 4,
        "judge_invalid": 2,
        "honest_gave_up": 0,
        "liar_gave_up": 0,
        "no_verdict": 0,
    }
    assert metrics(log, "verdict")["accuracy"] == 1


@pytest.mark.parametrize("garbage", ["", "PIXEL: 0, 0", "ANSWER: 5"])
def test_garbage_is_counted(run: Callable[..., EvalLog], garbage: str) -> None:
    log = run(debate(4, [17, 18], liar="model", tries=2), always(garbage))
    for sample in samples(log):
        record = sample.store_as(Record)
        assert record.gave_up == "liar" and record.invalid == {"liar": 2}
        score = scored(sample, "verdict")
        assert score.reason == "debater_gave_up" and replayed(sample).reason == "resignation"
    found = metrics(log, "conduct")
    assert (found["liar_gave_up"], found["liar_invalid"], found["no_verdict"]) == (1, 2, 0)
    assert log.results is not None
    assert log.results.scores[0].unscored_samples == 4

    log = run(judge(4, [17, 18], tries=2), always(garbage))
    assert metrics(log, "verdict")["accuracy"] == 0
    assert metrics(log, "conduct")["no_verdict"] == 1
    assert metrics(log, "conduct")["judge_invalid"] == 2
    assert {scored(sample, "verdict").reason for sample in samples(log)} == {"invalid_response_format"}


def test_epochs_and_other_solvers_go_with_the_tasks(run: Callable[..., EvalLog]) -> None:
    from inspect_ai.solver import chain_of_thought, generate

    told: list[list[ChatMessage]] = []

    def answer(messages: list[ChatMessage]) -> str:
        told.append(messages)
        return "ANSWER: 7\nPROBABILITY: 60 %"

    log = run(judge(4, [17, 18]), mock(answer), epochs=2, solver=[chain_of_thought(), generate()])
    assert len(samples(log)) == 8 and len(told) == 8
    assert all(messages[0].role == "system" for messages in told)
    # Seven is no claim about image 18, and always right about 17.
    assert metrics(log, "verdict")["accuracy"] == 0.5
    assert metrics(log, "brier")["ece"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"pixels": 0}, "0"),
        ({"images": 10_001}, "10001 images: there are 10000"),
        ({"images": [10_000]}, "10000"),
        ({"lies": "some"}, 'lies must be "random" or "all"'),
        ({"first": "mine"}, 'first must be "both", "honest" or "liar"'),
        ({"evidence": "words"}, 'evidence must be "text", "picture" or "both"'),
        ({"honest": "nobody"}, "nobody"),
        ({"judge": "judge-5"}, "judge-5"),
        ({"search_judge": "nowhere.safetensors"}, "nowhere"),
        ({"tries": 0}, "tries must be 1 or more"),
    ],
)
def test_wrong_options_are_refused_at_once(options: dict[str, Any], sentence: str) -> None:
    wrong: dict[str, Any] = {"images": 2, **options}
    with pytest.raises(ValueError, match=sentence):
        debate(**wrong)
