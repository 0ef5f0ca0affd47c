"""What the tests share."""

from collections.abc import Iterator

import pixel_debate as pd
import pytest
from clients import running
from hypothesis import settings
from pixel_debate.client import Server

# The same examples each time, and nothing written beside the tests.
settings.register_profile("check", derandomize=True, database=None, deadline=None)
settings.load_profile("check")


@pytest.fixture(scope="session")
def mnist() -> pd.Dataset:
    return pd.datasets.load("mnist")


@pytest.fixture(scope="session")
def judge() -> pd.Judge:
    return pd.Judge.shipped(4)


@pytest.fixture
def debate(mnist: pd.Dataset) -> pd.Debate:
    """Image 17 is a seven; the liar says that it is an eight, and begins."""
    return pd.Debate.of(pd.Rules(4, first="liar"), mnist, 17, lie=8)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server's."""
    with running(tmp_path_factory.mktemp("client") / "debates.db") as address:
        yield address


@pytest.fixture
def server(address: str) -> Server:
    return Server(address)
