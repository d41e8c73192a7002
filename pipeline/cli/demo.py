"""`edgesieve demo`: bundled raw logs are made safe, and a few records are shown before and after."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from pipeline.base import DeadLetter
from pipeline.cli.exits import FAULT, IO, UNSAFE, worst
from pipeline.cli.options import this_users_cache
from pipeline.cli.say import say, table
from pipeline.cli.summary import dead_lines, summary
from pipeline.redact import Job, run
from pipeline.settings import Settings
from pipeline.start import build_engine, prepare
from redactors.base import Record, Tally, Value

_RAW = Path(__file__).parents[1] / "demo"
_KEY_NAME = "demo.key"
_SHOWN_FIELDS = 6
_SHOWN_LETTERS = 96
_CONTEXT_LETTERS = 24


@click.command(
    epilog="""\b
Examples:
  edgesieve demo
  edgesieve demo -o /tmp/safe
  edgesieve demo && edgesieve key lookup --key-file edgesieve-demo/demo.key '[session~…]' < cookie.txt
"""
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="edgesieve-demo",
    metavar="FOLDER",
    help="Where the safe logs go; ./edgesieve-demo/ unless said.",
)
def demo(output: Path) -> int:
    """Make the bundled raw logs safe and show what changed. All their secrets are made up."""
    from pipeline.keys import create_ring

    key_file = output / _KEY_NAME
    output.mkdir(parents=True, exist_ok=True)
    if not key_file.exists():
        create_ring(key_file)
    parts = prepare(replace(Settings(), key_file=key_file), this_users_cache())
    letters: list[DeadLetter] = []
    job = Job((str(_RAW),), f"{output}/")
    result = run(job, partial(build_engine, parts), letters.append, lambda _done, _total: None)
    names = sorted(path.relative_to(_RAW) for path in _RAW.rglob("*") if path.is_file())
    for name in names:
        _show(name, _RAW / name, output / name)
    click.echo(_tally_by_rule(result.tally))
    click.echo(f"\nraw logs:  {_RAW}\nsafe logs: {output}/")
    for name in names:
        click.echo(f"           {output / name}")
    click.echo(f"key ring:  {key_file}\n")
    for line in (*summary(result.tally), *dead_lines(letters, result.dead_count), *result.io_errors, *result.faults):
        say(line)
    codes = {FAULT: result.faults, IO: result.io_errors, UNSAFE: result.dead_count}
    return worst(code for code, happened in codes.items() if happened)


def _show(name: Path, raw: Path, safe: Path) -> None:
    """Show the record of a file in which most has changed: its changed fields, before and after."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    pairs = zip(_records(raw), _records(safe), strict=True)
    changes = max((list(_changes("", before, after)) for before, after in pairs), key=len, default=[])
    console.print(Text(f"{name}: one record, {len(changes)} values changed", "bold"))
    for path, before, after in changes[:_SHOWN_FIELDS]:
        old, new = _around_difference(before, after)
        console.print(Text(f"  {path}"))
        console.print(Text(f"  - {old}", "red"))
        console.print(Text(f"  + {new}", "green"))
    if len(changes) > _SHOWN_FIELDS:
        console.print(Text(f"  … and {len(changes) - _SHOWN_FIELDS} more", "dim"))
    console.print()


def _records(path: Path) -> Iterator[Record]:
    data = path.read_bytes()
    for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines():
        yield json.loads(line)


def _changes(path: str, before: Value, after: Value) -> Iterator[tuple[str, str, str]]:
    """Yield path, old and new text of each value that differs; names that changed are values of their place."""
    if isinstance(before, dict) and isinstance(after, dict) and len(before) == len(after):
        for (name, old), (safe_name, new) in zip(before.items(), after.items(), strict=True):
            if name != safe_name:
                yield f"{path}.(name)".lstrip("."), name, safe_name
            yield from _changes(f"{path}.{safe_name}".lstrip("."), old, new)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes(f"{path}[{place}]", old, new)
    elif before != after:
        yield path, _text(before), _text(after)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _around_difference(before: str, after: str) -> tuple[str, str]:
    """Cut two texts to where they first differ, on one line each.

    >>> _around_difference("same", "sane")
    ('same', 'sane')
    """
    same = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), 0)
    start = max(0, same - _CONTEXT_LETTERS)
    cut = ["…" * (start > 0) + text[start : start + _SHOWN_LETTERS] for text in (before, after)]
    ends = ["…" * (len(text) > start + _SHOWN_LETTERS) for text in (before, after)]
    old, new = ("".join(letter if letter.isprintable() else " " for letter in text) for text in cut)
    return old + ends[0], new + ends[1]


def _tally_by_rule(tally: Tally) -> str:
    families: dict[str, int] = {}
    for (_, family), count in tally.redactions.items():
        families[family] = families.get(family, 0) + count
    rows = [("field class or family", name, f"{count:,}") for name, count in sorted(families.items()) if count]
    rows += [("secret rule", rule, f"{count:,}") for (rule, _), count in sorted(tally.rule_hits.items())]
    return table(("what changed values", "name", "times"), rows)
