"""JSON documents: framing and layout kept, what wraps records scrubbed, what is broken dead, brackets closed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from pipeline.base import MIB, InputError, Limits
from redactors.policy import PROFILES, Policy
from tests.laws.stage import engine
from tests.pipeline.forms.formed import REQUEST, SAFE, formed, told
from tests.redactors.scrubbing import SHORT, mark

Spell = Callable[[object], str]


def compact(value: object) -> str:
    """Spell JSON without white space."""
    return json.dumps(value, separators=(",", ":"))


def spaced(value: object) -> str:
    """Spell JSON with a blank behind each comma and colon."""
    return json.dumps(value)


def indented(value: object) -> str:
    """Spell JSON over lines, by two blanks."""
    return json.dumps(value, indent=2) + "\n"


def tabbed(value: object) -> str:
    """Spell JSON over lines that end in CRLF, by tabs."""
    return json.dumps(value, indent="\t").replace("\n", "\r\n")


SPELLINGS: dict[str, Spell] = {"compact": compact, "spaced": spaced, "indented": indented, "tabbed": tabbed}
in_each_spelling = pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)

NESTED = {
    **REQUEST,
    "RequestHeaders": {"accept": "*/*"},
    "BotTags": ["a", "b"],
    "Cookies": {},
    "JA4Signals": {"a": [1, {}]},
}
SAFE_NESTED = {
    **SAFE,
    "RequestHeaders": {"accept": "*/*"},
    "BotTags": ["a", "b"],
    "Cookies": {},
    "JA4Signals": {"a": [1, {}]},
}

DOCUMENTS: dict[str, tuple[object, object]] = {
    "a list": ([REQUEST, NESTED], [SAFE, SAFE_NESTED]),
    "an empty list": ([], []),
    "a batch": ({"events": [REQUEST, NESTED]}, {"events": [SAFE, SAFE_NESTED]}),
    "a batch with more beside it": (
        {"v": 1, "Logs": [REQUEST], "meta": {"password": SHORT, "at": ["/p?x=1"]}, "n": None},
        {"v": 1, "Logs": [SAFE], "meta": {"password": mark("credential", SHORT), "at": ["/p"]}, "n": None},
    ),
    "two batches in one": ({"events": [REQUEST], "records": [NESTED]}, {"events": [SAFE], "records": [SAFE_NESTED]}),
    "an empty batch": ({"events": []}, {"events": []}),
    "records in objects of their own": ({"events": [{"info": NESTED}]}, {"events": [{"info": SAFE_NESTED}]}),
}


@in_each_spelling
@pytest.mark.parametrize(("raw", "safe"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_leaves_as_it_is_spelt(raw: object, safe: object, spell: Spell) -> None:
    result = formed(spell(raw).encode())
    assert result.safe.decode() == spell(safe)
    assert not result.dead
    assert formed(result.safe).safe == result.safe


@pytest.mark.parametrize("spell", [indented, tabbed])
def test_a_record_over_lines_leaves_over_lines(spell: Spell) -> None:
    result = formed(spell(NESTED).encode())
    assert result.safe.decode() == spell(SAFE_NESTED)
    assert formed(result.safe).safe == result.safe
    assert result.tally.records["http_requests", "redacted"] == 1


STREAMS = {
    "records over lines": ("{0:i}{0:i}", "{1:i}{1:i}"),
    "records over lines, nothing between": ("{0:t}{0:t}", "{1:t}{1:t}"),
    "records with commas between": ("{0:c},\n{0:c},\n{0:c}\n", "{1:c},\n{1:c},\n{1:c}\n"),
    "records with nothing between": ("{0:c}{0:c}\n", "{1:c}{1:c}\n"),
    "lists on lines": ("[{0:c}]\n[{0:c},{0:c}]\n", "[{1:c}]\n[{1:c},{1:c}]\n"),
    "batches on lines": ('{{"a":1,"data":[{0:c}]}}\n{{"data":[]}}\n', '{{"a":1,"data":[{1:c}]}}\n{{"data":[]}}\n'),
    "a batch by prefix, delimiter and suffix": (
        '{{"events":[\n  {{"info":{0:c}}},\n  {{"info":{0:c}}}\n]}}\n',
        '{{"events":[\n  {{"info":{1:c}}},\n  {{"info":{1:c}}}\n]}}\n',
    ),
    "records in objects of their own": ('{{"info": {0:c} }}\n' * 2, '{{"info": {1:c} }}\n' * 2),
    "a comma behind the last record": ("[{0:c},\n{0:c},\n]", "[{1:c},\n{1:c},\n]"),
    "white space all around": (" \n[ {0:c} , {0:c}\t]\n\n", " \n[ {1:c} , {1:c}\t]\n\n"),
    "a byte order mark": ("\ufeff[{0:c}]", "[{1:c}]"),
}


class _Spelt:
    """A record that a format string spells."""

    def __init__(self, record: object) -> None:
        self.record = record

    def __format__(self, spelling: str) -> str:
        return {"i": indented, "t": tabbed, "c": compact}[spelling](self.record)


@pytest.mark.parametrize(("raw", "safe"), STREAMS.values(), ids=STREAMS)
def test_what_stands_between_records_stays(raw: str, safe: str) -> None:
    records = _Spelt(NESTED), _Spelt(SAFE_NESTED)
    result = formed(raw.format(*records).encode())
    assert result.safe.decode() == safe.format(*records)
    assert not result.dead
    assert formed(result.safe).safe == result.safe


R, S = compact(REQUEST), compact(SAFE)
DEAD = {
    "the first of a list": (f'[\n{{"a":1}},\n{R},\n{R}\n]', f"[\n{S},\n{S}\n]", [(2, 2, "unrecognised")]),
    "the middle of a list": (f'[{R}, {{"a":1}}, {R}]', f"[{S}, {S}]", [(1, len(R) + 3, "unrecognised")]),
    "the last of a list": (f'[{R}, {{"a":1}} ]', f"[{S} ]", [(1, len(R) + 3, "unrecognised")]),
    "the only one of a list": ('[ {"a":1}, ]', "[ ]", [(1, 2, "unrecognised")]),
    "entries that are no objects": (
        f'[{R},["a]"],"x,]",-1.5,null]',
        f"[{S}]",
        [(1, len(R) + at, "not_object") for at in (2, 9, 15, 20)],
    ),
    "an entry that is no JSON": (f'[{R},{{"a" 1}},{R}]', f"[{S},{S}]", [(1, len(R) + 2, "not_json")]),
    "what stands beside records and is no JSON": (
        f'{{\n"x":nil,\n"data":[{R}]\n}}',
        f'{{\n"data":[{S}]\n}}',
        [(2, 2, "not_json")],
    ),
    "an entry that is too long": (f'[{{"a":"{"]" * 9000}"}},\n{R}]', f"[{S}]", [(1, 1, "line_too_long")]),
    "a string that is too long": (f'[{R},"{"]" * 9000}"]', f"[{S}]", [(1, len(R) + 2, "not_object")]),
    "what stands beside records and is too long": (
        f'{{"data":[{R}],"x":[{"9," * 9000}1]}}',
        f'{{"data":[{S}]}}',
        [(1, len(R) + 11, "line_too_long")],
    ),
    "words behind documents": (f"[\n{R}\n]\nError streaming data.\n", f"[\n{S}\n]\n", [(4, len(R) + 5, "not_json")]),
    "a broken line among lists": (f"[{R}]\n[{R}\n[{R}]\n", f"[{S}]\n[{S}]\n[{S}]\n", [(2, 2 * len(R) + 4, "not_json")]),
    "a record cut off among lists": (f"[{R}]\n{R[:-9]}\n[{R}]\n", f"[{S}]\n[{S}]\n", [(2, len(R) + 3, "not_json")]),
    "a list cut off": (f"[\n{R},\n{R[:-9]}", f"[\n{S}]", [(3, len(R) + 4, "truncated")]),
    "a batch cut off": (f'{{"events":[\n{R},\n', f'{{"events":[\n{S}]}}', [(3, len(R) + 14, "truncated")]),
    "a record over lines cut off": (f'{R[:-1]},\n"x":1', "", [(1, 0, "truncated")]),
    "no comma between entries": (f"[\n{R}\n{R}\n]\n[{R}]", f"[\n{S}]", [(3, len(R) + 3, "broken_document")]),
    "a bracket of the wrong kind": (f"[\n{R}\n}}\n[{R}]", f"[\n{S}]", [(3, len(R) + 3, "broken_document")]),
    "no colon in what wraps": (
        f'{{"events":[\n{R}],"x"}}',
        f'{{"events":[\n{S}]}}',
        [(2, len(R) + 14, "broken_document")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "safe", "dead"), DEAD.values(), ids=DEAD)
def test_what_is_dead_leaves_no_trace_and_what_is_open_is_closed(
    raw: str, safe: str, dead: list[tuple[int, int, str]]
) -> None:
    by = engine(limits=Limits(line_bytes=8000))
    result = formed(raw.encode(), by=by)
    assert result.safe.decode() == safe
    assert told(result) == dead
    assert result.tally.lines == sum(result.tally.records.values())
    assert sum(result.tally.dead.values()) == len(dead)
    again = formed(result.safe, by=by)
    assert (again.safe, again.dead) == (result.safe, ())


def test_what_is_beside_the_records_is_counted_as_unknown_fields_and_not_as_records() -> None:
    raw = compact({"v": 1, "events": [REQUEST, REQUEST], "token": SHORT}).encode()
    result = formed(raw)
    assert +result.tally.records == {("http_requests", "redacted"): 2}
    assert +result.tally.unknown_fields == {"generic": 2}
    assert result.tally.redactions["generic", "unknown"] == 1
    assert (result.tally.lines, result.tally.bytes_in, result.tally.bytes_out) == (2, len(raw), len(result.safe))


def test_what_is_beside_the_records_is_dropped_where_unknown_fields_are() -> None:
    raw = '{\n "v": 1,\n "events": [\n  {"RayID": "7a1f7ad4df2f870a"}\n ],\n "token": 1\n}'
    result = formed(raw.encode(), by=engine(PROFILES["strict"]))
    assert result.safe.decode() == '{\n "events": [\n  {"RayID": "7a1f7ad4df2f870a"}\n ]\n}'


def test_secret_rules_look_at_what_is_beside_the_records() -> None:
    secret = "AKIAQYLPMN5HHHFPZAM2"
    result = formed(compact({"x": secret, "events": [REQUEST], secret: 1}).encode())
    assert secret.encode() not in result.safe
    assert result.tally.rule_hits["aws-access-key", "active"] >= 1


def test_an_object_that_is_a_record_is_no_batch_whatever_its_names() -> None:
    event = {
        "EventType": "fetch",
        "Outcome": "ok",
        "ScriptName": "x",
        "Logs": [{"Level": "log", "Message": ["/p?x=1"]}],
    }
    result = formed(indented(event).encode())
    assert +result.tally.records == {("workers_trace_events", "redacted"): 1}


def test_the_dataset_that_is_said_tells_what_a_record_is() -> None:
    raw = compact({"events": [{"a": "/p?x=1"}]}).encode()
    assert [letter.reason for letter in formed(raw).dead] == ["unrecognised"]
    assert formed(raw, dataset="generic").safe.decode() == compact({"events": [{"a": "/p"}]})


def test_a_renamed_field_is_read_by_the_name_of_the_dataset_in_any_form() -> None:
    record = {"ray": "7a1f7ad4df2f870a", "uri": "/p?x=1", "ip": "203.0.113.77"}
    rename = {"ray": "RayID", "uri": "ClientRequestURI", "ip": "ClientIP"}
    safe = {**record, "uri": "/p", "ip": "203.0.113.0"}
    for raw, expected in (
        (record, safe),
        ([record], [safe]),
        ({"logs": [{"info": record}]}, {"logs": [{"info": safe}]}),
    ):
        assert json.loads(formed(compact(raw).encode(), rename=rename).safe) == expected


def test_the_tenant_is_told_by_a_renamed_field() -> None:
    by = engine(Policy(scope="zone"))
    marks = {
        name: formed(
            compact({**REQUEST, name: "shop.example", "Cookies": {"sid": "abc"}}).encode(),
            rename={"z": "ZoneName"},
            by=by,
        ).safe.partition(b"[session")[2][:20]
        for name in ("z", "ZoneName")
    }
    assert marks["z"] == marks["ZoneName"] != b""


def test_a_document_of_64_mib_leaves_and_a_larger_one_is_cut_off() -> None:
    long = compact({**SAFE, "CacheCacheStatus": "a b " * 100_000}).encode()
    count, rest = divmod(64 * MIB - 4, len(long) + 2)
    raw = [b"[\n", *[long + b",\n"] * (count - 1), long, b" " * rest, b"\n]"]
    assert sum(map(len, raw)) == 64 * MIB - 2
    assert not formed([*raw, b" "]).dead
    larger = formed([*raw[:-2], b",\n", long, b"\n]"])
    assert told(larger) == [(count + 2, 2 + count * (len(long) + 2), "too_large")]
    assert larger.safe == b"".join(raw[:-2]) + b"]"


def test_a_record_over_lines_may_be_longer_than_a_line() -> None:
    event = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "BotTags": ["a" * 30] * 100_000}
    result = formed(json.dumps(event, indent=1).encode())
    assert not result.dead
    assert result.safe.decode() == json.dumps(event, indent=1)


def test_documents_that_break_off_with_their_stream_are_closed() -> None:
    by = engine(limits=Limits(inflated_bytes=len(R) * 2))
    result = formed(f"[\n{R},\n{R}\n]".encode(), by=by)
    assert result.safe.decode() == f"[\n{S}]"
    assert told(result) == [(3, len(R) + 4, "too_large")]


def test_a_stream_that_breaks_off_between_documents_is_told_once() -> None:
    def pieces() -> Iterator[bytes]:
        yield f"[{R}]\n".encode()
        reason = "corrupt"
        raise InputError(reason)

    result = formed(pieces())
    assert result.safe.decode() == f"[{S}]\n"
    assert told(result) == [(2, len(R) + 3, "corrupt")]
