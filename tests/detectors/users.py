"""Users, their requests and answers, and what caches gave them, as rows; what is private."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from detectors.base import Verdict
from detectors.cross_user import CrossUser
from detectors.facts import Facts, Zone
from tests.detectors.trials import Row, at, said


def a_mark(number: int) -> str:
    """Make a fingerprint."""
    return b32encode(blake2b(str(number).encode(), digest_size=10).digest()).decode()


ADA, BOB, CYD, STAFF = map(a_mark, range(-4, 0))
DETECTOR = CrossUser()
ZONE = "shop.example"
PRIVATE = {"private_routes": ("/account/*",), "per_user_cache": ("/account/lists",), "staff": (STAFF,)}
LOGIN = {"login_routes": ("/login",)}
FACTS = Facts(zones={ZONE: {"cross_user": PRIVATE, "rate_limit_spikes": LOGIN}}, of_zone={ZONE: Zone("acc")}, warm_up=0)
SILENT = Facts(warm_up=0)
HOUR = 3600


def asked(second: float, identity: str = "", answered: str = "", ray: str = "r1", **more: str | int) -> Row:
    """Make the row of a user's request and its answer."""
    given: dict[str, str | int] = {
        "side": "edge",
        "zone": ZONE,
        "script": "shop-api",
        "colo": "FRA",
        "host": "www.shop.example",
    }
    given |= {"route": "/account/profile", "status": 200, "content_type": "application/json", "ray": ray}
    return at(second, identity=identity, answered=answered, **{**given, **more})


def cached(second: float, identity: str, key: int = 77, cache: str = "hit", **more: str | int) -> Row:
    """Make the row of a request that the cache answered, or whose answer it kept; nothing in it names a user."""
    given: dict[str, Any] = {"cache": cache, "cache_key": key, **more}
    return asked(second, identity, **given)


def fetched(second: float, parent: str, key: int = 77, cache: str = "hit", **more: str | int) -> Row:
    """Make the row of a request that a Worker made because of another."""
    given = {
        "side": "subrequest",
        "host": "orders.example",
        "parent": parent,
        "ray": f"c-{parent}",
        "credentials": STAFF,
    }
    return cached(second, "", key, cache, **{**given, **more})


def rules(*batches: Sequence[Row], facts: Facts = FACTS) -> list[str]:
    """Return the rules of all that is said."""
    return [each.rule for each in said(DETECTOR, facts, *batches)]


def only(*batches: Sequence[Row], facts: Facts = FACTS) -> Verdict:
    """Return the one thing that is said."""
    (verdict,) = said(DETECTOR, facts, *batches)
    return verdict


AGREED = asked(0, ADA, ADA, "r0")
"""Without one such answer, it is not known that both headers hold the same thing."""
