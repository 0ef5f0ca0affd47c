"""The debate, and the verdict, as steps of an Inspect task."""

from functools import lru_cache
from typing import Any

import anyio.to_thread
import numpy as np
from inspect_ai.model import ChatMessage, Model, ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import StoreModel
from pydantic import Field

from pixel_debate._native import (
    Agent,
    Debate,
    IllegalMove,
    Judge,
    View,
    _agent_seed,  # pyright: ignore[reportPrivateUsage]
)
from pixel_debate.inspect_ai import prompts
from pixel_debate.inspect_ai.answers import Unreadable, pixel_of, verdict_of
from pixel_debate.inspect_ai.evidence import Form
from pixel_debate.types import Role

__all__ = ["MODEL", "Record", "argue", "decide", "judge_named"]

MODEL = "model"
"""What stands for a language model where an agent or a judge is named."""


class Record(StoreModel):
    """What came of a debate, beside the messages, in the sample's store.

    Attributes
    ----------
    transcript : str
        As :meth:`pixel_debate.Debate.from_transcript` takes it, without the verdict.
    invalid : dict of str to int
        By who answered (``honest``, ``liar``, ``judge``), how many of its answers were none.
    gave_up : {"honest", "liar"} or None
        The debater none of whose answers for one reveal was valid: it has resigned.
    """

    transcript: str = ""
    invalid: dict[str, int] = Field(default_factory=dict[str, int])
    gave_up: Role | None = None

    def count(self, who: str) -> None:
        """One more answer that is none."""
        self.invalid = {**self.invalid, who: self.invalid.get(who, 0) + 1}


@solver
def argue(
    protocol: prompts.Protocol,
    honest: str,
    liar: str,
    search_judge: str,
    evidence: Form = "text",
    seed: int = 0,
    tries: int = 3,
) -> Solver:
    """Lets the debaters reveal their pixels, and puts the judge's question in place of the messages.

    It is a task's setup, so that whatever solver follows sees what the judge may see, and no more.

    Parameters
    ----------
    protocol : {"judge_alone", "consultancy", "debate"}
    honest, liar : str
        ``"model"``, for the model in the role ``honest`` or ``liar`` (``consultant`` in a consultancy), or an agent's name.
    search_judge : str
        Whom agents ask, as for :func:`judge_named`.
    evidence : {"text", "picture", "both"}
        What models are shown, as debaters and as judge.
    seed : int
        What agents draw from.
    tries : int
        How many answers a model has for each reveal: then it resigns.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        told: dict[str, Any] = state.metadata
        debate = Debate.from_transcript(told["debate"])
        record = state.store_as(Record)
        shown = (protocol, evidence, told["dataset"], [choice.value for choice in state.choices])
        searched = judge_named(search_judge)
        names: dict[Role, str] = {"honest": honest, "liar": liar}
        agents: dict[Role, Agent] = {}
        for of, name in names.items():
            if name != MODEL:
                drawn = _agent_seed(seed, told["image"], told["lie"], told["first"], of)
                agents[of] = Agent(name, drawn)
        # Who has revealed something.
        players: dict[Role, str] = {}
        while (role := debate.role_to_move) is not None:
            if (agent := agents.get(role)) is not None:
                players[role] = agent.name
                # Searches let the interpreter's lock go: meanwhile other samples go on.
                choice = await anyio.to_thread.run_sync(agent.choose, debate, searched)
                debate.apply(choice.pixel)
                continue
            model = get_model(role="consultant" if protocol == "consultancy" else role)
            players[role] = str(model)
            if not await _reveal(debate, model, role, shown, tries, record):
                seat = debate.to_move
                assert seat is not None
                debate.resign(seat)
                record.gave_up = role
        record.transcript = debate.transcript(honest=players.get("honest"), liar=players.get("liar"))
        if record.gave_up is not None:
            # Nobody is asked who has won.
            state.messages = []
            state.completed = True
            return state
        state.messages = prompts.judge(debate.view("judge"), *shown)
        return state

    return solve


async def _reveal(
    debate: Debate,
    model: Model,
    role: Role,
    shown: tuple[prompts.Protocol, Form, str, list[str]],
    tries: int,
    record: Record,
) -> bool:
    """Has a model reveal a pixel: whether one of its answers was valid."""
    seat = debate.to_move
    assert seat is not None
    messages: list[ChatMessage] = prompts.debater(debate.view(seat), *shown)
    for _ in range(tries):
        output = await model.generate(messages)
        try:
            debate.apply(pixel_of(output.completion))
        except (Unreadable, IllegalMove) as wrong:
            record.count(role)
            # An empty choice has no message of its own.
            messages += [*(choice.message for choice in output.choices[:1]), prompts.again(wrong)]
        else:
            return True
    return False


@solver
def decide(judge: str = MODEL, tries: int = 3) -> Solver:
    """Has the judge answer, and asks again where that is no answer.

    Parameters
    ----------
    judge : str
        ``"model"``, for the model in the role ``judge`` or else the one that is evaluated, or a classifier, as for
        :func:`judge_named`, which answers in a model's words.
    tries : int
        How many answers a model has.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        record = state.store_as(Record)
        view = Debate.from_transcript(record.transcript).view("judge")
        if judge != MODEL:
            state.output = ModelOutput.from_content(judge, _answer(judge_named(judge), view))
            state.messages.append(state.output.message)
            return state
        model = get_model(role="judge")
        for left in reversed(range(tries)):
            state.output = await model.generate(state.messages)
            state.messages += [choice.message for choice in state.output.choices[:1]]
            try:
                verdict_of(state.output.completion, view)
            except Unreadable as wrong:
                record.count("judge")
                if left > 0:
                    state.messages.append(prompts.again(wrong))
            else:
                break
        return state

    return solve


@lru_cache(maxsize=8)
def judge_named(name: str) -> Judge:
    """A classifier: ``"judge-4"`` and ``"judge-6"`` are the shipped ones, all else is a file.

    Raises
    ------
    JudgeError
        If the file is none of a judge.
    """
    shipped = {"judge-4": 4, "judge-6": 6}
    return Judge.shipped(shipped[name]) if name in shipped else Judge.load(name)


def _answer(judge: Judge, view: View) -> str:
    """A classifier's verdict as a model would give it."""
    logits = judge.logits(view.values[None], view.mask[None])[0].astype(float)
    claims = [claim for claim in view.claims if claim is not None] or list(range(len(logits)))
    odds = np.exp(logits[claims] - logits[claims].max())
    believed = int(odds.argmax())
    return f"ANSWER: {claims[believed]}\nPROBABILITY: {odds[believed] / odds.sum():.6f}"
