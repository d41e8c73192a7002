"""THE table: column to the code that fills it, from the roles that a dataset gives its fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from detectors import sights, tokens
from detectors.answers import FOUND, answer_later, answer_makers
from detectors.calls import call_makers
from detectors.codes import field, hashed, joined, named, text
from detectors.columns import Later
from detectors.drawn import asker
from detectors.looking import Code, Look, Maker, Surroundings
from detectors.routes import Routes

Value = Any
"""Any JSON value."""

INTERFACES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("API", "api", "api_key", "api_token"), "api"),
    **dict.fromkeys(("UI", "ui", "dash"), "dashboard"),
}
TEXTS: Final = ("script", "version", "service", "colo", "ray", "method", "outcome", "token", "action", "resource")
AS_THEY_ARE: Final = (*TEXTS, "host", "route", "content_type", "interface", "status", "size")
"""Columns of which a row holds what the field of the role of their name holds; see `later`."""


def makers(around: Surroundings) -> Mapping[str, Maker]:
    """Return the maker of each column, and of the places that become rows of their own."""
    identity = around.facts.identity
    return {
        **{role: partial(field, role=role) for role in AS_THEY_ARE},
        "time": _time,
        "dataset": lambda look: look.constant(look.dataset.name),
        "scope": _scope,
        "account": _account,
        "zone": _zone,
        "side": lambda look: look.constant(look.side),
        "parent": _parent,
        "client": _client,
        "network": _network,
        "asker": asker,
        "credentials": _credentials,
        "sessions": _sessions,
        "identity": partial(_identity, paths=identity.request, around=around),
        "answered": partial(_identity, paths=identity.response, around=around),
        "acting_for": partial(_identity, paths=identity.impersonation, around=around),
        "issuer": partial(_claim, at=0, around=around),
        "audience": partial(_claim, at=1, around=around),
        "exception": lambda look: _crash(look, 0),
        "trace": lambda look: hashed(look, _crash(look, 1)),
        "actor": lambda look: joined(look, look.role("actor"), partial(tokens.person, mark=around.identity)),
        **answer_makers(),
        **call_makers(around),
    }


def later(around: Surroundings) -> Mapping[str, Later]:
    """Return what is made of the values of columns that rows hold as the scrubbed records do."""
    return {
        **dict.fromkeys(TEXTS, Later(sights.text, str)),
        **dict.fromkeys(("status", "size"), Later(sights.number, int)),
        "host": Later(sights.host),
        "route": Later(Routes(around.facts.routes).route),
        "interface": Later(_interface),
        **answer_later(),
    }


def _credentials(look: Look) -> Code:
    """Read the usual form, which ends in a mark, without a call."""
    usual = f"w[-21:-5] if w.__class__ is Str and 0 <= w.find('~') == len(w) - {tokens.TILDE}"
    marks = look.call(tokens.marks, "w")
    codes = (f"(({usual} else {marks}) if (w := {look.safe(path)}) else '')" for path in look.role("credentials"))
    return " + ".join(codes)


def _sessions(look: Look) -> Code:
    first, *others = look.role("cookies") or [""]
    code = joined(look, [first], tokens.sessions) if first else ""
    more = (f"({look.call(tokens.more_sessions, 'w', 's')} if (w := {look.safe(path)}) else '')" for path in others)
    return " + ".join((f"(s := {code})", *more)) if others else code


def _time(look: Look) -> Code:
    paths = look.held([look.dataset.time] if look.dataset.time else [])
    if not paths:
        return ""
    usual = f"w // 1000000 if w >= {sights.NANOSECONDS} else w if {sights.MILLISECONDS} <= w < {sights.LATEST_MS} else "
    other = look.call(sights.time_ms, "w")
    return f"(({usual}{other}) if (w := {look.safe(paths[0])}).__class__ is Int else {other})"


def _scope(look: Look) -> Code:
    service = named(look, "service") if look.role("service") else "''"
    return f"{look.column('zone')} or {look.column('account')} or {service}"


def _zone(look: Look) -> Code:
    zones = look.around.facts.of_zone
    lists = {name: {each: zone for zone, of in zones.items() for each in getattr(of, name)} for name in _OF_ZONE}
    told = [text(look, "zone")]
    for name, columns in _OF_ZONE.items():
        known = [column for column in columns if lists[name] and look.role(column)]
        told += [f"{look.constant(lists[name])}.get({named(look, column)})" for column in known]
    told += [text(look, "worker_zone"), f"{look.constant(look.around)}.zone"]
    return " or ".join(filter(None, told))


_OF_ZONE: Final[Mapping[str, tuple[str, ...]]] = {
    "scripts": ("script",),
    "backends": ("service", "host"),
    "hosts": ("host",),
}


def _account(look: Look) -> Code:
    accounts = {zone: of.account for zone, of in look.around.facts.of_zone.items() if of.account}
    known = f"{look.constant(accounts)}.get({look.column('zone')})" if accounts else ""
    return " or ".join(filter(None, (text(look, "account"), known, f"{look.constant(look.around)}.account")))


def _parent(look: Look) -> Code:
    paths = look.role("parent")
    if not paths:
        return ""
    told = look.dataset.roles["parent"]
    none = look.constant(frozenset(told.get("none", ("",)) if isinstance(told, dict) else ("",)))
    return f"(w if (w := {look.safe(paths[0])}).__class__ is Str and w not in {none} else '')"


def _client(look: Look) -> Code:
    """Tell who asked where somebody wants to know: of attempts, and of cookies that were given."""
    paths = look.role("client")
    if not paths:
        return ""
    code = hashed(look, f"{look.call(sights.address, look.raw(paths[0]))}[1]")
    given = f"{look.column('given')} and {look.column('cache')} in {look.constant(FOUND)}"
    return f"({code} if {look.column('asked')} or ({given}) else 0)"


def _network(look: Look) -> Code:
    paths = look.role("client")
    if not paths:
        return ""
    # An actor's address is no secret of a visitor and stays whole: allowlists name single machines.
    whole = look.dataset.fields.get(paths[0]) == "ip.actor"
    return f"{look.raw(paths[0], sights.whole_address if whole else sights.address)}[0]"


def _identity(look: Look, paths: tuple[str, ...], around: Surroundings) -> Code:
    return joined(look, look.held(paths), partial(tokens.person, mark=around.identity))


def _claim(look: Look, at: int, around: Surroundings) -> Code:
    paths = look.role("credentials")
    if not paths or look.dataset.roles.get("side", {}).get("else") != "backend":
        return ""
    return look.call(around.clean, f"{look.raw(paths[0], tokens.claims)}[{at}]")


def _crash(look: Look, at: int) -> Code:
    paths = look.role("exceptions")
    return f"{look.raw(paths[0], tokens.crash)}[{at}]" if paths else ""


def _interface(value: Value) -> str:
    return INTERFACES.get(value, "") if isinstance(value, str) else ""
