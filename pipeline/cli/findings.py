"""`edgesieve findings`: what the detectors said, for people or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import config_option, read_settings
from pipeline.inputs import STANDARD_INPUT, printable

if TYPE_CHECKING:
    from pipeline.findings_file import Shown


@click.command(
    short_help="Show what the detectors found.",
    epilog="""\b
Examples:
  edgesieve redact logs/ -o safe/ --key-file edgesieve.key --findings findings.ndjson
  edgesieve findings findings.ndjson
  edgesieve findings findings.ndjson --id 30acb86e
  edgesieve findings findings.ndjson --json | jq 'select(.severity == "high")'
""",
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--id", "name", metavar="ID", help="Show one finding in full; the first letters of its id are enough.")
@click.option("--json", "as_json", is_flag=True, help="Print the last version of each finding, a JSON object a line.")
@config_option
def findings(file: str | None, name: str | None, config: Path | None, *, as_json: bool) -> None:
    """Show the findings in FILE: when they came, and one a line, the gravest first. - is stdin.

    FILE is what `redact --findings` wrote; unless said, that of [[findings]] in the configuration, whose
    [findings_names] are put in the place of marks.
    """
    from pipeline.cli.shown_findings import in_full, overview
    from pipeline.findings_file import last_versions, named, read_names

    settings = read_settings(config)
    path = file or (settings.findings and str(settings.findings))
    if not path:
        message = "no file of findings; right would be FILE, or --config FILE with [[findings]]"
        raise click.UsageError(message)
    with click.open_file(path, "rb") as opened:
        found = last_versions(opened, "stdin" if path == STANDARD_INPUT else printable(path))
    chosen = _chosen(found, name) if name else found
    if as_json:
        _print_json(chosen)
        return
    name_marks = partial(named, names=read_names(settings.names) if settings.names else {})
    for line in in_full(chosen[0], name_marks) if name else overview(chosen, name_marks):
        click.echo(line)


def _chosen(found: Sequence[Shown], name: str) -> Sequence[Shown]:
    chosen = [each for each in found if each["id"].startswith(name)]
    if len(chosen) != 1:
        how = "no finding has" if not chosen else f"{len(chosen)} findings have"
        message = f"--id: {how} an id that begins so; right would be one of the ids in the table"
        raise click.UsageError(message)
    return chosen


def _print_json(found: Sequence[Shown]) -> None:
    import orjson

    for each in found:
        sys.stdout.buffer.write(orjson.dumps(each, None, orjson.OPT_APPEND_NEWLINE))
