"""The inventory: the one report on a zone once its warming is over, of all that was learned of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from detectors.base import Detector, Severity, Tier, Verdict
from detectors.clocks import Clocks
from detectors.evidence import Plain, words
from detectors.facts import Facts
from detectors.feeds import FeedName
from detectors.kinds import Owner as OwnerKey
from detectors.owners import Owner

NAME: Final = "inventory"
MAX_LINES: Final = 50
"""Lines of a report; it says how many more there are."""


class Inventories:
    """Which zones, accounts and services were reported on."""

    def __init__(self, facts: Facts, detectors: Mapping[str, Detector]) -> None:
        """Take the detectors by name."""
        self._facts = facts
        self._detectors = detectors
        self._reported: set[str] = set()
        self._next = 0
        self._feeds = 0

    def due(
        self, time: int, clocks: Clocks, owners: Mapping[OwnerKey, Owner], *, ended: bool
    ) -> Iterator[tuple[str, int, Verdict]]:
        """Return the reports that are due by a time in seconds: scope, start of its log, what is said.

        `ended` says that no feed will come any further.
        """
        if not self._facts.warm_up or (time < self._next and len(clocks.feeds) == self._feeds):
            return
        self._feeds, self._next = len(clocks.feeds), time + 1
        lateness = self._facts.allowed_lateness
        for scope, feeds in sorted(_scopes(clocks, self._reported).items()):
            started = clocks.started(feeds)
            until = started + self._facts.warm_up
            if started and (ended or (until <= time and clocks.reached_by_all(feeds) >= until + lateness)):
                self._reported.add(scope)
                yield scope, started, self._report(scope, feeds, clocks, owners)

    def _report(self, scope: str, feeds: list[FeedName], clocks: Clocks, owners: Mapping[OwnerKey, Owner]) -> Verdict:
        lines = sorted(
            {
                line
                for owner in owners.values()
                if not owner.feeds.isdisjoint(feeds)
                for line in (lines_of(owner, self._detectors) if owner.learned is None else owner.learned)
            }
        )
        told = "; ".join(lines[:MAX_LINES]) or "nothing that the detectors learn from"
        more = f"; and {len(lines) - MAX_LINES} more" if len(lines) > MAX_LINES else ""
        clock = clocks.feeds[feeds[0]]
        started = clocks.started(feeds)
        return Verdict(
            rule="learned",
            key=(scope,),
            tier=Tier.STATISTICS,
            severity=Severity.INFO,
            subject=scope,
            summary=f"learned in the first {self._facts.warm_up} s: {told}{more}; from now on what is new is a finding",
            first_seen=started * 1000,
            last_seen=(started + self._facts.warm_up) * 1000,
            account=clock.account,
            zone=clock.zone,
            count=len(lines),
            next=("edgesieve coverage",),
        )

    def dump(self) -> Plain:
        """Write all."""
        return sorted(self._reported)

    def load(self, plain: Plain) -> None:
        """Read what `dump` wrote.

        Raises:
            TypeError: it is something else.

        """
        self._reported = set(map(words, plain))


def lines_of(owner: Owner, detectors: Mapping[str, Detector]) -> list[str]:
    """Say in a line each what is remembered of an owner."""
    return sorted(
        line
        for kind, memories in owner.memories.items()
        for key, memory in memories.items()
        for line in detectors[kind.detector].inventory(key, memory)
    )


def _scopes(clocks: Clocks, but: set[str]) -> dict[str, list[FeedName]]:
    found: dict[str, list[FeedName]] = {}
    for name in sorted(clocks.feeds):
        if name[1] and name[1] not in but:
            found.setdefault(name[1], []).append(name)
    return found
