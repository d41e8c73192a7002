"""`edgesieve diff`: what a change of policy would change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.base import ReadError
from pipeline.cli.exits import DONE, IO
from pipeline.cli.options import dataset_option, read_settings, refuse_unknown_dataset, this_users_cache
from pipeline.cli.say import say
from pipeline.inputs import STANDARD_INPUT, printable
from pipeline.sources.files import expand

if TYPE_CHECKING:
    from pipeline.explaining.lines import Line
    from pipeline.explaining.policy_diff import PolicyDiff
    from pipeline.settings import Settings
    from pipeline.start import Parts


@click.command(
    epilog="""\b
Examples:
  edgesieve diff edgesieve.toml new.toml raw.log
  edgesieve diff edgesieve.toml new.toml logs/ --dataset http_requests
"""
)
@click.argument("old", type=click.Path(dir_okay=False, path_type=Path), metavar="OLD.toml")
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path), metavar="NEW.toml")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@dataset_option("Dataset of all records; else by path and by content. `generic` fits anything.")
def diff(old: Path, new: Path, paths: tuple[str, ...], dataset: str | None) -> int:
    """Tell what a change of policy would change, by dataset, field and rule.

    Makes the same raw records safe under both configurations. Shows lengths and marks, never values.
    """
    from pipeline.cli.differences import report
    from pipeline.explaining.policy_diff import PolicyDiff
    from pipeline.start import dataset_names, prepare

    settings = tuple(map(read_settings, (old, new)))
    sides = tuple((each, prepare(each, this_users_cache())) for each in settings)
    refuse_unknown_dataset(dataset, dataset_names(sides[0][1].catalogue))
    if STANDARD_INPUT in paths and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    inputs, errors = expand(paths)
    found = PolicyDiff(max(parts.limits.depth for _, parts in sides))
    errors += _compare([each.path for each in inputs], dataset, sides, found)
    for name, path, (_, parts) in zip(("old", "new"), (old, new), sides, strict=True):
        policy = f"policy {parts.policy.digest}, from the profile {parts.policy.profile}"
        click.echo(f"{name:<10}{printable(str(path))}: {policy}")
    for line in report(found):
        click.echo(line)
    for error in errors:
        say(error)
    return IO if errors else DONE


def _compare(
    paths: list[str], dataset: str | None, sides: tuple[tuple[Settings, Parts], ...], found: PolicyDiff
) -> Iterator[str]:
    """Send each input through both engines; yield what could not be read."""
    from pipeline.cli.raw import batch_of
    from pipeline.explaining.leaves import Fields
    from pipeline.explaining.lines import numbered, passed, unbounded
    from pipeline.start import build_engine

    engines = [build_engine(replace(parts, limits=unbounded(parts.limits))) for _, parts in sides]
    for path in paths:
        # Each side reads it as its own configuration says, but the bytes are read once: they may come by a pipe.
        batches = [batch_of(path, dataset, settings) for settings, _ in sides]
        copies = tee(batches[0].chunks)
        streams = (
            passed(engine, batch, numbered(engine, replace(batch, chunks=copy), parts.limits))
            for engine, batch, copy, (_, parts) in zip(engines, batches, copies, sides, strict=True)
        )
        fields = Fields(engines[0], batches[0])
        try:
            for old, new in _side_by_side(*streams):
                found.add(batches[0].origin, fields, old, new)
        except ReadError as error:
            yield str(error)


def _side_by_side(old: Iterator[Line], new: Iterator[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Put lines of the same number together; under other limits an input may break off sooner."""
    one, two = next(old, None), next(new, None)
    while one or two:
        at = min(line.number for line in (one, two) if line)
        here = one if one and one.number == at else None, two if two and two.number == at else None
        yield here
        one, two = next(old, None) if here[0] else one, next(new, None) if here[1] else two
