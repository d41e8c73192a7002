"""A stretch of a batch, sorted out for folding: without what did not leave, rows of one shape and scope together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from detectors.columns import SCOPE, SHAPE, Hit, Row

Found = tuple[int, str, str, str]
"""Number of a record in the stretch, field path, rule, fingerprint ("" where marks are plain)."""


@dataclass(slots=True)
class Stretch:
    """Rows of one shape and scope, the line of each, and the hits in them."""

    scope: str
    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)


def sorted_out(
    rows: Sequence[Row], lines: Sequence[int], found: Sequence[Found], dropped: Collection[int]
) -> Iterable[Stretch]:
    """Return the rows of records that left, those of each shape and scope apart.

    `lines` gives the line of each record, `dropped` the numbers of those that did not leave. A record's own row is the
    last one of it: its scope counts, and what was found in the record stands with it.
    """
    stretches: dict[Row, Stretch] = {}
    hits: dict[int, list[Found]] = {}
    for each in found:
        hits.setdefault(each[0], []).append(each)
    start = record = 0
    for at, row in enumerate(rows):
        if not row[SHAPE].own:
            continue
        if record not in dropped:
            for inner in rows[start:at]:
                _enter(stretches, (inner[SHAPE], *row[SCOPE : SCOPE + 1]), inner, lines[record])
            of = row[: SCOPE + 1]
            stretch = stretches.get(of) or stretches.setdefault(of, Stretch(of[SCOPE]))
            if record in hits:
                own = len(stretch.rows)
                stretch.hits += [Hit(own, path, rule, fingerprint) for _, path, rule, fingerprint in hits[record]]
            stretch.rows.append(row)
            stretch.lines.append(lines[record])
        start, record = at + 1, record + 1
    return stretches.values()


def _enter(stretches: dict[Row, Stretch], of: Row, row: Row, line: int) -> None:
    stretch = stretches.setdefault(of, Stretch(of[SCOPE]))
    stretch.rows.append(row)
    stretch.lines.append(line)
