"""Escapes undone one layer at a time, the outermost first."""

from __future__ import annotations

from urllib.parse import quote
from urllib.parse import unquote as standard_unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactors.escapes import ESCAPE, flatten, peel, unquote

PEELED = {
    "percent": ("a%3Db", "a=b"),
    "percent, twice": ("a%253Db", "a%3Db"),
    "percent, two bytes of one letter": ("k%C3%BCche", "küche"),
    "percent, half of a letter": ("a%C3b", "a\ufffdb"),
    "percent, as of JavaScript": ("a%u003Db", "a=b"),
    "JSON": (r"a\u003db", "a=b"),
    "JSON, a quote": (r"{\"a\"", '{"a"'),
    "JSON, an escaped backslash": (r"a\\u003db", r"a\u003db"),
    "JSON, half of a letter": (r"a\ud800b", "a\ufffdb"),
    "hexadecimal": (r"a\x3db", "a=b"),
    "HTML": ("a&amp;b", "a&b"),
    "HTML, by number": ("a&#61;b&#x3D;c", "a=b=c"),
    "HTML, by a long name": ("a&equals;b", "a=b"),
    "JSON around percent": (r"a\u003d%3D", "a=%3D"),
    "HTML around percent": ("a&amp;%3D", "a&%3D"),
    "percent around JSON": (r"a%5Cu003d", r"a\u003d"),
    "nothing": ("100% and a\\b & c", "100% and a\\b & c"),
}


@pytest.mark.parametrize(("text", "peeled"), PEELED.values(), ids=PEELED)
def test_one_layer_is_undone(text: str, peeled: str) -> None:
    assert peel(text) == peeled
    assert peeled == text or ESCAPE.search(text)


@given(st.text(max_size=40))
def test_percent_encoding_is_undone_as_the_standard_library_does(text: str) -> None:
    for each in (text, quote(text), quote(text, safe="/é")):
        assert unquote(each) == standard_unquote(each)


@given(st.text(alphabet="a=%&/", max_size=12), st.integers(1, 8))
def test_many_layers_of_percent_encoding_become_one(text: str, layers: int) -> None:
    encoded = text
    for _ in range(layers):
        encoded = quote(encoded, safe="")
    assert unquote(flatten(encoded)) == text or "%" in text
