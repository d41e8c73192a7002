"""A listener: takes connections, gives requests to `Uploads`, stops without dropping what has begun."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from pipeline.sources.http.guard import Guard
from pipeline.sources.http.uploads import Uploads

_STOP_SECONDS: Final = 30.0
_MOST_HEADER: Final = 16_384


@dataclass(slots=True)
class Listener:
    """One address that is listened to."""

    host: str
    port: int
    """0 is any; then it is told by `port` once it listens."""
    uploads: Uploads
    context: ssl.SSLContext | None = None
    guard: Guard | None = None
    _runner: web.ServerRunner | None = field(default=None)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the address cannot be had.

        """
        server = web.Server(
            self._handle,
            auto_decompress=False,
            access_log=None,
            max_line_size=_MOST_HEADER,
            max_field_size=_MOST_HEADER,
            keepalive_timeout=75,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=1)
        await self._runner.setup()
        self.guard = guard = Guard(server)
        loop = asyncio.get_running_loop()
        made = await loop.create_server(
            guard.watched,
            self.host.strip("[]"),
            self.port,
            ssl=self.context,
            backlog=1024,
            ssl_handshake_timeout=10 if self.context else None,
        )
        self._server = made
        self.port = made.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take no new connections; wait for what has begun, then close the rest."""
        self.uploads.closing = True
        if self._server:
            self._server.close()
        if self.uploads.at_work:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await self.uploads.idle.wait()
        if self._runner:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.guard is None:
            raise RuntimeError
        transport = request.transport
        self.guard.begun(transport)
        try:
            return await self.uploads.answer(request)
        finally:
            self.guard.ended(transport)
