"""Who is slow, or says nothing, is let go; secrets in all their forms; certificates and when they end."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pipeline.base import Batch
from pipeline.sources.http import uploads as module
from pipeline.sources.http.gate import admits, credential
from pipeline.sources.http.listener import Listener
from pipeline.sources.http.tls import expiry
from pipeline.sources.http.uploads import Uploads, Verdict


async def _listened(act: Callable[[Listener, list[Batch]], Awaitable[None]], body_bytes: int = 1 << 20) -> None:
    taken: list[Batch] = []

    async def take(batch: Batch, _: str) -> Verdict:
        taken.append(batch)
        return Verdict(200)

    uploads = Uploads(take, (), frozenset({"http_requests", "backend/requests"}), body_bytes)
    listener = Listener("127.0.0.1", 0, uploads)
    await listener.start()
    try:
        async with asyncio.timeout(20):
            await act(listener, taken)
    finally:
        await listener.stop()


async def _said(listener: Listener, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send parts with a pause behind each; return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            if pause:
                await asyncio.sleep(pause)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


HEAD = b"POST /logpush HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n"


def test_headers_that_never_end_cost_their_connection() -> None:
    async def act(listener: Listener, _: list[Batch]) -> None:
        assert listener.guard
        listener.guard.seconds = 0.2
        assert await _said(listener, HEAD) == b""
        assert await _said(listener) == b""
        assert not listener.guard.open

    asyncio.run(_listened(act))


def test_a_body_that_stops_coming_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.2)

    async def act(listener: Listener, taken: list[Batch]) -> None:
        assert (await _said(listener, HEAD + b"\r\n" + b"x" * 10)).startswith(b"HTTP/1.1 408")
        assert not taken

    asyncio.run(_listened(act))


def test_a_body_that_drips_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.3)

    async def act(listener: Listener, taken: list[Batch]) -> None:
        answer = await _said(listener, HEAD + b"\r\n", *[b"x"] * 8, pause=0.05)
        assert answer.startswith(b"HTTP/1.1 408")
        assert not taken

    asyncio.run(_listened(act))


def test_a_body_whose_size_is_not_told_is_bounded_all_the_same() -> None:
    async def act(listener: Listener, taken: list[Batch]) -> None:
        head = b"POST /logpush HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
        assert (await _said(listener, head, chunk * 3, b"0\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert (await _said(listener, head, chunk * 9, b"0\r\n\r\n")).startswith(b"HTTP/1.1 413")
        assert [sum(map(len, each.chunks)) for each in taken] == [3000]

    asyncio.run(_listened(act, body_bytes=5000))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/logpush", (None, "")),
        ("/logpush/", (None, "")),
        ("/logpush?tags=a", (None, "")),
        ("/logpush/http_requests", ("http_requests", "")),
        ("/logpush/http_requests/Shop.Example", ("http_requests", "shop.example")),
        ("/logpush/backend/requests/a.example", ("backend/requests", "a.example")),
    ],
)
def test_the_path_says_dataset_and_zone(path: str, place: tuple[str | None, str]) -> None:
    async def act(listener: Listener, taken: list[Batch]) -> None:
        head = HEAD.replace(b"/logpush", path.encode()) + b"Connection: close\r\n\r\n"
        assert (await _said(listener, head + b"x" * 3000)).startswith(b"HTTP/1.1 200")
        (batch,) = taken
        assert (batch.dataset, batch.zone) == place

    asyncio.run(_listened(act))


def test_origins_are_those_of_the_same_bytes_at_the_same_place() -> None:
    async def act(listener: Listener, taken: list[Batch]) -> None:
        for path, letter in (
            (b"/logpush", b"x"),
            (b"/logpush", b"x"),
            (b"/logpush/http_requests", b"x"),
            (b"/logpush", b"y"),
        ):
            await _said(listener, HEAD.replace(b"/logpush", path) + b"Connection: close\r\n\r\n" + letter * 3000)
        origins = [each.origin for each in taken]
        assert origins[0] == origins[1]
        assert len({*origins}) == 3

    asyncio.run(_listened(act))


BASIC = base64.b64encode(b"me:pass word").decode()


@pytest.mark.parametrize(
    ("headers", "in_"),
    [
        ({}, False),
        ({"X-Secret": "one"}, True),
        ({"X-Secret": "two"}, True),
        ({"X-Secret": "three"}, False),
        ({"X-Secret": ""}, False),
        ({"X-Secret": "öne"}, False),
        ({"Authorization": "Bearer token"}, True),
        ({"Authorization": "token"}, False),
        ({"Authorization": f"Basic {BASIC}"}, True),
    ],
)
def test_one_of_the_secrets_lets_in(headers: dict[str, str], in_: bool) -> None:
    credentials = [
        credential("header:X-Secret", "one"),
        credential("header:X-Secret", "two"),
        credential("bearer", "token"),
        credential("basic:me", "pass word"),
    ]
    assert admits(credentials, headers) is in_
    assert admits((), headers) is True
    assert "one" not in repr(credentials)


@pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"])
def test_a_certificate_that_cannot_be_read_ends_at_no_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "tls.crt").write_text(text)
    assert expiry(tmp_path / "tls.crt") == 0
    assert expiry(tmp_path / "missing.crt") == 0
