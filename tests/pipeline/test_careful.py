"""The lenient reading: what it takes, what it mends, what it lets die, and how exactly it writes."""

from __future__ import annotations

import sys

import pytest

from pipeline.careful import DeadLineError, is_deeper, read, room_for, write

TAKEN = {
    "wide integers": (b'{"a":123456789012345678901234567890}', b'{"a":123456789012345678901234567890}'),
    "numbers beyond a float": (
        b'{"a":1e999,"b":-1e999,"c":NaN,"d":Infinity}',
        b'{"a":null,"b":null,"c":null,"d":null}',
    ),
    "a lone surrogate": (b'{"a":"x\\ud800y"}', '{"a":"x\ufffdy"}'.encode()),
    "a pair of surrogates": (b'{"a":"\\ud83d\\udd11"}', '{"a":"\U0001f511"}'.encode()),
    "a lone surrogate in a name, deep inside": (b'{"a":[{"\\udfff":1}]}', '{"a":[{"\ufffd":1}]}'.encode()),
    "invalid UTF-8": (b'{"a":"x\xffy"}', '{"a":"x\ufffdy"}'.encode()),
    "control characters": (b'{"a":"x\ty\x00"}', b'{"a":"x\\ty\\u0000"}'),
    "spaces": (b' { "a" : [ 1 , 2 ] } ', b'{"a":[1,2]}'),
    "letters beyond ASCII": ('{"é":"\u2028"}'.encode(), '{"é":"\u2028"}'.encode()),
    "the order of names": (b'{"z":1,"a":2}', b'{"z":1,"a":2}'),
    "the last of two equal names": (b'{"a":1,"a":2}', b'{"a":2}'),
}


@pytest.mark.parametrize(("line", "safe"), TAKEN.values(), ids=TAKEN)
def test_a_line_is_read_leniently_and_written_exactly(line: bytes, safe: bytes) -> None:
    assert write(read(line, 10)) == safe + b"\n"


DEAD = {
    "broken": (b'{"a":', "not_json"),
    "empty": (b"", "not_json"),
    "more behind it": (b'{"a":1} x', "not_json"),
    "single quotes": (b"{'a':1}", "not_json"),
    "a list": (b"[1]", "not_object"),
    "a word": (b'"a"', "not_object"),
    "NaN alone": (b"NaN", "not_object"),
    "too deep": (b'{"a":' + b"[" * 11 + b"]" * 11 + b"}", "too_deep"),
    "far too deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    "an integer of too many digits": (b'{"a":' + b"7" * 5000 + b"}", "number_out_of_range"),
}


@pytest.mark.parametrize(("line", "reason"), DEAD.values(), ids=DEAD)
def test_what_even_this_does_not_read_is_dead_and_its_content_is_not_told(line: bytes, reason: str) -> None:
    with pytest.raises(DeadLineError) as caught:
        read(line, 10)
    assert caught.value.reason == reason
    assert str(caught.value) == reason


@pytest.mark.parametrize(("value", "depth", "deeper"), [({}, 0, False), ({"a": []}, 0, True), ({"a": []}, 1, False)])
def test_depth_is_how_far_containers_stand_inside_the_record(value: object, depth: int, deeper: bool) -> None:
    assert is_deeper(value, depth) == deeper


def test_room_to_call_deeper_is_given_back() -> None:
    before = sys.getrecursionlimit()
    with room_for(1000):
        assert sys.getrecursionlimit() > before
    assert sys.getrecursionlimit() == before
