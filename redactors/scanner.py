"""The compiled prefilters of a set of rules: databases of one process, and the bytes that they are cached as."""

from __future__ import annotations

from collections.abc import Iterable

import hyperscan

from redactors.base import ConfigurationError
from redactors.prefilter import fixed_text
from redactors.rule_rows import Rule

_SIZE, _TEXT = 8, 2
_STALE = "rules: the cached databases were made by another version or for another CPU; right would be new ones"


class Scanner:
    """Scans a block for all rules. One process, one scan at a time: each database has one scratch."""

    __slots__ = ("_databases", "_hits")

    def __init__(self, databases: tuple[hyperscan.Database, ...]) -> None:
        """Take databases whose expression ids are the numbers to report."""
        self._databases = databases
        self._hits: list[tuple[int, int]] = []

    def scan(self, block: bytes) -> list[tuple[int, int]]:
        """Return (end offset, number) of every match."""
        hits = self._hits
        hits.clear()
        for database in self._databases:
            database.scan(block, self._on_match)
        return hits.copy() if hits else []

    def _on_match(self, number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        self._hits.append((end, number))

    def dump(self) -> bytes:
        """Return the databases as bytes; they fit this CPU and this Hyperscan only."""
        parts = [hyperscan.dumpb(database) for database in self._databases]
        return b"".join(len(part).to_bytes(_SIZE, "big") + part for part in parts)


def compile_scanner(rules: tuple[Rule, ...], guards: Iterable[str] = ()) -> Scanner:
    """Compile the prefilters of rules, and further patterns that are numbered behind them.

    Rules with fixed text go into one database, those with one fixed character and those with none into two more:
    in one, each sort slows the others down by far more than a scan costs.

    Raises:
        ConfigurationError: naming the rule whose prefilter cannot be compiled.

    """
    bare: dict[int, str] = {}
    joined: dict[int, str] = {}
    text: dict[int, str] = {}
    sorts = (bare, joined, text)
    for rule in rules:
        sorts[min(fixed_text(rule.exact), _TEXT)][rule.number] = rule.prefilter
    text.update(enumerate(guards, len(rules)))
    try:
        return Scanner(tuple(_compile(patterns) for patterns in sorts if patterns))
    except hyperscan.error:
        message = f"{_culprit(rules)}: too large to scan for; right would be fewer or shorter counts"
        raise ConfigurationError(message) from None


def load_scanner(data: bytes) -> Scanner:
    """Read what `Scanner.dump` wrote.

    Raises:
        ConfigurationError: the bytes do not fit this machine.

    """
    databases = []
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + _SIZE], "big")
        at += _SIZE
        databases.append(_load(data[at : at + size]))
        at += size
    return Scanner(tuple(databases))


def _compile(patterns: dict[int, str]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.encode() for pattern in patterns.values()],
        ids=list(patterns),
        elements=len(patterns),
        flags=[0] * len(patterns),
    )
    return database


def _load(data: bytes) -> hyperscan.Database:
    try:
        database = hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.error:
        raise ConfigurationError(_STALE) from None
    return database


def _culprit(rules: tuple[Rule, ...]) -> str:
    for rule in rules:
        try:
            _compile({rule.number: rule.prefilter})
        except hyperscan.error:
            return f"rules/{rule.family}: rule {rule.id!r}"
    return f"rules: all {len(rules)} together"
