"""JSON that is not a record a line: lists, batches in an object, records over many lines, one behind the other.

White space, commas and brackets between records are kept; so is what stands beside them, each part scrubbed as unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial

from pipeline.base import Limits
from pipeline.forms.layout import COMPACT, Layout, lay_out, layout_of
from pipeline.forms.lexer import OPENING, SPACE, BrokenError, Lexer, TooLongError
from pipeline.forms.parts import ON_ONE_LINE, Close, Dead, Frame, Item, Open, Part, Pause
from pipeline.forms.reader import Reader
from pipeline.forms.wrapping import BATCH_NAMES, RECORD_NAMES, Knows, is_record

_QUOTE, _COLON, _COMMA, _BRACKET = b'":,['
_NAME = re.compile(rb'\{("[^"\\]*+(?:\\.[^"\\]*+)*+"):', re.DOTALL)
_PAUSE = Pause()

Parts = Iterator[Part]


class Documents:
    """The form of a stream of JSON documents."""

    __slots__ = ("_knows", "_limits", "by_line")

    def __init__(self, knows: Knows, limits: Limits, *, by_line: bool) -> None:
        """Take what tells a record by its names; `by_line` says that no document goes beyond its line."""
        self._knows = knows
        self._limits = limits
        self.by_line = by_line

    def parts(self, pieces: Iterable[bytes]) -> Parts:
        """Cut a stream. What is broken dies to the end of its line, or of the stream; what is open then is closed."""
        reader = Reader(pieces)
        lexer = Lexer(reader, self._limits.document_bytes, by_line=self.by_line)
        return _Walk(reader, lexer, self._knows, self._limits).stream()


def begins_batch(text: bytes, knows: Knows) -> bool:
    """Tell whether a text begins with an object that holds a batch, by its names up to there."""
    reader, bound = Reader([text]), len(text)
    walk = _Walk(reader, Lexer(reader, bound, by_line=False), knows, Limits(line_bytes=bound, document_bytes=bound))
    try:
        return walk.wraps()
    except BrokenError:
        return False


class _Walk:
    """One way through a stream. What is dead or cut out is taken from the reader; nothing else is."""

    __slots__ = (
        "_comma",
        "_has_lines",
        "_knows",
        "_lexer",
        "_longest",
        "_longest_alone",
        "_open",
        "_place",
        "_reader",
        "_told",
        "_wrapped",
    )

    def __init__(self, reader: Reader, lexer: Lexer, knows: Knows, limits: Limits) -> None:
        self._reader = reader
        self._lexer = lexer
        self._knows = knows
        self._longest = limits.line_bytes
        self._longest_alone = limits.line_bytes if lexer.by_line else limits.document_bytes
        self._open: list[bytes] = []
        """The brackets that close what is open."""
        self._has_lines = False
        """A record stood alone on its line."""
        self._place: tuple[int, int] | None = None
        """Line and offset of what is being let go of."""
        self._comma = False
        """The line that was let go of last ended in a comma."""
        self._told = False
        """The place where the stream broke off is told of."""
        names = b"|".join(name.encode() for name in RECORD_NAMES if not knows((name,)))
        self._wrapped = re.compile(rb'\{\s*+"(?:%b)"\s*+:\s*+(?=\{)' % names) if names else None

    def stream(self) -> Parts:
        """Cut the documents of a stream."""
        reader = self._reader
        lead = yield from self._space(inside=False)
        while reader.held:
            self._lexer.start = reader.offset
            try:
                yield from self._document(lead)
            except BrokenError as error:
                yield Dead(*(self._place or self._here()), error.reason, lead)
                yield from map(Close, reversed(self._open))
                self._open.clear()
                self._place = None
                self._give_up(error)
            lead = yield from self._between()
        if reader.error and not self._told:
            yield Dead(*self._here(), reader.error)
        yield Frame(lead if b"\n" in lead or not self._has_lines else lead + b"\n", behind=True)

    def _give_up(self, error: BrokenError) -> None:
        """Let go of what is left of a line, or of all."""
        self._told = error.reason == self._reader.error
        if self._lexer.by_line:
            self._drop_line()
        else:
            self._reader.drain()
            self._told = True

    def _drop_line(self) -> None:
        self._comma = self._reader.drop_line() == b","

    def _here(self) -> tuple[int, int]:
        return self._reader.line, self._reader.offset

    def _document(self, lead: bytes) -> Parts:
        first = self._reader.held[0]
        if first == _BRACKET:
            yield from self._inside(lead, b"", b"]", self._entry)
        elif first not in OPENING:
            yield Dead(*self._here(), "not_json", lead)
            self._drop_line()
        elif self.wraps():
            yield from self._inside(lead, b"", b"}", self._member)
        else:
            yield from self._record(lead, self._longest_alone)

    def _inside(self, lead: bytes, before: bytes, closing: bytes, each: Callable[[bytes], Parts]) -> Parts:
        """Cut what a list or an object holds."""
        yield Open(lead, before + self._reader.take(1))
        self._open.append(closing)
        lead = yield from self._space()
        while (byte := self._lexer.byte(0)) != closing[0]:
            yield from each(lead)
            lead = yield from self._space()
            byte = self._lexer.byte(0)
            if byte == _COMMA:
                lead += self._reader.take(1) + (yield from self._space())
            elif byte != closing[0]:
                raise BrokenError(self._lexer.broken)
        self._open.pop()
        yield Close(lead + self._reader.take(1))

    def _entry(self, lead: bytes) -> Parts:
        """Cut one entry of a list."""
        if self._lexer.byte(0) == OPENING[0]:
            yield from self._record(lead, self._longest)
        else:
            yield from self._drop(*self._here(), "not_object", lead)

    def _record(self, lead: bytes, longest: int) -> Parts:
        line, offset = self._here()
        try:
            raw = self._reader.take(self._lexer.value(0, longest))
        except TooLongError:
            yield from self._drop(line, offset, "line_too_long", lead)
            return
        before, raw, behind = self._unwrapped(raw)
        layout = layout_of(raw)
        if not self._open and not layout.line_end:
            # A record alone on its line is a line of JSON, wherever it stands, and comes out as one does.
            layout, self._has_lines = COMPACT, True
        write = partial(_write, before=before, layout=layout, behind=behind)
        yield Item(line, offset, lead, raw.translate(ON_ONE_LINE), write)

    def _drop(self, line: int, offset: int, reason: str, lead: bytes) -> Parts:
        """Let go of a value. Where its document breaks off in it, that is what is told of this place."""
        self._place = line, offset
        self._lexer.drop_value()
        self._place = None
        yield Dead(line, offset, reason, lead)

    def _unwrapped(self, raw: bytes) -> tuple[bytes, bytes, bytes]:
        """Return what stands before a record in an object of its own, the record, and what stands behind it."""
        found = self._wrapped.match(raw) if self._wrapped else None
        if found:
            inner = raw[found.end() : -1].rstrip()
            if inner.endswith(b"}"):
                return found[0], inner, raw[found.end() + len(inner) :]
        return b"", raw, b""

    def _member(self, lead: bytes) -> Parts:
        """Cut one member of the object that wraps a batch: a list of records, or what stands beside it."""
        reader, lexer = self._reader, self._lexer
        line, offset = self._here()
        end, at = self._name(0)
        if self._is_batch(0, end, at):
            yield from self._inside(lead, reader.take(at), b"]", self._entry)
            return
        try:
            raw = reader.take(lexer.value(at, self._longest))
        except TooLongError:
            reader.take(at)
            yield from self._drop(line, offset, "line_too_long", lead)
            return
        write = partial(_write_member, between=raw[end:at], layout=layout_of(raw[at:]))
        yield Item(line, offset, lead, b"{%b}" % raw.translate(ON_ONE_LINE), write, aside=True)

    def wraps(self) -> bool:
        """Tell whether the object that begins here holds a batch, by its names up to there."""
        lexer = self._lexer
        names: list[str] = []
        at = lexer.space(1)
        while at <= self._longest_alone and lexer.byte(at) == _QUOTE:
            end, value = self._name(at)
            names.append(self._spelt(at, end))
            if self._is_batch(at, end, value):
                return not is_record(tuple(names), names[-1], self._knows)
            try:
                at = lexer.space(lexer.value(value, self._longest_alone))
            except TooLongError:
                return False
            if lexer.byte(at) != _COMMA:
                return False
            at = lexer.space(at + 1)
        return False

    def _name(self, at: int) -> tuple[int, int]:
        """Return where the name of a member ends, and where its value begins."""
        lexer = self._lexer
        if lexer.byte(at) != _QUOTE:
            raise BrokenError(lexer.broken)
        end = lexer.text(at)
        colon = lexer.space(end)
        if lexer.byte(colon) != _COLON:
            raise BrokenError(lexer.broken)
        return end, lexer.space(colon + 1)

    def _is_batch(self, name: int, end: int, value: int) -> bool:
        lexer = self._lexer
        if self._spelt(name, end) not in BATCH_NAMES or lexer.byte(value) != _BRACKET:
            return False
        return lexer.byte(lexer.space(value + 1)) in b"{]"

    def _spelt(self, at: int, end: int) -> str:
        return self._reader.held[at + 1 : end - 1].decode("utf-8", "replace")

    def _between(self) -> Generator[Part, None, bytes]:
        """Take what stands between documents: white space, and a comma where the sender parts them by one."""
        lead, self._comma = b"," if self._comma else b"", False
        lead += yield from self._space(inside=False)
        if self._reader.held.startswith(b","):
            lead += self._reader.take(1) + (yield from self._space(inside=False))
        return lead

    def _space(self, *, inside: bool = True) -> Generator[Part, None, bytes]:
        """Take white space, of which a flood is not kept; where nothing else is held, the source may pause."""
        lead = b""
        while True:
            found = SPACE.match(self._reader.held)
            end = found.end() if found else 0
            if inside:
                self._lexer.check(0, end)
            lead = (lead + self._reader.take(end))[: self._longest]
            if self._reader.held:
                return lead
            yield _PAUSE
            if not self._reader.more():
                return lead


def _write(safe: bytes, before: bytes, layout: Layout, behind: bytes) -> bytes:
    return before + lay_out(safe, layout) + behind


def _write_member(safe: bytes, between: bytes, layout: Layout) -> bytes | None:
    """Write the only member of an object without its braces; None where it was dropped."""
    found = _NAME.match(safe)
    return found[1] + between + lay_out(safe[found.end() : -1], layout) if found else None
