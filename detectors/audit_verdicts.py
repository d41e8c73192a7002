"""What is said of changes to an account from elsewhere: how grave it is, in words, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from detectors.audit_actions import CHANGE, GRAVE
from detectors.audit_evidence import ACTIONS, API, COUNT, DASHBOARD, FIRST, GRAVITY, LAST, NETWORKS, WHERE
from detectors.audit_networks import Habit
from detectors.base import Severity, Tier, Verdict, traces
from detectors.evidence import Cell
from detectors.kinds import Key
from detectors.wording import names, shares

_GRAVE: Final = "among them some that open doors or blind those who watch"
_PROOF: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)
"""By gravity: outside of a list is a fact, whatever was done."""
_MACHINE: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)
_PERSON: Final = (Severity.LOW, Severity.LOW, Severity.MEDIUM)
"""By gravity, for a network that is new: machines stay where they are, people travel."""


def of_outside(key: Key, cell: Cell) -> Verdict:
    """Say that changes came from outside of the owner's lists."""
    account, _, _, interface = map(str, key)
    through = {API: "api", DASHBOARD: "dashboard"}.get(interface, "api and dashboard")
    addresses = {each.partition("/")[0]: counted[COUNT] for each, counted in cell[NETWORKS].items.items()}
    return _verdict(
        "outside_network",
        key,
        cell,
        tier=Tier.PROOF,
        severity=_PROOF[cell[GRAVITY]],
        what=f"came from {_some(addresses)}, which no list of the account's networks for {through} holds",
        top=shares(addresses),
        quiet_with=f'{_table(account)} {interface or API} = ["{min(addresses)}"]  # beside what is there',
    )


def of_new_network(key: Key, cell: Cell, habit: Habit, *, known_here: bool) -> Verdict:
    """Say that changes came from a network that someone never came from before; `known_here`: but others did."""
    account, actor, _, interface = map(str, key)
    new = {each: cell[NETWORKS].items[each] for each in habit.new}
    grave = max(each[GRAVITY] for each in new.values())
    by_gravity = _MACHINE if interface == API else _PERSON
    merged: Cell = [
        sum(each[COUNT] for each in new.values()),
        min(each[FIRST] for each in new.values()),
        max(each[LAST] for each in new.values()),
        {at: place for each in new.values() for at, place in each[WHERE].items()},
        grave,
        cell[ACTIONS],
    ]
    why = ", as others of the account do" if known_here else ", as it now and then does" if habit.roams else ""
    return _verdict(
        "new_network",
        key,
        merged,
        tier=Tier.STATISTICS,
        severity=Severity.LOW if known_here or habit.roams else by_gravity[grave],
        what=f"came from {_some(new)} for the first time{why}",
        top=shares({each: counted[COUNT] for each, counted in cell[NETWORKS].items.items()}),
        quiet_with=_let_roam(account, actor),
    )


def of_other_door(key: Key, cell: Cell, *, elsewhere: bool) -> Verdict:
    """Say that someone who only ever used the dashboard came by the API; `elsewhere`: from a new network, too."""
    account, actor, _, _ = map(str, key)
    ranked = (Severity.LOW, Severity.MEDIUM, Severity.HIGH) if elsewhere else _PERSON
    return _verdict(
        "other_door",
        key,
        cell,
        tier=Tier.STATISTICS,
        severity=ranked[cell[GRAVITY]],
        what="came by the API, though this actor only ever used the dashboard",
        top=shares({each: counted[COUNT] for each, counted in cell[NETWORKS].items.items()}),
        quiet_with=_let_roam(account, actor),
    )


def _verdict(rule: str, key: Key, cell: Cell, *, what: str, **more: Any) -> Verdict:  # noqa: ANN401 (fields of a verdict)
    account, actor, token, interface = map(str, key)
    subject = f"token {token}" if token else f"~{actor}" if actor else "an unknown actor"
    done = names({each.replace(" ", ":") for each in cell[ACTIONS].items})
    grave = (
        f", {_GRAVE}" if cell[GRAVITY] == GRAVE else "" if cell[GRAVITY] == CHANGE else ", none of which changes much"
    )
    return Verdict(
        rule=rule,
        key=key,
        subject=subject,
        summary=f"{cell[COUNT]} action{'s' if cell[COUNT] > 1 else ''} of {subject} ({done}) {what}{grave};"
        " ask its owner, and if it was not them, revoke the token or session and undo what was done",
        first_seen=cell[FIRST],
        last_seen=cell[LAST],
        account=account,
        count=cell[COUNT],
        evidence=traces(cell[WHERE]),
        next=(
            "Manage Account > Audit Log: filter by the actor and by these addresses",
            "My Profile > API Tokens (or Manage Account > API Tokens): roll or delete the token"
            if interface == API
            else "Manage Account > Members: revoke the sessions of the member, ask for a second factor",
            f"edgesieve findings FILE  # other findings of account {account or 'unknown'} in these hours",
        ),
        **more,
    )


def _some(networks: Iterable[str]) -> str:
    listed = sorted(networks)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")  # noqa: PLR2004 - a few


def _let_roam(account: str, actor: str) -> str:
    return f'{_table(account)} roaming = ["[identity~KK.{actor}…]"]  # the mark with these letters in the safe log'


def _table(account: str) -> str:
    return f'[accounts."{account}".audit_access]' if account else "[detect.audit_access]"
