"""`edgesieve demo`: bundled raw logs are made safe, and a few records are shown before and after."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from pipeline.base import DeadLetter
from pipeline.cli.exits import FAULT, IO, UNSAFE, worst
from pipeline.cli.options import this_users_cache
from pipeline.cli.say import many, say, table
from pipeline.cli.summary import Dead, summary
from pipeline.jobs import Job
from pipeline.redact import run
from pipeline.settings import Settings
from pipeline.start import build_engine, prepare
from redactors.base import FIELD_CLASSES, Record, Tally, Value
from redactors.marks import MARK

_RAW = Path(__file__).parents[1] / "demo"
_KEY_NAME = "demo.key"
_FIRST = "http_requests"
_SHOWN_FIRST, _SHOWN_OTHERS = 4, 1
"""Values shown of the first file, and of each other: all fit on a screen."""
_SHOWN_LETTERS = 96
_CONTEXT_LETTERS = 24

_Change = tuple[str, str, str]
"""Path, old text, new text."""


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
    found = (path.relative_to(_RAW) for path in _RAW.rglob("*") if path.is_file())
    names = sorted(found, key=lambda name: (name.parts[0] != _FIRST, name))
    seen: set[str] = set()
    for name in names:
        stayed = {letter.line for letter in letters if letter.origin == str(_RAW / name)}
        _show(name, [*_pairs(_RAW / name, output / name, stayed)], seen)
    click.echo(_counts(result.tally))
    click.echo(f"\nraw logs:  {_RAW}\nsafe logs: {output}/")
    for name in names:
        click.echo(f"           {output / name}")
    click.echo(f"key ring:  {key_file}\n")
    dead = Dead()
    for letter in letters:
        dead.add(letter)
    for line in (*summary(result.tally), *dead.lines(), *result.io_errors, *result.faults):
        say(line)
    codes = {FAULT: result.faults, IO: result.io_errors, UNSAFE: result.dead_count}
    return worst(code for code, happened in codes.items() if happened)


def _show(name: Path, pairs: list[tuple[Record, Record]], seen: set[str]) -> None:
    """Show the record of a file that tells most that was not seen yet: a few of its values, before and after."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    changes = max((list(_changes("", *pair)) for pair in pairs), key=lambda each: len(_news(each, seen)), default=[])
    shown = _SHOWN_FIRST if name.parts[0] == _FIRST else _SHOWN_OTHERS
    console.print(Text(f"{name}: one record, {many(len(changes), 'value')} changed", "bold"))
    news = _news(changes, seen)
    for kind in [*news][:shown]:
        path, before, after = news[kind]
        seen.add(kind)
        old, new = _around_difference(before, after)
        console.print(Text(f"  {path}"))
        console.print(Text(f"  - {old}", "red"))
        console.print(Text(f"  + {new}", "green"))
    console.print()


def _news(changes: list[_Change], seen: set[str]) -> dict[str, _Change]:
    """Return the first change of each kind: the marks it made; those seen before, and those without marks, last."""
    kinds: dict[str, _Change] = {}
    for change in changes:
        kinds.setdefault(" ".join(sorted({found[1] for found in MARK.finditer(change[2])})), change)
    return {kind: kinds[kind] for kind in sorted(kinds, key=lambda kind: (kind in seen, not kind))}


def _pairs(raw: Path, safe: Path, stayed: set[int]) -> Iterator[tuple[Record, Record]]:
    """Yield the records of a file before and after; those that stayed behind are left out."""
    left = (line for number, line in enumerate(_lines(raw), 1) if number not in stayed)
    for before, after in zip(left, _lines(safe), strict=True):
        yield json.loads(before), json.loads(after)


def _lines(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()


def _changes(path: str, before: Value, after: Value) -> Iterator[_Change]:
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
    """Cut two texts to where they first differ, on one line each, and no mark in two.

    >>> _around_difference("same", "sane")
    ('same', 'sane')
    """
    same = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), 0)
    old, new = (_cut(text, max(0, same - _CONTEXT_LETTERS)) for text in (before, after))
    return old, new


def _cut(text: str, start: int) -> str:
    end = start + _SHOWN_LETTERS
    for low, high in (found.span() for found in MARK.finditer(text)):
        start = low if low < start < high else start
        end = high if low < end < high else end
    shown = "".join(letter if letter.isprintable() else " " for letter in text[start:end])
    return f"{'…' * (start > 0)}{shown}{'…' * (end < len(text))}"


def _counts(tally: Tally) -> str:
    """Set two tables, the most frequent first: what field classes changed, and what rules found."""
    classes: Counter[str] = Counter()
    for (_, family), count in tally.redactions.items():
        if family in FIELD_CLASSES:
            classes[family] += count
    rules = Counter({rule: count for (rule, state), count in tally.rule_hits.items() if state == "active"})
    tables = (("by field class", classes), ("by rule", rules))
    return "\n\n".join(table((title, "times"), _most(counts)) for title, counts in tables if counts)


def _most(counts: Counter[str]) -> list[tuple[str, str]]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(name, f"{count:,}") for name, count in ranked if count]
