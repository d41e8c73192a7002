"""Key files on disk: read only where nobody else can read them, never overwritten, rotated in place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipeline.private import create_private, replace_private
from redactors.base import ConfigurationError
from redactors.keyring import KEY_BYTES, KeyRing, dump_ring, new_ring, parse_ring, rotate_ring

_MAX_BYTES = 1 << 20
_MAX_TRIES = 100


def read_ring(path: Path) -> KeyRing:
    """Read a key file.

    Raises:
        ConfigurationError: it is missing, open to others, or no key file.
        OSError: it cannot be read.

    """
    try:
        _refuse_what_is_no_file(path, path.stat())  # before it is opened: that alone can wait for ever, or do something
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            _refuse_open_to_others(path, os.fstat(file.fileno()))
            text = file.read(_MAX_BYTES)
    except FileNotFoundError:
        message = f"{path}: no such key file; right would be one made by `edgesieve key new {path}`"
        raise ConfigurationError(message) from None
    try:
        return parse_ring(text)
    except ConfigurationError as error:
        message = f"{path}: {error}"
        raise ConfigurationError(message) from None


def create_ring(path: Path) -> KeyRing:
    """Make a new ring and write its key file, for its owner alone.

    Raises:
        FileExistsError: the file exists; whoever lost its keys could not look up a mark any more.

    """
    ring = new_ring(os.urandom(2 * KEY_BYTES))
    create_private(path, dump_ring(ring))
    return ring


def rotate(path: Path) -> KeyRing:
    """Put a new active key into a key file; the others are retired and still verify and look up."""
    ring = read_ring(path)
    for _ in range(_MAX_TRIES):
        try:
            rotated = rotate_ring(ring, os.urandom(KEY_BYTES))
        except ConfigurationError:
            continue  # the id of the new key was taken: another key has another id
        replace_private(path.resolve(), dump_ring(rotated))
        return rotated
    message = f"{path}: no id is left for a new key; right would be a new ring: edgesieve key new FILE"
    raise ConfigurationError(message)


def _refuse_what_is_no_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        message = f"{path}: no regular file; right would be a key file made by `edgesieve key new FILE`"
        raise ConfigurationError(message)


def _refuse_open_to_others(path: Path, status: os.stat_result) -> None:
    """Refuse a file that others can read or write. A group may read what another user owns, as mounted secrets are."""
    refused = stat.S_IRWXO | stat.S_IWGRP
    if status.st_uid == os.geteuid():
        refused |= stat.S_IRWXG
    _refuse_what_is_no_file(path, status)
    if stat.S_IMODE(status.st_mode) & refused:
        message = f"{path}: others can read or change this key file; right would be: chmod 600 {path}"
        raise ConfigurationError(message)
