"""`edgesieve redact`: raw logs in, safe logs out."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

import click

from pipeline.base import WriteError
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
from pipeline.cli.progress import OnProgress, progress
from pipeline.cli.say import say
from pipeline.cli.summary import Dead, found, summary
from pipeline.inputs import STANDARD_INPUT
from pipeline.jobs import Job
from pipeline.redact import STANDARD_OUTPUT, Result, run
from pipeline.settings import Settings
from pipeline.sinks.files import descriptor_of, writing_to
from pipeline.start import Parts, build_engine, dataset_names, prepare
from pipeline.stores import is_address, parse

if TYPE_CHECKING:
    from pipeline.cli.judged import Judged

_NO_KEY = "no key file: only plain marks are written; to follow them: edgesieve key new FILE, then --key-file FILE"
_STREAMS = ("http://", "https://")


@click.command(
    epilog="""\b
Examples:
  edgesieve redact < raw.ndjson > safe.ndjson
  edgesieve redact raw.log.gz -o safe.log.gz --key-file edgesieve.key
  edgesieve redact logs/ -o safe/ --config edgesieve.toml --metrics edgesieve.prom
  edgesieve redact s3://raw-logs/http_requests/ -o s3://clean-logs/ --config edgesieve.toml
"""
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help="File, folder (ends in /, or exists), s3://…; else stdout. Several inputs are joined to a file uncompressed.",
)
@dataset_option("Dataset of all records; else by path and by content. `generic` fits anything.")
@config_option
@key_file_option
@click.option(
    "--findings",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Run the detectors too, and write what they find, a JSON object a line; - is stdout, where -o leaves it free.",
)
@click.option(
    "--metrics",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the counts as Prometheus text; - is stdout, where -o leaves it free.",
)
@click.option(
    "--path-report",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write which templates of paths had something marked, and how often; - is stdout, where -o leaves it free.",
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
    jobs: int | None,
    **reports: str | None,
) -> int:
    """Make logs safe: files, folders, objects, or stdin.

    One input keeps its compression. Several into one output are joined in the order given, uncompressed; into a folder
    they keep their names. What cannot be made safe stays, and is named on stderr.
    """
    _refuse_addresses((*paths, output or ""))
    reports = {f"--{name.replace('_', '-')}": path for name, path in reports.items()}
    _refuse_reports_among_objects(reports)
    _refuse_reports_among_logs(reports, output)
    settings = read_settings(config)
    parts = replace(prepare(settings, this_users_cache(), key_file), note_paths=reports["--path-report"] is not None)
    refuse_unknown_dataset(dataset, dataset_names(parts.catalogue))
    if STANDARD_INPUT in (paths or (STANDARD_INPUT,)) and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    dead = Dead()
    kept = tuple(_kept(settings, key_file or settings.key_file))
    places = tuple(_place_of(option, path) for option, path in reports.items() if path)
    job = Job(
        paths,
        output,
        dataset,
        jobs or len(os.sched_getaffinity(0)),
        kept,
        places,
        settings.sources,
        settings.object_sinks,
    )
    with progress(shown=_may_show_progress(job)) as on_progress:
        result, judged = _run(job, parts, settings, reports["--findings"], dead, on_progress)
    if result.closed:
        return DONE
    _tell(result, dead, judged, keyed=parts.ring is not None)
    texts = {"--metrics": partial(_metrics, result, parts, judged), "--path-report": partial(_paths, result)}
    written = worst(_write(path, text()) for option, text in texts.items() if (path := reports[option]))
    codes = {FAULT: result.faults or result.tally.unseen, IO: result.io_errors, UNSAFE: result.dead_count}
    return worst((written, *(code for code, happened in codes.items() if happened)))


def _run(
    job: Job, parts: Parts, settings: Settings, findings: str | None, dead: Dead, on_progress: OnProgress
) -> tuple[Result, Judged | None]:
    if findings is None:
        return run(job, partial(build_engine, parts), dead.add, on_progress), None
    from pipeline.cli.judged import run_judged
    from pipeline.detecting import detection_of, watching

    watched = watching(parts, settings)
    detection = detection_of(watched)
    return run_judged(job, watched, findings, settings.state if detection.keyed else None, dead.add, on_progress)


def _kept(settings: Settings, key_file: Path | None) -> Iterator[Place]:
    """Yield what a run reads besides logs."""
    if key_file:
        yield Place(f"the key file {key_file}", str(key_file))
    for path in settings.files:
        yield Place(f"the configuration {path}", str(path))
    for path in settings.rules_extra.glob("*.toml") if settings.rules_extra else ():
        yield Place(f"the rules {path}", str(path))


def _place_of(option: str, path: str) -> Place:
    return Place(f"{option} {path}", 1 if path == STANDARD_OUTPUT else path)


def _tell(result: Result, dead: Dead, judged: Judged | None, *, keyed: bool) -> None:
    if not keyed and result.tally.redactions.total():
        say(_NO_KEY)
    for folder in result.empty:
        say(f"{folder}: no file was found in this folder")
    said = (*found(judged.log.severities), *judged.notes(int(time()))) if judged else ()
    for line in (*summary(result.tally), *said, *dead.lines(), *result.io_errors, *result.faults):
        say(line)


def _metrics(result: Result, parts: Parts, judged: Judged | None) -> bytes:
    from pipeline.metrics import Known, render

    known = Known(dataset_names(parts.catalogue), tuple(sorted({rule.family for rule in parts.rules})))
    return render({"": result.tally}, known, parts.policy.digest, judged.counted() if judged else None)


def _paths(result: Result) -> bytes:
    from pipeline.path_report import render_paths

    return render_paths(result.tally.marked_paths).encode()


def _write(path: str, text: bytes) -> int:
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


def _refuse_reports_among_logs(reports: Mapping[str, str | None], output: str | None) -> None:
    taken = "the logs" if _is_standard_output(output) else ""
    for option, path in reports.items():
        if path is None or not _is_standard_output(path):
            continue
        if taken:
            right = "a file, or -o with a file or a folder" if taken == "the logs" else "a file"
            message = f"{option}: {taken} go to stdout already; right would be {right}"
            raise click.UsageError(message)
        taken = "other reports"


def _refuse_addresses(paths: Collection[str]) -> None:
    for path in paths:
        if path.startswith(_STREAMS):
            scheme = path.partition(":")[0]
            message = f"{scheme}:// is nothing to read logs from or to write them to; right would be a file or s3://…"
            raise click.UsageError(message)
        if is_address(path) and parse(path) is None:
            message = "no address of objects; right would be s3://BUCKET/KEY, or s3://BUCKET/FOLDER/ for all below it"
            raise click.UsageError(message)


def _refuse_reports_among_objects(reports: Mapping[str, str | None]) -> None:
    for option, path in reports.items():
        if path and is_address(path):
            message = f"{option}: only logs go to an object store; right would be a file"
            raise click.UsageError(message)
