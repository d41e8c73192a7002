"""The evidence of one batch: what detectors fold into, and how it is written, small, for each judge, and read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final
from zlib import crc32

import orjson

from detectors.columns import LONGEST
from detectors.evidence import Cell, Order, Plain, Wire, dump_cell, load_cell, new_cell, trim_cell, whole
from detectors.feeds import Feeds, dump_feeds, load_feeds
from detectors.kinds import Key, Kind, Owner, spell
from redactors.base import ConfigurationError

VERSION: Final = 1
MAX_SCOPES: Final = 1000
"""Zones, accounts and services of one batch; the evidence of those beyond hangs on no feed, but on ticks alone."""
MAX_OWNERS: Final = 2000
"""Owners of one kind in one pane of a batch."""
_SLACK = 2

Cells = dict[Key, Cell]
Panes = dict[int, Cells]
"""Cells of one kind by the start of their pane, in seconds."""
Kinds = dict[Kind, Panes]


class Folder:
    """Evidence of one batch, while it is folded."""

    __slots__ = ("_capped", "_kinds", "_scopes", "feeds", "order")

    def __init__(self, order: Order) -> None:
        """Take the keyed hash that says which of too many keys stay."""
        self.order = order
        self.feeds: Feeds = {}
        self._kinds: Kinds = {}
        self._scopes: dict[str, Kinds] = {"": self._kinds}
        self._capped: set[tuple[Kind, int]] = set()

    def turn_to(self, scope: str) -> None:
        """Say whose rows are folded next: evidence hangs on the feeds of its scope."""
        if scope not in self._scopes and len(self._scopes) >= MAX_SCOPES:
            scope = ""
        self._kinds = self._scopes.setdefault(scope, {})

    def cell(self, kind: Kind, key: Key, time: int) -> Cell:
        """Return the cell of a key, in the pane that a time in milliseconds falls into: a state for each part."""
        panes = self._kinds.get(kind)
        if panes is None:
            panes = self._kinds[kind] = {}
        pane = time // 1000 // kind.pane * kind.pane
        cells = panes.get(pane)
        if cells is None:
            cells = panes[pane] = {}
        cell = cells.get(key)
        return self._enter(kind, pane, cells, key) if cell is None else cell

    def _enter(self, kind: Kind, pane: int, cells: Cells, key: Key) -> Cell:
        if any(isinstance(each, str) and len(each) > LONGEST for each in key):
            key = tuple(each[:LONGEST] if isinstance(each, str) else each for each in key)
            if key in cells:
                return cells[key]
        if len(cells) >= _SLACK * kind.keys and keep_smallest(kind, cells, self.order):
            self._capped.add((kind, pane))
        cell = cells[key] = new_cell(kind.parts)
        return cell

    def pack(self, judges: int = 1) -> list[bytes]:
        """Write what each of several judges must know, and begin anew; equal evidence gives equal bytes."""
        messages = [Message(self.feeds) for _ in range(judges)]
        for scope, kinds in self._scopes.items():
            for kind, panes in kinds.items():
                for pane, cells in panes.items():
                    self._share(messages, scope, kind, pane, cells)
        for message in messages:
            message.capped = set(self._capped)
        packed = [dump_message(message) for message in messages]
        self.feeds, self._kinds, self._capped = {}, {}, set()
        self._scopes = {"": self._kinds}
        return packed

    def _share(self, messages: list[Message], scope: str, kind: Kind, pane: int, cells: Cells) -> None:
        if keep_smallest(kind, cells, self.order):
            self._capped.add((kind, pane))
        for key, cell in cells.items():
            trim_cell(kind.parts, cell, self.order)
            for message in messages if kind.everywhere else (messages[judge_of(kind, key, len(messages))],):
                message.scopes.setdefault(scope, {}).setdefault(kind, {}).setdefault(pane, {})[key] = cell


def judge_of(kind: Kind, key: Key, judges: int) -> int:
    """Tell which of several judges owns a key: the same for all evidence of its owner."""
    return crc32(spell(kind.owner_of(key)).encode()) % judges if judges > 1 else 0


def keep_smallest(kind: Kind, cells: Cells, order: Order) -> bool:
    """Let go of the keys with the greatest keyed hash until each owner has no more than it may; tell whether any went.

    A key that goes never comes back: of those that came, so many smaller ones stay smaller.
    """
    if len(cells) <= kind.keys:
        return False
    owners: dict[Owner, list[Key]] = {}
    for key in cells:
        owners.setdefault(kind.owner_of(key), []).append(key)
    chosen = owners if len(owners) <= MAX_OWNERS else smallest(owners, MAX_OWNERS, order)
    kept = [key for owner in chosen for key in smallest(owners[owner], kind.keys, order)]
    if len(kept) == len(cells):
        return False
    remaining = {key: cells[key] for key in kept}
    cells.clear()
    cells.update(remaining)
    return True


def smallest(keys: Collection[Key], size: int, order: Order) -> Collection[Key]:
    """Return the keys with the smallest keyed hash."""
    return keys if len(keys) <= size else nsmallest(size, keys, key=lambda key: order(spell(key)))


@dataclass(slots=True)
class Message:
    """Evidence of one batch for one judge."""

    feeds: Feeds = field(default_factory=dict)
    scopes: dict[str, Kinds] = field(default_factory=dict)
    capped: set[tuple[Kind, int]] = field(default_factory=set)
    """Kinds and panes that lost keys."""

    def cells(self) -> Iterator[tuple[str, Kind, int, Key, Cell]]:
        """Go through all cells, in the order of their writing: scope, kind, pane, key, cell."""
        for scope, kinds in self.scopes.items():
            for kind, panes in kinds.items():
                for pane, cells in panes.items():
                    for key, cell in cells.items():
                        yield scope, kind, pane, key, cell


def dump_message(message: Message) -> bytes:
    """Write a message; equal messages are equal bytes."""
    wire = Wire()
    scopes = {
        scope: {
            kind.id: [[pane, *dump_cells(kind, cells, wire)] for pane, cells in sorted(kinds[kind].items())]
            for kind in sorted(kinds, key=lambda each: each.id)
        }
        for scope, kinds in sorted(message.scopes.items())
    }
    capped = sorted((kind.id, pane) for kind, pane in message.capped)
    plain = {"v": VERSION, "feeds": dump_feeds(message.feeds), "scopes": scopes, "capped": capped}
    return orjson.dumps({**plain, "origins": wire.origins})


def load_message(data: bytes, kinds: Mapping[str, Kind]) -> Message:
    """Read a message; evidence of kinds that are not known here is left out.

    Raises:
        ConfigurationError: it was written by a newer version, or by something else.

    """
    try:
        plain = orjson.loads(data)
        if whole(plain["v"]) > VERSION:
            message = f"evidence: of format version {plain['v']}; right would be workers no newer than their judge"
            raise ConfigurationError(message)
        wire = Wire(plain["origins"])
        read = Message(load_feeds(plain["feeds"]))
        read.capped = {(kinds[name], whole(pane)) for name, pane in plain["capped"] if name in kinds}
        for scope, told in plain["scopes"].items():
            read.scopes[scope] = {
                kinds[name]: {whole(pane): load_cells(kinds[name], cells, wire) for pane, *cells in panes}
                for name, panes in told.items()
                if name in kinds
            }
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        message = "evidence: unreadable; right would be what a worker of this version wrote, whole"
        raise ConfigurationError(message) from None
    return read


def dump_cells(kind: Kind, cells: Cells, wire: Wire) -> list[Plain]:
    """Write keys and cells in order, in turns."""
    plain: list[Plain] = []
    for key in sorted(cells, key=spell):
        plain += (key, dump_cell(kind.parts, cells[key], wire))
    return plain


def load_cells(kind: Kind, plain: list[Plain], wire: Wire) -> Cells:
    """Read what `dump_cells` wrote."""
    return {tuple(key): load_cell(kind.parts, cell, wire) for key, cell in zip(plain[::2], plain[1::2], strict=True)}
