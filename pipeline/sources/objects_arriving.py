"""Objects as a live source: each version once, by listing and by queues; done when the one who took it says so."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pipeline.arriving.cursor import Cursor
from pipeline.arriving.hand import Hand, Version
from pipeline.arriving.listing import Pass
from pipeline.arriving.naming import word_of
from pipeline.arriving.queues import Message, Queue
from pipeline.base import MIB
from pipeline.delivering import Received, Unavailable
from pipeline.inputs import is_log
from pipeline.objects import StoreError, chunks, client_of
from pipeline.settings import FileSource
from pipeline.stores import Address

AHEAD: Final = 4
"""So many objects are fetched at once…"""
AHEAD_BYTES: Final = 32 * MIB
"""…while they are no bigger than this together."""
PAUSE, PAUSE_WITH_QUEUE = 60.0, 3600.0
"""Seconds from one pass over the bucket to the next; a queue may miss some, so even with one there are passes."""
_WAIT_AFTER_FAILURE: Final = 10.0

Done = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Found:
    version: Version
    size: int
    release: Done | None = None
    """What is told of it beyond the cursor, once it is done."""


@dataclass(slots=True)
class ObjectsSource:
    """A bucket, or a part of one. Stands still while nobody asks for more."""

    address: Address
    said: FileSource
    """Where the store is, and what is said of all objects."""
    cursor: Cursor
    body_bytes: int
    """Of an object no more than this is read: the engine says what is wrong with the rest."""
    clock: Callable[[], float]
    tell: Callable[[str], None]
    """Hears, in a line, what could not be read."""
    since: str = ""
    """A day, ISO; empty for all."""
    queue: Queue | None = None
    pause: float = PAUSE
    _hand: Hand = field(default_factory=Hand)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def batches(self) -> AsyncIterator[Received]:
        """Yield each new version of an object, a few fetched ahead, until closed."""
        fetching: deque[tuple[_Found, asyncio.Task[list[bytes] | None]]] = deque()
        try:
            async for found in self._found():
                if found:
                    fetching.append((found, asyncio.create_task(self._fetched(found))))
                while fetching and (not found or _is_enough([each for each, _ in fetching])):
                    first, task = fetching.popleft()
                    body = await task
                    if body is not None:
                        yield self._received(first, body)
        finally:
            for _, task in fetching:
                task.cancel()

    async def close(self) -> None:
        """Find nothing more; what was yielded may still be told done."""
        self._closing.set()

    def _received(self, found: _Found, body: list[bytes]) -> Received:
        key, etag = found.version
        path = f"s3://{self.address.bucket}/{key}"

        async def done() -> None:
            await asyncio.to_thread(self.cursor.mark, [found.version])
            await self._put_down(found, done=True)
            if found.release:
                await self._release(found.release)

        return Received(self.said.batch(body, f"{path}#{etag}", None, path), done)

    async def _put_down(self, found: _Found, *, done: bool) -> None:
        horizons = self._hand.put_down(found.version, done=done)
        if horizons:
            await asyncio.to_thread(self.cursor.advance, horizons)

    async def _release(self, release: Done) -> None:
        try:
            await release()
        except Unavailable as error:
            self.tell(f"{error.reason}; the message comes again")

    async def _fetched(self, found: _Found) -> list[bytes] | None:
        """Fetch an object; None where that failed, which is told, and tried again by a later pass."""
        try:
            return await asyncio.to_thread(self._fetch, *found.version)
        except StoreError as error:
            self.tell(f"{error}; it was not read" + ("" if error.is_gone else ", and will be tried again"))
            await self._put_down(found, done=error.is_gone)
            return None

    def _fetch(self, key: str, etag: str) -> list[bytes]:
        body: list[bytes] = []
        left = self.body_bytes
        for chunk in chunks(client_of(self.said.store), Address(self.address.bucket, key), etag):
            body.append(chunk)
            left -= len(chunk)
            if left < 0:
                break
        return body

    async def _found(self) -> AsyncIterator[_Found | None]:
        """Yield what is new; None where nothing more is known of just now."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self._closing.is_set():
            if loop.time() >= due:
                async for found in self._listed():
                    yield found
                yield None
                due = loop.time() + self.pause
            if self.queue:
                async for found in self._told(self.queue):
                    yield found
                yield None
            else:
                await self._sleep(due - loop.time())
        if self.queue:
            await self.queue.close()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), max(0.0, seconds))

    async def _listed(self) -> AsyncIterator[_Found]:
        """Yield what a pass over the bucket finds."""
        self._hand.begin()
        try:
            around = await asyncio.to_thread(self._pass)
            pages = around.pages()
            while (page := await asyncio.to_thread(next, pages, None)) is not None:
                sizes = {(each.key, each.etag): each.size for each in page}
                for version in await asyncio.to_thread(self.cursor.new, sizes):
                    if self._hand.take(version):
                        yield _Found(version, sizes[version])
                    if self._closing.is_set():
                        return
        except StoreError as error:
            self.tell(f"{error}; the bucket is looked at again in {self.pause:.0f} s")
            return
        self._hand.end(around.ahead())
        horizons = self._hand.ripe()
        if horizons:
            await asyncio.to_thread(self.cursor.advance, horizons)

    def _pass(self) -> Pass:
        seconds = datetime.fromisoformat(f"{self.since}T00:00:00+00:00").timestamp() if self.since else 0.0
        since = word_of(seconds) if self.since else ""
        return Pass(client_of(self.said.store), self.address, since, seconds, word_of(self.clock()), self.cursor)

    async def _told(self, queue: Queue) -> AsyncIterator[_Found]:
        """Yield what messages name; a message is taken off the queue when all of it is done."""
        taking, closing = asyncio.ensure_future(queue.take()), asyncio.ensure_future(self._closing.wait())
        await asyncio.wait({taking, closing}, return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        if self._closing.is_set():
            taking.cancel()
            return
        try:
            messages = taking.result()
        except Unavailable as error:
            self.tell(error.reason)
            await self._sleep(max(error.after, _WAIT_AFTER_FAILURE))
            return
        for message in messages:
            async for found in self._named(message):
                yield found

    async def _named(self, message: Message) -> AsyncIterator[_Found]:
        if message.objects is None:
            self.tell("a message of the queue names no object as S3 or R2 would; it stays in the queue")
            return
        sizes = {(each.key, each.etag): each.size for each in message.objects if self._is_ours(each.bucket, each.key)}
        new = [each for each in await asyncio.to_thread(self.cursor.new, sizes) if is_log(each[0], sizes[each])]
        if not new:
            await self._release(message.done)
        left = _Left(len(new), message.done)
        for version in new:
            if self._hand.take(version):
                yield _Found(version, sizes[version], left.one_less)

    def _is_ours(self, bucket: str, key: str) -> bool:
        return bucket == self.address.bucket and key.startswith(self.address.key)


@dataclass(slots=True)
class _Left:
    """Objects of a message that are not done."""

    count: int
    done: Done

    async def one_less(self) -> None:
        """Hear that one more is; the message is done with the last."""
        self.count -= 1
        if not self.count:
            await self.done()


def _is_enough(ahead: list[_Found]) -> bool:
    return len(ahead) > AHEAD or sum(each.size for each in ahead) > AHEAD_BYTES
