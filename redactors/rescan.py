"""The last look: what leaves is scanned as it leaves, and a line that still holds a secret is taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson

from redactors.base import Value
from redactors.density import most_marks
from redactors.hits import Hits
from redactors.lines import count_lines
from redactors.planned import unique

Suspect = tuple[int, int]
"""Where a match ends, and the number of the rule."""

_MAX_ROUNDS = 8
_PATIENT_ROUNDS = 4
"""After so many, a string in which more is found each time becomes a mark as a whole: its line must not be lost."""
_QUOTE, _BACKSLASH, _COLON = b'"\\:'
_REST = b'"[token]"'
"""What stands for strings behind too many that were marked in one line."""


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


def rescan(block: bytes, suspects: Iterable[Suspect], hits: Hits, turn_to: Callable[[int], None]) -> Rescanned:
    """Mark what the rules find in any string or name of the lines that a scan of the block suspects.

    `turn_to` is called before each row that is taken up, so that it is counted and marked as what it is.
    """
    made: list[bytes | memoryview] = []
    changed: list[int] = []
    dropped: list[int] = []
    done = row = 0
    view = memoryview(block)
    for start, end, fired in _lines(block, suspects):
        row += count_lines(block, done, start)
        made.append(view[done:start])
        line = block[start:end]
        turn_to(row)
        try:
            safe = mark_line(line, [(offset - start, number) for offset, number in fired], hits)
        # Whatever a line does to the code, it dies alone, and the others of its block leave.
        except Exception:  # noqa: BLE001
            dropped.append(row)
        else:
            made.append(safe)
            if safe is not line:
                changed.append(row)
        done, row = end, row + 1
    made.append(view[done:])
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


def mark_line(line: bytes, suspects: list[Suspect], hits: Hits, *, leaves: bool = True) -> bytes:
    """Mark what the rules find at these places of a serialised line, then scan it again; the same object if nothing.

    A line that does not leave yet counts no rules in shadow: they are counted when it does.

    Raises:
        UnscrubbableError: the line still holds a secret after every round.

    """
    safe = line
    for turn in range(_MAX_ROUNDS):
        whole = turn >= _PATIENT_ROUNDS
        marked = _mark_once(safe, suspects, hits, count_shadow=leaves and turn == 0, whole=whole)
        if marked is None:
            return safe
        safe = marked
        suspects = _of_rules(hits.rules.scan(safe), hits)
        if not suspects:
            return safe
    raise UnscrubbableError


def _mark_once(
    line: bytes, suspects: list[Suspect], hits: Hits, *, count_shadow: bool, whole: bool = False
) -> bytes | None:
    """Put another literal in the place of each string in which the rules find something; None if they find nothing.

    `whole` puts one mark in the place of such a string.
    """
    found: dict[tuple[int, int], set[int]] = {}
    fired: set[int] = set()
    start = end = 0
    for offset, number in sorted(suspects):
        if not start + 1 < offset <= end:
            place = literal_at(line, offset)
            if place is None:
                return _mark_record(line, {each for _, each in suspects}, hits, count_shadow=count_shadow)
            start, end = place
            fired = found.setdefault(place, set())
        fired.add(number)
    made: list[bytes] = []
    done, most = 0, most_marks(len(line))
    for (start, end), numbers in sorted(found.items()):
        is_value = line[end] != _COLON
        if is_value and len(made) >= 2 * most:
            made += (line[done:start], _REST)
            done = end
            continue
        text = orjson.loads(line[start:end])
        if count_shadow:
            hits.count_shadow(text, numbers)
        safe = hits.mark(text, numbers)
        if safe != text:
            rest = _REST if is_value else orjson.dumps(hits.marker.keyed("token", text))
            made += (line[done:start], rest if whole else orjson.dumps(safe))
            done = end
    if not made:
        return None
    marked = b"".join((*made, line[done:]))
    orjson.loads(marked)
    return marked


def _mark_record(line: bytes, numbers: set[int], hits: Hits, *, count_shadow: bool) -> bytes | None:
    """Mark what these rules find in every string and name of a record, where places in its bytes do not tell enough."""
    record = json.loads(line)
    if count_shadow:
        hits.count_shadow(json.dumps(record, ensure_ascii=False), numbers)
    made = json.dumps(_marked(record, numbers, hits), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    return None if made == line or json.loads(made) == record else made


def mark_document(document: bytes, hits: Hits) -> bytes:
    """Mark what the rules find in the strings and names of a JSON text in a record; the same object if nothing.

    Raises:
        UnscrubbableError: it still holds a secret after every round.

    """
    suspects = hits.rules.scan(document)
    return mark_line(document, _of_rules(suspects, hits), hits, leaves=False) if suspects else document


def _of_rules(suspects: list[Suspect], hits: Hits) -> list[Suspect]:
    """Leave out what guard patterns found."""
    return [each for each in suspects if each[1] < len(hits.rules.rules)]


def _marked(value: Value, numbers: set[int], hits: Hits) -> Value:
    if isinstance(value, str):
        return hits.mark(value, numbers)
    if isinstance(value, dict):
        return unique([(hits.mark(name, numbers), _marked(inner, numbers, hits)) for name, inner in value.items()])
    return [_marked(inner, numbers, hits) for inner in value] if isinstance(value, list) else value


def literal_at(line: bytes, end: int) -> tuple[int, int] | None:
    """Return where the JSON string stands in which a match ends; None where the bytes around do not tell.

    >>> literal_at(b'{"a":"xyz","b":1}', 8)
    (5, 10)
    """
    last = end - 1
    close = last if line[last] == _QUOTE and not _is_escaped(line, last) else _quote_after(line, end)
    start = line.rfind(b'"', 0, close)
    while start >= 0 and _is_escaped(line, start):
        start = line.rfind(b'"', 0, start)
    if start < 1 or close < 0 or line[start - 1] not in b"{[,:" or line[close + 1] not in b",:]}":
        return None
    return start, close + 1


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
