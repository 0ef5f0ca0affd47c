import itertools
import pickle
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest
import torch
from pixel_debate.types import AnyDebater, AnyJudge, Role

Values = npt.NDArray[np.uint8]
Masks = npt.NDArray[np.bool_]


class ByReading:
    """Reveals the first pixel that it may, and counts."""

    def __init__(self) -> None:
        self.asked = self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def choose(self, view: pd.View) -> tuple[int, int]:
        assert view.role is not None and view.image is not None
        self.asked += 1
        column, row = view.legal_moves[0].tolist()
        return column, row


def last(view: pd.View) -> tuple[int, int]:
    column, row = view.legal_moves[-1].tolist()
    return column, row


@pytest.mark.parametrize("agent", ["random", "greedy", "exact", "mcts:50", "mcts:30:margin:graph"])
def test_agents_before_a_callable_play_as_before_the_judge_that_it_is(
    debate: pd.Debate, judge: pd.Judge, agent: str
) -> None:
    calls = 0

    def mine(values: Values, masks: Masks) -> npt.NDArray[np.float32]:
        nonlocal calls
        calls += 1
        assert (values[~masks] == 0).all()
        return judge.logits_of(debate.image, masks)

    ours = pd.play(debate, judge, honest=agent, liar="greedy", seed=5)
    own = pd.play(debate, mine, honest=agent, liar="greedy", seed=5)
    assert own.winner == ours.winner and calls > 0
    assert own.evidence == ours.evidence
    # A search's engine adds in another order.
    assert own.verdict_logits is not None and ours.verdict_logits is not None
    np.testing.assert_allclose(own.verdict_logits, ours.verdict_logits, atol=1e-5)
    assert ours.winner is not None and debate.winner is None


def test_greedy_asks_a_callable_in_batches(debate: pd.Debate, judge: pd.Judge) -> None:
    sizes: list[int] = []

    def mine(values: Values, masks: Masks) -> npt.NDArray[np.float32]:
        sizes.append(len(values))
        return judge(values, masks)

    pd.play(debate, mine, honest="greedy", liar="greedy")
    assert sum(sizes) > 300 and len(sizes) < 50


def test_search_gathers_the_last_reveal(debate: pd.Debate, judge: pd.Judge) -> None:
    sizes: list[int] = []

    def mine(values: Values, masks: Masks) -> npt.NDArray[np.float32]:
        sizes.append(len(values))
        return judge.logits_of(debate.image, masks)

    solution = pd.solve(debate, mine)
    assert solution.winner == pd.solve(debate, judge).winner
    assert sum(sizes) > 10 * len(sizes)


ANSWERS: list[Callable[[npt.NDArray[np.float32]], object]] = [
    lambda logits: logits,
    lambda logits: logits.tolist(),
    lambda logits: logits.astype(np.float16),
    lambda logits: np.exp(logits) / np.exp(logits).sum(1, keepdims=True),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_judge_may_answer_logits_or_probabilities(
    debate: pd.Debate, judge: pd.Judge, answer: Callable[[npt.NDArray[np.float32]], object]
) -> None:
    played = pd.play(debate, lambda values, masks: answer(judge(values, masks)))
    assert played.winner == pd.play(debate, judge).winner


def test_a_judge_may_answer_labels(mnist: pd.Dataset) -> None:
    for label, winner in [(7, "honest"), (8, "liar"), (3, "liar")]:
        debate = pd.Debate.of(pd.Rules(2), mnist, 17, 8)
        played = pd.play(debate, lambda values, masks: np.full(len(values), label))
        assert played.winner == winner


class Deciding:
    name = "mine"

    def __init__(self, answer: object) -> None:
        self.answer = answer

    def decide(self, view: pd.View) -> object:
        assert view.seat == "judge" and view.image is None
        return self.answer


@pytest.mark.parametrize(
    ("answer", "winner"),
    [
        (7, "honest"),
        (8, "liar"),
        ((7, 0.75), "honest"),
        (np.int64(8), "liar"),
        ([0.0] * 7 + [1.0, 0.0, 0.0], "honest"),
        (np.arange(10.0), "liar"),
    ],
)
def test_a_judge_may_decide_view_by_view(debate: pd.Debate, answer: object, winner: Role) -> None:
    played = pd.play(debate, Deciding(answer), honest="random", liar=last)
    assert played.winner == winner


def test_debaters_before_a_judge_of_views_search_before_another(
    debate: pd.Debate, judge: pd.Judge
) -> None:
    with pytest.raises(pd.Error, match="decides one view after the other"):
        pd.play(debate, Deciding(7), honest="greedy", liar="random")
    played = pd.play(debate, Deciding(7), honest="greedy", liar="random", search_judge=judge)
    assert played.winner == "honest"
    same = pd.play(debate, judge, honest="greedy", liar="random")
    assert played.evidence == same.evidence


def test_debaters_may_be_objects_and_functions(debate: pd.Debate, judge: pd.Judge) -> None:
    debater = ByReading()
    legal = debate.legal_moves
    played = pd.play(debate, judge, honest=debater, liar=last)
    assert (debater.asked, debater.resets) == (2, 1)
    pixels = [list(pixel) for _, pixel, _ in played.evidence]
    assert pixels == [legal[i].tolist() for i in (-1, 0, -2, 1)]


NAME = r"image 17 of mnist-test, lie 8, liar first: "


NONSENSE: list[tuple[Callable[[int], object], str]] = [
    (lambda n: np.zeros((n, 9)), r"it must answer an array of floats and shape \(1, 10\)"),
    (lambda n: np.zeros((n, 10, 1)), r"not float64 of shape \(1, 10, 1\)"),
    (lambda n: np.full((n, 10), np.nan), "its answer for label 0 of set 0 is NaN"),
    (lambda n: np.full((n, 10), 1e300), "its answer for label 0 of set 0 is 1e300"),
    (lambda n: np.full(n, 10), "it names label 10 for set 0"),
    (lambda n: np.full(n, -1), "it names label -1 for set 0"),
    (lambda n: "seven" * n, "it must answer an array"),
    (lambda n: None if n else 0, "it must answer an array"),
    (lambda n: [[0.0] * 10, [0.0]][:2], "it must answer an array"),
]


@pytest.mark.parametrize(("answer", "sentence"), NONSENSE)
def test_a_judges_nonsense_is_refused_with_the_debates_name(
    debate: pd.Debate, answer: Callable[[int], object], sentence: str
) -> None:
    def mine(values: Values, masks: Masks) -> object:
        return answer(len(values))

    with pytest.raises(pd.PlayerError, match=NAME + "mine: .*" + sentence):
        pd.play(debate, mine, honest="random", liar="random")


def test_what_a_player_raises_is_the_cause(debate: pd.Debate, judge: pd.Judge) -> None:
    def mine(values: Values, masks: Masks) -> npt.NDArray[np.float32]:
        raise KeyError("lost")

    def confused(view: pd.View) -> tuple[int, int]:
        raise RuntimeError("what now")

    for agent in ("greedy", "mcts:100", "exact", "random"):
        with pytest.raises(pd.PlayerError, match=NAME + "mine has raised KeyError: 'lost'") as info:
            pd.play(debate, mine, honest=agent, liar="random")
        assert isinstance(info.value.__cause__, KeyError)
    with pytest.raises(
        pd.PlayerError, match=NAME + r"the liar debater \(confused\) has raised RuntimeError"
    ) as info:
        pd.play(debate, judge, liar=confused)
    assert isinstance(info.value.__cause__, RuntimeError)
    assert debate.evidence == []


@pytest.mark.parametrize(
    ("pixel", "sentence"),
    [
        ((0, 0), r"the liar debater: pixel \(0, 0\) is zero"),
        ((200, 0), r"the liar debater: pixel \(200, 0\) is outside the image"),
        ((1, 2, 3), r"the liar debater \(wrong\) has answered tuple, which is no answer"),
        (None, r"the liar debater \(wrong\) has answered NoneType, which is no answer"),
    ],
)
def test_an_illegal_pixel_is_refused_with_the_debates_name(
    debate: pd.Debate, judge: pd.Judge, pixel: object, sentence: str
) -> None:
    def wrong(view: pd.View) -> tuple[int, int]:
        return pixel  # type: ignore[return-value]  # pyright: ignore

    with pytest.raises(pd.PlayerError, match=NAME + sentence):
        pd.play(debate, judge, liar=wrong)


@pytest.mark.parametrize("role", ["honest", "liar"])
def test_a_reset_that_raises_spoils_its_debate_alone(mnist: pd.Dataset, judge: pd.Judge, role: Role) -> None:
    class Once(ByReading):
        def reset(self) -> None:
            super().reset()
            if self.resets == 2:
                raise RuntimeError("boom")

    def given(debater: AnyDebater) -> dict[str, Any]:
        return {"honest": "random", "liar": "random", role: debater}

    evaluation = pd.evaluate(mnist, judge, images=[17], rules=pd.Rules(2), **given(Once()))
    [(image, _, first)] = evaluation.failures
    assert (image, first, len(evaluation.debates)) == (17, "liar", 1)
    [error] = evaluation.failures.values()
    assert f"liar first: the {role} debater (Once) has raised RuntimeError: boom" in str(error)
    assert isinstance(error.__cause__, RuntimeError)

    # The class, where one of it was meant.
    debate = pd.Debate.of(pd.Rules(2), mnist, 17, 8)
    with pytest.raises(pd.PlayerError, match=rf"the {role} debater \(Once\) .*TypeError: .*Once\(\) is one of it") as info:
        pd.play(debate, judge, **given(Once))  # type: ignore[arg-type]  # pyright: ignore
    assert isinstance(info.value.__cause__, TypeError)


def test_functions_that_keep_something_are_reset_as_well(debate: pd.Debate, judge: pd.Judge) -> None:
    class Calls:
        resets = 0

        def reset(self) -> None:
            self.resets += 1

        def __call__(self, view: pd.View) -> tuple[int, int]:
            return last(view)

    mine = Calls()
    pd.play(debate, judge, liar=mine)
    assert mine.resets == 1


def test_what_numpy_says_of_an_answer_is_the_cause(debate: pd.Debate) -> None:
    for tensor, sentence in [
        (torch.zeros((1, 10), requires_grad=True), "requires grad.*detach"),
        (torch.zeros((1, 10), dtype=torch.bfloat16), "BFloat16"),
        (torch.zeros((1, 10), device="meta"), "meta"),
    ]:

        def mine(values: Values, masks: Masks, tensor: torch.Tensor = tensor) -> torch.Tensor:
            return tensor

        with pytest.raises(pd.PlayerError, match=rf"not Tensor, of which numpy makes no such array: .*{sentence}") as info:
            pd.play(debate, mine, honest="random", liar="random")
        assert re.search(sentence, str(info.value.__cause__))


def test_what_a_list_hides_is_not_read(debate: pd.Debate, judge: pd.Judge) -> None:
    hidden: list[Callable[[npt.NDArray[np.float32]], object]] = [
        lambda logits: np.ma.masked_array(logits, True),
        lambda logits: [np.ma.masked_array(row, True) for row in logits],
        lambda logits: tuple(np.ma.masked_array(row, False) for row in logits),
        lambda logits: [[np.ma.masked_array(one, True) for one in row] for row in logits],
        lambda logits: [[np.ma.masked] * 10 for _ in logits],
    ]
    for answer in hidden:

        def mine(values: Values, masks: Masks, answer: Any = answer) -> object:
            return answer(judge(values, masks))

        with pytest.raises(pd.PlayerError, match="not a masked array, of which some is hidden"):
            pd.play(debate, mine, liar="random")


@pytest.mark.parametrize(("declared", "says"), [("logits", "labels"), ("probabilities", "labels"), ("labels", "floats")])
def test_a_judge_is_held_to_what_it_declares(debate: pd.Debate, declared: str, says: str) -> None:
    class Mine:
        answers = declared

        def __call__(self, values: Values, masks: Masks) -> object:
            return np.full(len(values), 7) if says == "labels" else np.full((len(values), 10), 0.1)

    with pytest.raises(pd.PlayerError, match=f"Mine: it declares that it answers {declared}, and answers {says}"):
        pd.play(debate, Mine(), honest="random", liar="random")


@pytest.mark.parametrize("label", [2**63, 2**64 - 1])
def test_labels_beyond_all_are_told_as_they_are(debate: pd.Debate, label: int) -> None:
    with pytest.raises(pd.PlayerError, match=f"it names label {label} for set 0"):
        pd.play(debate, lambda values, masks: np.full(len(values), label, np.uint64), liar="random")


@pytest.mark.parametrize(
    ("answer", "winner"),
    [((1, 0.75), "honest"), ((0, 0.75), "liar"), ((0.0, 1.0), "honest"), ([1, 0], "liar"), (np.array([0, 1]), "honest")],
)
def test_of_two_classes_a_label_has_its_probability_as_well(answer: object, winner: Role) -> None:
    debate = pd.Debate(pd.Rules(2), np.full((2, 5), 9, np.uint8), 1, 0, classes=2)
    played = pd.play(debate, Deciding(answer), honest="random", liar="random")
    assert played.winner == winner
    is_pair = isinstance(answer, tuple) and isinstance(answer[0], int)
    assert (played.verdict_logits is None) == is_pair
    with pytest.raises(pd.PlayerError, match="two whole numbers may be a label and its probability, or two logits"):
        pd.play(debate, Deciding((1, 0)), honest="random", liar="random")


def test_who_plays_once_plays_in_each_order(mnist: pd.Dataset, judge: pd.Judge) -> None:
    orders: list[Any] = [itertools.cycle(["honest", "liar"]), ["honest", "honest"], ["first"], ["honest", "liar", "liar"]]
    for given in orders:
        with pytest.raises(ValueError, match='orders must be "honest", "liar" or both, each once'):
            pd.evaluate(mnist, judge, images=1, orders=given)


def test_of_no_debates_there_is_no_rate(mnist: pd.Dataset, judge: pd.Judge) -> None:
    nothing: list[dict[str, Any]] = [{"images": 0}, {"images": []}, {"images": 2, "orders": []}]
    for options in nothing:
        evaluation = pd.evaluate(mnist, judge, **options)
        for partial in (False, True):
            with pytest.raises(pd.Error, match="no debate was played"):
                evaluation.honest_rate(partial=partial)


def test_what_cannot_play_is_refused(debate: pd.Debate, judge: pd.Judge) -> None:
    with pytest.raises(pd.Error, match='unknown agent "gredy"'):
        pd.play(debate, judge, honest="gredy")
    with pytest.raises(TypeError, match="a debater is .*, not int"):
        pd.play(debate, judge, honest=3)  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(TypeError, match="a judge is .*, not int"):
        pd.play(debate, 3)  # type: ignore[arg-type]  # pyright: ignore
    small = pd.Debate(pd.Rules(2), np.full((2, 2), 9, np.uint8), 1, 0)
    with pytest.raises(pd.JudgeError, match="28"):
        pd.play(small, judge)


def test_a_callable_judges_images_of_any_size_and_fewer_classes() -> None:
    debate = pd.Debate(pd.Rules(2), np.full((2, 5), 9, np.uint8), 1, 0, classes=3)

    def left(values: Values, masks: Masks) -> npt.NDArray[np.float64]:
        assert values.shape[1:] == (2, 5)
        shown = masks[:, :, 0].any(1)
        return np.stack([~shown, shown, np.zeros_like(shown)], 1).astype(float)

    played = pd.play(debate, left, honest="exact", liar="exact")
    assert played.winner == "honest" and played.verdict_logits == [0.0, 1.0, 0.0]
    free = pd.Debate(pd.Rules(2, precommit=False), np.full((2, 5), 9, np.uint8), 1, classes=3)
    assert pd.solve(free, left).winner == "honest"


def test_an_agent_goes_on_in_its_debate_and_begins_anew_in_another(
    mnist: pd.Dataset, judge: pd.Judge
) -> None:
    agent = pd.Agent("mcts:200", seed=3)
    fresh = pd.Debate.of(pd.Rules(4), mnist, 17, 8)
    moves: list[tuple[int, int]] = []
    for _ in range(2):
        debate = fresh.copy()
        moves.clear()
        while debate.to_move:
            honest = debate.role_to_move == "honest"
            pixel = agent.choose(debate, judge).pixel if honest else last(debate.view("second"))
            debate.apply(pixel)
            moves.append(pixel)
        played = pd.play(fresh, judge, honest=pd.Agent("mcts:200", seed=3), liar=last)
        assert moves == [pixel for _, pixel, _ in played.evidence]
    assert pickle.loads(pickle.dumps(agent)).name == "mcts:200"
    # The debater's view is enough.
    assert agent.choose(fresh.view("first"), judge).pixel == moves[0]
    with pytest.raises(pd.Error, match="it is not this debater's turn"):
        agent.choose(fresh.view("second"), judge)
    with pytest.raises(pd.Error, match="a judge makes no moves"):
        agent.choose(fresh.view("judge"), judge)
    with pytest.raises(pd.Error, match="mcts:200 asks a judge: name one"):
        agent.choose(fresh)


def test_a_clock_cuts_a_search_short(debate: pd.Debate, judge: pd.Judge) -> None:
    began = time.monotonic()
    choice = pd.Agent("mcts:1000000").choose(debate, judge, seconds=0.05)
    assert choice.cut_short and choice.proven is None and time.monotonic() - began < 10
    assert pd.Agent("exact").choose(debate, judge).proven in ("honest", "liar")
    with pytest.raises(ValueError, match="seconds must be a number from 0 on"):
        pd.Agent("mcts:10").choose(debate, judge, seconds=-1.0)
    with pytest.raises(ValueError, match="seconds must be a number from 0 on"):
        pd.Agent("mcts:10").choose(debate, judge, seconds=float("nan"))


def test_searches_leave_the_interpreter_to_others(debate: pd.Debate, judge: pd.Judge) -> None:
    thread = threading.Thread(
        target=lambda: pd.Agent("mcts:1000000").choose(debate, judge, seconds=0.6)
    )
    thread.start()
    counted = 0
    while thread.is_alive():
        counted += 1
        time.sleep(0.001)
    thread.join()
    assert counted > 20


def test_evaluate_plays_all_and_keeps_what_does_not_fail(
    mnist: pd.Dataset, judge: pd.Judge
) -> None:
    rules = pd.Rules(4)
    evaluation = pd.evaluate(mnist, judge, liar="random", images=6, rules=rules, seed=2)
    assert len(evaluation.debates) == 12 and not evaluation.failures
    again = pd.evaluate(mnist, judge, liar="random", images=6, rules=rules, seed=2)
    assert again.debates == evaluation.debates
    rate, low, high = evaluation.honest_rate()
    won = sum(debate.winner == "honest" for debate in evaluation.debates)
    assert rate == pytest.approx(won / 12) and low < rate <= high

    def sometimes(view: pd.View) -> tuple[int, int]:
        if view.own_claim == 8:
            raise RuntimeError("not that one")
        return last(view)

    evaluation = pd.evaluate(
        mnist, judge, liar=sometimes, images=[17], lies="all", orders=["liar"], rules=rules
    )
    assert len(evaluation.debates) == 8 and list(evaluation.failures) == [(17, 8, "liar")]
    assert str(evaluation.failures[17, 8, "liar"]).startswith("image 17 of mnist-test, lie 8")
    free = pd.evaluate(mnist, judge, images=[3], rules=pd.Rules(2, precommit=False))
    assert [debate.lie for debate in free.debates] == [None, None]
    with pytest.raises(ValueError, match="10001 images: there are 10000"):
        pd.evaluate(mnist, judge, images=10_001)
    with pytest.raises(pd.SetupError, match="no image 10000"):
        pd.evaluate(mnist, judge, images=[10_000])


def test_types_take_what_is_taken(judge: pd.Judge) -> None:
    judges: list[AnyJudge] = [judge, Deciding(1), lambda values, masks: [0] * len(values)]
    debaters: list[AnyDebater] = ["exact", pd.Agent("greedy"), last, ByReading()]
    assert len(judges) + len(debaters) == 7


def test_gathered_rollouts_ask_a_judge_seldom(debate: pd.Debate, judge: pd.Judge) -> None:
    asked: list[int] = []

    def counting(values: Values, masks: Masks) -> object:
        asked.append(len(values))
        return judge(values, masks)

    gathers = pd.Agent("mcts:200", seed=3, gather=50)
    first = gathers.choose(debate, counting)
    assert sum(asked) <= 200 and len(asked) == 4
    # It is a function of its seed, and survives being sent elsewhere.
    again = pickle.loads(pickle.dumps(gathers))
    assert (again.name, again.seed, again.gather) == ("mcts:200", 3, 50)
    assert again.choose(debate, judge).pixel == first.pixel
    assert repr(again) == "Agent('mcts:200', seed=3, gather=50)"
    played = pd.play(debate, judge, honest=gathers, liar="greedy")
    assert played.winner in ("honest", "liar")
    with pytest.raises(pd.Error, match="gather must be a whole number from 1 to 4096, not 0"):
        pd.Agent("mcts:200", gather=0)
    with pytest.raises(pd.Error, match="greedy makes no rollouts that could be gathered"):
        pd.Agent("greedy", gather=2)


def test_an_answer_of_probabilities_is_held_to_it(debate: pd.Debate) -> None:
    class Declares:
        answers = "probabilities"

        def __init__(self, value: float) -> None:
            self.value = value

        def __call__(self, values: Values, masks: Masks) -> object:
            return np.full((len(values), 10), self.value)

    assert pd.play(debate, Declares(0.1)).winner == "liar"
    with pytest.raises(pd.PlayerError, match="probabilities, which are from 0 to 1"):
        pd.play(debate, Declares(1.5))


def test_more_classes_than_a_judge_knows_are_refused(mnist: pd.Dataset, judge: pd.Judge) -> None:
    many = pd.Debate(pd.Rules(4), mnist.images[17], 1, 12, classes=13)
    agent = pd.Agent("greedy")
    for ask in (
        lambda: pd.play(many, judge),
        lambda: agent.choose(many, judge),
        lambda: pd.Agent("exact").choose(many, judge),
    ):
        with pytest.raises(pd.Error, match="13 classes: the judge tells 10 apart"):
            ask()
    # One's own may know as many.
    assert pd.play(many, lambda values, masks: np.eye(13)[np.full(len(values), 1)]).winner == "honest"
    # And the agent may be asked again.
    few = pd.Debate(pd.Rules(4), mnist.images[17], 7, 8)
    assert agent.choose(few, judge).pixel in map(tuple, few.legal_moves.tolist())


def test_ctrl_c_in_an_answer_is_not_taken_for_its_fault(debate: pd.Debate) -> None:
    class Interrupted:
        def __array__(self, *_: object, **__: object) -> object:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pd.play(debate, lambda values, masks: Interrupted())

    class Odd:
        @property
        def answers(self) -> str:
            raise KeyError("odd")

        def __call__(self, values: Values, masks: Masks) -> object:
            return np.zeros((len(values), 10))

    with pytest.raises(KeyError, match="odd"):
        pd.play(debate, Odd())


def test_after_a_failure_nobody_is_asked_any_more(debate: pd.Debate) -> None:
    asked = 0

    def counts(view: pd.View) -> tuple[int, int]:
        nonlocal asked
        asked += 1
        return last(view)

    def fails(values: Values, masks: Masks) -> object:
        raise KeyError("lost")

    with pytest.raises(pd.PlayerError, match="lost"):
        pd.play(debate, fails, honest=counts, liar="greedy")
    # The liar begins, and its search asks the judge.
    assert asked == 0


def test_an_array_larger_than_all_memory_is_refused(judge: pd.Judge, mnist: pd.Dataset) -> None:
    images = np.broadcast_to(np.uint8(0), (2**40, 28, 28))
    with pytest.raises(MemoryError):
        judge.logits(images, np.broadcast_to(np.bool_(True), images.shape))
