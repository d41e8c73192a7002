"""Records and their rows, scrubbed and looked at as the engine does it."""

from __future__ import annotations

import copy
from typing import Any

from detectors.columns import COLUMNS, Columns, wanted
from detectors.facts import Facts, Zone
from detectors.looking import Surroundings
from detectors.observing import Observing
from detectors.tokens import hashing
from redactors import registry
from redactors.plan import Plans, Said
from redactors.policy import Policy
from tests.detectors.toys import SEED
from tests.laws.stage import RING, catalogue, rules

Record = dict[str, Any]
HEADERS = {
    "request": ("RequestHeaders.x-user-id",),
    "response": ("ResponseHeaders.x-user-id",),
    "impersonation": ("RequestHeaders.x-impersonate",),
}
FACTS = Facts(
    everywhere={"identity": HEADERS, "cross_user": {"private_routes": ("/account/*",)}},
    of_zone={
        "shop.example": Zone("acc", ("www.shop.example",), ("shop-edge",), ("orders.origin.example", "orders")),
    },
    routes=("/files/*",),
)
POLICY = Policy(
    identity_request=(*HEADERS["request"], *HEADERS["impersonation"]), identity_response=HEADERS["response"]
)
REQUEST: Record = {
    "EdgeStartTimestamp": 1_772_442_840_123_456_789,
    "ZoneName": "shop.example",
    "RayID": "6423c368b4509521",
    "ParentRayID": "00",
    "WorkerScriptName": "shop-edge",
    "ClientRequestSource": "eyeball",
    "ClientRequestHost": "WWW.Shop.example:443",
    "ClientRequestScheme": "https",
    "ClientRequestMethod": "GET",
    "ClientRequestURI": "/account/8812/orders?page=2",
    "ClientIP": "203.0.113.77",
    "EdgeResponseStatus": 200,
    "EdgeColoCode": "FRA",
    "EdgeResponseBodyBytes": 512,
    "EdgeResponseContentType": "text/html; charset=utf-8",
    "CacheCacheStatus": "HIT",
    "SecuritySources": [],
    "OriginResponseStatus": 200,
    "RequestHeaders": {"authorization": "Bearer s3cretTokenOfAda", "x-user-id": "u-17", "x-impersonate": "u-99"},
    "ResponseHeaders": {"etag": '"abc"', "x-user-id": "u-18", "set-cookie": "sid=n3wSession; Path=/"},
    "Cookies": {"sid": "s3ssionOfAda", "lang": "en"},
}


def rows_of(record: Record, dataset: str | None = None, **around: Any) -> list[dict[str, str | int]]:  # noqa: ANN401 (of Surroundings)
    """Scrub a record and return its rows, each without what says nothing."""
    redactors = registry.build(POLICY, RING, rules())
    redactors.marker.met = set()
    given: dict[str, Any] = {"facts": FACTS, "identity": redactors.marker.keyer("identity"), **around}
    surroundings = Surroundings(hashed=hashing(SEED), clean=redactors.hits.clean, met=redactors.marker.met, **given)
    observing = Observing(wanted(COLUMNS), surroundings)
    forced = catalogue()[dataset] if dataset else None
    plans = Plans(POLICY, redactors, catalogue(), Said(forced=forced), observe=observing.look)
    scrubbed = copy.deepcopy(record)
    plans.find(tuple(scrubbed)).scrub(scrubbed)
    assert surroundings.faults == 0
    return [{name: value for name, value in row.items() if value} for row in shown(observing)]


def shown(observing: Observing) -> list[dict[str, str | int]]:
    """Return the rows as a detector sees them, and whether they are records' own: `last`."""
    each = [Columns([row]) for row in observing.rows]
    return [{"last": int(columns.own), **{name: columns.texts(name)[0] for name in COLUMNS}} for columns in each]


def row_of(record: Record, dataset: str | None = None, **around: Any) -> dict[str, str | int]:  # noqa: ANN401 (of Surroundings)
    """Return the one row of a record."""
    (row,) = rows_of(record, dataset, **around)
    return row
