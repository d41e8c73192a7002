"""The passage of one batch through the engine: lines to records, records made safe, a last look, and the count."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipeline import careful
from pipeline.base import DeadLetter
from pipeline.careful import DeadLineError
from pipeline.codec import Block, Skipped
from pipeline.remains import remains
from redactors.base import Record, Tally
from redactors.hits import Hits
from redactors.plan import Plans, Scrubber, UnrecognisedError
from redactors.rescan import rescan
from redactors.straight import Scrub

if TYPE_CHECKING:
    from pipeline.observer import Observer

_NO_DATASET = "unknown"
_NO_NAMES = ("\0",)


class Passage:
    """One batch on its way: fed block by block, asked for its tally at the end."""

    def __init__(
        self,
        origin: str,
        plans: Plans,
        hits: Hits,
        depth: int,
        *,
        observer: Observer | None = None,
        leaving: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Take where the batch comes from, the scrubbers of its records and the rules of the last look.

        `observer` is the one whose looks are in the plans, if any are; `leaving` makes safe lines what may leave.
        """
        self._origin = origin
        self._plans = plans
        self._hits = hits
        self._depth = depth
        self._observer = observer
        self._leaving = leaving
        self._tally = Tally()
        self._next = (1, 0)
        self._line_end: bytes | None = None
        self._current: Scrubber | None = None
        self._names = _NO_NAMES

    def skip(self, skipped: Skipped) -> tuple[bytes, tuple[DeadLetter, ...]]:
        """Count a line that was let go unread."""
        self._tally.lines += 1
        self._next = (skipped.line + 1, skipped.offset)
        return b"", (self._letter(skipped.line, skipped.offset, skipped.reason),)

    def broken(self, reason: str) -> DeadLetter:
        """Count the line at which the input broke off."""
        self._tally.lines += 1
        return self._letter(*self._next, reason)

    def tally(self) -> Tally:
        """Return the count of the whole batch."""
        self._plans.collect(self._tally)
        self._hits.collect(self._tally)
        return self._tally

    def block(self, block: Block, numbers: Sequence[int] = ()) -> tuple[bytes, tuple[DeadLetter, ...]]:
        """Make the lines of a block safe; return the safe lines and what died.

        `numbers` are those of its lines, where they are not the block's own.
        """
        work = _Work(block)
        if self._observer:
            self._observer.start(work.rows)
        body = self._last_look(self._scrub(work), work)
        if self._observer:
            self._fold(self._observer, body, work, numbers)
        if self._leaving:
            body = self._leaving(body)
        if self._line_end is None and work.lines:
            self._line_end = b"\r\n" if work.lines[0].endswith(b"\r") else b"\n"
        if self._line_end == b"\r\n":
            body = body.replace(b"\n", b"\r\n")
        self._count(work, len(body))
        return body, tuple(work.dead)

    def _scrub(self, work: _Work) -> bytes:
        """Parse, scrub and serialise each line: the hot loop. A line that fails here is taken up carefully."""
        loads, dumps, newline = orjson.loads, orjson.dumps, orjson.OPT_APPEND_NEWLINE
        out = bytearray()
        rows, clean = work.rows, work.clean
        marker = self._hits.marker
        scoped = marker.scoped
        last = self._names
        current = self._current
        scrub: Scrub = current.scrub if current else _refuse
        self._hits.dataset = current.dataset if current else _NO_DATASET
        work.segments.append((0, current))
        for at, line in enumerate(work.lines):
            if not line:
                continue
            try:
                record = loads(line)
                if record.__class__ is not dict:
                    raise TypeError  # noqa: TRY301 - a list of field names would pass for a record
                names = tuple(record)
                if names != last:
                    current = self._plans.find(names)
                    scrub, last = current.scrub, _NO_NAMES if current.again else names
                    self._hits.dataset = current.dataset
                    work.segments.append((len(rows), current))
                if not scrub(record):
                    clean.append(len(rows))
                out += dumps(record, None, newline)
            # Whatever a record does to the code, it is taken up again and dies alone: one of the two broad handlers.
            except Exception:  # noqa: BLE001
                if line.isspace():
                    continue
                last = _NO_NAMES
                self._forget()
                safe = self._rescue(at, work)
                if safe is None:
                    self._forget()
                    continue
                out += safe
            rows.append(at)
            if scoped:
                work.tenants.append(marker.tenant)
        self._names, self._current = last, current
        return bytes(out)

    def _fold(self, observer: Observer, body: bytes, work: _Work, numbers: Sequence[int]) -> None:
        first = work.block.first_line
        lines = [numbers[at] for at in work.rows] if numbers else [first + at for at in work.rows]
        observer.fold(lines, [work.lines[at] for at in work.rows], body, work.marked, work.dropped)

    def _forget(self) -> None:
        if self._observer:
            self._observer.forget()

    def _rescue(self, at: int, work: _Work) -> bytes | None:
        """Take up a line that the fast parser or a scrubber refused; None if it is dead."""
        found = self._carefully(at, work, self._plans.find)
        if found is None:
            return None
        work.segments.append((len(work.rows), found.scrubber))
        if not found.changed:
            work.clean.append(len(work.rows))
        return found.safe

    def _carefully(self, at: int, work: _Work, find: Callable[[tuple[str, ...]], Scrubber]) -> _Careful | None:
        """Read a line leniently and make it safe; None if it is dead."""
        record: Record | None = None
        try:
            with careful.room_for(self._depth):
                record = careful.read(work.lines[at], self._depth)
                scrubber = find(tuple(record))
                changed = scrubber.scrub(record) > 0
                return _Careful(careful.write(record), scrubber, changed)
        except DeadLineError as error:
            self._bury(at, work, error.reason, None)
        except UnrecognisedError:
            self._bury(at, work, "unrecognised", record)
        # The redactors met what they were not made for: the line dies, with the parts that show no value.
        except Exception:  # noqa: BLE001
            self._bury(at, work, "unscrubbable", record)
        return None

    def _last_look(self, body: bytes, work: _Work) -> bytes:
        """Scan what leaves; mark what is found; make lines anew that were read too quickly."""
        suspects = self._hits.rules.scan(body)
        if not suspects:
            return body
        rules = len(self._hits.rules.rules)
        doubtful = {end for end, number in suspects if number >= rules}
        if doubtful:
            body = self._again(body, doubtful, work)
            suspects = [pair for pair in self._hits.rules.scan(body) if pair[1] < rules]
        seen = rescan(body, suspects, self._hits, lambda row: self._turn_to(row, work))
        for row in seen.dropped:
            self._bury(work.rows[row], work, "unscrubbable", None)
        work.marked.update(seen.changed)
        work.dropped.update(seen.dropped)
        return b"".join(line + b"\n" for line in seen.block.split(b"\n") if line) if work.dropped else seen.block

    def _turn_to(self, row: int, work: _Work) -> None:
        if self._observer:
            self._observer.turn_to(row)
        self._hits.dataset = work.dataset_of(row)
        if work.tenants:
            self._hits.marker.select(work.tenants[row])

    def _again(self, body: bytes, ends: set[int], work: _Work) -> bytes:
        """Make the lines around these offsets anew from what came in: integers exact, every type looked at."""
        lines = body.splitlines(keepends=True)
        behind = list(accumulate(map(len, lines)))
        for row in sorted({bisect_left(behind, end) for end in ends}):
            lines[row] = self._line_again(row, work)
        return b"".join(lines)

    def _line_again(self, row: int, work: _Work) -> bytes:
        """Make one line anew; an empty one, to be dropped, if even the lenient reading fails."""
        self._turn_to(row, work)
        found = self._carefully(work.rows[row], work, self._plans.find_strictly)
        if found is None:
            work.dropped.add(row)
            return b"\n"
        return found.safe

    def _bury(self, at: int, work: _Work, reason: str, record: Record | None) -> None:
        offset = work.block.offset + work.start_of(at)
        work.dead.append(self._letter(work.block.first_line + at, offset, reason, record))

    def _letter(self, line: int, offset: int, reason: str, record: Record | None = None) -> DeadLetter:
        self._tally.dead[reason] += 1
        self._tally.records[_NO_DATASET, "dead"] += 1
        return DeadLetter(self._origin, line, offset, reason, *remains(record or {}))

    def _count(self, work: _Work, size: int) -> None:
        tally = self._tally
        alive = len(work.rows)
        tally.lines += alive + len(work.dead) - len(work.dropped)
        tally.bytes_in += len(work.block.data)
        tally.bytes_out += size
        self._next = (work.block.first_line + len(work.lines) - 1, work.block.offset + len(work.block.data))
        clean = sorted(set(work.clean) - work.marked - work.dropped)
        dropped = sorted(work.dropped)
        ends = [start for start, _ in work.segments[1:]] + [alive]
        for (start, scrubber), end in zip(work.segments, ends, strict=True):
            if scrubber is None or start == end:
                continue
            untouched = bisect_left(clean, end) - bisect_left(clean, start)
            gone = bisect_left(dropped, end) - bisect_left(dropped, start)
            tally.records[scrubber.dataset, "clean"] += untouched
            tally.records[scrubber.dataset, "redacted"] += end - start - untouched - gone
            tally.unknown_fields[scrubber.dataset] += scrubber.unknown * (end - start)


class _Careful(NamedTuple):
    """A line that was read leniently."""

    safe: bytes
    scrubber: Scrubber
    changed: bool


class _Work:
    """What is known of one block while it is worked on; rows are the lines that live, from 0."""

    __slots__ = ("_starts", "block", "clean", "dead", "dropped", "lines", "marked", "rows", "segments", "tenants")

    def __init__(self, block: Block) -> None:
        self.block = block
        self.lines = block.lines()
        self._starts: list[int] = []
        self.rows: list[int] = []
        """Index of the line of each row."""
        self.clean: list[int] = []
        """Rows in which no field changed."""
        self.tenants: list[str] = []
        """Whose keys marked each row, where tenants have keys of their own."""
        self.marked: set[int] = set()
        self.dropped: set[int] = set()
        self.segments: list[tuple[int, Scrubber | None]] = []
        """From which row on which scrubber worked."""
        self.dead: list[DeadLetter] = []

    def start_of(self, at: int) -> int:
        """Return the offset in the block at which a line begins."""
        self._starts = self._starts or list(accumulate((len(line) + 1 for line in self.lines), initial=0))
        return self._starts[at]

    def dataset_of(self, row: int) -> str:
        """Return the dataset that a row was scrubbed as."""
        at = bisect_right(self.segments, row, key=lambda segment: segment[0]) - 1
        scrubber = self.segments[at][1]
        return scrubber.dataset if scrubber else _NO_DATASET


def _refuse(_record: Record) -> int:
    raise UnrecognisedError
