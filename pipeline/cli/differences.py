"""What a change of policy would change, as tables for people: what would leave that did not comes first."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cli.say import many, table
from pipeline.explaining.policy_diff import NEWLY, NO_LONGER, OTHERWISE, Counted, Group, PolicyDiff
from pipeline.inputs import printable

_ORDER = (NO_LONGER, OTHERWISE, NEWLY)
_HEAD = ("change", "dataset", "field", "old", "new", "records", "values")
_EXAMPLE_HEAD = ("record", "field", "raw", "old", "new")


def report(found: PolicyDiff) -> Iterator[str]:
    """Yield what was counted, then a table of groups, then one of examples by their lengths."""
    yield f"records   {found.records:,}, of which {found.different:,} would leave otherwise"
    for (old, new), count in sorted(found.behind.items()):
        yield f"behind    {many(count, 'record')}; old: {old or 'leaves'}; new: {new or 'leaves'}"
    groups = sorted(found.groups.items(), key=_rank)
    if groups:
        yield f"\n{table(_HEAD, [_row(*each) for each in groups])}"
        yield "\nExamples, by their lengths"
        yield table(_EXAMPLE_HEAD, [row for each in groups for row in _examples(*each)])


def _rank(pair: tuple[Group, Counted]) -> tuple[int, int, str, str]:
    group, counted = pair
    return _ORDER.index(group.kind), -counted.records, group.dataset, group.field


def _row(group: Group, counted: Counted) -> tuple[str, ...]:
    counts = f"{counted.records:,}", f"{counted.values:,}"
    return group.kind, group.dataset, printable(group.field), group.old, group.new, *counts


def _examples(group: Group, counted: Counted) -> Iterator[tuple[str, ...]]:
    for each in counted.examples:
        sides = ((group.old, each.old), (group.new, each.new))
        told = (f"{words}{'' if length is None else f' ({length})'}" for words, length in sides)
        yield each.place, printable(each.path), "" if each.length is None else str(each.length), *told
