"""The engine: bytes of a batch come in, safe bytes go out, block by block. Pure; one per worker process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipeline.base import Batch, InputError, Limits, Outcome
from pipeline.codec import Deflater, Skipped, blocks, inflate, sniff
from pipeline.forms.peek import Kept, begins_with_record
from pipeline.passage import Passage
from redactors import registry
from redactors.base import Tally
from redactors.datasets import Catalogue, Dataset
from redactors.keyring import KeyRing
from redactors.plan import Plans, Said
from redactors.policy import Policy
from redactors.secrets import Rules

if TYPE_CHECKING:
    from pipeline.forms.parts import Form
    from pipeline.observer import Detection, Observer

GENERIC = Dataset("generic", "Any JSON lines", "any", "", frozenset(), (), {}, {})
"""Scrubs every field as unknown, for records that no dataset describes."""
_MOST_IDLE = 256
"""Plans that wait for a batch like theirs: of so many zones and datasets."""


class Engine:
    """Makes batches safe under one policy. It holds the compiled rules, so that it must not be shared by threads."""

    def __init__(
        self,
        policy: Policy,
        ring: KeyRing | None,
        rules: Rules,
        catalogue: Catalogue,
        limits: Limits | None = None,
        *,
        detection: Detection | None = None,
        note_paths: bool = False,
    ) -> None:
        """Compile the policy; `ring` None makes plain marks only. Detection needs a ring.

        With `note_paths` the templates of paths in which something was marked are counted.

        Raises:
            ConfigurationError: the policy names a dataset that does not exist.

        """
        self._policy = policy
        self._catalogue = catalogue
        self._limits = limits or Limits()
        self._redactors = registry.build(policy, ring, rules, note_paths=note_paths)
        self._observer = self._observing(detection, ring) if detection and ring else None
        self._idle: dict[object, Plans] = {}
        for name in policy.field_classes:
            self._dataset(name)

    def process(self, batch: Batch, compression: str | None = None) -> Iterator[Outcome]:
        """Make a batch safe; `compression` is that of the output, None for the input's own.

        The bodies of the outcomes, joined, are the whole output. Where the input breaks off, the rest is a dead letter,
        and all before it is delivered.
        """
        found, chunks = sniff(batch.chunks)
        stream = Kept(inflate(chunks, self._limits))
        plans = self.plans(batch)
        self._redactors.hits.collect(Tally())  # of a batch that was given up
        observer = self._observer
        passage = self._passage(batch.origin, plans, observer)
        deflater = Deflater(compression or found)
        if not begins_with_record(stream, self._limits.line_bytes):
            form = self._form(stream, batch, plans)
            if form is not None:
                yield from self._formed(form, stream, batch, passage, deflater)
                return
        try:
            for each in blocks(stream.rest(), self._limits):
                body, dead = passage.skip(each) if isinstance(each, Skipped) else passage.block(each)
                yield Outcome(deflater.feed(body), dead, evidence=observer.due() if observer else ())
        except InputError as error:
            yield Outcome(b"", (passage.broken(error.reason),))
        ended = self._ended(deflater, passage.tally())
        self._keep(plans)
        yield ended

    def plans(self, batch: Batch) -> Plans:
        """Return the scrubbers for the records of a batch; what is seen from now on is seen in this batch."""
        if self._observer:
            self._observer.begin(batch.origin, batch.zone, redacted=batch.redacted, weight=batch.weight)
        forced = self._dataset(batch.dataset) if batch.dataset else None
        hint = self._catalogue.by_path(batch.path) if batch.path else None
        said = Said(forced, hint, batch.zone, batch.rename)
        known = self._idle.pop(_source(said), None)
        if known:
            return known
        observe = self._observer.observe if self._observer else None
        return Plans(self._policy, self._redactors, self._catalogue, said, observe=observe)

    def _keep(self, plans: Plans) -> None:
        """Keep the plans of a batch that has ended for the next one like it: compiling takes long."""
        if plans.full:
            return
        if len(self._idle) >= _MOST_IDLE:
            self._idle.clear()
        self._idle[_source(plans.said)] = plans

    def _form(self, stream: Kept, batch: Batch, plans: Plans) -> Form | None:
        """Return the form of a batch whose first line is no record; None for lines of JSON after all."""
        from pipeline.forms.choice import Known, form_of  # noqa: PLC0415 (nearly all batches are lines, and start sooner)

        return form_of(stream, Known(batch.columns, plans.classes, plans.keeps, self._limits))

    def _formed(
        self, form: Form, stream: Kept, batch: Batch, passage: Passage, deflater: Deflater
    ) -> Iterator[Outcome]:
        """Make a batch safe that is no lines of JSON."""
        from pipeline.forms.carriage import Carriage  # noqa: PLC0415 (as above)

        said = Said(GENERIC, zone=batch.zone, rename=batch.rename)
        unseen = Plans(self._policy, self._redactors, self._catalogue, said)
        carriage = Carriage(passage, self._passage(batch.origin, unseen, None))
        observer = self._observer
        for body, dead in carriage.carry(form, stream.rest()):
            yield Outcome(deflater.feed(body), dead, evidence=observer.due() if observer else ())
        yield self._ended(deflater, carriage.tally())

    def _passage(self, origin: str, plans: Plans, observer: Observer | None) -> Passage:
        leaving = self._observer.leaving if self._observer else None
        hits, depth = self._redactors.hits, self._limits.depth
        return Passage(origin, plans, hits, depth, observer=observer, leaving=leaving)

    def _ended(self, deflater: Deflater, tally: Tally) -> Outcome:
        """Return the last outcome of a batch."""
        evidence: tuple[bytes, ...] = ()
        if self._observer:
            evidence = self._observer.finish()
            tally.unseen = self._observer.unseen()
        return Outcome(deflater.finish(), (), tally, last=True, evidence=evidence)

    def _observing(self, detection: Detection, ring: KeyRing) -> Observer:
        from pipeline.observer import Observer  # noqa: PLC0415 (a run without detection starts sooner)

        return Observer(detection, self._redactors, ring)

    def _dataset(self, name: str) -> Dataset:
        return GENERIC if name == GENERIC.name else self._catalogue[name]


def _source(said: Said) -> object:
    forced, hint = (each.name if each else "" for each in (said.forced, said.hint))
    return forced, hint, said.zone, tuple(sorted(said.rename.items()))
