"""The last look: what leaves is scanned as it leaves, and a line that still holds a secret is taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

from redactors.base import Value
from redactors.hits import Hits

Suspect = tuple[int, int]
"""Where a match ends, and the number of the rule."""

_MAX_ROUNDS = 8
_QUOTE, _BACKSLASH = b'"\\'


class UnscrubbableError(Exception):
    """A line still holds a secret after every round."""


@dataclass(frozen=True, slots=True)
class Rescanned:
    """A block after the last look."""

    block: bytes
    changed: tuple[int, ...]
    """Rows, from 0, in which something was marked."""
    dropped: tuple[int, ...]
    """Rows taken out, since they could not be made safe."""


def rescan(block: bytes, suspects: Iterable[Suspect], hits: Hits, dataset_of: Callable[[int], str]) -> Rescanned:
    """Mark what the rules find in any string or name of the lines that a scan of the block suspects.

    `dataset_of` tells the dataset of a row, for the count.
    """
    made: list[bytes] = []
    changed: list[int] = []
    dropped: list[int] = []
    done = row = 0
    for start, end, fired in _lines(block, suspects):
        row += block.count(b"\n", done, start)
        made.append(block[done:start])
        line = block[start:end]
        hits.dataset = dataset_of(row)
        try:
            safe = mark_line(line, [(offset - start, number) for offset, number in fired], hits)
        except (UnscrubbableError, ValueError, RecursionError):
            dropped.append(row)
        else:
            made.append(safe)
            if safe is not line:
                changed.append(row)
        done, row = end, row + 1
    made.append(block[done:])
    return Rescanned(b"".join(made), tuple(changed), tuple(dropped))


def _lines(block: bytes, suspects: Iterable[Suspect]) -> list[tuple[int, int, list[Suspect]]]:
    """Return start, end (behind the line feed) and suspects of each line that has one."""
    found: list[tuple[int, int, list[Suspect]]] = []
    line_end = -1
    for suspect in sorted(suspects):
        if suspect[0] > line_end:
            line_start = block.rfind(b"\n", 0, suspect[0]) + 1
            line_end = block.find(b"\n", suspect[0]) + 1 or len(block)
            found.append((line_start, line_end, []))
        found[-1][2].append(suspect)
    return found


def mark_line(line: bytes, suspects: list[Suspect], hits: Hits) -> bytes:
    """Mark what the rules find at these places of a serialised line, then scan it again; the same object if nothing.

    Raises:
        UnscrubbableError: the line still holds a secret after every round.

    """
    safe = line
    for turn in range(_MAX_ROUNDS):
        marked = _mark_once(safe, suspects, hits, count_shadow=turn == 0)
        if marked is None:
            return safe
        safe = marked
        suspects = [each for each in hits.rules.scan(safe) if each[1] < len(hits.rules.rules)]
        if not suspects:
            return safe
    raise UnscrubbableError


def _mark_once(line: bytes, suspects: list[Suspect], hits: Hits, *, count_shadow: bool) -> bytes | None:
    """Put another literal in the place of each string in which the rules find something; None if they find nothing."""
    found: dict[bytes, set[int]] = {}
    for offset, number in suspects:
        literal = literal_at(line, offset)
        for each in all_literals(line) if literal is None else (literal,):
            found.setdefault(each, set()).add(number)
    marked = line
    for literal, numbers in found.items():
        text = orjson.loads(literal)
        if count_shadow:
            hits.count_shadow(text, numbers)
        safe = hits.mark(text, numbers)
        if safe != text:
            marked = marked.replace(literal, orjson.dumps(safe))
    if marked == line:
        return None
    orjson.loads(marked)
    return marked


def literal_at(line: bytes, end: int) -> bytes | None:
    """Return the JSON string in which a match ends; None where the bytes around do not tell.

    >>> literal_at(b'{"a":"xyz","b":1}', 8)
    b'"xyz"'
    """
    last = end - 1
    close = last if line[last] == _QUOTE and not _is_escaped(line, last) else _quote_after(line, end)
    start = line.rfind(b'"', 0, close)
    while start >= 0 and _is_escaped(line, start):
        start = line.rfind(b'"', 0, start)
    if start < 1 or close < 0 or line[start - 1] not in b"{[,:" or line[close + 1] not in b",:]}":
        return None
    return line[start : close + 1]


def _quote_after(line: bytes, at: int) -> int:
    close = line.find(b'"', at)
    while close >= 0 and _is_escaped(line, close):
        close = line.find(b'"', close + 1)
    return close


def _is_escaped(line: bytes, at: int) -> bool:
    before = at
    while before and line[before - 1] == _BACKSLASH:
        before -= 1
    return (at - before) % 2 == 1


def all_literals(line: bytes) -> list[bytes]:
    """Return every string of a serialised record as a literal, names included."""
    found: list[bytes] = []
    stack: list[Value] = [orjson.loads(line)]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            found.append(orjson.dumps(each))
        elif isinstance(each, dict):
            found.extend(map(orjson.dumps, each))
            stack.extend(each.values())
        elif isinstance(each, list):
            stack.extend(each)
    return found
