"""The last look: what a rule finds in the bytes that leave is marked in its string, and nothing else is touched."""

from __future__ import annotations

from collections import Counter
from functools import cache

import orjson
import pytest

from redactors.base import Tally
from redactors.density import most_marks
from redactors.hits import Hits
from redactors.marks import Marker
from redactors.rescan import rescan
from redactors.rule_choices import select
from redactors.secrets import Rules, compile_rules, parse_rules
from tests.laws.stage import RING, run

OWN = b"""
[[rule]]
id = "example-token"
reference = "Example, Tokens"
token = { prefix = ["exm_"], alphabet = "hex", length = 16 }
examples = ["exm_0123456789abcdef", "exm_fedcba9876543210"]
counter_examples = ["exm_short", "exm"]

[[rule]]
id = "example-number"
reference = "Example, Numbers"
pattern = "7777\\\\d{8}"
examples = ["777712345678", "777787654321"]
counter_examples = ["7777", "12345678"]
"""
ONE, TWO = "exm_0123456789abcdef", "exm_fedcba9876543210"


@cache
def own(shadow: tuple[str, ...] = ()) -> Rules:
    """Compile rules of the tests' own, some in shadow."""
    return compile_rules(select(parse_rules("own", OWN), shadow=shadow))


def look(*records: object, shadow: tuple[str, ...] = ()) -> tuple[list[object], Tally, tuple[int, ...]]:
    """Give records the last look; return them, the count, and the rows that changed."""
    hits = Hits(own(shadow), Marker(RING))
    block = b"".join(orjson.dumps(record) + b"\n" for record in records)

    def turn_to(row: int) -> None:
        hits.dataset = f"row {row}"

    seen = rescan(block, hits.rules.scan(block), hits, turn_to)
    assert seen.dropped == ()
    tally = Tally()
    hits.collect(tally)
    return [orjson.loads(line) for line in seen.block.splitlines()], tally, seen.changed


def mark(token: str, rule: str = "example-token") -> str:
    """Return the mark of a token."""
    return Marker(RING).keyed(rule, token)


M1, M2 = mark(ONE), mark(TWO)
MARKED = {
    "a value": ({"a": ONE, "b": 1}, {"a": M1, "b": 1}),
    "a part of a value": ({"a": f"x {ONE} y"}, {"a": f"x {M1} y"}),
    "several in one string": ({"a": f"{ONE} {TWO} {ONE}"}, {"a": f"{M1} {M2} {M1}"}),
    "several strings": ({"a": ONE, "b": [TWO, {"c": ONE}]}, {"a": M1, "b": [M2, {"c": M1}]}),
    "a name": ({ONE: 1, "b": 2}, {M1: 1, "b": 2}),
    "a name and a value": ({ONE: TWO, "b": {f"x {TWO}": 1}}, {M1: M2, "b": {f"x {M2}": 1}}),
    "behind an escaped quote": ({"a": f'say "{ONE}"'}, {"a": f'say "{M1}"'}),
    "behind a backslash": ({"a": f"c:\\{ONE}\\", "b": "\\"}, {"a": f"c:\\{M1}\\", "b": "\\"}),
    "behind backslashes and quotes": ({"a": f'\\\\"{ONE}\\"', "b": '"'}, {"a": f'\\\\"{M1}\\"', "b": '"'}),
    "in JSON in a string": ({"a": f'{{"b":"{ONE}","c":1}}'}, {"a": f'{{"b":"{M1}","c":1}}'}),
    "behind a line feed": ({"a": f"x\n{ONE}\ny"}, {"a": f"x\n{M1}\ny"}),
    "among other letters": ({"a": f"é\U0001f511 {ONE} é"}, {"a": f"é\U0001f511 {M1} é"}),
    "beside signs of JSON": ({"a": f'",":{ONE}{{["', "b": "],"}, {"a": f'",":{M1}{{["', "b": "],"}),
    "digits in a string": ({"a": "no 777712345678"}, {"a": f"no {mark('777712345678', 'example-number')}"}),
    "digits in and outside of strings": (
        {"n": 777712345678, "a": "777712345678", "m": [777787654321]},
        {"n": 777712345678, "a": mark("777712345678", "example-number"), "m": [777787654321]},
    ),
}


@pytest.mark.parametrize(("record", "safe"), MARKED.values(), ids=MARKED)
def test_what_is_found_is_marked_in_its_string(record: object, safe: object) -> None:
    other = {"untouched": "line", "n": [1.5, None, True]}
    records, _, changed = look(other, record, other)
    assert records == [other, safe, other]
    assert changed == (1,)
    assert look(safe)[0] == [safe]


KEPT = {
    "digits outside of strings": {"n": 777712345678, "m": [777787654321, -777712345678], "a": "x"},
    "a prefix only": {"a": "exm_0123"},
    "inside a word": {"a": f"x{ONE}"},
    "a mark": {"a": M1},
    "no string at all": {"n": 777712345678},
}


@pytest.mark.parametrize("record", KEPT.values(), ids=KEPT)
def test_where_the_exact_rule_finds_nothing_the_line_stays(record: object) -> None:
    records, tally, changed = look(record)
    assert records == [record]
    assert changed == ()
    assert not tally.rule_hits


def test_hits_are_counted_by_rule_and_by_the_dataset_of_their_row() -> None:
    _, tally, changed = look({"a": f"{ONE} {TWO}"}, {"a": "x"}, {"b": f"x {ONE}"})
    assert changed == (0, 2)
    assert tally.rule_hits == Counter({("example-token", "active"): 3})
    assert tally.redactions == Counter({("row 0", "own"): 2, ("row 2", "own"): 1})


def test_a_rule_in_shadow_is_counted_once_and_changes_nothing() -> None:
    record = {"a": f"{ONE} {TWO}", "b": "777712345678", "c": f"x {ONE}"}
    records, tally, _ = look(record, shadow=("example-token",))
    assert records == [{**record, "b": mark("777712345678", "example-number")}]
    assert tally.rule_hits == Counter({("example-token", "shadow"): 3, ("example-number", "active"): 1})


def test_a_rule_in_shadow_alone_leaves_the_line_as_it_is() -> None:
    records, tally, changed = look({"a": ONE}, shadow=("example-token",))
    assert (records, changed) == ([{"a": ONE}], ())
    assert tally.rule_hits == Counter({("example-token", "shadow"): 1})


def test_a_string_in_which_every_look_finds_more_becomes_a_mark_and_its_line_stays() -> None:
    command = "mysql " + " ".join(f"-psecret{number}x" for number in range(12))
    result = run(orjson.dumps({"RayID": "7a", "EdgeResponseStatus": 200, "EdgeResponseContentType": command}) + b"\n")
    assert not result.dead
    assert result.records == [{"RayID": "7a", "EdgeResponseStatus": 200, "EdgeResponseContentType": "[token]"}]


def test_behind_very_many_secrets_the_rest_of_a_line_is_plainly_marked() -> None:
    tokens = [f"exm_{number:016x}" for number in range(400)]
    kept = most_marks(len(orjson.dumps({"k": tokens})) + 1)
    assert look({"k": tokens})[0] == [{"k": [*map(mark, tokens[:kept]), *["[token]"] * (400 - kept)]}]
