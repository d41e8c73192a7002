"""What a live run counts beyond records: names, meanings and labels of its metrics, and their values."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.detected import MOST_ZONES, OTHER
from redactors.base import Tally

Labels = tuple[str, ...]

LIVE_COUNTERS: Final[Mapping[str, tuple[str, Labels]]] = {
    "edgesieve_http_responses": ("Answers to what was sent to us, by status.", ("code",)),
    "edgesieve_batches": ("Batches, by what became of them.", ("result",)),
    "edgesieve_batch_bytes": ("Bytes of bodies as they came, compressed or not.", ()),
    "edgesieve_sink_deliveries": ("Deliveries that a sink has taken.", ("sink",)),
    "edgesieve_sink_records": ("Records that a sink has taken.", ("sink",)),
    "edgesieve_sink_errors": ("Calls of a sink that failed, and are tried again.", ("sink",)),
    "edgesieve_sink_refused_records": ("Records that a sink refused for good; they wait in a folder.", ("sink",)),
    "edgesieve_sink_dropped_records": ("Records that a sink missed, since the spool was full.", ("sink",)),
    "edgesieve_worker_deaths": ("Worker processes that died or hung, and were replaced.", ()),
    "edgesieve_loop_records": ("Records of our own uploads in the logs that came.", ()),
}
"""Name (less `_total`), meaning and labels of each counter."""

LIVE_GAUGES: Final[Mapping[str, tuple[str, Labels]]] = {
    "edgesieve_last_record_timestamp_seconds": ("Time of the latest record.", ("dataset", "zone")),
    "edgesieve_ingest_lag_seconds": ("Age of the latest record of the last batch as it came.", ("dataset", "zone")),
    "edgesieve_spool_bytes": ("What waits in the spool.", ()),
    "edgesieve_spool_limit_bytes": ("What the spool may hold.", ()),
    "edgesieve_spool_seconds_left": ("How long the spool lasts at the current rate, if no sink takes anything.", ()),
    "edgesieve_sink_behind_batches": ("Batches that a sink has not taken yet.", ("sink",)),
    "edgesieve_sink_lag_seconds": ("Age of the oldest batch that a sink has not taken yet.", ("sink",)),
    "edgesieve_judge_lag_seconds": ("Age of the oldest batch that the judge has not heard of yet.", ()),
    "edgesieve_config_last_reload_successful": ("1 where the configuration in force is the one on disk.", ()),
    "edgesieve_config_last_reload_timestamp_seconds": ("When a configuration was last taken up.", ()),
    "edgesieve_certificate_expiry_timestamp_seconds": ("When the certificate of a listener ends.", ("listener",)),
    "edgesieve_connections": ("Connections that are open.", ()),
    "edgesieve_workers": ("Worker processes that can work.", ()),
}

DURATION: Final = "edgesieve_batch_duration_seconds"
DURATION_MEANING: Final = "Time from a batch's last byte to its answer."
BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

CODES: Final = ("200", "400", "401", "404", "405", "408", "413", "429", "500", "503")
STORED, AGAIN, VALIDATION, REFUSED, TOO_LARGE, NO_ROOM, FAILED = RESULTS = (
    "stored",
    "again",
    "validation",
    "refused",
    "too_large",
    "no_room",
    "failed",
)
"""What becomes of a batch: it is durable; it was before; it tests the destination; it can never be read; it is bigger
than its limits; the spool is full; a fault of ours."""


@dataclass(slots=True)
class Counts:
    """All that is counted, from the start of the process."""

    zones: Sequence[str] = ()
    """Of the configuration: those that are labels."""
    sinks: Sequence[str] = ()
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By zone."""
    counters: dict[str, Counter[Labels]] = field(default_factory=dict)
    gauges: dict[str, dict[Labels, float]] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Begin all that will be counted at 0, so that a rate has something to start from."""
        self.tallies = {zone: Tally() for zone in ("", *self.zones[:MOST_ZONES])}
        children = {"code": CODES, "result": RESULTS, "sink": self.sinks}
        for name, (_, labels) in LIVE_COUNTERS.items():
            values = [(value,) for value in children[labels[0]]] if labels else [()]
            self.counters[name] = Counter(dict.fromkeys(values, 0))
        self.gauges = {name: {} for name in LIVE_GAUGES}

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        """Count something."""
        self.counters[name][labels] += by

    def set(self, name: str, value: float, *labels: str) -> None:
        """Set a gauge."""
        self.gauges[name][labels] = value

    def tally(self, zone: str, tally: Tally) -> None:
        """Add what was done to a batch of a zone."""
        self.tallies.setdefault(self.label(zone), Tally()).merge(tally)

    def time(self, seconds: float) -> None:
        """Add the time that a batch took."""
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds

    def label(self, zone: str) -> str:
        """Return a zone as a label may have it."""
        return zone if zone in self.tallies else OTHER
