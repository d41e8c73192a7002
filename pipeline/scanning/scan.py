"""Secrets in files that are no logs: where they stand and by which rule, never what they are. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

import orjson

from pipeline.scanning.assignments import secrets_by_name
from pipeline.scanning.placeholders import is_placeholder
from redactors.marks import Marker
from redactors.rule_choices import PERSONAL
from redactors.secrets import Rules

PIECE_LETTERS = 1 << 18
MARGIN_LETTERS = 1 << 14
"""Read on both sides of what is searched: a secret and the words that give it away are found whole up to this size."""
_BY_NAME = "generic-key"
"""The rule that stands for what is secret by its name alone: its state and allowlist hold for that too."""
_HEAD_BYTES = 8000
"""Where a zero byte tells that a file is no text, as Git has it."""
_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""The mark of UTF-16 begins that of UTF-32, which therefore comes first."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text."""

    line: int = 1
    """From 1."""
    column: int = 1
    """From 1, in characters."""

    def behind(self, text: str) -> Position:
        """Return the place behind a text that begins here."""
        lines = text.count("\n")
        column = len(text) - text.rfind("\n") if lines else self.column + len(text)
        return Position(self.line + lines, column)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a secret stands. It holds no secret."""

    rule: str
    state: str
    start: Position
    end: Position
    """Behind the last character."""
    length: int
    """In characters."""
    mark: str
    """What stands in logs in the place of this secret; empty where there is no key to tell it by."""


class _Piece(NamedTuple):
    text: str
    start: int
    """Secrets that begin from here on are this piece's."""
    end: int
    step: int
    """Where the next piece begins."""


class _Found(NamedTuple):
    start: int
    end: int
    rule: str
    state: str


class Scan:
    """Looks for secrets by rules, those for personal data left out."""

    def __init__(self, rules: Rules, marker: Marker | None) -> None:
        """Take the rules, and what makes marks that can be followed; None where there is no key to make them by."""
        self._rules = rules
        self._numbers = frozenset(rule.number for rule in rules.rules if rule.family != PERSONAL)
        self._marker = marker
        self._state = {rule.id: rule.state for rule in rules.rules}.get(_BY_NAME)
        self._allowed: Callable[[str], bool] = rules.allowed(_BY_NAME) or _never

    def hits(self, texts: Iterable[str], *, settings: bool) -> Iterator[Hit]:
        """Yield the secrets of a text that comes in pieces of any size, in order.

        `settings` says that it is a file of settings, where values need no quotes.
        """
        here, done = Position(), 0
        for piece in _pieces(texts):
            at, place = 0, here
            for found in self._found(piece.text, settings=settings):
                if max(piece.start, done) <= found.start < piece.end:
                    place = place.behind(piece.text[at : found.start])
                    at, done = found.start, found.end
                    yield self._hit(found, piece.text[found.start : found.end], place)
            here = here.behind(piece.text[: piece.step])
            done -= piece.step

    def shown(self, path: str) -> str:
        """Return a path as it may be told: a secret in it gives way to the name of its rule."""
        text = path.encode(errors="replace").decode()
        numbers = {number for _, number in self._rules.scan(orjson.dumps(text)) if number in self._numbers}
        made, done = "", 0
        for span in self._rules.confirm(text, numbers) if numbers else ():
            made += f"{text[done : span.start]}[{span.rule.id}]"
            done = span.end
        return made + text[done:] if done else path

    def _found(self, text: str, *, settings: bool) -> list[_Found]:
        numbers = {number for _, number in self._rules.scan(orjson.dumps(text)) if number in self._numbers}
        is_mark = self._marker.is_mark if self._marker else None
        spans = self._rules.confirm(text, numbers, is_mark) if numbers else []
        found = [
            _Found(span.start, span.end, span.rule.id, span.rule.state)
            for span in spans
            if not is_placeholder(span.rule.id, text[span.start : span.end])
        ]
        if self._state:
            taken = [(span.start, span.end) for span in spans]
            for start, end in secrets_by_name(text, settings=settings):
                covered = any(low < end and start < high for low, high in taken)
                if not covered and not self._allowed(text[start:end]):
                    found.append(_Found(start, end, _BY_NAME, self._state))
        return sorted(found)

    def _hit(self, found: _Found, secret: str, place: Position) -> Hit:
        mark = self._marker.keyed(found.rule, secret) if self._marker else ""
        return Hit(found.rule, found.state, place, place.behind(secret), len(secret), mark)


def decoded(chunks: Iterable[bytes]) -> Iterator[str] | None:
    """Read bytes as text: UTF-8, or what a byte order mark says; None where they are no text.

    What does not fit the encoding becomes the replacement character.
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    encoding = next((name for mark, name in _ORDER_MARKS if head.startswith(mark)), "utf-8")
    if encoding.startswith("utf-8") and b"\0" in head[:_HEAD_BYTES]:
        return None
    return _decoded(encoding, chain((head,), source))


def _decoded(encoding: str, chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _pieces(texts: Iterable[str]) -> Iterator[_Piece]:
    """Cut a text into pieces that overlap."""
    size = PIECE_LETTERS + 2 * MARGIN_LETTERS
    held, start = "", 0
    for text in texts:
        held += text
        while len(held) > size:
            yield _Piece(held[:size], start, PIECE_LETTERS + MARGIN_LETTERS, PIECE_LETTERS)
            held, start = held[PIECE_LETTERS:], MARGIN_LETTERS
    yield _Piece(held, start, len(held), len(held))


def _never(_value: str) -> bool:
    return False
