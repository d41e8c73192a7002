"""Sets of fingerprints, exact and small: as an evidence part, and as what a judge looks them up in."""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from operator import lt
from struct import Struct
from typing import Final

from detectors.columns import MARK_LETTERS
from detectors.evidence import Order, Plain, Wire, from_text, to_text

SIZE: Final = 8
"""Bytes kept of a fingerprint of ten: two of four million are equal by chance once in two million times."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_DIGITS: Final = str.maketrans(_LETTERS, "0123456789abcdefghijklmnopqrstuv")
_FIRST: Final = Struct(">Q2x")
_MARK: Final = re.compile(f"[{_LETTERS}]{{{MARK_LETTERS}}}")
_RECENT: Final = 4096
"""Fingerprints that wait to be sorted in, or a quarter of what is there, if that is more."""


def numbers(marks: str) -> list[int]:
    """Return the first 64 bits of fingerprints of 16 letters each, joined: keyed hashes.

    Raises:
        ValueError: they are something else.

    >>> [f"{each:016x}" for each in numbers("AAAAAAAAAAAAAAAB77777777AAAAAAAA")]
    ['0000000000000000', 'ffffffffff000000']
    """
    if len(marks) % MARK_LETTERS:
        message = f"fingerprints are of {MARK_LETTERS} letters each"
        raise ValueError(message)
    data = int(marks.translate(_DIGITS) or "0", 32).to_bytes(len(marks) // MARK_LETTERS * _FIRST.size, "big")
    return [each for (each,) in _FIRST.iter_unpack(data)]


def number(letters: str) -> int:
    """Return the first 64 bits of one fingerprint: a keyed hash, fit for `Distinct`, `Counts` and `FingerprintSet`."""
    return int(letters.translate(_DIGITS), 32) >> (MARK_LETTERS * 5 - 64)


def is_fingerprint(text: str) -> bool:
    """Tell whether a text is one, and not only as long as one."""
    return _MARK.fullmatch(text) is not None


def split(marks: str) -> list[str]:
    """Part a column's joined fingerprints."""
    return [marks[start : start + MARK_LETTERS] for start in range(0, len(marks), MARK_LETTERS)]


class FingerprintSet:
    """Fingerprints as numbers of `SIZE` bytes: sorted in an array, but for the last few thousand that came."""

    __slots__ = ("_letters", "_recent", "_sorted", "capped")

    def __init__(self) -> None:
        """Begin with nothing."""
        self._letters: set[str] = set()
        self._recent: set[int] = set()
        self._sorted = array("Q")
        self.capped = False

    def add(self, marks: Iterable[str]) -> None:
        """Add fingerprints of 16 letters, also joined."""
        self._letters.update(marks)

    def add_numbers(self, fingerprints: Iterable[int]) -> None:
        """Add fingerprints as numbers."""
        self._recent.update(fingerprints)
        if len(self._recent) > max(_RECENT, len(self._sorted) // 4):
            self._sort()

    def __len__(self) -> int:
        """Count them."""
        self._sort()
        return len(self._sorted)

    def __contains__(self, fingerprint: object) -> bool:
        """Tell whether a number is in it."""
        self._settle()
        return fingerprint in self._recent or (isinstance(fingerprint, int) and _holds(self._sorted, fingerprint))

    def __iter__(self) -> Iterator[int]:
        """Go through them, the smallest first."""
        self._sort()
        return iter(self._sorted)

    def among(self, fingerprints: set[int]) -> set[int]:
        """Return those of some numbers that are in it."""
        self._settle()
        if len(fingerprints) < len(self._sorted):
            return {each for each in fingerprints if each in self}
        return fingerprints & self._recent | fingerprints.intersection(self._sorted)

    def keep_smallest(self, cap: int) -> None:
        """Let the greatest go until no more than `cap` are left."""
        self._settle()
        if len(self._sorted) + len(self._recent) > cap and len(self) > cap:
            del self._sorted[cap:]
            self.capped = True

    def to_bytes(self) -> bytes:
        """Write them in order."""
        self._sort()
        return _swapped(self._sorted).tobytes()

    def _settle(self) -> None:
        if self._letters:
            try:
                self._recent.update(numbers("".join(self._letters)))
            # What only looks like a mark from afar is no fingerprint, and must not cost those that are.
            except ValueError:
                each = (mark for marks in self._letters for mark in split(marks))
                self._recent.update(number(mark) for mark in each if is_fingerprint(mark))
            self._letters.clear()

    def _sort(self) -> None:
        self._settle()
        if self._recent:
            known = sorted(self._recent)
            if self._sorted:
                known += self._sorted.tolist()
                known.sort()  # two runs, which are only merged
                known = list(dict.fromkeys(known))
            self._sorted = array("Q", known)
            self._recent.clear()


def read_set(data: bytes) -> FingerprintSet:
    """Read what `to_bytes` wrote.

    Raises:
        ValueError: it is something else.

    """
    state = FingerprintSet()
    known = array("Q")
    known.frombytes(data)
    known = _swapped(known)
    if not all(map(lt, known, islice(known, 1, None))):
        message = "fingerprints out of order"
        raise ValueError(message)
    state._sorted = known  # noqa: SLF001 (its own maker)
    return state


def _swapped(given: array[int]) -> array[int]:
    """Return a copy in which the most significant byte comes first, or the other way round."""
    copy = given[:]
    if sys.byteorder == "little":
        copy.byteswap()
    return copy


def _holds(known: array[int], fingerprint: int) -> bool:
    at = bisect_left(known, fingerprint)
    return at < len(known) and known[at] == fingerprint


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The evidence part: which fingerprints came, exactly; at most `cap`, the smallest (they are keyed hashes)."""

    cap: int = 4096

    def new(self) -> FingerprintSet:
        """Return the state of nothing."""
        return FingerprintSet()

    def merge(self, state: FingerprintSet, other: FingerprintSet, order: Order) -> FingerprintSet:
        """Unite both."""
        state.add_numbers(other)
        state.capped |= other.capped
        return self.trim(state, order)

    def trim(self, state: FingerprintSet, _order: Order) -> FingerprintSet:
        """Keep the smallest."""
        state.keep_smallest(self.cap)
        return state

    def capped(self, state: FingerprintSet) -> bool:
        """Tell whether more than `cap` came."""
        return state.capped

    def dump(self, state: FingerprintSet, _wire: Wire) -> Plain:
        """Write them in order."""
        return [int(state.capped), to_text(state.to_bytes())]

    def load(self, plain: Plain, _wire: Wire) -> FingerprintSet:
        """Read them."""
        capped, text = plain
        state = read_set(from_text(text))
        state.capped = bool(capped)
        return state
