"""Language models as judges and as debaters, as tasks of Inspect.

``pip install 'pixel-debate[inspect]'``; then Inspect finds three tasks by their names:

    inspect eval pixel_debate/judge --model openai/gpt-4o -T images=50
    inspect eval pixel_debate/consultancy --model openai/gpt-4o -T consultant=greedy
    inspect eval pixel_debate/debate --model openai/gpt-4o -T honest=model -T liar=mcts:1000

Each is about the same images and the same pairs of claims, so that their accuracies may be compared.
"""

from pixel_debate._extras import needed

needed("inspect", "inspect_ai", "PIL")

from pixel_debate.inspect_ai.scorers import brier, conduct, verdict
from pixel_debate.inspect_ai.solvers import argue, decide
from pixel_debate.inspect_ai.tasks import consultancy, debate, judge

__all__ = ["argue", "brier", "conduct", "consultancy", "debate", "decide", "judge", "verdict"]
