"""Facts: what the owner knows and the detectors cannot guess, by value; for each place the nearest that was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from redactors.base import ConfigurationError

Said = Mapping[str, Mapping[str, Any]]
"""What was said in one place of the configuration: section, key, value; of the types of the classes below. A key that
was not said is not there."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a user is: `FIELD.header-name` of headers, names of cookies."""

    request: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    session_cookies: tuple[str, ...] = ()
    impersonation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboundHosts:
    """Where scripts may call: a canonical host, or `*.suffix`. None: nothing was said, and hosts are learned."""

    allow: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class BackendCredentials:
    """Whose credentials a backend may see."""

    allow: tuple[str, ...] | None = None
    """Fingerprints of 16 letters: of a secret file's content, or out of a mark. None: nothing was said."""
    user_credentials_at: tuple[str, ...] = ()
    """Hosts or services that may see users' credentials."""


@dataclass(frozen=True, slots=True)
class RateLimitSpikes:
    """Who may come in bursts, and where people log in."""

    partners: tuple[str, ...] = ()
    """Networks in CIDR form."""
    login_routes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrossUser:
    """What belongs to one user alone."""

    private_routes: tuple[str, ...] = ()
    """Route patterns, see `matches`."""
    per_user_cache: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    """Fingerprints of 16 letters."""


@dataclass(frozen=True, slots=True)
class AuditAccess:
    """From where an account is administered. None: nothing was said, and networks are learned."""

    api: tuple[str, ...] | None = None
    dashboard: tuple[str, ...] | None = None
    """Networks in CIDR form."""
    roaming: tuple[str, ...] = ()
    """Fingerprints of 16 letters of actors who travel."""


@dataclass(frozen=True, slots=True)
class CompatDrift:
    """From when on a script runs with another compatibility date."""

    scripts: Mapping[str, str] = field(default_factory=dict)
    """ISO date by script."""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """All that holds in one place."""

    identity: Identity = field(default_factory=Identity)
    outbound_hosts: OutboundHosts = field(default_factory=OutboundHosts)
    backend_credentials: BackendCredentials = field(default_factory=BackendCredentials)
    rate_limit_spikes: RateLimitSpikes = field(default_factory=RateLimitSpikes)
    cross_user: CrossUser = field(default_factory=CrossUser)
    audit_access: AuditAccess = field(default_factory=AuditAccess)
    compat_drift: CompatDrift = field(default_factory=CompatDrift)


SECTIONS: Final[Mapping[str, type]] = {
    "identity": Identity,
    "outbound_hosts": OutboundHosts,
    "backend_credentials": BackendCredentials,
    "rate_limit_spikes": RateLimitSpikes,
    "cross_user": CrossUser,
    "audit_access": AuditAccess,
    "compat_drift": CompatDrift,
}


@dataclass(frozen=True, slots=True)
class Zone:
    """What belongs to a zone."""

    account: str = ""
    hosts: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    """Hosts or services whose logs are the zone's."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """What is not to be said for a while; an empty text fits all."""

    until: int
    """Seconds since 1970, exclusive."""
    reason: str = ""
    detector: str = ""
    rule: str = ""
    account: str = ""
    zone: str = ""
    script: str = ""
    where: str = ""
    """The place in the configuration, for the word that it has expired."""


_MAX_PLACES = 10_000


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything, by value. It is sent to the workers and never changes."""

    everywhere: Said = field(default_factory=dict)
    accounts: Mapping[str, Said] = field(default_factory=dict)
    zones: Mapping[str, Said] = field(default_factory=dict)
    scripts: Mapping[str, Said] = field(default_factory=dict)
    of_zone: Mapping[str, Zone] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    """Route patterns of the user's own, tried before any folding."""
    suppress: tuple[Suppression, ...] = ()
    false_alerts_per_zone_day: float = 0.01
    allowed_lateness: int = 600
    warm_up: int = 6 * 3600
    close_after: int = 3600
    """Seconds."""
    policy: str = ""
    """Digest of the redaction policy in force."""
    _private: bool = field(init=False, compare=False, repr=False)
    _kept: dict[tuple[str, str, str], Choices] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Look once for what is asked at every stretch of rows."""
        levels = (self.everywhere, *self.accounts.values(), *self.zones.values(), *self.scripts.values())
        private = any(level.get("cross_user", {}).get("private_routes") for level in levels)
        object.__setattr__(self, "_private", private)

    @property
    def has_private_routes(self) -> bool:
        """Tell whether anywhere a route is said to be one user's alone."""
        return self._private

    @property
    def identity(self) -> Identity:
        """Return every header and cookie that says anywhere who a user is: the redactors mark those that hold there."""
        levels = (self.everywhere, *self.accounts.values(), *self.zones.values(), *self.scripts.values())
        said = [level.get("identity", {}) for level in levels]
        names = [each.name for each in fields(Identity)]
        return Identity(
            **{name: tuple(dict.fromkeys(a for each in said for a in each.get(name, ()))) for name in names}
        )

    def at(self, *, account: str = "", zone: str = "", script: str = "") -> Choices:
        """Return what holds in a place, key by key the nearest that was said: script, zone, account, everywhere.

        Raises:
            ConfigurationError: a section or key that does not exist was said.

        """
        place = (account, zone, script)
        found = self._kept.get(place)
        if found is None:
            if len(self._kept) >= _MAX_PLACES:
                self._kept.clear()
            found = self._kept[place] = self._nearest(*place)
        return found

    def _nearest(self, account: str, zone: str, script: str) -> Choices:
        account = account or self.of_zone.get(zone, Zone()).account
        levels = (
            self.everywhere,
            self.accounts.get(account, {}),
            self.zones.get(zone, {}),
            self.scripts.get(script, {}),
        )
        said: dict[str, dict[str, Any]] = {}
        for level in levels:
            for section, keys in level.items():
                said.setdefault(section, {}).update(keys)
        try:
            chosen: dict[str, Any] = {section: SECTIONS[section](**keys) for section, keys in said.items()}
            return Choices(**chosen)
        except (KeyError, TypeError):
            message = f"facts: no such section or key; right would be one of {', '.join(SECTIONS)}, each with its keys"
            raise ConfigurationError(message) from None


def matches(pattern: str, route: str) -> bool:
    """Tell whether a route fits a pattern: `*` is one segment, at the end also any number of them.

    >>> matches("/account/*", "/account/orders/*"), matches("/u/*/orders", "/u/*/orders"), matches("/a", "/a/b")
    (True, True, False)
    """
    wanted, given = pattern.split("/"), route.split("/")
    if wanted[-1] == "*" and len(given) >= len(wanted):
        given = [*given[: len(wanted) - 1], "*"]
    return len(wanted) == len(given) and all(a in ("*", b) for a, b in zip(wanted, given, strict=True))
