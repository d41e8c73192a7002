"""Prefilters: derived from the exact rule, and never narrower than it on the bytes that JSON makes of a string."""

from __future__ import annotations

import random

import hyperscan
import orjson
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from redactors.base import ConfigurationError
from redactors.prefilter import derive, fixed_text
from tests.redactors.values import SURROUNDINGS, draw

PATTERNS = {
    "fixed text": "secret-[a-z]{4}",
    "a quote": 'key="[a-z]{4}"',
    "a backslash": r"C:\\[a-z]{4}",
    "a tab and a newline": "key\t[a-z]{2}\n[a-z]",
    "a rare control character": "key\x01[a-z]{4}",
    "any character": "key.{2}end",
    "a negated class": "key[^a-z]{2}end",
    "a negated character": "key[^a]end",
    "white space": r"key\s{2}end",
    "no white space": r"key\S{2}end",
    "digits and words": r"key\d{2}\D\w{2}\W",
    "characters beyond ASCII": "clé-[a-zé-ü]{4}",
    "folded k and s": "(?i:sk-key)[a-z]{4}",
    "a folded class": "(?i:key[k-s]{4})",
    "an optional front": "(?:pre-)?key-[a-z]{4}",
    "an optional end": "key-[a-z]{4}(?:-post)?",
    "a choice with an empty branch at the end": "key-[a-z]{4}(?:=|)",
    "a choice in front": "(?:a-|bb-)[0-9]{4}",
    "a start": "^key-[a-z]{2}",
    "a start of any line": "(?m)^key-[a-z]{2}",
    "a boundary in front": "(?:^|[^a-z])[0-9]{6}",
    "an end": "key-[a-z]{2}$",
    "an end of any line": "(?m)key-[a-z]{2}$",
    "boundaries and nothing fixed": "(?:^|[^0-9a-z])[0-9]{6}(?:[^0-9a-z]|$)",
    "an end and nothing fixed": "[0-9]{6}$",
    "word boundaries": r"\bkey-[a-z]{2}\b",
    "a long count": "key[a-z]{60,90}end",
    "lazy repeats": "key[a-z]*?end[a-z]+?",
    "a group repeated at the end": r"key(?:-[0-9]{2,8}){2,5}",
    "counted groups": "key(?:[a-z]-){3,5}end",
}


def hits(prefilter: str, data: bytes) -> list[int]:
    """Return the ends of all matches of one prefilter."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=[prefilter.encode()], ids=[0], elements=1, flags=[0])
    ends: list[int] = []
    database.scan(data, lambda _number, _start, end, _flags, _context: ends.append(end))
    return ends


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_what_the_exact_rule_matches_its_prefilter_finds_in_json(pattern: str) -> None:
    exact, prefilter, chance = re2.compile(pattern), derive(pattern), random.Random(7)  # noqa: S311 - made-up values
    matched = 0
    for surrounding in SURROUNDINGS * 4:
        text = surrounding.format(draw(pattern, chance))
        if exact.search(text.encode()):
            matched += 1
            assert hits(prefilter, orjson.dumps([text]))
    assert matched >= 4


@given(st.text(alphabet='ab"\\\n\x01é\u212a', max_size=12))
def test_any_text_that_a_loose_rule_matches_is_found(text: str) -> None:
    pattern = '(?:^|[^a])b["\\\\\\n]?(?:a|é)(?i:k)?[^b]{2}'
    if re2.compile(pattern).search(text.encode()):
        assert hits(derive(pattern), orjson.dumps(text))


def test_a_secret_is_reported_once_however_long_it_is() -> None:
    assert len(hits(derive("(key-[a-z]{20,})"), orjson.dumps("key-" + "abcd" * 100))) == 1


def test_a_bare_quote_only_opens_the_string() -> None:
    prefilter = derive("api[\"' ]+[a-z]{8}")
    assert not hits(prefilter, b'{"api":"abcdefgh"}')
    assert hits(prefilter, orjson.dumps('{"api" "abcdefgh"}'))


def test_a_rule_without_fixed_text_keeps_the_boundary_behind_it() -> None:
    prefilter = derive("(?:^|[^0-9a-z])([0-9]{12})(?:[^0-9a-z]|$)")
    assert hits(prefilter, b'["123456789012"]')
    assert not hits(prefilter, b'["123456789012abcdef"]')


@pytest.mark.parametrize(
    "pattern",
    ["[[:alpha:]]{8}", "key{,8}-long", r"\p{L}{8}", "key(?=abcd)", "(?P<a>key-)(?P=a)", "(key-", "key-(?#note)long"],
    ids=["posix class", "open count", "property", "look-ahead", "back-reference", "not closed", "comment"],
)
def test_a_construct_that_the_engines_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigurationError):
        derive(pattern)


@pytest.mark.parametrize("pattern", ["a*", "[a-z]{3}", "(?:abcd)?"], ids=["nothing", "three letters", "optional"])
def test_a_rule_that_almost_anything_satisfies_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="fixed part"):
        derive(pattern)


@pytest.mark.parametrize(
    ("pattern", "length"),
    [("[0-9]{12}", 0), ("[0-9]{3}-[0-9]{8}", 1), ("sk-[a-z]{8}", 3), ("[a-z]+@[a-z]+", 3), ("(?:ab|abcd)[0-9]{8}", 2)],
    ids=["none", "a joint", "a prefix", "a rare character", "the shortest choice"],
)
def test_fixed_text_is_measured(pattern: str, length: int) -> None:
    assert fixed_text(pattern) == length
