"""A Kafka topic: chunks of safe NDJSON, or one message for each record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.delivering import Delivery, Refused
from pipeline.pieces import Bounds, cut
from pipeline.producing import MESSAGE_BYTES, Message, Producer

CHUNKS = Bounds(piece_bytes=MESSAGE_BYTES, records=100_000, record_bytes=900_000)
RECORDS = Bounds(piece_bytes=1, records=1, record_bytes=900_000)


@dataclass(frozen=True, slots=True)
class KafkaSink:
    """Writes deliveries; a message's key is the same whenever it is written, so that readers can tell repeats."""

    producer: Producer
    bounds: Bounds = CHUNKS

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Return once all are durable.

        Raises:
            Refused: records are longer than a message may be; the others were written.
            Unavailable: the brokers are not there, or not in order.

        """
        too_long: list[str] = []
        for each in deliveries:
            found = await asyncio.to_thread(cut, each.body, self.bounds)
            await self.producer.send([*_messages(each, found.pieces)])
            too_long += [each.id] if found.too_long else []
        if too_long:
            message = f"records longer than {self.bounds.record_bytes:,} bytes; the others were written"
            raise Refused(message, too_long)

    async def close(self) -> None:
        """Close the connections."""
        await self.producer.close()


def _messages(delivery: Delivery, pieces: Sequence[Sequence[bytes]]) -> Iterator[Message]:
    said = {"dataset": delivery.dataset, "zone": delivery.zone, "policy": delivery.policy, "parts": str(len(pieces))}
    headers = tuple((name, value.encode()) for name, value in said.items())
    for at, piece in enumerate(pieces):
        yield Message(f"{delivery.id}/{at}".encode(), b"\n".join(piece) + b"\n", headers)
