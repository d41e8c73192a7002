"""The judge: merges the evidence of batches, closes panes by event time, and lets findings live. Reads no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import orjson

from detectors.base import Detector, Finding, Status, Tier
from detectors.clocks import NOT_YET, Clocks
from detectors.coverage import State, states
from detectors.docket import Docket, Item
from detectors.evidence import Wire, new_cell, ordering_of, whole
from detectors.facts import Facts, Suppression
from detectors.findings import finding_id
from detectors.folder import load_message
from detectors.inventory import NAME as INVENTORY
from detectors.inventory import Inventories, lines_of
from detectors.kinds import spell
from detectors.lives import Lives
from detectors.owners import Owner, OwnerView
from detectors.registry import DETECTORS, kinds_of
from redactors.base import ConfigurationError

VERSION: Final = 1
_HOUR: Final = 3600
_END: Final = 1 << 60
"""A time in seconds that nothing reaches."""


class Judge:
    """All state of one judge. Merge each batch's evidence once, tick in between, and write down what comes out."""

    def __init__(self, facts: Facts, seed: bytes, detectors: Sequence[Detector] = DETECTORS) -> None:
        """Take the facts, and the 32 secret bytes that the workers have too."""
        kinds = kinds_of(detectors)
        self.clocks = Clocks(facts.allowed_lateness)
        self._facts = facts
        self._detectors = {each.name: each for each in detectors}
        self._docket = Docket(kinds, facts.allowed_lateness, ordering_of(seed))
        self._lives = Lives(facts)
        self._inventories = Inventories(facts, self._detectors)
        self._pruned = 0

    def merge(self, evidence: bytes) -> list[Finding]:
        """Take the evidence of one batch; return what it proves, at once.

        Raises:
            ConfigurationError: it is no evidence, or that of a newer version.

        """
        message = load_message(evidence, self._docket.kinds)
        self.clocks.hear(message.feeds)
        items = self._docket.enter(message, self.clocks.is_future)
        return [finding for item in items for finding in self._judge(item, closed=False)]

    def tick(self, now: int) -> list[Finding]:
        """Hear the time, in seconds; return what closed panes say, and how findings that are open have changed."""
        self.clocks.set(now)
        found = [*self._close(now)]
        found += self._lives.flush(self._now)
        found += self._lives.close(self._now, now - self._facts.allowed_lateness)
        if now >= self._pruned + _HOUR:
            self._docket.prune(now)
            self._pruned = now
        return found

    def finish(self) -> list[Finding]:
        """Hear that nothing more comes: return what all panes say that are still open."""
        found = [*self._close(_END)]
        return [*found, *self._lives.flush(self._now)]

    def _close(self, limit: int) -> Iterator[Finding]:
        """Judge the panes that can be closed, and report on scopes whose warming is over."""
        ended = limit == _END
        known: dict[int, int] = {}

        def reached(owner: Owner) -> int:
            found = known.get(id(owner))
            if found is None:
                found = known[id(owner)] = _END if ended else self.clocks.reached_by_all(owner.feeds)
            return found

        until = self.clocks.tick if ended else _END
        for kind, pane, name, owner in self._docket.take(limit, until, reached):
            if owner.learned is None and not self._is_warming(owner, pane):
                owner.learned = lines_of(owner, self._detectors)
            cells = owner.cells.get(kind, {}).get(pane, {})
            if kind.always and not cells:
                cells = {name[1:]: new_cell(kind.parts)}
            for key in sorted(cells, key=spell):
                yield from self._judge(Item(kind, pane, key, cells[key], cells[key], owner), closed=True)
        yield from self._report(_END if ended else limit - self._facts.allowed_lateness, ended=ended)

    def _report(self, time: int, *, ended: bool) -> Iterator[Finding]:
        for _, started, said in self._inventories.due(time, self.clocks, self._docket.owners, ended=ended):
            if not self._lives.is_suppressed(INVENTORY, said):
                name = finding_id(INVENTORY, said.rule, said.key, started)
                yield Finding(name, Status.CLOSED, self._now, INVENTORY, started, said)

    def _judge(self, item: Item, *, closed: bool) -> Iterator[Finding]:
        warming = self._is_warming(item.owner, item.pane)
        view = OwnerView(item.kind, item.owner, item.delta, closed, warming)
        detector = self._detectors[item.kind.detector]
        for said in detector.judge(item.kind, item.key, item.pane, item.cell, view, self._facts):
            if said.tier is Tier.STATISTICS and (warming or not (closed or item.kind.early)):
                continue
            pane = item.pane if said.pane is None else said.pane
            yield from self._lives.hear(detector.name, pane, said, self._now, late=item.late)

    def _is_warming(self, owner: Owner, pane: int) -> bool:
        started = self.clocks.started(owner.feeds)
        return self._facts.warm_up > 0 and (not started or pane < started + self._facts.warm_up)

    @property
    def _now(self) -> int:
        """Return the last tick; where there was none, how far the logs have come."""
        return self.clocks.tick if self.clocks.tick != NOT_YET else self.clocks.latest

    def coverage(self) -> list[State]:
        """Return what each detector sees of each zone."""
        return states(tuple(self._detectors.values()), self._facts, self.clocks)

    def expired(self, now: int) -> list[Suppression]:
        """Return the suppressions that have run out, so that their owner hears of it."""
        return [each for each in self._facts.suppress if each.until <= now]

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """Return what was left out: rows by dataset, panes by kind, verdicts by detector, memories and owners."""
        evicted = sum(owner.evicted for owner in self._docket.owners.values())
        return {
            "late_rows": self.clocks.late,
            "future_rows": self.clocks.future,
            "capped": self._docket.capped,
            "suppressed": self._lives.suppressed,
            "evicted": Counter(memories=evicted, owners=self._docket.forgotten),
        }

    def open_groups(self) -> Counter[tuple[str, str, str, str, str]]:
        """Count what is open, by detector, rule, severity, tier and zone: each (detector, rule, key) once."""
        return self._lives.groups()

    def snapshot(self) -> bytes:
        """Write all state; equal state is equal bytes."""
        wire = Wire()
        plain = {
            "v": VERSION,
            "clocks": self.clocks.dump(),
            "docket": self._docket.dump(wire),
            "pruned": self._pruned,
            "lives": self._lives.dump(),
            "reported": self._inventories.dump(),
            "origins": wire.origins,
        }
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def restore(cls, data: bytes, facts: Facts, seed: bytes, detectors: Sequence[Detector] = DETECTORS) -> Judge:
        """Read what `snapshot` wrote, also by an older version.

        Raises:
            ConfigurationError: it is unreadable, or of a newer version; says the way out. State is never dropped alone.

        """
        judge = cls(facts, seed, detectors)
        try:
            plain = orjson.loads(data)
            version = whole(plain["v"])
            if version <= VERSION:
                wire = Wire(list(plain["origins"]))
                judge.clocks.load(plain["clocks"])
                judge._docket.load(plain["docket"], wire)
                judge._lives.load(plain["lives"])
                judge._inventories.load(plain["reported"])
                judge._pruned = whole(plain["pruned"])
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            message = f"judge's snapshot: unreadable; {_WAY_OUT}"
            raise ConfigurationError(message) from None
        if version > VERSION:
            message = f"judge's snapshot: format version {version}, and this program knows {VERSION}; {_WAY_OUT}"
            raise ConfigurationError(message)
        return judge


_WAY_OUT: Final = (
    "right would be one that this version or an older one wrote; to begin anew, move it out of the state folder:"
    " proofs need no history, all else is learned again"
)
