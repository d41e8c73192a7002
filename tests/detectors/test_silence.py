"""Silence: a log that stops is told of by the clock, one that comes back by its gap, one that is often silent never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.base import Finding, Severity, Verdict
from detectors.facts import Facts
from detectors.judge import Judge
from detectors.silence import Silence
from detectors.silence_habits import PANE, listen
from tests.detectors.stories import last_versions
from tests.detectors.toys import SEED, START, folded
from tests.detectors.trials import Row, at

SILENCE = Silence()
FACTS = Facts(warm_up=0)
HOUR = 3600
ACCOUNT, SHOP, BLOG = "account-1", "shop.example", "blog.example"


def log(start: int, end: int, zone: str = SHOP, each: int = 30, **more: Any) -> list[Row]:  # noqa: ANN401 (columns)
    """Make a record every so many seconds."""
    return [at(second, zone=zone, account=ACCOUNT, **more) for second in range(start, end, each)]


def pieces(rows: Sequence[Row], length: int = PANE) -> Iterator[tuple[int, list[Row]]]:
    """Cut rows into objects, each with the second at which it begins."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(int(row["time"]) // 1000 // length * length, []).append(row)
    yield from sorted(found.items())


def heard(rows: Sequence[Row], until: int, facts: Facts = FACTS, *, restored: bool = False) -> list[Finding]:
    """Hear objects as they come, with a tick every five minutes until the end, whether one comes or not."""
    judge, found = Judge(facts, SEED, (SILENCE,)), list[Finding]()
    objects = dict(pieces(rows))
    for number, now in enumerate(range(START, START + until, PANE)):
        found += judge.tick(now)
        if now in objects:
            (evidence,) = folded(objects[now], facts=facts, origin=f"o{number}", detectors=(SILENCE,))
            found += judge.merge(evidence)
        if restored:
            judge = Judge.restore(judge.snapshot(), facts, SEED, (SILENCE,))
    return [each for each in found if each.detector == "silence"]


def said(found: Sequence[Finding]) -> list[Verdict]:
    """Return the last versions."""
    return sorted(last_versions(found).values(), key=lambda each: each.first_seen)


DAY = log(0, 24 * HOUR)


def test_a_log_that_stops_is_told_of_while_others_go_on() -> None:
    (verdict,) = said(heard(DAY + log(0, 26 * HOUR, BLOG), 26 * HOUR))
    assert (verdict.zone, verdict.account, verdict.dataset) == (SHOP, ACCOUNT, "http_requests")
    assert verdict.first_seen == (START + 24 * HOUR - 30) * 1000
    assert "has been silent for 9" in verdict.summary
    assert 150 <= verdict.count <= 240


def test_a_log_that_stops_is_told_of_though_no_other_comes() -> None:
    found = heard(DAY, 26 * HOUR)
    assert len(said(found)) == 1
    assert found[0].at <= START + 24 * HOUR + 3000


def test_a_gap_is_told_to_its_end() -> None:
    (verdict,) = said(heard(DAY + log(27 * HOUR, 29 * HOUR), 29 * HOUR))
    assert "was silent for 180 minutes" in verdict.summary
    assert verdict.last_seen == (START + 27 * HOUR) * 1000
    assert verdict.count == 360


def test_a_gap_is_told_where_no_time_ticks() -> None:
    judge, found = Judge(FACTS, SEED, (SILENCE,)), list[Finding]()
    for number, (_, rows) in enumerate(pieces(DAY + log(27 * HOUR, 28 * HOUR))):
        (evidence,) = folded(rows, facts=FACTS, origin=f"o{number}", detectors=(SILENCE,))
        found += judge.merge(evidence)
    found += judge.finish()
    assert ["was silent for 180 minutes" in each.summary for each in said(found)] == [True]


QUIET = {
    "a short silence": DAY + log(24 * HOUR + 600, 26 * HOUR),
    "a log that is often silent": [row for hour in range(0, 24, 3) for row in log(hour * HOUR, hour * HOUR + 600)],
    "a rare record": log(0, 24 * HOUR, each=HOUR),
    "a log of an hour": log(0, HOUR),
    "two hours of each day": log(0, 2 * HOUR) + log(24 * HOUR, 26 * HOUR),
}


@pytest.mark.parametrize("rows", QUIET.values(), ids=QUIET)
def test_what_is_usual_is_not_told(rows: list[Row]) -> None:
    assert said(heard(rows, 25 * HOUR + 1800)) == []


def test_a_silence_that_was_told_twice_is_learned() -> None:
    rows = [row for day in range(4) for row in log(day * 24 * HOUR, day * 24 * HOUR + 20 * HOUR)]
    assert [each.first_seen // 1000 - START for each in said(heard(rows, 92 * HOUR))] == [
        20 * HOUR - 30,
        44 * HOUR - 30,
    ]


def test_warming_says_nothing() -> None:
    assert said(heard(DAY, 26 * HOUR, Facts(warm_up=48 * HOUR))) == []


def test_a_judge_that_is_written_down_and_read_back_says_the_same() -> None:
    rows = log(0, 24 * HOUR, each=100) + log(27 * HOUR, 28 * HOUR, each=100)
    assert said(heard(rows, 29 * HOUR, restored=True)) == said(heard(rows, 29 * HOUR))


def test_a_log_is_given_up_after_a_week_and_nothing_is_kept_of_it() -> None:
    judge = Judge(FACTS, SEED, (SILENCE,))
    (evidence,) = folded(log(0, HOUR), facts=FACTS, detectors=(SILENCE,))
    judge.tick(START)
    judge.merge(evidence)
    empty = len(Judge(FACTS, SEED, (SILENCE,)).snapshot())
    for hour in range(10 * 24):
        judge.tick(START + hour * HOUR)
    assert len(judge.snapshot()) < empty + 300


def test_much_that_is_missing_is_grave() -> None:
    (verdict,) = said(heard(log(0, 24 * HOUR, each=2), 36 * HOUR))
    assert verdict.severity is Severity.HIGH


@given(counts=st.lists(st.integers(0, 3), max_size=60))
def test_what_is_remembered_is_small_whatever_comes(counts: list[int]) -> None:
    memory: dict[str, Any] = {}
    for number, count in enumerate(counts):
        pane = number * PANE
        listen(memory, pane, (count, pane * 1000, pane * 1000 + 999) if count else None)
    assert len(orjson.dumps(memory)) < 700
