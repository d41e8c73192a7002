"""Blocks of lines: every line leaves with its place or is named, and no border depends on how the bytes arrive."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base import Limits
from pipeline.codec import BLOCK_BYTES, Block, Skipped, blocks, inflate
from tests.streams import TEXT, cut, take

UNBOUNDED = Limits(body_bytes=None, inflated_bytes=None)
LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), max_size=60)
TINY = Limits(line_bytes=25)


Kept = list[tuple[int, int, bytes]]
Dropped = list[tuple[int, int]]


def split(data: bytes) -> list[bytes]:
    """Split into lines that keep their line feeds."""
    *whole, rest = data.split(b"\n")
    return [line + b"\n" for line in whole] + [rest] * bool(rest)


def reference(data: bytes, line_bytes: int) -> tuple[Kept, Dropped]:
    """Tell the slow way which lines (number, offset, bytes) leave, and which (number, offset) are let go."""
    kept: Kept = []
    dropped: Dropped = []
    offset = 0
    for number, line in enumerate(split(data), 1):
        if len(line.removesuffix(b"\n")) > line_bytes:
            dropped.append((number, offset))
        else:
            kept.append((number, offset, line))
        offset += len(line)
    return kept, dropped


def unfold(items: Iterable[Block | Skipped]) -> tuple[Kept, Dropped]:
    """Tell the same of what came out of the codec."""
    kept: Kept = []
    dropped: Dropped = []
    for item in items:
        if isinstance(item, Skipped):
            assert item.reason == "line_too_long"
            dropped.append((item.line, item.offset))
            continue
        offset = item.offset
        for number, line in enumerate(split(item.data), item.first_line):
            kept.append((number, offset, line))
            offset += len(line)
    return kept, dropped


@given(lines=LINES, ended=st.booleans(), at=st.lists(st.integers(0, 3000), max_size=20))
@pytest.mark.parametrize("line_bytes", [1, 2, 25, 1000])
def test_every_line_leaves_with_its_place_or_is_named(
    line_bytes: int, lines: list[bytes], ended: bool, at: list[int]
) -> None:
    data = b"{" + b"\n".join(lines) + b"\n" * ended
    items = list(blocks(cut(data, at), Limits(line_bytes=line_bytes)))
    assert unfold(items) == reference(data, line_bytes)
    assert items == list(blocks([data], Limits(line_bytes=line_bytes)))


@given(at=st.lists(st.integers(0, len(TEXT)), max_size=60))
def test_the_borders_of_blocks_do_not_depend_on_the_pieces(at: list[int]) -> None:
    items = list(blocks(cut(TEXT, at), UNBOUNDED))
    assert items == list(blocks([TEXT], UNBOUNDED))
    assert all(0.9 * BLOCK_BYTES < len(item.data) <= BLOCK_BYTES for item in items[:-1] if isinstance(item, Block))
    assert unfold(items) == reference(TEXT, 1 << 20)


def test_a_block_splits_into_its_lines() -> None:
    for data in (b"\n", b"\n\na", b"a\nb\n", TEXT[:65_536], b"\n" * 128, b"\n" * 129):
        assert Block(data, 1, 0).lines() == data.split(b"\n")


def test_lines_around_one_that_is_too_long_keep_their_places() -> None:
    data = b'{"a":1}\n' + b"x" * 3_000_000 + b'\n{"b":2}\n' + b"y" * ((1 << 20) + 1)
    expected = [
        Block(b'{"a":1}\n', 1, 0),
        Skipped(2, 8, "line_too_long"),
        Block(b'{"b":2}\n', 3, 3_000_009),
        Skipped(4, 3_000_017, "line_too_long"),
    ]
    assert list(blocks(cut(data, range(0, len(data), 65_536)), Limits())) == expected


@pytest.mark.parametrize("extra", [0, 1], ids=["as long as allowed", "one byte longer"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\nz\n"], ids=["unended", "last", "followed"])
@pytest.mark.parametrize("line_bytes", [100, 65_535, 65_536, 65_537, 1 << 20])
def test_the_limit_of_a_line_is_exact(extra: int, end: bytes, line_bytes: int) -> None:
    data = b"a\n" + b"x" * (line_bytes + extra) + end
    assert unfold(blocks([data], Limits(line_bytes=line_bytes))) == reference(data, line_bytes)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\xef\xbb\xbf", [], id="a mark alone"),
        pytest.param(b'\xef\xbb\xbf{"a":1}\n', [Block(b'{"a":1}\n', 1, 3)], id="a mark before the first line"),
        pytest.param(b"\xef\xbb\xbf\n\xef\xbb\xbf", [Block(b"\n\xef\xbb\xbf", 1, 3)], id="only the first mark goes"),
        pytest.param(b"a\r\nb\r\n", [Block(b"a\r\nb\r\n", 1, 0)], id="carriage returns stay"),
        pytest.param(b"\n\n\na", [Block(b"\n\n\na", 1, 0)], id="blank lines stay"),
        pytest.param(b"\0\n\0", [Block(b"\0\n\0", 1, 0)], id="zero bytes are bytes"),
    ],
)
@pytest.mark.parametrize("step", [1, 1000], ids=["byte by byte", "at once"])
def test_marks_and_line_ends(data: bytes, expected: list[Block], step: int) -> None:
    assert list(blocks(cut(data, range(0, len(data), step)), UNBOUNDED)) == expected


def test_an_empty_piece_asks_for_the_lines_so_far() -> None:
    stream = blocks([b"a\nb\nc", b"", b"d\n", b"", b"", b"e"], UNBOUNDED)
    assert list(stream) == [Block(b"a\nb\n", 1, 0), Block(b"cd\n", 3, 4), Block(b"e", 4, 7)]


@given(lines=LINES, at=st.lists(st.integers(0, 3000), max_size=20))
def test_asking_for_the_lines_so_far_loses_and_moves_none(lines: list[bytes], at: list[int]) -> None:
    data = b"{" + b"\n".join(lines)
    pieces = [part for piece in cut(data, at) for part in (piece, b"")]
    assert unfold(blocks(pieces, TINY)) == reference(data, 25)


def test_a_stream_that_breaks_gives_its_whole_lines_and_not_the_broken_one() -> None:
    got, reason = take(blocks(inflate([gzip.compress(TEXT)[:-8]], UNBOUNDED), UNBOUNDED))
    assert (unfold(got), reason) == (reference(TEXT, 1 << 20), "truncated")
    stream = [gzip.compress(b'{"a":1}\n{"b":'), b"!"]
    got, reason = take(blocks(inflate(stream, UNBOUNDED), UNBOUNDED))
    assert (got, reason) == ([Block(b'{"a":1}\n', 1, 0)], "corrupt")
