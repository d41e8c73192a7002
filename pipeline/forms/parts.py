"""The words of forms: what a stream is cut into on its way in, in order, and put together from on its way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

ON_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")
"""Puts JSON on one line: a line feed in it is white space, or stands in a string where none may."""


@dataclass(frozen=True, slots=True)
class Item:
    """A record, or (`aside`) a member of the object that wraps the records."""

    line: int
    """Where it stands in the inflated stream: line from 1, offset of its first byte."""
    offset: int
    lead: bytes
    """Framing before it: white space, and the comma that parts it from the one before."""
    text: bytes
    """It as one line of JSON, an object, without a line feed."""
    write: Callable[[bytes], bytes | None]
    """Turns the safe line of JSON into what stood there; None where nothing is left of it."""
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """The begin of a list or object: `data` leaves as it is, and what follows are the first inside."""

    lead: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The end of what was opened last."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """Framing that leaves as it is: a header, or what stands behind all records."""

    data: bytes
    behind: bool = False
    """It leaves only where something else has left."""


@dataclass(frozen=True, slots=True)
class Dead:
    """What could not be cut out, or must not be."""

    line: int
    offset: int
    reason: str
    lead: bytes = b""


@dataclass(frozen=True, slots=True)
class Pause:
    """The source may have nothing more just now: what is known so far can leave."""


Part = Item | Open | Close | Frame | Dead | Pause


class Form(Protocol):
    """A form that is not lines of JSON."""

    def parts(self, pieces: Iterable[bytes]) -> Iterator[Part]:
        """Cut a stream into its parts, to its end."""
        ...
