"""Secrets in logs: who put them there decides how grave it is; a loop is not a leak; nothing shows the secret."""

from __future__ import annotations

from typing import Any

import orjson

from detectors.base import Finding, Severity, Status, Tier
from detectors.facts import Facts
from detectors.findings import to_json
from detectors.judge import Judge
from pipeline.base import Batch, Limits
from pipeline.engine import Engine
from pipeline.observer import Detection
from redactors.policy import Policy
from tests.detectors.toys import SEED, START
from tests.laws.stage import RING, catalogue, rules

FACTS = Facts(close_after=10**6)
KEYS = [f"AKIAQ7VX2MPZ3LWTR5{letter}{other}" for letter in "ABCDEF" for other in "GH"]


def event(message: object, minute: int = 0, **more: object) -> dict[str, object]:
    """Make a trace event that wrote something to the console."""
    given = {"ScriptName": "payment-api", "Outcome": "ok", "EventType": "fetch", "Exceptions": []}
    logs = [{"Level": "log", "Message": [message], "TimestampMs": 1}]
    time = (START + 60 * minute) * 1000
    return {**given, "EventTimestampMs": time, "Event": {"RayID": f"{minute:016x}"}, "Logs": logs, **more}


def request(**fields: object) -> dict[str, object]:
    """Make a request."""
    base = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"}
    return {**base, "ZoneName": "shop.example", "EdgeStartTimestamp": START * 10**9, **fields}


def found(*records: dict[str, Any], restore: bool = False) -> list[Finding]:
    """Send records, each a batch of its own, and return the last version of each finding."""
    engine = Engine(Policy(), RING, rules(), catalogue(), Limits(), detection=Detection(FACTS, SEED))
    judge = Judge(FACTS, SEED)
    said: dict[str, Finding] = {}
    for number, record in enumerate(records):
        outcomes = list(engine.process(Batch([orjson.dumps(record) + b"\n"], f"batch {number}"), "none"))
        judge = Judge.restore(judge.snapshot(), FACTS, SEED) if restore else judge
        for evidence in (data for outcome in outcomes for data in outcome.evidence):
            said |= {finding.id: finding for finding in judge.merge(evidence)}
    said |= {finding.id: finding for finding in judge.finish()}
    return [each for each in said.values() if each.detector == "secret_exposure"]


def test_the_first_secret_that_a_script_writes_is_proof() -> None:
    (finding,) = found(event(f"using {KEYS[0]}"))
    said = finding.verdict
    assert (said.rule, said.tier, said.severity) == ("written", Tier.PROOF, Severity.HIGH)
    assert (said.script, said.dataset, said.count, said.affected) == ("payment-api", "workers_trace_events", 1, 1)
    assert "Logs.Message" in said.subject
    assert [(each.origin, each.line, each.ray_id) for each in said.evidence] == [("batch 0", 1, "0" * 16)]


def test_nothing_is_found_where_nothing_is_secret() -> None:
    assert found(event("all is well"), request(ClientRequestUserAgent="curl/8.0")) == []


def test_a_loop_that_writes_one_secret_is_one_and_many_secrets_are_a_leak() -> None:
    (loop,) = found(*(event(KEYS[0], minute) for minute in range(12)))
    (leak,) = found(*(event(key, minute) for minute, key in enumerate(KEYS)))
    assert (loop.verdict.count, loop.verdict.affected, loop.verdict.severity) == (12, 1, Severity.HIGH)
    assert (leak.verdict.count, leak.verdict.severity) == (12, Severity.CRITICAL)
    assert abs(leak.verdict.affected - 12) <= 1
    assert loop.id == leak.id


def test_each_hour_has_its_finding_under_one_key() -> None:
    first, second = found(event(KEYS[0], 5), event(KEYS[0], 65))
    assert first.id != second.id
    assert first.verdict.key == second.verdict.key


def test_what_a_visitor_sends_is_no_leak_of_ours() -> None:
    (finding,) = found(request(ClientRequestUserAgent=f"x {KEYS[0]}"))
    assert (finding.verdict.rule, finding.verdict.severity, finding.verdict.zone) == (
        "sent",
        Severity.INFO,
        "shop.example",
    )


def test_what_the_audit_log_records_is_told_softly() -> None:
    change = {
        "ActionType": "create",
        "ActorID": "a",
        "ID": "1",
        "Interface": "API",
        "When": START,
        "NewValue": {"x": KEYS[0]},
    }
    (finding,) = found({**change, "ResourceType": "logpush", "ActorIP": "203.0.113.7", "OldValue": {}})
    assert (finding.verdict.rule, finding.verdict.severity) == ("recorded", Severity.LOW)


def test_personal_data_is_no_secret() -> None:
    severities = {finding.verdict.severity for finding in found(event("mail to ada@shop.example"))}
    assert severities <= {Severity.INFO}


def test_order_batches_and_restarts_change_nothing() -> None:
    records = [event(key, 40 * minute) for minute, key in enumerate(KEYS)]

    def said(*given: dict[str, Any], restore: bool = False) -> list[tuple[str, int, int]]:
        return sorted((each.id, each.verdict.count, each.verdict.affected) for each in found(*given, restore=restore))

    assert said(*records) == said(*records[::-1]) == said(*records, restore=True)


def test_the_finding_is_open_and_shows_no_secret() -> None:
    (finding,) = found(event(KEYS[0]))
    assert finding.status is Status.OPEN
    assert KEYS[0].encode() not in to_json(finding)
