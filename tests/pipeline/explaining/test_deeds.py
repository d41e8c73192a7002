"""What was done to a value, told by comparing."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.explaining.deeds import ABSENT, ACTIONS, Deed, deed, rule_of

CASES: dict[str, tuple[Any, Any, Deed]] = {
    "the same text": ("a", "a", Deed("kept")),
    "the same number": (1, 1, Deed("kept")),
    "nothing at all": (None, None, Deed("kept")),
    "a mark that was there": ("[session]", "[session]", Deed("kept")),
    "a whole mark": ("hunter22x", "[credential]", Deed("marked", (("[credential]", 1),))),
    "a keyed mark": ("hunter22x", "[session~KQ.AAAAAAAAAAAAAAAABBBB]", Deed("marked", (("[session~…]", 1),))),
    "a mark behind a scheme": ("Bearer x", "Bearer [credential]", Deed("marked in part", (("[credential]", 1),))),
    "two marks of a kind": ("/a/b", "/[path]/[path]", Deed("marked in part", (("[path]", 2),))),
    "one mark more than before": ("[path]/b", "[path]/[path]", Deed("marked in part", (("[path]", 1),))),
    "brackets that are no mark": ("a[0]b secret", "a[0]b ", Deed("cut")),
    "an address": ("203.0.113.77", "203.0.113.0", Deed("truncated")),
    "a long address": ("2001:db8:1:2::3", "2001:db8:1::", Deed("truncated")),
    "addresses in a row": ("203.0.113.77, 198.51.100.9", "203.0.113.0, 198.51.100.0", Deed("truncated")),
    "an address and more": ("203.0.113.77 x", "203.0.113.0 y", Deed("cut")),
    "a place as text": ("51.75670", "51.8", Deed("rounded")),
    "a place as a number": (51.7567, 51.8, Deed("rounded")),
    "a query": ("/a?b=c", "/a", Deed("cut", (), ("query",))),
    "a query and a fragment": (
        "https://h.example/a?b#c",
        "https://h.example/a",
        Deed("cut", (), ("query", "fragment")),
    ),
    "user info": ("https://u:p@h.example/", "https://h.example/", Deed("cut", (), ("user info",))),
    "a query, and a segment": ("/r/x?y", "/r/[path]", Deed("marked in part", (("[path]", 1),), ("query",))),
    "a text with a question": ("what? this", "what", Deed("cut")),
    "a text emptied": ("a=1", "", Deed("emptied")),
    "a value made null": ({"a": 1}, None, Deed("nulled")),
    "a field dropped": ("a", ABSENT, Deed("dropped")),
    "another text": ("Mozilla/5.0", "other agent", Deed("replaced")),
    "another list": (["a"], ["b", "c"], Deed("replaced")),
    "a truth for another": (True, False, Deed("replaced")),
}


@pytest.mark.parametrize(("before", "after", "told"), CASES.values(), ids=CASES.keys())
def test_what_was_done_is_told_by_comparing(before: Any, after: Any, told: Deed) -> None:  # noqa: ANN401 - JSON values
    assert deed(before, after) == told


def test_every_action_has_a_case() -> None:
    assert {told.action for _, _, told in CASES.values()} == set(ACTIONS)


def test_the_rule_of_a_mark_is_its_name() -> None:
    assert [rule_of(mark) for mark in ("[ip]", "[ip-encrypted~…]")] == ["ip", "ip-encrypted"]
