"""What security products did to a request, as members of its record, and as an event of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Measure:
    """One rule of a security product, and what it does."""

    action: str
    source: str
    """As requests spell it; events spell it in lower case."""
    rule: str
    description: str
    status: int


MEASURES: Mapping[str, Measure] = {
    "limit": Measure(
        "block", "rateLimit", "a5f1b0c3d2e94f7787a1c0b9d8e7f601", "more than 100 requests in 10 seconds", 429
    ),
    "attack": Measure("block", "firewallManaged", "33aa8a8a948b48b28d40450c5fb92fba", "request for a secret file", 403),
    "internal": Measure(
        "block", "firewallManaged", "9f2c1d7e5b604a3c8e1f0a2b3c4d5e6f", "internal address in the query", 403
    ),
}


def in_request(measure: Measure | None) -> str:
    """Return the members of a request's record that say what was done."""
    one = measure or Measure("", "", "", "", 200)
    members = {
        "SecurityAction": one.action,
        "SecurityActions": [one.action] if measure else [],
        "SecurityRuleDescription": one.description,
        "SecurityRuleID": one.rule,
        "SecurityRuleIDs": [one.rule] if measure else [],
        "SecuritySources": [one.source] if measure else [],
    }
    return orjson.dumps(members).decode()[1:-1]


IN_REQUEST: Mapping[str, str] = {"": in_request(None)} | {name: in_request(each) for name, each in MEASURES.items()}
"""The same, written once."""
