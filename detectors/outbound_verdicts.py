"""What is said of places that programs call: how grave it is, in words, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from detectors.base import Severity, Tier, Verdict, traces
from detectors.evidence import Cell
from detectors.findings import rfc3339
from detectors.hosts import canonical
from detectors.kinds import Key
from detectors.outbound_evidence import (
    ANSWERED,
    ASKED,
    CLIENTS,
    CLIENTS_PART,
    COUNT,
    EDGE,
    FAILED,
    FIRST,
    HOSTS,
    HOW,
    LAST,
    OK,
    TRIED_FIRST,
    TRIED_LAST,
    TRIED_WHERE,
    WHERE,
    WORKER,
)
from detectors.outbound_learning import New
from detectors.outbound_targets import Suspicion, Via
from detectors.wording import shares, table

Lead = tuple[str, str]
"""`asked` or `redirected`, and the host."""

_WAYS: Final = {
    Via.CALL: "called",
    Via.GATEWAY: "called",
    Via.REDIRECT: "was sent by an answer to",
    Via.CONSOLE: "printed",
}
_ADVICE: Final = {
    "internal": "stop it at the code that builds the URL, and take what could be read there for read",
    "imitated": "someone may have put it there: look at the last change of the code, and at what was sent",
    "unlisted": "either the list is not complete, or the code was changed by someone: look at what was sent",
    "scheme": "no program of yours should speak so: look at who chose the URL",
    "userinfo": "look at who chose the URL",
    "private_origin": "whoever holds the name's DNS, or the route to it, leads your program inside",
    "port": "if it is meant, nothing is wrong",
    "plain": "what is sent can be read and changed on its way",
    "redirect": "programs go where they are sent unless told not to: set redirect to manual, and check each hop",
    "printed": "a name in a text is no call: look whether one was made",
    "new_host": "if the code is meant to, put it on a list: then only what is not listed is told, and at once",
}
_RAISED: Final = {Severity.LOW: Severity.MEDIUM, Severity.MEDIUM: Severity.HIGH, Severity.HIGH: Severity.CRITICAL}


def of_call(key: Key, pane: int, cell: Cell, wrong: Suspicion, leads: Iterable[Lead]) -> Verdict:
    """Say what is wrong with a call, a redirect or a name that was printed."""
    _, script, zone, account, target, reached, way = map(str, key)
    via, led = Via(way), sorted(leads)
    return Verdict(
        rule=wrong.rule,
        key=key,
        tier=Tier.PROOF,
        severity=_severity(wrong, cell[HOW], via, led),
        subject=target,
        summary=f"{_who(script, zone, account, via)} {_WAYS[via]} {target}, {wrong.what}"
        f"{_answers(cell[HOW]) if via is not Via.CONSOLE else ''}{_led(led)}; {_ADVICE[wrong.rule]}",
        first_seen=cell[FIRST],
        last_seen=cell[LAST],
        pane=pane,
        account=account,
        zone=zone,
        script=script,
        count=cell[COUNT],
        evidence=traces(cell[WHERE]),
        next=_next(script, via, led),
        quiet_with=_quiet(reached or target, zone, account, via) if wrong.severity is not Severity.CRITICAL else "",
    )


def _severity(wrong: Suspicion, how: int, via: Via, led: list[Lead]) -> Severity:
    if via in (Via.REDIRECT, Via.CONSOLE):
        return wrong.severity
    answered = bool(how & OK)
    severity = wrong.severity if answered else wrong.refused
    by_visitors = any(kind == ASKED for kind, _ in led)
    return _RAISED.get(severity, severity) if by_visitors and (answered or severity is not Severity.HIGH) else severity


def _who(script: str, zone: str, account: str, via: Via) -> str:
    if via is Via.GATEWAY:
        return f"a device behind the gateway of {account or 'an account'}"
    return script or f"a program of {zone or account or 'an unknown zone'}"


def _answers(how: int) -> str:
    told = {OK: "answered", ANSWERED: "refused by it", FAILED: "not answered"}
    said = [words for bit, words in told.items() if how & bit]
    return f" ({' and '.join(said)})" if said else ""


def _led(led: list[Lead]) -> str:
    told = ["as a visitor asked in the same request" for kind, _ in led if kind == ASKED][:1]
    told += [f"sent there by {host}" for kind, host in led if kind != ASKED][:2]
    return f", {', '.join(told)}" if told else ""


def _next(script: str, via: Via, led: list[Lead]) -> tuple[str, ...]:
    request = "look up the request of this ray, and the one that its ParentRayID names: it caused the call"
    if via is Via.CONSOLE:
        request = "read the lines of this ray in the trace events"
    if via is Via.GATEWAY:
        request = "look up this RequestID in the gateway's log: which device, which policy"
    deploys = (f"wrangler deployments list --name {script}",) if script else ()
    block = ("block the visitor's network, and refuse URLs of visitors that are not on a list",)
    return (request, *deploys, *(block if any(kind == ASKED for kind, _ in led) else ()))


def _quiet(target: str, zone: str, account: str, via: Via) -> str:
    place = table(zone, "outbound_hosts")
    if via is Via.GATEWAY:
        place = f'[accounts."{account}".outbound_hosts]'
    return f'{place} allow = ["{canonical(target).bare}"]  # beside what is in the list'


def of_new(key: Key, new: New) -> Verdict:
    """Say that a program called, or printed, what it never did before."""
    owner, _, script, zone, account = map(str, key)
    rule = "printed" if new.via is Via.CONSOLE else "private_origin" if new.reached else "new_host"
    what = f", which leads to the private address {new.reached}," if new.reached else ""
    what = ", a name that leads inside," if rule == "printed" else what
    known = f"{new.known} other places in {new.days} days" if new.known else "nothing else before"
    deploy = f"a new version of {script}, running since {rfc3339(new.deployed * 1000)}" if new.deployed else ""
    return Verdict(
        rule=rule,
        key=(owner, script, zone, account, new.item),
        tier=Tier.STATISTICS,
        severity=Severity.MEDIUM if new.settled else Severity.LOW,
        subject=new.target,
        summary=f"{_who(script, zone, account, new.via)} {_WAYS[new.via]} {new.target}{what} for the first time"
        f"{', as a new version of it began to run' if deploy else ''}; it is known for {known}, and {_ADVICE[rule]}",
        first_seen=new.cell[FIRST],
        last_seen=new.cell[LAST],
        account=account,
        zone=zone,
        script=script,
        count=new.cell[COUNT],
        began_with=deploy,
        evidence=traces(new.cell[WHERE]),
        next=_next(script, new.via, []),
        quiet_with=_quiet(new.reached or new.target, zone, account, new.via),
    )


def of_attempts(key: Key, cell: Cell) -> Verdict:
    """Say what visitors asked to be fetched from inside in a day. That it was fetched would be said of the call."""
    _, zone, account = map(str, key)
    tried = {host: counted[0] for host, counted in cell[HOSTS].items.items()}
    clients = CLIENTS_PART.estimate(cell[CLIENTS])
    return Verdict(
        rule="attempts",
        key=key,
        tier=Tier.ATTEMPT,
        severity=Severity.INFO,
        subject="addresses inside, in what visitors sent",
        summary=f"visitors of {zone or account or 'an unknown zone'} asked for addresses inside ({clients} clients);"
        " where a program fetched one, a finding of its own says so",
        first_seen=cell[TRIED_FIRST],
        last_seen=cell[TRIED_LAST],
        account=account,
        zone=zone,
        count=max(cell[EDGE], cell[WORKER]),
        affected=clients,
        top=shares(tried),
        evidence=traces(cell[TRIED_WHERE]),
        next=("look at which routes take URLs, and whether they check them",),
        quiet_with=f'[[detect.suppress]] detector = "outbound_hosts", rule = "attempts", zone = "{zone}"',
    )
