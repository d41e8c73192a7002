"""The engine and the judge together, as the laws of detection see them: bytes in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

import pipeline
from detectors.base import Finding
from detectors.facts import Facts
from detectors.findings import to_json
from detectors.folder import Message, load_message
from detectors.judge import Judge
from detectors.registry import DETECTORS, kinds_of
from pipeline.base import Batch, Limits
from pipeline.detecting import seed_of
from pipeline.engine import Engine
from pipeline.observer import Detection
from redactors.base import Tally
from redactors.policy import Policy
from redactors.secrets import Rules
from tests.laws.stage import RING, catalogue, rules

SEED = seed_of(RING)
DEMO = Path(pipeline.__file__).parent / "demo"
NO_WARMING = Facts(warm_up=0)


@dataclass
class Seen:
    """What came of some batches."""

    safe: bytes = b""
    evidence: list[bytes] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def messages(self) -> list[Message]:
        """The evidence, read."""
        return [load_message(each, kinds_of(DETECTORS)) for each in self.evidence]

    @property
    def rows(self) -> int:
        """How many records were folded."""
        return sum(feed.rows for message in self.messages for feed in message.feeds.values())


def watching_engine(
    policy: Policy | None = None, facts: Facts = NO_WARMING, *, keyed: bool = True, chosen: Rules | None = None
) -> Engine:
    """Return a new engine that sees what it makes safe."""
    detection = Detection(facts, SEED, keyed)
    limits = Limits(inflated_bytes=None)
    return Engine(policy or Policy(), RING, chosen or rules(), catalogue(), limits, detection=detection)


def see(batches: Iterable[Batch | bytes], by: Engine | None = None) -> Seen:
    """Send batches through an engine."""
    seen, engine = Seen(), by or watching_engine()
    for number, each in enumerate(batches):
        batch = each if isinstance(each, Batch) else Batch([each], f"o{number}")
        for outcome in engine.process(batch, "none"):
            seen.safe += outcome.body
            seen.evidence += outcome.evidence
            seen.tally.merge(outcome.tally or Tally())
    return seen


def demo() -> list[Batch]:
    """Return the bundled raw logs."""
    paths = sorted(path for path in DEMO.rglob("*") if path.is_file() and path.suffix != ".py")
    return [Batch([path.read_bytes()], path.name, path=path.relative_to(DEMO).as_posix()) for path in paths]


def judged(evidence: Sequence[bytes], facts: Facts = NO_WARMING) -> list[Finding]:
    """Judge evidence, without any time that ticks."""
    judge = Judge(facts, SEED)
    return [*(finding for each in evidence for finding in judge.merge(each)), *judge.finish()]


def last_versions(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """Return what was said last under each id; not when it was judged, nor of which records it was said."""
    said = {finding.id: orjson.loads(to_json(finding)) for finding in findings}
    apart = ("at", "status", "late", "evidence")
    return {name: {key: value for key, value in each.items() if key not in apart} for name, each in said.items()}
