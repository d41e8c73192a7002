"""`edgesieve coverage`: what each detector sees of each zone, and what would open the eyes of one that is blind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.exits import DONE, IO
from pipeline.cli.options import config_option, key_file_option, read_settings, this_users_cache
from pipeline.cli.progress import progress
from pipeline.cli.say import say, table
from pipeline.inputs import printable

if TYPE_CHECKING:
    from detectors.coverage import State
    from pipeline.settings import Settings
    from pipeline.start import Parts

_ACCOUNT = "(account)"
"""In the place of a zone's name, for the logs of an account."""


@click.command(
    short_help="Show what each detector sees of each zone.",
    epilog="""\b
Examples:
  edgesieve coverage logs/
  edgesieve coverage --config edgesieve.toml logs/
  edgesieve coverage --config edgesieve.toml
  edgesieve coverage logs/ --json | jq 'select(.state == "blind")'
""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@config_option
@key_file_option
@click.option("--json", "as_json", is_flag=True, help="Print one state a line as JSON.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes; all cores unless said.")
def coverage(
    paths: tuple[str, ...], config: Path | None, key_file: Path | None, jobs: int | None, *, as_json: bool
) -> int:
    """Tell for each zone which detectors are ready, still learn it (warming), or are blind, and why.

    PATH are logs to look at, files or folders: nothing of them leaves. What earlier runs have seen is counted too,
    where the configuration has [state]. A detector that lacks an input is told the fields that Logpush can add.
    """
    from pipeline.detecting import watching
    from pipeline.start import prepare

    settings = read_settings(config)
    if not paths and not settings.facts.get("of_zone") and not (settings.state and settings.state.is_dir()):
        message = "nothing to look at; right would be logs as PATH, or --config FILE with [zones.NAME] or [state]"
        raise click.UsageError(message)
    parts = watching(prepare(settings, this_users_cache(), key_file), settings)
    states, failed = _look(paths, parts, settings, jobs or len(os.sched_getaffinity(0)))
    for line in _json(states) if as_json else shown(states):
        click.echo(line)
    for line in failed:
        say(line)
    return IO if failed else DONE


def _look(paths: Sequence[str], parts: Parts, settings: Settings, jobs: int) -> tuple[Sequence[State], Sequence[str]]:
    from pipeline.detecting import detection_of
    from pipeline.judge_state import judge_state
    from pipeline.judging import Judging
    from pipeline.sources.files import expand
    from pipeline.start import build_engine
    from pipeline.survey import survey

    detection = detection_of(parts)
    inputs, failed = expand(paths)
    sizes = [each.size for each in inputs]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    folder = settings.state if detection.keyed and settings.state and settings.state.is_dir() else None
    with judge_state(folder, detection) as state, progress(shown=sys.stderr.isatty() and bool(inputs)) as on_progress:
        read = 0

        def on_read(count: int) -> None:
            nonlocal read
            read += count
            on_progress(read, total)

        judging = Judging(state.judge, lambda _finding: None, merged=state.merged)
        engines = partial(build_engine, parts)
        failed += survey(inputs, settings.sources, min(jobs, max(1, len(inputs))), engines, judging, on_read)
        return state.judge.coverage(), failed


def shown(states: Sequence[State]) -> Iterator[str]:
    """Yield a table of zones and detectors, the reasons under it, and the fields that would supply what is missing."""
    detectors = list(dict.fromkeys(each.detector for each in states))
    places = dict.fromkeys((each.account, each.zone) for each in states)
    by_place = {(each.account, each.zone, each.detector): each.state for each in states}
    if not places:
        yield "no zone and no account was seen, and none is configured"
        return
    rows = [
        (_place(account, zone), *(by_place[account, zone, detector] for detector in detectors))
        for account, zone in places
    ]
    yield table(("zone", *detectors), rows)
    yield from _reasons(states)
    yield from _fields(states)


def _place(account: str, zone: str) -> str:
    return printable(zone or f"{_ACCOUNT} {account}")


def _reasons(states: Sequence[State]) -> Iterator[str]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in states:
        blind = "blind" if each.state == "blind" else "sees less"
        for reason in each.missing:
            found.setdefault((each.detector, blind, reason), []).append(_place(each.account, each.zone))
    if found:
        yield ""
    for (detector, blind, reason), places in found.items():
        where = ", ".join(places[:_SHOWN]) + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")
        yield f"{detector} {blind} in {where}: {reason}"


_SHOWN = 3
"""Zones named with one reason."""


def _fields(states: Sequence[State]) -> Iterator[str]:
    """Yield what Logpush is to log beside its own fields, for the zones that lack the same."""
    by_zone: dict[str, dict[str, dict[str, None]]] = {}
    for each in states:
        for kind, names in each.fields.items() if each.zone else ():
            by_zone.setdefault(each.zone, {}).setdefault(kind, {}).update(dict.fromkeys(names))
    alike: dict[str, list[str]] = {}
    for zone, kinds in by_zone.items():
        alike.setdefault(_rule(kinds), []).append(printable(zone))
    for rule, zones in alike.items():
        yield ""
        yield f"Logpush would supply it in {', '.join(zones)}, by custom fields; add to those that are there:"
        yield "PUT /zones/ZONE_ID/rulesets/phases/http_log_custom_fields/entrypoint"
        yield rule


def _rule(kinds: Mapping[str, Mapping[str, None]]) -> str:
    import json

    parameters = {kind: [{"name": name} for name in sorted(names)] for kind, names in sorted(kinds.items())}
    rule = {"action": "log_custom_field", "expression": "true", "action_parameters": parameters}
    return json.dumps({"rules": [rule]})


def _json(states: Sequence[State]) -> Iterator[str]:
    import json
    from dataclasses import asdict

    yield from (json.dumps(asdict(each)) for each in states)
