"""The engine as the laws see it: bytes in, bytes out, with rules compiled once a process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from pipeline.base import Batch, DeadLetter, Limits
from pipeline.engine import Engine
from redactors.base import Tally
from redactors.datasets import Catalogue, load_catalogue
from redactors.keyring import KeyRing, new_ring
from redactors.policy import Policy
from redactors.rule_choices import select
from redactors.secrets import Rules, compile_rules, load_rules

RING = new_ring(bytes(range(64)))


@dataclass(frozen=True)
class Result:
    """What came out."""

    safe: bytes
    dead: tuple[DeadLetter, ...]
    tally: Tally

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records that came out, with exact integers."""
        return [json.loads(line) for line in self.safe.splitlines()]


@cache
def catalogue() -> Catalogue:
    """Return the packaged datasets."""
    return load_catalogue()


@cache
def rules() -> Rules:
    """Return the packaged rules, compiled."""
    return compile_rules(select(load_rules(), disabled=(), shadow=(), allow={}, personal=True))


def engine(policy: Policy | None = None, ring: KeyRing | None = RING, limits: Limits | None = None) -> Engine:
    """Return a new engine: nothing is remembered from another test."""
    return Engine(policy or Policy(), ring, rules(), catalogue(), limits or Limits(inflated_bytes=None))


def run(raw: bytes | Iterable[bytes], dataset: str | None = None, by: Engine | None = None) -> Result:
    """Send bytes through the engine, without compression on the way out."""
    chunks = [raw] if isinstance(raw, bytes) else raw
    outcomes = list((by or engine()).process(Batch(chunks, "test", dataset), "none"))
    tally = outcomes[-1].tally
    assert tally is not None
    dead = tuple(letter for outcome in outcomes for letter in outcome.dead)
    return Result(b"".join(outcome.body for outcome in outcomes), dead, tally)


def lines(*records: dict[str, Any]) -> bytes:
    """Write records as lines."""
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def survivors(secret: str, text: bytes, window: int = 8) -> list[str]:
    """Return the windows of a secret that stand in a text, plainly, percent-encoded or in base64."""
    views = text + b"\n" + unquote_to_bytes(unquote_to_bytes(text))
    return [part for part in windows(secret, window) if part.encode() in views]


def windows(secret: str, size: int) -> list[str]:
    """Return every piece of this length; the whole where it is shorter."""
    return [secret[at : at + size] for at in range(max(1, len(secret) - size + 1))]
