"""Damage: what of clean records comes out changed, by dataset and place: `python -m tests.attack.damage [RECORDS]`.

Values are never told. Exit code 1: more was changed than may be.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.attack.clean import CHANGED_ON_PURPOSE, clean_records
from tests.laws.stage import catalogue, run

ALLOWED = 0.0005
"""The share of safe values that may change."""
_BLOCK = 2000
_RECORDS = 200_000


@dataclass
class Damage:
    """How many values were looked at, and which places were changed how often."""

    records: int = 0
    values: int = 0
    changed: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """The share of values that were changed."""
        return self.changed.total() / self.values


def measure(count: int, seed: int) -> Damage:
    """Redact so many clean records under the standard policy, and compare each value that must stay."""
    damage = Damage()
    waiting: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for dataset, record in clean_records(count, seed):
        waiting[dataset].append(record)
        if len(waiting[dataset]) >= _BLOCK:
            _compare(dataset, waiting.pop(dataset), damage)
    for dataset, records in waiting.items():
        _compare(dataset, records, damage)
    return damage


def _compare(dataset: str, records: list[dict[str, Any]], damage: Damage) -> None:
    result = run(b"".join(json.dumps(record).encode() + b"\n" for record in records), dataset)
    assert not result.dead
    fields = catalogue()[dataset].fields
    for before, after in zip(records, result.records, strict=True):
        damage.records += 1
        for name, value in before.items():
            if fields[name] not in CHANGED_ON_PURPOSE:
                for path, old, new in _leaves(name, value, after.get(name)):
                    damage.values += 1
                    if old != new:
                        damage.changed[f"{dataset}.{path}"] += 1


def _leaves(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - JSON
    """Return the place of each scalar, and what stood and stands there."""
    if isinstance(before, dict):
        held = after if isinstance(after, dict) else {}
        for name, inner in before.items():
            yield from _leaves(f"{path}.{name}", inner, held.get(name))
    elif isinstance(before, list):
        items = after if isinstance(after, list) else []
        for at, inner in enumerate(before):
            yield from _leaves(f"{path}[]", inner, items[at] if at < len(items) else None)
    else:
        yield path, before, after


def main(count: int) -> int:
    """Measure, and tell the places that were changed, with their counts; return the exit code."""
    damage = measure(count, 1)
    changed = damage.changed.total()
    sys.stdout.write(f"{damage.records} records, {damage.values} safe values, {changed} changed: {damage.share:.4%}\n")
    for place, times in damage.changed.most_common():
        sys.stdout.write(f"{times:8} {place}\n")
    return int(damage.share > ALLOWED)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else _RECORDS))
