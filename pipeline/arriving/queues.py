"""Queues that tell of new objects: SQS, and Cloudflare's by HTTP pull. A message stays until it is told done."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from pipeline.arriving.events import Told, objects_in
from pipeline.delivering import Unavailable
from pipeline.objects import Client, StoreError, client_of, told
from pipeline.posting import Poster
from pipeline.stores import Store

WAIT_SECONDS = 10
_HIDDEN_SECONDS = 600
"""How long a message is hidden from others; what takes longer is told again, and known by then."""
_SQS_BATCH, _R2_BATCH = 10, 50
_R2_API = "https://api.cloudflare.com/client/v4"
_OK = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What a queue gave."""

    objects: tuple[Told, ...] | None
    """None where it is no message that tells of objects."""
    done: Callable[[], Awaitable[None]]
    """Takes it off the queue."""


class Queue(Protocol):
    """Where messages come from."""

    async def take(self) -> Sequence[Message]:
        """Wait a few seconds for messages; return what there is.

        Raises:
            Unavailable: the queue cannot be asked now.

        """
        ...

    async def close(self) -> None:
        """Let go of connections."""


def queue_of(notify: str, credentials: str) -> Queue:
    """Return the queue that `sqs:URL` or `r2:ACCOUNT/QUEUE` names.

    Raises:
        Unavailable: what proves who we are is missing.

    """
    kind, _, where = notify.partition(":")
    return Sqs(where, credentials) if kind == "sqs" else R2(*where.split("/"))


class Sqs:
    """Bucket events in SQS."""

    def __init__(self, url: str, credentials: str) -> None:
        """Keep where the queue is."""
        parts = urlsplit(url)
        self._url = url
        self._store = Store(f"{parts.scheme}://{parts.netloc}", credentials)

    async def take(self) -> Sequence[Message]:
        """Wait a few seconds for messages; return what there is."""
        return await asyncio.to_thread(self._take)

    async def close(self) -> None:
        """Do nothing: the client is shared."""

    def _take(self) -> Sequence[Message]:
        try:
            client = client_of(self._store, "sqs")
            with told(self._url):
                found = client.receive_message(
                    QueueUrl=self._url,
                    MaxNumberOfMessages=_SQS_BATCH,
                    WaitTimeSeconds=WAIT_SECONDS,
                    VisibilityTimeout=_HIDDEN_SECONDS,
                )
        except StoreError as error:
            raise Unavailable(str(error)) from None
        return [self._message(client, each) for each in found.get("Messages", ())]

    def _message(self, client: Client, said: dict[str, Any]) -> Message:
        def delete() -> None:
            try:
                with told(self._url):
                    client.delete_message(QueueUrl=self._url, ReceiptHandle=said["ReceiptHandle"])
            except StoreError as error:
                raise Unavailable(str(error)) from None

        async def done() -> None:
            await asyncio.to_thread(delete)

        found = objects_in(said["Body"])
        return Message(None if found is None else tuple(found), done)


class R2:
    """Event notifications of R2 in a Cloudflare queue, pulled by HTTP with the token in CLOUDFLARE_API_TOKEN."""

    def __init__(self, account: str, queue: str) -> None:
        """Keep where the queue is.

        Raises:
            Unavailable: there is no token.

        """
        token = os.environ.get("CLOUDFLARE_API_TOKEN")
        if not token:
            message = "CLOUDFLARE_API_TOKEN not set; right would be a token that may read and write queues"
            raise Unavailable(message)
        base = os.environ.get("CLOUDFLARE_BASE_URL", _R2_API).rstrip("/")
        url = f"{base}/accounts/{account}/queues/{queue}/messages"
        self._poster = Poster(url, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})

    async def take(self) -> Sequence[Message]:
        """Return what there is; wait a few seconds where that is nothing."""
        asked = {"batch_size": _R2_BATCH, "visibility_timeout_ms": _HIDDEN_SECONDS * 1000}
        found = (await self._ask("/pull", asked)).get("messages", ())
        if not found:
            await asyncio.sleep(WAIT_SECONDS)
        return [self._message(each) for each in found]

    async def close(self) -> None:
        """Close the connections."""
        await self._poster.close()

    def _message(self, said: dict[str, Any]) -> Message:
        async def done() -> None:
            await self._ask("/ack", {"acks": [{"lease_id": said["lease_id"]}], "retries": []})

        found = objects_in(said.get("body"))
        return Message(None if found is None else tuple(found), done)

    async def _ask(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._poster.post(orjson.dumps(body), {}, below=what)
        try:
            result: dict[str, Any] = orjson.loads(answer.body)["result"] if answer.status == _OK else {}
        except (orjson.JSONDecodeError, KeyError, TypeError):
            result = {}
        if answer.status != _OK or not isinstance(result, dict):
            message = (
                f"the queue answered {answer.status}; right would be its id, and a token that may read and write it"
            )
            raise Unavailable(message, answer.after)
        return result
