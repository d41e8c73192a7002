"""Secrets in logs: what a program wrote there, what visitors sent, what an audit log records; one finding a field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.base import Need, Severity, Tier, Verdict, View, traces
from detectors.columns import Columns
from detectors.estimates import Distinct
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.facts import Facts
from detectors.fingerprints import number
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Traces

PERSONAL: Final = frozenset(
    "email phone phone-national card iban ssn uk-nino spain-dni brazil-cpf france-nir india-aadhaar india-pan swiss-ahv"
    " italy-codice-fiscale canada-sin".split()
)
"""Rules for personal data: no secret of anyone's that opens a door."""
_WRITTEN: Final = frozenset({"Logs", "Exceptions", "ResponseHeaders", "response_headers", "error", "message"})
"""Fields that the program fills; a visitor fills the others."""
_MANY: Final = 10
"""Distinct secrets in one field and pane from which on they leak as a mass, not one by one."""

COUNT, FIRST, LAST, SECRETS, PLACES = range(5)
_secrets, _places = Distinct(8), Traces(3)
HITS: Final = Kind(
    "secret_exposure", "hits", pane=3600, owner=1, parts=(SUM, LEAST, MOST, _secrets, _places), keys=500, at_once=True
)


@dataclass(frozen=True, slots=True)
class SecretExposure:
    """Counts what the secret rules find; never sees it."""

    name: str = "secret_exposure"
    kinds: tuple[Kind, ...] = (HITS,)
    columns: frozenset[str] = frozenset({"script", "zone", "account", "side", "ray"})
    needs: tuple[Need, ...] = (
        Need(
            ("worker",),
            (),
            "no trace events: what scripts write to their console is not seen",
            rules=("written",),
        ),
    )

    def fold(self, columns: Columns, _facts: Facts, into: Folder) -> None:
        """Count each hit under script or zone, dataset, field and rule."""
        for hit in columns.hits:
            row = hit.row
            script, zone, account = (columns.texts(name)[row] for name in ("script", "zone", "account"))
            dataset, time = columns.text("dataset"), columns.numbers("time")[row]
            how = _how(hit.path, columns.text("side"))
            owner = script or zone or account
            cell = into.cell(HITS, (owner, script, zone, account, dataset, hit.path, hit.rule, how), time)
            cell[COUNT] += columns.weight
            cell[FIRST] = min(cell[FIRST], time)
            cell[LAST] = max(cell[LAST], time)
            if hit.fingerprint:
                _secrets.add(cell[SECRETS], number(hit.fingerprint))
            _places.add(cell[PLACES], time, columns.texts("ray")[row], columns.origin, columns.line(row))

    def judge(self, _kind: Kind, key: Key, _pane: int, evidence: Cell, _view: View, _facts: Facts) -> Iterator[Verdict]:
        """Say that there are secrets in a field: that they are there is proof, at the first one."""
        _, script, zone, account, dataset, path, rule, how = map(str, key)
        distinct = _secrets.estimate(evidence[SECRETS])
        yield Verdict(
            rule=how,
            key=key,
            tier=Tier.PROOF,
            severity=_severity(how, rule, distinct),
            subject=f"{rule} in {path}",
            summary=f"{_SAID[how]} {rule} ({distinct} different) in {path} of {dataset}; {_ADVICE[how]}",
            first_seen=evidence[FIRST],
            last_seen=evidence[LAST],
            account=account,
            zone=zone,
            script=script,
            dataset=dataset,
            count=evidence[COUNT],
            affected=distinct,
            evidence=traces(evidence[PLACES]),
            next=(f"edgesieve rules show {rule}",),
            quiet_with=f'[redact] rules_allow = {{ "{rule}" = ["^PATTERN OF WHAT IS NO SECRET$"] }}',
        )

    def inventory(self, _key: Key, _memory: Mapping[str, Any]) -> Iterator[str]:
        """Say nothing: what is found is said at once."""
        yield from ()


_SAID: Final = {
    "written": "a program wrote",
    "sent": "visitors sent",
    "recorded": "the audit log records",
}
_ADVICE: Final = {
    "written": "whoever reads the logs can use it: revoke it, and take it out of the code that writes it",
    "sent": "it was taken out of what leaves; whose it is may want to know",
    "recorded": "it was taken out of what leaves; whoever reads the audit log itself still sees it",
}


def _how(path: str, side: str) -> str:
    """Tell who put a value there."""
    if side == "audit":
        return "recorded"
    return "written" if not _WRITTEN.isdisjoint(path.split(".", 2)[:2]) else "sent"


def _severity(how: str, rule: str, distinct: int) -> Severity:
    if rule in PERSONAL or how == "sent":
        return Severity.INFO
    if how == "recorded":
        return Severity.LOW
    return Severity.CRITICAL if distinct >= _MANY else Severity.HIGH
