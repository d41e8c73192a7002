"""How lines become objects: by feed and stretch of time, late, twice, in no good order, as log jobs deliver them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from pipeline.simulator.base import SECOND, SimulatedObject
from pipeline.simulator.clock import compact

_AGAIN = 0.01
"""Of objects are delivered twice, under another name."""
_SLOW, _SLOW_SECONDS = 0.05, 600
"""Of objects come so much later, so that others overtake them."""
_JITTER = 20


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """One log of one owner."""

    dataset: str
    owner: str
    lag: int
    """Seconds after which objects are delivered."""
    zone: int = -1
    """Index of the zone whose log it is; -1 where it is an account's or a backend's."""


class Shelf:
    """Lines by the stretch of time that their objects are named after, until they are taken."""

    def __init__(self, start: int, end: int, step: int) -> None:
        """Take the seconds since 1970 between which objects are named, and how many go into one."""
        self._start, self._step, self._last = start * SECOND, step * SECOND, -(-(end - start) // step) - 1
        self._lines: dict[int, dict[Feed, list[str]]] = {}

    def lines(self, feed: Feed, moment: int) -> list[str]:
        """Return the list to which a line of this moment belongs."""
        slot = min((moment - self._start) // self._step, self._last)
        feeds = self._lines.get(slot)
        if feeds is None:
            feeds = self._lines[slot] = {}
        found = feeds.get(feed)
        if found is None:
            found = feeds[feed] = []
        return found

    def take(self, slot: int) -> dict[Feed, list[str]]:
        """Return and forget the lines of a stretch, by feed."""
        return self._lines.pop(slot, {})


Stretch = tuple[int, int, int]
"""Index of a zone, and the seconds since 1970 between which something is so."""


class Delivery:
    """Objects on their way."""

    def __init__(self, rng: Random, held_back: Sequence[Stretch], lost: Sequence[Stretch]) -> None:
        """Take a source of chance, and zones whose logs are held back or never come."""
        self._rng, self._held_back, self._lost = rng, held_back, lost
        self._waiting: list[tuple[int, int, SimulatedObject]] = []
        self._count = 0

    def send(self, feed: Feed, low: int, high: int, lines: list[str]) -> None:
        """Send what a feed has of the seconds between two."""
        if any(zone == feed.zone and start <= low < end for zone, start, end in self._lost):
            return
        rng = self._rng
        at = high + feed.lag + rng.randrange(_JITTER)
        if rng.random() < _SLOW:
            at += rng.randrange(_SLOW_SECONDS)
        for zone, start, end in self._held_back:
            if zone == feed.zone and start <= low < end:
                at = max(at, end + rng.randrange(_JITTER * 3))
        # Two machines wrote it, and one was read after the other.
        body = "\n".join((*lines[::2], *lines[1::2], "")).encode()
        self._push(feed, low, high, at, len(lines), body)
        if rng.random() < _AGAIN:
            self._push(feed, low, high, at + 30 + rng.randrange(90), len(lines), body)

    def due(self, second: int | None) -> Iterator[SimulatedObject]:
        """Yield what has been delivered by a second; all for None."""
        while self._waiting and (second is None or self._waiting[0][0] <= second):
            yield heapq.heappop(self._waiting)[2]

    def _push(self, feed: Feed, low: int, high: int, at: int, records: int, body: bytes) -> None:
        name = f"{compact(low)}_{compact(high)}_{self._rng.getrandbits(32):08x}.log"
        key = f"{feed.dataset}/{feed.owner}/{name[:8]}/{name}"
        self._count += 1
        heapq.heappush(
            self._waiting, (at, self._count, SimulatedObject(key, feed.dataset, feed.owner, at, records, body))
        )
