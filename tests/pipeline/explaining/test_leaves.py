"""A record taken apart to its values, under the names that leave."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.base import Batch
from pipeline.engine import GENERIC
from pipeline.explaining.deeds import ABSENT
from pipeline.explaining.leaves import Fields, Leaf, Triple, leaves, spelt
from redactors.policy import Policy
from tests.laws.stage import engine

Record = dict[str, Any]


def _fields(dataset: str = GENERIC.name, policy: Policy | None = None) -> Fields:
    return Fields(engine(policy), Batch((), "test", dataset))


def _leaves(before: Record, first: Record, second: Record, dataset: str = GENERIC.name) -> list[Leaf]:
    return list(leaves(Triple(before, first, second), _fields(dataset), lambda name: f"<{len(name)}>"))


def _told(before: Record, after: Record) -> dict[str, Any]:
    return {spelt(leaf.path): leaf.values.second for leaf in _leaves(before, after, after)}


CASES: dict[str, tuple[Record, Record, Record]] = {
    "values by their names": ({"a": 1, "b": "x"}, {"a": 1, "b": "y"}, {"a": 1, "b": "y"}),
    "maps and lists to any depth": (
        {"a": {"b": [1, {"c": 2}]}},
        {"a": {"b": [1, {"c": 3}]}},
        {"a.b[0]": 1, "a.b[1].c": 3},
    ),
    "what is empty": ({"a": {}, "b": []}, {"a": {}, "b": []}, {"a": {}, "b": []}),
    "what was taken away whole": ({"a": {"b": 1}}, {"a": None}, {"a": None}),
    "a list of another length": ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
    "a name that is not safe": (
        {"s3cr3t": 1, "b": 2},
        {"[token]": 1, "b": 2},
        {"[token].(name)": "[token]", "[token]": 1, "b": 2},
    ),
    "a field that was dropped": ({"a": 1, "secret": 2}, {"a": 1}, {"a": 1, "<6>": ABSENT}),
    "JSON in a text": (
        {"m": '{"a":"x","b":1}'},
        {"m": '{"a":"[credential]","b":1}'},
        {"m.{json}.a": "[credential]", "m.{json}.b": 1},
    ),
    "JSON in a text that stays": ({"m": '{"a":1}'}, {"m": '{"a":1}'}, {"m": '{"a":1}'}),
    "JSON that is only spelt otherwise": ({"m": '{"a": 1}'}, {"m": '{"a":1}'}, {"m": '{"a":1}'}),
    "JSON that is cut": ({"m": '{"a":"x'}, {"m": '{"a":"['}, {"m": '{"a":"['}),
    "cookies in a header": (
        {"Cookie": "a=1; b=2"},
        {"Cookie": "a=[session]; b=[cookie]"},
        {"Cookie.a": "[session]", "Cookie.b": "[cookie]"},
    ),
    "a cookie without a name": ({"cookie": "abc"}, {"cookie": "[cookie]"}, {"cookie": "[cookie]"}),
    "what only looks like cookies": ({"m": "a=1; b=2"}, {"m": "a=1; b=[cookie]"}, {"m": "a=1; b=[cookie]"}),
}


@pytest.mark.parametrize(("before", "after", "told"), CASES.values(), ids=CASES.keys())
def test_a_record_is_told_by_the_names_that_leave(before: Record, after: Record, told: Record) -> None:
    assert _told(before, after) == told


def test_a_name_that_one_of_two_marks_is_shown_marked() -> None:
    raw, marked = {"s3cr3t": "x"}, {"[token]": "x"}
    for first, second in ((raw, marked), (marked, raw)):
        assert [spelt(leaf.path) for leaf in _leaves(raw, first, second)] == ["[token].(name)", "[token]"]


def test_a_field_that_one_of_two_drops_keeps_its_name() -> None:
    raw: Record = {"a": 1, "b": 2}
    for first, second in (({"a": 1}, raw), (raw, {"a": 1})):
        assert [spelt(leaf.path) for leaf in _leaves(raw, first, second)] == ["a", "b"]


def test_fields_have_the_class_of_their_dataset_and_records_inside_that_of_theirs() -> None:
    record: Record = {"ClientIP": "x", "clientip": "x", "Mine": "x", "Subrequests": [{"ClientRequestURI": "x"}]}
    told = {spelt(leaf.path): leaf.field_class for leaf in _leaves(record, record, record, "http_requests")}
    assert told == {"ClientIP": "ip", "clientip": "ip", "Mine": "unknown", "Subrequests[0].ClientRequestURI": "url"}


def test_a_policy_may_choose_the_class_of_a_field() -> None:
    policy = Policy(field_classes={"http_requests": {"Mine": "url"}})
    assert _fields("http_requests", policy).classes(("mine", "Other")) == {"mine": "url", "Other": "unknown"}


def test_a_dataset_is_told_by_names_by_path_or_by_word() -> None:
    names = ("RayID", "ClientIP", "EdgeResponseStatus")
    batches = (Batch((), ""), Batch((), "", None, "/x/firewall_events/a.log"), Batch((), "", "dns_logs"))
    told = [Fields(engine(), batch).dataset(names) for batch in batches]
    assert told == ["http_requests", "firewall_events", "dns_logs"]
    assert Fields(engine(), Batch((), "")).dataset(("x",)) is None


def test_a_leaf_shows_no_value() -> None:
    (leaf,) = _leaves({"a": "c4n4ry"}, {"a": "c4n4ry"}, {"a": "x"})
    assert "c4n4ry" not in repr(leaf)
