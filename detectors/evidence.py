"""Evidence parts: small summaries that can be merged in any order and any split, and stay small.

Each part names the plain state it works on, so that folding costs no more than a dict or an int. What `dump` writes is
JSON, equal for equal evidence; where a cap took something away, the part says so.
"""

from __future__ import annotations

import hashlib
import operator
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Order = Callable[[str], int]
"""A keyed hash that says which of too many stay: nobody without the key can choose names that push others out."""
State = Any
Cell = list[State]
"""The states of a kind's parts, in their order."""
Plain = Any
"""JSON."""

NEVER: Final = 1 << 62
"""The least of nothing."""


def ordering_of(seed: bytes) -> Order:
    """Make the order that all share who know a secret seed."""
    base = hashlib.blake2b(key=seed[:64], digest_size=8, person=b"edgesieve-order")

    def order(name: str) -> int:
        state = base.copy()
        state.update(name.encode())
        return int.from_bytes(state.digest(), "big")

    return order


@dataclass(slots=True)
class Wire:
    """What all parts of one message share."""

    origins: list[str] = field(default_factory=list)
    """Each written once; parts give its place."""
    order: Order = len
    """That of the judge, for what must be trimmed as it is read."""

    def place(self, origin: str) -> int:
        """Return the place of an origin, which enters if it is new."""
        if origin not in self.origins:
            self.origins.append(origin)
        return self.origins.index(origin)


class Part(Protocol):
    """One summary. `merge` is associative and commutative, and may change and return its first argument."""

    def new(self) -> State:
        """Return the state of nothing."""
        ...

    def merge(self, state: State, other: State, order: Order, /) -> State:
        """Return what both say together, within the cap."""
        ...

    def trim(self, state: State, order: Order, /) -> State:
        """Bring a state back within its cap after additions."""
        ...

    def capped(self, state: State, /) -> bool:
        """Tell whether a cap took something away."""
        ...

    def dump(self, state: State, wire: Wire, /) -> Plain:
        """Write a trimmed state."""
        ...

    def load(self, plain: Plain, wire: Wire, /) -> State:
        """Read what `dump` wrote.

        Raises:
            ValueError, TypeError, KeyError, IndexError: it is nothing that `dump` writes.

        """
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """One int: add to it in place, `cell[N] += 1`."""

    start: int
    join: Callable[[int, int], int]

    def new(self) -> int:
        """Return the state of nothing."""
        return self.start

    def merge(self, state: int, other: int, _order: Order) -> int:
        """Join two."""
        return self.join(state, other)

    def trim(self, state: int, _order: Order) -> int:
        """Leave it."""
        return state

    def capped(self, _state: int) -> bool:
        """Tell that it never is."""
        return False

    def dump(self, state: int, _wire: Wire) -> int:
        """Write it."""
        return state

    def load(self, plain: Plain, _wire: Wire) -> int:
        """Read it."""
        return whole(plain)


SUM: Final = Number(0, operator.add)
LEAST: Final = Number(NEVER, min)
MOST: Final = Number(0, max)
BITS: Final = Number(0, operator.or_)


def new_cell(parts: tuple[Part, ...]) -> Cell:
    """Return the cell of nothing."""
    return [part.new() for part in parts]


def merge_cells(parts: tuple[Part, ...], cell: Cell, other: Cell, order: Order) -> Cell:
    """Merge part by part into the first cell."""
    cell[:] = [part.merge(mine, theirs, order) for part, mine, theirs in zip(parts, cell, other, strict=True)]
    return cell


def trim_cell(parts: tuple[Part, ...], cell: Cell, order: Order) -> None:
    """Bring all parts within their caps."""
    cell[:] = [part.trim(state, order) for part, state in zip(parts, cell, strict=True)]


def dump_cell(parts: tuple[Part, ...], cell: Cell, wire: Wire) -> list[Plain]:
    """Write a trimmed cell."""
    return [part.dump(state, wire) for part, state in zip(parts, cell, strict=True)]


def load_cell(parts: tuple[Part, ...], plain: list[Plain], wire: Wire) -> Cell:
    """Read a cell; parts that an older version did not know are empty."""
    known = [part.load(state, wire) for part, state in zip(parts, plain, strict=False)]
    return known + [part.new() for part in parts[len(known) :]]


def whole(plain: Plain) -> int:
    """Read an int."""
    if plain.__class__ is not int:
        raise TypeError
    number: int = plain
    return number


def words(plain: Plain) -> str:
    """Read a text."""
    if plain.__class__ is not str:
        raise TypeError
    text: str = plain
    return text


def to_text(data: bytes) -> str:
    """Write bytes as base64."""
    return b2a_base64(data, newline=False).decode()


def from_text(plain: Plain) -> bytes:
    """Read base64."""
    return a2b_base64(words(plain), strict_mode=True)
