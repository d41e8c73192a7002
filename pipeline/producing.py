"""A producer of Kafka: messages in, durable with all replicas when it returns. The only door to the client."""

from __future__ import annotations

from asyncio import gather, wait_for
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from pipeline.delivering import Refused, Unavailable

MESSAGE_BYTES = 512 * 1024
"""What we put into one message: half of what a broker takes unless it is told otherwise."""
_REQUEST_BYTES = 1_000_000
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Producer:
    """Writes to one topic; repeats of its own make no second message."""

    def __init__(self, brokers: Sequence[str], topic: str) -> None:
        """Keep where to write to; nothing is opened yet."""
        self._brokers = list(brokers)
        self._topic = topic
        self._client: AIOKafkaProducer | None = None

    async def send(self, messages: Sequence[Message]) -> None:
        """Return once all are durable.

        Raises:
            Refused: a message is longer than the topic takes.
            Unavailable: the brokers are not there, or not in order.

        """
        try:
            client = await self._started()
            sent = [
                await client.send(self._topic, each.value, each.key, headers=list(each.headers)) for each in messages
            ]
            for ended in await gather(*sent, return_exceptions=True):
                if isinstance(ended, BaseException):
                    raise ended
        except MessageSizeTooLargeError:
            message = "a message is longer than it takes; right would be max.message.bytes of 1 MB at least"
            raise Refused(message) from None
        except (KafkaError, OSError) as error:
            reason = f"topic {self._topic}: {type(error).__name__}"
            raise Unavailable(reason) from None

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client:
            with suppress(TimeoutError):  # brokers that are gone would be waited for; what they did not take is told
                await wait_for(client.stop(), _STOP_SECONDS)

    async def _started(self) -> AIOKafkaProducer:
        if self._client is None:
            client = AIOKafkaProducer(
                bootstrap_servers=self._brokers,
                client_id="edgesieve",
                acks="all",
                enable_idempotence=True,
                compression_type="gzip",
                max_request_size=_REQUEST_BYTES,
                request_timeout_ms=30_000,
            )
            try:
                await client.start()
            except BaseException:
                await client.stop()
                raise
            self._client = client
        return self._client
