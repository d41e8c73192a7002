"""The engine's side of detection: which records live, where hits stand, when a stretch is folded. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from detectors.columns import SHAPE
from detectors.facts import Facts
from detectors.stretch import Found
from detectors.watch import Watch
from pipeline.hit_places import Note, places
from redactors.keyring import LETTERS, KeyRing
from redactors.plan import Observe
from redactors.registry import Redactors

PACKED_RECORDS = 4096
"""Evidence leaves after so many records at the latest: what a long input proves is heard while it is read."""
_FINGERPRINT_BYTES = 20
"""A fingerprint and its check, as letters."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What detection needs beside what redaction has. It is the same in all workers of a run."""

    facts: Facts = field(default_factory=Facts)
    seed: bytes = field(default=b"", repr=False)
    """32 secret bytes, shared with the judge."""
    keyed: bool = True
    """Marks leave with their fingerprints. Not so where the ring is one of this run alone."""


class Observer:
    """Detection in one engine, batch by batch, block by block."""

    def __init__(self, detection: Detection, redactors: Redactors, ring: KeyRing) -> None:
        """Take what the engine has built."""
        hits, marker = redactors.hits, redactors.marker
        marker.met = set()
        hits.tell = self._note
        self._watch = Watch(
            detection.facts, detection.seed, identity=marker.keyer("identity"), clean=hits.clean, met=marker.met
        )
        self._plain = b"" if detection.keyed else f"~{ring.active}.".encode()
        self._alive: Sequence[int] = ()
        """Places of the lines that live of the block at work."""
        self._row: int | None = None
        """The record that the last look is at."""
        self._notes: dict[int, list[Note]] = {}
        self._checked = (0, 0)
        """So many rows were looked at for those of dead lines, and so many records they are."""
        self._folded = 0
        self._faults = 0
        self._told = 0
        """Faults of looks that were told."""

    @property
    def observe(self) -> Observe:
        """Return what the plan compiler asks for a look."""
        return self._watch.look

    def begin(self, origin: str, zone: str, *, redacted: bool, weight: int) -> None:
        """Begin a batch."""
        self._drop()
        self._watch.begin(origin, zone=zone, redacted=redacted, weight=weight)

    def start(self, alive: Sequence[int]) -> None:
        """Begin a block; `alive` grows by one for each record that was made safe."""
        self._drop()
        self._alive = alive

    def forget(self) -> None:
        """Forget what was seen since the last record that was made safe: its line is taken up again, or dead."""
        rows, (at, records) = self._watch.rows, self._checked
        while at < len(rows) and records < len(self._alive):
            records += rows[at][SHAPE].own
            at += 1
        del rows[at:]
        self._checked = at, records
        self._notes.pop(len(self._alive), None)

    def turn_to(self, record: int) -> None:
        """Hear which record is looked at again, now that all have been made safe."""
        self._row = record

    def fold(
        self, lines: Sequence[int], raw: Sequence[bytes], body: bytes, marked: Collection[int], dropped: Collection[int]
    ) -> None:
        """Fold a block: the line numbers and raw lines of its records, those that leave, and what the last look did.

        `marked` and `dropped` are numbers of records; of those dropped there is no line in `body`.
        """
        self._folded += len(lines)
        try:
            found = self._found(raw, body, dropped) if self._notes else []
            self._watch.fold(lines, found, marked, dropped)
        # A fault of a detector must not keep lines from leaving; it is counted, and told at the end.
        except Exception:  # noqa: BLE001
            self._faults += len(lines)
        self._drop()

    def _found(self, raw: Sequence[bytes], body: bytes, dropped: Collection[int]) -> list[Found]:
        found: list[Found] = []
        start = record = 0
        for noted in sorted(self._notes.keys() - set(dropped)):
            while record < noted:
                start = start if record in dropped else body.index(b"\n", start) + 1
                record += 1
            safe = body[start : body.index(b"\n", start)]
            found += [(noted, *place) for place in places(self._notes[noted], safe, raw[noted])]
        return found

    def unseen(self) -> int:
        """Count the records since the last call that could not be seen, by a fault of the program."""
        faults, self._faults = self._faults + self._watch.faults - self._told, 0
        self._told = self._watch.faults
        return faults

    def due(self) -> tuple[bytes, ...]:
        """Return evidence, if so much was folded that it should leave."""
        return self.finish() if self._folded >= PACKED_RECORDS else ()

    def finish(self) -> tuple[bytes, ...]:
        """Return the evidence that has not left yet."""
        folded, self._folded = self._folded, 0
        return tuple(self._watch.finish()) if folded else ()

    def leaving(self, body: bytes) -> bytes:
        """Return safe lines as they may leave: without fingerprints where the ring is one of this run alone."""
        if not self._plain or self._plain not in body:
            return body
        first, *rest = body.split(self._plain)
        return b"".join((first, *map(self._unprinted, rest)))

    def _unprinted(self, part: bytes) -> bytes:
        letters, end = part[:_FINGERPRINT_BYTES], part[_FINGERPRINT_BYTES : _FINGERPRINT_BYTES + 1]
        ours = end == b"]" and not letters.translate(None, LETTERS)
        return part[_FINGERPRINT_BYTES:] if ours else self._plain + part

    def _note(self, rule: str, mark: str, secret: str) -> None:
        record = len(self._alive) if self._row is None else self._row
        self._notes.setdefault(record, []).append(Note(rule, mark, secret))

    def _drop(self) -> None:
        """Drop what is held of a block."""
        self._watch.rows.clear()
        self._notes.clear()
        self._checked, self._row = (0, 0), None
