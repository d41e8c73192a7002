"""What joins over time says the same, however rows are cut, ordered, judged, ticked for and written down."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.base import Detector
from detectors.facts import Facts
from tests.detectors import backends, users
from tests.detectors.stories import last_versions
from tests.detectors.toys import folded
from tests.detectors.trials import TURNS, Row, findings, in_parts
from tests.detectors.users import a_mark

HOUR = 3600


@st.composite
def tokens(draw: st.DrawFn) -> list[Row]:
    """Draw requests at the edge and at backends over a day and a half."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 25))):
        second, token = draw(st.floats(0, 36 * HOUR)), a_mark(draw(st.integers(1, 4)))
        sides: list[Callable[..., Row]] = [backends.client, backends.client, backends.backend, backends.worker]
        where = draw(st.sampled_from(sides))
        cookie = {"sessions": draw(st.sampled_from(["", a_mark(9)]))}
        more = {"route": draw(st.sampled_from(["/a", "/b"])), **(cookie if where is backends.worker else {})}
        rows.append(where(second, token, ray=f"r{number}", **more))
    return rows


@st.composite
def answers(draw: st.DrawFn) -> list[Row]:
    """Draw answers to a few users over some hours: named, out of caches, behind Workers, with cookies."""
    rows: list[Row] = []
    people = [users.ADA, users.BOB, users.CYD, users.STAFF]
    for number in range(draw(st.integers(1, 25))):
        second, who, other = draw(st.floats(0, 5 * HOUR)), *(draw(st.sampled_from(people)) for _ in range(2))
        cache, key = draw(st.sampled_from(["hit", "miss", ""])), draw(st.integers(1, 2))
        odd = draw(st.sampled_from(["", "", ";"]))
        more: dict[str, Any] = {"route": draw(st.sampled_from(["/account/profile", "/account/orders"]))}
        more |= {"cache": cache, "cache_key": key if cache else 0, "client": key, "odd_path": odd}
        more |= {"content_type": "text/html", "given": draw(st.sampled_from(["", "", a_mark(9)]))}
        named = draw(st.sampled_from(["", who, who, other]))
        rows.append(users.asked(second, who, named, f"p{number}", **more))
        if draw(st.booleans()):
            rows.append(users.fetched(second + 0.1, f"p{number}", key, cache or "hit"))
    return rows


CASES = {
    "backend_credentials, listed": (backends.DETECTOR, backends.LISTED, tokens()),
    "backend_credentials, free": (backends.DETECTOR, backends.FREE, tokens()),
    "cross_user": (users.DETECTOR, users.FACTS, answers()),
    "cross_user, not configured": (users.DETECTOR, users.SILENT, answers()),
}
every_case = pytest.mark.parametrize(("detector", "facts", "stories"), CASES.values(), ids=CASES)
Stories = st.SearchStrategy[list[Row]]


@every_case
@settings(max_examples=60, deadline=None)
@given(data=st.data(), turn=TURNS, judges=st.integers(1, 4), restored=st.booleans())
def test_any_split_order_and_number_of_judges_says_the_same(
    detector: Detector, facts: Facts, stories: Stories, data: st.DataObject, turn: Random, judges: int, restored: bool
) -> None:
    rows = data.draw(stories)
    whole = last_versions(findings(detector, facts, rows, ticks=False))
    parts = findings(detector, facts, *in_parts(rows, turn), ticks=False, judges=judges, restored=restored)
    assert last_versions(parts) == whole


@every_case
@settings(max_examples=60, deadline=None)
@given(data=st.data(), restored=st.booleans())
def test_a_clock_that_ticks_changes_nothing(
    detector: Detector, facts: Facts, stories: Stories, data: st.DataObject, restored: bool
) -> None:
    rows = data.draw(stories)
    whole = last_versions(findings(detector, facts, rows, ticks=False))
    ordered = [[row] for row in sorted(rows, key=lambda row: row["time"])]
    assert last_versions(findings(detector, facts, *ordered, restored=restored)) == whole


@every_case
@settings(max_examples=30, deadline=None)
@given(data=st.data(), turn=TURNS)
def test_what_is_late_within_lateness_changes_nothing(
    detector: Detector, facts: Facts, stories: Stories, data: st.DataObject, turn: Random
) -> None:
    rows = data.draw(stories)
    whole = last_versions(findings(detector, facts, rows, ticks=False))
    delayed = sorted(rows, key=lambda row: int(row["time"]) + turn.randrange(500_000))
    assert last_versions(findings(detector, facts, *([row] for row in delayed))) == whole


@every_case
@settings(max_examples=30, deadline=None)
@given(data=st.data(), stretch=st.integers(1, 7))
def test_folding_by_the_stretch_gives_the_same_bytes(
    detector: Detector, facts: Facts, stories: Stories, data: st.DataObject, stretch: int
) -> None:
    rows = data.draw(stories)
    in_stretches = folded(rows, facts=facts, stretch=stretch, detectors=(detector,))
    assert in_stretches == folded(rows, facts=facts, detectors=(detector,))
