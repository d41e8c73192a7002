"""What a judge has learned, kept in a folder between runs: read whole or not at all, replaced in one step."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from detectors.judge import Judge
from pipeline.observer import Detection
from pipeline.private import replace_private
from redactors.base import ConfigurationError

VERSION: Final = 1
MOST_MERGED: Final = 100_000
"""Digests of evidence that are remembered, the newest."""
_NAME: Final = "judge.json"


@dataclass(slots=True)
class JudgeState:
    """A judge and the evidence it has heard."""

    judge: Judge
    merged: dict[str, None] = field(default_factory=dict)
    path: Path | None = None
    """Where it is kept; None is nowhere."""
    seed: str = ""
    position: int = 0
    """Number of the last batch of a spool that the judge has heard of."""

    def save(self) -> None:
        """Keep what is known now.

        Raises:
            OSError: it cannot be written; what was kept before is as it was.

        """
        if self.path:
            plain = {
                "v": VERSION,
                "seed": self.seed,
                "merged": list(self.merged)[-MOST_MERGED:],
                "position": self.position,
                "judge": self.judge.snapshot().decode(),
            }
            replace_private(self.path, orjson.dumps(plain))


@contextmanager
def judge_state(folder: Path | None, detection: Detection) -> Iterator[JudgeState]:
    """Give a judge with what was kept in a folder, for this run alone; a new one without a folder.

    Raises:
        ConfigurationError: what was kept is unreadable, was made with another key ring, or is in use.
        OSError: the folder cannot be read or made.

    """
    if folder is None:
        yield JudgeState(Judge(detection.facts, detection.seed))
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, folder)
        yield _load(folder / _NAME, detection)
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"{folder}: in use by another run; right would be one after the other, or a folder for each"
        raise ConfigurationError(message) from None


def _load(path: Path, detection: Detection) -> JudgeState:
    seed = hashlib.blake2b(detection.seed, digest_size=8).hexdigest()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return JudgeState(Judge(detection.facts, detection.seed), {}, path, seed)
    try:
        plain = orjson.loads(data)
        version, own, merged, snapshot = plain["v"], plain["seed"], plain["merged"], plain["judge"].encode()
        known, position = dict.fromkeys(map(str, merged)), int(plain.get("position", 0))
    except (ValueError, TypeError, KeyError, AttributeError):
        message = f"{path}: unreadable; {_WAY_OUT}"
        raise ConfigurationError(message) from None
    if version != VERSION:
        message = f"{path}: of another format version; {_WAY_OUT}"
        raise ConfigurationError(message)
    if own != seed:
        message = f"{path}: kept under another key ring; right would be the key file it was made with"
        raise ConfigurationError(message)
    return JudgeState(Judge.restore(snapshot, detection.facts, detection.seed), known, path, seed, position)


_WAY_OUT: Final = "right would be what this version wrote; to begin anew, move the file away: all is learned again"
