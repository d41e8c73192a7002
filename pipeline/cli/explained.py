"""An explanation for people and for programs: a table with colours on a terminal, plain columns in a pipe, JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.reasons import DEAD, by, why
from pipeline.cli.say import many, table
from pipeline.explaining.explainer import Explanation, Told
from pipeline.inputs import printable
from pipeline.start import Parts

if TYPE_CHECKING:
    from rich.console import RenderableType

_HEAD = ("field", "class", "action", "length", "by", "why")
_STYLES = {"kept": "dim", "truncated": "yellow", "cut": "yellow", "rounded": "yellow"}
_CHANGED = "green"


def show(told: Explanation, record: str, parts: Parts, *, as_json: bool) -> None:
    """Print an explanation; `record` says where the record stands."""
    changed = any(each.deed.action != "kept" for each in told.fields)
    head: dict[str, Any] = {
        "record": record,
        "dataset": told.dataset,
        "policy": parts.policy.digest,
        "profile": parts.policy.profile,
        "key": parts.ring.active if parts.ring else None,
        "outcome": "dead" if told.reason else "redacted" if changed else "clean",
        "reason": told.reason or None,
    }
    families = {rule.id: rule.family for rule in parts.rules}
    fields = [_field(each, parts, families) for each in told.fields]
    if as_json:
        click.echo(json.dumps({**head, "fields": fields}, indent=2, ensure_ascii=False))
        return
    for line in _top(head, Counter(each.deed.action for each in told.fields)):
        click.echo(line)
    if fields:
        click.echo()
        _print([_row(each) for each in fields])


def _field(told: Told, parts: Parts, families: dict[str, str]) -> dict[str, Any]:
    return {
        "path": printable(told.path),
        "class": told.field_class,
        "type": told.type,
        "action": told.deed.action,
        "length": told.length,
        "length_after": told.length_after,
        "by": by(told, families),
        "marks": dict(told.deed.marks),
        "removed": list(told.deed.removed),
        "shadow": list(told.shadow),
        "why": why(told, parts.policy, families),
    }


def _top(head: dict[str, Any], actions: Counter[str]) -> tuple[str, ...]:
    key, reason = head["key"], head["reason"]
    acted = "".join(f", {count:,} {action}" for action, count in actions.most_common() if action != "kept")
    leaves = f"leaves: {many(actions.total(), 'value')}, {actions['kept']:,} kept{acted}"
    return (
        f"record    {head['record']}",
        f"dataset   {head['dataset'] or 'none'}",
        f"policy    {head['policy']}, from the profile {head['profile']}",
        f"marks     {f'with fingerprints by the key {key}' if key else 'plain only: no key file is named'}",
        f"outcome   {f'stays behind: {reason}: {DEAD[reason]}' if reason else leaves}",
    )


def _row(field: dict[str, Any]) -> tuple[str, ...]:
    before, after = field["length"], field["length_after"]
    length = "" if before is None else str(before) if after in (None, before) else f"{before} → {after}"
    return field["path"], field["class"], field["action"], length, ", ".join(field["by"]), field["why"]


def _print(rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal:
        console.print(_coloured(rows))
    else:
        click.echo(table(_HEAD, rows))


def _coloured(rows: list[tuple[str, ...]]) -> RenderableType:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    shown = Table(*_HEAD, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        style = _STYLES.get(row[_HEAD.index("action")], _CHANGED)
        # As Text: brackets of marks and places would be taken for styles.
        shown.add_row(*(Text(cell, style) for cell in row))
    return shown
