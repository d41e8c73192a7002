"""Metrics and health of a live run, on a listener of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from pipeline.run_settings import Address

_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Status:
    """Answers who asks how a run is."""

    address: Address
    metrics: Callable[[], Awaitable[bytes]]
    unready: Callable[[], str]
    """Says why nothing can be taken now; nothing where it can."""
    port: int = 0
    _runner: web.ServerRunner | None = field(default=None)

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the address cannot be had.

        """
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.address.host.strip("[]"), self.address.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        if request.method not in ("GET", "HEAD"):
            return web.Response(status=405)
        if request.path == "/metrics":
            return web.Response(body=await self.metrics(), headers={"Content-Type": _TEXT})
        if request.path == "/healthz":
            return web.Response(text="ok\n")
        if request.path == "/readyz":
            why = self.unready()
            return web.Response(status=503 if why else 200, text=f"{why or 'ready'}\n")
        return web.Response(status=404, text="right would be /metrics, /healthz or /readyz\n")
