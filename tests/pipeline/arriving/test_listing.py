"""A pass over a bucket: whatever comes, and in whatever order, is found once, and old days are not asked for."""

from __future__ import annotations

import sqlite3
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arriving.cursor import Cursor
from pipeline.arriving.events import Told, objects_in
from pipeline.arriving.hand import Hand
from pipeline.arriving.listing import OVERLAP, Pass
from pipeline.objects import client_of
from pipeline.stores import Address
from redactors.base import ConfigurationError
from tests.pipeline.arriving.many import new_in_a_pass, serve

NOW = datetime(2026, 3, 20, tzinfo=UTC)


class Bucket:
    """Lists as S3 does, two keys a page, and counts how often it is asked."""

    def __init__(self) -> None:
        """Begin empty."""
        self.keys: dict[str, str] = {}
        self.asked: list[str] = []

    def list_objects_v2(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as the client does
        """Return a page of one level."""
        below, after = asked["Prefix"], asked.get("ContinuationToken") or asked.get("StartAfter", "")
        self.asked.append(below)
        rows: dict[str, bool] = {}
        for key in sorted(self.keys):
            if key.startswith(below):
                own, slash, _ = key[len(below) :].partition("/")
                rows[below + own + slash] = bool(slash)
        found = [each for each in rows if each > after and not (rows[each] and after.startswith(each))]
        page = found[:2]
        return {
            "Contents": [
                {"Key": each, "Size": 1, "ETag": f'"{self.keys[each]}"', "LastModified": NOW}
                for each in page
                if not rows[each]
            ],
            "CommonPrefixes": [{"Prefix": each} for each in page if rows[each]],
            "IsTruncated": len(found) > len(page),
            "NextContinuationToken": page[-1] if page else "",
        }


def _pass(bucket: Bucket, cursor: Cursor, since: str = "") -> list[tuple[str, str]]:
    around = Pass(bucket, Address("b", "logs/"), since, 0.0, NOW.strftime("%Y%m%dT%H%M%SZ"), cursor)  # type: ignore[arg-type]
    new = cursor.new((each.key, each.etag) for page in around.pages() for each in page)
    cursor.mark(new)
    cursor.advance(around.ahead())
    return new


def _key(kind: str, at: datetime, number: int) -> str:
    start = f"{at:%Y%m%dT%H%M%SZ}_{at:%Y%m%dT%H%M%SZ}_{number:08x}.log.gz"
    return {
        "flat": f"logs/flat/{start}",
        "day": f"logs/day/{at:%Y%m%d}/{start}",
        "other names in days": f"logs/other/{at:%Y%m%d}/{number}.log",
        "other names": f"logs/other names/{number}",
    }[kind]


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["flat", "day", "other names in days", "other names"]),
                st.floats(0, 1),
                st.integers(0, 9),
            ),
            max_size=8,
        ),
        max_size=6,
    )
)
def test_all_that_comes_within_the_overlap_is_found_once(rounds: list[list[tuple[str, float, int]]]) -> None:
    bucket, found = Bucket(), []
    with TemporaryDirectory() as folder:
        cursor = Cursor(Path(folder) / "c")
        for number, new in enumerate(rounds):
            newest = NOW - timedelta(days=10 - number)  # each round is a day on, and may bring what is two days late
            for kind, late, name in new:
                bucket.keys[_key(kind, newest - late * (OVERLAP - timedelta(days=1)), name)] = f"{number}"
            found += _pass(bucket, cursor)
            assert {key for key, _ in found} == set(bucket.keys)
        assert len(found) == len(set(found))
        assert _pass(bucket, cursor) == []
        cursor.close()


def test_days_behind_the_horizon_are_not_asked_for(tmp_path: Path) -> None:
    bucket, cursor = Bucket(), Cursor(tmp_path / "c")
    bucket.keys |= {_key("day", NOW - timedelta(days=ago), ago): "1" for ago in range(30)}
    assert len(_pass(bucket, cursor)) == 30
    bucket.asked.clear()
    assert _pass(bucket, cursor) == []
    assert sorted({each for each in bucket.asked if each.startswith("logs/day/2")}) == [
        f"logs/day/{NOW - timedelta(days=ago):%Y%m%d}/" for ago in (2, 1, 0)
    ]


def test_since_is_the_first_day_asked_for(tmp_path: Path) -> None:
    bucket = Bucket()
    bucket.keys |= {_key("day", NOW - timedelta(days=ago), ago): "1" for ago in range(30)}
    assert len(_pass(bucket, Cursor(tmp_path / "c"), since="20260319T000000Z")) == 2
    assert "logs/day/20260318/" not in bucket.asked


def test_a_name_from_the_future_moves_nothing(tmp_path: Path) -> None:
    bucket, cursor = Bucket(), Cursor(tmp_path / "c")
    bucket.keys[_key("flat", NOW + timedelta(days=9999), 1)] = "1"
    assert len(_pass(bucket, cursor)) == 1
    bucket.keys[_key("flat", NOW, 1)] = "1"
    assert len(_pass(bucket, cursor)) == 1


def test_what_lies_behind_the_horizon_is_forgotten(tmp_path: Path) -> None:
    bucket, cursor = Bucket(), Cursor(tmp_path / "c")
    bucket.keys |= {_key("flat", NOW - timedelta(days=ago), ago): "1" for ago in range(30)}
    _pass(bucket, cursor)
    cursor.close()
    assert sqlite3.connect(tmp_path / "c").execute("select count(*) from done").fetchone() == (3,)


def test_a_horizon_waits_for_all_that_its_pass_and_those_before_found() -> None:
    hand = Hand()
    hand.begin()
    assert hand.take(("a", "1"))
    assert not hand.take(("a", "1"))
    hand.end({"p": "1"})
    hand.begin()
    hand.take(("b", "1"))
    hand.end({"p": "2"})
    assert hand.ripe() == {}
    assert hand.put_down(("b", "1"), done=True) == {}
    assert hand.put_down(("a", "1"), done=True) == {"p": "2"}


def test_a_horizon_does_not_move_over_what_could_not_be_read() -> None:
    hand = Hand()
    hand.begin()
    hand.take(("a", "1"))
    hand.end({"p": "1"})
    assert hand.put_down(("a", "1"), done=False) == {}


def test_the_cursor_of_another_version_is_refused(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "c")
    base.execute("pragma user_version = 9")
    base.close()
    with pytest.raises(ConfigurationError, match="of another version of edgesieve"):
        Cursor(tmp_path / "c")
    (tmp_path / "d").write_bytes(b"hunter2 " * 99)
    with pytest.raises(ConfigurationError, match=r"unreadable state \(SQLITE_NOTADB\)"):
        Cursor(tmp_path / "d")


def test_a_big_bucket_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANY_ID", "x")
    monkeypatch.setenv("MANY_SECRET", "x")
    server, small = serve(6_000), serve(1_000)
    endpoints = [f"http://127.0.0.1:{each.server_port}" for each in (small, server)]
    peaks = []
    for at, endpoint in enumerate(endpoints):
        client_of.cache_clear()
        new_in_a_pass(endpoint, Cursor(tmp_path / f"warm{at}"))
        tracemalloc.start()
        assert new_in_a_pass(endpoint, Cursor(tmp_path / f"{at}")) == (1_000, 6_000)[at]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    for each in (server, small):
        each.shutdown()
        each.server_close()
    assert peaks[1] < 2 * peaks[0] + 1_000_000


_OBJECT = '{"bucket":{"name":"b"},"object":{"key":"a+b%2Fc","eTag":"1","size":2}}'

EVENTS = {
    "S3": (
        '{"Records":[{"eventName":"ObjectCreated:Put","s3":' + _OBJECT + "}]}",
        [Told("b", "a b/c", "1", 2)],
    ),
    "S3 of something else": ('{"Records":[{"eventName":"ObjectRemoved:Delete","s3":{}}]}', []),
    "S3 by SNS": (
        orjson.dumps({"Message": '{"Records":[{"eventName":"s3:ObjectCreated:Post","s3":' + _OBJECT + "}]}"}).decode(),
        [Told("b", "a b/c", "1", 2)],
    ),
    "the first of S3": ('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}', []),
    "R2": (
        {"action": "CompleteMultipartUpload", "bucket": "b", "object": {"key": "a+b", "size": 2, "eTag": "1"}},
        [Told("b", "a+b", "1", 2)],
    ),
    "R2 of something else": ({"action": "DeleteObject", "bucket": "b", "object": {"key": "a"}}, []),
    "no tag": (
        '{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}',
        None,
    ),
    "no JSON": ("hunter2", None),
    "base64 of no JSON": ("aHVudGVyMg==", None),
    "a list": ("[]", None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("message", "expected"), EVENTS.values(), ids=EVENTS)
def test_a_message_names_the_objects_that_were_made(message: Any, expected: list[Told] | None) -> None:  # noqa: ANN401
    assert objects_in(message) == expected
