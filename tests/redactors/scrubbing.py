"""One value through the redactor of its class, as the tables of the tests see it."""

from __future__ import annotations

import json

from redactors.base import Value
from redactors.keyring import KeyRing
from redactors.marks import Marker
from redactors.policy import Policy, profile
from redactors.registry import build
from redactors.straight import change
from tests.laws.stage import RING, rules

FORENSIC = profile("forensic")
STRICT = profile("strict")
TOKEN = "x7Gq2LmZ9pWv4RtY8kBn"
"""A random token: long, of mixed case and digits."""
SHORT = "hunter22x"
"""A secret that is known by where it stands only."""


def scrub(field_class: str, value: Value, policy: Policy | None = None, ring: KeyRing | None = RING) -> Value:
    """Return what becomes of a value of this class; nothing is remembered from another call."""
    redactor = build(policy or Policy(), ring, rules()).by_class[field_class]
    return change(redactor, json.loads(json.dumps(value)))[0]


def mark(rule: str, token: str) -> str:
    """Return the keyed mark of a bare token."""
    return Marker(RING).keyed(rule, token)
