"""Cells of CSV and TSV (RFC 4180) and the JSON values they stand for, both ways; a quoted cell stays quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

import orjson

from pipeline.base import Limits
from pipeline.careful import room_for
from pipeline.forms.parts import ON_ONE_LINE
from redactors.base import Record, Value

DELIMITERS = ("\t", ",", "|", ";")
"""Those looked for, in this order: a tab seldom stands in a cell, so it comes first."""

_DEPTH = Limits().depth
_LITERALS: dict[str, Value] = {"": None, "null": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SURE_DIGITS = 19
"""No number of so many digits and signs is more than the fast parser keeps."""
_NESTED = re.compile(r'\s*(?:\{|\[\s*[\[\]{"0-9-])')
"""Begins JSON; a mark, which stands in brackets as well, does not."""
_NEEDS_QUOTES = re.compile(rf'["\r\n{"".join(DELIMITERS)}]')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are divided into cells."""

    delimiter: str
    begun: re.Pattern[bytes]
    """As many whole cells of a row as there are, and the delimiters between them."""
    cell: re.Pattern[str]
    """One cell, with a delimiter behind it."""

    def cells(self, row: bytes) -> tuple[str, ...]:
        """Return the cells, as they are spelt, of a row without its line end that `begun` has matched."""
        return tuple(self.cell.findall(row.decode("utf-8", "replace") + self.delimiter))


@cache
def dialect(delimiter: str) -> Dialect:
    r"""Return the dialect of a delimiter.

    >>> dialect(",").cells(b'1,"a,b",')
    ('1', '"a,b"', '')
    """
    sign = re.escape(delimiter)
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"\r\n{sign}]*+)'
    return Dialect(delimiter, re.compile(f"{cell}(?:{sign}{cell})*+".encode()), re.compile(f"({cell}){sign}"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of as many cells as there are names."""

    names: tuple[str, ...]
    cells: tuple[str, ...]
    delimiter: str
    end: str
    text: bytes
    """The row as one line of JSON."""
    inexact: Collection[int]
    """Cells that are always written anew: their bytes could be read in more than one way."""

    def write(self, safe: bytes) -> bytes:
        """Return the row of a safe line of JSON. Cells whose values have not changed are as they came."""
        cells: Sequence[str] = self.cells
        if self.inexact or safe.rstrip(b"\n") != self.text:
            # Numbers may have more digits than the fast parser keeps.
            wide = bool(self.inexact) or any(len(cell) > _SURE_DIGITS and cell[0] in "-0123456789" for cell in cells)
            before, after = (self._values(_read(line, wide=wide)) for line in (self.text, safe))
            cells = [
                cell if old == new and at not in self.inexact else _spell(new, quoted=cell.startswith('"'))
                for at, (cell, old, new) in enumerate(zip(cells, before, after, strict=True))
            ]
        return (self.delimiter.join(cells) + self.end).encode()

    def _values(self, record: Record) -> list[Value]:
        # By position: a name that is a secret itself was replaced by its mark. A field that is gone leaves its cell.
        return [*record.values()] if len(record) == len(self.names) else [record.get(name) for name in self.names]


def row_of(names: tuple[str, ...], nested: Collection[int], cells: tuple[str, ...], delimiter: str, end: str) -> Row:
    """Read a row; the cells at the positions `nested` may hold JSON, which is read as such.

    Raises:
        ValueError: a cell begins as JSON, and is none.
        RecursionError: JSON in a cell is too deep.

    """
    values = [cell[1:-1].replace('""', '"') if cell[:1] == '"' else _bare(cell) for cell in cells]
    inexact: set[int] = set()
    for at in nested:
        text = values[at]
        if isinstance(text, str) and _NESTED.match(text):
            values[at] = orjson.Fragment(text.encode().translate(ON_ONE_LINE))
            if not _is_exact(text):
                inexact.add(at)
    return Row(names, cells, delimiter, end, orjson.dumps(dict(zip(names, values, strict=True))), inexact)


def _bare(cell: str) -> Value:
    if cell in _LITERALS:
        return _LITERALS[cell]
    if _NUMBER.fullmatch(cell):
        return int(cell) if len(cell) <= _SURE_DIGITS and cell.isdigit() else orjson.Fragment(cell.encode())
    return cell


def _is_exact(nested: str) -> bool:
    """Tell whether JSON is spelt as it would be written: of two equal names in one object, say, only one is read."""
    try:
        return orjson.dumps(orjson.loads(nested)) == nested.encode()
    except ValueError:
        _lenient(nested)
        return False


def _read(line: bytes, *, wide: bool) -> Record:
    try:
        record: Record = _lenient(line.decode()) if wide else orjson.loads(line)
    except orjson.JSONDecodeError:
        record = _lenient(line.decode())
    return record


def _lenient(text: str) -> Value:
    with room_for(_DEPTH):
        return json.loads(text, strict=False)


def _spell(value: Value, *, quoted: bool) -> str:
    text = "" if value is None else value if isinstance(value, str) else _dump(value)
    if quoted or _NEEDS_QUOTES.search(text) or (isinstance(value, str) and _is_no_text(text)):
        text = text.replace('"', '""')
        return f'"{text}"'
    return text


def _dump(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_no_text(text: str) -> bool:
    """Tell whether a bare cell would be read as something else than a string; an empty one is nothing either way."""
    return bool(text) and (text in _LITERALS or _NUMBER.fullmatch(text) is not None)
