"""The words of detection: what a detector is, what it says, and the finding that comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.samples import Traced


class Severity(StrEnum):
    """How grave a finding is, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Tier(StrEnum):
    """What a finding rests on: a fact, a number out of the ordinary, or a try that may have failed."""

    PROOF = "proof"
    STATISTICS = "statistics"
    ATTEMPT = "attempt"


class Status(StrEnum):
    """Where a finding is in its life."""

    OPEN = "open"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one record behind a finding stood; never its content."""

    origin: str
    line: int
    ray_id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detector has to say of one pane. Holds public names, marks and counts; no secret. Times are in ms."""

    rule: str
    key: Key
    """With detector, rule and pane it is the finding's identity; it must hold what its evidence's owner is."""
    tier: Tier
    severity: Severity
    subject: str
    """A public name or a mark."""
    summary: str
    """One line what, one line so what."""
    first_seen: int
    last_seen: int
    pane: int | None = None
    """Start, in seconds, of the pane it speaks of, if that is not the one at hand."""
    account: str = ""
    zone: str = ""
    script: str = ""
    route: str = ""
    dataset: str = ""
    burst: str = ""
    """`class` on the wire: what kind of burst of refusals it is."""
    limiter: str = ""
    count: int = 0
    affected: int = 0
    """Distinct identities or clients."""
    observed: float | None = None
    expected: float | None = None
    top: tuple[tuple[str, float], ...] = ()
    """At most five networks or routes, each with its share."""
    began_with: str = ""
    """A deploy or a change of configuration or policy nearby."""
    evidence: tuple[Trace, ...] = ()
    """At most ten."""
    blind: tuple[str, ...] = ()
    """Inputs that are missing."""
    next: tuple[str, ...] = ()
    """At most three commands or clicks."""
    quiet_with: str = ""
    """The configuration line that ends it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its place in time: one version of one finding."""

    id: str
    """Hash of detector, rule, key and pane: the same finding has the same id wherever it is judged."""
    status: Status
    at: int
    """When it was judged, by the last tick: seconds."""
    detector: str
    pane: int
    """Start, in seconds."""
    verdict: Verdict
    late: bool = False
    """Older than an hour when it was judged: for the record, not for an alert."""


@dataclass(frozen=True, slots=True)
class Need:
    """An input without which a detector, or a rule of it, sees nothing in a zone."""

    sides: tuple[str, ...]
    """Rows of any of these sides…"""
    columns: tuple[str, ...]
    """…in which at least one of these columns was ever filled; none: rows are enough."""
    reason: str
    """What is missing, in words of a log's owner: "no Authorization header in http_requests"."""
    fields: Mapping[str, tuple[str, ...]] | None = None
    """Logpush custom fields that would supply it, by kind: {"request_fields": ("authorization",)}."""
    rules: tuple[str, ...] = ()
    """The rules that need it; none: the whole detector."""


def traces(state: Traced) -> tuple[Trace, ...]:
    """Return the records of a `Traces` part as a verdict shows them."""
    return tuple(Trace(origin, line, ray) for (_, ray, _), (origin, line) in sorted(state.items()))


class View(Protocol):
    """What the judge shows a detector beside the evidence at hand."""

    @property
    def closed(self) -> bool:
        """Tell whether the pane is closed: all its evidence is there, and panes come in the order of time."""
        ...

    @property
    def warming(self) -> bool:
        """Tell whether this owner is still learned: what is found is remembered, and no statistics are said."""
        ...

    @property
    def delta(self) -> Cell:
        """Return what this merge brought (`closed` false); the whole cell once the pane is closed."""
        ...

    def memory(self, key: Key) -> dict[str, Any]:
        """Return what is kept under a key of the same owner between panes: plain JSON, to be changed in place.

        Raises:
            LookupError: the pane is not closed: what is said at once must not hang on the order of things.

        """
        ...

    def settled(self, key: Key) -> Mapping[str, Any]:
        """Return the same to be read only, also while the pane is open: later panes may have changed it already.

        Of a pane that is open say only what rests on what nothing still to come can change.
        """
        ...

    def panes(self, kind: Kind, key: Key) -> Iterator[tuple[int, Cell]]:
        """Go through the panes that are still kept of a key of the same owner: start and cell, oldest first."""
        ...

    def keys(self, kind: Kind, pane: int) -> Mapping[Key, Cell]:
        """Return all cells of the same owner in one pane, also of another kind of the same detector."""
        ...


class Detector(Protocol):
    """Folds observations to evidence in the workers; judges merged evidence in one place. Neither reads a clock."""

    @property
    def name(self) -> str:
        """Return the name of the detector's file."""
        ...

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Return its kinds of evidence."""
        ...

    @property
    def columns(self) -> frozenset[str]:
        """Return the columns it reads; `name@side` for what it reads only in rows of that side: `network@audit`."""
        ...

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return the inputs without which it is blind."""
        ...

    def fold(self, columns: Columns, facts: Facts, into: Folder, /) -> None:
        """Add what these observations say to the evidence of the batch."""
        ...

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, facts: Facts, /) -> Iterator[Verdict]:
        """Say what is wrong with a key in the pane that starts at `pane`, by all the evidence merged so far."""
        ...

    def inventory(self, key: Key, memory: Mapping[str, Any], /) -> Iterator[str]:
        """Say in a line each what was learned of a key, for the report that ends the warming of a zone."""
        ...
