"""The spool: what was acknowledged and is not delivered yet, safe records only, in segments that are only appended to.

A batch is as many data frames as it has pieces and one commit frame; it counts once that frame is durable. Batches are
numbered from 1 without a gap, over all segments, so that what was lost between two shows.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.spool_entries import Entry, entries, written
from pipeline.spool_frames import (
    COMMIT,
    HEAD_BYTES,
    MAGIC,
    TornError,
    size_of,
)
from redactors.base import ConfigurationError

SEGMENT_BYTES: Final = 64 << 20
"""A segment that has grown so far is not appended to."""
_ENDING: Final = ".spool"
_MODE: Final = 0o600


class FullError(Exception):
    """The spool has no room, or the disk under it has none or fails; says which."""


@dataclass(frozen=True, slots=True)
class Position:
    """Behind a batch: its number, and where the next one begins."""

    number: int
    segment: int
    """The number of the segment's first batch, which is its name."""
    offset: int


@dataclass(slots=True)
class _Segment:
    first: int
    size: int
    """Of what is committed."""


@dataclass(slots=True)
class Spool:
    """The segments in a folder. One thread appends; others may read what is committed."""

    folder: Path
    max_bytes: int
    segment_bytes: int = SEGMENT_BYTES
    last: int = 0
    """Number of the last batch that is durable."""
    torn: int = 0
    """Bytes that were cut off at the start, since no commit frame closed them."""
    appended: int = 0
    """Bytes since the start."""
    _segments: list[_Segment] = field(default_factory=list)
    _file: int | None = None
    _full: bool = False

    @property
    def used(self) -> int:
        """Return the bytes of all segments."""
        return sum(each.size for each in tuple(self._segments))

    @property
    def has_room(self) -> bool:
        """Tell whether another batch may come: not so once one was too many, until something is forgotten."""
        return self.used < self.max_bytes and not self._full

    def recover(self, known: int) -> Iterator[Entry]:
        """Read what is there, and yield the batches behind the number `known`, without their records.

        What no commit frame closes was never acknowledged: it is cut off.

        Raises:
            ConfigurationError: batches that were acknowledged are missing or unreadable.
            OSError: the folder cannot be read or written.

        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        firsts = sorted(int(path.stem) for path in self.folder.glob(f"*{_ENDING}"))
        for first, following in zip(firsts, [*firsts[1:], None], strict=False):
            if self._segments and first != self.last + 1:
                raise ConfigurationError(self._missing(self.last + 1, first))
            self.last = first - 1
            segment = _Segment(first, 0)
            self._segments.append(segment)
            if following is not None and following <= known + 1:
                segment.size, self.last = self._path(first).stat().st_size, following - 1
                continue
            for entry, end in self._committed(segment, following):
                segment.size, self.last = end, entry.number
                if entry.number > known:
                    yield entry
            if following is None:
                self._cut(segment)
        if self.last < known:
            if self._segments:
                raise ConfigurationError(self._missing(self.last + 1, known + 1))
            self.last = known

    def append(self, batches: Sequence[Entry]) -> int:
        """Write batches and make them durable together; return the number of the first.

        Raises:
            FullError: there is no room, or the system cannot write; nothing of them is kept.

        """
        first = self.last + 1
        data = b"".join(written(entry, first + at) for at, entry in enumerate(batches))
        self._full = self.used + len(data) > self.max_bytes
        if self._full:
            message = "the spool has no room"
            raise FullError(message)
        try:
            segment = self._open_segment()
            _write(self._file, data)
            os.fsync(self._file or 0)
        except OSError as error:
            self._give_up()
            message = f"the spool cannot be written: {error.strerror or type(error).__name__}"
            raise FullError(message) from None
        segment.size += len(data)
        self.appended += len(data)
        self.last += len(batches)
        return first

    def behind(self, number: int) -> Position:
        """Return the position behind a batch, or before the first that is still there.

        Raises:
            OSError: a segment cannot be read.

        """
        segment = next((each for each in reversed(tuple(self._segments)) if each.first <= number + 1), None)
        if segment is None:
            first = self._segments[0].first if self._segments else self.last + 1
            return Position(first - 1, first, len(MAGIC))
        position = Position(segment.first - 1, segment.first, len(MAGIC))
        with self._path(segment.first).open("rb") as file:
            while position.number < min(number, self.last) and position.offset < segment.size:
                file.seek(position.offset)
                head = file.read(HEAD_BYTES)
                done = position.number + (head[4] == COMMIT)
                position = Position(done, segment.first, position.offset + size_of(head))
        return position

    def read(self, behind: Position, most_bytes: int, *, records: bool = True) -> tuple[list[Entry], Position]:
        """Read the batches behind a position, one at least and about `most_bytes` of them at most; none at the end.

        Without `records` the data frames are passed over.

        Raises:
            ConfigurationError: what was written is no more what it was.
            OSError: a segment cannot be read.

        """
        found: list[Entry] = []
        segment = self._segment_of(behind)
        if segment is None:
            return found, behind
        if segment.first != behind.segment:
            behind = Position(max(behind.number, segment.first - 1), segment.first, len(MAGIC))
        size = 0
        try:
            with self._path(segment.first).open("rb") as file:
                for entry, end in entries(file.fileno(), behind.offset, segment.size, records=records):
                    found.append(entry)
                    size += end - behind.offset
                    behind = Position(entry.number, segment.first, end)
                    if size >= most_bytes:
                        break
        except TornError:
            raise ConfigurationError(self._missing(behind.number + 1, behind.number + 2)) from None
        return found, behind

    def forget(self, number: int) -> list[Path]:
        """Let go of the segments whose last batch is not behind `number`; return the files to be removed."""
        gone: list[Path] = []
        while len(self._segments) > 1 and self._segments[1].first <= number + 1:
            gone.append(self._path(self._segments.pop(0).first))
        alone = self._segments[0] if len(self._segments) == 1 else None
        if alone and number >= self.last and alone.size > self.segment_bytes // 4:
            self._close()
            self._segments.append(_Segment(self.last + 1, 0))
            self._open_segment()
            self._segments.pop(0)
            gone.append(self._path(alone.first))
        if gone or number >= self.last:
            self._full = False
        return gone

    def close(self) -> None:
        """Let go of the file."""
        self._close()

    def _segment_of(self, behind: Position) -> _Segment | None:
        """Return the segment that holds the batch after a position."""
        if behind.number >= self.last:
            return None
        segments, wanted = tuple(self._segments), behind.number + 1
        return next((each for each in reversed(segments) if each.first <= wanted), segments[0])

    def _open_segment(self) -> _Segment:
        """Open the segment that is appended to, a new one where there is none or it is long enough."""
        if not self._segments or (self._segments[-1].size >= self.segment_bytes):
            self._close()
            self._segments.append(_Segment(self.last + 1, 0))
        segment = self._segments[-1]
        if self._file is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self._path(segment.first), flags, _MODE)
            os.ftruncate(self._file, segment.size)
            os.lseek(self._file, 0, os.SEEK_END)
            if not segment.size:
                _write(self._file, MAGIC)
                os.fsync(self._file)
                _make_names_durable(self.folder)
                segment.size = len(MAGIC)
        return segment

    def _give_up(self) -> None:
        """Take back what was half written. A file whose fsync failed is not written to again: a new one is begun."""
        segment = self._segments[-1]
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, segment.size)
        self._close()
        if segment.first <= self.last:
            self._segments.append(_Segment(self.last + 1, 0))
        else:
            segment.size = 0

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def _committed(self, segment: _Segment, following: int | None) -> Iterator[tuple[Entry, int]]:
        path = self._path(segment.first)
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            magic = file.read(len(MAGIC))
            if magic != MAGIC and size >= len(MAGIC):
                message = f"{path}: no segment of a spool that this version reads; right would be the version it is of"
                raise ConfigurationError(message)
            try:
                for entry, end in entries(file.fileno(), len(MAGIC), size, records=True):
                    if entry.number != self.last + 1 or (following is not None and entry.number >= following):
                        break
                    yield Entry(entry.origin, entry.said, (), entry.evidence, entry.number), end
            except TornError:
                return

    def _cut(self, segment: _Segment) -> None:
        path = self._path(segment.first)
        size = path.stat().st_size
        if size > segment.size:
            self.torn += size - max(segment.size, len(MAGIC)) if size > len(MAGIC) else 0
            with path.open("r+b") as file:
                file.truncate(segment.size)
                os.fsync(file.fileno())

    def _path(self, first: int) -> Path:
        return self.folder / f"{first:020d}{_ENDING}"

    def _missing(self, start: int, end: int) -> str:
        which = f"batches {start} to {end - 1} were acknowledged and are missing or unreadable"
        right = "the spool as it was left; to give them up, move it and the state away"
        return f"{self.folder}: {which}; right would be {right}"


def _write(file: int | None, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file or 0, rest) :]


def _make_names_durable(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
