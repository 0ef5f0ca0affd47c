"""What is not installed is named, with how to install it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "missing", "extra"),
    [
        ("pixel_debate.vector", "gymnasium", "environments"),
        ("pixel_debate.gymnasium", "gymnasium", "environments"),
        ("pixel_debate.pettingzoo", "gymnasium", "environments"),
        ("pixel_debate.pettingzoo", "pettingzoo", "environments"),
        ("pixel_debate.client", "websockets", "client"),
        ("pixel_debate.inspect_ai", "inspect_ai", "inspect"),
        ("pixel_debate.inspect_ai", "PIL", "inspect"),
        ("pixel_debate as pd; pd.Run.open('nowhere')", "pyarrow", "frames"),
    ],
)
def test_an_import_says_what_to_install(module: str, missing: str, extra: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None\nimport {module}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    said = f"ImportError: this part of pixel_debate needs {missing}, which cannot be imported"
    assert said in ended.stderr and ended.stderr.rstrip().endswith(f"pip install 'pixel-debate[{extra}]'")
