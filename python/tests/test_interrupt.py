"""Ctrl-C stops whatever runs, within a second, in an interpreter of its own."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest

SETUP = """
import signal, sys, time, numpy as np, pixel_debate as pd
# Whoever starts the tests in the background has them ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
mnist, judge = pd.datasets.load("mnist"), pd.Judge.shipped(6)
debate = pd.Debate.of(pd.Rules(6), mnist, 17, 8)
long = pd.Debate.of(pd.Rules(12), mnist, 17, 8)
own = lambda values, masks: judge(values, masks)
labels = lambda values, masks: np.zeros(len(values), int)
def works(values, masks):
    np.ones((300, 300)) @ np.ones((300, 300))
    return judge(values, masks)
def slow(values, masks):
    time.sleep(30)
print("ready", flush=True)
"""


@pytest.mark.parametrize(
    "work",
    [
        "pd.Agent('mcts:1000000').choose(long, judge)",
        "pd.Agent('mcts:1000000').choose(long, labels)",
        "pd.Agent('mcts:1000000', gather=4096).choose(pd.Debate.of(pd.Rules(128, legal='any'), mnist, 17, 8), judge)",
        "pd.play(long, judge, honest='mcts:1000000', liar='exact')",
        "pd.solve(long, judge)",
        "pd.optimal(long, judge)",
        # Solved at once, and then every other reveal is looked into.
        "pd.optimal(pd.Debate.of(pd.Rules(2, legal='any'), mnist, 1, 3), judge)",
        "pd.solve(long, own)",
        "pd.evaluate(mnist, works, images=5000)",
        "[pd.Debate(pd.Rules(4), mnist.images[17], 7, 8) for _ in range(10**8)]",
        "[judge.logits(mnist.images[:4], mnist.images[:4] > 99) for _ in range(10**7)]",
        "pd.play(debate, slow)",
        "[judge.logits(mnist.images, mnist.images > 0) for _ in range(100)]",
        "[judge.accuracy(mnist, pixels=12) for _ in range(100)]",
        "pd.rate(np.zeros(10**8))",
        "judge.logits_of(mnist.images[17].copy(), [[(0, 0)] * 784] * 10**6)",
        "pd.analyse(pd.Debate.of(pd.Rules(6, legal='any'), mnist, 17, 8), judge)",
    ],
)
def test_ctrl_c_stops_it(work: str) -> None:
    program = SETUP + textwrap.dedent(
        f"""
        try:
            while True:
                {work}
        except KeyboardInterrupt:
            print("stopped", flush=True)
        """
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.7)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
        assert (said, process.returncode) == ("stopped\n", 0)
        # A second of its own; a machine that is busy otherwise has more, and an interpreter has to end.
        assert time.monotonic() - began < 10
