"""`make load`: how fast a live run takes uploads in, against two engine processes alone, and how its memory grows."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from pipeline.base import Batch
from pipeline.cache import user_cache
from pipeline.codec import Deflater
from pipeline.detecting import watching
from pipeline.settings import Settings
from pipeline.start import build_engine, prepare
from tests.bench.generate import generate_http_requests
from tests.live.server import CONFIG, HEADERS, Server, started

PROCESSES = 2
RATIO_LIMIT = 0.75
P99_LIMIT = 2.0
GROWTH_LIMIT = 1.1
_PART = 0.2
"""Of the time at the end and the beginning in which no memory is compared."""


@dataclass(slots=True)
class Seen:
    """What clients saw."""

    times: list[float] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    """MiB of all processes, each second."""


def body_of(size: int) -> tuple[bytes, int]:
    """Return a gzip body of about so many inflated bytes, and how many records it holds."""
    deflater, count, written, parts = Deflater("gzip"), 0, 0, []
    for line in generate_http_requests(size // 500, 7):
        parts.append(deflater.feed(line))
        count, written = count + 1, written + len(line)
        if written >= size:
            break
    return b"".join((*parts, deflater.finish())), count


def unlike(body: bytes, number: int) -> bytes:
    """Return the body with one more gzip member, so that no two are the same."""
    line = json.dumps(
        {"RayID": f"{number:016x}", "EdgeStartTimestamp": 1_767_225_600, "ClientRequestHost": "a.example"}
    )
    member = Deflater("gzip")
    return body + member.feed(line.encode() + b"\n") + member.finish()


def alone(path: Path, seconds: float) -> int:
    """Process a body again and again; return the number of bodies done in the time."""
    parts = watching(prepare(Settings(), user_cache(os.environ)), Settings())
    engine = build_engine(parts)
    body, count = path.read_bytes(), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in engine.process(Batch((body,), "load"), "none"):
            continue
        count += 1
    return count


def baseline(path: Path, seconds: float) -> float:
    """Return bodies a second of engine processes that do nothing else."""
    command = [sys.executable, "-m", "tests.live.load", "--alone", str(path), "--seconds", str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(PROCESSES)]
    return sum(int(each.communicate()[0]) for each in running) / seconds


async def push(server: Server, body: bytes, clients: int, seconds: float) -> Seen:
    """Let clients upload one after the other for some time."""
    seen, numbers = Seen(), iter(range(1 << 40))
    end = time.monotonic() + seconds

    async def client(session: aiohttp.ClientSession) -> None:
        while time.monotonic() < end:
            data = unlike(body, next(numbers))
            start = time.monotonic()
            async with session.post(f"http://127.0.0.1:{server.port}/logpush/http_requests", data=data) as response:
                await response.read()
            seen.times.append(time.monotonic() - start)
            seen.codes[response.status] = seen.codes.get(response.status, 0) + 1

    async def watch() -> None:
        while True:
            seen.memory.append(await asyncio.to_thread(memory, server))
            await asyncio.sleep(1)

    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(headers={**HEADERS, "Content-Encoding": "gzip"}, timeout=timeout) as session:
        watching_it = asyncio.create_task(watch())
        await asyncio.gather(*(client(session) for _ in range(clients)))
        watching_it.cancel()
    return seen


def memory(server: Server) -> float:
    """Return the MiB that the processes of a run have for themselves."""
    pages = 0
    for pid in (server.process.pid, *server.workers()):
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
        pages += int(resident) - int(shared)
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def measured(size: int, clients: int, seconds: float) -> dict[str, float]:
    """Measure uploads of one size, between two measurements of the engine alone."""
    body, records = body_of(size)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "body.gz"
        path.write_bytes(body)
        part = max(5.0, seconds / 6)
        before = baseline(path, part)
        server = started(folder, CONFIG)
        try:
            start = time.monotonic()
            seen = asyncio.run(push(server, body, clients, seconds))
            took = time.monotonic() - start
        finally:
            server.stop()
        after = baseline(path, part)
    usual = statistics.mean((before, after))
    ordered = sorted(seen.times)
    third = max(1, len(seen.memory) // 3)
    return {
        "body_mb": round(size / 1e6, 1),
        "clients": clients,
        "uploads": len(ordered),
        "records_a_second": round(len(ordered) * records / took),
        "alone_records_a_second": round(usual * records),
        "ratio": round(len(ordered) / took / usual, 2),
        "p50_s": round(ordered[len(ordered) // 2], 2),
        "p99_s": round(ordered[int(len(ordered) * 0.99)], 2),
        "not_200": len(ordered) - seen.codes.get(200, 0),
        "memory_mib": round(max(seen.memory), 1),
        "memory_growth": round(
            statistics.mean(seen.memory[-third:]) / statistics.mean(seen.memory[-2 * third : -third] or [1]), 2
        ),
    }


def main() -> int:
    """Print a line for each size, as JSON; fail where a limit is broken."""
    parser = argparse.ArgumentParser(prog="make load")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--big", action="store_true", help="a row with bodies of 100 MB too")
    asked = parser.parse_args()
    if asked.alone:
        print(alone(asked.alone, asked.seconds))
        return 0
    row = measured(5_000_000, asked.clients, asked.seconds)
    print(json.dumps(row), flush=True)
    if asked.big:
        print(json.dumps(measured(100_000_000, 2, asked.seconds)), flush=True)
    broken = (
        row["ratio"] < RATIO_LIMIT or row["p99_s"] > P99_LIMIT or row["not_200"] or row["memory_growth"] > GROWTH_LIMIT
    )
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
