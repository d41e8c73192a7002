"""Where a hit stands: names of fields and maps, from the line that leaves, or from the one that came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.hit_places import MOST_LEVELS, MOST_SOUGHT, Note, Place, places

PRINT = "ABCDEFGHIJKLMNOP"
MARK = f"[github-token~KQ.{PRINT}QRST]"
NOTE = Note("github-token", MARK, "c4n4ry-token")


def placed(safe: Any, raw: Any = None, note: Note = NOTE) -> list[Place]:  # noqa: ANN401 (any JSON value)
    return places([note], json.dumps(safe).encode(), json.dumps(raw or {}).encode())


def a_hit(path: str) -> Place:
    return path, "github-token", PRINT


WHERE = {
    "a field": ({"a": f"x {MARK}"}, "a"),
    "a map in a field": ({"a": {"b": MARK}}, "a.b"),
    "a list is no part of the path": ({"Logs": [{"Message": ["no", MARK]}]}, "Logs.Message"),
    "a JSON text ends the path": ({"a": json.dumps({"b": MARK})}, "a"),
    "a name": ({"a": {MARK: 1}}, "a.*"),
    "below a name that holds a mark": ({"[token]": {"b": MARK}}, "*.b"),
    "too deep": ({"a": {"b": {"c": {"d": {"e": {"f": {"g": MARK}}}}}}}, "a.b.c.d.e.f"),
    "an e-mail address whose domain stays": ({"a": f"{MARK}@example.org"}, "a"),
}


@pytest.mark.parametrize(("safe", "path"), WHERE.values(), ids=WHERE.keys())
def test_a_mark_tells_its_place(safe: dict[str, Any], path: str) -> None:
    assert placed(safe) == [a_hit(path)]
    assert path.count(".") < MOST_LEVELS


def test_a_secret_in_two_fields_has_two_places() -> None:
    assert placed({"b": MARK, "a": [MARK, MARK]}) == [a_hit("a"), a_hit("b")]


def test_what_was_cut_away_is_found_in_the_raw_line() -> None:
    raw = {"Logs": [{"Message": ["GET https://api.example/?t=c4n4ry-token"]}]}
    assert placed({"Logs": [{"Message": ["GET https://api.example/"]}]}, raw) == [a_hit("Logs.Message")]


def test_a_name_that_did_not_leave_is_not_told() -> None:
    assert placed({"a": {"[token]": "[body]"}}, {"a": {"c4n4ry-name": "c4n4ry-token"}}) == [a_hit("a")]
    assert placed({"[token]": "[body]"}, {"c4n4ry-name": "c4n4ry-token"}) == [a_hit("")]


def test_a_place_that_cannot_be_told_is_empty() -> None:
    assert placed({"a": "b"}, {"a": "b"}) == [a_hit("")]
    assert places([NOTE], b"no json", b"{") == [a_hit("")]


def test_a_plain_mark_has_no_fingerprint() -> None:
    assert placed({"a": "[card]"}, note=Note("card", "[card]", "4111")) == [("a", "card", "")]


def test_only_so_many_secrets_of_a_record_are_sought_in_the_raw_line() -> None:
    notes = [Note("github-token", f"[github-token{number}]", f"<{number}>") for number in range(MOST_SOUGHT + 5)]
    raw = json.dumps({f"f{number}": f"<{number}>" for number in range(MOST_SOUGHT + 5)}).encode()
    safe = json.dumps({f"f{number}": "" for number in range(MOST_SOUGHT + 5)}).encode()
    assert len(places(notes, safe, raw)) == MOST_SOUGHT


def test_a_note_does_not_show_its_secret() -> None:
    assert "c4n4ry" not in repr(NOTE)
