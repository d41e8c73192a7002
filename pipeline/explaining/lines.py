"""The records of an input, whatever its form, each as a line of JSON beside what an engine makes of it. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from pipeline.base import Batch, InputError, Limits, Outcome
from pipeline.codec import BLOCK_BYTES, Skipped, blocks, inflate
from pipeline.engine import Engine
from pipeline.forms.choice import Known, form_of
from pipeline.forms.parts import Dead, Item, Part
from pipeline.forms.peek import Kept, begins_with_record

_FIRST = b"{}\n"
"""Fed to an engine before all others, so that it takes what follows for lines of JSON, whatever they are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record, or what should be one."""

    number: int
    """From 1: of lines of JSON their line, blank ones counted; in other forms their place among the records."""
    line: int
    """Where it stands, from 1, as dead letters count."""
    raw: bytes = field(repr=False)
    """As one line of JSON, if it is JSON at all; empty where it was let go unread."""
    safe: bytes | None = field(default=None, repr=False)
    """What leaves, as a line of JSON; None where nothing does."""
    reason: str = ""
    """Why nothing leaves: one of `pipeline.base.DEAD_REASONS`."""


def numbered(engine: Engine, batch: Batch, limits: Limits) -> Iterator[Line]:
    """Yield the records of a batch as they came; where it breaks off, a last one says why."""
    stream = Kept(inflate(batch.chunks, limits))
    if begins_with_record(stream, limits.line_bytes):
        return _lines(stream.rest(), limits)
    plans = engine.plans(batch)
    form = form_of(stream, Known(batch.columns, plans.classes, plans.keeps, limits))
    return _items(form.parts(stream.rest())) if form else _lines(stream.rest(), limits)


def unbounded(limits: Limits) -> Limits:
    """Return the limits of an engine that is fed what `numbered` let through under these."""
    longest = max(limits.line_bytes, limits.document_bytes)
    return replace(limits, body_bytes=None, inflated_bytes=None, line_bytes=longest)


def passed(engine: Engine, batch: Batch, lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the records of a batch with what leaves of each, under an engine that is bound by `unbounded` limits."""
    fed: deque[Line] = deque()
    numbers = count(1)
    for outcome in engine.process(replace(batch, chunks=_fed(lines, fed)), "none"):
        for number, safe in _results(outcome, numbers):
            while fed and fed[0].reason:
                yield fed.popleft()
            if number > 1:
                line = fed.popleft()
                yield replace(line, reason=safe) if isinstance(safe, str) else replace(line, safe=safe)
    yield from fed


def _fed(lines: Iterable[Line], fed: deque[Line]) -> Iterator[bytes]:
    """Yield the lines that are read, joined to blocks; note all of them."""
    held = bytearray(_FIRST)
    for line in lines:
        fed.append(line)
        if not line.reason:
            held += line.raw + b"\n"
        if len(held) >= BLOCK_BYTES:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _results(outcome: Outcome, numbers: Iterator[int]) -> Iterator[tuple[int, bytes | str]]:
    """Yield the number of each line that an outcome is of, with what leaves of it, or why nothing does."""
    dead = {letter.line: letter.reason for letter in outcome.dead}
    safe = iter(outcome.body.split(b"\n")[:-1])
    for _ in range(len(dead) + outcome.body.count(b"\n")):
        number = next(numbers)
        yield number, dead[number] if number in dead else next(safe)


def _lines(pieces: Iterable[bytes], limits: Limits) -> Iterator[Line]:
    number = 1
    try:
        for each in blocks(pieces, limits):
            if isinstance(each, Skipped):
                yield Line(each.line, each.line, b"", reason=each.reason)
                number = each.line + 1
                continue
            for at, raw in enumerate(each.lines(), each.first_line):
                if raw and not raw.isspace():
                    yield Line(at, at, raw)
            number = each.first_line + each.data.count(b"\n")
    except InputError as error:
        yield Line(number, number, b"", reason=error.reason)


def _items(parts: Iterable[Part]) -> Iterator[Line]:
    found = (part for part in parts if isinstance(part, Dead) or (isinstance(part, Item) and not part.aside))
    for number, part in enumerate(found, 1):
        if isinstance(part, Item):
            yield Line(number, part.line, part.text)
        else:
            yield Line(number, part.line, b"", reason=part.reason)
