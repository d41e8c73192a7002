"""The words of delivery: what a sink gets, what a live source gives, and how each says that it cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.base import Batch
from pipeline.packing import unpacked


@dataclass(frozen=True, slots=True)
class Delivery:
    """The safe records of one batch of one dataset, for one sink; routing has been done."""

    id: str
    """Stable over retries and restarts, and unlike any other: a hash of the batch's origin, dataset and sink."""
    origin: str
    dataset: str
    zone: str
    """Empty where the source does not know it."""
    lines: bytes
    """Safe NDJSON, not compressed; each record ends in a line feed. Empty where `member` has it."""
    records: int
    first: int
    """Event time of the earliest record in seconds since 1970; the time of arrival where records name none."""
    last: int
    policy: str
    """Digest of the policy that made it."""
    member: bytes = b""
    """The same as one gzip member, where it lies ready."""

    @property
    def body(self) -> bytes:
        """Return the safe NDJSON, not compressed."""
        return self.lines or unpacked(self.member)


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A sink says for good that it will not take deliveries; the message says why, and holds no value of a record."""

    def __init__(self, reason: str, which: Sequence[str] = ()) -> None:
        """Take a reason in a few words, and the ids of the refused deliveries; none is all of the call."""
        super().__init__(reason)
        self.reason = reason
        self.which = tuple(which)


class Unavailable(Exception):  # noqa: N818 - as above
    """A sink cannot take deliveries now; the same call may work later."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        """Take a reason in a few words, and the seconds that the other side asked to wait; 0 where it did not say."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Sink(Protocol):
    """Where deliveries go. One call at a time; never blocks the event loop."""

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Return once all are durable at the other side; Refused or Unavailable otherwise.

        Twice is as once where the other side can tell (`id` makes keys and message ids).
        """

    async def close(self) -> None:
        """Let go of connections and files."""


@dataclass(frozen=True, slots=True)
class Received:
    """A batch from a live source."""

    batch: Batch
    done: Callable[[], Awaitable[None]]
    """To be called once the batch is durable with us; a source that is not told delivers it again."""


class Source(Protocol):
    """Where batches come from, until it is closed."""

    def batches(self) -> AsyncIterator[Received]:
        """Yield what has come; waits for more."""
        ...

    async def close(self) -> None:
        """Take in nothing more; what was yielded may still be told done."""
