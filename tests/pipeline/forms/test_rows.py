"""CSV and TSV: every cell by its column, quotes and types kept, what is no row dead, all else byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base import Limits
from redactors.policy import PROFILES
from tests.laws.stage import engine, survivors
from tests.pipeline.forms.formed import formed, told
from tests.redactors.scrubbing import mark

COLUMNS = ("RayID", "ClientRequestURI", "EdgeResponseStatus")
GOOD = '"7a1f7ad4df2f870a","/p?x=1",200\n'
SAFE = '"7a1f7ad4df2f870a","/p",200\n'

ROWS = {
    "strings in quotes": (GOOD, SAFE),
    "strings without quotes": ("7a1f7ad4df2f870a,/p?x=1,200\n", "7a1f7ad4df2f870a,/p,200\n"),
    "a cell of each kind": ('7a1f7ad4df2f870a,"/p?x=1",200\n', '7a1f7ad4df2f870a,"/p",200\n'),
    "tabs": ('"7a1f7ad4df2f870a"\t"/p?x=1,2"\t200\n', '"7a1f7ad4df2f870a"\t"/p"\t200\n'),
    "semicolons": ("7a1f7ad4df2f870a;/p?x=1,2;200\n", "7a1f7ad4df2f870a;/p;200\n"),
    "bars": ("7a1f7ad4df2f870a|/p?x=1|200\n", "7a1f7ad4df2f870a|/p|200\n"),
    "CRLF": (GOOD.replace("\n", "\r\n") * 2, SAFE.replace("\n", "\r\n") * 2),
    "no line feed at the end": (GOOD + GOOD.strip(), SAFE + SAFE.strip()),
    "blank lines": (f"\n{GOOD}\n\r\n{GOOD}", SAFE * 2),
    "a byte order mark": ("\ufeff" + GOOD, SAFE),
    "a delimiter in quotes": (GOOD.replace("/p?", "/a,b?"), SAFE.replace("/p", "/a,b")),
    "a line feed in quotes": (GOOD.replace("/p?", "/a\nb?"), SAFE.replace("/p", "/a\nb")),
    "a CRLF in quotes": (GOOD.replace("/p?", "/a\r\nb?"), SAFE.replace("/p", "/a\r\nb")),
    "quotes in quotes": (GOOD.replace("/p?", '/a""b?'), SAFE.replace("/p", '/a""b')),
    "what needs no change": ('7a1f7ad4df2f870a , /p ,"2""00"\n' * 2, '7a1f7ad4df2f870a , /p ,"2""00"\n' * 2),
    "numbers as they are spelt": ("1.10,/p,2E2\n-0,/p,1e5\n", "1.10,/p,2E2\n-0,/p,1e5\n"),
    "numbers wider than any machine's": ("18446744073709551617,/p?x,1\n", "18446744073709551617,/p,1\n"),
    "empty cells of both kinds": (',"/p?x",\n"","/p?x",""\n', ',"/p",\n"","/p",""\n'),
    "a cell that empties": ('1,?x=1,2\n1,"?x=1",2\n', '1,,2\n1,"",2\n'),
    "null and truth": ("null,/p?x,true\n", "null,/p,true\n"),
    "letters of any kind": ("ö,/ü?x,200\n", "ö,/ü,200\n"),
    "a header": (
        "RayID,ClientRequestURI,EdgeResponseStatus\n" + GOOD,
        "RayID,ClientRequestURI,EdgeResponseStatus\n" + SAFE,
    ),
    "a header in quotes": (
        '"RayID","ClientRequestURI","EdgeResponseStatus"\r\n' + GOOD,
        '"RayID","ClientRequestURI","EdgeResponseStatus"\r\n' + SAFE,
    ),
}


@pytest.mark.parametrize(("raw", "safe"), ROWS.values(), ids=ROWS)
def test_rows_leave_as_they_came_but_for_what_is_hidden(raw: str, safe: str) -> None:
    result = formed(raw.encode(), COLUMNS, dataset="http_requests")
    assert result.safe.decode() == safe
    assert not result.dead
    assert formed(result.safe, COLUMNS, dataset="http_requests").safe == result.safe


def test_a_header_names_the_columns_where_the_source_does_not() -> None:
    raw = "ClientRequestURI\tClientIP\n/p?x=1\t203.0.113.77\n"
    assert formed(raw.encode()).safe == b"ClientRequestURI\tClientIP\n/p\t203.0.113.0\n"


def test_a_header_is_one_only_in_the_first_row() -> None:
    header = ",".join(COLUMNS) + "\n"
    result = formed((GOOD + header).encode(), COLUMNS, dataset="http_requests")
    assert result.safe.decode() == SAFE + header
    assert sum(result.tally.records.values()) == 2


DEAD = {
    "too few cells": ("a,b\n", "wrong_columns"),
    "too many cells": ("a,b,c,d\n", "wrong_columns"),
    "another delimiter": ("a\tb\tc\n", "wrong_columns"),
    "too few cells over two lines": ('a,"b\nb"\n', "wrong_columns"),
    "a quote inside a bare cell": ('a,b"b,c\n', "not_csv"),
    "letters behind a closing quote": ('a,"b"b,c\n', "not_csv"),
    "a carriage return inside a row": ("a,b\rb,c\n", "not_csv"),
    "words": ("Error streaming data.\n", "wrong_columns"),
    "a cell of 6,000 letters": (f"a,{'b' * 6000},c\n", "line_too_long"),
    "a cell of 6,000 letters in quotes": (f'a,"{"b" * 6000}",c\n', "line_too_long"),
    "a number of 5,000 digits": (f"a,b,{'7' * 5000}\n", "number_out_of_range"),
}


@pytest.mark.parametrize(("row", "reason"), DEAD.values(), ids=DEAD)
def test_what_is_no_row_dies_alone(row: str, reason: str) -> None:
    by = engine(limits=Limits(line_bytes=5900))
    result = formed((GOOD + row + GOOD).encode(), COLUMNS, dataset="http_requests", by=by)
    assert result.safe.decode() == SAFE * 2
    assert told(result) == [(2, len(GOOD), reason)]
    assert result.tally.lines == sum(result.tally.records.values()) == 3
    assert result.tally.dead == {reason: 1}


def test_rows_are_looked_for_on_the_line_behind_a_quote_that_is_never_closed() -> None:
    raw = (GOOD + 'a,"b,c\n' + GOOD * 3).encode()
    result = formed(raw, COLUMNS, dataset="http_requests")
    assert result.safe.decode() == SAFE * 4
    assert told(result) == [(2, len(GOOD), "not_csv")]


def test_a_row_that_the_stream_breaks_off_in_is_told_by_the_reason_of_that() -> None:
    by = engine(limits=Limits(inflated_bytes=len(GOOD) * 2 + 5))
    result = formed((GOOD * 3).encode(), COLUMNS, dataset="http_requests", by=by)
    assert result.safe.decode() == SAFE * 2
    assert told(result) == [(3, len(GOOD) * 2, "too_large")]


def test_rows_whose_columns_no_dataset_knows_are_dead() -> None:
    result = formed(b"1,2\n", ("a", "b"))
    assert (result.safe, told(result)) == (b"", [(1, 0, "unrecognised")])


def test_a_dead_letter_of_a_row_tells_its_ray() -> None:
    result = formed(b'"7a1f7ad4df2f870a",1,2,3,4\n', ("RayID", "a", "b", "c", "d"))
    assert [(letter.reason, letter.ray) for letter in result.dead] == [("unrecognised", "7a1f7ad4df2f870a")]


def quoted(text: str) -> str:
    """Write a cell."""
    text = text.replace('"', '""')
    return f'"{text}"'


def nested(text: str) -> bytes:
    """Write a row whose last cell holds this."""
    return f'"7a1f7ad4df2f870a","/p",{quoted(text)}\n'.encode()


NESTED = {
    "an object": ('{"x-a":"b","cookie":"sid=abc"}', f'{{"x-a":"[header]","cookie":"sid={mark("session", "abc")}"}}'),
    "an object with white space": ('{ "accept": "*/*" }', '{"accept":"*/*"}'),
    "an object over lines": ('{\n "accept": "*/*"\n}', '{"accept":"*/*"}'),
    "an object as it would be written": ('{"accept":"*/*"}', '{"accept":"*/*"}'),
    "a name twice": ('{"accept":"hunter22","accept":"*/*"}', '{"accept":"*/*"}'),
    "a string": ("accept: */*", "accept: */*"),
    "a mark": ("[header]", "[header]"),
    "NaN": ('{"accept":"*/*","x":NaN}', '{"accept":"*/*","x":null}'),
    "a lone surrogate": ('{"accept":"a\\ud800b"}', '{"accept":"a\ufffdb"}'),
}


@pytest.mark.parametrize(("text", "safe"), NESTED.values(), ids=NESTED)
def test_json_in_a_cell_is_read_by_the_class_of_its_column(text: str, safe: str) -> None:
    columns = ("RayID", "ClientRequestURI", "RequestHeaders")
    result = formed(nested(text), columns)
    assert result.safe == nested(safe)
    assert not result.dead
    assert formed(result.safe, columns).safe == result.safe


@pytest.mark.parametrize("text", ['{"accept":"*/*"', '{"a":1}{"b":2}', '["a",', '{"a":' * 5000])
def test_a_cell_that_begins_as_json_and_is_none_does_not_leave(text: str) -> None:
    result = formed(nested(text), ("RayID", "ClientRequestURI", "RequestHeaders"))
    assert result.safe == b""
    assert [letter.reason for letter in result.dead] in (["not_json"], ["too_deep"])


def test_json_in_a_cell_cannot_add_a_field() -> None:
    text = '{"accept":"*/*"},"RayID":"q7ZkV2mXw9LrT4cN8bYs"'
    assert formed(nested(text), ("RayID", "ClientRequestURI", "RequestHeaders")).safe == b""


def test_bytes_that_are_no_utf8_are_replaced_also_in_cells_that_stay() -> None:
    raw = GOOD.encode().replace(b"7a1f", b"7a\xff1f")
    assert formed(raw, COLUMNS).safe == SAFE.replace("7a1f", "7a\ufffd1f").encode()


def test_a_field_that_is_dropped_leaves_its_cell_empty() -> None:
    by = engine(PROFILES["strict"])
    result = formed(
        b'"7a1f7ad4df2f870a","hunter22",hunter22,203.0.113.77\n', ("RayID", "My", "Other", "ClientIP"), by=by
    )
    assert result.safe == b'"7a1f7ad4df2f870a","",,[ip]\n'


def test_what_leaves_a_bare_cell_is_quoted_where_it_must_be() -> None:
    by = engine(replace(PROFILES["standard"], geo="coarse"))
    raw = b"7a1f7ad4df2f870a;/a,b?x=1;51.75670;51.756\n"
    result = formed(raw, ("RayID", "ClientRequestURI", "ClientLatitude", "EdgeResponseStatus"), by=by)
    assert result.safe == b'7a1f7ad4df2f870a;"/a,b";51.8;51.756\n'


def test_a_column_whose_name_is_a_secret_keeps_its_cells() -> None:
    name = "AKIAQYLPMN5HHHFPZAM2"
    result = formed(b"7a1f7ad4df2f870a,/p?x=1,plain\n", ("RayID", "ClientRequestURI", name))
    assert result.safe == b"7a1f7ad4df2f870a,/p,plain\n"


def test_renamed_columns_are_read_by_the_names_of_the_dataset() -> None:
    rename = {"ray": "RayID", "uri": "ClientRequestURI"}
    assert formed(b"7a1f7ad4df2f870a,/p?x=1\n", ("ray", "uri"), rename).safe == b"7a1f7ad4df2f870a,/p\n"


_cells = st.text(st.sampled_from('ab ,;|\t"\n\r\\0-é[{:'), max_size=8)


@given(st.lists(st.tuples(_cells, _cells, _cells), min_size=1, max_size=5), st.sampled_from(",\t|;"))
def test_any_text_in_quotes_comes_out_of_a_safe_column_as_it_went_in(rows: list[tuple[str, ...]], sign: str) -> None:
    raw = "".join(sign.join(map(quoted, row)) + "\n" for row in rows)
    result = formed(raw.encode(), ("RayID", "ParentRayID", "CacheCacheStatus"), dataset="http_requests")
    assert result.safe.decode() == raw
    assert not result.dead


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_rows_or_dead_letters(raw: bytes) -> None:
    secret = "q7ZkV2mXw9LrT4cN8bYs"
    hiding = raw + b'\n"7a1f7ad4df2f870a","/p?t=' + secret.encode() + b'",200\n'
    result = formed(hiding, COLUMNS, dataset="http_requests")
    assert not survivors(secret, result.safe)
    assert result.tally.lines == sum(result.tally.records.values())
    assert formed(result.safe, COLUMNS, dataset="http_requests").safe == result.safe
