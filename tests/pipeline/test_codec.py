"""The codec: nothing that is whole is lost, nothing that is broken passes in silence, and no border changes a byte."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base import Limits
from pipeline.codec import Deflater, compression_of, inflate, sniff
from tests.streams import TEXT, cut, take

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNBOUNDED = Limits(body_bytes=None, inflated_bytes=None)
FORMATS = ("gzip", "zstd", "none")


def deflate(compression: str, pieces: Iterable[bytes]) -> bytes:
    """Compress as the product does."""
    stream = Deflater(compression)
    return b"".join([*map(stream.feed, pieces), stream.finish()])


def gather(pieces: Iterable[bytes]) -> tuple[bytes, str | None]:
    """Join what is delivered; tell why no more came."""
    got, reason = take(pieces)
    return b"".join(got), reason


def at_once(stream: bytes, limits: Limits = UNBOUNDED) -> tuple[bytes, str | None]:
    """Inflate bytes that arrive in one chunk."""
    return gather(inflate([stream], limits))


GZIP = gzip.compress(TEXT, mtime=0)
ZSTD = zstd.compress(TEXT)
SKIPPABLE = struct.pack("<II", 0x184D2A53, 5) + b"hello"


def gzip_member(data: bytes, *, flags: int) -> bytes:
    """Make a member with the optional parts of its header that the flags ask for."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff"
    header += b"\x04\0EXTR" if flags & 4 else b""
    header += b"name\0" if flags & 8 else b""
    header += b"comment\0" if flags & 16 else b""
    header += struct.pack("<H", zlib.crc32(header) & 0xFFFF) if flags & 2 else b""
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    return header + raw.compress(data) + raw.flush() + struct.pack("<II", zlib.crc32(data), len(data))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(GZIP[:4], "gzip", id="gzip"),
        pytest.param(ZSTD[:4], "zstd", id="zstd"),
        pytest.param(SKIPPABLE[:4], "zstd", id="zstd that begins with a skippable frame"),
        pytest.param(b'{"a"', "none", id="text"),
        pytest.param(b"", "none", id="nothing"),
        pytest.param(b"\x1f", "none", id="half a magic"),
        pytest.param(b"BZh9", "none", id="something else"),
    ],
)
def test_the_first_bytes_alone_tell_the_compression(head: bytes, expected: str) -> None:
    assert compression_of(head) == expected


@pytest.mark.parametrize("stream", [GZIP, ZSTD, TEXT, b"", b"{"], ids=["gzip", "zstd", "text", "nothing", "one byte"])
def test_sniffing_takes_no_byte_away_even_from_a_trickle(stream: bytes) -> None:
    compression, chunks = sniff([stream[at : at + 1] for at in range(len(stream))])
    assert compression == compression_of(stream)
    assert b"".join(chunks) == stream


# --- inflate ----------------------------------------------------------------------------------------------------


@given(data=st.binary(max_size=3000), repeat=st.integers(1, 200), at=st.lists(st.integers(0, 10**6), max_size=9))
@pytest.mark.parametrize("compression", FORMATS)
def test_what_was_deflated_inflates_to_the_same_bytes(
    compression: str, data: bytes, repeat: int, at: list[int]
) -> None:
    data = b"{" + data * repeat
    assert at_once(deflate(compression, cut(data, at)))[0] == data


@given(at=st.lists(st.integers(0, 10**6), max_size=9), chunks=st.lists(st.integers(0, 10**6), max_size=40))
@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_borders_of_members_and_chunks_change_no_byte(
    compress: Callable[[bytes], bytes], at: list[int], chunks: list[int]
) -> None:
    stream = b"".join(map(compress, cut(TEXT, at)))
    assert b"".join(inflate(cut(stream, chunks), UNBOUNDED)) == TEXT


@pytest.mark.parametrize("flags", range(0, 32, 2))
def test_a_gzip_header_may_arrive_in_single_bytes(flags: int) -> None:
    stream = gzip_member(b"hello\n", flags=flags) + gzip_member(b"world\n", flags=flags)
    assert b"".join(inflate([bytes([byte]) for byte in stream], UNBOUNDED)) == b"hello\nworld\n"


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(gzip.compress(b""), b"", id="an empty member"),
        pytest.param(gzip.compress(b"") * 3 + GZIP + gzip.compress(b""), TEXT, id="empty members around"),
        pytest.param(GZIP + b"\0" * 1000, TEXT, id="gzip and zero padding"),
        pytest.param(GZIP + b"\0" * 70000 + GZIP, TEXT * 2, id="zero padding between members"),
        pytest.param(zstd.compress(b""), b"", id="an empty frame"),
        pytest.param(SKIPPABLE + ZSTD + SKIPPABLE + ZSTD, TEXT * 2, id="skippable frames"),
        pytest.param(b"", b"", id="nothing"),
        pytest.param(TEXT, TEXT, id="plain"),
    ],
)
def test_a_stream_that_is_whole_is_delivered_whole(stream: bytes, expected: bytes) -> None:
    assert at_once(stream) == (expected, None)


@pytest.mark.parametrize(
    ("stream", "expected", "reason"),
    [
        pytest.param(GZIP + b"garbage", TEXT, "corrupt", id="garbage behind a member"),
        pytest.param(GZIP + b"\0\0g", TEXT, "corrupt", id="garbage behind padding"),
        pytest.param(GZIP + b"\x1f\x8b", TEXT, "truncated", id="the next member has only begun"),
        pytest.param(GZIP + GZIP[:12], TEXT, "truncated", id="the next member breaks off early"),
        pytest.param(GZIP[:-1], TEXT, "truncated", id="the last byte of gzip is missing"),
        pytest.param(GZIP[:-8], TEXT, "truncated", id="the check sum is missing"),
        pytest.param(GZIP[:9], b"", "truncated", id="half a header"),
        pytest.param(b"\x1f\x8b", b"", "truncated", id="two bytes of gzip"),
        pytest.param(b"\x1f\x8b\x07" + GZIP[3:], b"", "corrupt", id="an unknown method"),
        pytest.param(b"\x1f\x8b\x08\x08" + b"n" * 200_000, b"", "corrupt", id="a header without an end"),
        pytest.param(ZSTD + b"garbage", TEXT, "corrupt", id="garbage behind a frame"),
        pytest.param(
            ZSTD[:-1], TEXT[: len(TEXT) // 131072 * 131072], "truncated", id="the last byte of zstd is missing"
        ),
        pytest.param(ZSTD[:5], b"", "truncated", id="half a frame header"),
        pytest.param(SKIPPABLE[:-1], b"", "truncated", id="half a skippable frame"),
    ],
)
def test_a_stream_that_breaks_is_delivered_up_to_there(stream: bytes, expected: bytes, reason: str) -> None:
    assert at_once(stream) == (expected, reason)


@pytest.mark.parametrize("member", [GZIP, ZSTD], ids=["gzip", "zstd"])
@given(data=st.data())
def test_a_stream_cut_anywhere_gives_a_true_beginning_and_says_so(member: bytes, data: st.DataObject) -> None:
    size = data.draw(st.integers(4, len(member) - 1))
    got, reason = at_once(member[:size])
    assert TEXT.startswith(got)
    assert reason == "truncated"


def test_little_is_lost_where_gzip_is_cut() -> None:
    got, _ = at_once(GZIP[: len(GZIP) // 2])
    assert len(got) > len(TEXT) * 0.49


@pytest.mark.parametrize("member", [GZIP, ZSTD], ids=["gzip", "zstd"])
@given(data=st.data())
def test_a_damaged_stream_is_the_same_loss_however_it_arrives(member: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(20, len(member) - 1))
    bit = data.draw(st.integers(0, 7))
    damaged = member[:place] + bytes([member[place] ^ 1 << bit]) + member[place + 1 :]
    at = data.draw(st.lists(st.integers(0, len(member)), max_size=9))
    assert gather(inflate(cut(damaged, at), UNBOUNDED)) == at_once(damaged)


@pytest.mark.parametrize("stream", [GZIP, TEXT], ids=["compressed", "plain"])
def test_an_error_of_the_source_itself_passes_unchanged(stream: bytes) -> None:
    def chunks() -> Iterator[bytes]:
        yield stream[:10]
        yield stream[10:]
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        list(inflate(chunks(), UNBOUNDED))


# --- limits -----------------------------------------------------------------------------------------------------

ZEROS = bytes(3_000_000)
SMALL = Limits(body_bytes=None, inflated_bytes=None, ratio=200, ratio_after=1_000_000)


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_a_bomb_stops_at_the_ratio(compress: Callable[[bytes], bytes]) -> None:
    got, reason = at_once(compress(ZEROS), SMALL)
    assert reason == "ratio"
    assert 900_000 < len(got) <= 1_000_000


def test_the_ratio_is_not_counted_before_its_time() -> None:
    assert at_once(gzip.compress(bytes(900_000)), SMALL) == (bytes(900_000), None)


def test_plain_bytes_have_no_ratio() -> None:
    assert at_once(ZEROS, SMALL) == (ZEROS, None)


@pytest.mark.parametrize("compression", FORMATS)
@given(bound=st.integers(0, len(TEXT)), at=st.lists(st.integers(0, 10**6), max_size=9))
def test_what_is_too_large_is_delivered_up_to_the_limit(compression: str, bound: int, at: list[int]) -> None:
    stream = deflate(compression, [TEXT])
    limits = Limits(inflated_bytes=bound)
    expected = (TEXT[:bound], None if bound == len(TEXT) else "too_large")
    assert gather(inflate(cut(stream, at), limits)) == expected


@pytest.mark.parametrize("compression", FORMATS)
def test_a_body_that_is_too_large_is_read_up_to_the_limit(compression: str) -> None:
    stream = deflate(compression, [TEXT])
    assert at_once(stream, Limits(body_bytes=len(stream))) == (TEXT, None)
    got, reason = at_once(stream, Limits(body_bytes=len(stream) // 2))
    assert reason == "too_large"
    assert TEXT.startswith(got)
    assert len(got) > len(TEXT) // 4


def test_a_frame_that_wants_too_large_a_window_is_refused() -> None:
    wide: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
    }
    stream = zstd.ZstdCompressor(options=wide)
    assert at_once(stream.compress(TEXT) + stream.flush()) == (b"", "corrupt")


# --- deflate ----------------------------------------------------------------------------------------------------


@given(at=st.lists(st.integers(0, len(TEXT)), max_size=40))
@pytest.mark.parametrize("compression", FORMATS)
def test_compressed_bytes_do_not_depend_on_how_they_were_fed(compression: str, at: list[int]) -> None:
    assert deflate(compression, cut(TEXT, at)) == deflate(compression, [TEXT])


def test_gzip_is_one_member_without_a_time_that_others_can_read() -> None:
    stream = deflate("gzip", [TEXT])
    assert stream[4:8] == bytes(4)
    member = zlib.decompressobj(31)
    assert member.decompress(stream) == TEXT
    assert (member.eof, member.unused_data) == (True, b"")


@pytest.mark.parametrize(("compression", "decompress"), [("gzip", gzip.decompress), ("zstd", zstd.decompress)])
def test_nothing_compresses_to_a_valid_empty_stream(compression: str, decompress: Callable[[bytes], bytes]) -> None:
    stream = deflate(compression, [])
    assert compression_of(stream) == compression
    assert decompress(stream) == b""


def test_nothing_plain_is_nothing() -> None:
    assert deflate("none", []) == b""


FLOW = """
import resource, sys
from pipeline.base import Limits
from pipeline.codec import Deflater, blocks, inflate

kind, size = sys.argv[1], int(sys.argv[2])
line = b'{"a":"' + b"x" * 3000 + b'"}\\n' if kind != "endless" else b"x" * 3000
limits = Limits(body_bytes=None, inflated_bytes=None, ratio=10**6)

def stored():
    stream = Deflater("zstd" if kind == "zstd" else "gzip")
    for _ in range(size // (len(line) * 100)):
        yield stream.feed(line * 100)
    yield stream.finish()

again = Deflater("gzip")
total = 0
for block in blocks(inflate(stored(), limits), limits):
    total += len(again.feed(getattr(block, "data", b"")))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_kilobytes(kind: str, size: int) -> int:
    """Measure a process that compresses, inflates, cuts and compresses again so many bytes."""
    command = [sys.executable, "-c", FLOW, kind, str(size)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize("kind", ["gzip", "zstd", "endless"])
def test_memory_does_not_grow_with_the_stream(kind: str) -> None:
    assert peak_kilobytes(kind, 300_000_000) < peak_kilobytes(kind, 6_000_000) + 4_000
