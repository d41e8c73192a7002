"""What is usual at a backend whose own credentials nobody listed: how many in an hour, and JWTs of which issuers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from detectors.backend_evidence import COUNT, FIRST, ISSUERS, LAST, PLACES, SEVERAL
from detectors.base import Severity, Tier, Verdict, View, traces
from detectors.estimates import Distinct
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.kinds import Key
from detectors.wording import names, table

MANY: Final = 3
"""So many times what ever came in an hour, credentials are users' rather than Workers'."""
FEW: Final = 10
"""Credentials that Workers may have in an hour, whatever was learned: of several scripts, each rotated."""
_MOST_CLAIMS: Final = 16
_several: Final = Distinct(8)


def judge_habit(key: Key, pane: int, cell: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
    """Hold an hour against those before."""
    memory = view.memory(key)
    since = memory.setdefault("since", pane)
    most, known = memory.setdefault("most", 0), memory.setdefault("claims", [])
    new = sorted(told for told in cell[ISSUERS].items if told not in known)
    ready = not view.warming and pane > since and pane >= since + facts.warm_up
    several = _several.estimate(cell[SEVERAL])
    name, what = key[2], key[3]
    if ready and several >= FEW and several > MANY * most:
        said = (
            f"{name} was shown {several} different {what}s in an hour, and never more than {most} before;"
            " a Worker has one or two: these are likely users' own"
        )
        yield _verdict("many", key, cell, said, float(several), float(most))
    else:
        memory["most"] = max(most, several)
    if ready and new and len(known) < _MOST_CLAIMS:
        said = (
            f"{name} was shown JWTs of an issuer or audience that it never saw ({_parts(new)});"
            " they may be users' own, meant for the edge"
        )
        yield _verdict("issuer", key, cell, said, float(len(new)), 0.0)
    memory["claims"] = sorted({*known, *new})[:_MOST_CLAIMS]


def learned(key: Key, memory: Mapping[str, Any]) -> str:
    """Say what is usual at a backend."""
    issuers = _parts(memory["claims"])
    return f"{key[2]}: at most {memory['most']} different {key[3]}s an hour{f', JWTs of {issuers}' if issuers else ''}"


def _parts(claims: list[str]) -> str:
    return names({part for told in claims for part in told.split(" ")})


def _verdict(rule: str, key: Key, cell: Cell, said: str, observed: float, expected: float) -> Verdict:
    account, zone, name, _ = map(str, key)
    return Verdict(
        rule=rule,
        key=key,
        tier=Tier.STATISTICS,
        severity=Severity.MEDIUM,
        subject=name,
        summary=said,
        first_seen=cell[FIRST],
        last_seen=cell[LAST],
        account=account,
        zone=zone,
        count=cell[COUNT],
        affected=_several.estimate(cell[SEVERAL]),
        observed=observed,
        expected=expected,
        evidence=traces(cell[PLACES]),
        next=(
            "edgesieve coverage   # whether the edge logs what clients show: then forwarding is proven, not guessed",
        ),
        quiet_with=f'{table(zone, "backend_credentials")} user_credentials_at = ["{name}"]',
    )
