"""Which form a stream has: told by its first line, so that it never depends on how the bytes arrive.

Records that are lines of JSON are the rule; what is doubtful is taken for them, and dies line by line if it is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import orjson

from pipeline.base import Limits
from pipeline.forms.cells import DELIMITERS, dialect
from pipeline.forms.documents import Documents, begins_batch
from pipeline.forms.lexer import SPACE, end_of_value
from pipeline.forms.parts import Form
from pipeline.forms.reader import Reader
from pipeline.forms.rows import Rows, names_in
from pipeline.forms.wrapping import BATCH_NAMES, Knows, wraps_batch, wraps_record
from redactors.base import RECORDS_PREFIX

_NESTED = frozenset({"headers", "cookies", "object"})
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CLOSED_TEXTS = re.compile(rb'[^"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"]*+)*+', re.DOTALL)
_BEGIN_VALUES = frozenset(bytes([letter]) for letter in b'"{[]-0123456789tfn')
_OPENS_BATCH = re.compile(rb'.*"(?:%b)"\s*:\s*\[' % b"|".join(name.encode() for name in BATCH_NAMES), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a batch before it is read."""

    columns: tuple[str, ...]
    """Of rows without a header; empty where the source does not say."""
    classes: Callable[[tuple[str, ...]], Sequence[str | None] | None]
    """Tells the field class of each of these names, None for one that is unknown; None where they are no record's."""
    keeps: Callable[[str], bool]
    """Tells whether a name hides no secret itself."""
    limits: Limits

    def knows(self, names: tuple[str, ...]) -> bool:
        """Tell whether these are names of a record."""
        return any(self.classes(names) or ())

    def nested(self, columns: tuple[str, ...]) -> frozenset[int]:
        """Return the positions of columns whose cells may hold JSON."""
        return frozenset(at for at, label in enumerate(self.classes(columns) or ()) if label and _holds_json(label))


def form_of(pieces: Iterable[bytes], known: Known) -> Form | None:
    """Return the form of a stream, None for lines of JSON. Reads no more of it than it must."""
    head = _Head(Reader(pieces), known.limits.line_bytes)
    at = head.significant(0)
    first = head.byte(at)
    if first == b"{":
        line = head.line(at)
        record = _object(line)
        if record is not None:
            wrapped = wraps_batch(record, known.knows) or wraps_record(record, known.knows)
            return Documents(known.knows, known.limits, by_line=True) if wrapped else None
        by_line = _begins_documents(head, at, line, known.knows)
    else:
        by_line = _begins_list(head, at) if first == b"[" else None
    if by_line is not None:
        return Documents(known.knows, known.limits, by_line=by_line)
    columns = known.columns or (_header(head.line(at), known) if first.isalpha() or first == b'"' else ())
    return Rows(columns, known.nested(columns), known.limits) if columns else None


def _holds_json(field_class: str) -> bool:
    return field_class in _NESTED or field_class.startswith(RECORDS_PREFIX)


def _begins_list(head: _Head, at: int) -> bool | None:
    """Tell whether a list of records begins here, and if so, whether it ends on its line; None where none begins."""
    inside = head.significant(at + 1)
    # A line with an empty list among records is no record: it takes more to tell that there are lists.
    while head.byte(inside) == b"]":
        behind = head.significant(inside + 1)
        if head.byte(behind) != b"[":
            ends = end_of_value(head.line(at)) is not None
            return None if ends and not head.is_end(behind) else ends
        at, inside = behind, head.significant(behind + 1)
    if head.byte(inside) != b"{" or head.byte(head.significant(inside + 1)) not in (b'"', b"}"):
        return None
    return end_of_value(head.line(at)) is not None


def _begins_documents(head: _Head, at: int, line: bytes, knows: Knows) -> bool | None:
    """Tell the same of documents that begin with an object, whose first line is not all of it or more than it."""
    if len(line) > head.longest:
        return False if begins_batch(line, knows) else None
    end = end_of_value(line)
    if end is not None:
        whole = _object(line[:end])
        # Behind a batch, what is none dies by itself.
        goes_on = line[end:].lstrip()[:1] in (b",", b"{")
        return True if whole is not None and (goes_on or wraps_batch(whole, knows)) else None
    return False if _goes_on(head, at, line.rstrip()) else None


def _goes_on(head: _Head, at: int, line: bytes) -> bool:
    """Tell whether the next line can belong to the object that this line begins, and not be a record by itself."""
    behind = head.significant(at + len(line))
    following = head.byte(behind)
    if not following or head.byte(head.significant(at + 1)) not in (b'"', b"}") or not _CLOSED_TEXTS.fullmatch(line):
        return False
    last = line[-1:]
    if last == b"{":
        return following in (b'"', b"}")
    if last == b",":
        return following == b'"'
    if last in (b"[", b":"):
        if following not in _BEGIN_VALUES:
            return False
        return following != b"{" or head.byte(behind - 1) in (b" ", b"\t") or _OPENS_BATCH.fullmatch(line) is not None
    return following in (b",", b"}", b"]", b":")


def _object(text: bytes) -> dict[str, object] | None:
    try:
        value = orjson.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _header(line: bytes, known: Known) -> tuple[str, ...]:
    """Return the columns that a header names; none where a line is no header of a dataset, or a name is a secret."""
    line = line.rstrip(b"\r\n")
    for by in map(dialect, DELIMITERS):
        if by.begun.fullmatch(line):
            names = names_in(by.cells(line))
            if (
                len(names) > 1
                and len({*names}) == len(names)
                and all(map(_COLUMN.fullmatch, names))
                and known.knows(names)
            ):
                return names if all(map(known.keeps, names)) else ()
    return ()


class _Head:
    """The begin of a stream, read only as far as it is asked for, and never further than a line may be long."""

    __slots__ = ("_reader", "longest")

    def __init__(self, reader: Reader, longest: int) -> None:
        self._reader = reader
        self.longest = longest

    def significant(self, at: int) -> int:
        """Return the position of the next byte that is no white space; where there is none, that of no byte."""
        held = self._reader.held
        while True:
            found = SPACE.match(held, at)
            at = found.end() if found else at
            if at < len(held) or at > self.longest or not self._reader.more():
                return at

    def byte(self, at: int) -> bytes:
        """Return the byte at a position; none at the end, or further on than is read for sure."""
        return bytes(self._reader.held[at : at + 1]) if at <= self.longest else b""

    def is_end(self, at: int) -> bool:
        """Tell whether the stream ends here."""
        return at == len(self._reader.held) and at <= self.longest and not self._reader.more()

    def line(self, at: int) -> bytes:
        """Return the line that begins here, with its line feed; where it is too long, more than may be long."""
        held = self._reader.held
        end = held.find(b"\n", at) + 1
        while not end:
            size = len(held)
            if size - at > self.longest or not self._reader.more():
                return bytes(held[at : at + self.longest + 1])
            end = held.find(b"\n", size) + 1
        return bytes(held[at : min(end, at + self.longest + 1)])
