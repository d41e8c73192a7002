"""Policy, dataset and field names compiled to a scrubber: straight-line code that makes a record safe in place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from redactors.base import RECORDS_PREFIX, ConfigurationError, Record, Tally, Value
from redactors.datasets import Catalogue, Dataset
from redactors.guards import guarded_names
from redactors.planned import renaming
from redactors.policy import Policy
from redactors.registry import Redactors
from redactors.straight import Redactor, Scrub, Step, compile_steps, interpret_steps

MAX_PLANS = 256
MAX_NAMES = 400
"""Records of more names are interpreted: compiling grows with the names, and plans must stay small."""


Before = Callable[[Record], Any]
"""Sees a record as it came; what it returns goes to `After` and nowhere else. Neither may raise, or change it."""
After = Callable[[Record, Any], None]
"""Sees the same record made safe."""
Observe = Callable[[Dataset, tuple[str, ...], bool], tuple[Before, After]]
"""Makes both for records of these field names of a dataset, or for records in records."""


class UnrecognisedError(Exception):
    """No dataset fits the names of a record."""


@dataclass(frozen=True, slots=True)
class Scrubber:
    """What is done to the records of one list of field names."""

    dataset: str
    scrub: Scrub
    unknown: int
    """How many of the names the dataset does not list."""
    again: bool = False
    """It is for one record only: the next one of these names is met with another."""
    secret: bool = False
    """A name holds a secret, which is looked at, and counted, each time."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of records beyond themselves."""

    forced: Dataset | None = None
    """The dataset, where it is known."""
    hint: Dataset | None = None
    """The dataset that is likely."""
    zone: str = ""
    """The zone, where the records do not say."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """The dataset's name of a field by the record's own, where that is another."""


class Plans:
    """The scrubbers of one batch's source, by tuple of field names; at most `MAX_PLANS` are kept."""

    def __init__(
        self,
        policy: Policy,
        redactors: Redactors,
        catalogue: Catalogue,
        said: Said,
        *,
        guarded: bool = True,
        observe: Observe | None = None,
    ) -> None:
        """Take what is said of the records.

        `guarded` says that the guard patterns are searched for in what leaves; it is false for records in records.
        `observe` makes what looks at each record before and after.
        """
        self._policy = policy
        self._redactors = redactors
        self._catalogue = catalogue
        self.said = said
        self._rename = said.rename
        self._kept: dict[tuple[str, ...], Scrubber] = {}
        self._fields: dict[str, tuple[Dataset, dict[str, str]]] = {}
        self._nested: list[Plans] = []
        self._inner = not guarded
        self._observe = observe
        self._guarded = guarded_names(catalogue) if guarded else frozenset[str]()
        self._counted: dict[tuple[str, str], int] = {}
        self._counts: list[int] = []
        self._flushes: list[Callable[[], None]] = []
        self._interpreted = 0

    @property
    def full(self) -> bool:
        """Tell whether no more scrubbers are kept, so that other names are looked up each time."""
        return len(self._kept) >= MAX_PLANS

    def find(self, names: tuple[str, ...]) -> Scrubber:
        """Return the scrubber of these names.

        Raises:
            UnrecognisedError: no dataset fits.

        """
        found = self._kept.get(names)
        if found is None:
            kept = not self.full and len(names) <= MAX_NAMES
            # Compiling costs more than interpreting a few times: what comes once is not worth it.
            found = self._make(names, compiled=False, guarded=self._guarded, observe=self._observe)
            if kept and not found.secret:
                self._kept[names] = found
            else:
                self._interpreted += 1
        elif found.again:
            found = self._kept[names] = self._make(names, compiled=True, guarded=self._guarded, observe=self._observe)
        return found

    def classes(self, names: tuple[str, ...]) -> list[str | None] | None:
        """Return the class of each of these fields, None for an unknown one; None for all where no dataset fits."""
        dataset = self._dataset(names)
        if dataset is None:
            return None
        fields = self._classes(dataset)
        return [self._class(name, fields) for name in names]

    def keeps(self, name: str) -> bool:
        """Tell whether a name hides no secret itself."""
        return self._redactors.objects.safe_name(name) == name

    def scrub(self, record: Record) -> int:
        """Make one record safe in place, whatever its names; return how many fields changed."""
        return self.find(tuple(record)).scrub(record)

    def find_strictly(self, names: tuple[str, ...]) -> Scrubber:
        """Return a scrubber that looks at the type of each value, not counting on the guard patterns, unobserved."""
        return self._make(names, compiled=False, guarded=frozenset(), observe=None)

    def collect(self, tally: Tally) -> None:
        """Move the counts of changed fields, by (dataset, family), into a tally."""
        for flush in self._flushes:
            flush()
        for counted, at in self._counted.items():
            tally.redactions[counted] += self._counts[at]
            self._counts[at] = 0
        tally.interpreted += self._interpreted
        self._interpreted = 0
        for plans in self._nested:
            plans.collect(tally)

    def _make(
        self, names: tuple[str, ...], *, compiled: bool, guarded: Collection[str], observe: Observe | None
    ) -> Scrubber:
        dataset = self._dataset(names)
        if dataset is None:
            raise UnrecognisedError
        fields = self._classes(dataset)
        unknown = [name for name in names if self._class(name, fields) is None]
        dropped = unknown if self._policy.unknown == "drop" else []
        held = tuple(name for name in names if name not in dropped)
        pair = None if dropped else self._redactors.objects.pair(tuple(unknown))
        alone = [name for name in held if pair is None or name not in unknown]
        steps = [self._step(name, fields, dataset, observe) for name in alone]
        steps = [step for step in steps if not (step.redactor.keeps_scalars and step.name in guarded)]
        renamed = {} if dropped else self._redactors.objects.safe_names(unknown)
        secret = any("~" in safe for safe in renamed.values())
        scrub = self._compiled(steps) if compiled else interpret_steps(steps, self._counts)
        if pair:
            scrub = _both(scrub, pair)
        if observe:
            scrub = self._observed(scrub, dataset, held, observe)
        scrub = _dropping(scrub, dropped) if dropped else renaming(scrub, renamed)
        if self._redactors.marker.scoped:
            scrub = self._for_tenant(scrub, dataset)
        return Scrubber(dataset.name, scrub, len(unknown), again=not compiled, secret=secret)

    def _observed(self, scrub: Scrub, dataset: Dataset, names: tuple[str, ...], observe: Observe) -> Scrub:
        """Return a scrubber that has each record looked at, before and after, by the dataset's names of its fields."""
        meant = tuple(self._rename.get(name, name) for name in names)
        before, after = observe(dataset, meant, self._inner)

        def scrub_and_observe(record: Record) -> int:
            raw = before(record)
            changed = scrub(record)
            after(record, raw)
            return changed

        def scrub_and_observe_renamed(record: Record) -> int:
            raw = before(dict(zip(meant, record.values(), strict=True)))
            changed = scrub(record)
            after(dict(zip(meant, record.values(), strict=True)), raw)
            return changed

        return scrub_and_observe if meant == names else scrub_and_observe_renamed

    def _compiled(self, steps: list[Step]) -> Scrub:
        made = compile_steps(steps, self._counts)
        self._flushes.append(made.flush)
        return made.scrub

    def _dataset(self, names: tuple[str, ...]) -> Dataset | None:
        meant = (self._rename.get(name, name) for name in names)
        return self.said.forced or self._catalogue.recognise(meant, self.said.hint)

    def _class(self, name: str, fields: dict[str, str]) -> str | None:
        name = self._rename.get(name, name)
        return fields.get(name) or fields.get(name.lower())

    def _classes(self, dataset: Dataset) -> dict[str, str]:
        """Return the field classes of a dataset under the policy, also by name in small letters."""
        known, found = self._fields.get(dataset.name, (None, {}))
        # Datasets merged for a tie bear the name of the first, with other classes: the object tells them apart.
        if known is not dataset:
            fields = {**dataset.fields, **self._policy.field_classes.get(dataset.name, {})}
            found = {**{name.lower(): field_class for name, field_class in fields.items()}, **fields}
            self._fields[dataset.name] = dataset, found
        return found

    def _step(self, name: str, fields: dict[str, str], dataset: Dataset, observe: Observe | None) -> Step:
        field_class = self._class(name, fields)
        if field_class is None:
            return Step(name, self._unknown(name), self._counter(dataset, "unknown"))
        if field_class.startswith(RECORDS_PREFIX):
            nested = self._records(field_class.removeprefix(RECORDS_PREFIX), observe)
            return Step(name, nested, self._counter(dataset, "records"))
        if field_class not in self._redactors.by_class:
            known = ", ".join(self._redactors.by_class)
            message = f"{dataset.name}.fields.{name}: unknown field class; right would be one of {known}"
            raise ConfigurationError(message)
        return Step(name, self._redactors.by_class[field_class], self._counter(dataset, field_class))

    def _counter(self, dataset: Dataset, family: str) -> int:
        """Return where changes of this family are counted."""
        at = self._counted.setdefault((dataset.name, family), len(self._counts))
        if at == len(self._counts):
            self._counts.append(0)
        return at

    def _unknown(self, name: str) -> Redactor:
        """Return what is done under a name that the dataset does not list: by the name, else as text."""
        objects = self._redactors.objects
        return objects.under(objects.safe_name(name))

    def _records(self, name: str, observe: Observe | None) -> Redactor:
        said = Said(self._catalogue[name], zone=self.said.zone)
        plans = Plans(self._policy, self._redactors, self._catalogue, said, guarded=False, observe=observe)
        self._nested.append(plans)
        text = self._redactors.by_class["text"].text

        def each(value: Value) -> int:
            if isinstance(value, dict):
                return plans.scrub(value)
            return sum(map(each, value)) if isinstance(value, list) else 0

        def other(value: Value) -> tuple[Value, bool]:
            if isinstance(value, list):
                texts = [text(inner) if text and isinstance(inner, str) else inner for inner in value]
                changed = texts != value
                value[:] = texts
                return value, each(value) > 0 or changed
            return (value, each(value) > 0) if isinstance(value, dict) else (None, True)

        return Redactor(text, other)

    def _for_tenant(self, scrub: Scrub, dataset: Dataset) -> Scrub:
        role: str | None = dataset.roles.get(self._policy.scope)
        own = next((name for name, meant in self._rename.items() if meant == role), role)
        marker = self._redactors.marker

        def scrub_for_tenant(record: Record) -> int:
            told = record.get(own, record.get(role)) if role and own else None
            outer = marker.tenant
            marker.select(told if isinstance(told, str) and told else outer if self._inner else self.said.zone)
            changed = scrub(record)
            if self._inner:
                marker.select(outer)
            return changed

        return scrub_for_tenant


def _both(first: Scrub, second: Scrub) -> Scrub:
    return lambda record: first(record) + second(record)


def _dropping(scrub: Scrub, names: list[str]) -> Scrub:
    def scrub_and_drop(record: Record) -> int:
        for name in names:
            del record[name]
        return scrub(record) + len(names)

    return scrub_and_drop
