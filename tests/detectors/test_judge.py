"""The judge: when panes close, what is late, what lies in the future, how findings live, what is kept and let go."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from detectors.base import Finding, Severity, Status
from detectors.facts import Facts, Suppression
from detectors.findings import to_json
from detectors.judge import VERSION, Judge
from detectors.owners import Owner, OwnerView
from redactors.base import ConfigurationError
from tests.detectors.stories import LATENESS, Row, a_mark, facts
from tests.detectors.toys import RATES, SEED, START, TOYS, folded

HOUR = 3600


def a_judge(known: Facts | None = None) -> Judge:
    """Return a judge of toys without warming."""
    return Judge(known or facts(), SEED, TOYS)


def row(second: int, **more: str | int) -> Row:
    """Make a row of one zone, so many seconds after the start."""
    zone = str(more.get("zone", "a.example"))
    given: dict[str, str | int] = {"dataset": "http_requests", "side": "edge", "script": "shop", "status": 200}
    return {"time": (START + second) * 1000, "zone": zone, "scope": zone, "ray": f"{second:016x}", **given, **more}


def hear(judge: Judge, at: int, *rows: Row) -> list[Finding]:
    """Tick at so many seconds after the start, then bring the rows."""
    found = judge.tick(START + at)
    return found + (judge.merge(folded(rows)[0]) if rows else [])


def rules(found: list[Finding]) -> list[tuple[str, str]]:
    """Say briefly what was found."""
    return [(each.verdict.rule, each.status.value) for each in found]


def test_proof_is_said_at_once_and_grows_at_the_next_tick() -> None:
    judge = a_judge()
    (first,) = hear(judge, 10, row(5, status=500))
    assert (first.status, first.verdict.count, first.at) == (Status.OPEN, 1, START + 10)
    assert hear(judge, 20, row(15, status=500), row(16, status=500)) == []
    (second,) = hear(judge, 30)
    assert (second.id, second.status, second.verdict.count) == (first.id, Status.UPDATED, 3)
    assert hear(judge, 40) == []


def test_statistics_wait_until_the_pane_is_closed() -> None:
    judge = a_judge()
    hear(judge, 10, row(5, status=429))
    hear(judge, 400, *(row(350 + at, status=429) for at in range(5)))
    end = 600 + LATENESS
    assert hear(judge, end - 1, row(end - 2)) == []
    assert rules(hear(judge, end + 60, row(end + 60))) == []
    assert rules(hear(judge, end + 120)) == [("rate", "open")]


def test_a_feed_that_lags_is_waited_for_and_one_that_is_dead_is_not() -> None:
    judge = a_judge(facts(close_after=10**6))
    hear(judge, 10, row(5, status=429))
    hear(judge, 400, *(row(350 + at, status=429) for at in range(5)))
    for late in range(500, 5000, 300):
        assert hear(judge, late, row(500)) == []
    assert rules(hear(judge, 4800 + LATENESS + 2)) == [("rate", "open")]


def test_the_median_of_a_batch_moves_its_feed_but_never_beyond_the_tick() -> None:
    judge = a_judge()
    hear(judge, 10, row(5), row(6), row(10**8))
    assert judge.clocks.reached(("http_requests", "a.example")) <= START + 10
    hear(judge, 30, row(10**8), row(10**8), row(7))
    assert judge.clocks.reached(("http_requests", "a.example")) <= START + 30
    assert judge.counts["future_rows"] == {"http_requests": 3}


def test_a_row_from_the_future_is_proof_but_no_statistics() -> None:
    judge = a_judge()
    far = 70 * 365 * 86_400
    assert rules(hear(judge, 10, row(far, status=500), row(far, status=429))) == [("answered", "open")]
    assert judge.finish() == []


def test_late_rows_are_counted_and_are_proof_but_no_statistics() -> None:
    judge = a_judge()
    hear(judge, 10, row(5, status=500), row(6, status=429))
    hear(judge, 5000, row(5000))
    hear(judge, 5001, row(5000))
    found = hear(judge, 5002, *(row(20, status=429) for _ in range(9)), row(20, status=500, script="api"))
    assert [(each.verdict.rule, each.verdict.subject) for each in found] == [("answered", "api")]
    assert judge.counts["late_rows"] == {"http_requests": 10}
    assert [each for each in judge.finish() if each.verdict.rule == "rate"] == []


def test_late_rows_take_nothing_back() -> None:
    judge = a_judge(facts(close_after=10**6))
    hear(judge, 10, *(row(at, status=500) for at in range(3)))
    hear(judge, 20)
    hear(judge, 5000, row(5000))
    hear(judge, 5001, row(5000))
    hear(judge, 5002, row(4, status=500))
    assert hear(judge, 5003) == []


def test_what_is_old_when_it_is_judged_is_marked_late() -> None:
    judge = a_judge(facts(close_after=10**6))
    (old,) = hear(judge, 5 * HOUR, row(5, status=500))
    (new,) = hear(judge, 5 * HOUR, row(5 * HOUR, status=500))
    assert (old.late, new.late) == (True, False)


def test_a_finding_closes_when_nothing_was_heard_for_long_and_is_not_opened_again_by_its_pane() -> None:
    judge = a_judge(facts(close_after=60))
    (opened,) = hear(judge, 10, row(5, status=500))
    (closed,) = hear(judge, 5 + 60 + LATENESS)
    assert (closed.id, closed.status) == (opened.id, Status.CLOSED)
    assert hear(judge, 5000, row(5000)) == []
    assert hear(judge, 5001) == []
    assert judge.open_groups() == {}


def test_all_panes_of_a_group_close_together() -> None:
    judge = a_judge(facts(close_after=1000))
    hear(judge, 10, row(5, status=500))
    hear(judge, 900, row(890, status=500))
    assert hear(judge, 5 + 1000 + LATENESS, row(1500)) == []
    assert list(judge.open_groups().values()) == [1]
    found = hear(judge, 890 + 1000 + LATENESS, row(2500))
    assert rules(found) == [("answered", "closed")] * 2


def test_a_join_is_found_whichever_side_comes_last() -> None:
    mark = a_mark(3)
    edge = row(100, credentials=mark)
    back = row(160, credentials=mark, side="backend", dataset="backend/requests")
    said = []
    for first, second in ((edge, back), (back, edge)):
        judge = a_judge()
        assert hear(judge, 200, first) == []
        (found,) = hear(judge, 1100, second)
        said.append((found.id, found.verdict.affected))
    assert said[0] == said[1]


def test_the_side_of_a_join_that_is_long_closed_is_kept_for_a_while() -> None:
    mark = a_mark(3)
    judge = a_judge()
    hear(judge, 10, row(5, credentials=mark))
    hear(judge, 5000, row(5000))
    hear(judge, 5060, row(5060))
    assert rules(hear(judge, 6000, row(6000, credentials=mark, side="backend"))) == [("join", "open")]
    hear(judge, 9 * HOUR, row(9 * HOUR))
    hear(judge, 9 * HOUR + 60, row(9 * HOUR))
    assert "join" not in str(rules(hear(judge, 9 * HOUR + 60, row(9 * HOUR, credentials=mark, side="backend"))))


def test_a_zone_that_warms_says_proof_and_then_one_report() -> None:
    judge = a_judge(facts(warm_up=HOUR))
    hear(judge, 10, row(5, status=429), row(6, status=500))
    found = [*hear(judge, 400, *(row(350 + at, status=429) for at in range(5)))]
    for at in range(600, 3 * HOUR, 300):
        found += hear(judge, at, row(at))
    (report,) = [each for each in found if each.detector == "inventory"]
    assert (report.verdict.subject, report.verdict.severity) == ("a.example", Severity.INFO)
    assert "shop: at most 5" in report.verdict.summary
    assert "rate" not in str(rules(found))
    again = hear(judge, 3 * HOUR, *(row(3 * HOUR - 100 + at, status=429) for at in range(30)))
    again += judge.finish()
    assert ("rate", "open") in rules(again)
    assert "inventory" not in {each.detector for each in again}


def test_what_is_asked_to_be_silent_is_silent_until_its_day() -> None:
    known = facts(
        suppress=(
            Suppression(START + HOUR, "migration", detector="toy", zone="a.example", where="edge.toml:3"),
            Suppression(START - 1, rule="answered"),
        )
    )
    judge = a_judge(known)
    assert hear(judge, 10, row(5, status=500)) == []
    assert judge.counts["suppressed"] == {"toy": 1}
    assert rules(hear(judge, 20, row(15, status=500, zone="b.example"))) == [("answered", "open")]
    assert rules(hear(judge, HOUR + 20, row(HOUR + 15, status=500))) == [("answered", "open")]
    assert [each.rule for each in judge.expired(START)] == ["answered"]
    assert len(judge.expired(START + HOUR)) == 2


def test_memory_is_bounded_under_endless_new_keys() -> None:
    judge = a_judge()
    for hour in range(4):
        rows = [row(hour * HOUR + at % 250, status=429 + 71 * (at % 2), script=f"s{hour}.{at}") for at in range(6000)]
        hear(judge, (hour + 1) * HOUR, *rows)
    assert judge.counts["capped"]["toy.rates"] > 0
    assert len(judge.snapshot()) < 8_000_000
    judge.finish()
    assert judge.counts["evicted"]["memories"] > 0
    assert len(judge.snapshot()) < 4_000_000


def test_memory_is_for_closed_panes_only() -> None:
    view = OwnerView(RATES, Owner(), [], closed=False, warming=False)
    with pytest.raises(LookupError, match=r"toy\.rates: memory is for closed panes"):
        view.memory(("a.example",))


def test_a_snapshot_is_the_same_after_it_was_read() -> None:
    judge = a_judge(facts(warm_up=HOUR))
    hear(judge, 10, row(5, status=500, credentials=a_mark(1)), row(6, status=429), row(7, side="backend"))
    hear(judge, 4000, row(3900, status=429))
    hear(judge, 4000, row(3950, status=500))
    data = judge.snapshot()
    assert Judge.restore(data, facts(warm_up=HOUR), SEED, TOYS).snapshot() == data


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"{}", b'{"v":1}', b'{"v":"1"}', b'{"v":1,"origins":[],"clocks":{}}'],
    ids=bytes.decode,
)
def test_a_snapshot_that_is_unreadable_refuses_with_the_way_out(data: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"snapshot: unreadable; right would be .* move it out"):
        Judge.restore(data, facts(), SEED, TOYS)


def test_a_snapshot_that_was_cut_or_turned_refuses() -> None:
    judge = a_judge()
    hear(judge, 10, row(5, status=500, credentials=a_mark(1)), row(6, status=429))
    whole: dict[str, Any] = orjson.loads(judge.snapshot())
    for part in whole:
        without = {name: value for name, value in whole.items() if name != part}
        with pytest.raises(ConfigurationError):
            Judge.restore(orjson.dumps(without), facts(), SEED, TOYS)


def test_a_snapshot_of_a_newer_version_refuses() -> None:
    newer = orjson.dumps({**orjson.loads(a_judge().snapshot()), "v": VERSION + 1})
    with pytest.raises(ConfigurationError, match=f"format version {VERSION + 1}, and this program knows {VERSION}"):
        Judge.restore(newer, facts(), SEED, TOYS)


def test_a_detector_that_is_gone_leaves_nothing_behind() -> None:
    judge = a_judge()
    hear(judge, 10, row(5, status=500), row(6, status=429))
    rest = Judge.restore(judge.snapshot(), facts(), SEED, ())
    assert all(each.status is Status.CLOSED for each in rest.finish())


def test_a_finding_is_one_line_with_every_key() -> None:
    (found,) = hear(a_judge(), 10, row(5, status=500))
    line = to_json(found, "0123456789abcdef")
    plain = orjson.loads(line)
    assert line.count(b"\n") == 1
    assert plain["first_seen"] == "2026-03-02T09:00:05.000Z"
    assert plain["evidence"] == [{"origin": "a", "line": 1, "ray_id": "0000000000000005"}]
    assert (plain["class"], plain["policy"], plain["runbook"]) == ("", "0123456789abcdef", "docs/detectors/toy.md")
