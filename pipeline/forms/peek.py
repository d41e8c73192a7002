"""The first line of a stream, looked at before the stream is read: nearly always it tells that records are lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import orjson

from pipeline.base import InputError
from pipeline.codec import BYTE_ORDER_MARK
from pipeline.forms.wrapping import NAMES


class Kept:
    """A stream that can be read again from its start, as far as it was read already, and on."""

    __slots__ = ("_error", "_pieces", "_source")

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """Take a stream."""
        self._source = iter(pieces)
        self._pieces: list[bytes] = []
        self._error: InputError | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Read from the start; keep what is read."""
        yield from self._pieces
        if self._error:
            raise self._error
        try:
            for piece in self._source:
                self._pieces.append(piece)
                yield piece
        except InputError as error:
            self._error = error
            raise

    def rest(self) -> Iterator[bytes]:
        """Read from the start, for the last time, in the pieces in which the stream came."""
        return iter(self) if self._error else chain(self._pieces, self._source)


def begins_with_record(stream: Kept, longest: int) -> bool:
    """Tell whether the first line is an object of JSON by itself, and no name in it could wrap records."""
    try:
        value = orjson.loads(_first_line(stream, longest).removeprefix(BYTE_ORDER_MARK))
    except (InputError, ValueError):
        return False
    return isinstance(value, dict) and NAMES.isdisjoint(value)


def _first_line(stream: Kept, longest: int) -> bytes:
    """Return all to the first line feed, or to the end; of a line that is too long, as much as tells that it is."""
    parts: list[bytes] = []
    left = longest + len(BYTE_ORDER_MARK)
    for piece in stream:
        end = piece.find(b"\n")
        parts.append(piece if end < 0 else piece[:end])
        left -= len(parts[-1])
        if end >= 0 or left < 0:
            break
    return b"".join(parts)
