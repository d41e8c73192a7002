"""What is usual of a script's failures, and whether more fail since something happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Any, Final

from detectors.drift_evidence import PANE

_HOUR, _DAY = 3600, 86_400
_PRIOR_FAILED, _PRIOR_RUNS = 2, 400
"""What a script without a past is taken to have done: one in two hundred runs failed."""
_MEMORY: Final = 1 - 1 / 4032
"""Of what is usual, kept from pane to pane: two weeks."""
_WATCHED: Final = _DAY
"""Seconds for which a script is watched after something happened to it."""
_BLIP: Final = 1200
"""Seconds after a deploy in which some runs fail for reasons that pass."""
_MOST_MARKS, _MOST_VERSIONS = 3, 8
_SURPRISE: Final = 4.0
"""By chance a tenth of a thousandth of the scripts to which something happened fail so much more."""
_TWICE, _THRICE = 2.0, 3.0
_SLOW: Final = 7.0
"""The same where nothing is known to have happened: it is looked for all the time."""
_LEAST, _LEAST_PANES, _LEAST_SHARE = 5, 3, 0.0005
_CAPPED, _CAPPED_TIMES = 3, 6
"""A pane counts no more failures than these, and than so many times the usual: what matters is what lasts."""
_STEP: Final = 1800
"""What goes on is told anew every so many seconds."""
_BURN_PANES, _BURN_FAILED, _BURN_TIMES, _BURN_SHARE, _BURN_SURPRISE = 6, 10, 10.0, 0.01, 6.0
_UNEVEN: Final = 25.0

Memory = dict[str, Any]
"""Plain JSON."""


@dataclass(frozen=True, slots=True)
class Since:
    """A script fails more since something happened."""

    rule: str
    """date, version; change or rate: nothing is known to have happened."""
    what: str
    at: int
    """Seconds: since when."""
    runs: int
    failed: int
    expected: float


def usual_share(memory: Mapping[str, Any]) -> float:
    """Return the share of a script's runs that usually fail."""
    return float((memory.get("failed", 0) + _PRIOR_FAILED) / (memory.get("runs", 0) + _PRIOR_RUNS))


def is_surprising(failed: float, expected: float, surprise: float) -> bool:
    """Tell whether so many are rarer than once in 10**surprise where so many are expected (Chernoff's bound).

    >>> is_surprising(8, 1.0, 4.0), is_surprising(4, 1.0, 4.0)
    (True, False)
    """
    if failed <= expected:
        return False
    return failed * log(failed / expected) - (failed - expected) >= surprise * log(10)


def take(memory: Memory, pane: int, told: tuple[int, int, tuple[str, ...]], date: int | None) -> Iterator[Since]:
    """Take runs, failures and versions of a pane; tell what they say. `date`: since when another date holds for it."""
    runs, failed, versions = told
    share = usual_share(memory)
    expected = share * runs
    capped = min(failed, max(_CAPPED, _CAPPED_TIMES * expected))
    for rule, what, at in _happened(memory, pane, versions, date):
        memory["marks"] = [*memory["marks"], [rule, what, at, share, 0, 0, 0.0, 0, -1, 0.0, memory["uneven"]]][
            -_MOST_MARKS:
        ]
    memory["marks"] = [mark for mark in memory["marks"] if pane < mark[2] + _WATCHED]
    if pane >= memory["changed"] + _BLIP:
        yield from _marks(memory, pane, runs, capped)
        yield from _rate(memory, pane, runs, capped, expected)
        yield from _change(memory, pane, runs, capped, expected)
    _learn(memory, runs, capped, expected)


def _happened(memory: Memory, pane: int, versions: tuple[str, ...], date: int | None) -> Iterator[tuple[str, str, int]]:
    if "marks" not in memory:
        memory |= {"runs": 0.0, "failed": 0.0, "uneven": 1.0, "marks": [], "versions": list(versions), "changed": 0}
        memory |= {"last": [], "rate": [], "date": 0, "change": [0.0, pane, 0, 0, 0.0, -1]}
    for version in versions:
        if version not in memory["versions"]:
            if memory["versions"]:
                memory["changed"] = pane
                yield "version", version, pane
            memory["versions"] = [*memory["versions"], version][-_MOST_VERSIONS:]
    if date is not None and date != memory["date"] and date <= pane < date + _WATCHED:
        memory["date"] = date
        yield "date", "", date


def _marks(memory: Memory, pane: int, runs: int, failed: float) -> Iterator[Since]:
    for mark in memory["marks"]:
        rule, what, at, share, *_ = mark
        mark[4] += runs
        mark[5] += failed
        mark[6] += share * runs
        mark[7] += failed > 0
        mark[9] = _summed(mark[9], failed, share * runs, _THRICE)
        step = (pane - at) // _STEP
        lasts = mark[5] >= max(_LEAST, _TWICE * mark[6], _LEAST_SHARE * mark[4]) and mark[7] >= _LEAST_PANES
        threshold = _SURPRISE * mark[10]
        if step != mark[8] and lasts and (is_surprising(mark[5], mark[6], threshold) or mark[9] >= threshold * log(10)):
            mark[8] = step
            yield Since(rule, what, at, mark[4], round(mark[5]), mark[6])


def _rate(memory: Memory, pane: int, runs: int, failed: float, expected: float) -> Iterator[Since]:
    """Look at the last hour: a fast burn, whatever happened or not."""
    memory["last"] = [*([*each] for each in memory["last"] if each[0] > pane - _HOUR), [pane, runs, failed, expected]]
    last = memory["last"]
    total, bad, usual = (sum(each[at] for each in last) for at in (1, 2, 3))
    burns = (
        bad >= max(_BURN_FAILED, _BURN_TIMES * usual, _BURN_SHARE * total)
        and sum(each[2] > 0 for each in last) >= _BURN_PANES
        and is_surprising(bad, usual, _BURN_SURPRISE * memory["uneven"])
    )
    if not burns:
        memory["rate"] = []
    elif not memory["rate"] or pane >= memory["rate"][1] + _STEP:
        memory["rate"] = [memory["rate"][0] if memory["rate"] else last[0][0], pane]
        yield Since("rate", "", memory["rate"][0], total, round(bad), usual)


def _change(memory: Memory, pane: int, runs: int, failed: float, expected: float) -> Iterator[Since]:
    """Look for a slow change at a time that nobody knows."""
    change = memory["change"]
    change[0] = _summed(change[0], failed, expected, _TWICE)
    if not change[0]:
        memory["change"] = [0.0, pane + PANE, 0, 0, 0.0, -1]
        return
    change[2:5] = [change[2] + runs, change[3] + failed, change[4] + expected]
    step = (pane - change[1]) // _STEP
    if change[0] >= _SLOW * memory["uneven"] * log(10) and step != change[5]:
        change[5] = step
        yield Since("change", "", change[1], change[2], round(change[3]), change[4])


def _summed(total: float, failed: float, expected: float, times: float) -> float:
    """Add what a pane says for so many times the usual rate, against the usual one (CUSUM; Page, 1954)."""
    return round(max(0.0, total + failed * log(times) - expected * (times - 1)), 4)


def _learn(memory: Memory, runs: int, failed: float, expected: float) -> None:
    memory["runs"] = round(memory["runs"] * _MEMORY + runs, 2)
    memory["failed"] = round(memory["failed"] * _MEMORY + failed, 3)
    uneven = min(_UNEVEN, (failed - expected) ** 2 / max(expected, 0.5))
    memory["uneven"] = round(max(1.0, memory["uneven"] + 0.01 * (uneven - memory["uneven"])), 3)
