"""The words of the pipeline: batches come in, outcomes go out, a line that cannot be made safe is a dead letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from redactors.base import Tally

MIB = 1 << 20

DEAD_REASONS = (
    "not_json",
    "not_object",
    "too_deep",
    "line_too_long",
    "unrecognised",
    "number_out_of_range",
    "unscrubbable",
    "truncated",
    "corrupt",
    "too_large",
    "ratio",
    "not_csv",
    "wrong_columns",
    "broken_document",
    "killed",
)
"""Why a line, or the rest of a batch, could not be made safe."""


class ReadError(Exception):
    """An input that cannot be read, or not to its end: says which, and what the other side said."""


class WriteError(Exception):
    """An output that cannot be written: says which, and what the other side said."""


class InputError(Exception):
    """The bytes of a batch break off; all before was good. Carries one of `DEAD_REASONS`."""

    def __init__(self, reason: str) -> None:
        """Keep the reason; nothing of the input."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one batch may cost; None is no bound."""

    body_bytes: int | None = 256 * MIB
    inflated_bytes: int | None = 1024 * MIB
    ratio: int = 200
    """Inflated over compressed, counted after `ratio_after` inflated bytes."""
    ratio_after: int = 64 * MIB
    depth: int = 1000
    line_bytes: int = MIB
    document_bytes: int = 64 * MIB
    """Of a document that is not lines."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a source delivers at once."""

    chunks: Iterable[bytes]
    """The bytes as they were stored or sent, in pieces of any size, compressed or not."""
    origin: str
    """A stable id: a path, an object's key, an offset."""
    dataset: str | None = None
    """The dataset when the source knows it; else it is recognised."""
    path: str = ""
    """An object's path, read for hints of the dataset."""
    zone: str = ""
    columns: tuple[str, ...] = ()
    """Names of the columns, where rows come without a header."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """The dataset's name of a field, by the name that the sender gives it."""
    redacted: bool = False
    """We redacted it before: marks of ours in it are worth what they stand for."""
    weight: int = 1
    """So many records each one stands for, where the source sends a sample."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Where a line stood that did not leave, and why; never its content."""

    origin: str
    line: int
    """From 1."""
    offset: int
    """Of the line's first byte in the inflated stream."""
    reason: str
    time: str | None = None
    ray: str | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A piece of what became of a batch, in order."""

    body: bytes
    """Safe bytes, compressed as asked; joined over the outcomes of a batch they are the whole output."""
    dead: tuple[DeadLetter, ...] = ()
    tally: Tally | None = None
    """On the last outcome only, over the whole batch."""
    last: bool = False
    evidence: tuple[bytes, ...] = ()
    """What detectors have seen in the records up to here and not told yet; each to be merged once."""
