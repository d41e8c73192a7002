"""A folder of files that grow: one a dataset, appended to, closed when it is long enough; each record once.

Whatever is appended is whole gzip members or a zstd frame. What is known of the files is kept by the ledger after they
are durable: how long each is, and which deliveries came last. So after a crash a file is cut back to what is known, and
what is delivered again is known by its id.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.codec import Deflater
from pipeline.delivering import Delivery, Unavailable
from redactors.base import ConfigurationError

ENDINGS: Final = {"gzip": ".ndjson.gz", "zstd": ".ndjson.zst", "none": ".ndjson"}
_OPEN: Final = ".part"
"""What a file's name ends in while it grows."""
_MODE: Final = 0o640
_IDS: Final = 4096
"""Deliveries that are remembered, the newest."""
_MOST_AGE: Final = 3600
"""Seconds after which a file is closed, however short: who waits for whole files gets them."""
_ODD = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Rolling:
    """How files are written."""

    folder: Path
    rotate_bytes: int = 256_000_000
    compression: str = "gzip"


@dataclass(slots=True)
class _Growing:
    name: str
    size: int = 0
    begun: int = 0


@dataclass(slots=True)
class RollingFiles:
    """The sink."""

    how: Rolling
    keep: Callable[[bytes], Awaitable[None]]
    """Makes what is known of the files survive a crash."""
    clock: Callable[[], float]
    _files: dict[str, _Growing] = field(default_factory=dict)
    """By dataset."""
    _ids: dict[str, None] = field(default_factory=dict)
    _number: int = 0

    async def open(self, kept: bytes | None) -> None:
        """Go on with what is known: cut back what is longer, and take away what is not known.

        Raises:
            ConfigurationError: a file is shorter than it is known to be, or gone.
            OSError: the folder cannot be read or written.

        """
        await asyncio.to_thread(self._open, kept)
        await self.keep(self._known(self._files, self._ids))

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Append deliveries to the files of their datasets; return once they are durable."""
        news = [each for each in deliveries if each.id not in self._ids]
        if not news:
            return
        try:
            files = await asyncio.to_thread(self._append, news)
        except OSError as error:
            message = f"{self.how.folder}: {error.strerror or type(error).__name__}"
            raise Unavailable(message) from None
        ids = [*self._ids, *(each.id for each in news)][-_IDS:]
        await self.keep(self._known(files, ids))
        self._files, self._ids = files, dict.fromkeys(ids)
        await asyncio.to_thread(self._roll)

    async def close(self) -> None:
        """Nothing is held between calls."""

    def _known(self, growing: Mapping[str, _Growing], ids: Iterable[str]) -> bytes:
        files = {dataset: [each.name, each.size, each.begun] for dataset, each in growing.items()}
        return orjson.dumps({"v": 1, "number": self._number, "files": files, "ids": [*ids]})

    def _open(self, kept: bytes | None) -> None:
        self.how.folder.mkdir(parents=True, exist_ok=True)
        plain: dict[str, Any] = orjson.loads(kept) if kept else {"number": 0, "files": {}, "ids": []}
        self._number = plain["number"]
        self._ids = dict.fromkeys(plain["ids"])
        files = {dataset: _Growing(*each) for dataset, each in plain["files"].items()}
        self._files = {dataset: each for dataset, each in files.items() if self._still_grows(each)}
        known = {each.name for each in self._files.values()}
        for path in self.how.folder.glob(f"*.ndjson*{_OPEN}"):
            if path.name in known:
                continue
            if kept:
                path.unlink()  # begun, and not known to be: what it holds is delivered again
            else:
                path.rename(_closed(path))  # of a state that somebody has taken away

    def _still_grows(self, file: _Growing) -> bool:
        """Cut a file back to what is known of it; not so where it was closed, which is known to its name only."""
        path = self.how.folder / file.name
        closed = _closed(path)
        if not path.exists() and closed.exists():
            if closed.stat().st_size == file.size:
                return False
            closed.rename(path)
        size = path.stat().st_size if path.exists() else 0
        if size < file.size:
            right = "the file as it was left; to begin anew, move the folder and the state away"
            message = f"{path}: shorter than what was delivered to it; right would be {right}"
            raise ConfigurationError(message)
        if size > file.size:
            os.truncate(path, file.size)
        return True

    def _append(self, deliveries: Sequence[Delivery]) -> dict[str, _Growing]:
        """Append; return the files as they are then, and leave what is known of them as it is."""
        files = {dataset: _Growing(each.name, each.size, each.begun) for dataset, each in self._files.items()}
        by_dataset: dict[str, list[Delivery]] = {}
        for each in deliveries:
            by_dataset.setdefault(each.dataset, []).append(each)
        for dataset, those in by_dataset.items():
            file = files.get(dataset)
            if file is None:
                file = files[dataset] = self._begin(dataset)
            file.size = _append_to(self.how.folder / file.name, file.size, self._packed(those))
        return files

    def _begin(self, dataset: str) -> _Growing:
        self._number += 1
        now = int(self.clock())
        start = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"{_ODD.sub('-', dataset)}_{start}_{self._number:08d}{ENDINGS[self.how.compression]}{_OPEN}"
        return _Growing(name, 0, now)

    def _packed(self, deliveries: Sequence[Delivery]) -> bytes:
        if self.how.compression == "gzip" and all(each.member for each in deliveries):
            return b"".join(each.member for each in deliveries)
        deflater = Deflater(self.how.compression)
        return b"".join((*(deflater.feed(each.body) for each in deliveries), deflater.finish()))

    def _roll(self) -> None:
        """Give a file that is long or old enough its final name."""
        for dataset, file in tuple(self._files.items()):
            is_old = self.clock() - file.begun > _MOST_AGE
            if file.size >= self.how.rotate_bytes or (is_old and file.size > 0):
                path = self.how.folder / file.name
                path.rename(_closed(path))
                _make_names_durable(self.how.folder)
                del self._files[dataset]


def _closed(path: Path) -> Path:
    """Return the name of a file once it does not grow any more."""
    return path.with_name(path.name.removesuffix(_OPEN))


def _append_to(path: Path, size: int, data: bytes) -> int:
    """Write data behind the first `size` bytes of a file, and make it durable; return how long it is then."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        os.ftruncate(file, size)
        os.lseek(file, size, os.SEEK_SET)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    finally:
        os.close(file)
    if not size:
        _make_names_durable(path.parent)
    return size + len(data)


def _make_names_durable(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
