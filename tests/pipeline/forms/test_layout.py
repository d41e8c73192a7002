"""White space of JSON: what was told from a value gives the same value back, and changes nothing but white space."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms.layout import COMPACT, lay_out, layout_of

_leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.sampled_from('a:,{}[]"\\ \n'), max_size=6))
_values = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("a:,", max_size=3), inner, max_size=4)
)
_containers = st.dictionaries(st.text("a:,", max_size=3), _values, max_size=5) | st.lists(_values, max_size=5)
_compact = json.JSONEncoder(separators=(",", ":")).encode


@given(_containers, st.sampled_from([1, 2, 4, "\t", None]), st.sampled_from(["\n", "\r\n"]))
def test_a_value_gets_back_the_layout_that_it_had(value: object, indent: int | str | None, line_end: str) -> None:
    spelt = json.dumps(value, indent=indent).replace("\n", line_end).encode()
    assert lay_out(_compact(value).encode(), layout_of(spelt)) == spelt


@given(_containers)
def test_a_compact_value_stays_compact(value: object) -> None:
    spelt = _compact(value).encode()
    assert lay_out(spelt, layout_of(spelt)) == spelt


@given(_containers, _containers, st.sampled_from([1, "\t", None]))
def test_nothing_but_white_space_changes(value: object, other: object, indent: int | str | None) -> None:
    laid_out = lay_out(_compact(value).encode(), layout_of(json.dumps(other, indent=indent).encode()))
    assert json.loads(laid_out) == value


@pytest.mark.parametrize("text", [b"{}", b"[]", b"1", b'"a: b"', b"", b"{", b"{\n}", b'{"a"'], ids=repr)
def test_what_tells_no_layout_is_compact(text: bytes) -> None:
    assert layout_of(text) in (COMPACT, layout_of(b"{\n}"))


def test_a_value_inside_another_keeps_its_indentation() -> None:
    whole = json.dumps({"a": [{"b": {"c": 1}}]}, indent=3)
    inner = re.search(r"\{\s+\"b\".*\}(?=\s+\]\s+\})", whole, re.DOTALL)
    assert inner
    assert lay_out(b'{"b":{"c":1}}', layout_of(inner[0].encode())).decode() == inner[0]
