"""Findings as they leave: stable ids, RFC 3339 times, one JSON object a line."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from detectors.base import Finding, Severity, Tier, Verdict
from detectors.kinds import Key, spell

MAX_TOP: Final = 5
MAX_EVIDENCE: Final = 10
MAX_NEXT: Final = 3
LATE: Final = 3600
"""Seconds: what is older when it is judged is no news any more."""
_LATEST = 253_402_300_799_000
"""The last millisecond that RFC 3339 can say: the year 9999."""


def finding_id(detector: str, rule: str, key: Key, pane: int) -> str:
    """Name a finding: the same wherever it is judged.

    >>> finding_id("silence", "gap", ("shop.example",), 0)
    '0540378409f26c77b494'
    """
    return hashlib.blake2b(spell((detector, rule, pane, *key)).encode(), digest_size=10, person=b"finding").hexdigest()


def rfc3339(milliseconds: int) -> str:
    """Write a time.

    >>> rfc3339(1772442840123)
    '2026-03-02T09:14:00.123Z'
    """
    moment = datetime.fromtimestamp(min(max(milliseconds, 0), _LATEST) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def bounded(verdict: Verdict) -> bool:
    """Tell whether a verdict keeps to what a finding may hold."""
    return (
        len(verdict.top) <= MAX_TOP
        and len(verdict.evidence) <= MAX_EVIDENCE
        and len(verdict.next) <= MAX_NEXT
        and (verdict.tier is not Tier.ATTEMPT or verdict.severity is Severity.INFO)
    )


def to_plain(finding: Finding, policy: str) -> dict[str, Any]:
    """Return a finding as a JSON object, with every key; `policy` is the digest of the policy in force."""
    said = finding.verdict
    return {
        "id": finding.id,
        "status": finding.status.value,
        "at": rfc3339(finding.at * 1000),
        "first_seen": rfc3339(said.first_seen),
        "last_seen": rfc3339(said.last_seen),
        "detector": finding.detector,
        "rule": said.rule,
        "tier": said.tier.value,
        "severity": said.severity.value,
        "account": said.account,
        "zone": said.zone,
        "script": said.script,
        "route": said.route,
        "dataset": said.dataset,
        "subject": said.subject,
        "class": said.burst,
        "limiter": said.limiter,
        "count": said.count,
        "affected": said.affected,
        "observed": said.observed,
        "expected": said.expected,
        "top": [{"name": name, "share": share} for name, share in said.top],
        "began_with": said.began_with,
        "evidence": [{"origin": each.origin, "line": each.line, "ray_id": each.ray_id} for each in said.evidence],
        "late": finding.late,
        "blind": list(said.blind),
        "summary": said.summary,
        "next": list(said.next),
        "quiet_with": said.quiet_with,
        "policy": policy,
        "runbook": f"docs/detectors/{finding.detector}.md",
        "key": list(said.key),
        "pane": rfc3339(finding.pane * 1000),
    }


def to_json(finding: Finding, policy: str = "") -> bytes:
    """Return a finding as a line of NDJSON."""
    return orjson.dumps(to_plain(finding, policy), None, orjson.OPT_APPEND_NEWLINE)
