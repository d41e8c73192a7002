"""What a host costs: with the cache on a mix as logs hold it, without the cache, and through `edgesieve hosts`.

python -m tests.bench.hosts [LINES]
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

from rich.console import Console
from rich.table import Table

from detectors.hosts import Host, canonical, read
from tests.bench.run import REDACT

FEWEST_A_SECOND = 300_000
"""Hosts a second with the cache."""
LINES = 400_000
KNOWN_HOSTS = 4000
SPELLINGS = Path(__file__).parent.parent / "detectors" / "data" / "hosts.toml"


def mix(count: int, seed: int = 1) -> list[str]:
    """Return hosts and URLs as a day's logs hold them.

    Seven in eight ask known hosts, few of them very often, most by a URL that never comes again; the others are hosts
    that come once, addresses, and the spellings of attackers.
    """
    rng = random.Random(seed)  # noqa: S311 - traffic, not secrets
    known = [
        f"{rng.choice(('api', 'www', 'cdn', 'img'))}-{number}.shop{number % 97}.example"
        for number in range(KNOWN_HOSTS)
    ]
    weights = list(accumulate(1 / (rank + 1) for rank in range(KNOWN_HOSTS)))
    hosts = rng.choices(known, cum_weights=weights, k=count)
    groups = tomllib.loads(SPELLINGS.read_text(encoding="utf-8"))["group"]
    odd = [each if isinstance(each, str) else each[0] for group in groups for each in group["spellings"]]
    forms: Sequence[Callable[[str], str]] = (
        *[lambda host: f"https://{host}/v1/orders/{rng.getrandbits(48):x}?page={rng.getrandbits(8)}"] * 16,
        *[lambda host: host] * 8,
        *[lambda host: f"http://{host}:8080/health"] * 2,
        *[lambda host: f"{host}:443"] * 2,
        lambda _: f"https://{rng.getrandbits(64):x}.tenant.example/",
        lambda _: f"{rng.randrange(1, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}",
        lambda _: f"http://[2606:4700::{rng.getrandbits(16):x}]/",
        lambda _: rng.choice(odd),
    )
    return [rng.choice(forms)(host) for host in hosts]


def seconds(work: Callable[[str], Host], texts: Sequence[str]) -> float:
    """Return the shortest of three times that some work takes on all texts."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        for text in texts:
            work(text)
        times.append(time.perf_counter() - start)
    return min(times)


def through_the_program(texts: Sequence[str]) -> float:
    """Return the time that `edgesieve hosts` takes, its start included."""
    lines = "".join(f"{text.translate(str.maketrans('', '', chr(10)))}\n" for text in texts)
    start = time.perf_counter()
    run = subprocess.run([REDACT[0], "hosts"], input=lines.encode(), capture_output=True, check=True)
    took = time.perf_counter() - start
    assert run.stdout.count(b"\n") == len(texts)
    return took


def main(count: int) -> int:
    """Measure and show; exit 1 where the cached speed is under its limit."""
    texts = mix(count)
    distinct = sorted(set(texts[: count // 8]))
    rows = (
        ("canonical, a day's mix", len(texts), seconds(canonical, texts)),
        ("canonical, known hosts only", len(texts), seconds(canonical, mix_of_known(texts))),
        ("without the cache", len(distinct), seconds(read, distinct)),
        ("edgesieve hosts, from start to end", len(texts), through_the_program(texts)),
    )
    table = Table("", "hosts", "µs a host", "hosts a second", title="hosts")
    for name, number, took in rows:
        table.add_row(name, f"{number:,}", f"{took / number * 1e6:.2f}", f"{number / took:,.0f}")
    Console().print(table)
    return int(len(texts) / rows[0][2] < FEWEST_A_SECOND)


def mix_of_known(texts: Sequence[str]) -> list[str]:
    """Return as many texts whose hosts were all seen before."""
    known = [text for text in texts if ".example" in text and "tenant" not in text]
    return (known * 2)[: len(texts)]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES))
