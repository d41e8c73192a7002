"""Evidence of who changed an account from where: outside the owner's lists, and, where there are none, at all."""

from __future__ import annotations

from typing import Final

from detectors.audit_actions import gravity
from detectors.audit_networks import is_listed, neighbourhood
from detectors.columns import MARK_LETTERS, Columns
from detectors.evidence import LEAST, MOST, SUM, Cell
from detectors.facts import AuditAccess, Facts
from detectors.fingerprints import split
from detectors.folder import Folder
from detectors.kinds import Kind
from detectors.samples import Sample, Traces

COUNT, FIRST, LAST, WHERE, GRAVITY, ACTIONS, NETWORKS = range(7)
"""Places in the cell of either kind; those of a network in a sample are the first five."""
WHERE_PART, ACTIONS_PART = Traces(3), Sample(5, (SUM,))
_EACH: Final = (SUM, LEAST, MOST, Traces(2), MOST)
ADDRESSES_PART: Final = Sample(8, _EACH)
NETWORKS_PART: Final = Sample(16, _EACH)
_COUNTED: Final = (SUM, LEAST, MOST, WHERE_PART, MOST, ACTIONS_PART)

_PANE: Final = 3600
OUTSIDE: Final = Kind(
    "audit_access", "outside", _PANE, owner=1, parts=(*_COUNTED, ADDRESSES_PART), keys=60, at_once=True
)
HABITS: Final = Kind("audit_access", "habits", _PANE, owner=1, parts=(*_COUNTED, NETWORKS_PART), keys=120)
"""Keys of both: account, actor, token, interface."""

API, DASHBOARD = "api", "dashboard"


def fold_audit(columns: Columns, facts: Facts, into: Folder) -> None:
    """Keep the changes that came from outside the lists, or from where there is no list."""
    texts = columns.texts
    for row, side in enumerate(texts("side")):
        address = texts("network")[row] if side == "audit" else ""
        if not address:
            continue
        account = texts("account")[row] or _only(facts)
        interface, actor = texts("interface")[row], texts("actor")[row]
        choices = facts.at(account=account).audit_access
        if not set(choices.roaming).isdisjoint(split(actor)):
            continue
        networks = networks_for(choices, interface)
        if networks is not None and is_listed(address, networks):
            continue
        kind = HABITS if networks is None else OUTSIDE
        key = (account, actor[-MARK_LETTERS:], texts("token")[row], interface)
        cell = into.cell(kind, key, columns.numbers("time")[row])
        _add(cell, columns, row)
        action, resource = texts("action")[row], texts("resource")[row]
        cell[GRAVITY] = max(cell[GRAVITY], gravity(action, resource))
        ACTIONS_PART.cell(cell[ACTIONS], f"{action} {resource}".strip(), into.order)[0] += columns.weight
        part, place = (ADDRESSES_PART, address) if kind is OUTSIDE else (NETWORKS_PART, neighbourhood(address))
        each = part.cell(cell[NETWORKS], place, into.order)
        _add(each, columns, row)
        each[GRAVITY] = max(each[GRAVITY], gravity(action, resource))


def networks_for(choices: AuditAccess, interface: str) -> tuple[str, ...] | None:
    """Return the networks that an interface may be used from; for one that is not known those of all that were said."""
    if interface in (API, DASHBOARD):
        return choices.api if interface == API else choices.dashboard
    if choices.api is None and choices.dashboard is None:
        return None
    return (*(choices.api or ()), *(choices.dashboard or ()))


def _only(facts: Facts) -> str:
    """Return the account that is configured, if there is one alone: the first format of the audit log names none."""
    return next(iter(facts.accounts)) if len(facts.accounts) == 1 else ""


def _add(cell: Cell, columns: Columns, row: int) -> None:
    time = columns.numbers("time")[row]
    cell[COUNT] += columns.weight
    cell[FIRST] = min(cell[FIRST], time)
    cell[LAST] = max(cell[LAST], time)
    WHERE_PART.add(cell[WHERE], time, columns.texts("ray")[row], columns.origin, columns.line(row))
