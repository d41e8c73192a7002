"""The last look: what leaves is scanned as it leaves, and a line that still holds a secret is taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

from redactors.base import Value
from redactors.hits import Hits

_MAX_ROUNDS = 8


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


def rescan(
    block: bytes, suspects: Iterable[tuple[int, int]], hits: Hits, dataset_of: Callable[[int], str]
) -> Rescanned:
    """Mark what the rules find in any string or name of the lines that a scan of the block suspects.

    `dataset_of` tells the dataset of a row, for the count.
    """
    made: list[bytes] = []
    changed: list[int] = []
    dropped: list[int] = []
    done = row = 0
    for start, end, numbers in _lines(block, suspects):
        row += block.count(b"\n", done, start)
        made.append(block[done:start])
        line = block[start:end]
        hits.dataset = dataset_of(row)
        try:
            safe = mark_line(line, numbers, hits)
        except (UnscrubbableError, ValueError, RecursionError):
            dropped.append(row)
        else:
            made.append(safe)
            if safe is not line:
                changed.append(row)
        done, row = end, row + 1
    made.append(block[done:])
    return Rescanned(b"".join(made), tuple(changed), tuple(dropped))


def _lines(block: bytes, suspects: Iterable[tuple[int, int]]) -> list[tuple[int, int, set[int]]]:
    """Return start, end (behind the newline) and the numbers of the rules that fired, for each line with a suspect."""
    found: list[tuple[int, int, set[int]]] = []
    line_end = -1
    for offset, number in sorted(suspects):
        if offset > line_end:
            line_start = block.rfind(b"\n", 0, offset) + 1
            line_end = block.find(b"\n", offset) + 1 or len(block)
            found.append((line_start, line_end, {number}))
        else:
            found[-1][2].add(number)
    return found


def mark_line(line: bytes, numbers: Iterable[int], hits: Hits) -> bytes:
    """Mark the hits of these rules in a serialised line, then scan it again; the same object if nothing was found."""
    safe = line
    fired = set(numbers)
    shadow = [number for number in fired if hits.rules.rules[number].state != "active"]
    if shadow:
        hits.count_shadow("\n".join(strings_of(orjson.loads(line))), shadow)
        fired.difference_update(shadow)
    for _ in range(_MAX_ROUNDS):
        marked = _mark_once(safe, fired, hits)
        if marked is None:
            return safe
        safe = marked
        fired = {number for _, number in hits.rules.scan(safe)}.difference(shadow)
        if not fired:
            return safe
    raise UnscrubbableError


def _mark_once(line: bytes, numbers: set[int], hits: Hits) -> bytes | None:
    """Mark what these rules find, by putting another literal in the place of a string; None if they find nothing."""
    strings = strings_of(orjson.loads(line))
    spans = hits.rules.confirm("\n".join(strings), numbers)
    if not spans:
        return None
    marked = line
    for text in _holding(strings, [span.start for span in spans]):
        safe = hits.mark(text, numbers)
        if safe != text:
            marked = marked.replace(orjson.dumps(text), orjson.dumps(safe))
    if marked == line:
        return None
    orjson.loads(marked)
    return marked


def _holding(strings: list[str], places: list[int]) -> set[str]:
    """Return the strings in which these places lie, given where they lie in the strings joined by a line feed."""
    found: set[str] = set()
    end = 0
    waiting = iter(places)
    place = next(waiting, None)
    for text in strings:
        end += len(text) + 1
        while place is not None and place < end:
            found.add(text)
            place = next(waiting, None)
    return found


def strings_of(value: Value) -> list[str]:
    """Return every string in a value, names included."""
    found: list[str] = []
    stack = [value]
    while stack:
        each = stack.pop()
        if each.__class__ is str:
            found.append(each)
        elif each.__class__ is dict:
            found.extend(each)
            stack.extend(each.values())
        elif each.__class__ is list:
            stack.extend(each)
    return found
