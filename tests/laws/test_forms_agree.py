"""Whatever form the same records come in, what leaves is the same; once is enough; pieces and damage change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.base import DeadLetter
from tests.bench.generate import generate_http_requests, generate_trace_events
from tests.laws.stage import Result, lines, survivors
from tests.pipeline.forms.formed import formed
from tests.streams import cut

Records = list[dict[str, Any]]

REQUESTS: Records = [json.loads(line) for line in generate_http_requests(40, 5, dirty=0.5)]
EVENTS: Records = [json.loads(line) for line in generate_trace_events(40, 5)]
SCALARS = [name for name in REQUESTS[0] if all(not isinstance(each.get(name), dict | list) for each in REQUESTS)]
ROWS: Records = [{name: each.get(name) for name in SCALARS} for each in REQUESTS]
SECRET = "q7ZkV2mXw9LrT4cN8bYs"
HIDING = f"/p?t={SECRET}".encode()


def _array(records: Records) -> bytes:
    return json.dumps(records).encode()


def _indented(records: Records) -> bytes:
    return json.dumps(records, indent=2).encode()


def _batch(records: Records) -> bytes:
    return json.dumps({"version": 1, "events": records}).encode()


def _batches(records: Records) -> bytes:
    return b"".join(json.dumps({"records": [each, each]}).encode() + b"\n" for each in records)


def _prefixed(records: Records) -> bytes:
    return b'{"events":[\n%b\n]}\n' % b",\n".join(b'  {"info":%b}' % json.dumps(each).encode() for each in records)


def _over_lines(records: Records) -> bytes:
    return "\n".join(json.dumps(each, indent="\t") for each in records).encode()


def _rows(records: Records, delimiter: str, quote: Callable[[str], str]) -> bytes:
    return b"".join(delimiter.join(_cell(value, quote) for value in each.values()).encode() + b"\n" for each in records)


def _cell(value: object, quote: Callable[[str], str]) -> str:
    return quote(value) if isinstance(value, str) else "" if value is None else json.dumps(value)


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))


def _bare(text: str) -> str:
    plain = (
        text and not set(text) & set('",;|\t\r\n') and not text[0].isdigit() and text not in ("true", "false", "null")
    )
    return text if plain else _quoted(text)


def _csv(records: Records) -> bytes:
    return _rows(records, ",", _quoted)


def _tsv(records: Records) -> bytes:
    return _rows(records, "\t", _bare)


def _of_documents(safe: bytes) -> Records:
    """Read records out of any JSON, however wrapped."""
    rest, found = safe.decode().lstrip(), []
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        found += _unwrapped(value)
        rest = rest[end:].lstrip(", \t\r\n")
    return found


def _unwrapped(value: Any) -> Records:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        value = value.get("events") or value.get("records") or value.get("info") or [value]
    return [value] if isinstance(value, dict) else [each.get("info", each) for each in value]


JSON_FORMS = {
    "an array": _array,
    "an array over lines": _indented,
    "a batch": _batch,
    "a batch by prefix, delimiter and suffix": _prefixed,
    "records over lines": _over_lines,
}
FORMS: dict[str, tuple[Callable[[Records], bytes], Records, tuple[str, ...]]] = {
    **{name: (form, [*REQUESTS, *EVENTS], ()) for name, form in JSON_FORMS.items()},
    "batches on lines": (_batches, REQUESTS, ()),
    "CSV": (_csv, ROWS, tuple(SCALARS)),
    "TSV": (_tsv, ROWS, tuple(SCALARS)),
}
in_each_form = pytest.mark.parametrize("name", FORMS)


@pytest.mark.parametrize("form", JSON_FORMS.values(), ids=JSON_FORMS)
@pytest.mark.parametrize("records", [REQUESTS, EVENTS], ids=["http_requests", "workers_trace_events"])
def test_records_are_made_safe_as_lines_are_in_any_form_of_json(
    form: Callable[[Records], bytes], records: Records
) -> None:
    as_lines, result = formed(lines(*records)), formed(form(records))
    assert _of_documents(result.safe) == as_lines.records
    assert result.tally.records == as_lines.tally.records
    assert result.tally.rule_hits == as_lines.tally.rule_hits
    assert as_lines.records != records


@pytest.mark.parametrize(("form", "delimiter"), [(_csv, ","), (_tsv, "\t")], ids=["CSV", "TSV"])
def test_records_of_scalars_are_made_safe_as_lines_are_in_rows(
    form: Callable[[Records], bytes], delimiter: str
) -> None:
    as_lines, result = formed(lines(*ROWS)), formed(form(ROWS), SCALARS)
    bare_or_quoted = _quoted if delimiter == "," else _bare
    assert result.safe == _rows(as_lines.records, delimiter, bare_or_quoted)
    assert result.tally.records == as_lines.tally.records
    assert result.tally.redactions == as_lines.tally.redactions
    assert as_lines.records != ROWS


@in_each_form
def test_twice_is_once(name: str) -> None:
    form, records, columns = FORMS[name]
    once = formed(form(records), columns)
    assert not once.dead
    assert formed(once.safe, columns).safe == once.safe


@in_each_form
@given(st.lists(st.integers(0, 1 << 20), max_size=40))
@settings(max_examples=8)
def test_pieces_do_not_matter(name: str, places: list[int]) -> None:
    form, records, columns = FORMS[name]
    raw = form(records[:4] + records[-4:])
    pieces = [piece for each in cut(raw, places) for piece in (each, b"")]
    assert _all(formed(pieces, columns)) == _all(formed(raw, columns))


DAMAGE = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\\",
    b"\xff",
    b"\r",
    b'""',
    b"[]\n",
    b"null",
    b'{"a":1}\n',
    b"",
]


@in_each_form
@given(
    st.lists(st.tuples(st.integers(0, 1 << 20), st.sampled_from(DAMAGE), st.integers(0, 30)), min_size=1, max_size=3),
    st.lists(st.integers(0, 1 << 20), max_size=5),
)
@settings(max_examples=40)
def test_damage_never_lets_a_secret_through_nor_loses_count(
    name: str, damage: list[tuple[int, bytes, int]], places: list[int]
) -> None:
    form, records, columns = FORMS[name]
    hiding = [_hiding(each) for each in (records[0], records[-1], records[1])]
    raw = form(hiding)
    for place, what, gone in damage:
        at = place % len(raw)
        raw = raw[:at] + what + raw[at + gone :]
    assume(raw.count(HIDING) == form(hiding).count(HIDING))
    result = formed(raw, columns)
    assert not survivors(SECRET, result.safe)
    assert result.tally.lines == sum(result.tally.records.values())
    assert sum(result.tally.dead.values()) == len(result.dead)
    assert _all(formed(cut(raw, places), columns)) == _all(result)
    if not columns:
        _of_documents(result.safe)


def _hiding(record: dict[str, Any]) -> dict[str, Any]:
    hidden = dict.fromkeys(("ClientRequestURI", "ClientRequestReferer"), f"https://shop.example{HIDING.decode()}")
    return {**record, **{name: value for name, value in hidden.items() if name in record}}


def _all(result: Result) -> tuple[bytes, Iterable[DeadLetter], object]:
    return result.safe, result.dead, result.tally
