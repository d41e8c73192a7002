"""The metrics file: Prometheus text with the names and labels that alerts are written for."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline import __version__
from pipeline.base import DEAD_REASONS
from pipeline.detected import Detected
from pipeline.metrics import COUNTERS, GAUGES, OUTCOMES, Known, render
from redactors.base import FIELD_CLASSES, Tally

KNOWN = Known(datasets=("dns_logs", "http_requests"), families=("cloud", "personal"))
Labels = tuple[tuple[str, str], ...]


FINDING = ("silence", "gap", "high", "statistics", "shop.example")
DETECTED = Detected(
    findings={FINDING: 3},
    open={FINDING: 2},
    states={("silence", "shop.example", "ready"): 1, ("silence", "shop.example", "blind"): 0},
    late_rows={"http_requests": 7},
    capped=4,
)


def _samples(tally: Tally, detected: Detected | None = None) -> dict[tuple[str, Labels], float]:
    text = render({"": tally}, KNOWN, "0123456789abcdef", detected).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _full() -> Tally:
    tally = Tally(lines=4, bytes_in=1000, bytes_out=900)
    tally.records.update({("http_requests", "redacted"): 2, ("http_requests", "clean"): 1, ("", "dead"): 1})
    tally.redactions.update({("http_requests", "url"): 2, ("http_requests", "cloud"): 1})
    tally.rule_hits.update({("aws-access-key", "active"): 1, ("generic-key", "shadow"): 3})
    tally.unknown_fields.update({"http_requests": 5})
    tally.dead.update({"not_json": 1})
    return tally


_FINDING = dict(zip(("detector", "rule", "severity", "tier", "zone"), FINDING, strict=True))
COUNTED = {
    "edgesieve_records_total": ({"dataset": "http_requests", "outcome": "redacted", "zone": ""}, 2),
    "edgesieve_bytes_total": ({"direction": "in"}, 1000),
    "edgesieve_redactions_total": ({"dataset": "http_requests", "family": "cloud"}, 1),
    "edgesieve_rule_hits_total": ({"rule": "generic-key", "state": "shadow"}, 3),
    "edgesieve_unknown_fields_total": ({"dataset": "http_requests"}, 5),
    "edgesieve_dead_letters_total": ({"reason": "not_json", "zone": ""}, 1),
    "edgesieve_policy_info": ({"digest": "0123456789abcdef"}, 1),
    "edgesieve_findings_total": (_FINDING, 3),
    "edgesieve_findings_open": (_FINDING, 2),
    "edgesieve_detector_state": ({"detector": "silence", "zone": "shop.example", "state": "ready"}, 1),
    "edgesieve_late_rows_total": ({"dataset": "http_requests"}, 7),
    "edgesieve_series_capped_total": ({}, 4),
}


@pytest.mark.parametrize(("name", "sample"), COUNTED.items(), ids=COUNTED.keys())
def test_what_was_counted_is_shown(name: str, sample: tuple[dict[str, str], int]) -> None:
    labels, value = sample
    assert _samples(_full(), DETECTED)[name, tuple(sorted(labels.items()))] == value


def test_every_declared_metric_is_tested_here() -> None:
    assert set(COUNTED) == {f"{name}_total" for name in COUNTERS} | set(GAUGES) - {"edgesieve_build_info"}


def test_the_program_names_itself() -> None:
    ((labels, value),) = [
        (dict(labels), value) for (name, labels), value in _samples(Tally()).items() if name == "edgesieve_build_info"
    ]
    assert (labels["version"], value) == (__version__, 1)


def test_children_of_all_that_is_known_exist_at_zero() -> None:
    tally = Tally()
    tally.records.update({("dns_logs", "clean"): 1})
    zeros = {sample for sample, value in _samples(tally).items() if value == 0}
    expected: set[tuple[str, Labels]] = set()
    for dataset in KNOWN.datasets:
        expected |= {
            ("edgesieve_records_total", (("dataset", dataset), ("outcome", outcome), ("zone", "")))
            for outcome in OUTCOMES
            if (dataset, outcome) != ("dns_logs", "clean")
        }
        expected.add(("edgesieve_unknown_fields_total", (("dataset", dataset),)))
    expected |= {("edgesieve_dead_letters_total", (("reason", reason), ("zone", ""))) for reason in DEAD_REASONS}
    expected |= {
        ("edgesieve_redactions_total", (("dataset", "dns_logs"), ("family", family)))
        for family in (*FIELD_CLASSES, "records", *KNOWN.families)
    }
    expected |= {("edgesieve_bytes_total", (("direction", each),)) for each in ("in", "out")}
    assert zeros == expected


def test_without_detection_nothing_is_said_of_it() -> None:
    told = {name for name, _ in _samples(_full())}
    assert not {
        each for each in told if each.startswith(("edgesieve_findings", "edgesieve_detector", "edgesieve_late"))
    }
    assert _samples(_full(), DETECTED)["edgesieve_late_rows_total", (("dataset", "dns_logs"),)] == 0


def test_equal_counts_give_equal_bytes() -> None:
    assert render({"": _full()}, KNOWN, "x") == render({"": _full()}, KNOWN, "x")


def test_every_metric_says_what_it_means() -> None:
    text = render({"": Tally()}, KNOWN, "x").decode()
    for name, (meaning, _) in {**COUNTERS, **GAUGES}.items():
        total = f"{name}_total" if name in COUNTERS else name
        assert f"# HELP {total} {meaning}\n# TYPE {total} {'counter' if name in COUNTERS else 'gauge'}\n" in text
