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
