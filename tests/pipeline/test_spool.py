"""The spool: what is durable comes back, in order and once; what is not was never acknowledged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spool import FullError, Spool
from pipeline.spool_entries import Entry, Piece
from pipeline.spool_frames import DATA, TornError, frame, read_frame
from redactors.base import ConfigurationError

ROOM = 1 << 30


def _entry(name: str, size: int = 10) -> Entry:
    pieces = (Piece({"dataset": "dns_logs", "records": 1}, name.encode() * size), Piece({"records": 2}, b""))
    return Entry(name, {"at": 1, "policy": "p", "dead": []}, pieces, (b"evidence of ", name.encode()))


def _opened(folder: Path, known: int = 0, room: int = ROOM, segment: int = ROOM) -> tuple[Spool, list[Entry]]:
    spool = Spool(folder, room, segment)
    return spool, list(spool.recover(known))


def _all(spool: Spool, number: int = 0) -> list[Entry]:
    found: list[Entry] = []
    behind = spool.behind(number)
    while True:
        entries, behind = spool.read(behind, 1)
        if not entries:
            return found
        found += entries


@given(said=st.dictionaries(st.text(), st.integers(0, 1 << 53)), blob=st.binary(), number=st.integers(0, 1 << 63))
def test_a_frame_comes_back_as_it_was_written(said: dict[str, int], blob: bytes, number: int) -> None:
    found = read_frame(frame(DATA, number, said, blob) + b"more")
    assert (found.kind, found.batch, found.said, found.blob) == (DATA, number, said, blob)


@given(blob=st.binary(max_size=50), data=st.data())
def test_a_frame_that_was_cut_or_changed_anywhere_is_torn(blob: bytes, data: st.DataObject) -> None:
    whole = frame(DATA, 7, {"a": 1}, blob)
    at = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(TornError):
        read_frame(whole[:at])
    broken = bytes((*whole[:at], whole[at] ^ 0x40, *whole[at + 1 :]))
    with pytest.raises((TornError, ValueError)):
        read_frame(broken)


@pytest.mark.parametrize("segment", [1, 300, ROOM], ids=["a batch a segment", "some a segment", "one segment"])
def test_batches_come_back_in_order_after_a_restart(tmp_path: Path, segment: int) -> None:
    spool, _ = _opened(tmp_path, segment=segment)
    for number in range(5):
        assert spool.append([_entry(f"a{number}"), _entry(f"b{number}")]) == 2 * number + 1
    again, noted = _opened(tmp_path, segment=segment)
    assert [each.origin for each in noted] == [f"{letter}{number}" for number in range(5) for letter in "ab"]
    found = _all(again)
    assert [each.number for each in found] == list(range(1, 11))
    assert found[0].pieces == _entry("a0").pieces
    assert found[0].evidence == (b"evidence of ", b"a0")
    assert [each.origin for each in _all(again, 8)] == ["a4", "b4"]
    assert again.append([_entry("next")]) == 11


def test_only_what_the_ledger_does_not_know_is_told_at_the_start(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path, segment=1)
    for number in range(6):
        spool.append([_entry(str(number))])
    _, noted = _opened(tmp_path, known=4, segment=1)
    assert [each.number for each in noted] == [5, 6]


@pytest.mark.parametrize("cut", [1, 30, 60])
def test_a_batch_without_its_closing_frame_is_cut_off(tmp_path: Path, cut: int) -> None:
    spool, _ = _opened(tmp_path)
    spool.append([_entry("kept")])
    (path,) = tmp_path.glob("*.spool")
    size = path.stat().st_size
    spool.append([_entry("torn")])
    os.truncate(path, path.stat().st_size - cut)
    again, noted = _opened(tmp_path)
    assert [each.origin for each in noted] == ["kept"]
    assert again.torn > 0
    assert path.stat().st_size == size
    assert again.append([_entry("new")]) == 2
    assert [each.origin for each in _all(again)] == ["kept", "new"]


def test_a_damaged_batch_that_was_acknowledged_stops_the_start(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path)
    spool.append([_entry("one")])
    spool.append([_entry("two")])
    (path,) = tmp_path.glob("*.spool")
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="batches 2 to 2 were acknowledged and are missing"):
        _opened(tmp_path, known=2)


def test_a_segment_that_is_missing_between_two_stops_the_start(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path, segment=1)
    for number in range(3):
        spool.append([_entry(str(number))])
    sorted(tmp_path.glob("*.spool"))[1].unlink()
    with pytest.raises(ConfigurationError, match="batches 2 to 2"):
        _opened(tmp_path)


def test_a_full_spool_takes_nothing_more_until_something_is_forgotten(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path, room=1500, segment=200)
    while spool.used < 1300:
        spool.append([_entry("x", 100)])
    taken = spool.last
    with pytest.raises(FullError, match="no room"):
        spool.append([_entry("x", 100)])
    assert len(_all(spool)) == taken
    for path in spool.forget(taken):
        path.unlink()
    assert spool.append([_entry("x", 100)]) == taken + 1
    assert [each.number for each in _all(spool)] == [taken + 1]


def test_what_was_forgotten_is_not_asked_for_again(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path, segment=1)
    for number in range(4):
        spool.append([_entry(str(number))])
    for path in spool.forget(2):
        path.unlink()
    again, _ = _opened(tmp_path, known=4, segment=1)
    assert [each.number for each in _all(again)] == [3, 4]
    assert again.append([_entry("new")]) == 5


def test_a_disk_that_fails_is_no_room_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, _ = _opened(tmp_path)
    spool.append([_entry("before")])

    def fails(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fails)
        with pytest.raises(FullError, match="Input/output error"):
            spool.append([_entry("never acknowledged")])
    assert spool.append([_entry("after")]) == 2
    assert [each.origin for each in _all(spool)] == ["before", "after"]
    again, noted = _opened(tmp_path)
    assert [each.origin for each in noted] == ["before", "after"]
    assert [each.origin for each in _all(again)] == ["before", "after"]


def test_a_batch_that_rots_on_the_disk_is_not_delivered(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path)
    spool.append([_entry("one")])
    (path,) = tmp_path.glob("*.spool")
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="batches 1 to 1 were acknowledged and are missing or unreadable"):
        spool.read(spool.behind(0), 1)


def test_evidence_can_be_read_without_the_records(tmp_path: Path) -> None:
    spool, _ = _opened(tmp_path)
    spool.append([_entry("a")])
    (found,), _ = spool.read(spool.behind(0), 1, records=False)
    assert (found.pieces, found.evidence) == ((), (b"evidence of ", b"a"))
