"""What programs usually call, where nobody wrote a list: hosts that are new, weighed by how well a program is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.base import View
from detectors.evidence import Cell
from detectors.kinds import Key
from detectors.outbound_evidence import BUILD, PANE
from detectors.outbound_targets import Via
from detectors.samples import Sampled

_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY
"""For so long a program has called nothing new before a new host is worth a look at night."""
_MANY: Final = 8
"""New hosts in a week from which on a program calls wherever it likes, and a new one says nothing."""
_AT_ONCE: Final = 5
"""New hosts of one pane that are told."""
_HOSTS_KEPT: Final = 200
_VERSIONS_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class New:
    """Something that a program called, or printed, and never before."""

    item: str
    """Its name in the sample."""
    via: Via
    target: str
    reached: str
    """The inside address that the name led to, if any."""
    cell: Cell
    known: int
    """Places that were known before."""
    days: int
    """Since the program is known."""
    settled: bool
    """The program is known well, and calls nothing new as a rule."""
    deployed: int
    """When a new version of it began to run, within a day before: seconds; 0 for none."""


def learn_builds(sample: Sampled, pane: int, memory: dict[str, Any]) -> None:
    """Remember since when versions of a script run."""
    versions = memory.setdefault("versions", {})
    for version in sample.items:
        versions.setdefault(version, pane)
    _keep_latest(versions, _VERSIONS_KEPT)


def learn_hosts(sample: Sampled, key: Key, pane: int, view: View) -> Iterator[New]:
    """Remember what was called in a pane; yield what is new, once the program is known."""
    memory = view.memory(key)
    hosts, since = memory.setdefault("hosts", {}), memory.setdefault("since", pane)
    fresh = [at for at in memory.get("fresh", ()) if at > pane - _WEEK]
    if sample.capped:
        fresh = [pane] * _MANY
    found = [item for item in sorted(sample.items) if item not in hosts] if not view.warming else []
    deployed = _deployed(view, key, pane) if found else 0
    for item in found[:_AT_ONCE] if len(fresh) < _MANY else ():
        via, target, reached = (*item.split(" "), "")[:3]
        outside = via == Via.CALL and not reached
        settled = not fresh and not deployed and pane - since >= (_WEEK if outside else _DAY)
        days = (pane - since) // _DAY
        yield New(item, Via(via), target, reached, sample.items[item], len(hosts), days, settled, deployed)
    memory["fresh"] = (fresh + [pane] * len(found))[-_MANY:]
    hosts.update(dict.fromkeys(sample.items, pane))
    _keep_latest(hosts, _HOSTS_KEPT)


def known_hosts(key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
    """Say what was learned."""
    called = sorted(item.split(" ")[1] for item in memory.get("hosts", ()) if item.startswith(f"{Via.CALL} "))
    if called:
        more = f" and {len(called) - _AT_ONCE} more" if len(called) > _AT_ONCE else ""
        yield f"{key[2] or 'a script'} calls {', '.join(called[:_AT_ONCE])}{more}"


def _deployed(view: View, key: Key, pane: int) -> int:
    versions = view.memory((key[0], BUILD)).get("versions", {})
    first = min(versions.values(), default=0)
    return max((at for at in versions.values() if first < at <= pane < at + _DAY + PANE), default=0)


def _keep_latest(times: dict[str, int], most: int) -> None:
    """Let the names go that were met longest ago."""
    for name in sorted(times, key=lambda each: (-times[each], each))[most:]:
        del times[name]
