"""Which form a stream has: what its first line tells, and that nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pipeline.base import InputError, Limits
from pipeline.codec import inflate
from pipeline.forms.choice import Known, form_of
from pipeline.forms.documents import Documents
from pipeline.forms.peek import Kept, begins_with_record
from pipeline.forms.rows import Rows
from redactors.datasets import Dataset
from tests.laws.stage import catalogue
from tests.pipeline.forms.formed import REQUEST, formed

LINE = json.dumps(REQUEST)
PRETTY = json.dumps(REQUEST, indent=2)
LIMIT = 2000


def _classes(names: tuple[str, ...]) -> list[str | None] | None:
    found: Dataset | None = catalogue().recognise(names)
    return [found.fields.get(name) for name in names] if found else None


def _form(head: str, columns: tuple[str, ...] = ()) -> str:
    limits = Limits(line_bytes=LIMIT)
    stream = Kept([head.encode()])
    if begins_with_record(stream, LIMIT):
        return "lines"
    form = form_of(stream, Known(columns, _classes, str.isalnum, limits))
    if isinstance(form, Documents):
        return "documents, one a line" if form.by_line else "documents"
    return "rows" if isinstance(form, Rows) else "lines"


HEADS = {
    "records": (f"{LINE}\n{LINE}\n", "lines"),
    "one record without a line feed": (LINE, "lines"),
    "a record behind blank lines and a byte order mark": (f"\ufeff\n \n{LINE}\n", "lines"),
    "a record that only a lenient reading takes": (f'{LINE[:-1]},"x":NaN}}\n{LINE}', "lines"),
    "a record cut off in a string": (f"{LINE[:20]}\n{LINE}", "lines"),
    "a record cut off behind a comma": (f'{{"a":1,\n{LINE}', "lines"),
    "a record cut off behind a colon": (f'{{"RayID":\n{LINE}', "lines"),
    "a record cut off behind a bracket": (f'{{"Cookies":{{\n{LINE}', "lines"),
    "a record cut off in a list": (f'{{"BotTags":[\n{LINE}', "lines"),
    "a record with a list of objects": ('{"Logs":[{"Level":"log"}],"Outcome":"ok"}\n', "lines"),
    "a record of no dataset with a list of objects": ('{"id":1,"data":[{"a":1}]}\n', "lines"),
    "an event in its own field": ('{"event":{"a":1}}\n', "lines"),
    "words": ("Error streaming data.\n", "lines"),
    "nothing": ("", "lines"),
    "white space": ("  \n\n", "lines"),
    "a list of numbers": ("[1,2]\n", "lines"),
    "an empty list among records": (f"[]\n{LINE}\n", "lines"),
    "empty lists among records": (f"[]\n[]\n{LINE}\n", "lines"),
    "a list": (f"[{LINE},{LINE}]", "documents, one a line"),
    "a list behind a byte order mark": (f"\ufeff[{LINE}]", "documents, one a line"),
    "lists, one a line": (f"[{LINE}]\n[{LINE}]\n", "documents, one a line"),
    "lists, the first of them empty": (f"[]\n[{LINE}]\n", "documents, one a line"),
    "an empty list": ("[]\n", "documents, one a line"),
    "an empty list over lines": ("[\n]\n", "documents"),
    "a list over lines": (f"[\n{LINE},\n{LINE}\n]", "documents"),
    "a list whose first record is on its line": (f"[{LINE},\n{LINE}]", "documents"),
    "a list of empty records": ("[{}]", "documents, one a line"),
    "a list on a line that is too long": (f"[{','.join([LINE] * 40)}]", "documents"),
    "a list over lines too long together": ("[\n" + ",\n".join([LINE] * 40) + "\n]", "documents"),
    "a batch": (f'{{"events":[{LINE}]}}', "documents, one a line"),
    "a batch of records of no dataset": ('{"events":[{"a":1}]}', "documents, one a line"),
    "a batch with more beside it": (f'{{"version":1,"Records":[{LINE}]}}', "documents, one a line"),
    "a batch with what is none behind it": (f'{{"events":[{LINE}]}} x', "documents, one a line"),
    "a record with what is none behind it": (f"{LINE} x", "lines"),
    "an empty batch with more beside it": ('{"version":1,"data":[]}\n', "documents, one a line"),
    "batches, one a line": (f'{{"logs":[{LINE}]}}\n{{"logs":[{LINE}]}}\n', "documents, one a line"),
    "a batch over lines": (f'{{"events":[\n{LINE},\n{LINE}\n]}}', "documents"),
    "a batch on a line that is too long": (f'{{"v":1,"events":[{",".join([LINE] * 40)}]}}', "documents"),
    "a record on a line that is too long": (f'{{"RayID":"{"a" * LIMIT}"}}', "lines"),
    "records in objects of their own": (f'{{"info":{LINE}}}\n', "documents, one a line"),
    "a record over lines": (PRETTY, "documents"),
    "records over lines": (f"{PRETTY}\n{PRETTY}\n", "documents"),
    "a record over lines, indented by tabs": (json.dumps(REQUEST, indent="\t"), "documents"),
    "a record over lines with CRLF": (PRETTY.replace("\n", "\r\n"), "documents"),
    "a record over lines that ends on a line of its own": (f"{LINE[:-1]}\n}}\n", "documents"),
    "a record over lines, a name on each": ('{"RayID"\n:1}', "documents"),
    "a brace with no name behind it": ("{:\nx\n", "lines"),
    "a name with no value behind it": ('{"a":\nx\n', "lines"),
    "records with commas between": (f"{LINE},\n{LINE}\n", "documents, one a line"),
    "records with nothing between": (f"{LINE}{LINE}", "documents, one a line"),
    "a header": ("RayID,ClientIP,ClientRequestURI\n", "rows"),
    "a header in quotes": ('"RayID";"ClientIP"\r\n', "rows"),
    "a header of names that no dataset knows": ("a,b,c\n", "lines"),
    "a header with a name twice": ("RayID,RayID\n", "lines"),
}


@pytest.mark.parametrize(("head", "form"), HEADS.values(), ids=HEADS)
def test_the_first_line_tells_the_form(head: str, form: str) -> None:
    assert _form(head) == form


def test_any_number_of_empty_lists_is_looked_at() -> None:
    form = form_of(Kept([b"[]\n" * 5000]), Known((), _classes, str.isalnum, Limits()))
    assert isinstance(form, Documents)


WITH_COLUMNS = {
    "rows": ('"7a1f7ad4df2f870a",200\n', "rows"),
    "a row that begins with a bracket": ("[header],200\n", "rows"),
    "a row that begins with a brace": ("{x},200\n", "rows"),
    "a record": (f"{LINE}\n", "lines"),
    "a list": (f"[{LINE}]", "documents, one a line"),
    "a record over lines": (PRETTY, "documents"),
}


@pytest.mark.parametrize(("head", "form"), WITH_COLUMNS.values(), ids=WITH_COLUMNS)
def test_columns_are_for_what_is_no_json(head: str, form: str) -> None:
    assert _form(head, ("RayID", "EdgeResponseStatus")) == form


@pytest.mark.parametrize("head", [f"{LINE}\n", "words\n", "1,2\n", f'{{"events":[{LINE}]}}\n'], ids=repr)
def test_no_more_is_read_than_the_first_line(head: str) -> None:
    def stream() -> Iterator[bytes]:
        yield head.encode()
        pytest.fail("more was read")

    kept = Kept(stream())
    if not begins_with_record(kept, LIMIT):
        form_of(kept, Known((), _classes, str.isalnum, Limits(line_bytes=LIMIT)))


def test_what_was_looked_at_is_read_again_in_the_same_pieces() -> None:
    pieces = [b'{"a"', b"", b":1", b"}\n", b"x", b""]
    kept = Kept(pieces)
    assert begins_with_record(kept, LIMIT)
    assert list(kept.rest()) == pieces


def test_an_error_that_was_met_is_met_again() -> None:
    kept = Kept(inflate([b'{"a":1', b"2345"], Limits(body_bytes=8)))
    assert not begins_with_record(kept, LIMIT)
    rest = kept.rest()
    assert b"".join([next(rest), next(rest)]) == b'{"a":123'
    with pytest.raises(InputError, match="too_large"):
        next(rest)


def test_a_flood_of_white_space_is_not_held() -> None:
    result = formed(iter([b" " * 50_000] * 100))
    assert [letter.reason for letter in result.dead] == ["line_too_long"]
