"""Local servers as strict as what they stand for: Datadog's intake and Loki's push API by their documentation."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import time
from typing import Any

import orjson
from aiohttp import web

Answer = Callable[[web.Request, bytes], Awaitable[web.Response]]
_WEEK = 7 * 86_400


@dataclass(slots=True)
class Service:
    """Answers posts, and keeps what it took."""

    taken: list[Any] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)
    troubles: list[web.Response] = field(default_factory=list)
    """Answers to come first, before anything is looked at."""
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        self.requests.append(request)
        body = await request.read()
        if self.troubles:
            return self.troubles.pop(0)
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return self.take(request, body)

    def take(self, request: web.Request, body: bytes) -> web.Response:
        """Take any body."""
        self.taken.append((request.content_type, body))
        return web.Response(status=200)


class Datadog(Service):
    """POST /api/v2/logs: 5 MB a request, 1 MB a log, 1,000 logs; 202 where all is right."""

    def take(self, request: web.Request, body: bytes) -> web.Response:
        """Take an array of logs."""
        logs = _json(body)
        is_array = request.content_type == "application/json" and isinstance(logs, list) and len(logs) <= 1000
        wrong = {
            404: request.path != "/api/v2/logs",
            403: request.headers.get("DD-API-KEY") != "k3y",
            413: len(body) > 5_000_000 or any(len(orjson.dumps(each)) > 1_000_000 for each in logs or ()),
            400: not is_array or not all(isinstance(each, dict) for each in logs),
        }
        status = next((status for status, is_so in wrong.items() if is_so), 202)
        if status == 202:
            self.taken.append((dict(request.query), logs))
        return web.json_response({}, status=status)


class Loki(Service):
    """POST /loki/api/v1/push: 256 KB a line, 15 labels, nothing older than a week; 204 where all is right.

    As Loki does, it takes the entries of a push that are right, and answers 400 for the others, which it quotes.
    """

    def take(self, request: web.Request, body: bytes) -> web.Response:
        """Take streams."""
        if request.path != "/loki/api/v1/push":
            return web.Response(status=404)
        if request.content_type != "application/json" or len(body) > 4 << 20:
            return web.Response(status=400, text="no push request")
        wrong = ""
        for stream in orjson.loads(body)["streams"]:
            labels, values = stream["stream"], stream["values"]
            if not labels or len(labels) > 15 or not all(isinstance(each, str) and each for each in labels.values()):
                return web.Response(status=400, text=f"stream '{labels}' has wrong labels")
            for at, line in values:
                if len(line.encode()) > 256 * 1024:
                    wrong = f"Max entry size '262144' bytes exceeded for stream '{labels}': line too long: {line[:90]}"
                elif int(at) < (time() - _WEEK) * 1e9:
                    wrong = f"entry for stream '{labels}' has timestamp too old: {at}, {line}"
                else:
                    self.taken.append((labels, int(at), line))
        return web.Response(status=400, text=wrong) if wrong else web.Response(status=204)


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[Service]:
    """Serve; all requests of one service are answered by it."""
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/{path:.*}", service.answer)
    runner = web.AppRunner(app, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield service
    finally:
        await runner.cleanup()


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
