"""What is slow to build is kept in the user's cache folder: it may vanish at any time, and is never trusted blindly."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import __version__
from pipeline.private import replace_private

_MAGIC = b"edgesieve cache 1\n"
_DIGEST_BYTES = 32
_KEPT_PER_KIND = 8
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of entries named by kind and key. None keeps nothing."""

    folder: Path | None

    def get(self, kind: str, key: str) -> bytes | None:
        """Return what was kept; None where there is nothing, or nothing that is whole, ours, and closed to others."""
        if self.folder is None:
            return None
        try:
            descriptor = os.open(self._path(self.folder, kind, key), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                if not (_is_ours(os.fstat(descriptor)) and _is_ours(self.folder.stat())):
                    return None
                entry = file.read()
        except OSError:
            return None
        head = len(_MAGIC) + _DIGEST_BYTES
        data = entry[head:]
        return data if entry[:head] == _MAGIC + hashlib.sha256(data).digest() else None

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep an entry; a folder that cannot be written is no fault: the next run builds it again."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_ours(self.folder.stat()):
                entry = _MAGIC + hashlib.sha256(data).digest() + data
                replace_private(self._path(self.folder, kind, key), entry)
                self._forget_oldest(self.folder, kind)
        except OSError:
            return

    @staticmethod
    def _path(folder: Path, kind: str, key: str) -> Path:
        return folder / f"{kind}-{key[:32]}"

    @staticmethod
    def _forget_oldest(folder: Path, kind: str) -> None:
        entries = sorted(folder.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime_ns)
        for path in entries[:-_KEPT_PER_KIND]:
            path.unlink(missing_ok=True)


def package_stamp(*packages: Path) -> str:
    """Name the code and the data that an entry is built from, for its key: what was built from others is stale.

    It looks at names, sizes and times: to read all of it would take longer than to load what was kept.
    """
    return f"{__version__} {sorted(state for package in packages for state in _states(package))}"


def _states(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    for entry in os.scandir(folder):
        if entry.name.endswith((".py", ".toml")):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns
        elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
            yield from _states(entry.path)


def user_cache(environ: Mapping[str, str]) -> Cache:
    """Find the user's cache: EDGESIEVE_CACHE (empty: none), else edgesieve/ in the folder that the system names."""
    if (named := environ.get("EDGESIEVE_CACHE")) is not None:
        return Cache(Path(named) if named else None)
    home = environ.get("HOME")
    base = environ.get("XDG_CACHE_HOME") or (home and f"{home}/.cache")
    return Cache(Path(base) / "edgesieve" if base else None)


def _is_ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE
