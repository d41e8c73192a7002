"""What was read of a bucket, kept in a file: which versions of objects, and how far back a listing must look."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pipeline.arriving.naming import placed
from redactors.base import ConfigurationError

VERSION: Final = 1
_TABLES = """
create table if not exists places (
    id integer primary key, name text unique not null, horizon text not null default ''
);
create table if not exists done (
    place integer not null, word text not null, version blob not null, primary key (place, word, version)
) without rowid;
"""


class Cursor:
    """A set of versions of objects, by digest, on disk: a million of them take 80 MB there and none in memory.

    What lies behind a place's horizon is forgotten: it is not listed any more. May be used by several threads.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            ConfigurationError: it is not ours, or of another version of the program.

        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        try:
            self._base = sqlite3.connect(path, check_same_thread=False)
            (version,) = self._base.execute("pragma user_version").fetchone()
            if version not in (0, VERSION):
                message = f"{path}: of another version of edgesieve; right would be the one that wrote it"
                raise ConfigurationError(message)
            self._base.executescript(f"pragma journal_mode = wal; pragma user_version = {VERSION}; {_TABLES}")
        except sqlite3.Error as error:
            message = f"{path}: unreadable state ({error.sqlite_errorname}); right would be a backup, or no such file"
            raise ConfigurationError(message) from None

    def new(self, versions: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return those of (key, ETag) that were not done, in their order."""
        asked = [*versions]  # what yields them may ask us too
        with self._lock:
            return [each for each in asked if not self._is_done(*each)]

    def mark(self, versions: Iterable[tuple[str, str]]) -> None:
        """Remember that these were done; durable when it returns."""
        with self._lock, self._base:
            rows = [(self._place(placed(key).place), placed(key).word, _digest(key, etag)) for key, etag in versions]
            self._base.executemany("insert or ignore into done values (?, ?, ?)", rows)

    def horizon(self, place: str) -> str:
        """Return the time before which nothing of a place is listed any more; empty for all times."""
        with self._lock:
            found = self._base.execute("select horizon from places where name = ?", (place,)).fetchone()
            return str(found[0]) if found else ""

    def advance(self, horizons: Mapping[str, str]) -> None:
        """Move horizons on, never back; forget what lies behind them."""
        with self._lock, self._base:
            for name, word in horizons.items():
                place = self._place(name)
                self._base.execute("update places set horizon = max(horizon, ?) where id = ?", (word, place))
                self._base.execute("delete from done where place = ? and word < ? and word != ''", (place, word))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def _is_done(self, key: str, etag: str) -> bool:
        place, word = placed(key)
        query = "select 1 from done where place = (select id from places where name = ?) and word = ? and version = ?"
        return self._base.execute(query, (place, word, _digest(key, etag))).fetchone() is not None

    def _place(self, name: str) -> int:
        self._base.execute("insert or ignore into places (name) values (?)", (name,))
        found: int = self._base.execute("select id from places where name = ?", (name,)).fetchone()[0]
        return found


def _digest(key: str, etag: str) -> bytes:
    return hashlib.blake2b(f"{key}\0{etag}".encode(), digest_size=16, person=b"object").digest()
