"""Evidence parts that keep some of many things: those with the smallest keyed hash, or the earliest records."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nsmallest

from detectors.evidence import (
    Cell,
    Order,
    Part,
    Plain,
    Wire,
    dump_cell,
    load_cell,
    merge_cells,
    new_cell,
    trim_cell,
    whole,
    words,
)

_SLACK = 2
"""While it is folded a sample may be so many times its size; then it is trimmed."""


@dataclass(slots=True)
class Sampled:
    """The state of a sample."""

    items: dict[str, Cell] = field(default_factory=dict)
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """The `size` things with the smallest keyed hash, each with a cell of its own: bottom-k.

    A thing that leaves never comes back, so that what stays has been counted from the first time on.
    """

    size: int
    parts: tuple[Part, ...] = ()

    def new(self) -> Sampled:
        """Return the state of nothing."""
        return Sampled()

    def cell(self, state: Sampled, item: str, order: Order) -> Cell:
        """Return the cell of a thing, which enters if it is new."""
        cell = state.items.get(item)
        if cell is None:
            if len(state.items) >= _SLACK * self.size:
                self.trim(state, order)
            cell = state.items[item] = new_cell(self.parts)
        return cell

    def merge(self, state: Sampled, other: Sampled, order: Order) -> Sampled:
        """Keep the smallest of both."""
        state.capped |= other.capped
        for item, cell in other.items.items():
            mine = state.items.get(item)
            state.items[item] = merge_cells(self.parts, mine, cell, order) if mine is not None else cell
        return self.trim(state, order)

    def trim(self, state: Sampled, order: Order) -> Sampled:
        """Keep the smallest."""
        if len(state.items) > self.size:
            state.items = {item: state.items[item] for item in nsmallest(self.size, state.items, key=order)}
            state.capped = True
        for cell in state.items.values() if self.parts else ():
            trim_cell(self.parts, cell, order)
        return state

    def capped(self, state: Sampled) -> bool:
        """Tell whether more than `size` things came."""
        return state.capped

    def dump(self, state: Sampled, wire: Wire) -> Plain:
        """Write the things in order."""
        rows = [[item, *dump_cell(self.parts, state.items[item], wire)] for item in sorted(state.items)]
        return [int(state.capped), *(rows if self.parts else sorted(state.items))]

    def load(self, plain: Plain, wire: Wire) -> Sampled:
        """Read them."""
        capped, *rows = plain
        if not self.parts:
            return Sampled({words(item): [] for item in rows}, bool(capped))
        return Sampled({words(item): load_cell(self.parts, cell, wire) for item, *cell in rows}, bool(capped))


Traced = dict[tuple[int, str, int], tuple[str, int]]
"""By time, ray and line (0 where there is a ray): origin and line."""


@dataclass(frozen=True, slots=True)
class Traces:
    """Where the `size` earliest records stood; equal rays are one."""

    size: int = 3

    def new(self) -> Traced:
        """Return the state of nothing."""
        return {}

    def add(self, state: Traced, time: int, ray: str, origin: str, line: int) -> None:
        """Add a record."""
        state[time, ray, 0 if ray else line] = (origin, line)
        if len(state) > 4 * self.size:
            self._cut(state)

    def merge(self, state: Traced, other: Traced, _order: Order) -> Traced:
        """Keep the earliest of both."""
        for key, place in other.items():
            state[key] = min(place, state.get(key, place))
        return self._cut(state)

    def trim(self, state: Traced, _order: Order) -> Traced:
        """Keep the earliest."""
        return self._cut(state)

    def capped(self, _state: Traced) -> bool:
        """Tell that it is no loss."""
        return False

    def dump(self, state: Traced, wire: Wire) -> Plain:
        """Write time, ray, origin and line."""
        return [[key[0], key[1], wire.place(state[key][0]), state[key][1]] for key in sorted(state)]

    def load(self, plain: Plain, wire: Wire) -> Traced:
        """Read them."""
        return {
            (whole(time), words(ray), 0 if ray else whole(line)): (wire.origins[origin], whole(line))
            for time, ray, origin, line in plain
        }

    def _cut(self, state: Traced) -> Traced:
        for key in sorted(state)[self.size :] if len(state) > self.size else ():
            del state[key]
        return state
