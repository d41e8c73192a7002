"""A stretch of a batch, sorted out for folding: what did not leave taken out, the rows of each scope together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from detectors.columns import Hit
from detectors.looking import Row

Found = tuple[int, str, str, str]
"""Number of a record in the stretch, field path, rule, fingerprint ("" where marks are plain)."""


@dataclass(slots=True)
class Stretch:
    """Rows of one scope, the lines of their records, and the hits in them."""

    rows: Sequence[Row]
    lines: Sequence[int]
    hits: Sequence[Hit] = ()


@dataclass(slots=True)
class _Growing:
    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)


def sorted_out(
    names: Sequence[str], rows: Sequence[Row], lines: Sequence[int], found: Sequence[Found], dropped: Collection[int]
) -> list[Stretch]:
    """Return the rows of records that left, those of each scope (that of a record's own row) apart.

    `lines` gives the line of each record, `dropped` the numbers of those that did not leave.
    """
    scope, last = names.index("scope"), names.index("last")
    if not found and not dropped and len({row[scope] for row in rows}) == 1:
        return [Stretch(rows, lines)]
    hits: dict[int, list[Found]] = {}
    for each in found:
        hits.setdefault(each[0], []).append(each)
    by_scope: dict[str, _Growing] = {}
    start = number = 0
    for at, row in enumerate(rows):
        if not row[last]:
            continue
        if number not in dropped:
            part = by_scope.setdefault(row[scope], _Growing())
            part.rows += rows[start : at + 1]
            part.lines += lines[number : number + 1]
            own = len(part.rows) - 1
            part.hits += [Hit(own, path, rule, fingerprint) for _, path, rule, fingerprint in hits.get(number, ())]
        start, number = at + 1, number + 1
    return [Stretch(part.rows, part.lines, part.hits) for part in by_scope.values()]
