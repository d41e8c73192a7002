"""The engine's one hand on detection: looks for the plan compiler, folding by the stretch, evidence by the batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from detectors.base import Detector
from detectors.columns import COLUMNS, SCOPE, SHAPE, Columns, Row, wanted
from detectors.evidence import ordering_of
from detectors.facts import Facts
from detectors.feeds import fold_feeds
from detectors.folder import Folder
from detectors.looking import After, Before, Surroundings
from detectors.observing import Observing
from detectors.registry import DETECTORS
from detectors.stretch import Found, sorted_out
from detectors.tokens import hashing
from redactors.datasets import Dataset


class Watch:
    """Detection in one worker. It holds what one batch left, so that batches must not be mixed."""

    def __init__(
        self,
        facts: Facts,
        seed: bytes,
        *,
        identity: Callable[[str], str] = str,
        clean: Callable[[str], str] = str,
        met: set[str] | None = None,
        detectors: Sequence[Detector] = DETECTORS,
    ) -> None:
        """Take the facts and 32 secret bytes that all workers and judges share.

        `identity` makes the mark of an identity; `clean` marks hits of the secret rules in a text; `met` is where the
        marker leaves the fingerprints of marks that stood in the record as it came.
        """
        self._facts = facts
        self._detectors = tuple(detectors)
        columns = wanted(name for each in detectors for name in each.columns)
        self.columns = frozenset(columns)
        """The columns that are asked for."""
        self._asked = tuple({name for each in detectors for need in each.needs for name in need.columns})
        self._clean = clean
        self._around = Surroundings(facts, hashing(seed), clean, identity, set() if met is None else met)
        self._observing = Observing(columns, self._around)
        self._folder = Folder(ordering_of(seed))
        self._origin = ""
        self._weight = 1
        self.rows: list[Row] = self._observing.rows
        """What the looks have appended since the last folding; the engine takes the rows of a dead line away."""

    @property
    def faults(self) -> int:
        """Count the records that could not be looked at."""
        return self._around.faults

    def begin(self, origin: str, *, zone: str = "", account: str = "", redacted: bool = False, weight: int = 1) -> None:
        """Begin a batch: where it comes from, whose it is where records do not say, whether its marks are ours."""
        self._origin = origin
        self._weight = weight
        self._around.zone, self._around.account, self._around.redacted = zone, account, redacted

    def look(self, dataset: Dataset, names: tuple[str, ...], nested: bool) -> tuple[Before, After]:  # noqa: FBT001 (called by position)
        """Return what the plan compiler is to call before, and after, records of these field names are scrubbed."""
        return self._observing.look(dataset, names, nested)

    def fold(
        self,
        lines: Sequence[int],
        found: Sequence[Found] = (),
        marked: Collection[int] = (),
        dropped: Collection[int] = (),
    ) -> None:
        """Fold a stretch of records, and forget their rows.

        `lines` gives the line, from 1, of each record that has rows; `marked` the numbers of records in which the last
        look marked something, so that their public names are looked at too; `dropped` those that did not leave.
        """
        if marked:
            self._clean_records(frozenset(marked))
        for part in sorted_out(self.rows, lines, found, frozenset(dropped)):
            origin, weight = self._origin, self._weight
            columns = Columns(
                part.rows, origin=origin, lines=part.lines, hits=part.hits, weight=weight, scope=part.scope
            )
            self._folder.turn_to(part.scope)
            fold_feeds(columns, self._asked, self._folder.feeds)
            for detector in self._detectors:
                detector.fold(columns, self._facts, self._folder)
        self.rows.clear()

    def finish(self, judges: int = 1) -> list[bytes]:
        """End the batch: return its evidence for each of several judges."""
        return self._folder.pack(judges)

    def _clean_records(self, marked: frozenset[int]) -> None:
        record = 0
        for at, row in enumerate(self.rows):
            if record in marked:
                self.rows[at] = self._cleaned(row)
            record += row[SHAPE].own

    def _cleaned(self, row: Row) -> Row:
        texts = {place for name, place in row[SHAPE].places.items() if COLUMNS[name].type == "text"}
        return tuple(
            self._clean(value) if value and value.__class__ is str and at in texts | {SCOPE} else value
            for at, value in enumerate(row)
        )
