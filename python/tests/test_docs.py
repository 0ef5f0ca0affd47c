"""What the documentation shows runs, from top to bottom."""

import inspect
import pathlib
import re

import pixel_debate as pd
import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["docs/python.md", "python/README.md"])
def test_examples_run(page: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_every_name_of_the_package_is_documented() -> None:
    lacking: list[str] = []
    for name in pd.__all__:
        value: object = getattr(pd, name)
        if not inspect.getdoc(value):
            lacking.append(name)
        if inspect.isclass(value):
            own = [(key, part) for key, part in vars(value).items() if not key.startswith("_")]
            lacking.extend(f"{name}.{key}" for key, part in own if not inspect.getdoc(part))
    assert len(pd.__all__) > 20
    assert lacking == []
