"""Where in a record the secret rules found something: names of fields and maps, never what was found. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from redactors.base import Record, Value
from redactors.marks import MARK

MOST_LEVELS: Final = 6
"""Names of a path; what lies deeper is told by the names above it."""
MOST_SOUGHT: Final = 20
"""Secrets of one record that are looked for where no mark shows their place."""
_ANY: Final = "*"
"""In the place of a name that holds a mark."""

Path = tuple[str, ...]
Place = tuple[str, str, str]
"""Path (`Logs.Message`, without places in lists; empty where it cannot be told), rule, fingerprint or ""."""


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """One hit. It holds a secret, and lives no longer than its block."""

    rule: str
    mark: str
    secret: str

    @property
    def fingerprint(self) -> str:
        """Return the letters of its mark; "" for a plain one."""
        found = MARK.match(self.mark)
        return (found[3] or "") if found else ""


def places(notes: Iterable[Note], safe: bytes, raw: bytes) -> list[Place]:
    """Return where the hits in one record stand, each place once, from the line that leaves and the line that came.

    What stands in a mark is found by the mark. What was cut away with the query of a URL, or stays since its rule is in
    shadow, is found in the raw line; the path is told by those names of it that leave.
    """
    record = _record(safe)
    marked = _by_mark(record)
    found: set[Place] = set()
    sought: list[Note] = []
    for note in dict.fromkeys(notes):
        paths = marked.get(note.mark.partition("]")[0], ())
        found.update((".".join(path), note.rule, note.fingerprint) for path in paths)
        sought += [] if paths else [note]
    if sought:
        known = {path[:size] for path, _ in _texts(record, "") for size in range(len(path) + 1)}
        raw_texts = list(_texts(_record(raw), ""))
        for note in sought[:MOST_SOUGHT]:
            path = next((path for path, text in raw_texts if note.secret in text), ())
            found.add((".".join(_longest(path, known)), note.rule, note.fingerprint))
    return sorted(found)


def _by_mark(record: Record) -> dict[str, dict[Path, None]]:
    """Return where each mark stands, by the mark less its closing bracket."""
    found: dict[str, dict[Path, None]] = {}
    for path, text in _texts(record, "["):
        for mark in MARK.finditer(text):
            found.setdefault(mark[0][:-1], {})[path] = None
    return found


def _longest(path: Path, known: Collection[Path]) -> Path:
    return next(path[:size] for size in range(len(path), -1, -1) if path[:size] in known or not size)


def _record(line: bytes) -> Record:
    try:
        found = orjson.loads(line)
    except ValueError:  # what only the lenient reading takes
        return {}
    return found if isinstance(found, dict) else {}


def _texts(record: Record, sign: str) -> Iterator[tuple[Path, str]]:
    """Yield the strings of a record that hold a sign, each with its path; names too, as strings of their own place."""
    waiting: list[tuple[Path, Value]] = [((), record)]
    while waiting:
        path, value = waiting.pop()
        if value.__class__ is list:
            for inner in value:
                if inner.__class__ is dict or inner.__class__ is list:
                    waiting.append((path, inner))
                elif inner.__class__ is str and sign in inner:
                    yield path, inner
            continue
        for name, inner in value.items():
            if sign in name:
                yield _below(path, name), name
            if inner.__class__ is dict or inner.__class__ is list:
                waiting.append((_below(path, name), inner))
            elif inner.__class__ is str and sign in inner:
                yield _below(path, name), inner


def _below(path: Path, name: str) -> Path:
    return (*path, _ANY if "[" in name else name)[:MOST_LEVELS]
