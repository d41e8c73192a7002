"""One upload of a log job: who sends it, what it is, and the answer, which is 200 only once it is durable."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from pipeline.base import Batch, InputError, Limits
from pipeline.codec import inflate
from pipeline.sources.http.gate import Credential, admits

BODY_SECONDS: Final = 60.0
"""For a whole body; more only while it comes at `_SLOWEST` at least."""
PAUSE_SECONDS: Final = 15.0
"""Between two pieces of a body."""
ANSWER_SECONDS: Final = 100.0
"""Until the answer; the work goes on, and the same upload again is answered from it."""
MOST_UPLOADS: Final = 64
MOST_BYTES: Final = 512 << 20
"""Bytes of bodies that are held at a time."""
RETRY_SECONDS: Final = 5
VALIDATIONS: Final = frozenset({b"", b"test", b'{"content":"test"}', b'{"content":"tests"}'})
"""What a log job uploads to see whether its destination works."""

_SLOWEST: Final = 100_000
_VALIDATION_BYTES: Final = 256
_TOO_BIG: Final = "the body is bigger than limits.body_bytes"
_TOO_MANY: Final = "too many uploads at a time"
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "zstd"})
_ZONE: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_FIRST: Final = Limits(body_bytes=None, inflated_bytes=_VALIDATION_BYTES)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of all uploads to a listener."""

    dataset: str | None = None
    zone: str = ""
    columns: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    redacted: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to an upload."""

    code: int
    reason: str = ""


Take = Callable[[Batch, str], Awaitable[Verdict]]
"""Makes a batch durable; the text is the name by which the sender knows us."""


@dataclass(slots=True)
class Uploads:
    """Answers uploads."""

    take: Take
    credentials: Sequence[Credential]
    datasets: frozenset[str]
    body_bytes: int
    said: Said = field(default_factory=Said)
    answered: Callable[[int], None] = lambda _: None
    """Hears the status of each answer."""
    validated: Callable[[], None] = lambda: None
    """Hears of each upload that only tests the destination."""
    closing: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    """Set where none is at work."""
    at_work: int = 0
    held: int = 0
    """Bytes of bodies."""

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer a request, whatever it is."""
        self.at_work += 1
        self.idle.clear()
        try:
            verdict = await self._verdict(request)
        finally:
            self.at_work -= 1
            if not self.at_work:
                self.idle.set()
        headers: dict[str, str] = {}
        if verdict.code in (429, 503):
            headers["Retry-After"] = str(RETRY_SECONDS)
        if verdict.code == 401:  # noqa: PLR2004 (an HTTP status)
            headers["WWW-Authenticate"] = 'Bearer realm="edgesieve"'
        self.answered(verdict.code)
        response = web.Response(status=verdict.code, text=f"{verdict.reason or 'ok'}\n", headers=headers)
        if verdict.code not in (200, 404, 405):
            response.force_close()  # what is left of the body is not read
        return response

    async def _verdict(self, request: web.BaseRequest) -> Verdict:
        place = self._place(request.path)
        if place is None:
            return Verdict(404, "no such place; right would be /logpush, /logpush/DATASET or /logpush/DATASET/ZONE")
        size = request.content_length or 0
        encoding = request.headers.get("Content-Encoding", "").strip().lower()
        hindrances = (
            (request.method not in ("POST", "PUT"), 405, "right would be POST"),
            (not admits(self.credentials, request.headers), 401, "the secret is missing or wrong"),
            (encoding not in _ENCODINGS, 400, "this Content-Encoding is not known; right would be gzip, zstd or none"),
            (request.content_type.startswith("multipart/"), 400, "right would be JSON lines as the body itself"),
            (self.closing, 503, "about to stop"),
            (size > self.body_bytes, 413, _TOO_BIG),
            (self.at_work > MOST_UPLOADS or self.held + size > MOST_BYTES, 429, _TOO_MANY),
        )
        for hinders, code, reason in hindrances:
            if hinders:
                return Verdict(code, reason)
        return await self._received(request, place)

    async def _received(self, request: web.BaseRequest, place: tuple[str | None, str]) -> Verdict:
        parts: list[bytes] = []
        held = 0
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        try:
            async for part in _pieces(request):
                parts.append(part)
                held += len(part)
                self.held += len(part)
                if held > self.body_bytes:
                    return Verdict(413, _TOO_BIG)
                if self.held > MOST_BYTES:
                    return Verdict(429, _TOO_MANY)
            if held <= _VALIDATION_BYTES and _is_validation(b"".join(parts)):
                self.validated()
                return Verdict(200)
            return await self._taken(parts, place, request.host)
        except TimeoutError:
            return Verdict(408, "the body came too slowly")
        except (web.HTTPException, ValueError):
            return Verdict(400, "the body is not whole")
        finally:
            self.held -= held

    async def _taken(self, parts: Sequence[bytes], place: tuple[str | None, str], host: str) -> Verdict:
        dataset, zone = place
        said = self.said
        origin = await asyncio.to_thread(_origin, parts, place)
        batch = Batch(
            parts,
            origin,
            dataset or said.dataset,
            zone=zone or said.zone,
            columns=said.columns,
            rename=said.rename,
            redacted=said.redacted,
            weight=said.weight,
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self.take(batch, host)
        except TimeoutError:
            return Verdict(503, "not done yet; the same upload again is answered from what is done")

    def _place(self, path: str) -> tuple[str | None, str] | None:
        """Return the dataset and zone of a path; None for a path that is none of ours."""
        first, *rest = path.strip("/").split("/")
        if first != "logpush" or "//" in path:
            return None
        names = ["/".join(rest[:size]) for size in range(len(rest), 0, -1)]
        dataset = next((name for name in names if name in self.datasets), None)
        left = rest[len(dataset.split("/")) :] if dataset else rest
        if (left and dataset is None) or len(left) > 1 or not all(map(_ZONE.fullmatch, left)):
            return None
        return dataset, left[0].lower() if left else ""


async def _pieces(request: web.BaseRequest) -> AsyncIterator[bytes]:
    """Yield a body as it comes, as long as it comes fast enough.

    Raises:
        TimeoutError: it does not.

    """
    loop = asyncio.get_running_loop()
    started, came = loop.time(), 0
    while True:
        left = started + BODY_SECONDS + came / _SLOWEST - loop.time()
        async with asyncio.timeout(min(left, PAUSE_SECONDS)):
            part = await request.content.readany()
        if not part:
            return
        came += len(part)
        yield part


def _is_validation(body: bytes) -> bool:
    try:
        return b"".join(inflate((body,), _FIRST)).strip().replace(b" ", b"") in VALIDATIONS
    except InputError:
        return False


def _origin(parts: Sequence[bytes], place: tuple[str | None, str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return "/".join(("logpush", *(each for each in place if each), digest.hexdigest()[:32]))
