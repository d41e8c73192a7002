"""Answers that name another user than the one who asked: what is proof, what explains it, and what only looks so."""

from __future__ import annotations

import pytest

from detectors.base import Severity, Tier, Verdict
from detectors.facts import Facts
from detectors.findings import bounded
from tests.detectors.toys import folded
from tests.detectors.trials import Row, findings
from tests.detectors.users import (
    ADA,
    AGREED,
    BOB,
    CYD,
    DETECTOR,
    FACTS,
    HOUR,
    SILENT,
    STAFF,
    ZONE,
    a_mark,
    asked,
    cached,
    fetched,
    only,
    rules,
)


@pytest.mark.parametrize("facts", [FACTS, SILENT], ids=["configured", "not configured"])
def test_an_answer_that_names_someone_else_is_proof(facts: Facts) -> None:
    verdict = only([AGREED, asked(5, BOB, ADA)], facts=facts)
    assert (verdict.rule, verdict.tier, verdict.severity) == ("mismatch", Tier.PROOF, Severity.CRITICAL)
    assert (verdict.zone, verdict.script, verdict.route) == (ZONE, "shop-api", "/account/profile")
    assert (verdict.count, verdict.affected) == (1, 1)


def test_it_is_said_at_once_with_the_request_that_shows_it() -> None:
    first, *_ = findings(DETECTOR, FACTS, [AGREED], [asked(5, BOB, ADA, "r9")])
    assert [(each.origin, each.line, each.ray_id) for each in first.verdict.evidence] == [("o1", 1, "r9")]
    assert bounded(first.verdict)


@pytest.mark.parametrize(
    "row",
    [
        asked(5, BOB, BOB),
        asked(5, BOB + CYD, CYD),
        asked(5, "", ADA),
        asked(5, BOB, ""),
        asked(5, STAFF, ADA),
        asked(5, BOB, ADA, status=404),
        asked(5, BOB, ADA, status=302),
        asked(5, BOB, ADA, empty=1),
        asked(5, BOB, ADA, route="/login"),
        asked(5, BOB, ADA, given=a_mark(50)),
    ],
    ids=[
        "oneself",
        "one of two names",
        "nobody asks",
        "nobody is named",
        "staff",
        "an error page",
        "a redirect",
        "an empty body",
        "a log-in",
        "a new session",
    ],
)
def test_what_only_looks_like_someone_else_is_nothing(row: Row) -> None:
    assert rules([AGREED, row]) == []


def test_who_says_to_act_for_another_is_believed_only_where_no_staff_is_listed() -> None:
    row = asked(5, BOB, ADA, acting_for=ADA)
    assert rules([AGREED, row], facts=SILENT) == []
    assert rules([AGREED, row]) == ["mismatch"]


def test_a_session_out_of_the_cache_is_no_log_in() -> None:
    assert rules([AGREED, asked(5, BOB, ADA, given=a_mark(50), cache="hit")]) == ["mismatch"]


@pytest.mark.parametrize(("hours", "told"), [(0, True), (-23.5, True), (-26, False), (2, False)])
def test_headers_that_never_agreed_say_nothing_by_differing(hours: float, told: bool) -> None:
    agreed, differing = asked((30 + hours) * HOUR, ADA, ADA), asked(30 * HOUR + 5, BOB, ADA)
    for batches in ([agreed, differing], [agreed]), ([differing], [agreed]):
        assert (rules(*batches) == ["mismatch"]) == told


def test_many_answers_of_one_script_are_one_finding_a_pane() -> None:
    rows = [
        asked(number / 4, a_mark(number + 1), a_mark(number), route=f"/account/{'abc'[number % 3]}")
        for number in range(900)
    ]
    verdict = only([AGREED, *rows])
    assert verdict.count == 900
    assert abs(verdict.affected - 900) < 120
    assert (verdict.route, len(verdict.top)) == ("", 3)


def leak(back: float, users: int = 40) -> Verdict:
    """Let each of many users get the answer of someone who asked so many seconds before, in a busy script."""
    rows = [asked(60 + number, a_mark(number), a_mark(number), f"s{number}") for number in range(200)]
    rows += [asked(60 + number + back, a_mark(number + 700), a_mark(number), f"t{number}") for number in range(users)]
    return only(rows)


def test_what_was_asked_just_before_points_to_the_script() -> None:
    verdict = leak(2)
    assert "it keeps data between requests" in verdict.summary
    assert verdict.observed == 1.0
    assert verdict.expected is not None
    assert verdict.expected < 0.1


@pytest.mark.parametrize("verdict", [leak(20), leak(2, users=1)], ids=["long before", "once"])
def test_what_was_asked_long_before_or_once_does_not(verdict: Verdict) -> None:
    assert "look for what shop-api or a cache keeps" in verdict.summary


def test_evidence_is_bounded_whatever_is_asked() -> None:
    rows = [AGREED]
    for number in range(1700):
        more = {
            "route": f"/account/{'abcdefgh'[number % 8]}/{'stuvwxyz'[number // 8 % 8]}",
            "script": f"s{number % 40}",
        }
        row = cached(
            number / 20, a_mark(number), number, ray=f"{number}", colo=f"c{number % 50}", client=number, **more
        )
        rows.append({**row, "answered": a_mark(number + 1), "given": a_mark(number), "odd_path": ("", ";")[number % 2]})
        rows.append(fetched(number / 20, f"{number}", number, **more))
    assert len(folded(rows, facts=FACTS, detectors=(DETECTOR,))[0]) < 100_000
