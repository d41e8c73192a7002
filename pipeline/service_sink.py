"""Services that take logs by POST, told apart by a table: what a request holds, what is right, and what is final."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.codec import Deflater
from pipeline.delivering import Delivery, Refused, Unavailable
from pipeline.pieces import Bounds, cut
from pipeline.posting import Answer, Poster

NOBODY_KNOWS_US = {
    401: "right would be credentials that it knows",
    403: "right would be credentials that may do this",
    404: "right would be the URL where it takes logs",
    405: "right would be the URL where it takes logs",
}
"""Answers that a change of the configuration heals: nothing is lost by them, it waits."""


def _says_nothing(_: Answer) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What one kind of service wants."""

    bounds: Bounds
    frame: Callable[[Delivery, Sequence[bytes]], bytes]
    """Makes a body of records."""
    content_type: str
    right: frozenset[int]
    """Answers that say it is durable there."""
    final: frozenset[int]
    """Answers that say it will never be taken, whatever anybody changes."""
    query: Callable[[Delivery], str] = lambda _: ""
    explain: Callable[[Answer], str] = _says_nothing
    """Words for a final answer, without a word of the answer."""
    is_compressed: bool = True


@dataclass(slots=True)
class ServiceSink:
    """Brings deliveries to a service, piece by piece; what arrived is not sent again when a call is repeated."""

    adapter: Adapter
    poster: Poster
    _sent: dict[str, int] = field(default_factory=dict)
    """By delivery, how many of its pieces were answered for good."""
    _refused: dict[str, str] = field(default_factory=dict)

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Return once all are taken.

        Raises:
            Refused: some were not, or not wholly, and never will be.
            Unavailable: it takes nothing now.

        """
        ids = {each.id for each in deliveries}
        self._sent = {id_: count for id_, count in self._sent.items() if id_ in ids}
        self._refused = {id_: reason for id_, reason in self._refused.items() if id_ in ids}
        for each in deliveries:
            await self._write(each)
        if self._refused:
            raise Refused("; ".join(sorted({*self._refused.values()})), tuple(self._refused))

    async def close(self) -> None:
        """Close the connections."""
        await self.poster.close()

    async def _write(self, delivery: Delivery) -> None:
        found = await asyncio.to_thread(cut, delivery.body, self.adapter.bounds)
        if found.too_long:
            most = self.adapter.bounds.record_bytes
            self._refused[delivery.id] = f"records longer than the {most:,} bytes that it takes; the others were sent"
        for at in range(self._sent.get(delivery.id, 0), len(found.pieces)):
            body = await asyncio.to_thread(self._packed, delivery, found.pieces[at])
            answer = await self.poster.post(body, self._headers(delivery, at), query=self.adapter.query(delivery))
            self._judge(delivery, answer)
            self._sent[delivery.id] = at + 1

    def _judge(self, delivery: Delivery, answer: Answer) -> None:
        status = answer.status
        if status in self.adapter.right:
            return
        if status not in self.adapter.final:
            hint = NOBODY_KNOWS_US.get(status, "")
            raise Unavailable(f"it answered {status}" + (f"; {hint}" if hint else ""), answer.after)
        said = self.adapter.explain(answer)
        self._refused[delivery.id] = f"it answered {status}" + (f": {said}" if said else "")

    def _packed(self, delivery: Delivery, records: Sequence[bytes]) -> bytes:
        body = self.adapter.frame(delivery, records)
        if not self.adapter.is_compressed:
            return body
        deflater = Deflater("gzip")
        return deflater.feed(body) + deflater.finish()

    def _headers(self, delivery: Delivery, at: int) -> Mapping[str, str]:
        encoding = {"Content-Encoding": "gzip"} if self.adapter.is_compressed else {}
        return {"Content-Type": self.adapter.content_type, "Idempotency-Key": f"{delivery.id}-{at}", **encoding}
