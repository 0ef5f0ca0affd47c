"""What language models are shown and told, and what is read from their answers."""

import base64
import io
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest
from inspect_ai.model import ChatMessage, ContentImage, ContentText
from PIL import Image
from pixel_debate.inspect_ai import evidence, prompts
from pixel_debate.inspect_ai.answers import Unreadable, Verdict, pixel_of, verdict_of

DIGITS = tuple("0123456789")
PIXELS = [(12, 5), (13, 5), (14, 6), (27, 27)]


def debates(order: Any = "alternating", precommit: bool = True) -> tuple[pd.Debate, pd.Debate]:
    """Two debates with nothing in common but what the judge may know."""
    one = np.full((28, 28), 200, np.uint8)
    other = np.arange(784, dtype=np.uint8).reshape(28, 28) // 2 + 1
    for column, row in PIXELS:
        other[row, column] = one[row, column] = 8 * column + row
    rules = [pd.Rules(4, precommit, first, order) for first in ("liar", "honest")]
    both = (
        pd.Debate(rules[0], one, 7, 8 if precommit else None),
        pd.Debate(rules[1], other, 8, 7 if precommit else None),
    )
    for pixel in PIXELS:
        for debate in both:
            debate.apply(pixel)
    return both


def said(messages: list[ChatMessage]) -> str:
    return "\n".join(message.text for message in messages)


def pictures(messages: list[ChatMessage]) -> list[npt.NDArray[np.uint8]]:
    """The pictures of messages, as arrays."""
    found: list[npt.NDArray[np.uint8]] = []
    for message in messages:
        for part in message.content if isinstance(message.content, list) else []:
            if isinstance(part, ContentImage):
                begin, data = part.image.split(",")
                assert begin == "data:image/png;base64"
                found.append(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))))
    return found


def bare(messages: list[ChatMessage]) -> list[tuple[str, object]]:
    """Messages without what is drawn for each."""
    return [
        (
            message.role,
            message.content
            if isinstance(message.content, str)
            else [part.model_dump() for part in message.content],
        )
        for message in messages
    ]


@pytest.mark.parametrize("precommit", [True, False])
@pytest.mark.parametrize("form", evidence.FORMS)
@pytest.mark.parametrize("protocol", prompts.PROTOCOLS)
def test_a_judge_is_told_nothing_of_image_label_and_roles(
    protocol: prompts.Protocol, form: evidence.Form, precommit: bool
) -> None:
    order = "alternating" if protocol == "debate" else "alone"
    told = [
        prompts.judge(debate.view("judge"), protocol, form, "mnist-test", DIGITS)
        for debate in debates(order, precommit)
    ]
    assert bare(told[0]) == bare(told[1])
    # And it is told something: the claims, the pixels.
    assert [message.role for message in told[0]] == ["system", "user"]
    assert len(pictures(told[0])) == (form != "text")
    assert ("column 13, row 5: value 109" in said(told[0])) == (form != "picture")
    assert "ANSWER: <label>" in said(told[0])
    if precommit:
        assert "8" in (asked := said(told[0]).split("column 27, row 27")[-1]) and "7" in asked
    assert ("debater" in said(told[0])) == (protocol == "debate")


def test_forms_and_protocols_are_those_of_their_types() -> None:
    assert get_args(evidence.Form) == evidence.FORMS
    assert get_args(prompts.Protocol) == prompts.PROTOCOLS


def test_evidence_is_told_by_its_place() -> None:
    view = debates()[0].view("judge")
    told = evidence.text(view).splitlines()
    assert told[1:5] == [
        "1. column 12, row 5: value 101, by the first debater",
        "2. column 13, row 5: value 109, by the second debater",
        "3. column 14, row 6: value 118, by the first debater",
        "4. column 27, row 27: value 243, by the second debater",
    ]
    grid = told[-28:]
    assert grid[5] == "  5 " + "............12.............."
    assert grid[6] == "  6 " + "..............3............."
    assert grid[27] == " 27 " + "." * 27 + "4"
    assert "".join(line[4:] for line in grid).count(".") == 780
    columns = told[-29][4:]
    assert len(columns) == 28 and columns[12:15] == "234" and told[-30][4:][10] == "1"
    assert "by the" not in evidence.text(view, by_whom=False)
    many = pd.Debate(pd.Rules(40), np.full((28, 28), 9, np.uint8), 1, 2)
    for pixel in many.legal_moves[:40]:
        many.apply(pixel)
    crowd = evidence.text(many.view("judge"))
    assert "\nz. column 6, row 1: value 9" in crowd and "\n#. column 7, row 1: value 9" in crowd


def test_debaters_see_the_image(mnist: pd.Dataset) -> None:
    debate = pd.Debate.of(pd.Rules(4, first="liar"), mnist, 17, lie=8)
    image = mnist.images[17]
    debate.apply(debate.legal_moves[0])
    view = debate.view("second")
    grid = [line[4:] for line in evidence.text(view).splitlines()[3:31]]
    shades = np.array([list(line) for line in grid])
    assert np.array_equal(shades == ".", image == 0)
    assert set(shades[image == 255]) <= {"9"} and set(shades[image > 0]) <= set("123456789")
    seen = evidence.picture(view)
    small = seen[8::16, 8::16]
    assert np.array_equal(small, np.repeat(image[:, :, None], 3, 2))
    column, row = debate.evidence[0][1]
    assert tuple(seen[row * 16, column * 16]) == evidence.FRAMES["first"]
    told = prompts.debater(view, "debate", "both", "mnist-test", DIGITS)
    assert "your claim, 7, is the right label" in said(told) and "The other claim is 8" in said(told)
    assert "You are the second debater" in said(told) and "3 of 4 pixels are left" in said(told)
    assert np.array_equal(pictures(told)[0], seen)


def test_a_picture_shows_the_judge_what_is_revealed_alone() -> None:
    debate = debates()[0]
    seen = evidence.picture(debate.view("judge"))
    assert seen.shape == (448, 448, 3)
    centres = seen[8::16, 8::16]
    for by, (column, row), value in debate.evidence:
        assert tuple(centres[row, column]) == (value, value, value)
        assert tuple(seen[row * 16, column * 16]) == evidence.FRAMES[by]
        centres[row, column] = evidence.HIDDEN
    assert (centres == evidence.HIDDEN).all()


def test_liars_are_told_what_they_are_to_do(mnist: pd.Dataset) -> None:
    debate = pd.Debate.of(pd.Rules(4, first="liar"), mnist, 17, lie=8)
    told = said(prompts.debater(debate.view("first"), "debate", "text", "mnist-test", DIGITS))
    assert "your claim is 8, which is not the right label" in told
    assert "No pixel has been revealed yet" in told
    open_ended = pd.Debate.of(pd.Rules(4, precommit=False, first="liar"), mnist, 17)
    told = said(prompts.debater(open_ended.view("first"), "debate", "text", "mnist-test", DIGITS))
    assert "The right label is 7" in told and "make the judge believe any other" in told
    alone = pd.Debate.of(pd.Rules(4, first="liar", order="alone"), mnist, 17, lie=8)
    told = said(prompts.debater(alone.view("first"), "consultancy", "text", "mnist-test", DIGITS))
    assert "You are the consultant" in told and "debater" not in told


def test_labels_that_have_names_are_named() -> None:
    view = debates()[0].view("judge")
    names = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
    told = said(prompts.judge(view, "debate", "text", "clothes", names))
    assert "0 (T-shirt), 1 (trouser)" in told and "is 8 (bag), the second that it is 7 (sneaker)" in told


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("ANSWER: 8\nPROBABILITY: 80 %", Verdict(8, 0.8)),
        ("It is curved.\n\n**ANSWER: 7**\n**PROBABILITY: 0.75**", Verdict(7, 0.75)),
        ("Answer: 8 at first. But:\nANSWER: 7\nPROBABILITY: 100%", Verdict(7, 1)),
        ("- answer: 8 (bag)\n- probability: .5", Verdict(8, 0.5)),
        ("ANSWER: 7.", Verdict(7, None)),
    ],
)
def test_verdicts_are_read(answer: str, verdict: Verdict) -> None:
    assert verdict_of(answer, debates()[0].view("judge")) == verdict


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", "there is no line ANSWER:"),
        ("It is an 8.", "there is no line ANSWER:"),
        ("ANSWER: eight", "a label's number, not 'eight'"),
        ("ANSWER: 3", "one of the claims, 8 or 7, not 3"),
        ("ANSWER: 99999999999", "a label's number"),
        ("ANSWER: 8\nPROBABILITY: high", "a number from 0 to 100 %, not 'high'"),
        ("ANSWER: 8\nPROBABILITY: 80", "from 0 to 100 %, not '80'"),
        ("ANSWER: 8\nPROBABILITY: nan", "not 'nan'"),
        ("ANSWER: 8\nPROBABILITY: 20 %", "the other claim is the likelier one"),
        ("ANSWER: " + "x" * 100_000, "not 'x{40}...'"),
    ],
)
def test_verdicts_that_are_none_are_told_why(answer: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        verdict_of(answer, debates()[0].view("judge"))


def test_without_precommit_any_label_is_a_verdict() -> None:
    view = debates(precommit=False)[0].view("judge")
    assert verdict_of("ANSWER: 3\nPROBABILITY: 20 %", view) == Verdict(3, 0.2)
    with pytest.raises(Unreadable, match="a label from 0 to 9, not 10"):
        verdict_of("ANSWER: 10", view)


@pytest.mark.parametrize(
    "answer", ["PIXEL: 12, 5", "PIXEL: (12, 5)", "**pixel: column 12, row 5**", "PIXEL: 1, 1\nNo:\nPIXEL: 12 5"]
)
def test_pixels_are_read(answer: str) -> None:
    assert pixel_of(answer) == (12, 5)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("12, 5", "there is no line PIXEL:"),
        ("PIXEL: 12", "two numbers with a comma, not '12'"),
        ("PIXEL: -1, 5", "two numbers"),
        ("PIXEL: 999, 5", r"there is no pixel \(999, 5\)"),
        ("PIXEL: 1234, 5", "two numbers"),
    ],
)
def test_pixels_that_are_none_are_told_why(answer: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        pixel_of(answer)


def test_an_answer_is_asked_for_again_with_its_fault() -> None:
    message = prompts.again(Unreadable("there is no line PIXEL:"))
    assert message.role == "user" and "there is no line PIXEL:" in message.text


def test_long_answers_are_read_at_once() -> None:
    # Nothing here takes longer than in proportion.
    for long in ("*" * 300_000, "\n" * 300_000, "ANSWER:" * 50_000, "(" * 300_000):
        with pytest.raises(Unreadable):
            pixel_of(long)
        assert ContentText(text=long).text == long
