import json
import pickle
import time

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest


def left(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Believes in label 1 once it sees the leftmost column, and in label 0 before."""
    logits = np.zeros((len(values), 10))
    logits[:, 0] = 0.5
    logits[:, 1] = masks[:, :, 0].any(1)
    return logits


left_image = np.full((1, 8), 9, np.uint8)


def test_a_solution_is_proven(debate: pd.Debate, judge: pd.Judge) -> None:
    solution = pd.solve(debate, judge)
    proof = solution.certificate
    assert proof is not None and solution.winner == proof.winner
    assert solution.line.shape == (4, 2) and solution.best == tuple(solution.line[0].tolist())
    played = debate.copy()
    for pixel in solution.line:
        played.apply(pixel)
    played.verdict(judge.logits_of(debate.image, [[p for _, p, _ in played.evidence]])[0])
    assert played.winner == solution.winner
    again = pd.Certificate.from_json(proof.to_json())
    assert again == proof == pickle.loads(pickle.dumps(proof))
    assert again.debate() == debate and (again.judge, again.judge_sha256) == (
        "judge-4",
        judge.sha256,
    )
    sets, within_rounding = pd.verify(again, judge, engine=True)
    assert sets > 0 and within_rounding <= sets
    turned = json.loads(proof.to_json())
    turned["winner"] = "liar" if proof.winner == "honest" else "honest"
    with pytest.raises(pd.Flaw):
        pd.verify(pd.Certificate.from_json(json.dumps(turned)), judge, engine=True)
    with pytest.raises(pd.Flaw, match=r"is about judge judge-4 \(.*, not judge-6"):
        pd.verify(proof, pd.Judge.shipped(6))


def test_certificates_of_own_judges() -> None:
    debate = pd.Debate(pd.Rules(4), left_image, 1, 0)
    solution = pd.solve(debate, left)
    proof = solution.certificate
    assert proof is not None and (solution.winner, proof.judge) == ("honest", "left")
    assert pd.verify(proof, left)[0] > 0

    def middle(
        values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        return left(values, np.roll(masks, 4, 2))

    middle.__name__ = "left"
    with pytest.raises(pd.Flaw, match="the honest side does not win by"):
        pd.verify(proof, middle)


def test_time_may_be_over(mnist: pd.Dataset) -> None:
    debate = pd.Debate.of(pd.Rules(6), mnist, 17, 8)
    solution = pd.solve(debate, pd.Judge.shipped(6), seconds=0.0)
    assert (solution.winner, solution.certificate) == (None, None)
    assert solution.line.shape == (0, 2)
    best = pd.optimal(debate, pd.Judge.shipped(6), seconds=0.0)
    assert best.winner is None and not best.reveals
    assert best.open == {tuple(pixel) for pixel in debate.legal_moves.tolist()}


def test_the_time_is_for_all_reveals_together(mnist: pd.Dataset, judge: pd.Judge) -> None:
    debate = pd.Debate.of(pd.Rules(2, legal="any"), mnist, 1, 3)
    began = time.monotonic()
    best = pd.optimal(debate, judge, seconds=0.2)
    # Without an eye on the clock it is about twenty seconds, some tens of milliseconds for each reveal.
    assert time.monotonic() - began < 5
    assert best.winner == debate.role_to_move and best.reveals and best.open
    assert not best.reveals & best.open


def test_optimal_reveals_are_those_that_keep_the_win() -> None:
    debate = pd.Debate(pd.Rules(2), left_image, 1, 0)
    # The honest debater begins, and wins by the leftmost pixel alone: the liar does not reveal it.
    best = pd.optimal(debate, left)
    assert (best.winner, best.reveals, best.open) == ("honest", {(0, 0)}, set())
    debate.apply((5, 0))
    # Lost by now, so that the liar keeps its win by anything but that pixel.
    best = pd.optimal(debate, left)
    assert best.winner == "liar"
    assert best.reveals == {(column, 0) for column in (1, 2, 3, 4, 6, 7)}
    # As a debater finds them, a row of an array each.
    found = [move[0] for move in debate.legal_moves if move in best.reveals]
    assert found == [1, 2, 3, 4, 6, 7]
    assert debate.legal_moves[0] not in best.open and best.reveals - {(1, 0)} == {(n, 0) for n in (2, 3, 4, 6, 7)}
    # And what has lost anyway does not care.
    lost = pd.Debate(pd.Rules(2, first="liar"), left_image, 1, 0)
    best = pd.optimal(lost, left)
    assert (best.winner, len(best.reveals)) == ("honest", 8)


def test_optimal_agrees_with_every_child_solved(mnist: pd.Dataset, judge: pd.Judge) -> None:
    debate = pd.Debate.of(pd.Rules(4), mnist, 17, 8)
    debate.apply(debate.legal_moves[7])
    debate.apply(debate.legal_moves[70])
    best = pd.optimal(debate, judge)
    role = debate.role_to_move
    kept: set[tuple[int, ...]] = set()
    for pixel in debate.legal_moves.tolist():
        after = debate.copy()
        after.apply(pixel)
        if pd.solve(after, judge).winner == role:
            kept.add(tuple(pixel))
    assert best.winner == pd.solve(debate, judge).winner
    if best.winner == role:
        assert best.reveals == kept and kept
    else:
        assert not kept and len(best.reveals) == len(debate.legal_moves)


def test_an_analysis_is_what_the_judge_says(debate: pd.Debate, judge: pd.Judge) -> None:
    analysis = pd.analyse(debate, judge)
    pixels = [(c, r) for c, r in debate.legal_moves.tolist()]
    assert analysis.pixels.tolist() == debate.legal_moves.tolist()
    logits = judge.logits_of(debate.image, [[pixel] for pixel in pixels])
    # The liar is to move, and claims 8 of a 7.
    np.testing.assert_allclose(analysis.margins, logits[:, 8] - logits[:, 7], atol=1e-5)
    assert analysis.best == pixels[int(analysis.margins.argmax())]
    both = judge.logits_of(debate.image, [[pixels[0], other] for other in pixels[1:]])
    margins = both[:, 8] - both[:, 7]
    assert analysis.reply_margins[0] == pytest.approx(margins.min(), abs=1e-5)
    assert tuple(analysis.replies[0]) == pixels[1:][int(margins.argmin())]
    assert pd.analyse(debate, judge, replies=False).replies.shape == (0, 2)
    for pixel in pixels[:4]:
        debate.apply(pixel)
    for ask in (pd.analyse, pd.optimal):
        with pytest.raises(pd.Error, match="nobody is to reveal a pixel"):
            ask(debate, judge)
    assert pd.solve(debate, judge).winner in ("honest", "liar")
    debate.resign("first")
    with pytest.raises(pd.Error, match="the debate has ended"):
        pd.solve(debate, judge)


def test_rates_are_wilsons() -> None:
    rate, low, high = pd.rate([1.0] * 27 + [0.0] * 3)
    assert rate == pytest.approx(0.9)
    assert (low, high) == pytest.approx((0.744, 0.965), abs=1e-3)
    assert pd.rate([]) == (0.5, 0.0, 1.0)
    with pytest.raises(ValueError, match="from 0 to 1, not 2"):
        pd.rate([2.0])
