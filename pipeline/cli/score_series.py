"""`edgesieve score-series`: a value a line in; how surprising it is, by what came before, a line out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.arriving import LONGEST_LINE, whole_lines

_HEAD = ("timestamp", "value")
_LARGEST = 1e100
_MILLISECONDS = 1e11
"""Numbers from here on are milliseconds: as seconds they lie three thousand years ahead."""
_HALF = 5.0
"""The surprise that scores a half."""


@click.command(
    "score-series",
    short_help="Tell how surprising each value of a series is.",
    epilog="""\b
Examples:
  edgesieve score-series requests.csv > scores.csv
  printf 'timestamp,value\\n2026-03-02 00:00:00,12\\n2026-03-02 00:05:00,950\\n' | edgesieve score-series
""",
)
@click.argument("path", default="-", type=click.Path(dir_okay=False, path_type=Path))
def score_series(path: Path) -> None:
    """Read a CSV with the columns timestamp and value from PATH or stdin, and print a score from 0 to 1 for each row.

    A score rests on the rows before it alone, and is 0 where one of those shortly before was higher: what lasts is told
    once. A row that cannot be read gives an empty line.
    """
    if str(path) == "-":
        _tell(sys.stdin.fileno())
        return
    with path.open("rb") as file:
        _tell(file.fileno())


def _tell(descriptor: int) -> None:
    """Answer each row as soon as it is there."""
    from detectors.spikes import HoldOff, Series

    places: tuple[int, int] | None = None
    series, hold_off = Series(), HoldOff()
    for lines in whole_lines(descriptor):
        said: list[str] = []
        for cells in _cells(lines):
            if places is None:
                places = _places(cells)
                said.append("score")
                continue
            row = _row(cells, places)
            said.append("" if row is None else _score(hold_off.after(series.take(*row), series.values)))
        sys.stdout.buffer.write("\n".join((*said, "")).encode())
        sys.stdout.buffer.flush()
    if places is None:
        message = "the input is empty; right would be a first line with the names timestamp and value"
        raise click.UsageError(message)


def _cells(lines: Sequence[str]) -> Iterator[list[str]]:
    for line in lines:
        yield [cell.strip().strip('"') for cell in line.split(",")] if len(line) <= LONGEST_LINE else []


def _places(head: Sequence[str]) -> tuple[int, int]:
    names = [name.lower().removeprefix("\ufeff").strip('"') for name in head]
    if not all(name in names for name in _HEAD):
        message = "the first line does not name the columns; right would be timestamp,value"
        raise click.UsageError(message)
    return names.index(_HEAD[0]), names.index(_HEAD[1])


def _row(cells: Sequence[str], places: tuple[int, int]) -> tuple[int, float] | None:
    """Return second and value of a row; None if it has none that can be read."""
    try:
        second, value = _second(cells[places[0]]), float(cells[places[1]])
    except (ValueError, IndexError, OverflowError):
        return None
    return (second, value) if abs(value) <= _LARGEST else None


def _second(text: str) -> int:
    """Read a date and time (UTC where it names no zone), or seconds or milliseconds since 1970."""
    if text.replace(".", "", 1).isdigit():
        number = float(text)
        return int(number if number < _MILLISECONDS else number / 1000)
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _score(surprise: float) -> str:
    return f"{surprise / (surprise + _HALF):.6f}" if surprise > 0 else "0"
