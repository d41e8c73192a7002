"""Records beside what leaves of them, whatever form they come in."""

from __future__ import annotations

import gzip
import json

import pytest

from pipeline.base import Batch, Limits
from pipeline.engine import Engine
from pipeline.explaining.lines import Line, numbered, passed, unbounded
from redactors.policy import Policy
from tests.laws.stage import RING, catalogue, rules
from tests.program import RAW, SAFE

LIMITS = Limits(line_bytes=4096)
GOOD, MANY = RAW.rstrip(b"\n"), 2500
MIXED = b"".join((RAW, b"\n", b"   \n", b"{no\n", RAW, b'{"a":"' + b"x" * 5000 + b'"}\n', RAW))
CSV = b'ClientIP,ClientRequestURI,RayID,EdgeStartTimestamp\n203.0.113.77,"/a?token=c4n4ry",8a1b2c3d4e5f6071,1\n'


def _engine() -> Engine:
    return Engine(Policy(), RING, rules(), catalogue(), unbounded(LIMITS))


def _raw(data: bytes) -> list[Line]:
    return list(numbered(_engine(), Batch((data,), "test"), LIMITS))


def _passed(data: bytes) -> list[Line]:
    return list(passed(_engine(), Batch((), "test"), _raw(data)))


INPUTS = {
    "one line": (RAW, [(1, "")]),
    "no line feed at the end": (GOOD, [(1, "")]),
    "carriage returns": (RAW.replace(b"\n", b"\r\n") * 2, [(1, ""), (2, "")]),
    "blank, dead and too long lines": (MIXED, [(1, ""), (4, "not_json"), (5, ""), (6, "line_too_long"), (7, "")]),
    "a line that is no record first": (b"{no\n" + RAW, [(1, "not_json"), (2, "")]),
    "many blocks": (RAW * MANY, [(number, "") for number in range(1, MANY + 1)]),
    "nothing": (b"", []),
    "a list on one line": (b"[" + GOOD + b"," + GOOD + b"]", [(1, ""), (2, "")]),
    "a list of a record and a word": (
        b"[" + GOOD + b',"c4n4ry",\n' + GOOD + b"]\n",
        [(1, ""), (2, "not_object"), (3, "")],
    ),
    "a wrapped batch": (b'{"logs":[' + GOOD + b"," + GOOD + b'],"next":"c4n4ry"}', [(1, ""), (2, "")]),
    "a document of many lines": (json.dumps(json.loads(GOOD), indent=1).encode(), [(1, "")]),
    "rows under a header": (CSV + b"c4n4ry\n", [(1, ""), (2, "wrong_columns")]),
}


@pytest.mark.parametrize(("raw", "told"), INPUTS.values(), ids=INPUTS.keys())
def test_every_record_stands_beside_what_leaves_of_it(raw: bytes, told: list[tuple[int, str]]) -> None:
    lines = _passed(raw)
    assert [(line.number, line.reason) for line in lines] == told
    assert [line.safe for line in lines if not line.reason] == [SAFE.rstrip(b"\n")] * sum(not why for _, why in told)
    assert [line.safe is None for line in lines] == [line.reason != "" for line in lines]
    assert [line.number for line in _raw(raw)] == [number for number, _ in told]


def test_records_say_on_which_line_they_stand() -> None:
    assert [line.line for line in _raw(MIXED)] == [1, 4, 5, 6, 7]
    assert [line.line for line in _raw(b"[\n" + GOOD + b",\n" + GOOD + b"]")] == [2, 3]


def test_a_line_alone_is_what_it_is_among_others() -> None:
    for line in _passed(MIXED):
        (alone,) = passed(_engine(), Batch((), "test"), [Line(line.number, line.line, line.raw, None, "")])
        assert alone.safe == line.safe or line.reason == "line_too_long"


@pytest.mark.parametrize("odd", [b"[1]", b"a,b,c", b'{"events":[1]}', b"{", b"1", b'"x"'])
def test_one_odd_line_is_not_taken_for_another_form(odd: bytes) -> None:
    (line,) = passed(_engine(), Batch((), "test"), [Line(1, 1, odd)])
    assert (line.safe, line.reason != "") == (None, True)


def test_an_input_that_breaks_off_says_so_with_its_last_line() -> None:
    lines = _passed(gzip.compress(RAW * MANY)[:-9])
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert {line.reason for line in lines[:-1]} == {""}
    assert lines[-1].reason == "truncated"


def test_a_document_may_be_longer_than_a_line() -> None:
    record = json.loads(GOOD) | {"WorkerScriptName": "x" * 5000}
    (line,) = _passed(json.dumps(record, indent=1).encode())
    assert (line.reason, len(line.safe or b"") > 5000) == ("", True)


def test_a_line_shows_no_value() -> None:
    assert "c4n4ry" not in repr([*_passed(RAW), *_passed(MIXED)])
