"""What becomes of one record, field by field, as the engine that redacts it does it. Lengths, never values. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import orjson

from pipeline import careful
from pipeline.base import Batch, Limits
from pipeline.careful import DeadLineError
from pipeline.engine import GENERIC, Engine
from pipeline.explaining.deeds import Deed, deed
from pipeline.explaining.leaves import Fields, Leaf, Triple, leaves, length, spelt
from pipeline.explaining.lines import Line, passed, unbounded
from redactors.base import Record
from redactors.datasets import Catalogue
from redactors.keyring import KeyRing
from redactors.policy import Policy
from redactors.secrets import Rules

_TYPES = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "map"}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one value."""

    path: str
    """By names as they leave."""
    field_class: str
    type: str
    """The JSON type: string, number, boolean, null, list or map."""
    length: int | None
    """Characters of a string, digits and signs of a number, entries of a list or map; None for what has none."""
    length_after: int | None
    deed: Deed
    late: bool
    """Whether the last look at what leaves did something that the field's class did not."""
    shadow: tuple[str, ...]
    """Rules in shadow that hit what leaves."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of one record."""

    dataset: str | None
    """None where none fits, or the line is no record."""
    reason: str
    """Why nothing leaves; empty where the record does."""
    fields: tuple[Told, ...]


class Explainer:
    """Explains records under one policy."""

    def __init__(
        self, policy: Policy, ring: KeyRing | None, rules: Rules, catalogue: Catalogue, limits: Limits
    ) -> None:
        """Take the parts of an engine."""
        self._rules = rules
        self._depth = limits.depth
        bounds = unbounded(limits)
        self.engine = Engine(policy, ring, rules, catalogue, bounds)
        """The engine that is explained."""
        scrubbing = replace(policy, unknown="scrub")
        self._namer = self.engine if policy == scrubbing else Engine(scrubbing, ring, rules, catalogue, bounds)

    def explain(self, line: Line, batch: Batch) -> Explanation:
        """Tell what becomes of a line; the batch says where it comes from, and what it is if that is known."""
        if line.reason:
            return Explanation(None, line.reason, ())
        (done,) = passed(self.engine, batch, (line,))
        with careful.room_for(self._depth):
            try:
                before, halfway = careful.read(line.raw, self._depth), careful.read(line.raw, self._depth)
            except DeadLineError as error:
                return Explanation(None, error.reason, ())
            fields = Fields(self.engine, batch)
            dataset = fields.dataset(tuple(before))
            if done.safe is None:
                return Explanation(dataset, done.reason, ())
            self.engine.plans(batch).find(tuple(before)).scrub(halfway)
            found = leaves(Triple(before, halfway, json.loads(done.safe)), fields, self._name)
            return Explanation(dataset, "", tuple(map(self._tell, found)))

    def _name(self, name: str) -> str:
        """Return the safe form of a field's name that is dropped with its value."""
        line = Line(1, 1, orjson.dumps({name: None}))
        (done,) = passed(self._namer, Batch((), "a name", GENERIC.name), (line,))
        record: Record = json.loads(done.safe or b"{}")
        return next(iter(record), "[unnamed]")

    def _tell(self, leaf: Leaf) -> Told:
        before, halfway, after = leaf.values
        return Told(
            spelt(leaf.path),
            leaf.field_class,
            _TYPES.get(type(before), "null"),
            length(before),
            length(after),
            deed(before, after),
            late=halfway != after,
            shadow=self._shadow(after) if isinstance(after, str) else (),
        )

    def _shadow(self, text: str) -> tuple[str, ...]:
        return tuple(sorted({span.rule.id for span in self._rules.spans(text) if span.rule.state == "shadow"}))
