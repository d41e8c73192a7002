"""Connections that say nothing, or say it slowly, are closed; there are never more than a bound of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

MOST_CONNECTIONS: Final = 1000
HEADER_SECONDS: Final = 10.0
"""From the first byte of a request, or from the connection, to the end of its headers."""


@dataclass(slots=True)
class Guard:
    """Stands before the protocol of each connection of a listener."""

    make: Callable[[], asyncio.Protocol]
    most: int = MOST_CONNECTIONS
    seconds: float = HEADER_SECONDS
    open: dict[asyncio.BaseTransport, _Watched] = field(default_factory=dict)

    def watched(self) -> asyncio.Protocol:
        """Return what a new connection talks to."""
        return cast("asyncio.Protocol", _Watched(self, self.make()))

    def begun(self, transport: asyncio.BaseTransport | None) -> None:
        """Hear that the headers of a request are whole."""
        watched = self.open.get(transport) if transport else None
        if watched:
            watched.rest()
            watched.at_work = True

    def ended(self, transport: asyncio.BaseTransport | None) -> None:
        """Hear that a request was answered."""
        watched = self.open.get(transport) if transport else None
        if watched:
            watched.at_work = False


@dataclass(slots=True, eq=False)
class _Watched:
    """A connection: the protocol behind it, and the time that it has left."""

    guard: Guard
    behind: asyncio.Protocol
    at_work: bool = False
    transport: asyncio.BaseTransport | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in if there is room."""
        self.transport = transport
        self.behind.connection_made(transport)
        self.guard.open[transport] = self
        if len(self.guard.open) > self.guard.most:
            self._abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Pass on; the first bytes of a request after another begin its time anew."""
        if not self.at_work and self._timer is None:
            self._wait()
        self.behind.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on."""
        return self.behind.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        """Pass on, and forget it."""
        self.rest()
        if self.transport:
            self.guard.open.pop(self.transport, None)
        self.behind.connection_lost(error)

    def pause_writing(self) -> None:
        """Pass on."""
        self.behind.pause_writing()

    def resume_writing(self) -> None:
        """Pass on."""
        self.behind.resume_writing()

    def rest(self) -> None:
        """Count no time."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self.guard.seconds, self._abort)

    def _abort(self) -> None:
        self._timer = None
        if isinstance(self.transport, asyncio.Transport):
            self.guard.open.pop(self.transport, None)
            self.transport.abort()
