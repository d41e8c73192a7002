"""Evidence of a bounded input on its way to the judge: in the order of time, whatever order it comes in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import IO

from detectors.base import Finding
from detectors.judge import Judge
from pipeline.faults import place_of
from redactors.base import ConfigurationError

_NAME = re.compile(r"(?:.*/)?(\d{8}T\d{6}Z)_\d{8}T\d{6}Z_[^/]*", re.DOTALL)
"""How a push job names an object: start and end of what it holds."""

_DIGEST_BYTES = 12

Evidence = tuple[bytes, ...]


def start_of(path: str) -> int | None:
    """Return the second since 1970 at which an object begins, by its name; None where that does not say.

    >>> start_of("logs/20260315T010000Z_20260315T010500Z_1a2b3c4d.log.gz"), start_of("orders.ndjson")
    (1773536400, None)
    """
    found = _NAME.fullmatch(path)
    try:
        return int(datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()) if found else None
    except ValueError:
        return None


@dataclass(slots=True)
class Judging:
    """Feeds a judge the evidence of several inputs: first of those whose names tell no time, then by their starts.

    Evidence that comes before its turn waits in a temporary file: an archive has more of it than fits into memory.
    """

    judge: Judge
    hear: Callable[[Finding], None]
    """Called with each finding, and each new version of one."""
    faults: list[str] = field(default_factory=list)
    """What went wrong in the judge itself, for people."""
    merged: dict[str, None] = field(default_factory=dict)
    """Digests of the evidence that was merged, also in runs before: each is merged once. In their order."""
    _starts: Sequence[int | None] = ()
    _order: Sequence[int] = ()
    _turn: int = 0
    _ended: set[int] = field(default_factory=set)
    _waiting: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    _shelf: IO[bytes] | None = None

    def expect(self, paths: Sequence[str]) -> None:
        """Hear of all inputs that will come; they are called by their places here."""
        self._starts = starts = [start_of(path) for path in paths]
        self._order = sorted(range(len(paths)), key=lambda at: (-1 if (start := starts[at]) is None else start, at))
        self._begin()

    def take(self, at: int, evidence: Evidence) -> None:
        """Take evidence of one input."""
        if self._is_turn_of(at):
            self._merge(evidence)
        else:
            self._waiting.setdefault(at, []).extend(self._put_aside(evidence))

    def end(self, at: int) -> None:
        """Hear that nothing more comes of one input."""
        self._ended.add(at)
        while self._turn < len(self._order) and self._order[self._turn] in self._ended:
            self._turn += 1
            self._begin()

    def end_all(self) -> None:
        """Hear that nothing more comes of any input."""
        for at in self._order[self._turn :]:
            self.end(at)
        if self._shelf:
            self._shelf.close()

    def finish(self) -> None:
        """Judge what is left, once all has ended."""
        self._said(self.judge.finish)

    def _is_turn_of(self, at: int) -> bool:
        return self._turn < len(self._order) and self._order[self._turn] == at

    def _begin(self) -> None:
        """Tell the judge the time of the input whose turn it is, and what waited of it."""
        if self._turn == len(self._order):
            return
        at = self._order[self._turn]
        start = self._starts[at]
        if start is not None:
            self._said(partial(self.judge.tick, start))
        self._merge(self._taken_up(at))

    def _merge(self, evidence: Evidence | Iterator[bytes]) -> None:
        for each in evidence:
            digest = hashlib.blake2b(each, digest_size=_DIGEST_BYTES).hexdigest()
            if digest not in self.merged:
                self.merged[digest] = None
                self._said(partial(self.judge.merge, each))

    def _said(self, act: Callable[[], list[Finding]]) -> None:
        try:
            findings = act()
        except ConfigurationError:
            raise
        # A fault in one detector must not keep the logs from being done; it is told at the end.
        except Exception as error:  # noqa: BLE001
            self.faults.append(f"the judge of findings: {place_of(error)}")
            return
        for finding in findings:
            self.hear(finding)

    def _put_aside(self, evidence: Evidence) -> Iterator[tuple[int, int]]:
        if self._shelf is None:
            from tempfile import TemporaryFile  # noqa: PLC0415 (slow to load, and seldom needed)

            self._shelf = TemporaryFile()  # noqa: SIM115 (closed at the end, and by the system at the latest)
        for each in evidence:
            yield self._shelf.seek(0, 2), len(each)
            self._shelf.write(each)

    def _taken_up(self, at: int) -> Iterator[bytes]:
        for offset, size in self._waiting.pop(at, ()):
            if self._shelf:
                self._shelf.seek(offset)
                yield self._shelf.read(size)
