"""Private answers out of a cache: at the edge, behind a Worker, by a link laid out; and what a cache may give."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from detectors.base import Severity, Tier
from detectors.facts import Facts
from detectors.judge import Judge
from pipeline.base import Batch, Limits
from pipeline.engine import Engine
from pipeline.observer import Detection
from redactors.policy import Policy
from tests.detectors.toys import SEED, START
from tests.detectors.trials import Row, findings, said
from tests.detectors.users import (
    ADA,
    BOB,
    CYD,
    DETECTOR,
    FACTS,
    HOUR,
    PRIVATE,
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
from tests.laws.stage import RING, catalogue
from tests.laws.stage import rules as rules_of


@pytest.mark.parametrize("cache", ["hit", "stale", "updating", "revalidated"])
def test_a_private_answer_out_of_the_cache_for_two_users_is_proof(cache: str) -> None:
    verdict = only([cached(5, ADA, cache="miss")], [cached(900, BOB, cache=cache)])
    assert (verdict.rule, verdict.tier, verdict.severity) == ("cached", Tier.PROOF, Severity.CRITICAL)
    assert (verdict.subject, verdict.route) == ("www.shop.example/account/profile", "/account/profile")
    assert 'per_user_cache = ["/account/profile"]' in verdict.quiet_with


@pytest.mark.parametrize(
    "rows",
    [
        [cached(5, ADA, cache="miss"), cached(6, ADA)],
        [cached(5, ADA), cached(6, BOB, key=78)],
        [cached(5, ADA, cache="miss"), cached(6, BOB, cache="miss"), cached(7, CYD, cache="expired")],
        [cached(5, ADA, route="/account/lists"), cached(6, BOB, route="/account/lists")],
        [cached(5, ADA, route="/products/*"), cached(6, BOB, route="/products/*")],
        [cached(5, ADA), cached(6, STAFF)],
        [cached(5, ADA, status=404), cached(6, BOB, status=404)],
        [cached(5, ADA, empty=1), cached(6, BOB, empty=1)],
        [cached(5, ADA), cached(5 + HOUR + 300, BOB, cache="miss"), cached(5 + 2 * HOUR, BOB)],
        [cached(5, ADA), cached(6, "", sessions=a_mark(60))],
        [cached(5, "", credentials=a_mark(61)), cached(6, "", credentials=a_mark(62))],
    ],
    ids=[
        "one's own",
        "each one's own entry",
        "never from the cache",
        "kept for each user",
        "a public route",
        "staff",
        "an error page",
        "an empty body",
        "hours apart",
        "known in different ways",
        "tokens, which are renewed",
    ],
)
def test_what_a_cache_may_give_is_nothing(rows: list[Row]) -> None:
    assert rules(rows) == []
    assert rules(*([row] for row in rows)) == []


def test_sessions_tell_users_apart_too_but_less_surely() -> None:
    rows = [cached(5, "", sessions=a_mark(60)), cached(6, "", sessions=a_mark(61))]
    assert only(rows).severity is Severity.HIGH


def test_nothing_is_private_where_nobody_says_so() -> None:
    assert rules([cached(5, ADA), cached(6, BOB)], facts=SILENT) == []


def test_many_entries_of_one_route_are_one_finding() -> None:
    rows = [cached(5 + number % 200, a_mark(number), key=number // 2 + 1) for number in range(400)]
    assert only(rows).affected > 4


@pytest.mark.parametrize(
    ("route", "odd"),
    [("/account/profile/style.css", "ext:css"), ("/account/*", ";"), ("/account/*", "%2f"), ("/account/*", "%0a")],
)
@pytest.mark.parametrize("thief", [BOB, ""], ids=["a user", "nobody"])
def test_a_page_under_a_files_name_is_a_try_until_someone_else_gets_it(route: str, odd: str, thief: str) -> None:
    laid_out: dict[str, Any] = {"route": route, "odd_path": odd, "content_type": "text/html"}
    victim, stolen = cached(5, ADA, cache="miss", **laid_out), cached(45, thief, **laid_out)
    attempt = only([victim])
    assert (attempt.rule, attempt.tier, attempt.severity) == ("deception", Tier.ATTEMPT, Severity.INFO)
    assert rules([victim], [stolen]) == rules([stolen], [victim]) == ["deceived", "deception"]
    (proof, _) = said(DETECTOR, FACTS, [victim, stolen])
    assert (proof.tier, proof.severity) == (Tier.PROOF, Severity.CRITICAL)
    assert odd in proof.summary


@pytest.mark.parametrize(
    "more",
    [
        {"route": "/products/*", "odd_path": ";"},
        {"route": "/account/theme.css", "odd_path": "ext:css", "content_type": "text/css"},
        {"route": "/account/*", "odd_path": ";", "status": 404},
    ],
    ids=["a public page", "a file indeed", "refused"],
)
def test_an_odd_path_alone_is_nothing(more: dict[str, Any]) -> None:
    rows = [asked(5, ADA, **more), asked(6, BOB, **more)]
    assert rules(rows) == []


def test_attempts_are_one_a_zone_and_day() -> None:
    laid_out: dict[str, Any] = {"route": "/account/*", "odd_path": ";", "content_type": "text/html"}
    days = {
        each.first_seen // 86_400_000
        for each in said(DETECTOR, FACTS, [asked(h * HOUR, ADA, **laid_out) for h in range(30)])
    }
    assert len(rules([asked(hour * HOUR, ADA, **laid_out) for hour in range(30)])) == len(days) == 2


def parents(*users: str) -> list[Row]:
    """Make requests of users; their rays are among those that are kept."""
    return [asked(5 + number, who, ray=f"p{number}") for number, who in enumerate(users)]


def test_what_a_worker_gets_from_the_cache_for_two_users_is_proof() -> None:
    behind = [fetched(5.1, "p0", cache="miss"), fetched(6.1, "p1")]
    verdict = only(parents(ADA, BOB), behind)
    assert verdict == only(behind, parents(ADA, BOB)) == only([*behind, *parents(ADA, BOB)])
    assert (verdict.rule, verdict.severity, verdict.script) == ("cached_behind", Severity.CRITICAL, "shop-api")
    assert verdict.subject == "orders.example/account/profile"


@pytest.mark.parametrize(
    "rows",
    [
        [*parents(ADA, ADA), fetched(5.1, "p0"), fetched(6.1, "p1")],
        [*parents(ADA, BOB), fetched(5.1, "p0"), fetched(6.1, "p1", key=78)],
        [*parents(ADA, BOB), fetched(5.1, "p0", cache="miss"), fetched(6.1, "p1", cache="miss")],
        [*parents(ADA, STAFF), fetched(5.1, "p0"), fetched(6.1, "p1")],
        [*parents(ADA, BOB), fetched(5.1, "p0", route="/catalog"), fetched(6.1, "p1", route="/catalog")],
        [*parents(ADA, BOB), fetched(5.1, "p0", status=404), fetched(6.1, "p1", status=404)],
        [fetched(5.1, "p0"), fetched(6.1, "p1")],
    ],
    ids=[
        "one user",
        "two entries",
        "never from the cache",
        "staff",
        "what all may see",
        "an error page",
        "nobody known",
    ],
)
def test_what_a_worker_may_get_from_the_cache_is_nothing(rows: list[Row]) -> None:
    assert rules(rows) == []


def test_a_worker_that_names_the_user_needs_no_ray() -> None:
    named: dict[str, Any] = {"side": "subrequest", "host": "orders.example"}
    assert rules([cached(5, ADA, **named), cached(6, BOB, **named)]) == ["cached"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([asked(5, given=ADA, cache="hit", client=1), asked(6, given=ADA, cache="hit", client=2)], ["cached_cookie"]),
        ([asked(5, given=ADA, cache="hit", client=1), asked(6, given=ADA, cache="hit", client=1)], []),
        ([asked(5, given=ADA, cache="hit", client=1), asked(6, given=BOB, cache="hit", client=2)], []),
        ([asked(5, given=ADA, cache="miss", client=1), asked(6, given=ADA, client=2)], []),
    ],
    ids=["two clients, one session", "one client", "each its own", "not from the cache"],
)
def test_a_session_cookie_that_a_cache_gives_to_two_is_proof(rows: list[Row], told: list[str]) -> None:
    assert rules(rows) == told


def test_what_comes_hours_late_is_still_proof() -> None:
    usual = [[asked(hour * HOUR, ADA, ADA)] for hour in range(6)]
    found = findings(DETECTOR, FACTS, *usual, [cached(5, ADA), cached(6, BOB)])
    assert [(each.verdict.rule, each.late) for each in found if each.verdict.rule == "cached"] == [("cached", True)]


HEADERS = {"request": ("RequestHeaders.x-user-id",), "response": ("ResponseHeaders.x-user-id",)}
KNOWN = Facts(everywhere={"identity": HEADERS, "cross_user": PRIVATE}, warm_up=0)
POLICY = Policy(identity_request=HEADERS["request"], identity_response=HEADERS["response"])


@pytest.mark.parametrize(
    "end", ["/style.css", ";app.js", "%2flogo.webp", "%3bmain.css", "%0aindex.js", "%23a", "%3fx.jpg"]
)
def test_real_records_of_a_link_laid_out_are_followed_to_a_stranger(end: str) -> None:
    page: dict[str, Any] = {"ClientRequestHost": "www.shop.example", "ClientRequestURI": f"/account/profile{end}"}
    page |= {
        "ZoneName": ZONE,
        "EdgeResponseContentType": "application/json",
        "EdgeResponseStatus": 200,
        "EdgeResponseBodyBytes": 4186,
    }
    named = {"ResponseHeaders": {"x-user-id": "u-103441"}, "ClientRequestSource": "eyeball"}
    records = [
        {**page, **named, "EdgeStartTimestamp": START, "RayID": "95e48a8bbe46e9a4", "CacheCacheStatus": "miss"},
        {**page, **named, "EdgeStartTimestamp": START + 40, "RayID": "24666a3d6f7ab0ac", "CacheCacheStatus": "hit"},
    ]
    records = [{**records[0], "RequestHeaders": {"x-user-id": "u-103441"}}, {**records[1], "RequestHeaders": {}}]
    engine = Engine(POLICY, RING, rules_of(), catalogue(), Limits(), detection=Detection(KNOWN, SEED))
    judge = Judge(KNOWN, SEED)
    body = b"".join(orjson.dumps(record) + b"\n" for record in records)
    evidence = [data for outcome in engine.process(Batch([body], "b"), "none") for data in outcome.evidence]
    found = [each.verdict for data in evidence for each in judge.merge(data)]
    assert "deceived" in [each.rule for each in found]
    assert b"u-103441" not in b"".join([*evidence, judge.snapshot()])
