"""A book of counts: what is usual of each, hour by hour, and from how many on an hour's panes are out of the ordinary.

The limits of an hour are settled an hour before it begins, by all panes before. So a pane can be held against them as
soon as there is enough of it, and the same is said however late its last rows come, and in whatever order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.spikes import PRIOR, QUARTER, Series, load_series, silent

HOUR: Final = 3600
_QUARTERS: Final = HOUR // QUARTER
_KEPT_HOURS: Final = 3
_LONGEST_GAP: Final = 48
"""Hours of silence that are gone through; what lay before a longer one is taken to have lain so long ago."""
_MOST_SILENT: Final = 4032
"""Values, two weeks of them, from which on having been silent longer says no more."""
_MOST_SERIES: Final = 64
_PASSED_OVER: Final = 24
"""Panes out of the ordinary that are not learned from; each hour one of them is forgotten."""
OTHERS: Final = "*"
"""Name of what never came yet."""

Book = dict[str, Any]
"""Plain JSON, as memories are."""


@dataclass(frozen=True, slots=True)
class Limit:
    """From how many on a pane is out of the ordinary, and how many are usual."""

    limit: int
    expected: float


@dataclass(frozen=True, slots=True)
class Rule:
    """How a book is kept."""

    length: int
    """Seconds of a pane."""
    surprise: float
    """Of what is out of the ordinary."""
    least: Mapping[str, int]
    """Names that are out of the ordinary from so much on at least; 0 for those that never are."""
    otherwise: int
    """The same for all others."""


def write(book: Book, pane: int, counts: Mapping[str, int], rule: Rule) -> None:
    """Enter what was counted in the closed pane that starts at a second, and comes after all that were entered.

    Names without a count had none.
    """
    hour = pane // HOUR
    if "hour" not in book:
        book |= {"since": pane, "hour": hour, "now": {}, "series": {}, "limits": {}, "strange": {}}
        for each in (hour, hour + 1):
            _settle(book, each, {}, rule)
    if hour - book["hour"] > _LONGEST_GAP:
        book["hour"] = hour - _LONGEST_GAP
    while book["hour"] < hour:
        _turn(book, rule)
    for name, count in counts.items():
        book["now"].setdefault(name, {})[str(pane)] = _tamed(book, pane, name, count, rule)


def limit(book: Mapping[str, Any], pane: int, name: str) -> Limit | None:
    """Return what holds for a name in a pane; None where nothing is settled of its hour, or no more."""
    settled = book.get("limits", {}).get(str(pane // HOUR))
    if settled is None:
        return None
    limits = settled.get(name) or settled[OTHERS]
    quarter = pane % HOUR // QUARTER
    return Limit(limits[quarter], limits[_QUARTERS + quarter])


def _tamed(book: Book, pane: int, name: str, count: int, rule: Rule) -> int:
    """Return what is learned of a count: what is out of the ordinary is passed over, and after two hours learned."""
    usual, least = limit(book, pane, name), rule.least.get(name, rule.otherwise)
    if not usual or not least or count < max(least, usual.limit):
        return count
    strange = book["strange"][name] = book["strange"].get(name, 0) + 1
    return round(usual.expected) if strange <= _PASSED_OVER else max(least, usual.limit)


def _turn(book: Book, rule: Rule) -> None:
    """End an hour: learn what it was like, and settle the limits of the next but one."""
    hour, now, length = book["hour"], book["now"], rule.length
    known = {name: load_series(plain) for name, plain in book["series"].items()}
    silent_panes = max(0, (hour * HOUR - book["since"]) // length)
    for name in sorted(now):
        if name not in known and len(known) < _MOST_SERIES:
            known[name] = silent(PRIOR + min(_MOST_SILENT, silent_panes))
    for start in range(max(hour * HOUR, book["since"]), (hour + 1) * HOUR, length):
        for name, series in known.items():
            series.take(start, now.get(name, {}).get(str(start), 0))
    book["series"] = {name: series.dump() for name, series in known.items()}
    book["now"] = {}
    book["strange"] = {name: count - 1 for name, count in book["strange"].items() if count > 1}
    book["hour"] = hour + 1
    _settle(book, hour + 2, known, rule)


def _settle(book: Book, hour: int, known: Mapping[str, Series], rule: Rule) -> None:
    panes = max(0, ((hour - 1) * HOUR - book["since"]) // rule.length)
    quarters = range(hour * HOUR, (hour + 1) * HOUR, QUARTER)
    others = silent(PRIOR + min(_MOST_SILENT, panes))
    book["limits"][str(hour)] = {
        name: [
            *(series.limit(each, rule.surprise) for each in quarters),
            *(round(series.expected(each), 2) for each in quarters),
        ]
        for name, series in (*known.items(), (OTHERS, others))
    }
    for old in sorted(book["limits"], key=int)[:-_KEPT_HOURS]:
        del book["limits"][old]
