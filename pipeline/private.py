"""Small files that nobody else may read, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

_MODE = 0o600


def create_private(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, and make it durable.

    Raises:
        FileExistsError: it does; it is as it was.
        OSError: it cannot be written; nothing stays.

    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        path.unlink()
        raise


def replace_private(path: Path, data: bytes) -> None:
    """Write a file beside its name and rename it when it is durable: a reader sees the old one or the new one.

    Raises:
        OSError: it cannot be written; the old one is as it was.

    """
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    create_private(temporary, data)
    try:
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise
