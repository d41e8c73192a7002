"""Maps by their names: what is done to names that hold secrets, and to too many of them."""

from __future__ import annotations

import json

from redactors.marks import Marker
from tests.laws.stage import RING, engine, lines, run
from tests.redactors.scrubbing import scrub

BASE = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "h"}
MANY = 400


def _names(count: int) -> list[str]:
    return [f"x7Gq2LmZ9pWv4RtY8kBn{number}" for number in range(count)]


def test_names_that_become_the_same_mark_stay_apart() -> None:
    assert list(scrub("unknown", dict.fromkeys(_names(3), 1))) == ["[token]", "[token]'", "[token]''"]


def test_of_names_that_become_the_same_mark_without_end_the_rest_goes() -> None:
    record = {**BASE, "Extra": dict.fromkeys(_names(MANY), 1), "RequestHeaders": dict.fromkeys(_names(MANY), "x")}
    result = run(lines(record), by=engine(ring=None))
    assert len(result.safe) < len(json.dumps(record))
    assert b"x7Gq2LmZ9pWv" not in result.safe
    assert result.records[0]["ClientRequestHost"] == "h"


def test_behind_many_names_with_secrets_each_name_becomes_a_mark_as_it_stands() -> None:
    names = list(scrub("unknown", dict.fromkeys(_names(MANY), 1) | {"plain": 1}))
    assert names[-1] == Marker(RING).keyed("credential", "plain")
    assert len(names) == MANY + 1


def test_twice_is_once_however_many_names_are_alike() -> None:
    once = scrub("unknown", dict.fromkeys(_names(MANY), 1))
    assert scrub("unknown", json.loads(json.dumps(once))) == once


def test_a_name_in_which_ever_more_is_found_is_marked_and_its_record_lives() -> None:
    result = run(lines({**BASE, "RequestHeaders": {"mysql -p" * 2500: "x"}}))
    assert not result.dead
    assert b"mysql -p" not in result.safe


def test_field_names_met_twice_are_treated_as_those_met_once() -> None:
    raw = lines({**BASE, "a": "token=k3jd82hf7aq1"}) * 3
    first, *others = run(raw).records
    assert others == [first, first]
