"""AI safety via debate over images, pixel by pixel.

Two debaters see an image and argue about its label by revealing single pixels to a judge who sees nothing
else (Irving, Christiano, Amodei, "AI safety via debate", 2018, section 3.1). This package has the rules, the
judges, the debaters from random to optimal play, and the exact solver of the Rust program, at its speed;
judges and debaters written in Python sit wherever its own do.

>>> import pixel_debate
>>> mnist = pixel_debate.datasets.load("mnist")
>>> judge = pixel_debate.Judge.shipped(4)
>>> rules = pixel_debate.Rules(pixels=4, first="liar")
>>> debate = pixel_debate.Debate.of(rules, mnist, 17, lie=8)
>>> pixel_debate.play(debate, judge, honest="mcts:100", liar="greedy").winner
'honest'
"""

import os

from pixel_debate import datasets, types
from pixel_debate._native import (
    Agent,
    Analysis,
    Certificate,
    Choice,
    Dataset,
    DatasetError,
    Debate,
    Error,
    Flaw,
    IllegalMove,
    Judge,
    JudgeError,
    Optimal,
    PlayerError,
    Rules,
    RunError,
    SetupError,
    Solution,
    TranscriptError,
    View,
    _before_fork,
    accuracy,
    analyse,
    optimal,
    play,
    rate,
    solve,
    verify,
)
from pixel_debate.evaluation import Evaluation, evaluate
from pixel_debate.experiments import Carried, run
from pixel_debate.figures import Figure, figure
from pixel_debate.runs import Run
from pixel_debate.wins import honest_wins

__all__ = [
    "Agent",
    "Analysis",
    "Carried",
    "Certificate",
    "Choice",
    "Dataset",
    "DatasetError",
    "Debate",
    "Error",
    "Evaluation",
    "Figure",
    "Flaw",
    "IllegalMove",
    "Judge",
    "JudgeError",
    "Optimal",
    "PlayerError",
    "Rules",
    "Run",
    "RunError",
    "SetupError",
    "Solution",
    "TranscriptError",
    "View",
    "accuracy",
    "analyse",
    "datasets",
    "evaluate",
    "figure",
    "honest_wins",
    "optimal",
    "play",
    "rate",
    "run",
    "solve",
    "types",
    "verify",
]

# Not everywhere can a process fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork)
