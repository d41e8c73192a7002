"""Evidence parts that estimate: how many distinct things there were, and how often each came, in little room."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from detectors.evidence import Order, Plain, Wire, from_text, to_text, whole


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many distinct things there were: HyperLogLog (Flajolet and others, 2007), off by 3 % usually.

    The state is a bytearray of registers; add keyed hashes of 64 bits, in which all bits are as good as random.
    """

    bits: int = 10

    def new(self) -> bytearray:
        """Return the state of nothing."""
        return bytearray(1 << self.bits)

    def add(self, state: bytearray, number: int) -> None:
        """Count one thing by its hash."""
        at = number & ((1 << self.bits) - 1)
        rank = 65 - self.bits - (number >> self.bits).bit_length()
        state[at] = max(state[at], rank)

    def merge(self, state: bytearray, other: bytearray, _order: Order) -> bytearray:
        """Take the greater of each register."""
        state[:] = map(max, state, other)
        return state

    def trim(self, state: bytearray, _order: Order) -> bytearray:
        """Leave it."""
        return state

    def capped(self, _state: bytearray) -> bool:
        """Tell that it never is."""
        return False

    def dump(self, state: bytearray, _wire: Wire) -> str:
        """Write the filled registers, three bytes each, or all."""
        filled = [at for at, rank in enumerate(state) if rank]
        sparse = b"".join(at.to_bytes(2, "big") + state[at : at + 1] for at in filled)
        return to_text(min(sparse, bytes(state), key=len) if len(sparse) != len(state) else bytes(state))

    def load(self, plain: Plain, _wire: Wire) -> bytearray:
        """Read them."""
        data = from_text(plain)
        state = self.new()
        if len(data) == len(state):
            state[:] = data
            return state
        for start in range(0, len(data), 3):
            state[int.from_bytes(data[start : start + 2], "big")] = data[start + 2]
        return state

    def estimate(self, state: bytearray) -> int:
        """Tell how many distinct things were counted."""
        size = len(state)
        empty = state.count(0)
        raw = 0.7213 / (1 + 1.079 / size) * size * size / sum(2.0**-rank for rank in state)
        return round(size * math.log(size / empty) if empty and raw <= 2.5 * size else raw)


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each of many things came: count-min (Cormode and Muthukrishnan, 2005); never too low.

    The state maps places to counts. Add keyed hashes of 64 bits.
    """

    width: int = 256
    depth: int = 4

    def new(self) -> dict[int, int]:
        """Return the state of nothing."""
        return {}

    def add(self, state: dict[int, int], number: int, count: int = 1) -> None:
        """Count one thing by its hash."""
        for at in self._places(number):
            state[at] = state.get(at, 0) + count

    def merge(self, state: dict[int, int], other: dict[int, int], _order: Order) -> dict[int, int]:
        """Add place by place."""
        for at, count in other.items():
            state[at] = state.get(at, 0) + count
        return state

    def trim(self, state: dict[int, int], _order: Order) -> dict[int, int]:
        """Leave it."""
        return state

    def capped(self, _state: dict[int, int]) -> bool:
        """Tell that it never is."""
        return False

    def dump(self, state: dict[int, int], _wire: Wire) -> list[list[int]]:
        """Write places and counts."""
        return [[at, state[at]] for at in sorted(state)]

    def load(self, plain: Plain, _wire: Wire) -> dict[int, int]:
        """Read them."""
        size = self.width * self.depth
        state = {whole(at): whole(count) for at, count in plain}
        if any(not 0 <= at < size for at in state):
            raise ValueError
        return state

    def estimate(self, state: dict[int, int], number: int) -> int:
        """Tell how often a thing came, at most."""
        return min(state.get(at, 0) for at in self._places(number))

    def _places(self, number: int) -> Iterable[int]:
        return ((number >> (16 * row)) % self.width + row * self.width for row in range(self.depth))
