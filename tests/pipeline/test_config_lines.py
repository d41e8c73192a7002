"""Where a key stands in a TOML text: on its own line, whatever stands around it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config_lines import place_of

PLACES = {
    "a key": ("[a]\nb = 1\nc = 2", ("a", "c"), (2, 3)),
    "a dotted key": ("a.b.c = 1", ("a", "b", "c"), (3, 1)),
    "a quoted key": ("[a.'x.y']\n\"b\" = 1", ("a", "x.y", "b"), (3, 2)),
    "a key behind a list over lines": ("[a]\nx = [\n 1, # ]\n '[',\n]\ny = 1", ("a", "y"), (2, 6)),
    "a key behind a string over lines": ('x = """\n[a]\nb = 1\n"""\n[a]\nb = 1', ("a", "b"), (2, 6)),
    "a key behind a raw string over lines": ("x = '''\n[a]\n'''\n[a]", ("a",), (1, 4)),
    "a key behind a glob": ('x = "in/*.gz"\ny = "n"\nz = "#"', ("y",), (1, 2)),
    "a key inside an inline table": ("[a]\nb = { c = 1 }", ("a", "b", "c"), (2, 2)),
    "the second of two tables": ("[[s]]\nk = 1\n[[s]]\nk = 2", ("s", 1, "k"), (3, 4)),
    "a key that is a comment": ("# b = 1\nb = 2", ("b",), (1, 2)),
    "a key of no table here": ("[a]\nb = 1", ("z",), (0, 0)),
}


@pytest.mark.parametrize(("text", "path", "place"), PLACES.values(), ids=PLACES.keys())
def test_a_key_is_found_where_it_stands(text: str, path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    tomllib.loads(text)
    assert place_of(text, path) == place


_names = st.sampled_from(["a", "b-c", "'d e'", '"f.g"'])
_values = st.sampled_from(["1", "'='", '"""\n[a]\n"""', "[\n 1,\n 2, # [\n]", "{ x = 1 }", "'''\nb = 2\n'''"])


@given(st.lists(st.tuples(_names, st.dictionaries(_names, _values, min_size=1)), unique_by=lambda table: table[0]))
def test_every_key_of_any_file_is_found_on_its_line(tables: list[tuple[str, dict[str, str]]]) -> None:
    text, expected = "", {}
    for table, pairs in tables:
        text += f"[{table}] # x = 1\n"
        for name, value in pairs.items():
            expected[table.strip("'\""), name.strip("'\"")] = text.count("\n") + 1
            text += f"  {name} = {value}\n"
    tomllib.loads(text)
    assert {path: place_of(text, path)[1] for path in expected} == expected
