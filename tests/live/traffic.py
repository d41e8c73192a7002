"""Uploads that can be told apart record by record, hold secrets, and are sent until they are answered with 200."""

from __future__ import annotations

import contextlib
import gzip
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson

from tests.bench.generate import generate_http_requests
from tests.live.server import SECRET, answered

CANARY = b"c4n4ry-of-chaos"
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A body, and the ray ids of its records."""

    body: bytes
    rays: tuple[str, ...]


@dataclass(slots=True)
class Senders:
    """Clients that send all uploads, each its share, one after the other."""

    port: Callable[[], int]
    uploads: Sequence[Upload]
    clients: int = 4
    tear: float = 0.0
    """Share of attempts that break off in the middle."""
    answers: dict[int, int] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin to send."""
        for number in range(self.clients):
            thread = threading.Thread(target=self._send_all, args=(number,))
            thread.start()
            self._threads.append(thread)

    def at_work(self) -> bool:
        """Tell whether something is left to be sent."""
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        """Wait until all is sent."""
        for thread in self._threads:
            thread.join()

    def _send_all(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 (it is to be the same again)
        for upload in self.uploads[number :: self.clients]:
            end = time.monotonic() + _PATIENCE
            while not self._sent(upload, chance):
                if time.monotonic() > end:
                    self.given_up.append(upload.rays[0])
                    break
                time.sleep(0.05)

    def _sent(self, upload: Upload, chance: random.Random) -> bool:
        torn = chance.random() < self.tear
        head = "POST /logpush/http_requests/shop.example HTTP/1.1\r\nHost: logs.example\r\n"
        head += f"X-Edgesieve-Secret: {SECRET}\r\n"
        head += f"Content-Encoding: gzip\r\nContent-Length: {len(upload.body)}\r\nConnection: close\r\n\r\n"
        request = head.encode() + upload.body
        try:
            if torn:
                _break_off(self.port(), request[: chance.randrange(len(request))])
                return False
            code, _ = answered(self.port(), request)
        except (OSError, ValueError, IndexError):
            code = 0
        self.answers[code] = self.answers.get(code, 0) + 1
        return code == 200


def _break_off(port: int, part: bytes) -> None:
    """Send a part of a request and reset the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(part)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def uploads_of(count: int, records: int, seed: int, now: float) -> list[Upload]:
    """Make uploads of so many records each, of the two minutes before `now`."""
    lines = [orjson.loads(line) for line in generate_http_requests(count * records, seed)]
    for at, record in enumerate(lines):
        record["EdgeStartTimestamp"] = int((now - 120 + 100 * at / len(lines)) * 1e9)
    return [_upload(number, lines[number * records :][:records]) for number in range(count)]


def _upload(number: int, records: Sequence[dict[str, object]]) -> Upload:
    rays = tuple(f"{number:08x}{at:08x}" for at in range(len(records)))
    changed = (
        {**record, "RayID": ray, "ClientRequestURI": f"/reset?token={CANARY.decode()}-{ray}"}
        for record, ray in zip(records, rays, strict=True)
    )
    return Upload(gzip.compress(b"".join(orjson.dumps(each) + b"\n" for each in changed), 1), rays)
