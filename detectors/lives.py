"""The life of findings: opened at once, updated at ticks, closed when nothing more is heard; silent where asked."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import orjson

from detectors.base import Finding, Severity, Status, Tier, Trace, Verdict
from detectors.evidence import Plain, whole
from detectors.facts import Facts, Suppression
from detectors.findings import LATE, finding_id
from detectors.kinds import Key

MAX_OPEN: Final = 20_000
"""Findings that are followed; beyond it the one that was heard of longest ago is closed."""

Group = tuple[str, str, Key]
"""Detector, rule and key: what alerts group by."""


@dataclass(slots=True)
class Life:
    """One finding that is open."""

    finding: Finding
    told: bool = True
    """Its last version has left."""


@dataclass(slots=True)
class Lives:
    """All findings that are open, by group and pane."""

    facts: Facts
    open: dict[Group, dict[int, Life]] = field(default_factory=dict)
    suppressed: Counter[str] = field(default_factory=Counter)
    """Verdicts kept silent, by detector."""
    ended: dict[str, str] = field(default_factory=dict)
    """By id, what was last said of findings that are closed: saying it again opens nothing."""
    _size: int = 0
    _changed: dict[tuple[Group, int], None] = field(default_factory=dict)

    def hear(self, detector: str, pane: int, said: Verdict, tick: int, *, late: bool = False) -> Iterator[Finding]:
        """Take a verdict: a new finding leaves at once, a new version of a known one at the next tick.

        `late` says that it rests on rows whose pane was closed: then it never takes back what was said with more.
        """
        if said.tier is Tier.ATTEMPT and said.severity is not Severity.INFO:
            said = replace(said, severity=Severity.INFO)
        if self.is_suppressed(detector, said):
            return
        group = (detector, said.rule, said.key)
        life = self.open.get(group, {}).get(pane)
        if life is None:
            yield from self._opened(group, pane, said, tick)
        elif life.finding.verdict != said and not (late and said.count <= life.finding.verdict.count):
            life.finding = replace(life.finding, status=Status.UPDATED, verdict=said)
            life.told = False
            self._changed[group, pane] = None

    def is_suppressed(self, detector: str, said: Verdict) -> bool:
        """Tell whether a verdict is to be kept silent, and count it."""
        silent = any(_fits(each, detector, said) for each in self.facts.suppress)
        self.suppressed[detector] += silent
        return silent

    def flush(self, tick: int) -> Iterator[Finding]:
        """Let the new versions leave."""
        for group, pane in self._changed:
            life = self.open.get(group, {}).get(pane)
            if life is not None:
                life.finding = replace(life.finding, at=tick)
                life.told = True
                yield life.finding
        self._changed.clear()

    def close(self, tick: int, time: int) -> Iterator[Finding]:
        """Close the groups of which nothing was heard for long, by a time in seconds up to which all was heard."""
        before = (time - self.facts.close_after) * 1000
        for group, panes in list(self.open.items()):
            if max(life.finding.verdict.last_seen for life in panes.values()) <= before:
                for pane in sorted(panes):
                    yield self._closed(group, pane, tick)

    def groups(self) -> Counter[tuple[str, str, str, str, str]]:
        """Count the open groups by detector, rule, severity, tier and zone, as their last pane has it."""
        last = (panes[max(panes)].finding for panes in self.open.values())
        return Counter(
            (each.detector, each.verdict.rule, each.verdict.severity.value, each.verdict.tier.value, each.verdict.zone)
            for each in last
        )

    def _opened(self, group: Group, pane: int, said: Verdict, tick: int) -> Iterator[Finding]:
        detector, rule, key = group
        name = finding_id(detector, rule, key, pane)
        if self.ended.get(name) == _digest(said):
            return
        late = tick * 1000 - said.last_seen > LATE * 1000
        finding = Finding(name, Status.OPEN, tick, detector, pane, said, late=late)
        self.open.setdefault(group, {})[pane] = Life(finding)
        self._size += 1
        yield finding
        yield from self._close_oldest(tick)

    def _close_oldest(self, tick: int) -> Iterator[Finding]:
        while self._size > MAX_OPEN:
            group = min(self.open, key=lambda each: min(self.open[each]))
            yield self._closed(group, min(self.open[group]), tick)

    def _closed(self, group: Group, pane: int, tick: int) -> Finding:
        life = self.open[group].pop(pane)
        self._size -= 1
        if not self.open[group]:
            del self.open[group]
        self.ended[life.finding.id] = _digest(life.finding.verdict)
        if len(self.ended) > MAX_OPEN:
            del self.ended[next(iter(self.ended))]
        return replace(life.finding, status=Status.CLOSED, at=tick)

    def dump(self) -> Plain:
        """Write all."""
        rows = [
            [detector, pane, int(life.told), life.finding.at, life.finding.status.value, asdict(life.finding.verdict)]
            for (detector, _, _), panes in self.open.items()
            for pane, life in panes.items()
        ]
        return {"open": rows, "ended": list(self.ended.items()), "suppressed": dict(self.suppressed)}

    def load(self, plain: Plain) -> None:
        """Read what `dump` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is something else.

        """
        self.ended.update(plain["ended"])
        self.suppressed.update(plain["suppressed"])
        for detector, pane, told, at, status, said in plain["open"]:
            verdict = _verdict(said)
            name = finding_id(detector, verdict.rule, verdict.key, whole(pane))
            late = at * 1000 - verdict.last_seen > LATE * 1000
            finding = Finding(name, Status(status), whole(at), detector, pane, verdict, late=late)
            group = (detector, verdict.rule, verdict.key)
            self.open.setdefault(group, {})[pane] = Life(finding, bool(told))
            self._size += 1
            if not told:
                self._changed[group, pane] = None


def _digest(said: Verdict) -> str:
    return hashlib.blake2b(orjson.dumps(asdict(said)), digest_size=10).hexdigest()


def _fits(each: Suppression, detector: str, said: Verdict) -> bool:
    asked = (each.detector, each.rule, each.account, each.zone, each.script)
    given = (detector, said.rule, said.account, said.zone, said.script)
    return said.last_seen < each.until * 1000 and all(want in ("", has) for want, has in zip(asked, given, strict=True))


def _verdict(plain: dict[str, Any]) -> Verdict:
    tuples = {name: tuple(plain[name]) for name in ("key", "blind", "next")}
    top = tuple((name, share) for name, share in plain["top"])
    evidence = tuple(Trace(**each) for each in plain["evidence"])
    tier, severity = Tier(plain["tier"]), Severity(plain["severity"])
    return Verdict(**{**plain, **tuples, "top": top, "evidence": evidence, "tier": tier, "severity": severity})
