"""Findings for people: a timeline, a table, one in full. Nothing in them moves a terminal's cursor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from textwrap import fill
from typing import Any

from detectors.base import Severity
from pipeline.cli.say import many, table
from pipeline.findings_file import Shown
from pipeline.inputs import printable

Name = Callable[[str], str]
"""Puts names in the place of marks."""

_HOUR, _DAY, _MINUTE = len("2026-03-01T18"), len("2026-03-01"), len("2026-03-01T18:15")
_MOST_HOURS = 48
"""Distinct hours that a timeline shows before it counts by the day."""
_ID_LETTERS = 8
_WIDTH = 100
_LONGEST_SUBJECT = 60


def overview(findings: Sequence[Shown], name: Name) -> Iterator[str]:
    """Yield how many there are, when they came, and a line for each."""
    counts = Counter(each["severity"] for each in findings)
    told = ", ".join(f"{counts[each]:,} {each}" for each in Severity if counts[each])
    yield f"{many(len(findings), 'finding')}: {told}" if findings else "no findings"
    if findings:
        yield from ("", *_timeline(findings), "")
        head = ("severity", "first seen", "detector", "rule", "where", "subject", "count", "id")
        yield table(head, [_row(each, name) for each in findings])


def _timeline(findings: Sequence[Shown]) -> Iterator[str]:
    hours = {each["first_seen"][:_HOUR] for each in findings}
    size = _HOUR if len(hours) <= _MOST_HOURS else _DAY
    by_time: dict[str, Counter[str]] = {}
    for each in findings:
        by_time.setdefault(each["first_seen"][:size], Counter())[each["severity"]] += 1
    shown = [each.value for each in Severity if any(counts[each] for counts in by_time.values())]
    rows = [(_time(time), *(f"{counts[each] or '·'}" for each in shown)) for time, counts in sorted(by_time.items())]
    yield table(("day" if size == _DAY else "hour", *shown), rows)


def _row(finding: Shown, name: Name) -> tuple[str, ...]:
    subject = name(finding["subject"])
    row = (
        finding["severity"],
        _time(finding["first_seen"][:_MINUTE]),
        finding["detector"],
        finding["rule"],
        finding["zone"] or finding["script"] or finding["account"],
        subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1]}…",
        f"{finding['count']:,}",
        finding["id"][:_ID_LETTERS],
    )
    return tuple(map(printable, row))


def in_full(finding: Shown, name: Name) -> Iterator[str]:
    """Yield all that a finding says: what first, then where and when, the records, what to do."""
    rule = f"{finding['detector']}, {finding['rule']} ({finding['tier']}, {finding['status']})"
    yield printable(f"{finding['severity']}: {rule}")
    for sentence in printable(name(finding["summary"])).split("; "):
        yield fill(sentence, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    for key, value in finding.items():
        if key not in _APART and value not in ("", None, [], 0, False):
            yield f"{key:<12}{printable(name(_spelt(value)))}"
    traces = [(each.get("origin", ""), each.get("line", ""), each.get("ray_id", "")) for each in finding["evidence"]]
    if traces:
        rows = [tuple(printable(str(part)) for part in each) for each in traces]
        yield from ("", table(("origin", "line", "ray"), rows))
    if finding["next"]:
        yield from ("", "next", *(f"  {printable(name(str(step)))}" for step in finding["next"]))


_APART = frozenset({"severity", "detector", "rule", "tier", "status", "summary", "evidence", "next", "key"})


def _time(text: str) -> str:
    return text.replace("T", " ")


def _spelt(value: Any) -> str:  # noqa: ANN401 (any JSON value)
    if isinstance(value, list):
        return ", ".join(map(_spelt, value))
    if isinstance(value, dict):
        share = value.get("share")
        return f"{value.get('name')} {share:.0%}" if isinstance(share, float) else str(value.get("name"))
    return str(value)
