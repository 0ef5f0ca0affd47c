"""An interpreter ends quietly, whatever its daemon threads are in the middle of."""

import subprocess
import sys
import textwrap

import pytest

SETUP = """
import threading, time, sys, numpy as np, pixel_debate as pd
from pixel_debate.vector import DebateVectorEnv
mnist, judge = pd.datasets.load("mnist"), pd.Judge.shipped(4)
debate = pd.Debate.of(pd.Rules(4), mnist, 17, 8)
long = pd.Debate.of(pd.Rules(12), mnist, 17, 8)
inside = threading.Event()
def slow(values, masks):
    inside.set()
    time.sleep(0.5)
    return judge(values, masks)
def works(values, masks):
    inside.set()
    for _ in range(10**9):
        pass
class Decides:
    def decide(self, view):
        inside.set()
        time.sleep(0.5)
        return view.claims[0]
def chooses(view):
    inside.set()
    time.sleep(0.5)
    return view.legal_moves[0]
def step():
    env = DebateVectorEnv(4, pixels=1, judge=slow)
    seen, _ = env.reset(seed=1)
    while True:
        seen = env.step(env.sample(seen))[0]
def again(work):
    while True:
        work()
def nap():
    inside.set()
    time.sleep(0.5)
def pixels(view):
    yield int(view.legal_moves[0][0])
    nap()
    yield int(view.legal_moves[0][1])
def naps(given):
    while True:
        nap()
        yield given
class Number:
    def __index__(self):
        nap()
        return 7
    def __float__(self):
        nap()
        return 0.5
    def __repr__(self):
        nap()
        return "a number"
class Path:
    def __fspath__(self):
        nap()
        return sys.argv[1]
class Named:
    @property
    def name(self):
        nap()
        return "slow"
    def __call__(self, values, masks):
        raise ValueError("as it is told")
class Answers:
    @property
    def answers(self):
        nap()
        return "logits"
    def __call__(self, values, masks):
        return np.zeros((len(values), 10))
class Resets:
    @property
    def reset(self):
        nap()
        return lambda: None
    def choose(self, view):
        return view.legal_moves[0]
class Says:
    def __init__(self, what):
        self.what = what
    def decide(self, view):
        return self.what
class Unspoken(Exception):
    def __str__(self):
        nap()
        return "said slowly"
def raises(values, masks):
    raise Unspoken()
class Kept(np.ndarray):
    def __del__(self):
        nap()
def forgets(values, masks):
    return np.zeros((len(values), 10)).view(Kept)
def refused(work):
    try:
        work()
    except (ValueError, TypeError):
        pass
two = mnist.images[:2].copy(), mnist.labels[:2].copy()
def tells(done, of):
    inside.set()
    time.sleep(0.5)
TEXT = '''
title = "t"
[images]
dataset = "mnist"
range = [0, 50]
[[grid]]
name = "g"
protocol = "judge_alone"
pixels = 4
judge = "mine"
'''
"""


@pytest.mark.parametrize(
    "work",
    [
        "pd.play(debate, slow)",
        "pd.solve(debate, slow)",
        "pd.solve(debate, works)",
        "pd.play(debate, Decides(), honest='random', liar='random')",
        "pd.play(debate, judge, honest=chooses, liar='greedy')",
        "step()",
        "pd.solve(long, judge, seconds=inside.set() or 1000)",
        "judge.logits(mnist.images, mnist.images > inside.set() if inside.set() else mnist.images > 0)",
        "pd.run(TEXT, sys.argv[1] + '/one', judges={'mine': slow}, versions={'mine': '1'})",
        "pd.run(TEXT, sys.argv[1] + '/two', judges={'mine': slow}, versions={'mine': '1'}, threads=2)",
        "pd.run(TEXT, sys.argv[1] + '/told', judges={'mine': judge}, progress=tells)",
        # Not a call, and yet somebody's code.
        "pd.play(debate, judge, honest=pixels, liar='random')",
        "pd.rate(naps(0.5))",
        "judge.logits_of(mnist.images[17], naps([(1, 1)]))",
        "pd.Dataset.from_arrays('two', *two, naps('a name'))",
        "pd.Agent('random', Number())",
        "pd.solve(debate, judge, seconds=Number())",
        "debate.copy().apply((Number(), 1))",
        "refused(lambda: debate.apply(Number()))",
        "pd.play(debate, Says(Number()), honest='random', liar='random')",
        "pd.play(debate, Says((8, Number())), honest='random', liar='random')",
        "refused(lambda: pd.play(debate, Named()))",
        "pd.play(debate, Answers(), honest='random', liar='random')",
        "pd.play(debate, judge, honest=Resets(), liar='random')",
        "refused(lambda: pd.play(debate, raises))",
        "pd.play(debate, forgets, honest='random', liar='random')",
        "refused(lambda: pd.Judge.load(Path()))",
    ],
)
def test_a_daemon_thread_may_sit_anywhere(work: str, tmp_path: object) -> None:
    program = SETUP + textwrap.dedent(
        f"""
        threading.Thread(target=lambda: again(lambda: {work}), daemon=True).start()
        inside.wait()
        time.sleep(0.2)
        class Slow:
            # The interpreter's end takes longer than the threads' sleep.
            def __del__(self, sleep=time.sleep):
                sleep(1)
        sys.slow = Slow()
        print("ends", flush=True)
        """
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.stdout, ended.returncode) == ("ends\n", 0), ended.stderr
    assert "panic" not in ended.stderr and "Fatal" not in ended.stderr
