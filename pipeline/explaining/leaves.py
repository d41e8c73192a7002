"""A record taken apart to its values, each as it came beside what leaves of it, under the names that leave. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.base import Batch
from pipeline.engine import Engine
from pipeline.explaining.deeds import ABSENT
from redactors.base import RECORDS_PREFIX, Record, Value
from redactors.plan import UnrecognisedError

Path = tuple[str | int, ...]
"""Names as they leave, and places in lists."""
Unseen = Callable[[str], str]
"""What to call a name that leaves nowhere."""

NAME = "(name)"
"""In a path: the name itself, where that is not safe."""
IN_JSON = "{json}"
"""In a path: what follows stands in a text that is JSON."""
_MOST_KNOWN = 256
_COOKIES = frozenset({"cookie", "set-cookie"})


class Fields:
    """The classes of the fields of records, as an engine has them for one input."""

    def __init__(self, engine: Engine, batch: Batch) -> None:
        """Take an engine and the input, or any batch of a known dataset."""
        self._engine = engine
        self._plans = engine.plans(batch)
        self._known: dict[tuple[str, ...], dict[str, str]] = {}

    def dataset(self, names: tuple[str, ...]) -> str | None:
        """Return the dataset of a record with these names; None where none fits."""
        try:
            return self._plans.find(names).dataset
        except UnrecognisedError:
            return None

    def classes(self, names: tuple[str, ...]) -> dict[str, str]:
        """Return the class of each field of a record; `unknown` where none is listed."""
        known = self._known.get(names)
        if known is None:
            labels = self._plans.classes(names) or [None] * len(names)
            known = {name: label or "unknown" for name, label in zip(names, labels, strict=True)}
            if len(self._known) < _MOST_KNOWN:
                self._known[names] = known
        return known

    def inside(self, field_class: str) -> Fields | None:
        """Return the fields of the records that a field of this class holds; None where it holds none."""
        nested = field_class.removeprefix(RECORDS_PREFIX)
        return None if nested == field_class else Fields(self._engine, Batch((), "", nested))


class Triple(NamedTuple):
    """One value as it came, and twice as it leaves: by two policies, or halfway and at the end."""

    before: Value
    first: Value
    second: Value


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no others, or was not taken apart."""

    path: Path
    field_class: str
    values: Triple = field(repr=False)


def leaves(values: Triple, fields: Fields, unseen: Unseen) -> Iterator[Leaf]:
    """Yield the leaves of a record in order.

    It calls itself as deep as the record is: who asks makes room for that.
    """
    return _Walk(unseen, every=True).below(values, (), "", fields)


def differing(values: Triple, fields: Fields, unseen: Unseen) -> Iterator[Leaf]:
    """Yield the leaves that leave in two ways, as `leaves` does."""
    return _Walk(unseen, every=False).below(values, (), "", fields)


def spelt(path: Path) -> str:
    """Spell a path.

    >>> spelt(("Logs", 0, "Message", 1))
    'Logs[0].Message[1]'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def length(value: Value) -> int | None:
    """Measure a value: characters, digits or entries; None for what has no length, or would be told by it.

    >>> length("abc"), length(1.5), length([1, 2]), length(True), length(None)
    (3, 3, 2, None, None)
    """
    if value is None or value is ABSENT or isinstance(value, bool):
        return None
    return len(value) if isinstance(value, str | list | dict) else len(str(value))


@dataclass(frozen=True, slots=True)
class _Walk:
    unseen: Unseen
    every: bool

    def below(self, values: Triple, path: Path, label: str, fields: Fields | None) -> Iterator[Leaf]:
        if not self.every and values.first == values.second:
            return
        if not values.before or len({type(each) for each in values}) > 1:
            yield Leaf(path, label, values)
        elif isinstance(values.before, dict):
            yield from self._map(values, path, label, fields)
        elif isinstance(values.before, list) and len({len(each) for each in values}) == 1:
            for at, inner in enumerate(zip(*values, strict=True)):
                yield from self.below(Triple(*inner), (*path, at), label, fields)
        else:
            inside = [] if values.before == values.first == values.second else self._text(values, path, label)
            yield from inside or [Leaf(path, label, values)]

    def _map(self, values: Triple, path: Path, label: str, fields: Fields | None) -> Iterator[Leaf]:
        classes = fields.classes(tuple(values.before)) if fields else {}
        # By place where no entry is missing, else by name.
        sides = values.before.items(), _beside(values.before, values.first), _beside(values.before, values.second)
        for before, first, second in zip(*sides, strict=True):
            if first == second and not self.every:
                continue
            names, inner = map(Triple._make, zip(before, first, second, strict=True))
            here = classes.get(names.before, label)
            place = (*path, self._called(names))
            if len({*names} - {ABSENT}) > 1 and (self.every or names.first != names.second):
                yield Leaf((*place, NAME), here, names)
            yield from self.below(inner, place, here, fields.inside(here) if fields else None)

    def _called(self, names: Triple) -> str:
        """Return a name as the stricter side calls it."""
        leaving = [name for name in (names.second, names.first) if isinstance(name, str)]
        changed = [name for name in leaving if name != names.before]
        return changed[0] if changed else leaving[0] if leaving else self.unseen(names.before)

    def _text(self, values: Triple, path: Path, label: str) -> list[Leaf]:
        """Return the leaves of a text that is JSON, or a row of cookies; none where it is neither."""
        for read, steps in ((_document, (IN_JSON,)), (_cookies if _may_be_cookies(path, label) else _nothing, ())):
            made = Triple(*map(read, values))
            found = [] if None in made else list(self.below(made, (*path, *steps), label, None))
            # Where only the spelling of the whole changed, the whole is what there is to tell.
            if any(leaf.values.count(leaf.values.before) < len(leaf.values) for leaf in found):
                return found
        return []


def _beside(before: Record, after: Record) -> list[tuple[Value, Value]]:
    if len(after) == len(before):
        return list(after.items())
    return [(name, after[name]) if name in after else (ABSENT, ABSENT) for name in before]


def _document(value: Value) -> Value:
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _may_be_cookies(path: Path, label: str) -> bool:
    names = [part for part in path if isinstance(part, str)]
    return label == "cookies" or (bool(names) and names[-1].lower() in _COOKIES)


def _cookies(value: Value) -> Value:
    """Read `a=b; c=d` to a map; None where it does not begin with a pair, or a name stands twice."""
    pairs = [part.strip().partition("=") for part in value.split(";")] if isinstance(value, str) else []
    made = {name: inner for name, _, inner in pairs}
    return made if pairs and pairs[0][1] and len(made) == len(pairs) else None


def _nothing(_value: Value) -> None:
    return None
