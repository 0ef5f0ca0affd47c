"""A process may fork whatever its threads are in the middle of."""

import os
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
import os, sys, threading, time
import pixel_debate as pd
threading.Thread(target=lambda: pd.datasets.load("mnist"), daemon=True).start()
threading.Thread(target=lambda: pd.Judge.shipped(4), daemon=True).start()
time.sleep(float(sys.argv[1]))
child = os.fork()
if child == 0:
    pd.Debate.of(pd.Rules(4), pd.datasets.load("mnist"), 17, 8), pd.Judge.shipped(4)
    os._exit(7)
for _ in range(600):
    ended, status = os.waitpid(child, os.WNOHANG)
    if ended:
        sys.exit(os.waitstatus_to_exitcode(status))
    time.sleep(0.1)
os.kill(child, 9)
sys.exit("the child hangs")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.004, 0.01, 0.03])
def test_a_child_waits_for_no_thread_of_its_parent(seconds: float) -> None:
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAM), str(seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 7, ended.stderr
