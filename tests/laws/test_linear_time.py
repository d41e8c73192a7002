"""Work grows with the length of a record and no faster, whatever stands in it and wherever."""

from __future__ import annotations

import pytest

from tests.attack.pathological import PIECES, PLACES, long_text, seconds

LENGTH = 10_000
MOST = 0.010
"""Processor seconds for 10 kB. About 0.001 is usual and 0.004 the worst; a loaded machine takes several times as long,
and what is not linear a hundred times."""
GROWTH = 3.2
"""Twice the length takes twice as long, give or take what else runs."""
TRIES = 4


@pytest.mark.parametrize("place", PLACES)
def test_twice_the_length_takes_twice_as_long(place: str) -> None:
    slow = [piece for piece in PIECES if _is_slow(place, piece)]
    assert slow == []


def _is_slow(place: str, piece: str) -> bool:
    short, long = long_text(piece, LENGTH), long_text(piece, 2 * LENGTH)
    if seconds(place, long) <= MOST / 2:
        return False
    # Measured again, with care, before it is called slow.
    took = seconds(place, long, TRIES)
    return took > 2 * MOST or (took > MOST and took > GROWTH * seconds(place, short, TRIES))
