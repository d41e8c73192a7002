"""Labels: what happened where and when, what detection should say of it, and what in the logs shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import orjson

from pipeline.simulator.clock import rfc3339_ms


@dataclass(slots=True)
class Label:
    """What detection should say, and what in the logs shows it. Holds no token, only hashes."""

    incident_id: str
    kind: str
    """Name of the case: `I2.retry`, or that of a benign one."""
    detector: str
    difficulty: str
    """easy, medium or hard; empty where benign."""
    legit: bool
    """Whether those who caused it meant no harm."""
    expect: str
    """finding, attempt (informs, alerts nobody), none, or any (both a finding of the class and silence are right)."""
    burst: str
    """Class of a burst of 429s: abuse or legit."""
    zone: str
    """Empty where it concerns the whole account."""
    account: str
    start: int
    end: int
    """Moments, in nanoseconds since 1970."""
    script: str = ""
    route: str = ""
    subject: str = ""
    """Public name of what is wrong: a host, a backend."""
    first_evidence: int = 0
    """Moment of the first record that shows it; 0 where none does."""
    rays: list[str] = field(default_factory=list)
    """Ids of the first requests that show it."""
    keys: list[str] = field(default_factory=list)
    """Hashes, by `key_hash`, of the first tokens that show it."""

    @property
    def evident(self) -> bool:
        """Whether a record shows it."""
        return self.first_evidence > 0

    def to_json(self) -> bytes:
        """Return the line of `labels.jsonl`."""
        return orjson.dumps(
            {
                "incident_id": self.incident_id,
                "kind": self.kind,
                "detector": self.detector,
                "difficulty": self.difficulty,
                "legit": self.legit,
                "expect": self.expect,
                "class": self.burst,
                "account": self.account,
                "zone": self.zone,
                "script": self.script,
                "route": self.route,
                "subject": self.subject,
                "start": rfc3339_ms(self.start),
                "end": rfc3339_ms(self.end),
                "first_evidence_ts": rfc3339_ms(self.first_evidence),
                "ray_ids": self.rays,
                "key_hashes": self.keys,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def key_hash(token: str) -> str:
    """Hash a bare token or cookie: labels hold no secret, not even a made-up one."""
    return hashlib.sha256(token.removeprefix("Bearer ").encode()).hexdigest()[:32]
