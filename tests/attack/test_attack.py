"""The attack suite through the real engine: what must vanish vanishes, what must stay stays, and twice is once."""

from __future__ import annotations

from collections import Counter

import pytest

from redactors.keyring import KeyRing
from redactors.policy import Policy
from tests.attack.cases import Case, read_cases
from tests.laws.stage import RING, engine, run

CASES = read_cases()
RINGS = {"with a key": RING, "without a key": None}


def test_there_are_cases_enough_and_no_two_of_one_name() -> None:
    assert len(CASES) >= 400
    assert [name for name, times in Counter((case.group, case.id) for case in CASES).items() if times > 1] == []


@pytest.mark.parametrize("ring", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.group}: {case.id}") for case in CASES])
def test_what_must_vanish_vanishes_and_what_must_stay_stays(case: Case, ring: KeyRing | None) -> None:
    once = run(case.line, case.dataset, engine(Policy(), ring))
    assert case.faults(once.safe) == []
    assert run(once.safe, case.dataset, engine(Policy(), ring)).safe == once.safe
