"""What a configuration tells the detectors, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from detectors.facts import Facts, Said
from detectors.findings import rfc3339
from pipeline.settings import FileSource

_SHOWN = 4
"""Values of a list that are shown."""
_PLAIN = ("false_alerts_per_zone_day", "allowed_lateness", "warm_up", "close_after", "routes")
_DAY_LETTERS = len("2026-03-02")

Row = tuple[str, str, str]
"""Where it holds, key, value."""


def told(facts: Facts) -> Iterator[Row]:
    """Yield what is told beyond the defaults: everywhere, of accounts, zones and scripts; then what stays unsaid."""
    usual = Facts()
    for name in _PLAIN:
        value = getattr(facts, name)
        if value != getattr(usual, name):
            yield "everywhere", f"detect.{name}", _spelt(value)
    yield from _said("everywhere", facts.everywhere)
    for thing, places in (("account", facts.accounts), ("zone", facts.zones), ("script", facts.scripts)):
        for name in places if thing != "zone" else facts.of_zone:
            yield from _belongs(name, facts) if thing == "zone" else ()
            yield from _said(f"{thing} {name}", places.get(name, {}))
    for each in facts.suppress:
        what = [f"{key} {getattr(each, key)}" for key in ("detector", "rule", "account", "zone", "script")]
        scope = ", ".join(part for part in what if not part.endswith(" ")) or "all findings"
        reason = f" ({each.reason})" if each.reason else ""
        yield "everywhere", "detect.suppress", f"{scope}, until {rfc3339(each.until * 1000)[:_DAY_LETTERS]}{reason}"


def told_of_sources(sources: Sequence[FileSource]) -> Iterator[Row]:
    """Yield what is said of each source beyond its path."""
    for source in sources:
        usual = FileSource(source.path)
        for key in (each.name for each in fields(source)):
            if getattr(source, key) != getattr(usual, key):
                yield f"source {source.path}", key, _spelt(getattr(source, key))


def _belongs(name: str, facts: Facts) -> Iterator[Row]:
    zone = facts.of_zone[name]
    for key in (each.name for each in fields(zone)):
        if getattr(zone, key):
            yield f"zone {name}", key, _spelt(getattr(zone, key))


def _said(where: str, said: Said) -> Iterator[Row]:
    for section, keys in said.items():
        for key, value in keys.items():
            yield where, f"{section}.{key}", _spelt(value)


def _spelt(value: object) -> str:
    """Spell a value; of a long list only the beginning.

    >>> _spelt(("a", "b", "c", "d", "e")), _spelt({"payment-api": "2026-04-15"}), _spelt(600)
    ('a, b, c, d and 1 more', 'payment-api: 2026-04-15', '600')
    """
    if isinstance(value, Mapping):
        value = tuple(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, tuple):
        more = f" and {len(value) - _SHOWN:,} more" if len(value) > _SHOWN else ""
        return ", ".join(map(str, value[:_SHOWN])) + more if value else "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
