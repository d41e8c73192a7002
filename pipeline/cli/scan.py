"""`edgesieve scan`: are there secrets in these files?"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.base import ReadError
from pipeline.cli.exits import DONE, IO, NO, worst
from pipeline.cli.options import config_option, key_file_option, read_settings, this_users_cache
from pipeline.cli.say import many, say
from pipeline.inputs import STANDARD_INPUT, printable
from pipeline.sources.files import failure, read
from pipeline.sources.trees import files_below

if TYPE_CHECKING:
    from pipeline.scanning.scan import Hit, Scan
    from pipeline.start import Parts

_NAMED = 10
"""Rules named at the end."""


class _Seen:
    """What a run has seen."""

    def __init__(self) -> None:
        self.files = self.no_text = 0
        self.hits: Counter[str] = Counter()
        """By rule."""
        self.shadow: Counter[str] = Counter()
        self.errors: list[str] = []


@click.command(
    epilog="""\b
Examples:
  edgesieve scan .
  edgesieve scan dist/ wrangler.toml && npx wrangler deploy
  edgesieve scan .env dist/ --key-file edgesieve.key
  edgesieve scan . --config edgesieve.toml --format sarif > edgesieve.sarif
"""
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "sarif"]),
    default="text",
    help="A line for each hit, or one SARIF 2.1.0 log; text unless said.",
)
@config_option
@key_file_option
def scan(paths: tuple[str, ...], form: str, config: Path | None, key_file: Path | None) -> int:
    """Scan files for secrets; exit 1 on a hit. Folders are walked, without .git and node_modules.

    Tells rule, file, line, column and length, never the secret; with a key ring its mark, as it stands in logs.
    """
    from pipeline.start import prepare

    parts = prepare(read_settings(config), this_users_cache(), key_file)
    if STANDARD_INPUT in paths and sys.stdin.isatty():
        say("reading standard input; Ctrl-D ends it")
    seen = _Seen()
    hits = _hits(paths, parts, seen)
    if form == "sarif":
        from pipeline.scanning.sarif import to_sarif

        families = {rule.id: rule.family for rule in parts.rules}
        click.echo(json.dumps(to_sarif(list(hits), families, seen.errors), indent=2))
    else:
        for path, hit in hits:
            click.echo(_line(path, hit))
    for line in _summary(seen):
        say(line)
    return worst((NO if seen.hits else DONE, IO if seen.errors else DONE))


def _hits(paths: tuple[str, ...], parts: Parts, seen: _Seen) -> Iterator[tuple[str, Hit]]:
    """Yield the hits of active rules, file by file, and count all that is seen."""
    scanner = _scanner(parts)
    unlisted: list[OSError] = []
    empty: list[str] = []
    for path in files_below(paths, unlisted, empty):
        shown = scanner.shown(path)
        try:
            for hit in _hits_of_file(path, scanner, seen):
                if hit.state == "active":
                    seen.hits[hit.rule] += 1
                    yield shown, hit
                else:
                    seen.shadow[hit.rule] += 1
        except ReadError as error:
            seen.errors.append(str(error))
    seen.errors += [failure(str(error.filename), error) for error in unlisted]
    for folder in empty:
        say(f"{printable(folder)}: no file was found in this folder")


def _scanner(parts: Parts) -> Scan:
    from pipeline.scanning.scan import Scan
    from pipeline.start import build_rules
    from redactors.marks import Marker

    # Keys of tenants make other marks for each: which one a file belongs to, nobody says.
    followed = parts.ring is not None and parts.policy.scope == "global"
    marker = Marker(parts.ring, (rule.id for rule in parts.rules)) if followed else None
    return Scan(build_rules(parts), marker)


def _hits_of_file(path: str, scanner: Scan, seen: _Seen) -> Iterator[Hit]:
    from pipeline.scanning.assignments import is_settings
    from pipeline.scanning.scan import decoded

    texts = decoded(read(path))
    seen.files += 1
    if texts is None:
        seen.no_text += 1
    else:
        # What comes by a pipe has no name: it may be settings.
        yield from scanner.hits(texts, settings=path == STANDARD_INPUT or is_settings(Path(path).name))


def _line(path: str, hit: Hit) -> str:
    place = f"{'stdin' if path == STANDARD_INPUT else printable(path)}:{hit.start.line}:{hit.start.column}"
    return f"{place}: {hit.rule}, {many(hit.length, 'character')}{f', {hit.mark}' if hit.mark else ''}"


def _summary(seen: _Seen) -> Iterator[str]:
    most = [f"{rule} {count:,}" for rule, count in seen.hits.most_common(_NAMED)]
    found = ", ".join((*most, "…") if len(seen.hits) > _NAMED else most)
    without = f", {seen.no_text:,} of them no text and not scanned" if seen.no_text else ""
    secrets = f"{many(seen.hits.total(), 'secret')}: {found}" if found else "no secret"
    yield f"{many(seen.files, 'file')}{without}; {secrets}"
    if seen.shadow:
        yield f"in shadow: {', '.join(f'{rule} {count:,}' for rule, count in seen.shadow.most_common())}"
    yield from seen.errors
