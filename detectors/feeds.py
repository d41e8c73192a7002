"""Feeds: what one log of one zone, account or service brought, minute by minute, and which inputs it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from detectors.columns import COLUMNS, Columns
from detectors.evidence import Plain, whole, words

FeedName = tuple[str, str]
"""Dataset and scope: the zone, else the account, else the service."""

MINUTE_MS: Final = 60_000
MAX_MINUTES: Final = 512
"""Distinct minutes of one batch that are counted apart; those beyond are counted together, as minute 0."""
MAX_FEEDS: Final = 1000
_BITS: Final[Mapping[str, int]] = {name: 1 << at for at, name in enumerate(COLUMNS)}


@dataclass(slots=True)
class Feed:
    """What a feed brought in one batch."""

    account: str = ""
    zone: str = ""
    minutes: dict[int, int] = field(default_factory=dict)
    """Rows by minute since 1970; minute 0: those whose time is unknown, or beyond `MAX_MINUTES`."""
    filled: dict[str, int] = field(default_factory=dict)
    """By side: a bit for each column that held something, in the order of `COLUMNS`."""

    @property
    def rows(self) -> int:
        """Count the rows."""
        return sum(self.minutes.values())

    @property
    def median(self) -> int:
        """Return the time in seconds that half of the rows are not later than; 0 where no time is known."""
        known = sorted((minute, count) for minute, count in self.minutes.items() if minute)
        half = sum(count for _, count in known) / 2
        for minute, count in known:
            half -= count
            if half <= 0:
                return minute * 60
        return 0

    def fills(self, side: str, columns: Iterable[str]) -> bool:
        """Tell whether rows of a side came, and at least one of these columns was filled in them, if any is asked."""
        asked = sum(_BITS[name] for name in columns)
        return side in self.filled and (not asked or bool(self.filled[side] & asked))

    def merge(self, other: Feed) -> None:
        """Add what another batch brought."""
        self.account = max(self.account, other.account)
        self.zone = max(self.zone, other.zone)
        _count(self.minutes, other.minutes)
        for side, bits in other.filled.items():
            self.filled[side] = self.filled.get(side, 0) | bits


Feeds = dict[FeedName, Feed]


def fold_feeds(columns: Columns, asked: Iterable[str], feeds: Feeds) -> None:
    """Add a stretch of observations; `asked` are the columns whose presence matters."""
    name = (columns.text("dataset"), columns.scope)
    feed = feeds.get(name)
    if feed is None:
        if len(feeds) >= MAX_FEEDS:
            return
        feed = feeds[name] = Feed()
    feed.account = max(feed.account, columns.texts("account")[0])
    feed.zone = max(feed.zone, columns.texts("zone")[0])
    times = columns.numbers("time")
    first, last = min(times) // MINUTE_MS, max(times) // MINUTE_MS
    _count(feed.minutes, {first: columns.count} if first == last else Counter(time // MINUTE_MS for time in times))
    side = columns.text("side")
    bits = feed.filled.get(side, 0)
    for each in asked:
        if not bits & _BITS[each] and columns.says(each):
            bits |= _BITS[each]
    feed.filled[side] = bits


def _count(minutes: dict[int, int], new: Mapping[int, int]) -> None:
    for minute, count in new.items():
        at = minute if minute in minutes or len(minutes) < MAX_MINUTES else 0
        minutes[at] = minutes.get(at, 0) + count


def dump_feeds(feeds: Feeds) -> Plain:
    """Write feeds in order."""
    return [
        [*name, feed.account, feed.zone, sorted(feed.minutes.items()), sorted(feed.filled.items())]
        for name, feed in sorted(feeds.items())
    ]


def load_feeds(plain: Plain) -> Feeds:
    """Read what `dump_feeds` wrote.

    Raises:
        ValueError, TypeError: it is something else.

    """
    return {
        (words(dataset), words(scope)): Feed(
            words(account),
            words(zone),
            {whole(minute): whole(count) for minute, count in minutes},
            {words(side): whole(bits) for side, bits in filled},
        )
        for dataset, scope, account, zone, minutes, filled in plain
    }
