"""What is wrong with where a program called: by its class, by the list of hosts that may be called, by oddities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from detectors.allowlist import Allowlist
from detectors.base import Severity
from detectors.facts import Facts, Zone
from detectors.host_classes import HostClass, Verdict
from detectors.hosts import Host, Note, canonical

_CRITICAL, _HIGH, _MEDIUM, _LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


class Via(StrEnum):
    """How a place came to be known."""

    CALL = "call"
    """A subrequest, or a line of an egress proxy."""
    GATEWAY = "gateway"
    """A device behind a gateway; people's, mostly."""
    REDIRECT = "redirect"
    """An answer to the program sent it there; whether it went is not known."""
    CONSOLE = "console"
    """A name in what the program printed: no call by itself."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is wrong with a place."""

    rule: str
    what: str
    """In words: what the place is."""
    severity: Severity
    """Where it answered, or nobody can know."""
    refused: Severity
    """Where it did not answer."""


_INTERNAL: Final[Mapping[HostClass, tuple[str, Severity, Severity]]] = {
    HostClass.METADATA: ("a cloud's metadata service, which gives out credentials", _CRITICAL, _HIGH),
    HostClass.LOOPBACK: ("the machine itself", _HIGH, _MEDIUM),
    HostClass.LOCAL_FILE: ("a file of the machine itself", _HIGH, _MEDIUM),
    HostClass.LINK_LOCAL: ("a link-local address", _HIGH, _MEDIUM),
    HostClass.PRIVATE: ("a private address", _HIGH, _MEDIUM),
    HostClass.INTERNAL_NAME: ("a name that exists only inside", _HIGH, _MEDIUM),
    HostClass.SINGLE_LABEL: ("a host nearby, by a name without a dot", _HIGH, _MEDIUM),
    HostClass.REBINDING: ("a name whose address changes between check and use", _HIGH, _MEDIUM),
    HostClass.MULTICAST: ("a multicast address", _MEDIUM, _MEDIUM),
    HostClass.DOCUMENTATION: ("an address for documentation, which nobody has", _MEDIUM, _MEDIUM),
    HostClass.RESERVED: ("a reserved address", _MEDIUM, _MEDIUM),
}
_FROM_OUTSIDE: Final = frozenset({HostClass.METADATA, HostClass.REBINDING})
"""What is wrong for a device too that may reach what is inside."""
_PLAIN: Final = frozenset({"http", "ws"})
_WEB: Final = _PLAIN | {"https", "wss"}
_KEPT: Final = 1 << 14


def is_address(host: Host) -> bool:
    """Tell whether a host is an address rather than a name."""
    return host.bare[-1:] == "]" or host.bare.rpartition(".")[2].isdigit()


@lru_cache(_KEPT)
def suspicion(target: str, reached: str, via: Via, allowed: Allowlist | None) -> Suspicion | None:
    """Return what is wrong with a place as the column `outbound` says it, or nothing.

    `reached` is the inside address that it was connected to, if any; without a list of hosts only facts are wrong.
    """
    host = host_of(target)
    return _JUDGED[via](host, reached, allowed) if host.name else None


def host_of(target: str) -> Host:
    """Read the column `outbound`, whose @ stands for a user that is not told.

    >>> host_of("https://@api.example:8443").notes == {Note.USERINFO, Note.PORT}
    True
    """
    return canonical(target.replace("//@", "//user@", 1))


def _called(host: Host, reached: str, allowed: Allowlist | None) -> Suspicion | None:
    return _allowed(host, reached, allowed) if allowed and allowed.allows(host) else _not_allowed(host, allowed)


def _behind_gateway(host: Host, _reached: str, allowed: Allowlist | None) -> Suspicion | None:
    if allowed is None:
        return _internal(host) if host.kind in _FROM_OUTSIDE else None
    return _called(host, "", allowed)


def _redirected(host: Host, _reached: str, allowed: Allowlist | None) -> Suspicion | None:
    """Judge where an answer sent a program: most programs go there, but no line says that this one did."""
    found = None if allowed and allowed.allows(host) else _not_allowed(host, allowed)
    if found is None:
        return None
    inside = found.rule == "internal" and found.severity is not _MEDIUM
    grave = _HIGH if inside else _LOW if found.severity is _MEDIUM else _MEDIUM
    return Suspicion("redirect", found.what, grave, grave)


def _printed(host: Host, _reached: str, allowed: Allowlist | None) -> Suspicion | None:
    """Judge what was only printed. What is inside is learned (`is_printed_inside`): many programs print such names."""
    if allowed and allowed.allows(host):
        return None
    imitated = allowed.imitated(host) if allowed else ""
    if Note.USERINFO in host.notes:
        grave = _MEDIUM if allowed is None else _HIGH
        return Suspicion("printed", "with a user name before the host, which hides where it leads", grave, grave)
    if imitated:
        return Suspicion("printed", f"which only looks like {imitated} on the list of allowed hosts", _MEDIUM, _MEDIUM)
    if allowed is None or host.verdict is Verdict.INTERNAL:
        return None
    return Suspicion("printed", "which is not on the list of allowed hosts", _LOW, _LOW)


@lru_cache(_KEPT)
def is_printed_inside(target: str, allowed: Allowlist | None) -> bool:
    """Tell whether a program that prints this names something inside that it may not call."""
    host = host_of(target)
    return host.verdict is Verdict.INTERNAL and not (allowed and allowed.allows(host))


def _not_allowed(host: Host, allowed: Allowlist | None) -> Suspicion | None:
    if host.verdict is Verdict.INTERNAL:
        return _internal(host)
    imitated = allowed.imitated(host) if allowed else ""
    if imitated:
        return Suspicion("imitated", f"which only looks like {imitated} on the list of allowed hosts", _HIGH, _HIGH)
    if host.scheme and host.scheme not in _WEB:
        return Suspicion(
            "scheme", f"by {host.scheme}, which is how other services are reached through HTTP's", _HIGH, _HIGH
        )
    odd = _odd(host)
    if allowed is not None:
        grave = _HIGH if odd else _MEDIUM
        return Suspicion("unlisted", f"which is not on the list of allowed hosts{odd}", grave, grave)
    if Note.USERINFO in host.notes:
        return Suspicion("userinfo", "with a user name before the host, which hides where it leads", _MEDIUM, _MEDIUM)
    return None


def _internal(host: Host) -> Suspicion:
    what, severity, refused = _INTERNAL[host.kind]
    return Suspicion("internal", what, severity, refused)


def _odd(host: Host) -> str:
    """Say what makes an outside host graver."""
    found = {
        "with a user name before it that hides it": Note.USERINFO in host.notes,
        "an address without a name": is_address(host),
        "a name with an address inside": host.kind is HostClass.WILDCARD_DNS,
        "with letters beyond ASCII": Note.IDN in host.notes,
        f"at port {host.port}": host.port > 0,
        "without TLS": host.scheme in _PLAIN,
    }
    told = ", ".join(words for words, is_so in found.items() if is_so)
    return told and f" ({told})"


def _allowed(host: Host, reached: str, allowed: Allowlist) -> Suspicion | None:
    """Judge a place whose host is on the list. What is inside by its own name may be odd in all other ways."""
    if host.verdict is Verdict.INTERNAL:
        return None
    if reached and not allowed.allows(canonical(reached)):
        what = f"which is on the list of allowed hosts but leads to the private address {reached}"
        return Suspicion("private_origin", what, _HIGH, _HIGH)
    odd = _oddity(host)
    return odd and Suspicion(odd[0], f"which is on the list, but {odd[1]}", odd[2], odd[2])


def _oddity(host: Host) -> tuple[str, str, Severity] | None:
    if host.scheme and host.scheme not in _WEB:
        return "scheme", f"by {host.scheme}", _MEDIUM
    if Note.USERINFO in host.notes:
        return "userinfo", "with a user name or password in its URL", _LOW
    if host.port:
        return "port", f"at the odd port {host.port}", _LOW
    return ("plain", "without TLS", _LOW) if host.scheme in _PLAIN else None


_JUDGED: Final[Mapping[Via, Callable[[Host, str, Allowlist | None], Suspicion | None]]] = {
    Via.CALL: _called,
    Via.GATEWAY: _behind_gateway,
    Via.REDIRECT: _redirected,
    Via.CONSOLE: _printed,
}


def allowed_hosts(facts: Facts, *, account: str, zone: str, script: str, via: Via) -> Allowlist | None:
    """Return the hosts that may be called from a place, or nothing where nobody said.

    A zone's own hosts and backends are allowed wherever there is a list. People behind a gateway go anywhere: for them
    only a list that was said for their account counts.

    Raises:
        ConfigurationError: a pattern of the list is no host.

    """
    if via is Via.GATEWAY:
        told = facts.accounts.get(account, {}).get("outbound_hosts", {}).get("allow")
        return None if told is None else _allowlist(tuple(told), None)
    patterns = facts.at(account=account, zone=zone, script=script).outbound_hosts.allow
    return None if patterns is None else _allowlist(patterns, facts.of_zone.get(zone))


@lru_cache(256)
def _allowlist(patterns: tuple[str, ...], zone: Zone | None) -> Allowlist:
    own = (*zone.hosts, *zone.backends) if zone else ()
    return Allowlist((*patterns, *(each for each in own if canonical(each).name == each)))
