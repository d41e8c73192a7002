"""A ring of keys: one makes marks, the retired ones still recognise theirs, and a check key stays for all time."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from redactors.base import ConfigurationError

KEY_BYTES = 32
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TO_LETTERS = bytes(LETTERS[byte & 31] for byte in range(256))
"""Translates a digest, byte by byte, to base32 letters of five bits each."""

_HEADER = "edgesieve key ring 1"
_MEND = "right would be a file made by `edgesieve key new`"


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """The keys of marks by key id; never shown."""

    active: str
    """Id of the key that makes new marks: two base32 letters."""
    keys: Mapping[str, bytes]
    check: bytes

    @property
    def ids(self) -> tuple[str, ...]:
        """Every key id, the active one first."""
        return (self.active, *(each for each in self.keys if each != self.active))

    def __repr__(self) -> str:
        """Show ids only."""
        return f"KeyRing(ids={self.ids!r})"


def key_id(key: bytes) -> str:
    """Name a key by its content: two base32 letters."""
    return hashlib.blake2b(key, digest_size=2, person=b"edgesieve-key-id").digest().translate(TO_LETTERS).decode()


def new_ring(random: bytes) -> KeyRing:
    """Make a ring of one key from 64 random bytes: the key, then the check key."""
    key, check = random[:KEY_BYTES], random[KEY_BYTES : 2 * KEY_BYTES]
    _demand(len(key) == len(check) == KEY_BYTES, "key ring", "too few random bytes", "right would be 64")
    return KeyRing(active=key_id(key), keys={key_id(key): key}, check=check)


def rotate_ring(ring: KeyRing, random: bytes) -> KeyRing:
    """Make the key of 32 random bytes the active one and retire the others.

    Raises:
        ConfigurationError: the new key's id is taken (one chance in a thousand): call again with other bytes.

    """
    _demand(len(random) == KEY_BYTES, "key ring", "not 32 random bytes", "right would be 32")
    name = key_id(random)
    _demand(name not in ring.keys, "key ring", "the new key's id is taken", "right would be other random bytes")
    return KeyRing(active=name, keys={name: random, **ring.keys}, check=ring.check)


def dump_ring(ring: KeyRing) -> bytes:
    """Write a ring as the text of a key file."""
    lines = [_HEADER, f"check {_encode(ring.check)}"]
    lines += [f"{'active' if name == ring.active else 'retired'} {_encode(ring.keys[name])}" for name in ring.ids]
    return "".join(f"{line}\n" for line in lines).encode()


def parse_ring(text: bytes) -> KeyRing:
    """Read the text of a key file.

    Raises:
        ConfigurationError: naming the line; never its content.

    """
    lines = text.decode("ascii", "replace").splitlines()
    _demand(bool(lines) and lines[0] == _HEADER, "key file, line 1", "no key ring of a format known here", _MEND)
    found: dict[str, list[bytes]] = {"check": [], "active": [], "retired": []}
    for number, line in enumerate(lines[1:], 2):
        word, _, code = line.partition(" ")
        _demand(word in found, f"key file, line {number}", "unknown word", "right would be check, active or retired")
        found[word].append(_decode(code, number))
    for word in ("check", "active"):
        _demand(len(found[word]) == 1, "key file", f"not exactly one {word} line", _MEND)
    active = found["active"][0]
    names = [key_id(key) for key in (active, *found["retired"])]
    _demand(len(set(names)) == len(names), "key file", "two keys with the same id", _MEND)
    return KeyRing(
        active=key_id(active),
        keys={key_id(key): key for key in (active, *found["retired"])},
        check=found["check"][0],
    )


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode(code: str, number: int) -> bytes:
    try:
        key = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    _demand(len(key) == KEY_BYTES, f"key file, line {number}", "not 32 bytes of base64", _MEND)
    return key


def _demand(holds: bool, where: str, what: str, right: str) -> None:  # noqa: FBT001 - a condition is what it is
    if not holds:
        message = f"{where}: {what}; {right}"
        raise ConfigurationError(message)
