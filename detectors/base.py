"""The words of detection: what an observation is made of, how grave a finding is, and the finding itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

COLUMNS: Mapping[str, str] = {
    "time": "event time, seconds since 1970",
    "account": "public name of the account",
    "zone": "public name of the zone",
    "script": "public name of the script that ran",
    "ray": "id of the request",
    "parent": "id of the request that caused this one",
    "side": "where it was seen: edge, subrequest or backend",
    "host": "canonical host that was asked",
    "route": "path without its query, folded to a template",
    "status": "HTTP status",
    "client": "network of who asked, never the whole address",
    "credential": "mark of the credential that was sent",
    "identity": "mark of the user who asked",
    "answered": "mark of the user whom the answer is about",
    "cache": "what the cache did",
    "response": "fingerprint of the answer",
    "limiter": "what limited the request, if anything did",
}
"""An observation, column by column: the secret-free view of a record, and all that a detector ever sees of it."""


class Severity(StrEnum):
    """How grave a finding is, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Tier(StrEnum):
    """What a finding rests on: a fact, a number out of the ordinary, or a try that may have failed."""

    PROOF = "proof"
    STATISTICS = "statistics"
    ATTEMPT = "attempt"


class Status(StrEnum):
    """Where a finding is in its life."""

    OPEN = "open"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one record behind a finding stood; never its content."""

    origin: str
    line: int
    ray_id: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector has to say. Holds public names, marks and counts; no secret. Times are event time, RFC 3339."""

    id: str
    """Hash of detector, rule, key and pane: the same finding has the same id wherever it is judged."""
    status: Status
    at: str
    first_seen: str
    last_seen: str
    detector: str
    rule: str
    tier: Tier
    severity: Severity
    subject: str
    """A public name or a mark."""
    summary: str
    """One line what, one line so what."""
    policy: str
    """Digest of the policy in force."""
    runbook: str
    account: str = ""
    zone: str = ""
    script: str = ""
    route: str = ""
    dataset: str = ""
    burst: str = ""
    """`class` on the wire: what kind of burst of refusals it is."""
    limiter: str = ""
    count: int = 0
    affected: int = 0
    """Distinct identities or clients."""
    observed: float | None = None
    expected: float | None = None
    top: tuple[tuple[str, float], ...] = ()
    """At most five networks or routes, each with its share."""
    began_with: str = ""
    """A deploy or a change of configuration or policy nearby."""
    evidence: tuple[Trace, ...] = ()
    """At most ten."""
    late: bool = False
    blind: tuple[str, ...] = ()
    """Inputs that are missing."""
    next: tuple[str, ...] = ()
    """At most three commands or clicks."""
    quiet_with: str = ""
    """The configuration line that ends it."""
