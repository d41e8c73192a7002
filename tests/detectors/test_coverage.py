"""Coverage: where a detector is ready, where it warms, where it is blind, and what would open its eyes."""

from __future__ import annotations

from detectors.coverage import State
from detectors.facts import Facts, Zone
from detectors.judge import Judge
from tests.detectors.stories import Row, a_mark
from tests.detectors.toys import SEED, START, TOYS, folded

HOUR = 3600


def coverage(known: Facts, *rows: Row, at: int = 0) -> dict[tuple[str, str], State]:
    """Return the state of the toy in each place, after some rows and one tick."""
    judge = Judge(known, SEED, TOYS)
    judge.tick(START)
    for row in rows:
        judge.merge(folded([{"time": START * 1000, "dataset": "d", **row}])[0])
    judge.tick(START + at)
    return {(state.account, state.zone): state for state in judge.coverage()}


EDGE: Row = {"side": "edge", "zone": "a.example", "scope": "a.example", "credentials": a_mark(1)}
BACKEND: Row = {"side": "backend", "service": "orders", "scope": "orders"}


def test_a_zone_whose_inputs_are_all_there_warms_and_then_is_ready() -> None:
    known = Facts(warm_up=HOUR)
    assert coverage(known, EDGE, BACKEND, at=60)["", "a.example"].state == "warming"
    assert coverage(known, EDGE, BACKEND, at=HOUR)["", "a.example"].state == "ready"


def test_a_zone_without_an_input_is_blind_and_told_why() -> None:
    state = coverage(Facts(warm_up=0), EDGE)["", "a.example"]
    assert (state.state, state.missing, state.fields) == ("blind", ("no backend log",), {})


def test_an_input_that_only_some_rules_need_leaves_the_others_ready() -> None:
    state = coverage(Facts(warm_up=0), {**EDGE, "credentials": ""}, BACKEND)["", "a.example"]
    assert (state.state, state.missing) == ("ready", ("no credentials",))
    assert state.fields == {"request_fields": ("authorization",)}


def test_a_zone_that_is_configured_and_never_heard_of_is_blind() -> None:
    states = coverage(Facts(of_zone={"b.example": Zone("acc")}), EDGE)
    assert states["acc", "b.example"].state == "blind"


def test_a_zone_known_with_its_account_is_told_once() -> None:
    known = Facts(of_zone={"a.example": Zone("acc")}, warm_up=0)
    assert list(coverage(known, EDGE, {**EDGE, "account": "acc"}, BACKEND)) == [("acc", "a.example")]


def test_the_log_of_an_account_serves_its_zones_and_no_others() -> None:
    account: Row = {"side": "backend", "account": "acc", "scope": "acc"}
    states = coverage(
        Facts(of_zone={"a.example": Zone("acc"), "b.example": Zone("other")}, warm_up=0),
        {**EDGE, "account": "acc"},
        {**EDGE, "zone": "b.example", "scope": "b.example", "account": "other"},
        account,
    )
    assert states["acc", "a.example"].state == "ready"
    assert states["other", "b.example"].state == "blind"
