"""Two policies over the same lines: what is counted, and that no value is ever among it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.base import Batch, Limits
from pipeline.engine import Engine
from pipeline.explaining.leaves import Fields
from pipeline.explaining.lines import Line, numbered, passed, unbounded
from pipeline.explaining.policy_diff import NEWLY, NO_LONGER, OTHERWISE, Group, PolicyDiff
from redactors.keyring import KeyRing, new_ring
from redactors.policy import PROFILES, Policy
from redactors.rule_choices import select
from redactors.secrets import compile_rules, load_rules
from tests.data.records import sample_record
from tests.laws.stage import RING, catalogue, lines, rules

OTHER_RING = new_ring(bytes(range(64, 128)))
STANDARD = Policy()
SECRET = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
RECORD: dict[str, Any] = {
    "RayID": "7a1f7ad4df2f870a",
    "ClientIP": "203.0.113.77",
    "ClientRequestURI": "/a?page=2&x=c4n4ry",
    "Cookies": {"lang": "c4n4ry"},
    "WorkerScriptName": SECRET,
    "Extra": "c4n4ry",
}


def _engine(policy: Policy, limits: Limits, ring: KeyRing = RING) -> Engine:
    chosen = rules()
    if policy.rules_disabled:
        chosen = compile_rules(select(load_rules(), policy.rules_disabled, (), {}, personal=True))
    return Engine(policy, ring, chosen, catalogue(), unbounded(limits))


def _diff(raw: bytes, *engines: Engine, limits: tuple[Limits, Limits] = (Limits(), Limits())) -> PolicyDiff:
    batch = Batch((raw,), "raw.log")
    found = PolicyDiff(1000)
    one, two = (
        list(passed(engine, batch, numbered(engine, batch, bounds)))
        for engine, bounds in zip(engines, limits, strict=True)
    )
    for before, after in zip(one, two, strict=True):
        found.add("raw.log", Fields(engines[0], batch), before, after)
    return found


def _policies(raw: bytes, old: Policy, new: Policy) -> PolicyDiff:
    return _diff(raw, _engine(old, Limits()), _engine(new, Limits()))


def _group(field: str, kind: str, old: str, new: str) -> Group:
    return Group("http_requests", field, kind, old, new)


CHANGES: dict[str, tuple[Policy, Group]] = {
    "addresses kept": (replace(STANDARD, ip="keep"), _group("ClientIP", NO_LONGER, "truncated", "kept")),
    "addresses marked": (replace(STANDARD, ip="mark"), _group("ClientIP", OTHERWISE, "truncated", "[ip~…]")),
    "a cookie kept": (replace(STANDARD, cookies_keep=("lang",)), _group("Cookies.lang", NO_LONGER, "[cookie]", "kept")),
    "parameters kept": (
        replace(STANDARD, query="params"),
        _group("ClientRequestURI", OTHERWISE, "query removed", "[param] in it"),
    ),
    "unknown fields dropped": (replace(STANDARD, unknown="drop"), _group("Extra", NEWLY, "kept", "dropped")),
    "a class chosen": (
        replace(STANDARD, field_classes={"http_requests": {"Extra": "credential"}}),
        _group("Extra", NEWLY, "kept", "[credential~…]"),
    ),
    "a rule disabled": (
        replace(STANDARD, rules_disabled=("github-token",)),
        _group("WorkerScriptName", NO_LONGER, "[github-token~…]", "kept"),
    ),
}


@pytest.mark.parametrize(("policy", "group"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_told_by_dataset_field_and_rule(policy: Policy, group: Group) -> None:
    found = _policies(lines(RECORD) * 3, STANDARD, policy)
    assert found.groups.keys() == {group}
    assert (found.records, found.different) == (3, 3)
    assert (found.groups[group].records, found.groups[group].values) == (3, 3)
    turned = {NEWLY: NO_LONGER, NO_LONGER: NEWLY, OTHERWISE: OTHERWISE}[group.kind]
    back = _policies(lines(RECORD), policy, STANDARD)
    assert back.groups.keys() == {_group(group.field, turned, group.new, group.old)}


@pytest.mark.parametrize("name", catalogue().names())
def test_a_policy_does_not_differ_from_itself(name: str) -> None:
    found = _policies(lines(sample_record(catalogue()[name])), STANDARD, Policy())
    assert (found.records, found.different, found.groups) == (1, 0, {})


@pytest.mark.parametrize("policy", ["strict", "forensic"])
@pytest.mark.parametrize("name", catalogue().names())
def test_no_value_is_told(name: str, policy: str) -> None:
    record = dict.fromkeys(catalogue()[name].fields, "c4n4ry") | {"NotListed": "c4n4ry"}
    found = _policies(lines(record, sample_record(catalogue()[name], "c4n4ry")), STANDARD, PROFILES[policy])
    assert found.groups or policy == "forensic"
    assert "c4n4ry" not in repr(found.groups)


def test_several_values_of_one_record_are_one_record_and_the_first_is_the_example() -> None:
    trace: dict[str, Any] = {"ScriptName": "x", "Outcome": "ok", "EventTimestampMs": 1, "Logs": []}
    record = trace | {"Logs": [{"Message": ["all is well", *["GET https://h.example/a?x=1"] * 2]}]}
    found = _policies(lines(trace, record), STANDARD, replace(STANDARD, query="params"))
    ((group, counted),) = found.groups.items()
    assert (group.field, counted.records, counted.values) == ("Logs.Message", 1, 2)
    (example,) = counted.examples
    assert (example.place, example.path, example.length) == ("raw.log:2", "Logs[0].Message[1]", 27)


def test_a_mark_by_another_key_is_another_mark() -> None:
    raw = lines(RECORD | {"Cookies": {"session": "c4n4ry"}})
    found = _diff(raw, *(_engine(STANDARD, Limits(), ring) for ring in (RING, OTHER_RING)))
    told = {(group.field, group.old, group.new) for group in found.groups}
    assert ("Cookies.session", "[session~…]", "[session~…], by another key") in told


def test_records_that_stay_behind_under_one_policy_are_told() -> None:
    long = lines(RECORD | {"Extra": "x" * 2000})
    limits = Limits(), Limits(line_bytes=1024)
    found = _diff(lines(RECORD) + long + b"{\n", *(_engine(STANDARD, each) for each in limits), limits=limits)
    assert dict(found.behind) == {("", "line_too_long"): 1, ("not_json", "not_json"): 1}
    assert (found.records, found.different, found.groups) == (3, 1, {})


def test_an_input_that_one_side_did_not_read_so_far_is_told() -> None:
    found = PolicyDiff(1000)
    found.add("raw.log", Fields(_engine(STANDARD, Limits()), Batch((), "")), Line(1, 1, b"{}", b"{}"), None)
    assert dict(found.behind) == {("", "not read"): 1}


def test_endless_names_are_told_by_the_field_they_stand_in() -> None:
    raw = lines(
        *(RECORD | {"MatchedRules": {f"n{at}-{place}": "203.0.113.77" for place in range(50)}} for at in range(60))
    )
    found = _policies(raw, STANDARD, replace(STANDARD, ip="keep"))
    assert len(found.groups) <= 2002
    folded = _group("MatchedRules.…", NO_LONGER, "…", "…")
    assert found.groups[folded].values == 60 * 50 - sum(
        group.field.startswith("MatchedRules.n") for group in found.groups
    )
