"""Evidence reaches the judge once, in the order of time in the objects' names, whatever order it comes in."""

from __future__ import annotations

from itertools import permutations

import pytest

from detectors.base import Finding
from detectors.facts import Facts
from detectors.judge import Judge
from pipeline.judging import Judging, start_of
from redactors.base import ConfigurationError
from tests.laws.stage import lines
from tests.laws.watched import SEED, last_versions, see

NAMES = {
    "an object of a push job": ("a/20260315T010000Z_20260315T010500Z_1a2b3c4d.log.gz", 1773536400),
    "with a day's folder": ("a/20260315/20260315T010000Z_20260315T010500Z_1a2b3c4d.log", 1773536400),
    "stdin": ("-", None),
    "a file of the user's own": ("logs/orders-20260315.ndjson", None),
    "digits that are no time": ("20261315T010000Z_20261315T010500Z_1a2b3c4d.log.gz", None),
    "a folder that looks like it": ("20260315T010000Z_20260315T010500Z_x/orders.ndjson", None),
}


@pytest.mark.parametrize(("path", "start"), NAMES.values(), ids=NAMES.keys())
def test_the_start_of_an_object_is_read_from_its_name(path: str, start: int | None) -> None:
    assert start_of(path) == start


HOURS = (1, 2, 3)
AWS = "AKIA2OGYBAH6STMMNXNW"


def evidence(hour: int) -> tuple[bytes, ...]:
    """Return the evidence of an hour in which a script printed a secret."""
    time = (1773532800 + hour * 3600 + 60) * 1000
    logs = [{"Level": "log", "Message": [f"key {AWS}"], "TimestampMs": time}]
    event = {"RayID": f"{hour:016x}"}
    record = {"ScriptName": "shop", "Outcome": "ok", "EventTimestampMs": time, "Event": event, "Logs": logs}
    return tuple(see([lines(record | {"Exceptions": [], "EventType": "fetch"})]).evidence)


def path(hour: int) -> str:
    """Name the object of an hour."""
    return f"20260315T{hour:02}0000Z_20260315T{hour:02}0500Z_1a2b3c4d.log.gz"


def judging(found: list[Finding]) -> Judging:
    """Begin to judge."""
    return Judging(Judge(Facts(warm_up=0), SEED), found.append)


@pytest.mark.parametrize("inputs", list(permutations(HOURS)), ids=str)
@pytest.mark.parametrize("turns", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
def test_findings_come_in_the_order_of_time(inputs: tuple[int, ...], turns: tuple[int, ...]) -> None:
    found: list[Finding] = []
    judge = judging(found)
    judge.expect([path(hour) for hour in inputs])
    for at in turns:
        judge.take(at, evidence(inputs[at]))
        judge.end(at)
    judge.end_all()
    judge.finish()
    opened = [each for each in found if each.status == "open"]
    assert [each.verdict.first_seen // 3_600_000 % 24 for each in opened] == [1, 2, 3]
    assert [each.at for each in opened] == [start_of(path(hour)) for hour in HOURS]
    assert not judge.faults


def test_what_names_no_time_is_heard_before_any_time_ticks() -> None:
    found: list[Finding] = []
    judge = judging(found)
    judge.expect([path(3), "-"])
    judge.take(0, evidence(3))
    judge.end(0)
    assert found == []
    judge.take(1, evidence(1))
    assert [each.verdict.first_seen // 3_600_000 % 24 for each in found] == [1]
    judge.end(1)
    assert [each.verdict.first_seen // 3_600_000 % 24 for each in found if each.status == "open"] == [1, 3]
    judge.end_all()


def test_what_is_heard_twice_counts_once() -> None:
    once: list[Finding] = []
    twice: list[Finding] = []
    for found, times in ((once, 1), (twice, 2)):
        judge = judging(found)
        judge.expect(["a", "b"])
        for at in range(times):
            judge.take(at, evidence(1))
        judge.end_all()
        judge.finish()
    assert last_versions(twice) == last_versions(once)
    assert once


def test_an_input_that_never_ended_is_judged_all_the_same() -> None:
    found: list[Finding] = []
    judge = judging(found)
    judge.expect([path(hour) for hour in HOURS])
    judge.take(2, evidence(3))
    judge.end_all()
    judge.finish()
    assert found


def test_what_is_no_evidence_stops_the_run() -> None:
    judge = judging([])
    judge.expect(["a"])
    with pytest.raises(ConfigurationError, match="evidence: unreadable"):
        judge.take(0, (b"{}",))
