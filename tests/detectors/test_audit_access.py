"""Changes to an account: outside of lists at once, outside of habit once it is known, in any order and split."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.audit_access import AuditAccess
from detectors.base import Finding, Severity, Tier, Verdict
from detectors.facts import Facts
from detectors.folder import load_message
from detectors.registry import kinds_of
from tests.detectors.stories import a_mark, last_versions
from tests.detectors.toys import folded
from tests.detectors.trials import TURNS, Row, at, findings, in_parts, said

DETECTOR = AuditAccess()
ADA, BOB, EVE = a_mark(1), a_mark(2), a_mark(3)
EMAIL = a_mark(9)
HOUR, DAY = 3600, 86_400
OFFICE, ROOM, HOTEL = "203.0.113.7/32", "203.0.113.99/32", "192.0.2.77/32"
LISTS = {"api": ("198.51.100.0/28", "2001:db8:5::/48"), "dashboard": ("203.0.113.0/24",), "roaming": (EVE,)}
LISTED = Facts(accounts={"acc": {"audit_access": LISTS}}, warm_up=0)
FREE = Facts(warm_up=0)


def change(second: float, network: str = OFFICE, interface: str = "dashboard", **more: str | int) -> Row:
    """Make the row of a change."""
    given = {"account": "acc", "side": "audit", "dataset": "audit_logs_v2", "last": 1, "actor": EMAIL + ADA, **more}
    given = {"action": "update", "resource": "dns_record", "ray": f"r{second}", **given}
    return at(second, network=network, interface=interface, **given)


GRAVE = {"action": "create", "resource": "api_token"}
READ = {"action": "view", "resource": "zone"}
BY_TOKEN = {"interface": "api", "token": "t1"}


def told(*batches: Sequence[Row], facts: Facts = LISTED) -> list[tuple[str, str]]:
    """Return rule and severity of all that is said."""
    return [(each.rule, each.severity.value) for each in said(DETECTOR, facts, *batches)]


def only(*rows: Row, facts: Facts = LISTED) -> Verdict:
    """Return the one thing that is said."""
    (verdict,) = said(DETECTOR, facts, rows)
    return verdict


def test_a_change_from_outside_the_lists_is_told_at_once_and_needs_no_warming() -> None:
    facts = Facts(accounts=LISTED.accounts, warm_up=10**6)
    (found, *_) = findings(DETECTOR, facts, [change(5, HOTEL, **GRAVE)])
    verdict = found.verdict
    assert (verdict.rule, verdict.tier, verdict.severity) == ("outside_network", Tier.PROOF, Severity.HIGH)
    assert (verdict.account, verdict.zone, verdict.subject) == ("acc", "", f"~{ADA}")
    assert verdict.top == (("192.0.2.77", 1.0),)
    assert "create:api_token" in verdict.summary
    assert verdict.evidence[0].line == 1
    assert verdict.quiet_with.startswith('[accounts."acc".audit_access] dashboard = ["192.0.2.77"]')


@pytest.mark.parametrize(
    "row",
    [
        change(1),
        change(1, ROOM),
        change(1, "203.0.113.0/32"),
        change(1, "203.0.113.255/32"),
        change(1, "198.51.100.15/32", "api"),
        change(1, "2001:db8:5:ffff::1/128", "api"),
        change(1, HOTEL, actor=EMAIL + EVE),
        change(1, HOTEL, actor=EVE + EMAIL, **BY_TOKEN),
        change(1, ""),
        change(1, OFFICE, ""),
        change(1, "198.51.100.3/32", ""),
        at(1, side="edge", network=HOTEL, account="acc", zone="z", last=1),
    ],
    ids=lambda row: f"{row.get('network')} {row.get('interface')}",
)
def test_a_change_from_a_listed_network_or_by_one_who_roams_leaves_no_evidence(row: Row) -> None:
    assert told([row]) == []
    (packed,) = folded([row], facts=LISTED, detectors=(DETECTOR,))
    assert list(load_message(packed, kinds_of([DETECTOR])).cells()) == []


@pytest.mark.parametrize(
    "row",
    [
        change(1, "203.0.112.255/32"),
        change(1, "203.0.114.0/32"),
        change(1, "198.51.100.16/32", "api"),
        change(1, OFFICE, "api"),
        change(1, "198.51.100.3/32"),
        change(1, "2001:db8:6::1/128", "api"),
        change(1, HOTEL, ""),
    ],
    ids=lambda row: f"{row.get('network')} {row.get('interface')}",
)
def test_one_step_beside_the_list_or_by_the_other_door_is_outside(row: Row) -> None:
    assert told([row]) == [("outside_network", "medium")]


@pytest.mark.parametrize(("done", "severity"), [(READ, "low"), ({}, "medium"), (GRAVE, "high")])
def test_severity_follows_what_was_done(done: dict[str, str], severity: str) -> None:
    assert told([change(1, HOTEL, **READ), change(2, HOTEL, **done)]) == [("outside_network", severity)]


def test_a_list_of_nothing_lets_nobody_in_and_no_list_is_no_list() -> None:
    nobody = Facts(accounts={"acc": {"audit_access": {"api": ()}}}, warm_up=0)
    assert told([change(1, OFFICE, "api")], facts=nobody) == [("outside_network", "medium")]
    assert told([change(1, HOTEL)], facts=nobody) == []


def test_a_log_that_names_no_account_is_that_of_the_only_one() -> None:
    assert only(change(1, HOTEL, account="")).account == "acc"
    two = Facts(accounts={"acc": {"audit_access": LISTS}, "b": {}}, warm_up=0)
    assert told([change(1, HOTEL, account="")], facts=two) == []


def test_changes_of_an_hour_are_one_finding_for_each_actor_token_and_interface() -> None:
    rows = [change(second, HOTEL, **BY_TOKEN) for second in (0, 3599.9, 3600)]
    verdicts = said(DETECTOR, LISTED, [*rows, change(5, HOTEL), change(6, HOTEL, **BY_TOKEN, actor=EMAIL + BOB)])
    assert [(each.subject, each.count) for each in verdicts] == [
        ("token t1", 2),
        (f"~{ADA}", 1),
        ("token t1", 1),
        ("token t1", 1),
    ]


def test_a_late_change_is_told_all_the_same() -> None:
    batches = [[change(hour * HOUR)] for hour in range(6)]
    found = findings(DETECTOR, LISTED, *batches, [change(10, HOTEL)])
    assert [(each.verdict.rule, each.late) for each in found] == [("outside_network", True)]


def weeks(count: float, network: str = OFFICE, interface: str = "dashboard", **more: str | int) -> list[list[Row]]:
    """Make a quiet time: a change every nine hours."""
    return [[change(at * 9 * HOUR, network, interface, **more)] for at in range(int(count * 7 * 24 / 9))]


def new(*batches: Sequence[Row], restored: bool = False) -> list[Finding]:
    """Return what is said where there is no list, each finding once."""
    facts = Facts(warm_up=6 * HOUR)
    found = findings(DETECTOR, facts, *batches, restored=restored)
    return [each for each in found if each.detector != "inventory" and each.status.value == "open"]


def rules(found: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return rule and severity."""
    return [(each.verdict.rule, each.verdict.severity.value) for each in found]


@pytest.mark.parametrize("restored", [False, True], ids=["in one run", "written down and read back"])
def test_a_token_from_a_network_that_is_new_is_told_after_two_weeks(restored: bool) -> None:
    (found,) = new(*weeks(2.2, **BY_TOKEN), [change(16 * DAY, HOTEL, **BY_TOKEN, **GRAVE)], restored=restored)
    verdict = found.verdict
    assert (verdict.rule, verdict.tier, verdict.severity) == ("new_network", Tier.STATISTICS, Severity.HIGH)
    assert "192.0.2.0/24" in verdict.summary
    assert [name for name, _ in verdict.top] == ["192.0.2.0/24"]


@pytest.mark.parametrize(
    ("who", "done", "severity"),
    [
        (BY_TOKEN, READ, "low"),
        (BY_TOKEN, {}, "medium"),
        (BY_TOKEN, GRAVE, "high"),
        ({}, READ, "low"),
        ({}, {}, "low"),
        ({}, GRAVE, "medium"),
    ],
)
def test_people_travel_and_machines_do_not(who: dict[str, str], done: dict[str, str], severity: str) -> None:
    known = weeks(2.2, **who)
    assert rules(new(*known, [change(16 * DAY, HOTEL, **{"interface": "dashboard", **who, **done})])) == [
        ("new_network", severity)
    ]


def test_another_machine_of_a_known_network_is_not_new() -> None:
    assert new(*weeks(2.2), [change(16 * DAY, ROOM, **GRAVE)]) == []
    home = weeks(2.2, "2001:db8:1:2:3::4/128")
    assert new(*home, [change(16 * DAY, "2001:db8:1:9:8::7/128", **GRAVE)]) == []


@pytest.mark.parametrize(("weeks_known", "expected"), [(1.9, []), (2.1, [("new_network", "high")])])
def test_who_is_not_known_for_two_weeks_is_not_judged(weeks_known: float, expected: list[tuple[str, str]]) -> None:
    known = weeks(weeks_known, **BY_TOKEN)
    after = weeks_known * 7 * DAY
    assert rules(new(*known, [change(after, HOTEL, **BY_TOKEN, **GRAVE)])) == expected


def test_who_made_few_changes_is_not_judged() -> None:
    few = [[change(day * DAY, **BY_TOKEN)] for day in range(0, 38, 2)]
    assert len(few) == 19
    assert new(*few, [change(38 * DAY, HOTEL, **BY_TOKEN, **GRAVE)]) == []


def test_builds_on_ever_new_machines_never_alert() -> None:
    builds = [[change(at * 6 * HOUR, f"10.{at}.0.1/32", **BY_TOKEN, **GRAVE)] for at in range(120)]
    assert {severity for _, severity in rules(new(*builds))} <= {"low"}


def test_an_hour_from_very_many_networks_is_one_who_roams() -> None:
    many = [change(16 * DAY + at, f"10.{at}.0.1/32", **BY_TOKEN, **GRAVE) for at in range(60)]
    assert rules(new(*weeks(2.2, **BY_TOKEN), many)) == [("new_network", "low")]


def test_a_network_that_others_of_the_account_come_from_is_nothing_grave() -> None:
    others = [change(10 * DAY, HOTEL, actor=EMAIL + BOB)]
    known = sorted([*weeks(2.2, **BY_TOKEN), others], key=lambda rows: rows[0]["time"])
    (found,) = new(*known, [change(16 * DAY, HOTEL, **BY_TOKEN, **GRAVE)])
    assert (found.verdict.severity, "as others of the account do" in found.verdict.summary) == (Severity.LOW, True)


@pytest.mark.parametrize(
    ("network", "done", "severity"),
    [(OFFICE, {}, "low"), (OFFICE, GRAVE, "medium"), (HOTEL, {}, "medium"), (HOTEL, GRAVE, "high")],
)
def test_one_of_the_dashboard_who_comes_by_the_api_is_told(network: str, done: dict[str, str], severity: str) -> None:
    found = new(*weeks(2.2), [change(16 * DAY, network, "api", **done)], [change(17 * DAY, network, "api", **done)])
    assert rules(found) == [("other_door", severity)]


def test_one_who_always_used_both_doors_is_not_told() -> None:
    assert new([change(0, OFFICE, "api")], *weeks(2.2), [change(16 * DAY, OFFICE, "api", **GRAVE)]) == []


def test_the_report_says_from_where_people_come() -> None:
    found = findings(DETECTOR, Facts(warm_up=HOUR), *weeks(1), [change(8 * DAY, **BY_TOKEN)])
    (report,) = [each for each in found if each.detector == "inventory"]
    assert f"~{ADA} comes by dashboard from 203.0.113.0/24;" in report.verdict.summary


@st.composite
def changes(draw: st.DrawFn) -> list[Row]:
    """Draw changes within a few hours."""
    return [
        change(
            draw(st.integers(0, 4 * HOUR)),
            draw(st.sampled_from([OFFICE, HOTEL, "198.51.100.3/32", "2001:db8::1/128"])),
            draw(st.sampled_from(["api", "dashboard", ""])),
            actor=draw(st.sampled_from([ADA, EMAIL + BOB, EVE])),
            token=draw(st.sampled_from(["", "t1", "t2"])),
            action=draw(st.sampled_from(["create", "view"])),
            resource=draw(st.sampled_from(["api_token", "zone"])),
            account=draw(st.sampled_from(["acc", "b"])),
        )
        for _ in range(draw(st.integers(1, 25)))
    ]


@settings(max_examples=60, deadline=None)
@given(
    rows=changes(), turn=TURNS, judges=st.integers(1, 4), restored=st.booleans(), facts=st.sampled_from([LISTED, FREE])
)
def test_any_split_order_and_number_of_judges_says_the_same(
    rows: list[Row], turn: Random, judges: int, restored: bool, facts: Facts
) -> None:
    whole = last_versions(findings(DETECTOR, facts, rows, ticks=False))
    parts = findings(DETECTOR, facts, *in_parts(rows, turn), ticks=False, judges=judges, restored=restored)
    assert last_versions(parts) == whole


def test_evidence_is_bounded_whoever_comes_from_anywhere() -> None:
    rows = [
        change(
            second, f"10.{second % 250}.{second // 250}.1/32", token=f"token-{second:060}", action=f"do-{second:080}"
        )
        for second in range(3000)
    ]
    for facts in (LISTED, FREE):
        assert len(folded(rows, facts=facts, detectors=(DETECTOR,))[0]) < 64_000
