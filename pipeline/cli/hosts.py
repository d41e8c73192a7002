"""`edgesieve hosts`: a URL or host a line in; internal, external or invalid a line out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.cli.arriving import LONGEST_LINE, whole_lines


@click.command(
    short_help="Tell hosts inside from hosts outside.",
    epilog="""\b
Examples:
  edgesieve hosts urls.txt
  printf '%s\\n' http://0x7f.1/ https://shop.example 1.2.3.4.5 | edgesieve hosts
  edgesieve hosts urls.txt > words.txt
""",
)
@click.argument("path", default="-", type=click.Path(dir_okay=False, path_type=Path))
def hosts(path: Path) -> None:
    """Read a URL or host a line from PATH or stdin, and print one of three words for each.

    internal: it leads inside: private, loopback, link-local, reserved and metadata addresses in every spelling, names
    that only resolve inside, public names with such an address in them, local files. external: it leads outside.
    invalid: no host by the URL standard, or none that DNS can hold.
    """
    if str(path) == "-":
        _tell(sys.stdin.fileno())
        return
    with path.open("rb") as file:
        _tell(file.fileno())


def _tell(descriptor: int) -> None:
    """Answer each line as soon as it is there; a broken byte is U+FFFD, which no host can hold."""
    from detectors.host_classes import Verdict
    from detectors.hosts import canonical

    for lines in whole_lines(descriptor):
        words = [canonical(line).verdict if len(line) <= LONGEST_LINE else Verdict.INVALID for line in lines]
        sys.stdout.buffer.write("\n".join((*words, "")).encode())
        sys.stdout.buffer.flush()
