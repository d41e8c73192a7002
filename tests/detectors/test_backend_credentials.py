"""Users' credentials at backends: whichever log comes first, however many users, and what is none of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from detectors.base import Severity, Tier
from detectors.facts import Facts
from detectors.findings import bounded, to_json
from detectors.judge import Judge
from pipeline.base import Batch, Limits
from pipeline.engine import Engine
from pipeline.observer import Detection
from redactors.policy import Policy
from tests.detectors.backends import (
    AUTH,
    DETECTOR,
    FREE,
    HOSTS,
    HOUR,
    LISTED,
    NEXT,
    ORDERS,
    OWN,
    SERVICE,
    ZONE,
    backend,
    client,
    only,
    rules,
    worker,
)
from tests.detectors.toys import SEED, START, folded
from tests.detectors.trials import Row, at, findings
from tests.detectors.users import a_mark
from tests.laws.stage import RING, catalogue
from tests.laws.stage import rules as rules_of

TOKEN = a_mark(1)


@pytest.mark.parametrize("facts", [LISTED, FREE], ids=["listed", "free"])
@pytest.mark.parametrize("shown", [backend, worker], ids=["in the backend's log", "in the zone's log"])
def test_a_clients_token_at_a_backend_is_proof_whichever_log_comes_first(facts: Facts, shown: Any) -> None:  # noqa: ANN401 (a maker of rows)
    edge, behind = [client(10, TOKEN)], [shown(11, TOKEN)]
    verdict = only(edge, behind, facts=facts)
    assert verdict == only(behind, edge, facts=facts) == only([*edge, *behind], facts=facts)
    assert (verdict.tier, verdict.severity, verdict.subject) == (Tier.PROOF, Severity.CRITICAL, ORDERS)
    assert (verdict.zone, verdict.account, verdict.route) == (ZONE, "", "/cart")
    assert (verdict.count, verdict.affected) == (1, 1)


def test_it_is_said_at_once_and_shows_where_the_records_stood() -> None:
    [*first] = findings(DETECTOR, FREE, [backend(11, TOKEN, ray="c9")], [client(10, TOKEN)])
    assert [(each.origin, each.line, each.ray_id) for each in first[0].verdict.evidence] == [("o0", 1, "c9")]
    assert bounded(first[0].verdict)


def test_a_session_cookie_is_followed_like_a_token() -> None:
    verdict = only([client(10, cookie=TOKEN)], [backend(11, OWN, cookie=TOKEN)])
    assert "cookies" in verdict.next[1]
    assert rules([client(10, cookie=TOKEN), backend(11, OWN, cookie=TOKEN)]) == ["cookies", "forwarded"]


def test_one_of_several_credentials_in_a_header_is_enough() -> None:
    assert only([client(10, a_mark(5) + TOKEN)], [backend(11, OWN + TOKEN)]).affected == 1


def test_thousands_of_users_are_one_finding_a_backend_and_hour() -> None:
    edge = [client(number % HOUR, a_mark(number)) for number in range(1000, 3000)]
    routes = ("/cart", "/orders", "/profile")
    behind = [backend(number % HOUR, a_mark(number), route=routes[number % 3]) for number in range(1000, 3000)]
    verdict = only(edge, behind)
    assert verdict.affected == 2000
    assert {name for name, _ in verdict.top} == set(routes)
    assert verdict.route == ""
    assert rules(edge, behind) == ["forwarded", "outside"]


@pytest.mark.parametrize(
    "rows",
    [
        [client(10, TOKEN), backend(11, OWN)],
        [client(10, TOKEN), backend(11, OWN), backend(12, NEXT), worker(13, NEXT)],
        [client(10, SERVICE), backend(11, SERVICE)],
        [client(10, TOKEN, TOKEN), backend(11, TOKEN, TOKEN, service=AUTH), worker(11, TOKEN, AUTH)],
        [client(10, TOKEN), worker(11, TOKEN, "www.shop.example")],
        [client(10, TOKEN), at(11, side="noise", credentials=TOKEN, zone=ZONE, host=ORDERS)],
        [client(10, TOKEN), backend(11), worker(12)],
    ],
    ids=[
        "the Worker replaces it",
        "the Worker's own is being rotated",
        "a service of ours asks with its own",
        "a backend that may see users' credentials",
        "the Worker passes the request on",
        "nobody's request",
        "no credential at all",
    ],
)
def test_what_is_allowed_is_nothing(rows: list[Row]) -> None:
    assert rules(rows) == []
    (evidence,) = folded(rows, facts=LISTED, detectors=(DETECTOR,))
    assert b"backend_credentials.backend" not in evidence


def test_the_workers_own_credential_is_nothing_where_none_is_listed() -> None:
    rows = [backend(hour * HOUR, OWN) for hour in range(30)]
    assert rules([*rows, *(backend(hour * HOUR, NEXT) for hour in range(20, 40))], facts=FREE) == []


def test_a_third_party_must_not_see_a_users_token() -> None:
    verdict = only([client(10, TOKEN), worker(11, TOKEN, "api.partner.example")])
    assert (verdict.subject, verdict.script) == ("api.partner.example", "shop-api")
    assert "no backend of the zone" in verdict.summary
    assert rules([worker(11, a_mark(7), "api.partner.example")]) == []


def test_a_zone_of_which_nothing_is_known_may_pass_requests_on_within_itself() -> None:
    unknown = Facts(warm_up=0)
    assert rules([client(10, TOKEN), worker(11, TOKEN, f"www.{ZONE}"), worker(11, TOKEN, ZONE)], facts=unknown) == []
    assert only([client(10, TOKEN), worker(11, TOKEN, f"x{ZONE}")], facts=unknown).severity is Severity.MEDIUM


@pytest.mark.parametrize(("hours", "joined"), [(0, True), (23.9, True), (-23.9, True), (34, False), (-34, False)])
def test_both_sides_may_be_a_day_apart(hours: float, joined: bool) -> None:
    rows = [client(40 * HOUR, TOKEN)], [backend((40 + hours) * HOUR, TOKEN)]
    for batches in (rows, rows[::-1], ([*rows[0], *rows[1]],)):
        assert ("forwarded" in rules(*batches)) == joined


def test_an_edge_log_that_comes_hours_late_still_proves_it() -> None:
    hours = [[backend(hour * HOUR, TOKEN if hour == 1 else OWN)] for hour in range(12)]
    found = findings(DETECTOR, LISTED, *hours, [client(HOUR, TOKEN)])
    assert [(each.late, each.verdict.affected) for each in found if each.verdict.rule == "forwarded"] == [(True, 1)]


def test_what_the_list_does_not_hold_is_proof_without_any_edge_log() -> None:
    verdict = only([backend(11, TOKEN, issuer="https://login.example/", audience="<b>app")], rule="outside")
    assert (verdict.tier, verdict.severity, verdict.affected) == (Tier.PROOF, Severity.HIGH, 1)
    assert "https://login.example/" in verdict.summary
    assert "<b>" not in verdict.summary


@pytest.mark.parametrize(("tokens", "severity"), [(9, Severity.HIGH), (10, Severity.CRITICAL)])
def test_more_than_three_times_the_list_are_users(tokens: int, severity: Severity) -> None:
    assert only([backend(11, a_mark(each)) for each in range(tokens)], rule="outside").severity is severity


def many(tokens: int, usual: int, facts: Facts = FREE) -> list[str]:
    """Show a backend a number of tokens for some hours, and then another number."""
    before = [backend(hour * HOUR + each, a_mark(each)) for hour in range(8) for each in range(usual)]
    return rules([*before, *(backend(8 * HOUR + each, a_mark(each + 50)) for each in range(tokens))], facts=facts)


@pytest.mark.parametrize(
    ("tokens", "usual", "told"),
    [(9, 1, []), (10, 1, ["many"]), (12, 4, []), (13, 4, ["many"])],
    ids=["few", "enough", "three times", "more than that"],
)
def test_many_more_than_ever_are_a_statistic_where_none_is_listed(tokens: int, usual: int, told: list[str]) -> None:
    assert many(tokens, usual) == told
    assert many(tokens, usual, LISTED) == ["outside"] * 9


def test_nothing_is_unusual_before_it_is_known_what_is_usual() -> None:
    young = Facts(of_zone={ZONE: HOSTS}, warm_up=9 * HOUR)
    assert many(20, 1, young) == []


def test_a_jwt_of_an_issuer_never_seen_is_a_statistic_and_known_from_then_on() -> None:
    own = {"issuer": "https://workers.example/", "audience": "orders"}
    users = {"issuer": "https://login.example/", "audience": "app"}
    rows = [backend(hour * HOUR, OWN, **own) for hour in range(8)]
    rows += [backend((4 + hour) * HOUR + 9, TOKEN, **users) for hour in range(3)]
    verdict = only(rows, rule="issuer", facts=FREE)
    assert (verdict.tier, verdict.severity, verdict.zone) == (Tier.STATISTICS, Severity.MEDIUM, ZONE)
    assert "(app, https://login.example/)" in verdict.summary


def test_what_was_learned_of_a_backend_is_in_the_inventory() -> None:
    facts = Facts(of_zone={ZONE: HOSTS}, warm_up=3 * HOUR)
    rows = [backend(hour * HOUR, OWN, issuer="https://workers.example/") for hour in range(6)]
    (report,) = [each for each in findings(DETECTOR, facts, rows) if each.detector == "inventory"]
    assert f"{ORDERS}: at most 1 different credentials an hour, JWTs of https://workers.example/" in (
        report.verdict.summary
    )


def test_state_is_bounded_whatever_is_shown() -> None:
    judge = Judge(FREE, SEED, (DETECTOR,))
    sizes: list[int] = []
    for batch in range(8):
        numbers = range(batch * 1500, batch * 1500 + 1500)
        rows = [worker(1, a_mark(number), f"h{number}.example", ray=f"r{number}") for number in numbers]
        rows += [backend(1, a_mark(number + 5), "", issuer=f"i{number}", host=f"h{number}") for number in numbers]
        (evidence,) = folded(rows, facts=FREE, detectors=(DETECTOR,))
        assert len(evidence) < 64_000
        judge.merge(evidence)
        sizes.append(len(judge.snapshot()))
    assert max(sizes[3:]) < 1.3 * min(sizes[3:])


def test_the_evidence_of_a_mass_leak_is_small() -> None:
    rows = [client(1, a_mark(number)) for number in range(1700)]
    assert len(folded(rows, facts=LISTED, detectors=(DETECTOR,))[0]) < 20_000
    rows = [backend(1, a_mark(number), a_mark(number + 7000), route=f"/{number:x}/x") for number in range(1700)]
    assert len(folded(rows, facts=FREE, detectors=(DETECTOR,))[0]) < 64_000


def test_no_token_of_real_records_stands_in_evidence_state_or_finding() -> None:
    secret, key = "u5er-T0ken-9f8e7d6c5b4a3210QWERTY", "w0rker-T0ken-1a2b3c4d5e6f7890ASDFGH"
    request = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"}
    request |= {"EdgeStartTimestamp": START, "ZoneName": ZONE, "ClientRequestSource": "eyeball"}
    entry = {"time": START + 1, "service": ORDERS, "remote_addr": "198.51.100.7", "uri": "/cart", "ray_id": "c1"}
    records = [
        {**request, "RequestHeaders": {"authorization": f"Bearer {secret}"}},
        {**entry, "headers": {"authorization": f"Bearer {key}"}},
        {**entry, "headers": {"authorization": f"Bearer {secret}", "cf-worker": ZONE}},
    ]
    engine = Engine(Policy(), RING, rules_of(), catalogue(), Limits(), detection=Detection(FREE, SEED))
    judge = Judge(FREE, SEED)
    written: list[bytes] = []
    for number, record in enumerate(records):
        for outcome in engine.process(Batch([orjson.dumps(record) + b"\n"], f"b{number}"), "none"):
            written += outcome.evidence
            written += [to_json(each) for data in outcome.evidence for each in judge.merge(data)]
    found = [each for each in written if b'"rule":"forwarded"' in each]
    assert [orjson.loads(each)["affected"] for each in found] == [1]
    assert [each for each in (*written, judge.snapshot()) if secret.encode() in each or key.encode() in each] == []
