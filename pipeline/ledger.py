"""The ledger: which batches have come, how far each sink has come, what a sink remembers, and dead letters. SQLite.

What is written last may be lost with the power, all that is older stays: the spool holds it still, since segments are
removed only after `settle`. Each ledger belongs to one process, and all its calls come from one thread.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from redactors.base import ConfigurationError

VERSION: Final = 1
KEPT_SECONDS: Final = 3 * 86_400
"""How long it is remembered that a batch has come: whoever sends it again does so within a day."""
MOST_DEAD: Final = 100_000
"""Dead letters that are kept, the newest."""
LedgerError = sqlite3.Error
"""What any call may raise where the disk is full or fails; then nothing has changed."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS batches (origin TEXT PRIMARY KEY, number INTEGER, at INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS batches_by_time ON batches (at);
CREATE TABLE IF NOT EXISTS sinks (name TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead (
    id INTEGER PRIMARY KEY, at INTEGER, origin TEXT, line INTEGER, offset INTEGER, reason TEXT,
    time TEXT, ray TEXT, status INTEGER
);
"""
_LAST: Final = "last batch"


@dataclass(frozen=True, slots=True)
class Noted:
    """A batch as it is remembered."""

    origin: str
    number: int
    at: int
    """Time of arrival, in seconds."""
    dead: Sequence[Sequence[Any]] = ()
    """Dead letters: line, offset, reason, time, ray, status."""


class Ledger:
    """An open ledger."""

    def __init__(self, path: Path) -> None:
        """Open a ledger, or begin one.

        Raises:
            ConfigurationError: it is unreadable, or of another version.

        """
        try:
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            (version,) = self._base.execute("PRAGMA user_version").fetchone()
            if version in (0, VERSION):
                self._base.executescript(_TABLES)
                self._base.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.DatabaseError:
            right = "the ledger as it was left; to begin anew, move it and the spool away"
            message = f"{path}: unreadable; right would be {right}"
            raise ConfigurationError(message) from None
        if version not in (0, VERSION):
            message = (
                f"{path}: of format version {version}, and this program knows {VERSION}; right would be a newer one"
            )
            raise ConfigurationError(message)

    def knows(self, origin: str) -> bool:
        """Tell whether a batch has come before."""
        return self._base.execute("SELECT 1 FROM batches WHERE origin = ?", (origin,)).fetchone() is not None

    @property
    def last(self) -> int:
        """Return the number of the last batch that was noted."""
        found = self._base.execute("SELECT number FROM sinks WHERE name = ?", (_LAST,)).fetchone()
        return int(found[0]) if found else 0

    def note(self, batches: Iterable[Noted]) -> None:
        """Remember batches that are in the spool, and their dead letters; each is noted once."""
        with self._base:
            self._base.execute("BEGIN")
            for each in batches:
                row = (each.origin, each.number, each.at)
                self._base.execute("INSERT OR IGNORE INTO batches VALUES (?, ?, ?)", row)
                letters = [(each.at, each.origin, *letter) for letter in each.dead]
                self._base.executemany("INSERT INTO dead VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", letters)
                self._set(_LAST, each.number)

    def reached(self, sink: str) -> int | None:
        """Return the number of the last batch that a sink has taken; None for one that was never heard of."""
        found = self._base.execute("SELECT number FROM sinks WHERE name = ?", (sink,)).fetchone()
        return int(found[0]) if found else None

    def reach(self, sink: str, number: int) -> None:
        """Remember how far a sink has come."""
        self._set(sink, number)

    def kept(self, name: str) -> bytes | None:
        """Return what is kept under a name."""
        found = self._base.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return bytes(found[0]) if found else None

    def keep(self, name: str, value: bytes) -> None:
        """Keep something under a name; it is durable then, and all that was written before."""
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))
        self._base.execute("PRAGMA synchronous = NORMAL")

    def settle(self) -> None:
        """Make all that was written durable."""
        self._base.execute("PRAGMA wal_checkpoint(FULL)").fetchall()

    def prune(self, now: int) -> None:
        """Forget batches that came long ago, and the oldest of too many dead letters; `now` is in seconds."""
        self._base.execute("DELETE FROM batches WHERE at < ?", (now - KEPT_SECONDS,))
        oldest = "SELECT id FROM dead ORDER BY id DESC LIMIT 1 OFFSET ?"
        self._base.execute(f"DELETE FROM dead WHERE id <= ({oldest})", (MOST_DEAD,))  # noqa: S608 (no word of it is data)

    def close(self) -> None:
        """Close it."""
        self.settle()
        self._base.close()

    def _set(self, name: str, number: int) -> None:
        self._base.execute("INSERT OR REPLACE INTO sinks VALUES (?, ?)", (name, number))
