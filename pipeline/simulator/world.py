"""Who and what there is: accounts with their people and API tokens, zones with their scripts, backends and partners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from pipeline.simulator.base import Route, Scenario, Service
from pipeline.simulator.chance import stream
from pipeline.simulator.geography import PLACES, Place
from pipeline.simulator.routes import routes
from pipeline.simulator.tokens import base62, token, uuid

ZONES_PER_ACCOUNT = 4
OFFICE = "203.0.113.0/24"
"""Where people work."""
INTERNAL_HOST = "stock.service.internal"
"""A host inside that Workers may ask."""
_SPREAD, _LEAST, _MOST = 1.5, 0.12, 6.0
"""Zones differ in size log-normally, between these shares of the mean."""
_ADJECTIVES = "amber brisk calm dapper early fresh gentle hazel ivory jolly keen lunar mellow noble olive plain".split()
_NOUNS = "anchor bakery canvas depot emporium foundry grove harbor island journal kiosk lantern market nook".split()
_GIVEN = "ada grace edsger barbara alan margaret ken radia".split()
_FAMILY = "lovelace hopper dijkstra liskov turing hamilton thompson perlman".split()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes an account: a person in the dashboard, or a token at the API."""

    id: str
    email: str
    token: str
    """Id of the API token; empty for a person."""
    token_name: str
    home: Place
    roaming: bool
    """Whether it is known to come from anywhere."""


@dataclass(frozen=True, slots=True)
class Account:
    """What pays for zones."""

    id: str
    name: str
    second_format: bool
    """Whether its audit log has the second format."""
    listed: bool
    """Whether its owner says which networks it may be changed from."""
    api: str
    """Network that its tokens come from."""
    people: tuple[Actor, ...]
    tokens: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """A site at the edge."""

    index: int
    name: str
    account: Account
    size: float
    """Records against the mean of all zones."""
    merged: bool
    """Whether subrequests stand inside the request that caused them."""
    listed: bool
    """Whether its owner says which hosts and credentials its scripts may use."""
    egress: bool
    """Whether calls to third parties go through a proxy that logs them, and not into the zone's log."""
    seconds: bool
    """Whether times are RFC 3339 to the second rather than nanoseconds."""
    places: tuple[Place, ...]
    scripts: tuple[str, ...]
    services: Mapping[str, Service]
    """By name: orders, catalog, auth."""
    partners: Mapping[str, str]
    """Hosts of third parties: payments, search, tax."""
    allowed: tuple[str, ...]
    """Hosts and patterns that its scripts may ask."""
    routes: tuple[Route, ...]
    users: int
    staff: tuple[str, ...]
    """User ids of those who may act for others."""
    versions: Mapping[str, tuple[str, str]]
    """The first and the next version of each script."""

    def route(self, head: str) -> Route:
        """Return the route whose path begins so; every zone has those of `routes._EVERYWHERE`."""
        return next(each for each in self.routes if each.head == head)

    def of_kind(self, kind: str) -> list[Route]:
        """Return the routes of a kind, the most asked first."""
        return [each for each in self.routes if each.kind == kind]


@dataclass(frozen=True, slots=True)
class World:
    """All there is."""

    accounts: tuple[Account, ...]
    zones: tuple[Zone, ...]


def build_world(scenario: Scenario) -> World:
    """Draw accounts and zones."""
    rng = stream(scenario.seed, "sizes")
    raw = [min(_MOST, max(_LEAST, rng.lognormvariate(-1.1, _SPREAD))) for _ in range(scenario.zones)]
    accounts = tuple(_account(scenario.seed, index) for index in range(-(-scenario.zones // ZONES_PER_ACCOUNT)))
    zones = (
        _zone(scenario.seed, index, accounts[index // ZONES_PER_ACCOUNT], size * len(raw) / sum(raw))
        for index, size in enumerate(raw)
    )
    return World(accounts, tuple(zones))


def _account(seed: int, index: int) -> Account:
    rng = stream(seed, "account", index)
    name = f"{_ADJECTIVES[rng.randrange(16)]}-{_NOUNS[rng.randrange(14)]}-{index:02}"
    home = rng.choice(PLACES)
    names = rng.sample([f"{given}.{family}" for given in _GIVEN for family in _FAMILY], 6)
    emails = [f"{each}@{name}.example" for each in names]
    people = tuple(
        Actor(rng.randbytes(16).hex(), email, "", "", home, number == 0) for number, email in enumerate(emails)
    )
    tokens = tuple(
        Actor(owner.id, owner.email, rng.randbytes(16).hex(), what, home, what == "builds")
        for owner, what in zip(people[1:], ("deploy", "dns", "builds"), strict=False)
    )
    network = f"198.51.100.{index % 16 * 16}/28"
    return Account(rng.randbytes(16).hex(), name, index % 2 == 0, index % 4 != 3, network, people, tokens)  # noqa: PLR2004


def _zone(seed: int, index: int, account: Account, size: float) -> Zone:
    rng = stream(seed, "zone", index)
    slug = f"{_ADJECTIVES[rng.randrange(16)]}-{_NOUNS[rng.randrange(14)]}"
    name = f"{slug}-{index:02}.example"
    scripts = {"page": f"{slug}-{index:02}-edge", "api": f"{slug}-{index:02}-api", "login": f"{slug}-{index:02}-login"}
    services = {what: _service(rng, f"{what}.origin.{name}", what == "auth") for what in ("orders", "catalog", "auth")}
    partners = {
        "payments": f"eu{1 + rng.getrandbits(1)}.payments.example",
        "search": "api.search-partner.example",
        "tax": f"rates{rng.randrange(10)}.tax-office.example",
    }
    asks = {"/api/v2/me/checkout": "payments", "/api/v2/search": "search", "/api/v2/me/cart": "tax"}
    by_kind = {"page": "catalog", "api": "catalog", "private": "orders", "login": "auth"}
    return Zone(
        index,
        name,
        account,
        size,
        merged=index % 5 == 1,
        listed=index % 5 != 4,  # noqa: PLR2004 - four fifths
        egress=index % 3 == 2,  # noqa: PLR2004 - a third
        seconds=index % 7 == 3,  # noqa: PLR2004 - a seventh
        places=tuple(rng.sample(PLACES, 4)),
        scripts=tuple(scripts.values()),
        services=services,
        partners=partners,
        allowed=_allowed(services, partners),
        routes=routes(
            rng,
            name,
            scripts | {"private": scripts["api"], "static": ""},
            {kind: services[what] for kind, what in by_kind.items()},
            {head: partners[what] for head, what in asks.items()},
        ),
        users=80 + int(400 * size),
        staff=(f"staff-{rng.randrange(1000):03}",),
        versions={script: (uuid(rng), uuid(rng)) for script in scripts.values()},
    )


def _allowed(services: Mapping[str, Service], partners: Mapping[str, str]) -> tuple[str, ...]:
    backends = tuple(each.host for each in services.values())
    return (*backends, "*.payments.example", partners["search"], partners["tax"], INTERNAL_HOST)


def _service(rng: Random, host: str, sees_users: bool) -> Service:  # noqa: FBT001 - named where it is called
    keys = (f"svc_{base62(rng, 32)}", f"svc_{token(rng, 24)}")
    skew = rng.randrange(-2_000_000_000, 2_000_000_000)
    return Service(host, f"198.51.100.{rng.randrange(2, 250)}", *keys, rng.choice((20, 90, 600)), skew, sees_users)
