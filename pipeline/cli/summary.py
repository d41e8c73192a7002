"""What was done, in counts, for the person who waits: the lines that end a run on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.base import DeadLetter
from pipeline.cli.say import many
from redactors.base import Tally

SHOWN_DEAD = 20


def summary(tally: Tally) -> Iterator[str]:
    """Yield the lines of a summary: records, bytes, redactions, rules, unknown fields, dead letters."""
    outcomes: Counter[str] = Counter()
    for (_, outcome), count in tally.records.items():
        outcomes[outcome] += count
    yield (
        f"{many(outcomes.total(), 'record')}: {outcomes['redacted']:,} redacted, {outcomes['clean']:,} clean, "
        f"{outcomes['dead']:,} dead; {_size(tally.bytes_in)} in, {_size(tally.bytes_out)} out"
    )
    families: Counter[str] = Counter()
    for (_, family), count in tally.redactions.items():
        families[family] += count
    hits = {f"{rule} ({state})" if state != "active" else rule: n for (rule, state), n in tally.rule_hits.items()}
    yield from _line("redactions", families)
    yield from _line("secret rules", hits)
    yield from _line("unknown fields", tally.unknown_fields)
    yield from _line("dead letters", tally.dead)


def dead_lines(letters: Sequence[DeadLetter], count: int) -> Iterator[str]:
    """Yield a line for each dead letter shown, and the count of those that are not."""
    for letter in letters:
        yield f"dead: {letter.origin}:{letter.line} (offset {letter.offset}): {letter.reason}"
    if count > len(letters):
        yield f"dead: … and {many(count - len(letters), 'more line')}"


def _line(title: str, counts: Counter[str] | dict[str, int]) -> Iterator[str]:
    found = sorted(((count, name) for name, count in counts.items() if count), key=lambda pair: (-pair[0], pair[1]))
    if found:
        yield f"{title}: {', '.join(f'{name} {count:,}' for count, name in found)}"


def _size(count: int) -> str:
    """Spell a number of bytes.

    >>> _size(999), _size(1_500_000)
    ('999 B', '1.5 MB')
    """
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 - the step between units
            return f"{size:.1f} {unit}" if unit != "B" else f"{count} B"
        size /= 1000
    return f"{size:.1f} TB"
