"""I1: a Worker asks a host that it should not, mostly because a visitor told it to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from pipeline.simulator.base import Call, Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import moments, some_user
from pipeline.simulator.requests import call_ray
from pipeline.simulator.visits import plain, refused
from pipeline.simulator.world import Zone

Target = tuple[str, str]
"""A URL as it was spelled, and the host that it means after parsing."""

_METADATA, _LOOPBACK = "169.254.169.254", "127.0.0.1"
PLAIN: tuple[Target, ...] = (
    ("http://169.254.169.254/latest/meta-data/iam/security-credentials/", _METADATA),
    ("http://169.254.169.254/metadata/instance?api-version=2021-02-01", _METADATA),
    ("http://127.0.0.1:8080/admin", _LOOPBACK),
    ("http://10.0.0.5/", "10.0.0.5"),
    ("http://192.168.1.1/cgi-bin/status", "192.168.1.1"),
    ("http://[::1]:2375/containers/json", "[::1]"),
)
SPELLED: tuple[Target, ...] = (
    ("http://2852039166/latest/meta-data/", _METADATA),
    ("http://0xa9fea9fe/latest/meta-data/", _METADATA),
    ("http://0251.0376.0251.0376/latest/meta-data/", _METADATA),
    ("http://169.254.43518/latest/meta-data/", _METADATA),
    ("http://127.1/server-status", _LOOPBACK),
    ("http://[::ffff:169.254.169.254]/latest/meta-data/", "[::ffff:a9fe:a9fe]"),
    ("http://[64:ff9b::169.254.169.254]/latest/meta-data/", "[64:ff9b::a9fe:a9fe]"),
    ("http://[2002:a9fe:a9fe::]/latest/meta-data/", "[2002:a9fe:a9fe::]"),
    ("http://[fd00:ec2::254]/latest/meta-data/", "[fd00:ec2::254]"),
)
WILDCARD: tuple[Target, ...] = (
    ("http://169.254.169.254.nip.io/latest/meta-data/", "169.254.169.254.nip.io"),
    ("http://a9fea9fe.nip.io/latest/meta-data/", "a9fea9fe.nip.io"),
    ("http://app.10-0-0-5.sslip.io/", "app.10-0-0-5.sslip.io"),
    ("http://localtest.me/server-status", "localtest.me"),
    ("http://make-1.2.3.4-rebind-169.254.169.254-rr.1u.ms/", "make-1.2.3.4-rebind-169.254.169.254-rr.1u.ms"),
)
NAMED: tuple[Target, ...] = (
    ("http://metadata.google.internal/computeMetadata/v1/", "metadata.google.internal"),
    ("http://vault/v1/secret/data/shop", "vault"),
    ("http://consul.service.internal/v1/kv/", "consul.service.internal"),
    ("http://printer.local/", "printer.local"),
    ("http://localhost:9200/_search", "localhost"),
)
_EVIL = "203.0.113.66"


def _listed(zone: Zone) -> bool:
    return zone.listed


def _listed_and_seen(zone: Zone) -> bool:
    return zone.listed and not zone.egress


def _listed_and_proxied(zone: Zone) -> bool:
    return zone.listed and zone.egress


def fetched(stage: Stage, targets: Sequence[Target], count: int) -> Effect:
    """Let a visitor name a URL that the Worker fetches, one target for all."""
    spelled, host = stage.rng.choice(targets)
    stage.blame(stage.zone.route("/api/v2/import"), subject=host)
    return Effect(more=moments(stage, count, lambda at: _imported(stage, at, spelled, Call(host, "/", url=spelled))))


def redirected(stage: Stage) -> Effect:
    """Let an allowed host send the Worker on to an internal one."""
    spelled, host = stage.rng.choice(PLAIN)
    allowed = stage.zone.partners["search"]
    stage.blame(stage.zone.route("/api/v2/import"), subject=host)

    def make(at: int) -> Exchange:
        first = Call(allowed, "/r?id=7", status=302)
        return _imported(stage, at, f"https://{allowed}/r?id=7", first, Call(host, "/", url=spelled))

    return Effect(more=moments(stage, 2, make))


def lookalike(stage: Stage) -> Effect:
    """Let the Worker ask a host that looks like an allowed one, once."""
    allowed = stage.zone.partners["search"]
    host = allowed.replace("a", "\u0430", 1).encode("idna").decode()  # a Cyrillic letter
    stage.blame(stage.zone.route("/api/v2/import"), subject=host)
    make = partial(_own, stage, call=Call(host, "/v1/ask", origin=_EVIL))
    return Effect(more=moments(stage, 1, make))


def unlisted(stage: Stage, count: int) -> Effect:
    """Let the Worker send something to a host that nobody allowed."""
    host = f"collect.metrics-hub-{stage.rng.randrange(100):02}.example"
    stage.blame(stage.zone.route("/api/v2/me/checkout"), subject=host)
    route = stage.zone.route("/api/v2/me/checkout")

    def make(at: int) -> Exchange:
        x = plain(stage.zone, stage.rng, some_user(stage)(at), route, at)
        return _added(stage, x, Call(host, "/c", origin=_EVIL))

    return Effect(more=moments(stage, count, make))


def private_origin(stage: Stage) -> Effect:
    """Let the name of an allowed host lead to a private address."""
    host = stage.zone.partners["tax"]
    stage.blame(stage.zone.route("/api/v2/me/cart"), subject=host)
    make = partial(_own, stage, call=Call(host, "/v1/ask", origin="10.20.0.7"), head="/api/v2/me/cart")
    return Effect(more=moments(stage, 2, make))


def printed(stage: Stage) -> Effect:
    """Let only the console tell of it: the user info hides which host is meant."""
    stage.blame(stage.zone.route("/api/v2/me/checkout"), subject=_EVIL)

    def make(at: int) -> Exchange:
        x = plain(stage.zone, stage.rng, some_user(stage)(at), stage.zone.route("/api/v2/me/checkout"), at)
        x.console.append(("error", f"GET https://{stage.zone.partners['search']}@{_EVIL}/in answered 200"))
        stage.show(x)
        return x

    return Effect(more=moments(stage, 2, make))


def odd_port(stage: Stage) -> Effect:
    """Let the proxy tell of an address without a name, at an odd port, without TLS."""
    stage.blame(stage.zone.route("/api/v2/me/checkout"), subject=_EVIL)
    make = partial(_own, stage, call=Call(_EVIL, "/in", scheme="http", url=f"http://{_EVIL}:8081/in", origin=_EVIL))
    return Effect(more=moments(stage, 4, make))


def attempted(stage: Stage) -> Effect:
    """Let a visitor try, and be refused."""
    spelled, host = stage.rng.choice(PLAIN + SPELLED)
    stage.blame(stage.zone.route("/api/v2/import"), subject=host)

    def make(at: int) -> Exchange:
        x = refused(_asked_for(stage, at, spelled), "internal")
        stage.show(x)
        return x

    return Effect(more=moments(stage, 6, make))


def _imported(stage: Stage, at: int, spelled: str, *calls: Call) -> Exchange:
    x = _asked_for(stage, at, spelled)
    for call in calls[:-1]:
        x.calls.append(_through(stage, call))
    return _added(stage, x, calls[-1])


def _asked_for(stage: Stage, at: int, spelled: str) -> Exchange:
    visitors = stage.visits.visitors
    x = plain(stage.zone, stage.rng, visitors.stranger(stage.rng), stage.zone.route("/api/v2/import"), at)
    x.query = f"?url={quote(spelled, safe='')}"
    return x


def _own(stage: Stage, at: int, call: Call, head: str = "/api/v2/import") -> Exchange:
    """Let the Worker make a call of its own accord."""
    x = plain(stage.zone, stage.rng, some_user(stage)(at), stage.zone.route(head), at)
    return _added(stage, x, call)


def _added(stage: Stage, x: Exchange, call: Call) -> Exchange:
    x.calls.append(_through(stage, call))
    stage.show(x, call_ray(x, len(x.calls) - 1))
    return x


def _through(stage: Stage, call: Call) -> Call:
    """Let a call go the way that calls to third parties go in this zone."""
    call.logged = not stage.zone.egress
    if call.host[-1] in "]0123456789" and call.origin != _EVIL:
        call.origin = call.host.strip("[]")
    return call


ROWS = (
    Case("I1.metadata", "outbound_hosts", "easy", (30, 90), partial(fetched, targets=PLAIN, count=12)),
    Case("I1.unlisted", "outbound_hosts", "easy", (60, 120), partial(unlisted, count=40), fits=_listed),
    Case("I1.internal_name", "outbound_hosts", "easy", (30, 60), partial(fetched, targets=NAMED, count=5)),
    Case("I1.spelled", "outbound_hosts", "medium", (30, 60), partial(fetched, targets=SPELLED, count=3)),
    Case("I1.wildcard_dns", "outbound_hosts", "medium", (30, 60), partial(fetched, targets=WILDCARD, count=2)),
    Case("I1.redirect", "outbound_hosts", "medium", (30, 60), redirected),
    Case("I1.egress", "outbound_hosts", "medium", (30, 60), odd_port, fits=_listed_and_proxied),
    Case("I1.once", "outbound_hosts", "hard", (60, 120), partial(unlisted, count=1), fits=_listed),
    Case("I1.lookalike", "outbound_hosts", "hard", (60, 120), lookalike, fits=_listed),
    Case("I1.private_origin", "outbound_hosts", "hard", (60, 120), private_origin, fits=_listed_and_seen),
    Case("I1.printed", "outbound_hosts", "hard", (60, 120), printed, fits=_listed),
    Case("I1.attempt", "outbound_hosts", "easy", (10, 30), attempted, expect="attempt"),
)
