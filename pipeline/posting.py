"""Requests to services by HTTP: one session, answers by value, and never a word of what was sent or said."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time

import aiohttp

from pipeline.delivering import Unavailable

ANSWER_BYTES = 4 << 20
"""So much of an answer is kept, and no more."""
_CHUNK_BYTES = 1 << 16
_LONGEST_WAIT = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said."""

    status: int
    body: bytes
    after: float
    """Seconds that it asks to wait; 0 where it does not."""


class Poster:
    """Posts to one service; connections are kept. Redirects are not followed: what is sent goes where it was told."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Keep where to post to, and what goes with each request; nothing is opened yet."""
        self._url = url
        self._headers = dict(headers)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, headers: Mapping[str, str], *, below: str = "", query: str = "") -> Answer:
        """Post, and return the answer, whatever it is.

        Raises:
            Unavailable: there was none.

        """
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=120, connect=15)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout, trust_env=True)
        url = f"{self._url}{below}" + (f"{'&' if '?' in self._url else '?'}{query}" if query else "")
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                said = bytearray()
                async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
                    said += chunk[: ANSWER_BYTES - len(said)]
                return Answer(answer.status, bytes(said), _seconds(answer.headers.get("Retry-After", "")))
        except TimeoutError:
            reason = "no answer in time"
        except (aiohttp.ClientError, ssl.SSLError, OSError) as error:
            reason = f"no connection ({type(error).__name__})"
        raise Unavailable(reason)

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
            await asyncio.sleep(0)  # lets the transports close


def _seconds(said: str) -> float:
    """Read a Retry-After: seconds, or a date."""
    if said.isascii() and said.isdigit():
        return min(float(said), _LONGEST_WAIT)
    try:
        return min(max(parsedate_to_datetime(said).timestamp() - time(), 0.0), _LONGEST_WAIT)
    except ValueError:
        return 0.0
