"""Findings on their way to sinks of their own: a spool for them, so that what is said is sent, in the end."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.ledger import Ledger
from pipeline.packing import pack
from pipeline.run_intake import Shelf
from pipeline.run_threads import Thread
from pipeline.spool import FullError, Spool
from pipeline.spool_entries import Entry, Piece

DATASET: Final = "findings"
"""What deliveries of findings go by."""
MAX_BYTES: Final = 256 << 20
_SEGMENT_BYTES: Final = 4 << 20


@dataclass(slots=True)
class FindingsOutbox:
    """Where findings wait for their sinks."""

    shelf: Shelf
    clock: Callable[[], float]
    policy: Callable[[], str]
    tell: Callable[[str], None]
    waiting: list[bytes] = field(default_factory=list)
    """Lines that are not in the spool yet."""
    _failed: bool = False

    def add(self, line: bytes) -> None:
        """Take a line, to be kept by the next `flush`."""
        self.waiting.append(line)

    def flush(self) -> bool:
        """Make what waits durable; tell whether nothing waits any more. To be called in the shelf's thread."""
        if not self.waiting:
            return True
        now = int(self.clock())
        said = {"dataset": DATASET, "zone": "", "records": len(self.waiting), "first": now, "last": now}
        piece = Piece(said, pack(b"".join(self.waiting)))
        # After a crash the judge may say the same again, in another batch: what it is is told by the findings' ids.
        origin = f"findings/{now}-{os.urandom(8).hex()}"
        try:
            self.shelf.spool.append([Entry(origin, {"at": now, "policy": self.policy(), "dead": []}, (piece,))])
        except FullError as error:
            if not self._failed:
                self.tell(f"findings wait for their sinks: {error}")
            self._failed = True
            return False
        self._failed = False
        self.waiting.clear()
        return True


def open_outbox_shelf(state: Path, thread: Thread) -> Shelf:
    """Open the spool of findings below the state folder; all of it is done in one thread.

    Raises:
        ConfigurationError: it is unreadable, or not as it was left.
        OSError: it cannot be read or written.

    """
    spool = Spool(state / "findings", MAX_BYTES, _SEGMENT_BYTES)
    for _ in spool.recover(0):
        continue
    return Shelf(spool, Ledger(state / "findings.sqlite"), thread)
