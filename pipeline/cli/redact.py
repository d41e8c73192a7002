"""`edgesieve redact`: raw logs in, safe logs out."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import click

from pipeline.clashes import Place
from pipeline.cli.exits import DONE, FAULT, IO, UNSAFE, worst
from pipeline.cli.options import (
    config_option,
    dataset_option,
    key_file_option,
    read_settings,
    refuse_unknown_dataset,
    this_users_cache,
)
from pipeline.cli.progress import progress
from pipeline.cli.say import say
from pipeline.cli.summary import Dead, summary
from pipeline.redact import STANDARD_OUTPUT, Job, Result, run
from pipeline.settings import Settings
from pipeline.sinks.files import WriteError, descriptor_of, writing_to
from pipeline.sources.files import STANDARD_INPUT
from pipeline.start import Parts, build_engine, dataset_names, prepare

_NO_KEY = "no key file: only plain marks are written; to follow them: edgesieve key new FILE, then --key-file FILE"
_STREAMS = ("s3://", "http://", "https://")


@click.command(
    epilog="""\b
Examples:
  edgesieve redact < raw.ndjson > safe.ndjson
  edgesieve redact raw.log.gz -o safe.log.gz --key-file edgesieve.key
  edgesieve redact logs/ -o safe/ --config edgesieve.toml --metrics edgesieve.prom
  kubectl logs -f deploy/orders | edgesieve redact --dataset backend/requests
"""
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help="File, or folder (ends in /, or exists); else stdout. Several inputs are joined into a file uncompressed.",
)
@dataset_option("Dataset of all records; else by path and by content. `generic` fits anything.")
@config_option
@key_file_option
@click.option(
    "--metrics",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the counts as Prometheus text; - is stdout, where -o leaves it free.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes for several inputs; all cores unless said."
)
def redact(
    paths: tuple[str, ...],
    output: str | None,
    dataset: str | None,
    config: Path | None,
    key_file: Path | None,
    metrics: str | None,
    jobs: int | None,
) -> int:
    """Make logs safe: files, folders, or stdin.

    One input keeps its compression. Several into one output are joined in the order given, uncompressed; into a folder
    they keep their names. What cannot be made safe stays, and is named on stderr.
    """
    _refuse_addresses((*paths, output or ""))
    _refuse_metrics_among_logs(metrics, output)
    settings = read_settings(config)
    parts = prepare(settings, this_users_cache(), key_file)
    refuse_unknown_dataset(dataset, dataset_names(parts.catalogue))
    if STANDARD_INPUT in (paths or (STANDARD_INPUT,)) and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    dead = Dead()
    kept = tuple(_kept(settings, key_file or settings.key_file))
    place = _place_of_metrics(metrics) if metrics else None
    job = Job(paths, output, dataset, jobs or len(os.sched_getaffinity(0)), kept, place)
    with progress(shown=_may_show_progress(job)) as on_progress:
        result = run(job, partial(build_engine, parts), dead.add, on_progress)
    if result.closed:
        return DONE
    _tell(result, dead, keyed=parts.ring is not None)
    written = _write_metrics(metrics, result, parts) if metrics else DONE
    codes = {FAULT: result.faults, IO: result.io_errors, UNSAFE: result.dead_count}
    return worst((written, *(code for code, happened in codes.items() if happened)))


def _kept(settings: Settings, key_file: Path | None) -> Iterator[Place]:
    """Yield what a run reads besides logs."""
    if key_file:
        yield Place(f"the key file {key_file}", str(key_file))
    for path in settings.files:
        yield Place(f"the configuration {path}", str(path))
    for path in settings.rules_extra.glob("*.toml") if settings.rules_extra else ():
        yield Place(f"the rules {path}", str(path))


def _place_of_metrics(path: str) -> Place:
    return Place(f"--metrics {path}", 1 if path == STANDARD_OUTPUT else path)


def _tell(result: Result, dead: Dead, *, keyed: bool) -> None:
    if not keyed and result.tally.redactions.total():
        say(_NO_KEY)
    for folder in result.empty:
        say(f"{folder}: no file was found in this folder")
    for line in (*summary(result.tally), *dead.lines(), *result.io_errors, *result.faults):
        say(line)


def _write_metrics(path: str, result: Result, parts: Parts) -> int:
    from pipeline.metrics import Known, render

    known = Known(dataset_names(parts.catalogue), tuple(sorted({rule.family for rule in parts.rules})))
    text = render(result.tally, known, parts.policy.digest)
    try:
        with writing_to(None if path == STANDARD_OUTPUT else path) as write:
            write(text)
    except WriteError as error:
        say(str(error))
        return IO
    return DONE


def _may_show_progress(job: Job) -> bool:
    to_terminal = _is_standard_output(job.output) and sys.stdout.isatty()
    return sys.stderr.isatty() and bool(job.inputs) and not to_terminal


def _is_standard_output(path: str | None) -> bool:
    return path in (None, STANDARD_OUTPUT) or descriptor_of(path or "") == sys.stdout.fileno()


def _refuse_metrics_among_logs(metrics: str | None, output: str | None) -> None:
    if metrics is not None and _is_standard_output(metrics) and _is_standard_output(output):
        message = "--metrics: the logs go to stdout already; right would be a file, or -o with a file or a folder"
        raise click.UsageError(message)


def _refuse_addresses(paths: Collection[str]) -> None:
    for path in paths:
        if path.startswith(_STREAMS):
            scheme = path.partition(":")[0]
            message = f"{scheme}:// comes with a later version of edgesieve; right would be a file or a folder"
            raise click.UsageError(message)
