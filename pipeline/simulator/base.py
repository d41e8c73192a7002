"""The words of the simulator: what it is asked for, who asks for what at the edge, what objects come of it."""

from __future__ import annotations

from dataclasses import dataclass, field

SECOND = 1_000_000_000
"""Moments are nanoseconds since 1970, UTC; lengths of time are seconds where nothing else is said."""
MINUTE, HOUR, DAY = 60, 3600, 86_400

RECORDS_PER_ZONE_DAY = 40_000
"""Records of all datasets that a zone and day bring on average at scale 1."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to make up. The same scenario gives the same bytes."""

    seed: int
    start: int
    """Seconds since 1970, UTC: where the time begins in which cases happen."""
    length: int
    """Seconds."""
    zones: int = 5
    scale: float = 1.0
    """Share of RECORDS_PER_ZONE_DAY; what cases add comes on top."""
    incidents: tuple[str, ...] | None = None
    """Names of rows in `incidents.INCIDENTS`, or the part before the dot: `I2`, `I2.retry`. None: all."""
    benign: tuple[str, ...] | None = None
    """Names of rows in `benign.BENIGN`. None: all."""
    object_seconds: int = 300
    """How much time of one feed goes into one object."""
    history: int = 0
    """Seconds of quiet time before the start."""
    history_scale: float = 0.1
    """Share of the usual traffic that the history has."""


@dataclass(frozen=True, slots=True)
class Service:
    """A backend that Workers ask."""

    host: str
    address: str
    key: str
    """The Worker's own credential, bare."""
    next_key: str
    """What it is rotated to."""
    lag: int
    """Seconds until its access log is delivered."""
    skew: int
    """Nanoseconds that its clock is ahead."""
    sees_users: bool
    """Whether users' own credentials are forwarded to it, and may be."""


@dataclass(frozen=True, slots=True)
class Route:
    """Something that can be asked for: a method and a path with at most one hole."""

    number: int
    kind: str
    """page, static, api, private or login."""
    method: str
    host: str
    head: str
    hole: str
    """What fills the hole: number, slug, uuid, hash, or nothing."""
    tail: str
    script: str
    """The Worker that answers; empty: cache or origin."""
    service: Service | None
    """The backend that the Worker asks."""
    partner: str
    """Host of a third party that the Worker asks now and then."""
    content_type: str
    weight: float
    """Share of requests, before visitors' habits."""
    asked: str
    """Members of a request's record that are the route's alone, as JSON."""

    @property
    def template(self) -> str:
        """The path with `*` for the hole."""
        return f"{self.head}{'*' if self.hole else ''}{self.tail}"


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: its address and agent, what it shows to be let in, and all of that as JSON, written once."""

    number: int
    ip: str
    network: int
    """Autonomous system."""
    country: str
    colo: str
    agent: str
    identity: str
    """User id; empty for who is not logged in."""
    authorization: str
    """Header; empty for none."""
    session: str
    """Cookie; empty for none."""
    seen: str
    """Members of a request's record that are the client's alone, as JSON; a Worker's requests have them too."""
    cookies: str
    """`Cookies` as JSON."""
    headers: str
    """`RequestHeaders` as JSON, not yet closed."""
    edge: str
    """Address of the machine at the edge."""


@dataclass(slots=True)
class Call:
    """A request that a Worker makes on behalf of an exchange."""

    host: str
    path: str
    status: int = 200
    service: Service | None = None
    """The backend whose access log has a line of it."""
    authorization: str = ""
    cookie: str = ""
    origin: str = "198.51.100.20"
    """Address that was connected to."""
    cache: str = "dynamic"
    scheme: str = "https"
    url: str = ""
    """As the code spelled it, where that differs from what was asked in the end."""
    source: str = "edgeWorkerFetch"
    """What `ClientRequestSource` says of it."""
    logged: bool = True
    """Whether the zone's log has a line of it."""


@dataclass(slots=True)
class Exchange:
    """One request of a client to the edge, with all that it sets off. Cases change it before it is written."""

    at: int
    client: Client
    route: Route
    path: str
    ray: str
    status: int
    cache: str
    size: int
    """Bytes of the answer."""
    took: int
    """Milliseconds."""
    etag: str = ""
    answered: str = ""
    """User id that the answer names."""
    calls: list[Call] = field(default_factory=list)
    query: str = ""
    """With its question mark."""
    console: list[tuple[str, str]] = field(default_factory=list)
    """Level and text."""
    failure: tuple[str, str] | None = None
    """Name and message of an exception."""
    version: str = ""
    """Of the script, where it is not the first one."""
    measure: str = ""
    """What a security product did: a key of `measures.MEASURES`."""
    limiter: str = ""
    """Who made a 429 that no security product made: origin or worker."""
    impersonates: str = ""
    """User id whom staff act for."""
    late: int = 0
    """Seconds by which its lines at the edge come late."""
    logged: bool = True
    """Whether the edge has lines of it at all."""
    shows: bool = False
    """It shows an incident: no other case may change it any more."""


@dataclass(frozen=True, slots=True)
class SimulatedObject:
    """One object as a log job would leave it in a bucket, not yet compressed."""

    key: str
    """`DATASET/OWNER/DAY/START_END_ID.log`."""
    dataset: str
    owner: str
    """Zone, account or backend whose log it is."""
    delivered: int
    """Seconds since 1970; objects come in this order."""
    records: int
    body: bytes
    """NDJSON."""
