"""One record explained: what is told is what redacting does, and no value is ever among it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from pipeline.base import Batch, Limits
from pipeline.explaining.explainer import Explainer, Explanation, Told
from pipeline.explaining.lines import Line
from redactors.base import RECORDS_PREFIX
from redactors.policy import PROFILES, Policy
from redactors.rule_choices import select
from redactors.secrets import compile_rules, load_rules
from tests.data.records import SECRET, clean_record, sample_record
from tests.laws.stage import RING, catalogue, engine, lines, rules, run

NAMES = catalogue().names()


def _explain(raw: bytes, dataset: str | None = None, policy: Policy | None = None, path: str = "") -> Explanation:
    explainer = Explainer(policy or Policy(), RING, rules(), catalogue(), Limits())
    return explainer.explain(Line(1, 1, raw.rstrip(b"\n")), Batch((), "test", dataset, path))


def _told(record: dict[str, Any], dataset: str | None = None, policy: Policy | None = None) -> dict[str, Told]:
    return {told.path: told for told in _explain(lines(record), dataset, policy).fields}


@pytest.mark.parametrize("policy", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_changed_is_what_redacting_changes(name: str, policy: Policy) -> None:
    raw = lines(sample_record(catalogue()[name]) | {"NotListed": "x"})
    told = _explain(raw, name, policy)
    (safe,) = run(raw, name, engine(policy)).records
    record = json.loads(raw)
    changed = {field for field, value in record.items() if safe.get(field, Ellipsis) != value}
    assert {
        each.path.partition(".")[0].partition("[")[0] for each in told.fields if each.deed.action != "kept"
    } == changed
    assert {each.path.partition(".")[0].partition("[")[0] for each in told.fields} == record.keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_class_that_is_told_is_the_one_that_is_counted(name: str) -> None:
    dataset = catalogue()[name]
    classes = {*dataset.fields.values()}
    for field, value in sample_record(dataset).items():
        counts = run(lines({field: value}), name).tally.redactions
        counted = {family for (_, family), count in counts.items() if count and family in classes}
        told = {each.field_class for each in _told({field: value}, name).values() if each.deed.action != "kept"}
        if not dataset.fields[field].startswith(RECORDS_PREFIX):
            assert told == counted, field


@pytest.mark.parametrize("policy", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_told_kept_or_not(name: str, policy: Policy) -> None:
    record = dict.fromkeys(catalogue()[name].fields, "c4n4ry")
    record |= {"NotListed": "c4n4ry"}
    assert "c4n4ry" not in repr(_explain(lines(record), name, policy))
    assert SECRET not in repr(_explain(lines(sample_record(catalogue()[name])), name, policy))


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_is_to_hide_all_is_told_kept(name: str) -> None:
    told = _explain(lines(clean_record(catalogue()[name])), name)
    assert Counter(each.deed.action for each in told.fields).keys() == {"kept"}


REQUEST = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"}


def test_values_are_told_by_their_names_types_and_lengths() -> None:
    told = _told(
        REQUEST
        | {
            "RequestHeaders": {"authorization": "Bearer x9", "accept": "*/*", "x-shop": "blue"},
            "Cookies": {"session": "x9"},
            "CacheReserveUsed": True,
            "BotTags": ["a"],
            "Subrequests": [{"ClientIP": "203.0.113.77"}],
        }
    )
    assert {path: (each.field_class, each.type, each.length, each.deed.action) for path, each in told.items()} == {
        "RayID": ("safe", "string", 16, "kept"),
        "EdgeResponseStatus": ("safe", "number", 3, "kept"),
        "ClientRequestHost": ("host", "string", 16, "kept"),
        "RequestHeaders.authorization": ("headers", "string", 9, "marked in part"),
        "RequestHeaders.accept": ("headers", "string", 3, "kept"),
        "RequestHeaders.x-shop": ("headers", "string", 4, "marked"),
        "Cookies.session": ("cookies", "string", 2, "marked"),
        "CacheReserveUsed": ("safe", "boolean", None, "kept"),
        "BotTags[0]": ("safe.list", "string", 1, "kept"),
        "Subrequests[0].ClientIP": ("ip", "string", 12, "truncated"),
    }
    assert told["Cookies.session"].deed.marks == (("[session~…]", 1),)
    assert not any(each.late for each in told.values())


NAMED = {
    "a header": {"RequestHeaders": {SECRET: "x"}},
    "a cookie": {"Cookies": {SECRET: "x"}},
    "a name in an object": {"MatchedRules": {SECRET: "x"}},
    "a field": {SECRET: "x"},
}


@pytest.mark.parametrize("policy", PROFILES.values(), ids=PROFILES.keys())
@pytest.mark.parametrize("record", NAMED.values(), ids=NAMED.keys())
def test_a_name_that_is_not_safe_is_shown_as_it_leaves(record: dict[str, Any], policy: Policy) -> None:
    told = _told(REQUEST | record, None, policy)
    assert SECRET not in repr(told)
    (path,) = {path for path in told if "[" in path and not path.endswith("(name)")}
    assert path.endswith("]")
    dropped = SECRET in record and policy.unknown == "drop"
    assert (told[path].deed.action == "dropped") is dropped


def test_what_only_the_last_look_finds_is_told_late() -> None:
    told = _told(REQUEST | {"WorkerScriptName": "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"})
    assert (told["WorkerScriptName"].late, told["WorkerScriptName"].deed.marks) == (True, (("[github-token~…]", 1),))


def test_a_rule_in_shadow_is_told_where_it_hits() -> None:
    shadowed = compile_rules(select(load_rules(), (), ("github-token",), {}, personal=True))
    explainer = Explainer(Policy(rules_shadow=("github-token",)), RING, shadowed, catalogue(), Limits())
    raw = lines(REQUEST | {"WorkerScriptName": "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"})
    told = {each.path: each for each in explainer.explain(Line(1, 1, raw.rstrip(b"\n")), Batch((), "test")).fields}
    assert {path: each.shadow for path, each in told.items() if each.shadow} == {"WorkerScriptName": ("github-token",)}
    assert told["WorkerScriptName"].deed.action == "kept"


DEAD = {
    "no JSON": (b"{", "not_json"),
    "a list": (b"[1]", "not_object"),
    "no record that is known": (b'{"x":1}', "unrecognised"),
    "a number of thousands of digits": (b'{"RayID":' + b"1" * 5000 + b"}", "number_out_of_range"),
    "nested too deep": (b'{"RayID":' + b"[" * 1100 + b"]" * 1100 + b"}", "too_deep"),
}


@pytest.mark.parametrize(("raw", "reason"), DEAD.values(), ids=DEAD.keys())
def test_a_line_that_stays_behind_is_told_by_its_reason(raw: bytes, reason: str) -> None:
    told = _explain(raw)
    assert (told.reason, told.fields) == (reason, ())


def test_a_line_that_only_a_lenient_reading_accepts_is_told_by_that() -> None:
    raw = b'{"RayID":"\\ud800","ClientRequestURI":"/a?b","EdgeResponseStatus":NaN,"WorkerCPUTime":%d}' % 10**23
    told = {each.path: each for each in _explain(raw, "http_requests").fields}
    assert {path: (each.type, each.length, each.deed.action) for path, each in told.items()} == {
        "RayID": ("string", 1, "kept"),
        "ClientRequestURI": ("string", 4, "cut"),
        "EdgeResponseStatus": ("null", None, "kept"),
        "WorkerCPUTime": ("number", 24, "kept"),
    }


def test_a_record_as_deep_as_may_be_is_told_to_its_bottom() -> None:
    raw = b'{"RayID":"a","MatchedRules":' + b'{"a":' * 900 + b'"api_key=Zx8Kq2Lm5Np7Rt9V"' + b"}" * 900 + b"}"
    told = _explain(raw, "http_requests").fields[-1]
    assert (told.path.count(".a"), told.deed.action) == (900, "marked in part")


def test_a_dataset_is_told_by_path_by_content_or_by_name() -> None:
    raw = lines({"RayID": "7a1f7ad4df2f870a", "ClientIP": "203.0.113.77"})
    found = [_explain(raw, path="/x/firewall_events/a.log"), _explain(raw, "generic"), _explain(lines(REQUEST))]
    assert [told.dataset for told in found] == ["firewall_events", "generic", "http_requests"]


def test_tenants_have_marks_of_their_own_here_too() -> None:
    scoped = replace(Policy(), scope="zone")
    told = _told(REQUEST | {"ZoneName": "shop.example", "Cookies": {"session": "x9"}}, None, scoped)
    assert (told["Cookies.session"].deed.marks, told["Cookies.session"].late) == ((("[session~…]", 1),), False)
