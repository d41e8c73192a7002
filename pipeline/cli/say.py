"""Lines for people: errors and notes on stderr, tables on stdout. No value of a record is ever among them."""

from __future__ import annotations

from collections.abc import Sequence

import click


def say(text: str) -> None:
    """Write each line of a text to stderr under the program's name."""
    for line in text.splitlines():
        click.echo(f"edgesieve: {line}", err=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Set rows in columns under their heads.

    >>> print(table(("id", "n"), [("ab", "1"), ("c", "22")]))
    id  n
    ab  1
    c   22
    """
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return "\n".join(line.rstrip() for line in lines)


def many(count: int, thing: str, things: str = "") -> str:
    """Count things in words.

    >>> many(1, "line"), many(12000, "line"), many(2, "redaction by family", "redactions by family")
    ('1 line', '12,000 lines', '2 redactions by family')
    """
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"
