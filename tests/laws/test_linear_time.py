"""Work grows with the length of what comes and no faster, whatever stands in it and wherever."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from tests.attack.dense_records import KINDS
from tests.attack.pathological import PIECES, PLACES, bare_seconds, dense_seconds, long_text, seconds
from tests.laws.stage import engine, run

LENGTH = 10_000
MOST, MOST_UNMET = 300, 450
"""Times what the bare codec takes for as many bytes of ordinary requests, measured beside it, since machines differ and
are never idle: where that takes 0.022 ms for 10 kB, one long text costs about 1 ms and 5 ms at worst, and a record of
hundreds of small things that were never met before up to 8 ms."""
GROWTH = 3.2
"""Twice the length takes twice as long, give or take what else runs."""
TRIES = 5


@cache
def _bare() -> float:
    return bare_seconds(40)


def _most(times: int = MOST) -> float:
    """Return the most processor seconds that 10 kB may take."""
    return _bare() * times


@pytest.mark.parametrize("place", PLACES)
def test_twice_the_length_takes_twice_as_long(place: str) -> None:
    slow = [piece for piece in PIECES if _is_slow(place, piece)]
    assert slow == []


def _is_slow(place: str, piece: str) -> bool:
    short, long = long_text(piece, LENGTH), long_text(piece, 2 * LENGTH)
    if seconds(place, long) <= _most():
        return False
    # Measured again, with care, before it is called slow.
    took = seconds(place, long, TRIES)
    return took > 2 * _most() or (took > _most() and took > GROWTH * seconds(place, short, TRIES))


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_full_of_what_was_never_met_costs_no_more(kind: str) -> None:
    most = _most(MOST_UNMET)
    assert dense_seconds(kind) <= most or dense_seconds(kind, TRIES) <= most


_RECORD = b'{"RayID":"7a1f7ad4df2f870a","EdgeResponseStatus":200,"ClientRequestHost":"h"}'
_HEADER = b"RayID,EdgeResponseStatus,ClientRequestHost\n"
BATCHES: Mapping[str, Callable[[int], bytes]] = {
    "lines that are no JSON": lambda size: b"x\n" * (size // 2),
    "records of no dataset": lambda size: b'{"a":1}\n' * (size // 8),
    "empty lists": lambda size: b"[]\n" * (size // 3),
    "a list of empty records": lambda size: b"[" + b"{}," * (size // 3) + b"{}]",
    "deep": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "rows with too few cells": lambda size: _HEADER + b"x\n" * (size // 2),
    "a quote that nothing closes": lambda size: _HEADER + b'7a,200,"' + b"a\n" * (size // 2),
    "records on one line": lambda size: _RECORD * (size // len(_RECORD)),
    "wide numbers": lambda size: _RECORD.replace(b"200", b"9" * 24) * (size // 100) + b"\n",
    "objects where none belong": lambda size: (_RECORD.replace(b'"h"', b'["a"]') + b"\n") * (size // 80),
    "new names in every record": lambda size: b"".join(
        _RECORD[:-1] + b',"x%d":1}\n' % number for number in range(size // 90)
    ),
}
_BATCH = 30_000


@pytest.mark.parametrize("batch", BATCHES)
def test_twice_the_lines_take_twice_as_long(batch: str) -> None:
    def took(size: int) -> float:
        fresh, raw = engine(), BATCHES[batch](size)
        start = time.process_time()
        run(raw, None, fresh)
        return time.process_time() - start

    def fits(tries: int) -> bool:
        short, long = (min(took(size) for _ in range(tries)) for size in (_BATCH, 2 * _BATCH))
        return long <= GROWTH * short + _most()

    took(1000)
    assert fits(2) or fits(TRIES)
