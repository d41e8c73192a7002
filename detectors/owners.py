"""What the judge holds of one owner: merged evidence by pane, memories between panes, the feeds it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from detectors.evidence import Cell, Order, Plain, Wire, merge_cells, whole
from detectors.feeds import FeedName
from detectors.folder import Cells, dump_cells, keep_smallest, load_cells, smallest
from detectors.kinds import Key, Kind, spell

Memories = dict[Key, dict[str, Any]]


@dataclass(slots=True)
class Owner:
    """One owner of one detector's evidence."""

    feeds: set[FeedName] = field(default_factory=set)
    """Which feeds bring its evidence: its panes close when all of them have come far enough."""
    done: int = 0
    """Seconds up to which its panes are closed."""
    cells: dict[Kind, dict[int, Cells]] = field(default_factory=dict)
    memories: dict[Kind, Memories] = field(default_factory=dict)
    learned: list[str] | None = None
    """What its memories held, in a line each, when its warming was over."""
    evicted: int = 0
    """Memories that were let go."""

    def merge(self, kind: Kind, pane: int, key: Key, cell: Cell, order: Order) -> Cell:
        """Add evidence; return all there is now."""
        cells = self.cells.setdefault(kind, {}).setdefault(pane, {})
        known = cells.get(key)
        if known is None:
            cells[key] = cell
            return cell
        return merge_cells(kind.parts, known, cell, order)

    def trim(self, kind: Kind, pane: int, order: Order) -> bool:
        """Bring a pane within its bounds; tell whether keys went."""
        return keep_smallest(kind, self.cells[kind][pane], order)

    def forget(self, kind: Kind, before: int) -> None:
        """Let go of the panes that end before a time in seconds."""
        panes = self.cells.get(kind, {})
        for pane in [pane for pane in panes if pane + kind.pane <= before]:
            del panes[pane]

    def trim_memories(self, kind: Kind, order: Order) -> None:
        """Let go of the memories with the greatest keyed hash where there are too many, and of empty ones."""
        known = {key: memory for key, memory in self.memories.get(kind, {}).items() if memory}
        kept = smallest(known, kind.remembered, order)
        self.evicted += len(known) - len(kept)
        self.memories[kind] = {key: known[key] for key in kept}

    def is_empty(self) -> bool:
        """Tell whether nothing is held."""
        return not any(self.memories.values()) and not any(
            cells for panes in self.cells.values() for cells in panes.values()
        )

    def dump(self, wire: Wire) -> Plain:
        """Write all."""
        cells = [
            [kind.id, pane, *dump_cells(kind, inner, wire)]
            for kind, panes in self.cells.items()
            for pane, inner in panes.items()
        ]
        memories = [
            [kind.id, [[key, known[key]] for key in sorted(known, key=spell)]] for kind, known in self.memories.items()
        ]
        return [sorted(self.feeds), self.done, self.learned, self.evicted, cells, memories]

    @classmethod
    def load(cls, plain: Plain, wire: Wire, kinds: Mapping[str, Kind]) -> Owner:
        """Read what `dump` wrote; kinds that are not known any more are left out.

        Raises:
            ValueError, TypeError, KeyError, IndexError: it is something else.

        """
        feeds, done, learned, evicted, cells, memories = plain
        owner = cls(
            {(dataset, scope) for dataset, scope in feeds}, whole(done), learned=learned, evicted=whole(evicted)
        )
        for name, pane, *inner in cells:
            if name in kinds:
                owner.cells.setdefault(kinds[name], {})[whole(pane)] = load_cells(kinds[name], inner, wire)
        for name, known in memories:
            if name in kinds:
                owner.memories[kinds[name]] = {tuple(key): dict(memory) for key, memory in known}
        return owner


@dataclass(frozen=True, slots=True)
class OwnerView:
    """What a detector sees of an owner beside the evidence at hand: `base.View`."""

    kind: Kind
    owner: Owner
    delta: Cell
    closed: bool
    warming: bool

    def memory(self, key: Key) -> dict[str, Any]:
        """Return what is kept under a key between panes."""
        if not self.closed:
            message = f"{self.kind.id}: memory is for closed panes; what is said at once must not hang on order"
            raise LookupError(message)
        return self.owner.memories.setdefault(self.kind, {}).setdefault(key, {})

    def settled(self, key: Key) -> Mapping[str, Any]:
        """Return the same to be read only."""
        return self.owner.memories.get(self.kind, {}).get(key, {})

    def panes(self, kind: Kind, key: Key) -> Iterator[tuple[int, Cell]]:
        """Go through the panes that are still kept of a key."""
        panes = self.owner.cells.get(kind, {})
        for pane in sorted(panes):
            if key in panes[pane]:
                yield pane, panes[pane][key]

    def keys(self, kind: Kind, pane: int) -> Mapping[Key, Cell]:
        """Return all cells in one pane."""
        return self.owner.cells.get(kind, {}).get(pane, {})
