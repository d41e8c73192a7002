"""What is usual of one log: how much comes in which hour, how unevenly, and how long it was ever silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

PANE: Final = 300
_HOUR: Final = 3600
_DAY: Final = 86_400
_SHARING: Final = 24
"""So many panes share the mean of an hour of the day: two days."""
_SPREADING: Final = 0.02
_SHORTEST: Final = 900
"""Seconds of silence that nobody need hear of."""
_LONGER: Final = 3
"""So many times the longest silence that was ever usual is out of the ordinary…"""
_MISSED: Final = 8
"""…if so much is missed, in units of what comes at once: chance is silent for so long once in some thousand times."""
_YOUNG: Final = 3
"""While no whole day is known, a third of what came so far may be what is usual: it may be night."""
_STEADY, _KNOWN = 0.5, 72
"""A log of what happens now and then has silences of its own: at least so many in all panes must hold something, and so
many panes be known."""
_STEP: Final = 1800
"""A silence that goes on is told anew every so many seconds."""
_FORGOTTEN: Final = 7 * _DAY

Memory = dict[str, Any]
"""Plain JSON."""
Heard = tuple[int, int, int]
"""Records of a pane, and the moments of the first and the last, in ms."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence that is out of the ordinary."""

    last: int
    """Of the record before it, in ms."""
    until: int
    """The record after it, or how far it is known, in ms."""
    missed: int
    """Records that are usual in such a time."""
    most: int
    """Seconds of the longest silence that was usual so far."""
    over: bool


def listen(memory: Memory, pane: int, heard: Heard | None) -> Gap | None:
    """Hear what came of a log in the pane that starts at a second; tell of its silence where there is news of that."""
    if "since" not in memory:
        if heard is not None:
            memory |= {"since": pane, "upto": pane, "last": heard[2], "means": [0.0] * 24, "known": [0] * 24}
            memory |= {"spread": 1.0, "most": 0, "missed": 0.0, "silent": 0, "told": -1}
            memory |= {"panes": 0, "filled": 1.0, "odd": 0}
            _learn(memory, pane, heard)
        return None
    for each in range(max(memory["upto"] + PANE, pane - _FORGOTTEN), pane if heard else pane + PANE, PANE):
        memory["missed"] += _usual(memory, each)
        memory["silent"] += 1
    memory["upto"] = pane
    return _goes_on(memory, pane) if heard is None else _ends(memory, pane, heard)


def is_over(memory: Memory, pane: int) -> bool:
    """Tell whether a log is silent for so long that it is given up."""
    return "last" in memory and pane - memory["last"] // 1000 > _FORGOTTEN


def _goes_on(memory: Memory, pane: int) -> Gap | None:
    until = (pane + PANE) * 1000
    step = (until - memory["last"]) // 1000 // _STEP
    if step == memory["told"] or not _is_strange(memory, until, pane):
        return None
    memory["told"] = step
    return Gap(memory["last"], until, round(memory["missed"]), memory["most"], over=False)


def _ends(memory: Memory, pane: int, heard: Heard) -> Gap | None:
    _, first, last = heard
    length = max(0, first - memory["last"]) // 1000
    strange = memory["told"] >= 0 or _is_strange(memory, first, pane)
    gap = Gap(memory["last"], first, round(memory["missed"]), memory["most"], over=True) if strange else None
    # One strange silence is an accident, and two may be how the log is.
    memory["most"] = max(memory["most"], min(length, memory["odd"]) if strange else length)
    memory["odd"] = length if strange else memory["odd"]
    if not strange:
        for back in range(memory["silent"], 0, -1):
            _learn(memory, pane - back * PANE, None)
    memory |= {"last": max(memory["last"], last), "missed": 0.0, "silent": 0, "told": -1}
    _learn(memory, pane, heard)
    return gap


def _is_strange(memory: Memory, until: int, pane: int) -> bool:
    if memory["panes"] < _KNOWN or memory["filled"] < _STEADY:
        return False
    silent = (until - memory["last"]) // 1000
    young = _YOUNG if pane - memory["since"] < _DAY else 1
    enough = memory["missed"] >= _MISSED * young * max(1.0, memory["spread"])
    return bool(silent >= max(_SHORTEST, _LONGER * memory["most"]) and enough)


def _usual(memory: Memory, pane: int) -> float:
    """Return how many records are usual in a pane."""
    hour = pane % _DAY // _HOUR
    known = memory["known"]
    if known[hour]:
        return float(memory["means"][hour])
    return sum(memory["means"]) / max(1, sum(1 for each in known if each))


def _learn(memory: Memory, pane: int, heard: Heard | None) -> None:
    count = heard[0] if heard else 0
    hour = pane % _DAY // _HOUR
    usual = _usual(memory, pane) if sum(memory["known"]) else float(count)
    memory["panes"] += 1
    share = max(1 / memory["panes"], _SPREADING / 2)
    memory["filled"] = round(memory["filled"] + share * ((count > 0) - memory["filled"]), 4)
    uneven = (count - usual) ** 2 / max(1.0, usual)
    memory["spread"] = round(memory["spread"] + _SPREADING * (uneven - memory["spread"]), 3)
    memory["known"][hour] = min(_SHARING, memory["known"][hour] + 1)
    memory["means"][hour] = round(usual + (count - usual) / memory["known"][hour], 3)
