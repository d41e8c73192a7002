"""Input as it should not be: nothing crashes, each dead line has its reason and place, the rest is delivered."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from backports import zstd
from isal import isal_zlib

from pipeline.base import DEAD_REASONS, MIB, Limits
from tests.laws.stage import engine, run, survivors

GOOD = b'{"RayID":"7a1f7ad4df2f870a","EdgeResponseStatus":200,"ClientRequestURI":"/p?x=1"}\n'
SAFE = GOOD.replace(b"?x=1", b"")
SECRET = "q7ZkV2mXw9LrT4cN8bYs"


def request(text: str) -> bytes:
    """Write a request that ends with this."""
    return f'{{"RayID":"7a1f7ad4df2f870a","EdgeResponseStatus":200,{text}}}\n'.encode()


DEAD_LINES = {
    "broken JSON": (b'{"RayID":\n', "not_json"),
    "words": (b"Error streaming data.\n", "not_json"),
    "a list": (b'["RayID"]\n', "not_object"),
    "a string": (b'"RayID"\n', "not_object"),
    "a number": (b"7\n", "not_object"),
    "null": (b"null\n", "not_object"),
    "two objects on a line": (GOOD.strip() + GOOD, "not_json"),
    "no dataset": (b'{"a":1,"b":2}\n', "unrecognised"),
    "an empty object": (b"{}\n", "unrecognised"),
    "depth 5,000": (request('"X":' + "[" * 5000 + "]" * 5000), "too_deep"),
    "depth 5,000 of objects": (request('"X":' + '{"a":' * 5000 + "1" + "}" * 5000), "too_deep"),
    "a number of 5,000 digits": (request('"X":' + "7" * 5000), "number_out_of_range"),
    "a line of 2 MiB": (request('"X":"' + "a" * 2 * MIB + '"'), "line_too_long"),
}


@pytest.mark.parametrize(("line", "reason"), DEAD_LINES.values(), ids=DEAD_LINES)
def test_a_line_that_cannot_be_made_safe_dies_alone(line: bytes, reason: str) -> None:
    result = run(GOOD + line + GOOD)
    assert result.safe == SAFE * 2
    assert [(letter.line, letter.offset, letter.reason) for letter in result.dead] == [(2, len(GOOD), reason)]
    assert result.tally.lines == 3
    assert reason in DEAD_REASONS


LENIENT: dict[str, tuple[bytes, Callable[[dict[str, object]], object], object]] = {
    "a lone surrogate": (request('"WAFProfile":"a\\ud800b"'), lambda record: record["WAFProfile"], "a\ufffdb"),
    "a surrogate in a name": (request('"X\\ud800":1'), lambda record: list(record)[-1], "X\ufffd"),
    "invalid UTF-8": (request('"WAFProfile":"a?b"').replace(b"a?b", b"a\xffb"), lambda r: r["WAFProfile"], "a\ufffdb"),
    "NaN": (request('"BotScore":NaN'), lambda record: record["BotScore"], None),
    "infinity": (request('"BotScore":-Infinity'), lambda record: record["BotScore"], None),
    "1e400": (request('"BotScore":1e400'), lambda record: record["BotScore"], None),
    "an integer over 2^64": (request('"BotScore":18446744073709551617'), lambda r: r["BotScore"], 2**64 + 1),
    "an integer under -2^63": (request('"BotScore":-9223372036854775809'), lambda r: r["BotScore"], -(2**63) - 1),
    "the largest 64-bit integer": (request('"BotScore":18446744073709551615'), lambda r: r["BotScore"], 2**64 - 1),
    "a wide integer deep inside": (
        request('"MatchedRules":[{"a":[18446744073709551617]}]'),
        lambda record: record["MatchedRules"],
        [{"a": [2**64 + 1]}],
    ),
    "a raw control character": (request('"WAFProfile":"a\tb"'), lambda record: record["WAFProfile"], "a\tb"),
    "NUL": (request('"WAFProfile":"a\\u0000b"'), lambda record: record["WAFProfile"], "a\x00b"),
    "depth 900": (request('"X":' + "[" * 900 + "]" * 900), lambda record: "X" in record, True),
}


@pytest.mark.parametrize(("line", "part", "value"), LENIENT.values(), ids=LENIENT)
def test_a_line_that_only_a_lenient_reading_takes_is_scrubbed_and_delivered(
    line: bytes, part: Callable[[dict[str, object]], object], value: object
) -> None:
    hiding = line.replace(b'"RayID":', f'"ClientRequestURI":"/p?x={SECRET}","RayID":'.encode())
    result = run(GOOD + hiding + GOOD)
    assert not result.dead
    assert part(result.records[1]) == value
    assert not survivors(SECRET, result.safe)
    assert run(result.safe).safe == result.safe


def test_the_secret_in_the_first_of_two_equal_names_is_gone() -> None:
    result = run(request(f'"WAFProfile":"{SECRET}","WAFProfile":"ok"'))
    assert not survivors(SECRET, result.safe)


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"  \n\t\n", b"\xef\xbb\xbf"], ids=repr)
def test_input_without_a_record_gives_nothing(raw: bytes) -> None:
    result = run(raw)
    assert (result.safe, result.dead, result.tally.lines) == (b"", (), 0)


def test_the_last_line_may_lack_its_line_feed_and_a_byte_order_mark_is_dropped() -> None:
    assert run(b"\xef\xbb\xbf" + GOOD + GOOD.strip()).safe == SAFE * 2


def test_carriage_returns_stay_in_lines_that_had_them() -> None:
    assert run(GOOD.replace(b"\n", b"\r\n") * 3).safe == SAFE.replace(b"\n", b"\r\n") * 3


BROKEN = {
    "truncated gzip": (gzip.compress(GOOD * 5000)[:-200], "truncated"),
    "truncated zstd": (zstd.compress(GOOD * 50_000)[:-20], "truncated"),
    "garbage behind gzip": (gzip.compress(GOOD * 100) + b"garbage", "corrupt"),
    "flipped byte in gzip": (gzip.compress(GOOD * 100)[:-6] + b"\x00\x00\x00\x00\x00\x00", "corrupt"),
}


@pytest.mark.parametrize(("raw", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_came_before_a_break_is_delivered(raw: bytes, reason: str) -> None:
    result = run(raw)
    assert [letter.reason for letter in result.dead] == [reason]
    assert set(result.safe.splitlines(keepends=True)) <= {SAFE}
    assert result.dead[0].line == result.safe.count(b"\n") + 1


def test_a_bomb_is_stopped() -> None:
    deflate = isal_zlib.compressobj(level=1, wbits=31)
    bomb = b"".join(deflate.compress(b" " * MIB) for _ in range(300)) + deflate.flush()
    assert [letter.reason for letter in run(bomb).dead] in (["ratio"], ["line_too_long", "ratio"])


def test_a_body_over_its_limits_is_cut_off() -> None:
    by = engine(limits=Limits(inflated_bytes=len(GOOD) * 10))
    result = run(gzip.compress(GOOD * 100), by=by)
    assert result.safe.count(b"\n") <= 10
    assert [letter.reason for letter in result.dead] == ["too_large"]


def test_a_line_of_50_megabytes_is_let_go_without_being_held() -> None:
    pieces = [b'{"RayID":"', *[b"a" * MIB] * 50, b'"}\n', GOOD]
    result = run(pieces)
    assert result.safe == SAFE
    assert [(letter.line, letter.reason) for letter in result.dead] == [(1, "line_too_long")]


def test_a_line_may_be_longer_where_the_limit_was_raised() -> None:
    by = engine(limits=Limits(line_bytes=4 * MIB))
    result = run(request('"WAFProfile":"' + "a b " * (MIB // 2) + '"'), by=by)
    assert not result.dead


def test_a_dead_letter_tells_time_ray_and_status_where_they_are_nothing_else() -> None:
    known = b'"RayID":"7a1f7ad4df2f870a","EdgeStartTimestamp":"2026-03-02T09:14:00Z"'
    line = b"{" + known + b',"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7}\n'
    letter = run(line).dead[0]
    assert (letter.reason, letter.ray, letter.time) == ("unrecognised", "7a1f7ad4df2f870a", "2026-03-02T09:14:00Z")
    hiding = run(line.replace(b"7a1f7ad4df2f870a", SECRET.encode())).dead[0]
    assert SECRET not in repr(hiding)
