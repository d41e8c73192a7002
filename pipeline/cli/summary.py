"""What was done, in counts, for the person who waits: the lines that end a run on stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.base import DeadLetter
from pipeline.cli.say import many
from redactors.base import Tally

SHOWN_DEAD = 20
STREAM_REASONS = frozenset({"truncated", "corrupt", "too_large", "ratio", "broken_document"})
"""Reasons that are no line's: the input itself breaks off there."""


def summary(tally: Tally) -> Iterator[str]:
    """Yield the lines of a summary: records, bytes, redactions, rules, unknown fields, dead letters."""
    outcomes: Counter[str] = Counter()
    for (_, outcome), count in tally.records.items():
        outcomes[outcome] += count
    parts = ", ".join(f"{outcomes[outcome]:,} {outcome}" for outcome in ("redacted", "clean", "dead"))
    counted = f"{many(outcomes.total(), 'record')}: {parts}" if outcomes.total() else "no records"
    yield f"{counted}; {_size(tally.bytes_in)} in, {_size(tally.bytes_out)} out"
    families: Counter[str] = Counter()
    for (_, family), count in tally.redactions.items():
        families[family] += count
    hits = {f"{rule} ({state})" if state != "active" else rule: n for (rule, state), n in tally.rule_hits.items()}
    yield from _line("redactions", families)
    yield from _line("secret rules", hits)
    yield from _line("unknown fields", tally.unknown_fields)
    yield from _line("dead letters", tally.dead)
    if tally.unseen:
        yield f"detectors saw nothing in {many(tally.unseen, 'record')}, by a fault of edgesieve: please report it"


def found(severities: Counter[str]) -> Iterator[str]:
    """Yield the line that counts findings, the gravest first."""
    from detectors.base import Severity

    counted = [f"{severities[each]:,} {each}" for each in Severity if severities[each]]
    yield f"findings: {', '.join(counted) or 'none'}"


@dataclass(slots=True)
class Dead:
    """The dead letters of a run: the first ones are named, neighbours of one reason as one; the others are counted."""

    named: list[tuple[DeadLetter, int]] = field(default_factory=list)
    """The first letter of each stretch of lines, and the last line of it."""
    others: Counter[str] = field(default_factory=Counter)
    """By reason."""

    def add(self, letter: DeadLetter) -> None:
        """Take a letter; those of one input come in order."""
        if self.named and not self.others:
            first, last = self.named[-1]
            if (letter.origin, letter.reason, letter.line) == (first.origin, first.reason, last + 1):
                self.named[-1] = first, letter.line
                return
        if len(self.named) < SHOWN_DEAD:
            self.named.append((letter, letter.line))
        else:
            self.others[letter.reason] += 1

    def lines(self) -> Iterator[str]:
        """Yield a line for each stretch that is named, and one for the others."""
        for letter, last in self.named:
            if letter.reason in STREAM_REASONS:
                yield f"dead: {letter.origin}: all from offset {letter.offset} on: {letter.reason}"
            elif last == letter.line:
                yield f"dead: {letter.origin}:{letter.line} (offset {letter.offset}): {letter.reason}"
            else:
                lines = f"{letter.line}-{last} (from offset {letter.offset})"
                yield f"dead: {letter.origin}:{lines}: {letter.reason}, {many(last - letter.line + 1, 'line')}"
        if self.others:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in self.others.most_common())
            yield f"dead: … and {many(self.others.total(), 'more line')}: {reasons}"


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
