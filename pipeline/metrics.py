"""Counts as Prometheus text. The only place that knows prometheus_client."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, product
from typing import TYPE_CHECKING, TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from pipeline import __version__
from pipeline.base import DEAD_REASONS
from pipeline.run_counts import BUCKETS, DURATION, DURATION_MEANING, LIVE_COUNTERS, LIVE_GAUGES, Counts
from redactors.base import FIELD_CLASSES, RECORDS_PREFIX, Tally

if TYPE_CHECKING:
    from pipeline.detected import Detected

_Labels = TypeVar("_Labels", bound=tuple[str, ...])

_FINDING = ("detector", "rule", "severity", "tier", "zone")
OUTCOMES = ("redacted", "clean", "dead")

COUNTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "edgesieve_records": ("Records, by what became of them.", ("dataset", "outcome", "zone")),
    "edgesieve_bytes": ("Bytes before compression.", ("direction",)),
    "edgesieve_redactions": ("Values changed, by field class or by family of secret rules.", ("dataset", "family")),
    "edgesieve_rule_hits": ("Hits of single secret rules.", ("rule", "state")),
    "edgesieve_unknown_fields": ("Values under names that their dataset does not list.", ("dataset",)),
    "edgesieve_dead_letters": ("Lines that could not be made safe, and stayed.", ("reason", "zone")),
    "edgesieve_findings": ("Findings, as they were first said.", _FINDING),
    "edgesieve_late_rows": ("Rows that came after their pane was closed.", ("dataset",)),
    "edgesieve_series_capped": ("Panes of evidence that lost keys, since there were too many.", ()),
}
"""Name (less `_total`), meaning and labels of each counter."""

GAUGES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "edgesieve_build_info": ("The program that counted.", ("version", "python")),
    "edgesieve_policy_info": ("The policy in force.", ("digest",)),
    "edgesieve_findings_open": ("What is open, each detector, rule and key once.", _FINDING),
    "edgesieve_detector_state": (
        "Places in which a detector is in a state.",
        ("detector", "zone", "state"),
    ),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What may be counted: children of these exist at 0 from the start, so that a rate has something to start from."""

    datasets: tuple[str, ...]
    families: tuple[str, ...]


def render(
    tallies: Mapping[str, Tally],
    known: Known,
    policy_digest: str,
    detected: Detected | None = None,
    live: Counts | None = None,
) -> bytes:
    """Return counts as text, tallies by zone; without `detected` its metrics have no samples, nor those of a live run.

    A dataset that no zone has met has children without a zone only.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counts(tallies, known, policy_digest, detected))
    if live:
        registry.register(_Live(live))
    return generate_latest(registry)


@dataclass(frozen=True, slots=True, eq=False)
class _Live:
    counts: Counts

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; the registry calls this."""
        counts = self.counts
        for name, (meaning, labels) in LIVE_COUNTERS.items():
            counter = CounterMetricFamily(name, meaning, labels=labels)
            for values in sorted(counts.counters[name]):
                counter.add_metric(values, counts.counters[name][values])
            yield counter
        for name, (meaning, labels) in LIVE_GAUGES.items():
            gauge = GaugeMetricFamily(name, meaning, labels=labels)
            for values in sorted(counts.gauges[name]):
                gauge.add_metric(values, counts.gauges[name][values])
            yield gauge
        sums = accumulate(counts.buckets)
        buckets = [(str(bound), float(count)) for bound, count in zip((*BUCKETS, "+Inf"), sums, strict=True)]
        yield HistogramMetricFamily(DURATION, DURATION_MEANING, buckets=buckets, sum_value=counts.seconds)


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    tallies: Mapping[str, Tally]
    known: Known
    policy_digest: str
    detected: Detected | None

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; the registry calls this."""
        tally = Tally()
        for each in self.tallies.values():
            tally.merge(each)
        met = {dataset for dataset, _ in tally.records}
        families = (*FIELD_CLASSES, RECORDS_PREFIX.rstrip("."), *self.known.families)
        records = [_in(zone, each.records) for zone, each in self.tallies.items()]
        dead = [_in(zone, _single(each.dead)) for zone, each in self.tallies.items()]
        zones = (*self.tallies,)
        counts: dict[str, dict[tuple[str, ...], int]] = {
            "edgesieve_records": _over(product(self.known.datasets, OUTCOMES, zones[:1]), _joined(records)),
            "edgesieve_bytes": {("in",): tally.bytes_in, ("out",): tally.bytes_out},
            "edgesieve_redactions": _over(product(met, families), tally.redactions),
            "edgesieve_rule_hits": _over((), tally.rule_hits),
            "edgesieve_unknown_fields": _over(product(self.known.datasets), _single(tally.unknown_fields)),
            "edgesieve_dead_letters": _over(product(DEAD_REASONS, zones), _joined(dead)),
            **self._detected(),
        }
        for name, (meaning, labels) in COUNTERS.items():
            counter = CounterMetricFamily(name, meaning, labels=labels)
            for values in sorted(counts[name]):
                counter.add_metric(values, counts[name][values])
            yield counter
        counts |= {
            "edgesieve_build_info": {(__version__, platform.python_version()): 1},
            "edgesieve_policy_info": {(self.policy_digest,): 1},
        }
        for name, (meaning, labels) in GAUGES.items():
            gauge = GaugeMetricFamily(name, meaning, labels=labels)
            for values in sorted(counts[name]):
                gauge.add_metric(values, counts[name][values])
            yield gauge

    def _detected(self) -> dict[str, dict[tuple[str, ...], int]]:
        found = self.detected
        datasets = product(self.known.datasets)
        return {
            "edgesieve_findings": _over((), found.findings) if found else {},
            "edgesieve_findings_open": _over((), found.open) if found else {},
            "edgesieve_detector_state": _over((), found.states) if found else {},
            "edgesieve_late_rows": _over(datasets, _single(found.late_rows)) if found else {},
            "edgesieve_series_capped": {(): found.capped} if found else {},
        }


def _over(zeros: Iterable[tuple[str, ...]], counts: Mapping[_Labels, int]) -> dict[tuple[str, ...], int]:
    found = dict.fromkeys(zeros, 0)
    found.update(counts.items())
    return found


def _in(zone: str, counts: Mapping[_Labels, int]) -> dict[tuple[str, ...], int]:
    return {(*key, zone): count for key, count in counts.items()}


def _joined(parts: Iterable[Mapping[tuple[str, ...], int]]) -> dict[tuple[str, ...], int]:
    return {labels: count for part in parts for labels, count in part.items()}


def _single(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(key,): count for key, count in counts.items()}
