"""How bytes arrive never changes what leaves, and every line is accounted for."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import pipeline.codec
from tests.bench.generate import generate_http_requests, generate_trace_events
from tests.laws.stage import engine, run
from tests.streams import cut

LINES = [*generate_http_requests(120, 3, dirty=0.2), *generate_trace_events(120, 3), b"{broken\n", b"\n", b"[]\n"] * 2
RAW = b"".join(LINES)
WHOLE = run(RAW)


@given(st.lists(st.integers(1, len(RAW) - 1), max_size=30))
@settings(max_examples=30)
def test_pieces_and_gzip_members_do_not_matter(places: list[int]) -> None:
    pieces = cut(RAW, places)
    assert run(pieces).safe == WHOLE.safe
    members = run([gzip.compress(piece, 1) for piece in pieces])
    assert (members.safe, members.dead, members.tally) == (WHOLE.safe, WHOLE.dead, WHOLE.tally)


@pytest.mark.parametrize("size", [1, 1000, 1 << 12, 1 << 15, 1 << 18])
def test_the_size_of_blocks_does_not_matter(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.codec, "BLOCK_BYTES", size)
    result = run(RAW)
    assert (result.safe, result.dead, result.tally) == (WHOLE.safe, WHOLE.dead, WHOLE.tally)


@given(st.permutations(range(len(LINES))))
@settings(max_examples=10, phases=[Phase.generate])
def test_the_order_of_lines_does_not_matter(order: list[int]) -> None:
    shuffled = run(b"".join(LINES[at] for at in order))
    assert sorted(shuffled.safe.splitlines()) == sorted(WHOLE.safe.splitlines())
    assert shuffled.tally == WHOLE.tally


@given(st.lists(st.one_of(st.binary(max_size=200), st.sampled_from(LINES)), max_size=20))
def test_no_line_is_lost_or_made_up_whatever_comes_behind_a_record(lines: list[bytes]) -> None:
    raw = LINES[0].rstrip(b"\n") + b"\n" + b"\n".join(lines)
    result = run(raw, by=engine())
    filled = sum(1 for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip())
    assert result.safe.count(b"\n") + len(result.dead) == filled
    assert result.tally.lines == filled
    assert sum(result.tally.records.values()) == filled


def test_the_tally_adds_up() -> None:
    assert WHOLE.tally.records["http_requests", "redacted"] == 240
    assert sum(WHOLE.tally.records["workers_trace_events", outcome] for outcome in ("redacted", "clean")) == 240
    assert WHOLE.tally.records["unknown", "dead"] == len(WHOLE.dead) == 4
    assert WHOLE.tally.bytes_out == len(WHOLE.safe)
    assert WHOLE.tally.bytes_in == len(RAW)
