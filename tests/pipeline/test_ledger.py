"""The ledger remembers what came, how far sinks are, and what they keep."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pipeline.ledger import KEPT_SECONDS, Ledger, Noted
from redactors.base import ConfigurationError


def test_what_is_written_is_there_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    ledger.note([Noted("a", 1, 100, [[1, 0, "not_json", None, None, None]]), Noted("b", 2, 100)])
    ledger.reach("files", 1)
    ledger.keep("files", b"kept")
    ledger.close()
    again = Ledger(tmp_path / "ledger")
    assert again.knows("a")
    assert not again.knows("c")
    assert (again.last, again.reached("files"), again.reached("new")) == (2, 1, None)
    assert (again.kept("files"), again.kept("new")) == (b"kept", None)


def test_a_batch_is_forgotten_when_nobody_sends_it_any_more(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger")
    ledger.note([Noted("old", 1, 100), Noted("new", 2, 100 + KEPT_SECONDS)])
    ledger.prune(101 + KEPT_SECONDS)
    assert (ledger.knows("old"), ledger.knows("new"), ledger.last) == (False, True, 2)


def test_an_unreadable_ledger_is_never_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_bytes(b"no database " * 100)
    with pytest.raises(ConfigurationError, match="unreadable"):
        Ledger(tmp_path / "ledger")


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "ledger")
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(ConfigurationError, match="format version 99"):
        Ledger(tmp_path / "ledger")
