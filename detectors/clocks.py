"""Time as the judge knows it: ticks from outside, and for each feed how far its log has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from detectors.evidence import Plain, whole, words
from detectors.feeds import Feed, FeedName, Feeds

FUTURE: Final = 600
"""Seconds ahead of the tick from which on a row is of no known time, and moves nothing."""
MAX_FEEDS: Final = 20_000
_DAY: Final = 86_400
NOT_YET: Final = -1


@dataclass(slots=True)
class Clock:
    """What is known of one feed."""

    account: str = ""
    zone: str = ""
    reached: int = 0
    """The latest median of a batch, in seconds."""
    heard: int = NOT_YET
    """The last tick at which a batch came."""
    filled: dict[str, int] = field(default_factory=dict)
    """See `Feed.filled`."""


class Clocks:
    """The last tick, and the feeds. Times are seconds."""

    def __init__(self, lateness: int) -> None:
        """Take how much later than its neighbours a row may come."""
        self.tick = NOT_YET
        self.latest = 0
        """The latest median of all, in seconds."""
        self.late: Counter[str] = Counter()
        """Rows by dataset that came after their pane was closed."""
        self.future: Counter[str] = Counter()
        self.feeds: dict[FeedName, Clock] = {}
        self.starts: dict[str, int] = {}
        """First minute of each scope, in seconds; what lies a day before the middle of its batch is a wrong date."""
        self._lateness = lateness

    def set(self, now: int) -> None:
        """Hear a tick; time does not run back."""
        self.tick = max(self.tick, now)

    def is_future(self, time: int) -> bool:
        """Tell whether a time lies so far ahead of the tick that it cannot be true."""
        return self.tick != NOT_YET and time > self.tick + FUTURE

    def hear(self, feeds: Feeds) -> None:
        """Learn how far the feeds of a batch have come."""
        for name, feed in feeds.items():
            clock = self.feeds.get(name)
            if clock is None:
                if len(self.feeds) >= MAX_FEEDS:
                    self._forget_oldest()
                clock = self.feeds[name] = Clock()
            self._count(name, feed)
            clock.heard = self.tick
            clock.account, clock.zone = max(clock.account, feed.account), max(clock.zone, feed.zone)
            for side, bits in feed.filled.items():
                clock.filled[side] = clock.filled.get(side, 0) | bits
            median = feed.median
            if median and not self.is_future(median):
                clock.reached = max(clock.reached, median)
                self.latest = max(self.latest, median)
                first = min(minute * 60 for minute in feed.minutes if minute * 60 >= median - _DAY)
                self.starts[name[1]] = min(self.starts.get(name[1], first), first)

    def reached(self, name: FeedName) -> int:
        """Return the watermark of a feed: up to where its log has come, but for what is late."""
        clock = self.feeds.get(name)
        if clock is None or self.tick == NOT_YET:
            return 0
        idle = self.tick - self._lateness if self.tick - clock.heard > self._lateness else 0
        return max(min(clock.reached, self.tick), idle)

    def reached_by_all(self, names: Iterable[FeedName]) -> int:
        """Return the watermark of what hangs on several feeds."""
        return min(map(self.reached, names), default=max(0, self.tick))

    def started(self, names: Iterable[FeedName]) -> int:
        """Return when the first of the scopes of several feeds began; 0 where it is not known."""
        return min((self.starts[name[1]] for name in names if name[1] in self.starts), default=0)

    def _count(self, name: FeedName, feed: Feed) -> None:
        closed = self.reached(name) - self._lateness
        for minute, rows in feed.minutes.items():
            if self.is_future(minute * 60):
                self.future[name[0]] += rows
            elif minute and minute * 60 + 60 <= closed:
                self.late[name[0]] += rows

    def _forget_oldest(self) -> None:
        oldest = min(self.feeds, key=lambda name: (self.feeds[name].heard, name))
        del self.feeds[oldest]
        if not any(scope == oldest[1] for _, scope in self.feeds):
            self.starts.pop(oldest[1], None)

    def dump(self) -> Plain:
        """Write all."""
        feeds = [
            [*name, each.account, each.zone, each.reached, each.heard, sorted(each.filled.items())]
            for name, each in sorted(self.feeds.items())
        ]
        return {
            "tick": self.tick,
            "late": dict(self.late),
            "future": dict(self.future),
            "latest": self.latest,
            "starts": sorted(self.starts.items()),
            "feeds": feeds,
        }

    def load(self, plain: Plain) -> None:
        """Read what `dump` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is something else.

        """
        self.tick, self.latest = whole(plain["tick"]), whole(plain["latest"])
        self.starts = {words(scope): whole(start) for scope, start in plain["starts"]}
        self.late.update({words(name): whole(count) for name, count in plain["late"].items()})
        self.future.update({words(name): whole(count) for name, count in plain["future"].items()})
        for dataset, scope, account, zone, reached, heard, filled in plain["feeds"]:
            self.feeds[words(dataset), words(scope)] = Clock(
                words(account), words(zone), whole(reached), whole(heard), dict(filled)
            )
