"""The run: from a scenario to objects in the order of their delivery, and the labels that say what is in them.

Between traffic and lines there is a seam: `exchanges` gives what happened before it is written, so that evidence can be
made of it without records.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from pipeline.simulator.audit import AuditEvent, audit_line, usual_changes
from pipeline.simulator.base import SECOND, Exchange, Scenario, SimulatedObject
from pipeline.simulator.casting import Part, stage_all
from pipeline.simulator.chance import stream
from pipeline.simulator.delivery import Delivery, Shelf, Stretch
from pipeline.simulator.labels import Label
from pipeline.simulator.rhythm import expected, noise
from pipeline.simulator.scribe import Scribe, audit_feed, trace_feeds
from pipeline.simulator.visits import Visits
from pipeline.simulator.world import Account, World, Zone, build_world

_when = attrgetter("at")

_FOREVER = 1 << 62


class Simulation:
    """One run of a scenario. It can be gone through once; then its labels are complete."""

    def __init__(self, scenario: Scenario, silent: Collection[int] = ()) -> None:
        """Build the world and cast the cases; nothing happens yet. Zones whose index is in `silent` stay so."""
        self.scenario = scenario
        self.world: World = build_world(scenario)
        self._silent = frozenset(silent)
        self._visits = [
            Visits(scenario.seed, zone, stream(scenario.seed, zone.index, "visits", scenario.start), scenario.scale)
            for zone in self.world.zones
        ]
        self._parts = stage_all(scenario, self.world, self._visits)

    def planned(self) -> tuple[Label, ...]:
        """Return the labels of all cases, by the time at which they begin; what shows them is known after the run."""
        return tuple(each.label for each in self._parts if each.first)

    def labels(self) -> tuple[Label, ...]:
        """Return those that a record shows."""
        return tuple(each for each in self.planned() if each.evident)

    def history(self) -> Iterator[SimulatedObject]:
        """Yield the objects of the time before the start, in which there is less traffic and nothing happens."""
        asked = self.scenario
        if asked.history:
            before = replace(
                asked,
                start=asked.start - asked.history,
                length=asked.history,
                scale=asked.scale * asked.history_scale,
                incidents=(),
                benign=(),
                history=0,
            )
            unborn = [each.zone for each in self._parts if each.effect.unborn]
            yield from Simulation(before, unborn).objects()

    def exchanges(self) -> Iterator[tuple[int, int, list[tuple[Zone, list[Exchange]]]]]:
        """Yield what happens before anything is written, in stretches of seconds since 1970, for each zone in order."""
        scenario, step = self.scenario, self.scenario.object_seconds
        streams = [
            _Traffic(scenario, visits, [each for each in self._parts if each.zone == visits.zone.index])
            for visits in self._visits
            if visits.zone.index not in self._silent
        ]
        end = scenario.start + scenario.length
        for low in range(scenario.start, end, step):
            high = min(low + step, end)
            yield low, high, [(each.zone, each.between(low * SECOND, high * SECOND)) for each in streams]

    def changes(self, account: Account, low: int, high: int) -> list[AuditEvent]:
        """Return the changes to an account between two moments, those of cases included."""
        rng = stream(self.scenario.seed, account.id, "audit", low)
        made = usual_changes(rng, account, low, high)
        for part in self._parts:
            if part.effect.audit and self.world.zones[part.zone].account is account:
                made += part.effect.audit(max(low, part.low), min(high, part.high))
        return sorted(made, key=_when)

    def objects(self) -> Iterator[SimulatedObject]:
        """Yield the objects of the scenario in the order of their delivery."""
        scenario = self.scenario
        shelf = Shelf(scenario.start, scenario.start + scenario.length, scenario.object_seconds)
        traces = trace_feeds(self.world)
        scribes = [Scribe(zone, shelf, traces[zone.account.id]) for zone in self.world.zones]
        delivery = Delivery(
            stream(scenario.seed, "delivery", scenario.start), self._stretches("held_back"), self._stretches("lost")
        )
        for slot, (low, high, happened) in enumerate(self.exchanges()):
            for zone, exchanges in happened:
                write = scribes[zone.index].write
                for x in exchanges:
                    write(x)
            self._write_changes(shelf, low * SECOND, high * SECOND)
            for feed, lines in shelf.take(slot).items():
                delivery.send(feed, low, high, lines)
            yield from delivery.due(high)
        yield from delivery.due(None)

    def _write_changes(self, shelf: Shelf, low: int, high: int) -> None:
        for account in self.world.accounts:
            rng, feed = stream(self.scenario.seed, account.id, "audit lines", low), audit_feed(account)
            for event in self.changes(account, low, high):
                shelf.lines(feed, event.at).append(audit_line(rng, account, event))

    def _stretches(self, what: str) -> list[Stretch]:
        parts = (each for each in self._parts if getattr(each.effect, what))
        return [(each.zone, each.low // SECOND, each.high // SECOND) for each in parts]


class _Traffic:
    """The exchanges of one zone, stretch by stretch."""

    def __init__(self, scenario: Scenario, visits: Visits, parts: Sequence[Part]) -> None:
        self.zone = visits.zone
        self._visits, self._parts = visits, parts
        self._noise = noise(stream(scenario.seed, visits.zone.index, "noise", scenario.start), scenario.object_seconds)
        self._pending: list[Exchange] = []

    def between(self, low: int, high: int) -> list[Exchange]:
        """Return what is asked between two moments, changed by the cases of that time, in order."""
        pending = self._pending
        level = self._level(low // SECOND)
        pending += self._visits.between(low, high, level)
        active = [each for each in self._parts if each.low < high and low < _until(each)]
        for part in active:
            if part.effect.more and low < part.high and level:
                pending += part.effect.more(max(low, part.low), min(high, part.high))
        pending.sort(key=_when)
        due = bisect_left(pending, high, key=_when)
        self._pending = pending[due:]
        del pending[due:]
        changes = [(each.low, _until(each), each.effect.change) for each in active if each.effect.change]
        for begun, until, change in changes:
            for x in pending:
                if begun <= x.at < until and not x.shows:
                    change(x)
        return pending

    def _level(self, second: int) -> float:
        level = expected(self.zone, second) * next(self._noise)
        for part in self._parts:
            if part.effect.unborn and second * SECOND < part.high:
                return 0.0
            if part.effect.factor and part.low <= second * SECOND < _until(part):
                level *= part.effect.factor(second)
        return level


def _until(part: Part) -> int:
    return _FOREVER if part.effect.lasting else part.high
