"""What a change of policy would change: the same records as they leave under two policies, counted. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline import careful
from pipeline.explaining.deeds import Deed, deed
from pipeline.explaining.leaves import Fields, Leaf, Path, Triple, differing, length, spelt
from pipeline.explaining.lines import Line

NEWLY, NO_LONGER, OTHERWISE = "newly redacted", "no longer redacted", "otherwise different"
_MOST_GROUPS = 2000
_MOST_EXAMPLES = 1
_OTHERS = "…"
_NOT_READ, _NOT_KNOWN = "not read", "unknown"


@dataclass(frozen=True, slots=True)
class Group:
    """Changes of one kind to one field."""

    dataset: str
    field: str
    """Its path; places in lists are left out."""
    kind: str
    old: str
    """What the old policy does: marks, or an action."""
    new: str


@dataclass(frozen=True, slots=True)
class Example:
    """One value of a group, by its lengths."""

    place: str
    """Origin and line."""
    path: str
    length: int | None
    old: int | None
    new: int | None


@dataclass(slots=True)
class Counted:
    """How often a group was met."""

    records: int = 0
    values: int = 0
    examples: list[Example] = field(default_factory=list)


class PolicyDiff:
    """Counts what differs, record by record."""

    def __init__(self, depth: int) -> None:
        """Take how deep a record may be."""
        self._depth = depth
        self.groups: dict[Group, Counted] = {}
        self.records = 0
        self.different = 0
        """Records that leave in another form, or under one of the two only."""
        self.behind: Counter[tuple[str, str]] = Counter()
        """Records that stay behind under one of the two at least, by both reasons; empty where they leave."""

    def add(self, origin: str, fields: Fields, old: Line | None, new: Line | None) -> None:
        """Take one record of an input under both policies; None where the input was not read so far."""
        self.records += 1
        reasons = tuple(_NOT_READ if line is None else line.reason for line in (old, new))
        if any(reasons):
            self.behind[reasons[0], reasons[1]] += 1
            self.different += not all(reasons)
        elif old and new and old.safe and new.safe and old.safe != new.safe:
            with careful.room_for(self._depth):
                before = careful.read(old.raw, self._depth)
                dataset = fields.dataset(tuple(before)) or _NOT_KNOWN
                triple = Triple(before, json.loads(old.safe), json.loads(new.safe))
                self._count(dataset, f"{origin}:{old.line}", differing(triple, fields, _unseen))

    def _count(self, dataset: str, place: str, found: Iterable[Leaf]) -> None:
        seen: set[Group] = set()
        for leaf in found:
            group = self._group(dataset, leaf)
            counted = self.groups.setdefault(group, Counted())
            counted.values += 1
            counted.records += group not in seen
            if group not in seen and len(counted.examples) < _MOST_EXAMPLES:
                counted.examples.append(Example(place, spelt(leaf.path), *map(length, leaf.values)))
            seen.add(group)
        self.different += bool(seen)

    def _group(self, dataset: str, leaf: Leaf) -> Group:
        before, first, second = leaf.values
        kind = NEWLY if first == before else NO_LONGER if second == before else OTHERWISE
        old, new = _words(deed(before, first)), _words(deed(before, second))
        if old == new:
            new += ", by another key" if "~" in new else ", in another way"
        group = Group(dataset, _without_places(leaf.path), kind, old, new)
        if group in self.groups or len(self.groups) < _MOST_GROUPS:
            return group
        # So many are names that came with the data: the field they stand in tells enough.
        return Group(dataset, f"{_without_places(leaf.path[:1])}.{_OTHERS}", kind, _OTHERS, _OTHERS)


def _unseen(name: str) -> str:
    return f"({len(name)} letters)"


def _without_places(path: Path) -> str:
    return spelt(tuple(part for part in path if isinstance(part, str)))


def _words(done: Deed) -> str:
    """Word a deed.

    >>> _words(Deed("marked in part", (("[path]", 2),), ("query",))), _words(Deed("truncated"))
    ('[path] in it, query removed', 'truncated')
    """
    marks = [mark if done.action == "marked" else f"{mark} in it" for mark, _ in done.marks]
    return ", ".join([*marks, *(f"{part} removed" for part in done.removed)]) or done.action
