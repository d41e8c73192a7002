"""The score as tables: once as rows of text, then for a terminal or for the docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from tests.simulator.score_cost import MOST_BYTES, MOST_JUDGE_US, Cost
from tests.simulator.score_figures import CLASS_RIGHT, DIFFICULTIES, FALSE_ALERTS, RECALL, WHERE, Recall, Run

_BEGIN, _END = "<!-- score -->\n", "<!-- end of score -->\n"


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: the first row holds the heads."""

    title: str
    rows: Sequence[Sequence[str]]


def tables(days: Run, young: Run, cost: Cost) -> Iterator[Rows]:
    """Show all of it."""
    yield Rows("Found", list(_found(days, young)))
    yield Rows("Time to detect", list(_times(days)))
    yield Rows("False alerts", list(_false(days, young)))
    yield Rows("Cost", list(_cost(days, cost)))


def for_terminal(shown: Rows) -> Table:
    """Return a table for people at a terminal."""
    heads, *rows = shown.rows
    table = Table(*heads, title=shown.title)
    for row in rows:
        table.add_row(*row)
    return table


def write_docs(page: Path, shown: Sequence[Rows], head: str) -> None:
    """Put tables between the marks of a page, in the place of those that stand there."""
    before, _, rest = page.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(before + _BEGIN + "\n".join((f"\n{head}\n", *map(_markdown, shown), "")) + _END + after)


def _markdown(shown: Rows) -> str:
    heads, *rows = shown.rows
    lines = [heads, ["---"] * len(heads), *rows]
    return f"### {shown.title}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _found(days: Run, young: Run) -> Iterator[Sequence[str]]:
    yield "detector", "goal", "all", *DIFFICULTIES, "worst seed", "young zones"
    for name, goal in RECALL.items():
        each = days.detectors[name]
        yield (
            name,
            f"{goal:.2f}",
            _share(each.recall),
            *(_share(each.by_difficulty[how]) for how in DIFFICULTIES),
            f"{each.worst_seed:.3f}",
            _share(young.detectors[name].recall),
        )
        if each.not_asked.all:
            beyond = young.detectors[name].not_asked
            yield f"{name}, by statistics alone", "", _share(each.not_asked), "", "", "", "", _share(beyond)
    yield "class of bursts right", f"{CLASS_RIGHT:.2f}", _share(days.classes), "", "", "", "", _share(young.classes)


def _times(days: Run) -> Iterator[Sequence[str]]:
    yield "detector", "panes: median", "95 %", "minutes: median", "95 %"
    for name, each in days.detectors.items():
        yield name, *(f"{value:.1f}" for value in (*each.panes, *each.minutes))


def _false(days: Run, young: Run) -> Iterator[Sequence[str]]:
    yield "detector", "zones without incidents", "benign cases", "beside incidents", "young zones"
    for name, each in days.detectors.items():
        yield name, *(str(each.false[where]) for where in WHERE), str(sum(young.detectors[name].false.values()))
    sums = {where: sum(each.false[where] for each in days.detectors.values()) for where in WHERE}
    rate = sums["free"] / days.free_zone_days if days.free_zone_days else 0.0
    yield "a zone and day", f"{rate:.4f}", f"{sums['benign']} in {days.benign} cases", "", f"{young.false_alerts:.4f}"
    yield "all, a zone and day", f"{days.false_alerts:.4f}", f"at most {FALSE_ALERTS}", "", ""


def _cost(days: Run, cost: Cost) -> Iterator[Sequence[str]]:
    yield "what", "is", "at most"
    yield "engine without detection", f"{cost.engine_us:.1f} µs a record", ""
    share = f"{cost.share:.0%} of that: most of these records are small, `make bench` has usual ones"
    yield "observing, folding, packing", f"{cost.detection_us:.2f} µs a record, {share}", ""
    yield "judge, batches of 5 MB", f"{cost.judge_us:.2f} µs a record", f"{MOST_JUDGE_US:.1f}"
    yield "judge, small objects", f"{days.judge_us:.2f} µs a record", ""
    yield "evidence of 5 MB, mean", f"{cost.evidence_mean:,.0f} bytes", ""
    yield "evidence of 5 MB, most", f"{cost.evidence_most:,.0f} bytes", f"{MOST_BYTES:,}"
    yield "snapshot, a zone", f"{days.snapshot_bytes:,.0f} bytes", ""


def _share(recall: Recall) -> str:
    return f"{recall.share:.3f} of {recall.all}"
