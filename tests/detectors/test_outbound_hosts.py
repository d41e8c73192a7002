"""Calls of programs as evidence and findings: what fires, what does not, what joins, in any order and split."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.base import Severity, Tier, Verdict
from detectors.facts import Facts, Zone
from detectors.folder import load_message
from detectors.judge import Judge
from detectors.outbound_hosts import OutboundHosts
from detectors.registry import kinds_of
from tests.detectors.stories import last_versions
from tests.detectors.toys import SEED, START, folded
from tests.detectors.trials import TURNS, Row, at, findings, in_parts, said

DETECTOR = OutboundHosts()
PLACE = {"zone": "shop.example", "account": "acc", "script": "shop-edge"}
LISTED = Facts(
    zones={"shop.example": {"outbound_hosts": {"allow": ("api.partner.example", "stock.service.internal")}}},
    of_zone={"shop.example": Zone("acc", ("www.shop.example",))},
    warm_up=0,
)
FREE = Facts(warm_up=0)
METADATA = "http://169.254.169.254"


def call(second: float, outbound: str, ray: str = "c1", parent: str = "r1", **more: str | int) -> Row:
    """Make the row of a subrequest."""
    given = {"side": "subrequest", "last": 1, "ray": ray, "parent": parent, "status": 200, **PLACE, **more}
    return at(second, outbound=outbound, **given)


def visit(second: float, asked: str = "", ray: str = "r1", **more: str | int) -> Row:
    """Make the row of a visitor's request."""
    return at(second, **{"side": "edge", "last": 1, "ray": ray, "status": 200, "asked": asked, **PLACE, **more})


def trace(second: float, *printed: str, **more: str | int) -> list[Row]:
    """Make the rows of a trace event: one for each place that was printed, then its own."""
    given = {"side": "worker", "dataset": "workers_trace_events", "ray": "r1", "status": 200, **PLACE, **more}
    return [*(at(second, outbound=each, last=0, **given) for each in printed), at(second, last=1, **given)]


def told(rows: Sequence[Row], facts: Facts = LISTED) -> list[tuple[str, str, str]]:
    """Return rule, severity and subject of all that is said."""
    return [(each.rule, each.severity.value, each.subject) for each in said(DETECTOR, facts, rows)]


def only(rows: Sequence[Row], facts: Facts = LISTED) -> Verdict:
    """Return the one thing that is said."""
    (verdict,) = said(DETECTOR, facts, rows)
    return verdict


@pytest.mark.parametrize("facts", [LISTED, FREE], ids=["listed", "free"])
def test_a_call_to_a_metadata_service_is_told_at_once_by_one_record(facts: Facts) -> None:
    (found, *_) = findings(DETECTOR, facts, [call(5, METADATA)])
    assert (found.verdict.rule, found.verdict.tier, found.verdict.severity) == (
        "internal",
        Tier.PROOF,
        Severity.CRITICAL,
    )
    assert (found.verdict.zone, found.verdict.account, found.verdict.script) == ("shop.example", "acc", "shop-edge")
    assert [(each.origin, each.line, each.ray_id) for each in found.verdict.evidence] == [("o0", 1, "c1")]
    assert found.verdict.quiet_with == ""


def test_it_needs_no_warming() -> None:
    assert told([call(5, METADATA)], Facts(warm_up=10**6)) == [("internal", "critical", METADATA)]


@pytest.mark.parametrize(
    ("statuses", "severity", "words"),
    [
        ((200,), "critical", "(answered)"),
        ((302,), "critical", "(answered)"),
        ((404,), "high", "(refused by it)"),
        ((502,), "high", "(not answered)"),
        ((0,), "high", "service, which gives out credentials;"),
        ((404, 502, 200), "critical", "(answered and refused by it and not answered)"),
    ],
)
def test_how_grave_a_call_is_hangs_on_the_answer(statuses: Sequence[int], severity: str, words: str) -> None:
    verdict = only([call(second, METADATA, status=status) for second, status in enumerate(statuses)])
    assert (verdict.severity.value, verdict.count) == (severity, len(statuses))
    assert words in verdict.summary


def test_a_call_to_what_is_allowed_is_nothing_and_leaves_no_evidence() -> None:
    rows = [
        call(1, "https://api.partner.example"),
        call(2, "https://stock.service.internal", reached="10.40.0.12"),
        call(3, "https://www.shop.example", ray="c3"),
        visit(4, reached="10.0.0.1"),
    ]
    assert said(DETECTOR, LISTED, rows) == []
    (packed,) = folded(rows, facts=LISTED, detectors=(DETECTOR,))
    assert list(load_message(packed, kinds_of([DETECTOR])).cells()) == []


@pytest.mark.parametrize("side", ["subrequest", "egress"])
def test_a_host_that_is_on_no_list_is_a_finding_wherever_the_call_is_logged(side: str) -> None:
    assert told([call(5, "https://evil.example", side=side)]) == [("unlisted", "medium", "https://evil.example")]


def test_a_name_on_the_list_that_leads_inside_is_a_finding() -> None:
    verdict = only([call(5, "https://api.partner.example", reached="10.20.0.7")])
    assert (verdict.rule, verdict.severity) == ("private_origin", Severity.HIGH)
    assert "10.20.0.7" in verdict.quiet_with


def test_calls_of_one_pane_are_one_finding_and_those_of_the_next_another() -> None:
    verdicts = said(DETECTOR, LISTED, [call(second, METADATA, ray=f"c{second}") for second in (0, 299.999, 300)])
    assert [(each.count, each.first_seen % 300_000, each.last_seen % 300_000) for each in verdicts] == [
        (2, 0, 299_999),
        (1, 0, 0),
    ]


@pytest.mark.parametrize("order", [1, -1], ids=["request first", "call first"])
@pytest.mark.parametrize("second", [10, 299.9], ids=["same pane", "next pane"])
def test_a_call_that_a_visitor_asked_for_is_graver_whichever_record_comes_first(order: int, second: float) -> None:
    batches = [[visit(second, "http://10.0.0.5", script="")], [call(second + 0.2, "https://10.0.0.5")]][::order]
    verdicts = {each.rule: each for each in said(DETECTOR, LISTED, *batches)}
    assert (verdicts["internal"].severity, verdicts["attempts"].severity) == (Severity.CRITICAL, Severity.INFO)
    assert "as a visitor asked in the same request" in verdicts["internal"].summary
    assert len(verdicts["internal"].next) == 3


def test_a_request_that_comes_later_makes_a_call_graver_before_its_pane_is_closed() -> None:
    judge = Judge(LISTED, SEED, (DETECTOR,))
    heard = []
    for row in (call(300.1, "https://10.0.0.5"), visit(299.9, "http://10.0.0.5"), call(310, "https://x.internal")):
        (packed,) = folded([row], facts=LISTED, detectors=(DETECTOR,))
        heard += [*judge.tick(START + 311), *judge.merge(packed)]
    versions = [each.verdict.severity for each in heard if each.verdict.subject == "https://10.0.0.5"]
    assert versions == [Severity.HIGH, Severity.CRITICAL]


@pytest.mark.parametrize(
    "asked",
    [
        visit(10, "http://10.0.0.5", ray="r2"),
        visit(10, "http://10.0.0.6"),
        visit(700, "http://10.0.0.5"),
    ],
    ids=["other request", "other host", "later"],
)
def test_a_visitor_who_asked_for_something_else_did_not_cause_it(asked: Row) -> None:
    (verdict,) = [
        each for each in said(DETECTOR, LISTED, [asked, call(11, "https://10.0.0.5")]) if each.rule == "internal"
    ]
    assert verdict.severity is Severity.HIGH
    assert "visitor" not in verdict.summary


def test_attempts_alone_inform_once_a_zone_and_day() -> None:
    rows = [visit(hour * 3600, METADATA, ray=f"r{hour}", client=hour % 3 + 1) for hour in range(20)]
    rows += [visit(5, "http://localhost", ray="r-x", client=9), visit(6, "http://10.0.0.1", zone="b.example")]
    rows += trace(5, asked="http://localhost", ray="r-x")
    verdicts = said(DETECTOR, LISTED, rows)
    assert {(each.rule, each.severity, each.tier) for each in verdicts} == {("attempts", Severity.INFO, Tier.ATTEMPT)}
    first, second, *_ = sorted(verdicts, key=lambda each: -each.count)
    assert len({(each.zone, each.first_seen // 86_400_000) for each in verdicts}) == len(verdicts)
    assert first.top[0][0] == "169.254.169.254"
    assert first.count + second.count == 21
    assert first.affected >= 3


def test_a_redirect_tells_who_sent_the_program_there() -> None:
    rows = [
        call(10, "https://api.partner.example", ray="c1", status=302),
        call(10.1, "https://10.0.0.5", ray="c2"),
    ]
    assert "sent there by api.partner.example" in only(rows).summary
    assert "sent there" not in only([rows[0], call(10.1, "https://10.0.0.5", ray="c2", parent="r2")]).summary


def test_an_answer_that_sends_a_program_inside_is_a_finding_even_if_no_call_follows() -> None:
    rows = [call(10, "https://api.partner.example", status=302, redirect="http://10.0.0.5")]
    assert told(rows) == [("redirect", "high", "http://10.0.0.5")]
    assert told(rows, FREE)[-1] == ("redirect", "high", "http://10.0.0.5")
    assert told([call(10, "https://api.partner.example", status=200, redirect="http://10.0.0.5")]) == []
    assert told([call(10, "https://api.partner.example", status=301, redirect="https://www.shop.example")]) == []


def test_what_is_printed_is_no_call_unless_it_hides_where_it_leads() -> None:
    assert told(trace(5, "https://api.partner.example")) == []
    assert told(trace(5, "https://evil.example")) == [("printed", "low", "https://evil.example")]
    assert told(trace(5, "https://@203.0.113.66")) == [("printed", "high", "https://@203.0.113.66")]


def test_a_program_that_prints_what_its_visitor_asked_for_is_not_blamed() -> None:
    tried = ("attempts", "info", "addresses inside, in what visitors sent")
    assert told(trace(5, "http://10.0.0.5", asked="http://10.0.0.5:80"), FREE) == [tried]
    assert told(trace(5, "http://10.0.0.6", asked="http://10.0.0.5"), FREE) == [
        tried,
        ("printed", "low", "http://10.0.0.6"),
    ]


def test_people_behind_a_gateway_go_where_they_like_but_not_to_metadata() -> None:
    rows = [call(5, place, side="gateway", script="") for place in ("http://10.0.0.5", "https://x.example", METADATA)]
    verdict = only(rows)
    assert (verdict.rule, verdict.subject) == ("internal", METADATA)
    assert "a device behind the gateway" in verdict.summary


def test_a_place_that_is_none_is_nothing() -> None:
    assert told([call(5, "invalid:", side="egress"), *trace(5, "invalid:")], LISTED) == []


def test_a_late_row_is_told_all_the_same() -> None:
    batches = [[call(0, "https://api.partner.example")], *[[visit(hour * 3600)] for hour in range(1, 5)]]
    found = findings(DETECTOR, LISTED, *batches, [call(10, METADATA)])
    assert [(each.verdict.rule, each.late) for each in found] == [("internal", True)]


PLACES = [METADATA, "https://10.0.0.5", "https://evil.example", "https://api.partner.example", "https://b.example:81"]


@st.composite
def stories(draw: st.DrawFn) -> list[Row]:
    """Draw requests with calls, redirects, prints and attempts, close together."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 12))):
        second, ray = draw(st.floats(0, 1500)), f"r{draw(st.integers(0, 5))}"
        place = {"script": draw(st.sampled_from(["shop-edge", "api"])), "ray": ray}
        asked = draw(st.sampled_from(["", *PLACES[:2]]))
        rows += [
            visit(second, asked, **place),
            *trace(second, *draw(st.lists(st.sampled_from(PLACES), max_size=2)), **place),
        ]
        for outbound in draw(st.lists(st.sampled_from(PLACES), max_size=3)):
            more: dict[str, str | int] = {
                "status": draw(st.sampled_from([200, 302, 404, 0])),
                "reached": draw(st.sampled_from(["", "10.1.1.1"])),
            }
            more |= {"redirect": draw(st.sampled_from(["", PLACES[1]])), "script": place["script"]}
            rows.append(call(second + 0.5, outbound, f"c{number}", ray, **more))
    return rows


@settings(max_examples=60, deadline=None)
@given(
    rows=stories(), turn=TURNS, judges=st.integers(1, 4), restored=st.booleans(), facts=st.sampled_from([LISTED, FREE])
)
def test_any_split_order_and_number_of_judges_says_the_same(
    rows: list[Row], turn: Random, judges: int, restored: bool, facts: Facts
) -> None:
    whole = last_versions(findings(DETECTOR, facts, rows, ticks=False))
    parts = findings(DETECTOR, facts, *in_parts(rows, turn), ticks=False, judges=judges, restored=restored)
    assert last_versions(parts) == whole


def test_evidence_is_bounded_whatever_visitors_and_programs_name() -> None:
    rows: list[Row] = []
    for number in range(3000):
        name = f"{'x' * 50}{number}.example"
        rows += [
            call(number / 10, f"https://{name}", f"c{number}", status=302),
            visit(number / 10, f"http://{name}.internal"),
        ]
        rows += trace(number / 10, f"http://@{name}", f"http://{name}.lan", version=f"v{number}")
    for facts in (LISTED, FREE):
        assert len(folded(rows, facts=facts, detectors=(DETECTOR,))[0]) < 64_000


def test_the_gravest_is_not_lost_among_many_hosts() -> None:
    rows = [call(1, f"https://h{number}.example") for number in range(2000)]
    assert ("internal", "critical", METADATA) in told([*rows, call(2, METADATA)])
