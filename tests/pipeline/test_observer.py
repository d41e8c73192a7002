"""The engine with detection on: the same leaves, each record that leaves is seen once, hits have their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest

from detectors.facts import Facts
from pipeline.base import Batch
from pipeline.codec import BLOCK_BYTES
from pipeline.observer import PACKED_RECORDS
from redactors.marks import Marker
from redactors.policy import Policy, profile
from redactors.rule_choices import select
from redactors.secrets import compile_rules, load_rules
from tests.detectors.looks import REQUEST
from tests.laws.stage import RING, engine, lines, run
from tests.laws.watched import Seen, demo, judged, last_versions, see, watching_engine

AWS = "AKIA2OGYBAH6STMMNXNW"
TIME = 1772442840000
POLICIES = {
    "standard": Policy(),
    "strict": profile("strict"),
    "forensic": profile("forensic"),
    "encrypting": Policy(ip="encrypt"),
}


def trace(*message: object, number: int = 1, **fields: object) -> dict[str, Any]:
    """Make a trace event that printed this."""
    base = {"ScriptName": "shop-edge", "Outcome": "ok", "EventType": "fetch", "EventTimestampMs": TIME}
    logs = [{"Level": "log", "Message": list(message), "TimestampMs": TIME}]
    return {**base, "Event": {"RayID": f"{number:016x}"}, "Logs": logs, "Exceptions": [], **fields}


def hits(seen: Seen) -> dict[str, int]:
    """Return how often each rule was found, by rule and place."""
    found = [each for each in judged(seen.evidence) if each.detector == "secret_exposure"]
    return {each.verdict.subject: each.verdict.count for each in found}


@pytest.mark.parametrize("policy", POLICIES)
def test_what_leaves_is_the_same_whether_it_is_seen_or_not(policy: str) -> None:
    by = engine(POLICIES[policy])
    plain = b"".join(outcome.body for batch in demo() for outcome in by.process(batch, "none"))
    assert see(demo(), watching_engine(POLICIES[policy])).safe == plain


@pytest.mark.parametrize("policy", [name for name in POLICIES if name != "encrypting"])
def test_without_a_key_file_only_plain_marks_leave_as_ever(policy: str) -> None:
    by = engine(POLICIES[policy], ring=None)
    plain = b"".join(outcome.body for batch in demo() for outcome in by.process(batch, "none"))
    seen = see(demo(), watching_engine(POLICIES[policy], keyed=False))
    assert seen.safe == plain
    assert hits(seen)


def test_what_only_looks_like_a_fingerprint_of_this_run_stays() -> None:
    key = RING.active
    texts = (f"[a~{key}.SHORT]", f"~{key}.", f"[a~{key}.abcdefghijklmnopqrst]", f"~{key}.ABCDEFGHIJKLMNOPQRST")
    raw = lines(*({**REQUEST, "RayID": text} for text in texts))
    for line, text in zip(see([raw], watching_engine(keyed=False)).safe.splitlines(), texts, strict=True):
        assert orjson.loads(line)["RayID"] == text


def test_each_record_is_seen_once_and_what_died_not_at_all() -> None:
    deep = b"[" * 300 + b'"x"' + b"]" * 300  # more than is written quickly, less than is read
    odd = [
        lines(REQUEST),
        lines({**REQUEST, "Subrequests": [REQUEST, REQUEST]}),
        lines(REQUEST).replace(b'"GET"', deep),
        lines(REQUEST).replace(b'"GET"', b'"\\ud800"'),
        lines(REQUEST).replace(b"512", b"1" + b"0" * 30),
        b"no json\n",
        b"[]\n",
        b"  \n",
        b"{" + b'"a":{' * 1200 + b"}" * 1201 + b"\n",
        b'{"nobody":"knows"}\n',
        lines(REQUEST),
    ]
    seen = see([b"".join(odd)])
    alive = seen.safe.count(b"\n")
    assert (alive, seen.tally.records.total(), seen.tally.unseen) == (6, 10, 0)
    assert seen.rows == alive + 2


def test_the_line_of_a_finding_is_that_of_its_record() -> None:
    raw = (
        b"no\n"
        + lines(trace("fine"))
        + b"\n[]\n"
        + lines(trace(f"key {AWS}"), trace("fine"), trace(f"again {AWS}", number=2))
    )
    (finding,) = judged(see([raw]).evidence)
    assert [(each.origin, each.line) for each in finding.verdict.evidence] == [("o0", 5), ("o0", 7)]


def test_the_line_of_a_finding_is_that_of_its_row_in_any_form() -> None:
    rows = b"\n".join(b"%d,%s" % (TIME, text) for text in (b"fine", b'"two\nlines"', AWS.encode()))
    batch = Batch([b"EventTimestampMs,Message\n" + rows + b"\n"], "rows", "workers_trace_events")
    (finding,) = [each for each in judged(see([batch]).evidence) if each.detector == "secret_exposure"]
    assert [each.line for each in finding.verdict.evidence] == [5]


PLACES = {
    "console text": (trace(f"key {AWS}"), {"aws-access-key in Logs.Message": 1}),
    "a query that is cut away": (trace(f"GET https://api.example/?k={AWS}"), {"aws-access-key in Logs.Message": 1}),
    "a JSON text": (trace(orjson.dumps({"k": AWS}).decode()), {"aws-access-key in Logs.Message": 1}),
    "found by the last look": ({**REQUEST, "RayID": AWS}, {"aws-access-key in RayID": 1}),
    "a header": ({**REQUEST, "RequestHeaders": {"via": AWS}}, {"aws-access-key in RequestHeaders.via": 1}),
    "a nested record": (
        {**REQUEST, "Subrequests": [{**REQUEST, "ClientRequestHost": AWS}]},
        {"aws-access-key in Subrequests.ClientRequestHost": 1},
    ),
    "two fields": (
        trace(f"key {AWS}", Outcome=f"not {AWS}"),
        {"aws-access-key in Logs.Message": 1, "aws-access-key in Outcome": 1},
    ),
}


@pytest.mark.parametrize(("record", "found"), PLACES.values(), ids=PLACES.keys())
def test_a_hit_is_seen_in_its_field(record: dict[str, Any], found: dict[str, int]) -> None:
    assert hits(see([lines(record)])) == found


def test_a_secret_in_a_name_is_seen_in_each_record() -> None:
    found = hits(see([lines(*(trace({AWS: number}) for number in range(5)))]))
    assert found == {"aws-access-key in Logs.Message.*": 5}
    top = hits(see([lines(*({**REQUEST, f"key {AWS}": number} for number in range(5)))]))
    assert top == {"aws-access-key in *": 5}


def test_a_rule_in_shadow_is_seen_where_it_stands() -> None:
    chosen = compile_rules(select(load_rules(), (), ("aws-access-key",), {}, personal=True))
    seen = see([lines(trace(f"key {AWS}"))], watching_engine(chosen=chosen))
    assert AWS.encode() in seen.safe
    assert hits(seen) == {"aws-access-key in Logs.Message": 1}


@pytest.mark.parametrize(("redacted", "rules"), [(False, set()), (True, {"forwarded"})])
def test_marks_that_a_visitor_typed_are_nobodys_but_those_of_redacted_logs_are(redacted: bool, rules: set[str]) -> None:
    mark = Marker(RING).keyed("credential", "s3cretTokenOfAda")
    shown = {"RequestHeaders": {"authorization": f"Bearer {mark}"}, "Cookies": {}}
    call = {**REQUEST, **shown, "ClientRequestSource": "edgeWorkerFetch", "ClientRequestHost": "orders.origin.example"}
    raw = lines({**REQUEST, **shown}, {**call, "RayID": "8a1b2c3d4e5f6071", "ParentRayID": REQUEST["RayID"]})
    findings = judged(see([Batch([raw], "o", redacted=redacted)]).evidence)
    assert {each.verdict.rule for each in findings if each.detector == "backend_credentials"} == rules


def test_a_sampled_source_counts_for_all_records() -> None:
    raw = lines(trace(f"key {AWS}"))
    assert hits(see([Batch([raw], "o", weight=10)])) == {"aws-access-key in Logs.Message": 10}


def test_renamed_fields_are_seen_by_what_they_mean() -> None:
    rename = {"event": "Event", "script": "ScriptName", "at": "EventTimestampMs"}
    own = {meant: name for name, meant in rename.items()}
    record = {own.get(name, name): value for name, value in trace(f"key {AWS}").items()}
    (finding,) = judged(see([Batch([lines(record)], "o", rename=rename)]).evidence)
    assert (finding.verdict.script, finding.verdict.first_seen) == ("shop-edge", TIME)
    assert [each.ray_id for each in finding.verdict.evidence] == ["0000000000000001"]


def cuts(size: int) -> Sequence[bytes]:
    """Cut the requests of the demo and what was printed into files of so many lines."""
    whole = b"".join(run(batch.chunks, by=engine()).safe for batch in demo() if "requests" in batch.path)
    raw = [line + b"\n" for line in whole.splitlines()] + [lines(trace(f"{number} {AWS}")) for number in range(30)]
    return [b"".join(raw[at : at + size]) for at in range(0, len(raw), size)]


def test_any_split_into_files_says_the_same() -> None:
    whole = last_versions(judged(see(cuts(10_000)).evidence))
    assert whole
    for size in (1, 7, 100):
        assert last_versions(judged(see(cuts(size)).evidence)) == whole


def test_any_split_into_pieces_and_blocks_gives_the_same_evidence() -> None:
    raw = b"".join(cuts(10_000))
    whole = see([raw]).evidence
    assert len(raw) < BLOCK_BYTES
    for size in (1000, 70_000):
        pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
        paused = [each for piece in pieces for each in (piece, b"")]  # each pause of a source ends a block
        assert see([Batch(paused, "o0")]).evidence == whole


def test_evidence_of_a_long_input_leaves_while_it_is_read() -> None:
    small = lines({"RayID": "8a1b2c3d4e5f6071", "EdgeResponseStatus": 200, "EdgeStartTimestamp": TIME})
    seen = see([Batch([small * PACKED_RECORDS * 3], "o", "http_requests")])
    assert len(seen.evidence) >= 3
    assert seen.rows == PACKED_RECORDS * 3


def test_a_fault_in_a_detector_is_counted_and_keeps_no_line() -> None:
    # No detector can work on such facts; a configuration never makes them.
    wrong = Facts(everywhere={"outbound_hosts": {"nonsense": ()}, "cross_user": {"nonsense": ()}})
    record = {**REQUEST, "ClientRequestSource": "edgeWorkerFetch"}
    seen = see([lines(record, record)], watching_engine(facts=replace(wrong, warm_up=0)))
    assert (seen.safe.count(b"\n"), seen.tally.unseen) == (2, 2)
