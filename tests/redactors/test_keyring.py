"""Key rings: made, written, read, rotated; what is wrong with a key file is told without showing a key."""

from __future__ import annotations

import base64

import pytest

from redactors.base import ConfigurationError
from redactors.keyring import dump_ring, new_ring, parse_ring, rotate_ring
from tests.laws.stage import RING

TEXT = dump_ring(RING)
HEAD, CHECK, ACTIVE = TEXT.splitlines(keepends=True)
SECRET = "c2VjcmV0LXZhbHVl"  # no key, but nothing that may be shown
BROKEN = {
    "empty": (b"", "line 1"),
    "no header": (CHECK + ACTIVE, "line 1"),
    "a later version": (TEXT.replace(b"ring 1", b"ring 2"), "line 1"),
    "bytes that are no text": (b"\xff\xfe\x00", "line 1"),
    "no check key": (HEAD + ACTIVE, "check"),
    "no active key": (HEAD + CHECK, "active"),
    "two active keys": (TEXT + ACTIVE, "active"),
    "two check keys": (TEXT + CHECK, "check"),
    "an unknown word": (TEXT + f"{SECRET} x\n".encode(), "line 4"),
    "a key that is too short": (HEAD + f"check {SECRET}\n".encode() + ACTIVE, "line 2"),
    "a key that is too long": (HEAD + CHECK + b"active " + base64.b64encode(bytes(33)) + b"\n", "line 3"),
    "a key that is no base64": (HEAD + CHECK + f"active {SECRET}*\n".encode(), "line 3"),
    "a word without a key": (HEAD + b"check\n" + ACTIVE, "line 2"),
}


@pytest.mark.parametrize(("text", "where"), BROKEN.values(), ids=BROKEN)
def test_a_broken_key_file_is_refused_with_its_place_and_without_its_content(text: bytes, where: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_ring(text)
    message = str(caught.value)
    assert where in message
    assert "right would be" in message
    for key in (SECRET, *(line.split()[-1].decode() for line in (CHECK, ACTIVE))):
        assert key not in message


def test_a_ring_is_read_as_it_was_written() -> None:
    ring = rotate_ring(rotate_ring(RING, bytes(range(100, 132))), bytes(range(150, 182)))
    assert parse_ring(TEXT) == RING
    assert parse_ring(dump_ring(ring)) == ring
    assert parse_ring(TEXT.replace(b"\n", b"\r\n")) == RING


def test_a_rotated_ring_keeps_its_keys_and_its_check_key() -> None:
    ring = rotate_ring(RING, bytes(range(100, 132)))
    assert ring.ids == (ring.active, RING.active)
    assert ring.active != RING.active
    assert ring.check == RING.check
    assert ring.keys[RING.active] == RING.keys[RING.active]


def test_a_key_whose_id_is_taken_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="taken"):
        rotate_ring(RING, RING.keys[RING.active])


def test_too_few_random_bytes_make_no_ring() -> None:
    with pytest.raises(ConfigurationError, match="64"):
        new_ring(bytes(63))


def test_the_id_of_a_key_comes_from_the_key() -> None:
    assert new_ring(bytes(range(64))).active == RING.active
    assert new_ring(bytes(64)).active != RING.active


def test_a_ring_shows_ids_only() -> None:
    assert repr(RING) == f"KeyRing(ids=('{RING.active}',))"
    assert str(RING) == repr(RING)
