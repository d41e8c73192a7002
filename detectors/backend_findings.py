"""What a backend was shown, judged: a client's own credential, or one that the owner did not list.

Each backend and hour is one finding a rule, however many users are in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from detectors.backend_evidence import (
    ALL,
    BACKEND,
    CLAIMS,
    COOKIE,
    COUNT,
    DATASETS,
    EACH,
    EACH_ROUTES,
    EACH_TRACE,
    EDGE,
    ELSEWHERE,
    FIRST,
    HOUR,
    KNOWN,
    LAST,
    LISTED,
    SCRIPTS,
    SHOWN,
    STRANGER,
    WINDOW,
)
from detectors.base import Severity, Tier, Verdict, View, traces
from detectors.evidence import Cell
from detectors.facts import BackendCredentials, Facts
from detectors.findings import MAX_EVIDENCE
from detectors.fingerprints import number
from detectors.kinds import Key
from detectors.samples import Traced
from detectors.wording import counted, names, shares, table

MANY: Final = 3
"""So many times as many as are listed, credentials are users' rather than Workers'."""
_NOTHING_SAID: Final = BackendCredentials()


def judge_edge(pane: int, fresh: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
    """Say which backends were shown what a client has just been seen with."""
    shown = set(fresh[0])
    met = {each for _, (known,) in view.panes(KNOWN, ALL) for each in known.among(shown)}
    if met:
        for start in range(pane - WINDOW - HOUR, pane + EDGE.pane + WINDOW + HOUR, HOUR):
            for key, cell in (*view.keys(BACKEND, start).items(), *view.keys(STRANGER, start).items()):
                if cell[SHOWN].among(met):
                    yield from _forwarded(key, start, cell, view, facts)


def judge_backend(key: Key, pane: int, evidence: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
    """Say what is wrong with what a backend was shown in an hour."""
    yield from _forwarded(key, pane, evidence, view, facts)
    if key[5] == LISTED:
        yield _outside(key, pane, evidence, facts)


def _forwarded(key: Key, pane: int, cell: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
    left, met = set(cell[SHOWN]), set[int]()
    for start, (shown,) in view.panes(EDGE, ALL):
        if start - pane < HOUR + WINDOW and pane - start < EDGE.pane + WINDOW:
            met |= shown.among(left)
            left -= met
    if met:
        _, account, zone, name, what, standing = map(str, key)
        said = facts.at(account=account, zone=zone).backend_credentials
        # Where nobody said a word about backends, it may be meant to be so.
        severity = Severity.MEDIUM if said == _NOTHING_SAID else Severity.CRITICAL
        whose = "a host that is no backend of the zone" if standing == ELSEWHERE else "a backend"
        yield _verdict(
            "forwarded",
            key,
            pane,
            cell,
            met,
            severity=severity,
            summary=f"{counted(len(met), what)} that clients showed at the edge reached {name}, {whose};"
            f" whoever runs it or reads its logs can act as these users: stop passing {_HEADERS[what]} on",
            quiet_with=f'{table(zone, "backend_credentials")} user_credentials_at = ["{name}"]',
        )


def _outside(key: Key, pane: int, cell: Cell, facts: Facts) -> Verdict:
    _, account, zone, name, what, _ = map(str, key)
    allowed = facts.at(account=account, zone=zone).backend_credentials.allow or ()
    shown, claims = set(cell[SHOWN]), names({part for told in cell[CLAIMS].items for part in told.split(" ")})
    users = len(shown) > MANY * max(1, len(allowed))
    likely = "so many are users' own" if users else "a user's own, or a new one of a Worker that is not listed yet"
    return _verdict(
        "cookies" if what == COOKIE else "outside",
        key,
        pane,
        cell,
        shown,
        severity=Severity.CRITICAL if users else Severity.HIGH,
        summary=f"{name} was shown {counted(len(shown), what)} that the list of what it may see does not hold"
        f"{f' (JWTs among them name {claims})' if claims else ''}; {likely}",
        observed=float(len(shown)),
        expected=0.0,
        quiet_with=f'{table(zone, "backend_credentials")} allow = ["secret:PATH OF THE FILE THAT HOLDS IT"]',
    )


@dataclass(slots=True)
class _Told:
    """What is known of some of the credentials that a backend was shown."""

    count: int = 0
    first: int = 0
    last: int = 0
    routes: Counter[str] = field(default_factory=Counter)
    places: Traced = field(default_factory=dict)


def _verdict(rule: str, key: Key, pane: int, cell: Cell, chosen: AbstractSet[int], **more: Any) -> Verdict:  # noqa: ANN401 (fields of a verdict)
    told = _told(cell, chosen)
    _, account, zone, name, what, _ = map(str, key)
    ranked = shares(told.routes)
    script = min(cell[SCRIPTS].items) if len(cell[SCRIPTS].items) == 1 else ""
    return Verdict(
        rule=rule,
        key=key,
        tier=Tier.PROOF,
        subject=name,
        pane=pane,
        first_seen=told.first,
        last_seen=told.last,
        account=account,
        zone=zone,
        script=script,
        route=ranked[0][0] if len(ranked) == 1 else "",
        dataset=min(cell[DATASETS].items, default=""),
        count=max(told.count, len(chosen)),
        affected=len(chosen),
        top=ranked,
        evidence=traces(told.places)[:MAX_EVIDENCE],
        next=(
            f"wrangler deployments list --name {script or 'SCRIPT'}   # what changed, and when",
            f"wrangler rollback --name {script or 'SCRIPT'}   # if that change passes {_HEADERS[what]} on",
            "end the sessions of the users concerned, and take the lines out of the backend's logs",
        ),
        **more,
    )


def _told(cell: Cell, chosen: AbstractSet[int]) -> _Told:
    """Add up what is known of some of a backend's credentials; if none is known singly, take the backend's."""
    known = [each for mark, each in cell[EACH].items.items() if number(mark) in chosen]
    told = _Told()
    for each in known:
        told.count += each[COUNT]
        told.routes.update(each[EACH_ROUTES].items.keys())
        told.places |= each[EACH_TRACE]
    told.first = min((each[FIRST] for each in known), default=cell[FIRST])
    told.last = max((each[LAST] for each in known), default=cell[LAST])
    return told


_HEADERS: Final = {"credential": "Authorization", "cookie": "cookies"}
