"""Streams of any form sent through the engine, and records that hide something in each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.base import Batch
from pipeline.engine import Engine
from tests.laws.stage import Result, engine

REQUEST = {
    "RayID": "7a1f7ad4df2f870a",
    "EdgeStartTimestamp": 1771405200123456789,
    "ClientIP": "203.0.113.77",
    "ClientRequestURI": "/p?token=c4n4ry",
    "EdgeResponseStatus": 200,
}
SAFE = {**REQUEST, "ClientIP": "203.0.113.0", "ClientRequestURI": "/p"}


def formed(
    raw: bytes | Iterable[bytes],
    columns: Iterable[str] = (),
    rename: Mapping[str, str] | None = None,
    dataset: str | None = None,
    by: Engine | None = None,
) -> Result:
    """Send bytes through an engine; what the source says of them comes along."""
    chunks = [raw] if isinstance(raw, bytes) else raw
    batch = Batch(chunks, "test", dataset, columns=tuple(columns), rename=rename or {})
    outcomes = list((by or engine()).process(batch, "none"))
    tally = outcomes[-1].tally
    assert tally is not None
    dead = tuple(letter for outcome in outcomes for letter in outcome.dead)
    return Result(b"".join(outcome.body for outcome in outcomes), dead, tally)


def told(result: Result) -> list[tuple[int, int, str]]:
    """Return line, offset and reason of each dead letter."""
    return [(letter.line, letter.offset, letter.reason) for letter in result.dead]
