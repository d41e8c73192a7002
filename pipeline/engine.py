"""The engine: bytes of a batch come in, safe bytes go out, block by block. Pure; one per worker process."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.base import Batch, InputError, Limits, Outcome
from pipeline.codec import Deflater, Skipped, blocks, inflate, sniff
from pipeline.passage import Passage
from redactors import registry
from redactors.datasets import Catalogue, Dataset
from redactors.keyring import KeyRing
from redactors.plan import Plans
from redactors.policy import Policy
from redactors.secrets import Rules

GENERIC = Dataset("generic", "Any JSON lines", "any", "", frozenset(), (), {}, {})
"""Scrubs every field as unknown, for records that no dataset describes."""


class Engine:
    """Makes batches safe under one policy. It holds the compiled rules, so that it must not be shared by threads."""

    def __init__(
        self, policy: Policy, ring: KeyRing | None, rules: Rules, catalogue: Catalogue, limits: Limits | None = None
    ) -> None:
        """Compile the policy; `ring` None makes plain marks only.

        Raises:
            ConfigurationError: the policy names a dataset that does not exist.

        """
        self._policy = policy
        self._catalogue = catalogue
        self._limits = limits or Limits()
        self._redactors = registry.build(policy, ring, rules)
        for name in policy.field_classes:
            self._dataset(name)

    def process(self, batch: Batch, compression: str | None = None) -> Iterator[Outcome]:
        """Make a batch safe; `compression` is that of the output, None for the input's own.

        The bodies of the outcomes, joined, are the whole output. Where the input breaks off, the rest is a dead letter,
        and all before it is delivered.
        """
        found, chunks = sniff(batch.chunks)
        passage = Passage(batch.origin, self.plans(batch), self._redactors.hits, self._limits.depth)
        deflater = Deflater(compression or found)
        try:
            for each in blocks(inflate(chunks, self._limits), self._limits):
                body, dead = passage.skip(each) if isinstance(each, Skipped) else passage.block(each)
                yield Outcome(deflater.feed(body), dead)
        except InputError as error:
            yield Outcome(b"", (passage.broken(error.reason),))
        yield Outcome(deflater.finish(), (), passage.tally(), last=True)

    def plans(self, batch: Batch) -> Plans:
        """Return the scrubbers for the records of a batch."""
        forced = self._dataset(batch.dataset) if batch.dataset else None
        hint = self._catalogue.by_path(batch.path) if batch.path else None
        return Plans(self._policy, self._redactors, self._catalogue, forced=forced, hint=hint, zone=batch.zone)

    def _dataset(self, name: str) -> Dataset:
        return GENERIC if name == GENERIC.name else self._catalogue[name]
