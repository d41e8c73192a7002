"""Coverage: what each detector sees of each zone: ready, warming, or blind, and which input would open its eyes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from detectors.base import Detector, Need
from detectors.clocks import NOT_YET, Clock, Clocks
from detectors.facts import Facts
from detectors.feeds import Feed, FeedName

READY, WARMING, BLIND = "ready", "warming", "blind"


@dataclass(frozen=True, slots=True)
class State:
    """What one detector sees of one zone, or of an account's own logs (zone "")."""

    account: str
    zone: str
    detector: str
    state: str
    """ready, warming or blind."""
    missing: tuple[str, ...] = ()
    """Why it is blind; or, of one that is not, what some of its rules lack."""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Logpush custom fields that would supply what is missing."""


def states(detectors: Sequence[Detector], facts: Facts, clocks: Clocks) -> list[State]:
    """Return the state of each detector in each zone and account that is configured or was heard of."""
    places = {(zone.account, name) for name, zone in facts.of_zone.items()}
    places |= {(clock.account, clock.zone) for clock in clocks.feeds.values() if clock.account or clock.zone}
    known = {zone for account, zone in places if account}
    places -= {("", zone) for zone in known if zone}
    return [state for place in sorted(places) for state in _of_place(place, detectors, facts, clocks)]


def _of_place(place: tuple[str, str], detectors: Sequence[Detector], facts: Facts, clocks: Clocks) -> Iterator[State]:
    account, zone = place
    feeds = {name: clock for name, clock in clocks.feeds.items() if _concerns(clock, account, zone)}
    started = clocks.started(feeds)
    # Where no time ticks, the logs themselves say how far they have come.
    now = clocks.latest if clocks.tick == NOT_YET else clocks.tick
    warming = not started or now < started + facts.warm_up
    for detector in detectors:
        missing = [need for need in detector.needs if not _is_met(need, feeds.values())]
        blind = any(not need.rules for need in missing)
        state = BLIND if blind else WARMING if warming else READY
        fields: dict[str, tuple[str, ...]] = {}
        for need in missing:
            for kind, names in (need.fields or {}).items():
                fields[kind] = tuple(dict.fromkeys((*fields.get(kind, ()), *names)))
        yield State(account, zone, detector.name, state, tuple(need.reason for need in missing), fields)


def _concerns(clock: Clock, account: str, zone: str) -> bool:
    """Tell whether a feed can hold something of a zone: its own, its account's, or one of a backend with no owner."""
    if clock.zone:
        return clock.zone == zone
    return clock.account in ("", account)


def _is_met(need: Need, feeds: Iterable[Clock]) -> bool:
    return any(Feed(filled=clock.filled).fills(side, need.columns) for clock in feeds for side in need.sides)


def is_of(name: FeedName, scope: str) -> bool:
    """Tell whether a feed is one of a scope."""
    return name[1] == scope
