"""`edgesieve explain`: what becomes of one record, field by field, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.base import ReadError
from pipeline.cli.exits import DONE, IO, UNSAFE
from pipeline.cli.options import (
    config_option,
    dataset_option,
    key_file_option,
    read_settings,
    refuse_unknown_dataset,
    this_users_cache,
)
from pipeline.cli.say import say
from pipeline.inputs import STANDARD_INPUT

if TYPE_CHECKING:
    from pipeline.explaining.lines import Line


@click.command(
    epilog="""\b
Examples:
  edgesieve explain raw.log
  edgesieve explain raw.log.gz --record 17 --config edgesieve.toml
  head -1 raw.ndjson | edgesieve explain --dataset backend/requests --json
"""
)
@click.argument("path", default=STANDARD_INPUT, metavar="[PATH]")
@dataset_option("Dataset of the record; else by path and by content. `generic` fits anything.")
@config_option
@key_file_option
@click.option(
    "--record",
    type=click.IntRange(min=1),
    metavar="N",
    help="Which record: its line, or its place where records are no lines; the first unless said.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def explain(
    path: str, dataset: str | None, config: Path | None, key_file: Path | None, record: int | None, *, as_json: bool
) -> int:
    """Explain what becomes of one record: each field's class, what acts on it, and why.

    Shows lengths, never values, and names as they leave. Exit 65 if the record cannot be made safe.
    """
    from pipeline.cli.explained import show
    from pipeline.cli.raw import batch_of
    from pipeline.explaining.explainer import Explainer
    from pipeline.explaining.lines import numbered
    from pipeline.start import build_rules, dataset_names, prepare

    settings = read_settings(config)
    parts = prepare(settings, this_users_cache(), key_file)
    refuse_unknown_dataset(dataset, dataset_names(parts.catalogue))
    if path == STANDARD_INPUT and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    explainer = Explainer(parts.policy, parts.ring, build_rules(parts), parts.catalogue, parts.limits)
    batch = batch_of(path, dataset, settings)
    try:
        line = _pick(numbered(explainer.engine, batch, parts.limits), record)
    except ReadError as error:
        say(str(error))
        return IO
    told = explainer.explain(line, batch)
    show(told, f"{batch.origin}:{line.line}", parts, as_json=as_json)
    return UNSAFE if told.reason else DONE


def _pick(lines: Iterable[Line], record: int | None) -> Line:
    found = next((line for line in lines if line.number >= (record or 0)), None)
    if found is None or (record and found.number != record):
        what = f"there is no record {record}, or it is a blank line" if record else "the input holds no record"
        message = f"{what}; right would be the number of a line that holds one"
        raise click.UsageError(message, click.get_current_context())
    return found
