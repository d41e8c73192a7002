"""The lenient reading: lines that the fast parser refuses, or would change, read and written exactly.

Lone surrogates and invalid UTF-8 become the replacement character; NaN, infinities and numbers beyond the range of a
float become null; integers of any size stay exact. What even this does not read is a dead letter.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from redactors.base import Record, Value
from redactors.planned import unique

_SURROGATE = re.compile("[\ud800-\udfff]")


class DeadLineError(Exception):
    """A line that cannot be made safe; carries one of `pipeline.base.DEAD_REASONS`."""

    def __init__(self, reason: str) -> None:
        """Keep the reason; nothing of the line."""
        super().__init__(reason)
        self.reason = reason


_FRAMES_A_LEVEL = 12


@contextmanager
def room_for(depth: int) -> Iterator[None]:
    """Let Python call as deep as a record of this depth needs; elsewhere its own limit stands."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, before + depth * _FRAMES_A_LEVEL))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def read(line: bytes, depth: int) -> Record:
    """Read one line leniently.

    Raises:
        DeadLineError: it is no JSON, no object, nested deeper than `depth`, or holds a number of thousands of digits.

    """
    text = line.decode("utf-8", "replace")
    try:
        value = json.loads(text, strict=False, parse_constant=_nothing, parse_float=_finite)
    except json.JSONDecodeError:
        _dead("not_json")
    except ValueError:
        _dead("number_out_of_range")
    except RecursionError:
        _dead("too_deep")
    if not isinstance(value, dict):
        _dead("not_object")
    if is_deeper(value, depth):
        _dead("too_deep")
    record = _whole_letters(value) if "\\u" in text else value
    return record if isinstance(record, dict) else {}


def write(record: Record) -> bytes:
    """Write one record as a line: compact, with exact integers."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def is_deeper(value: Value, depth: int) -> bool:
    """Tell whether containers are nested deeper than `depth`."""
    level = [value]
    for _ in range(depth + 1):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def _whole_letters(value: Value) -> Value:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return unique([(_whole_letters(name), _whole_letters(inner)) for name, inner in value.items()])
    if isinstance(value, list):
        return [_whole_letters(inner) for inner in value]
    return value


def _nothing(_word: str) -> None:
    return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _dead(reason: str) -> NoReturn:
    raise DeadLineError(reason)
