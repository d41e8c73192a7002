"""Scoring: what counts as found, what as a false alert, what as a missed goal; and a small score of all detectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detectors.base import Finding, Severity, Status, Tier, Trace, Verdict
from pipeline.simulator.base import HOUR, MINUTE, SECOND, Scenario
from pipeline.simulator.labels import Label
from tests.simulator.score import START, trials
from tests.simulator.score_cost import Cost
from tests.simulator.score_count import Found, Score, count
from tests.simulator.score_figures import RECALL, Run, missed, together
from tests.simulator.score_match import events, is_true, matched
from tests.simulator.score_run import Course, Heard, Trial, run
from tests.simulator.score_tables import tables, write_docs

NOON = START + 12 * HOUR
SHOP, BLOG, ACCOUNT = "shop.example", "blog.example", "account-1"


def label(**said: Any) -> Label:  # noqa: ANN401 - whatever a label takes
    """Return an incident that shows from noon on, for an hour."""
    usual: dict[str, Any] = {
        "incident_id": "I4.key_drop-000",
        "kind": "I4.key_drop",
        "detector": "cross_user",
        "difficulty": "easy",
        "legit": False,
        "expect": "finding",
        "burst": "",
        "zone": SHOP,
        "account": ACCOUNT,
        "start": NOON * SECOND,
        "end": (NOON + HOUR) * SECOND,
        "route": "/account/profile",
        "first_evidence": NOON * SECOND,
        "rays": ["ray-1"],
    }
    return Label(**usual | said)


BENIGN: dict[str, Any] = {"difficulty": "", "legit": True, "expect": "none", "rays": []}


def heard(minute: int = 5, *, detector: str = "cross_user", late: bool = False, **said: Any) -> Heard:  # noqa: ANN401
    """Return a finding of so many minutes after noon."""
    at = NOON + minute * MINUTE
    usual: dict[str, Any] = {
        "rule": "mismatch",
        "key": (SHOP, "key"),
        "tier": Tier.PROOF,
        "severity": Severity.HIGH,
        "subject": "shop-api",
        "summary": "",
        "first_seen": at * 1000,
        "last_seen": at * 1000,
        "account": ACCOUNT,
        "zone": SHOP,
        "route": "/account/*",
    }
    verdict = Verdict(**usual | said)
    return Heard(
        Finding(f"{verdict.key}-{minute}", Status.OPEN, at, detector, at, verdict, late=late), at + 120, at + 300
    )


def course(labels: tuple[Label, ...], *said: Heard) -> Course:
    """Return a day in which this happened and this was said."""
    trial = Trial("days", Scenario(1, START, 24 * HOUR, zones=2))
    return Course(trial, {SHOP: ACCOUNT, BLOG: "account-2"}, labels, list(said), records=1000)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param(heard(), True, id="there-and-then"),
        pytest.param(heard(zone=BLOG), False, id="another-zone"),
        pytest.param(heard(zone="", route=""), True, id="only-the-account"),
        pytest.param(heard(zone="", account=""), False, id="no-place"),
        pytest.param(heard(script="other"), True, id="a-script-that-the-label-does-not-name"),
        pytest.param(heard(-2), False, id="before"),
        pytest.param(heard(70), True, id="a-late-record"),
        pytest.param(heard(72), False, id="after"),
        pytest.param(heard(-30, last_seen=(NOON + 60) * 1000), True, id="begun-before"),
        pytest.param(heard(severity=Severity.LOW), False, id="not-grave"),
        pytest.param(heard(severity=Severity.MEDIUM), True, id="just-grave"),
        pytest.param(heard(late=True), False, id="an-hour-old"),
        pytest.param(heard(detector="silence"), False, id="another-detector"),
        pytest.param(heard(route="/checkout"), False, id="another-route"),
        pytest.param(
            heard(route="/checkout", evidence=(Trace("x", 1, "ray-1"),)), True, id="another-route-but-its-ray"
        ),
    ],
)
def test_an_incident_is_found_by_what_its_detector_says_there_and_then(said: Heard, found: bool) -> None:
    (match,) = matched(course((label(),), said), ["cross_user"])
    assert (match.first is said) == found


@pytest.mark.parametrize(
    ("subject", "found"),
    [("10.0.0.5", True), ("http://0xa000005/x", True), ("https://allowed.example", False), ("", True)],
)
def test_a_call_is_found_where_its_host_is_named_in_any_spelling(subject: str, found: bool) -> None:
    called = label(detector="outbound_hosts", subject="10.0.0.5", route="")
    (match,) = matched(course((called,), heard(detector="outbound_hosts", subject=subject)), ["outbound_hosts"])
    assert (match.first is not None) == found


def test_an_attempt_is_found_by_what_informs_and_must_not_alert() -> None:
    tried = label(expect="attempt")
    informs, alerts = heard(severity=Severity.INFO, tier=Tier.ATTEMPT), heard(6)
    (match,) = matched(course((tried,), informs), ["cross_user"])
    assert match.first is informs
    assert [is_true(each, [tried]) for each in events([informs, alerts])] == [False]


@pytest.mark.parametrize("change", [BENIGN, BENIGN | {"expect": "any"}, {"expect": "any"}], ids=str)
def test_what_need_not_be_found_is_not_missed(change: dict[str, Any]) -> None:
    assert matched(course((label(**change),)), ["cross_user"]) == []


def test_the_first_version_that_tells_of_it_counts() -> None:
    before, first, second = heard(-40), heard(3), heard(9)
    (match,) = matched(course((label(),), before, first, second), ["cross_user"])
    assert match.first is first
    assert (match.seconds, match.clock_seconds) == (3 * MINUTE + 120, 3 * MINUTE + 300)


@pytest.mark.parametrize(
    ("said", "count"),
    [
        pytest.param([heard(0), heard(59), heard(118)], 1, id="each-within-an-hour-of-the-one-before"),
        pytest.param([heard(61), heard(0)], 2, id="over-an-hour-apart"),
        pytest.param([heard(0), heard(0, key=(SHOP, "other"))], 2, id="two-keys"),
        pytest.param([heard(0), heard(0, rule="other")], 2, id="two-rules"),
        pytest.param([heard(0, severity=Severity.LOW), heard(0, late=True)], 0, id="nobody-is-called"),
        pytest.param([heard(0, last_seen=(NOON + 2 * HOUR) * 1000), heard(170)], 1, id="within-an-hour-of-its-end"),
    ],
)
def test_alerts_of_one_group_are_one_event_while_no_hour_parts_them(said: list[Heard], count: int) -> None:
    assert len(list(events(said))) == count


def test_a_class_is_right_where_the_last_version_of_what_was_said_first_has_it() -> None:
    burst = label(burst="abuse")
    unclear, abuse, legit = (heard(1, burst=name) for name in ("unclear", "abuse", "legit"))
    assert count(course((burst, label()), unclear, abuse)).classes == (True,)
    assert count(course((burst,), abuse, legit)).classes == (False,)
    assert count(course((burst,))).classes == ()


@pytest.mark.parametrize(
    ("labels", "said", "where"),
    [
        pytest.param([], heard(), "free", id="nothing-ever-happens-there"),
        pytest.param([label(**BENIGN)], heard(), "benign", id="something-looks-bad"),
        pytest.param([label(**BENIGN)], heard(200), "free", id="it-is-over"),
        pytest.param([label(end=(NOON + MINUTE) * SECOND)], heard(200), "beside", id="an-incident-was-there"),
        pytest.param([label(zone="", end=(NOON + MINUTE) * SECOND)], heard(200), "beside", id="in-the-account"),
        pytest.param([label(zone=BLOG, account="account-2")], heard(), "free", id="an-incident-elsewhere"),
        pytest.param([label(detector="silence")], heard(zone="", route="/x"), "beside", id="of-the-whole-account"),
        pytest.param([label()], heard(), "", id="it-is-true"),
        pytest.param(
            [label(detector="silence")], heard(evidence=(Trace("x", 1, "ray-1"),)), "", id="of-an-incident-of-others"
        ),
        pytest.param([label(**BENIGN | {"expect": "any"})], heard(), "", id="it-may-be-said"),
    ],
)
def test_a_false_alert_is_counted_where_it_happens(labels: list[Label], said: Heard, where: str) -> None:
    assert [each.where for each in count(course(tuple(labels), said)).false] == [where] * bool(where)


def test_misses_and_false_alerts_are_told_with_what_is_near() -> None:
    weak, wrong = heard(severity=Severity.LOW), heard(key=(BLOG, "key"), zone=BLOG)
    miss, false = count(course((label(),), weak, wrong)).details
    assert (miss["what"], miss["incident_id"]) == ("missed", "I4.key_drop-000")
    assert [each["severity"] for each in miss["near"]] == ["low"]
    assert (false["what"], false["zone"], false["around"]) == ("false", BLOG, [])


def _score(**said: Any) -> Score:  # noqa: ANN401 - whatever a score takes
    """Return a score in which all is found and nothing is wrong."""
    found = tuple(Found(1, name, "easy", asked=True, found=True, panes=0.5, minutes=4) for name in RECALL)
    return replace(Score(1, 1000, 0, found, (), 100.0, 25.0, 3, 1.0, 5000.0, ()), **said)


def _run(**said: Any) -> Run:  # noqa: ANN401 - as above
    return together([_score(**said)])


def _worse(**said: Any) -> tuple[Found, ...]:  # noqa: ANN401 - as above
    first, *rest = _score().found
    return (replace(first, **said), *rest)


GOOD = _run()
FALSE = count(course((), heard())).false


@pytest.mark.parametrize(
    ("days", "young", "told"),
    [
        pytest.param(GOOD, GOOD, [], id="all-is-well"),
        pytest.param(_run(found=_worse(found=False)), GOOD, ["recall 0.000, and at least 0.99"], id="missed"),
        pytest.param(_run(found=_worse(asked=False, found=False)), GOOD, [], id="missed-and-not-asked"),
        pytest.param(
            GOOD, _run(found=_worse(found=False)), ["in young zones, and at least 0.9"], id="missed-while-young"
        ),
        pytest.param(_run(found=_worse(panes=2.5)), GOOD, ["takes 2.5 panes, and at most 2"], id="late"),
        pytest.param(_run(classes=(True, False)), GOOD, ["the class of a burst is right in 0.500"], id="class"),
        pytest.param(_run(false=FALSE, zone_days=50.0), GOOD, ["0.0200 false alerts"], id="false-alert"),
        pytest.param(_run(false=FALSE, zone_days=400.0), GOOD, [], id="one-false-alert-in-a-year"),
        pytest.param(_run(dead=2), GOOD, ["2 lines died"], id="dead-lines"),
    ],
)
def test_a_goal_that_is_missed_is_named(days: Run, young: Run, told: list[str]) -> None:
    named = list(missed(days, young))
    assert len(named) == len(told)
    assert all(part in line for part, line in zip(told, named, strict=True))


def test_the_tables_of_a_page_are_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- score -->\nof last time\n<!-- end of score -->\nafter\n")
    shown = list(tables(GOOD, GOOD, Cost(1000, 20.0, 3.0, 1.0, 20_000.0, 30_000.0)))
    write_docs(page, shown, "head")
    once = page.read_text()
    write_docs(page, shown, "head")
    assert page.read_text() == once
    assert once.startswith("before\n<!-- score -->\n")
    assert once.endswith("<!-- end of score -->\nafter\n")
    assert "| cross_user | 0.97 | 1.000 of 1 | 1.000 of 1 |" in once
    assert "of last time" not in once


def test_the_same_seed_is_told_the_same() -> None:
    trial = Trial("days", Scenario(3, NOON, 2 * HOUR, zones=2, scale=0.02, incidents=("I7",)), "1h")
    first, second = run(trial), run(trial)
    assert first.labels
    assert first.heard == second.heard


def test_a_small_score_misses_nothing_and_raises_no_false_alert() -> None:
    _, young = trials([1], zones=10, days=1, scale=0.02)
    score = count(run(young))
    assert len(score.found) > 30
    assert score.benign > 5
    assert score.dead == 0
    assert [each["incident_id"] for each in score.details if each["what"] == "missed" and each["asked"]] == []
    assert [(each["rule"], each["around"]) for each in score.details if each["what"] == "false"] == []
