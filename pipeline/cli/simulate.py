"""`edgesieve simulate`: made-up logs with labelled incidents, and a configuration that fits them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.progress import progress
from pipeline.cli.say import many, say, table
from pipeline.settings import nearest

if TYPE_CHECKING:
    from pipeline.simulate import Written
    from pipeline.simulator.base import Scenario

_NOW, _NONE = "now", "none"
_DEFAULT_END = "2026-03-02"
_DAY = 86_400


@click.command(
    short_help="Make up logs with labelled incidents.",
    epilog="""\b
Examples:
  edgesieve simulate -o sim
  edgesieve simulate -o sim --seed 7 --zones 20 --days 3 --scale 0.25
  edgesieve simulate -o sim --incidents I1,I2.retry --until now
  edgesieve redact sim/logs/ -o sim-safe/ --key-file sim/edgesieve.key

\b
Incidents, by kind (docs/simulate.md lists every row):
  I1  a Worker asks a host that it should not      I2  a user's credential at a backend
  I3  bursts of 429                                I4  one user gets what is another's
  I5  a stolen token changes the account           I6  errors since a compatibility date
  I7  a secret in a log
""",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder for logs, labels and configuration; must be missing or empty.",
)
@click.option("--seed", type=click.IntRange(0), default=1, metavar="N", help="The same seed gives the same logs; 1.")
@click.option("--zones", type=click.IntRange(1, 1000), default=5, metavar="N", help="Zones; 5.")
@click.option("--days", type=click.FloatRange(1 / 24, 366), default=1.0, metavar="N", help="Days, or parts of one; 1.")
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 1000),
    default=1.0,
    metavar="R",
    help="1 is about 40,000 records a zone and day; incidents come on top.",
)
@click.option(
    "--until",
    default=_DEFAULT_END,
    metavar="now|DATE",
    help=f"When the logs end: now, a date, or a time as in RFC 3339; {_DEFAULT_END}.",
)
@click.option("--incidents", metavar="LIST|none", help="Kinds or rows, with commas between them; all unless said.")
def simulate(output: Path, incidents: str | None, until: str, days: float, **numbers: float) -> None:
    """Make up logs of edge, backends and accounts, with incidents and what only looks like one.

    DIR gets logs/ (as log jobs leave them in a bucket, gzip), labels.jsonl (what happened, where and when, and which
    requests show it), edgesieve.toml, edgesieve.key and secrets/ (what the owner of the zones knows).
    """
    from pipeline.simulate import write
    from pipeline.simulator.base import Scenario
    from pipeline.simulator.simulation import Simulation

    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        message = "-o: exists and is not empty; right would be the name of a new folder"
        raise click.UsageError(message)
    length = round(days * _DAY)
    scenario = Scenario(
        seed=int(numbers["seed"]),
        start=_end(until) - length,
        length=length,
        zones=int(numbers["zones"]),
        scale=numbers["scale"],
        incidents=_rows(incidents),
    )
    with progress(shown=sys.stderr.isatty(), in_bytes=False) as on_progress:
        written = write(Simulation(scenario), output, on_progress)
    click.echo(_what_happens(written))
    for line in _summary(written, scenario, output):
        say(line)


def _end(until: str) -> int:
    """Return the end of the logs in seconds since 1970."""
    if until == _NOW:
        return int(time.time())
    try:
        moment = datetime.fromisoformat(until)
    except ValueError:
        message = "--until: no date; right would be now, 2026-03-02 or 2026-03-02T09:14:00Z"
        raise click.UsageError(message) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _rows(names: str | None) -> tuple[str, ...] | None:
    """Return the names of rows or kinds of incidents that were asked for; None for all."""
    from pipeline.simulator.incidents import INCIDENTS

    if names is None or names == _NONE:
        return None if names is None else ()
    asked = tuple(each.strip() for each in names.split(","))
    known = {each.name for each in INCIDENTS} | {each.kind for each in INCIDENTS}
    for name in asked:
        if name not in known:
            message = f"--incidents: no incident has this name; right would be {nearest(name, known)}, or none"
            raise click.UsageError(message)
    return asked


def _what_happens(written: Written) -> str:
    rows = [
        (
            each.kind,
            each.detector,
            each.difficulty or "benign",
            each.expect,
            each.zone or each.account,
            f"{datetime.fromtimestamp(each.start // 1_000_000_000, UTC):%Y-%m-%d %H:%M}",
        )
        for each in written.labels
    ]
    return table(("what", "detector", "how hard", "expected", "where", "begins (UTC)"), rows)


def _summary(written: Written, scenario: Scenario, output: Path) -> Iterator[str]:
    size = f"{written.bytes_plain / 1e6:,.0f} MB, {written.bytes_stored / 1e6:,.0f} MB as stored"
    yield f"{many(written.records.total(), 'record')} in {many(written.objects, 'object')}, {size}: {output}/logs/"
    yield ", ".join(f"{name} {count:,}" for name, count in sorted(written.records.items()))
    harmless = sum(not each.difficulty for each in written.labels)
    yield f"{many(len(written.labels) - harmless, 'incident')}, {harmless} benign: {output}/labels.jsonl"
    shown = {each.kind for each in written.labels}
    kinds = {each.partition(".")[0] for each in shown}
    missing = [each for each in scenario.incidents or () if each not in shown | kinds]
    if missing:
        yield f"no zone or no time for: {', '.join(missing)}; right would be more zones or days"
    yield f"make them safe: edgesieve redact {output}/logs/ -o {output}-safe/ --key-file {output}/edgesieve.key"
