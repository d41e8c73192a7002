"""What all tests share: a cache of their own, and the program as a user starts it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest

from tests.program import Edgesieve, in_folder

# A slow machine is no fault of the code, and a failure must come again when it is looked at.
hypothesis.settings.register_profile("edgesieve", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("edgesieve")


@pytest.fixture(scope="session", autouse=True)
def _heard_signals() -> None:
    """Let the programs under test be interrupted, although whoever runs tests in the background is deaf to that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile rules once for all test processes, and leave the user's cache alone."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    os.environ["EDGESIEVE_CACHE"] = str(shared / "edgesieve-cache")


@pytest.fixture
def edgesieve(tmp_path: Path) -> Edgesieve:
    """Return a function that runs the program in an empty folder."""
    return in_folder(tmp_path)


@pytest.fixture
def key(edgesieve: Edgesieve, tmp_path: Path) -> Path:
    """Return a new key file."""
    assert edgesieve("key", "new", "edge.key").returncode == 0
    return tmp_path / "edge.key"
