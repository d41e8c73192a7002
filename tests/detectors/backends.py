"""Requests at the edge and at backends, as rows; who may see which credentials."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.backend_credentials import BackendCredentials
from detectors.base import Verdict
from detectors.facts import Facts, Zone
from tests.detectors.trials import Row, at, said
from tests.detectors.users import a_mark

DETECTOR = BackendCredentials()
ZONE, ORDERS, AUTH = "shop.example", "orders.origin.shop.example", "auth.origin.shop.example"
HOSTS = Zone("acc", ("www.shop.example",), ("shop-api",), (ORDERS, AUTH))
OWN, NEXT, SERVICE = a_mark(901), a_mark(902), a_mark(903)
ALLOWED = {"allow": (OWN, NEXT, SERVICE), "user_credentials_at": (AUTH,)}
LISTED = Facts(zones={ZONE: {"backend_credentials": ALLOWED}}, of_zone={ZONE: HOSTS}, warm_up=0)
FREE = Facts(zones={ZONE: {"backend_credentials": {"user_credentials_at": (AUTH,)}}}, of_zone={ZONE: HOSTS}, warm_up=0)
HOUR = 3600


def client(second: float, token: str = "", cookie: str = "", ray: str = "r1", **more: str | int) -> Row:
    """Make the row of a client's request at the edge."""
    given = {"side": "edge", "zone": ZONE, "host": "www.shop.example", "ray": ray, **more}
    return at(second, credentials=token, sessions=cookie, **given)


def backend(second: float, token: str = "", cookie: str = "", ray: str = "c1", **more: str | int) -> Row:
    """Make the row of a request in a backend's own log."""
    given = {"dataset": "backend/requests", "side": "backend", "zone": ZONE, "service": ORDERS, "route": "/cart"}
    return at(second, credentials=token, sessions=cookie, ray=ray, **{**given, **more})


def worker(second: float, token: str = "", host: str = ORDERS, ray: str = "c1", **more: str | int) -> Row:
    """Make the row of a Worker's request, as the zone's log has it."""
    given = {"side": "subrequest", "zone": ZONE, "script": "shop-api", "route": "/cart"}
    return at(second, credentials=token, host=host, ray=ray, **{**given, **more})


def rules(*batches: Sequence[Row], facts: Facts = LISTED) -> list[str]:
    """Return the rules of all that is said."""
    return [each.rule for each in said(DETECTOR, facts, *batches)]


def only(*batches: Sequence[Row], rule: str = "forwarded", facts: Facts = LISTED) -> Verdict:
    """Return what one rule says."""
    (verdict,) = [each for each in said(DETECTOR, facts, *batches) if each.rule == rule]
    return verdict
