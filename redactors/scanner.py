"""The compiled prefilters of a set of rules: databases of one process, and the bytes that they are cached as."""

from __future__ import annotations

from collections.abc import Iterable

import hyperscan

from redactors.base import ConfigurationError
from redactors.prefilter import derive, fixed_text
from redactors.rule_rows import Rule

Databases = tuple[hyperscan.Database, ...]

_SIZE, _TEXT = 8, 2
_PERSONAL = "personal"
_STALE = "rules: the cached databases were made by another version or for another CPU; right would be new ones"


class Scanner:
    """Scans for all rules. One process, one scan at a time: each database has one scratch."""

    __slots__ = ("_everywhere", "_hits", "_in_shapes", "_in_text", "_note")

    def __init__(self, everywhere: Databases = (), in_text: Databases = (), in_shapes: Databases = ()) -> None:
        """Take databases whose expression ids are the numbers to report.

        They are for any bytes, for texts only, and for texts whose digits were made 0.
        """
        self._everywhere = everywhere
        self._in_text = in_text
        self._in_shapes = in_shapes
        self._hits: list[tuple[int, int]] = []
        self._note = self._on_match

    def scan(self, block: bytes) -> list[tuple[int, int]]:
        """Return (end offset, number) of every match in any bytes."""
        return self._scan(self._everywhere, block)

    def scan_text(self, text: bytes) -> list[tuple[int, int]]:
        """Return the first match of each of the rules that are looked for in text only."""
        return self._scan(self._in_text, text)

    def may_hit(self, shape: bytes) -> bool:
        """Tell whether `scan_text` may find anything in a text that has this form when its digits are made 0."""
        return bool(self._scan(self._in_shapes, shape))

    def _scan(self, databases: tuple[hyperscan.Database, ...], data: bytes) -> list[tuple[int, int]]:
        for database in databases:
            database.scan(data, self._note)
        hits = self._hits
        if hits:
            self._hits = []
            return hits
        return []

    def _on_match(self, number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        self._hits.append((end, number))

    def dump(self) -> bytes:
        """Return the databases as bytes; they fit this CPU and this Hyperscan only."""
        made = b""
        for databases in (self._everywhere, self._in_text, self._in_shapes):
            parts = [hyperscan.dumpb(database) for database in databases]
            made += _number(len(parts)) + b"".join(_number(len(part)) + part for part in parts)
        return made


def compile_scanner(rules: tuple[Rule, ...], guards: Iterable[str] = ()) -> Scanner:
    """Compile the prefilters of rules, and further patterns that are numbered behind them.

    Rules with fixed text go into one database, the others into another: in one, each sort slows the other down by far
    more than a scan costs. Personal data without fixed text (cards, account numbers) are looked for in text only:
    over whole records they cost more than all other rules together, and ids look like them.

    Raises:
        ConfigurationError: naming the rule whose prefilter cannot be compiled.

    """
    bare: dict[int, str] = {}
    text: dict[int, str] = {}
    personal: dict[int, str] = {}
    for rule in rules:
        length = fixed_text(rule.exact)
        sort = text if length >= _TEXT else personal if rule.family == _PERSONAL else bare
        sort[rule.number] = rule.prefilter
    text.update(enumerate(guards, len(rules)))
    try:
        everywhere = tuple(_compile(patterns) for patterns in (text, bare) if patterns)
        if not personal:
            return Scanner(everywhere)
        shapes = {number: derive(rules[number].exact, shape=True) for number in personal}
        # Of a text only the rules are asked for: one match of each is enough, where numbers match at every digit.
        once = hyperscan.HS_FLAG_SINGLEMATCH
        return Scanner(everywhere, (_compile(personal, once),), (_compile(shapes, once),))
    except hyperscan.error:
        message = f"{_culprit(rules)}: too large to scan for; right would be fewer or shorter counts"
        raise ConfigurationError(message) from None


def load_scanner(data: bytes) -> Scanner:
    """Read what `Scanner.dump` wrote.

    Raises:
        ConfigurationError: the bytes do not fit this machine.

    """
    sorts: list[Databases] = []
    at = 0
    while at < len(data):
        count, at = _read_number(data, at)
        databases = []
        for _ in range(count):
            size, at = _read_number(data, at)
            databases.append(_load(data[at : at + size]))
            at += size
        sorts.append(tuple(databases))
    return Scanner(*sorts)


def _number(value: int) -> bytes:
    return value.to_bytes(_SIZE, "big")


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(data[at : at + _SIZE], "big"), at + _SIZE


def _compile(patterns: dict[int, str], flags: int = 0) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.encode() for pattern in patterns.values()],
        ids=list(patterns),
        elements=len(patterns),
        flags=[flags] * len(patterns),
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
