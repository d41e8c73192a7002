"""The judge's docket: whose evidence has come, which panes are open, and when each of them can be closed or let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from detectors.evidence import Cell, Order, Plain, Wire, whole
from detectors.feeds import FeedName
from detectors.folder import Message, smallest
from detectors.kinds import Key, Kind, spell
from detectors.kinds import Owner as OwnerKey
from detectors.owners import Owner

MAX_OWNERS: Final = 50_000
"""Owners of all detectors together; beyond it those with the greatest keyed hash are forgotten, and counted."""
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A pane that can be closed, or one long closed that can be let go, when time has come so far: in this order."""

    time: int
    """Seconds."""
    place: int
    """Of the kind in the table."""
    spelled: str
    """The owner."""
    pane: int
    key: OwnerKey


@dataclass(frozen=True, slots=True)
class Item:
    """Evidence that has just come, of one key and pane."""

    kind: Kind
    pane: int
    key: Key
    delta: Cell
    """What came."""
    cell: Cell
    """All there is; only what came, where the pane is gone or lies in the future."""
    owner: Owner
    late: bool = False
    """Its pane was closed before."""


Taken = tuple[Kind, int, OwnerKey, Owner]
"""A pane that is closed: its kind, its start, whose it is."""


class Docket:
    """All owners, and what is due."""

    def __init__(self, kinds: Mapping[str, Kind], lateness: int, order: Order) -> None:
        """Take the kinds of evidence by their names, in the order of judging."""
        self.owners: dict[OwnerKey, Owner] = {}
        self.capped: Counter[str] = Counter()
        """Panes that lost keys, by kind."""
        self.forgotten = 0
        """Owners that were forgotten, since there were too many."""
        self.kinds = kinds
        self._by_place = tuple(kinds.values())
        self._places = {kind: place for place, kind in enumerate(self._by_place)}
        self._lateness = lateness
        self._order = order
        self._due: list[Due] = []

    def enter(self, message: Message, is_future: Callable[[int], bool]) -> list[Item]:
        """Merge the evidence of a batch; return what can be judged at once, as it is after all of it is merged."""
        feeds: dict[str, list[FeedName]] = {}
        for feed in message.feeds:
            feeds.setdefault(feed[1], []).append(feed)
        items: list[Item] = []
        trimmed: dict[tuple[int, Kind, int], Owner] = {}
        for scope, kind, pane, key, delta in message.cells():
            name = kind.owner_of(key)
            owner = self.owners.get(name)
            if owner is None:
                owner = self.owners[name] = Owner()
            owner.feeds.update(feeds.get(scope, ()))
            late = pane + kind.pane + self._lateness <= owner.done
            gone = late and pane + kind.pane + self._lateness + kind.keep <= owner.done
            if is_future(pane) or gone or (late and not kind.at_once):
                items += [Item(kind, pane, key, delta, delta, owner, late)] if kind.at_once else []
                continue
            if pane not in owner.cells.get(kind, {}):
                self._expect(kind, pane, name, owner)
            cell = owner.merge(kind, pane, key, delta, self._order)
            trimmed[id(owner), kind, pane] = owner
            items += [Item(kind, pane, key, delta, cell, owner, late)] if kind.at_once else []
        for (_, kind, pane), owner in trimmed.items():
            self.capped[kind.id] += owner.trim(kind, pane, self._order)
        self.capped.update(kind.id for kind, _ in message.capped)
        return items

    def _expect(self, kind: Kind, pane: int, name: OwnerKey, owner: Owner) -> None:
        time = pane + kind.pane + self._lateness
        time = time + kind.keep if time <= owner.done else time
        heappush(self._due, Due(time, self._places[kind], spell(name), pane, name))

    def take(self, limit: int, until: int, reached: Callable[[Owner], int]) -> Iterator[Taken]:
        """Take the panes that can be closed: what is due by a time, and whose owner's feeds have reached it.

        Panes of one owner come in order. Between two, what is held of an owner may be changed. Panes that come without
        evidence end at `until`.
        """
        waiting: list[Due] = []
        while self._due and self._due[0].time <= limit:
            due = heappop(self._due)
            owner = self.owners.get(due.key)
            if owner is None:
                continue
            if due.time > reached(owner):
                waiting.append(due)
                continue
            kind = self._by_place[due.place]
            if due.time == due.pane + kind.pane + self._lateness:
                yield kind, due.pane, due.key, owner
                owner.done = max(owner.done, due.time)
                owner.trim_memories(kind, self._order)
                if kind.always and owner.memories.get(kind) and due.time + kind.pane <= until:
                    self._expect_always(kind, due.pane + kind.pane, due.key, owner)
                if kind.keep:
                    self._expect(kind, due.pane, due.key, owner)
                    continue
            owner.cells.get(kind, {}).pop(due.pane, None)
        for due in waiting:
            heappush(self._due, due)

    def _expect_always(self, kind: Kind, pane: int, name: OwnerKey, owner: Owner) -> None:
        panes = owner.cells.setdefault(kind, {})
        if pane not in panes:
            panes[pane] = {}
            self._expect(kind, pane, name, owner)

    def prune(self, now: int) -> None:
        """Forget owners of whom nothing is held, a day after; and some where there are too many."""
        gone = [name for name, owner in self.owners.items() if owner.done < now - _DAY and owner.is_empty()]
        for name in gone:
            del self.owners[name]
        kept = frozenset(smallest(self.owners, MAX_OWNERS, self._order))
        self.forgotten += len(self.owners) - len(kept)
        self.owners = {name: owner for name, owner in self.owners.items() if name in kept}

    def dump(self, wire: Wire) -> Plain:
        """Write all."""
        owners = [[name, self.owners[name].dump(wire)] for name in sorted(self.owners, key=spell)]
        return {"owners": owners, "capped": dict(self.capped), "forgotten": self.forgotten}

    def load(self, plain: Plain, wire: Wire) -> None:
        """Read what `dump` wrote.

        Raises:
            ValueError, TypeError, KeyError, IndexError: it is something else.

        """
        self.capped.update(plain["capped"])
        self.forgotten = whole(plain["forgotten"])
        for name, rows in plain["owners"]:
            key = tuple(name)
            owner = self.owners[key] = Owner.load(rows, wire, self.kinds)
            for kind, panes in owner.cells.items():
                for pane in panes:
                    self._expect(kind, pane, key, owner)
