import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pixel_debate as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SMALL = np.array([[0, 200, 90]], np.uint8)


def small() -> pd.Debate:
    """An image of class 1, which the liar passes off as class 0."""
    return pd.Debate(pd.Rules(2, first="liar"), SMALL, 1, 0)


def test_rules_are_values() -> None:
    rules = pd.Rules(4, False, "liar", "blocks", "any")
    assert repr(rules) == (
        "Rules(pixels=4, precommit=False, first='liar', order='blocks', legal='any')"
    )
    assert eval(repr(rules), {"Rules": pd.Rules}) == rules
    assert pickle.loads(pickle.dumps(rules)) == rules and hash(copy.copy(rules)) == hash(rules)
    assert rules != pd.Rules(4)
    assert pd.Rules() == pd.Rules(6, True, "honest", "alternating", "nonzero")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0,), "a debate of 0 pixels: the number must be 1 to 128"),
        ((300,), "a debate of 300 pixels: the number must be 1 to 128"),
        ((6, True, "first"), 'unknown role "first": it must be "honest" or "liar"'),
        ((6, True, "liar", "random"), 'order must be .*, not "random"'),
        ((6, True, "liar", "alone", "all"), 'legal must be "nonzero" or "any", not "all"'),
    ],
)
def test_rules_that_cannot_be_are_refused(arguments: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        pd.Rules(*arguments)  # type: ignore[arg-type]  # pyright: ignore


def test_a_debate_goes_its_way() -> None:
    debate = small()
    assert (debate.label, debate.lie, debate.classes) == (1, 0, 10)
    assert (debate.to_move, debate.role_to_move) == ("first", "liar")
    assert debate.legal_moves.tolist() == [[1, 0], [2, 0]]
    assert debate.apply((2, 0)) == 90
    assert debate.evidence == [("first", (2, 0), 90)]
    assert debate.apply(np.array([1, 0]), by="second") == 200
    assert debate.to_move is None and debate.legal_moves.shape == (0, 2)
    assert (debate.winner, debate.reason, debate.verdict_label) == (None, None, None)
    assert debate.verdict([0.0, 2.0, *[0.0] * 8]) == "honest"
    assert (debate.winner, debate.reason, debate.verdict_label) == ("honest", "verdict", 1)
    assert debate.verdict_logits is not None and debate.verdict_logits[1] == 2.0
    assert repr(debate) == (
        "<Debate about an image of label 1, lie 0, liar first: 2 of 2 pixels, won by the honest>"
    )


def test_refusals_are_the_rules_and_change_nothing() -> None:
    debate = small()
    before = debate.copy()
    refusals: list[tuple[Callable[[], object], str]] = [
        (lambda: debate.apply((0, 0)), r"pixel \(0, 0\) is zero: only a nonzero pixel"),
        (lambda: debate.apply((3, 0)), r"pixel \(3, 0\) is outside the image"),
        (lambda: debate.apply((1, 0), by="second"), "the first debater is to move, not the second"),
        (lambda: debate.verdict(label=1), "0 of 2 pixels are revealed"),
    ]
    for refused, sentence in refusals:
        with pytest.raises(pd.IllegalMove, match=sentence):
            refused()
        assert debate == before
    debate.apply((1, 0))
    with pytest.raises(pd.IllegalMove, match="was revealed already"):
        debate.apply((1, 0))
    debate.apply((2, 0))
    refusals = [
        (lambda: debate.apply((1, 0)), "all 2 pixels are revealed"),
        (lambda: debate.verdict([1.0]), "1 logits for 10 classes"),
        (lambda: debate.verdict([float("nan")] * 10), "the logit of label 0 is NaN"),
        (lambda: debate.verdict(label=5), "label 5 is nobody's claim"),
        (lambda: debate.verdict(label=1, probability=1.5), "the probability 1.5 is not"),
    ]
    for refused, sentence in refusals:
        with pytest.raises(pd.IllegalMove, match=sentence):
            refused()
    with pytest.raises(ValueError, match="a verdict is logits alone, or a label"):
        debate.verdict()
    assert debate.resign("second") == "liar"
    with pytest.raises(pd.IllegalMove, match="the debate has ended"):
        debate.forfeit("first", "time")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((pd.Rules(2), SMALL, 1), "the liar must claim a label"),
        ((pd.Rules(2), SMALL, 1, 1), "the lie 1 is the true label"),
        ((pd.Rules(2, False), SMALL, 1, 0), "the liar claims no label, not 0"),
        ((pd.Rules(2), SMALL, 10, 0), "the label 10 is not one of the 10 classes"),
        ((pd.Rules(3), SMALL, 1, 0), "the image has 2 pixels that may be revealed"),
        ((pd.Rules(2), SMALL, 0, 1, 1), "1 classes: a debate needs 2 to 255"),
        ((pd.Rules(2), np.zeros((2, 300), np.uint8), 0, 1), "both sides must be 1 to 255"),
        ((pd.Rules(2), np.zeros((0, 3), np.uint8), 0, 1), "both sides must be 1 to 255"),
    ],
)
def test_what_makes_no_debate_is_refused(arguments: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        pd.Debate(*arguments)  # type: ignore[arg-type]  # pyright: ignore


def test_views_hide_what_the_rules_hide(debate: pd.Debate) -> None:
    pixel = debate.legal_moves[3]
    debate.apply(pixel)
    judge, liar, honest = debate.view("judge"), debate.view("first"), debate.view("second")
    assert (judge.image, judge.role, judge.first, judge.label) == (None, None, None, None)
    assert judge.claims == (8, 7) and judge.own_claim is None
    assert (liar.role, liar.own_claim, liar.rival_claim) == ("liar", 8, 7)
    assert (honest.role, honest.own_claim, honest.rival_claim) == ("honest", 7, 8)
    assert honest.image is not None
    np.testing.assert_array_equal(honest.image, debate.image)
    assert honest.legal_moves.tolist() == debate.legal_moves.tolist()
    assert judge.legal_moves.shape == (0, 2)
    assert judge.mask.sum() == 1 and judge.mask[pixel[1], pixel[0]]
    np.testing.assert_array_equal(judge.values, debate.image * judge.mask)
    for view in (judge, liar, honest):
        assert pickle.loads(pickle.dumps(view)) == view
    free = pd.Debate(pd.Rules(2, precommit=False), SMALL, 1)
    assert free.view("judge").claims == (None, None)
    free.resign("first")
    ended = free.view("judge")
    assert (ended.label, ended.first, ended.winner) == (1, "honest", "liar")
    assert ended.image is not None and ended.image.tolist() == SMALL.tolist()
    with pytest.raises(ValueError, match='unknown seat "third"'):
        free.view("third")  # type: ignore[arg-type]  # pyright: ignore


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("width", 5, "image is of .* by the rest of the view it must be"),
        ("claims", {"first": 8, "second": 12}, "the second debater claims 12, which is not one of the 10 classes"),
        ("claims", {"first": 7, "second": 7}, "both debaters claim 7"),
        ("classes", 1, "1 classes: a debate has 2 to 255"),
        ("rules", {"pixels": 0}, "a debate of 0 pixels: the number must be 1 to 128"),
        ("role", "honest", "role is honest: by the rest of the view it must be liar"),
        ("to_move", "second", "to_move is second"),
        ("evidence", [{"by": "first", "pixel": [30, 0], "value": 9}], "reveal 1 of the evidence: pixel .30, 0. is out"),
    ],
)
def test_views_whose_parts_do_not_fit_are_refused(debate: pd.Debate, place: str, value: Any, said: str) -> None:
    """Searches count on them: such a view had some of them panic."""
    view = json.loads(debate.view("first").to_json())
    view[place] = {**view[place], **value} if isinstance(value, dict) else value
    with pytest.raises(pd.TranscriptError, match=said):
        pd.View.from_json(json.dumps(view))


@settings(max_examples=30, deadline=None)
@given(
    image=st.lists(st.integers(0, 255), min_size=12, max_size=12),
    pixels=st.integers(1, 4),
    first=st.sampled_from(["honest", "liar"]),
    order=st.sampled_from(["alternating", "blocks", "alone"]),
    precommit=st.booleans(),
    data=st.data(),
)
def test_transcripts_replay(
    image: list[int],
    pixels: int,
    first: pd.types.Role,
    order: pd.types.Order,
    precommit: bool,
    data: st.DataObject,
) -> None:
    rules = pd.Rules(pixels, precommit, first, order, "any")
    array = np.array(image, np.uint8).reshape(3, 4)
    debate = pd.Debate(rules, array, 2, 1 if precommit else None, 3)
    while debate.to_move:
        legal = debate.legal_moves
        debate.apply(legal[data.draw(st.integers(0, len(legal) - 1))])
        assert pd.Debate.from_transcript(debate.transcript()) == debate
    debate.verdict(label=data.draw(st.sampled_from([1, 2])), probability=0.75)
    again = pd.Debate.from_transcript(debate.transcript(honest="me"))
    assert again == debate == pickle.loads(pickle.dumps(debate)) == copy.deepcopy(debate)
    assert json.loads(debate.transcript(honest="me"))["players"] == {"honest": "me"}


def test_transcripts_are_held_to_the_rules(debate: pd.Debate) -> None:
    debate.apply(debate.legal_moves[0])
    text = debate.transcript()
    assert json.loads(text)["source"] == {"dataset": "mnist-test", "index": 17}
    record = json.loads(text)
    record["events"][0]["value"] += 1
    with pytest.raises(pd.TranscriptError, match="event 1 is recorded as"):
        pd.Debate.from_transcript(json.dumps(record))
    with pytest.raises(pd.TranscriptError, match="not a transcript"):
        pd.Debate.from_transcript("{")


@settings(max_examples=100, deadline=None)
@given(text=st.text('{}[]":,.0123456789 abcdefghijklmnopqrstuvwxyz_'))
def test_no_text_makes_it_panic(text: str) -> None:
    for read in (pd.Debate.from_transcript, pd.View.from_json, pd.Certificate.from_json):
        with pytest.raises(pd.Error):
            read(text)


def test_an_image_that_is_not_there_is_refused(mnist: pd.Dataset) -> None:
    with pytest.raises(pd.SetupError, match="no image 10000: mnist-test has images 0 to 9999"):
        pd.Debate.of(pd.Rules(4), mnist, 10_000, 1)
