"""Rows of CSV and TSV: where each ends, though there are line feeds in quotes, and which delimiter they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pipeline.base import Limits
from pipeline.forms.cells import DELIMITERS, Dialect, dialect, row_of
from pipeline.forms.parts import Dead, Frame, Item, Part, Pause
from pipeline.forms.reader import Reader

_PAUSE = Pause()

_Row = tuple[tuple[str, ...], str, str, bytes]
"""Cells, delimiter and line end; and the row as it came."""


class Rows:
    """The form of a stream of rows.

    Their delimiter is the one by which the first row that has as many cells as there are columns has them.
    """

    __slots__ = ("_columns", "_limits", "_nested")

    def __init__(self, columns: tuple[str, ...], nested: Collection[int], limits: Limits) -> None:
        """Take the names of the columns, and the positions of those whose cells may hold JSON."""
        self._columns = columns
        self._nested = nested
        self._limits = limits

    def parts(self, pieces: Iterable[bytes]) -> Iterator[Part]:
        """Cut a stream. A first row that names the columns is a header, and leaves as it is; blank lines are left out.

        What is no row, by its quotes, dies to the end of its line, and rows are looked for from there on.
        """
        reader = Reader(pieces)
        search = _Search(reader, len(self._columns), self._limits.line_bytes)
        first = True
        while True:
            if not reader.held:
                yield _PAUSE
                if not reader.more():
                    break
            line, offset = reader.line, reader.offset
            found = search.row()
            if isinstance(found, str):
                yield Dead(line, offset, found)
            elif found:
                cells, *_, raw = found
                if first and names_in(cells) == self._columns:
                    yield Frame(raw)
                else:
                    yield self._item(line, offset, found)
            first = first and found is None
        if reader.error and not search.told:
            yield Dead(reader.line, reader.offset, reader.error)

    def _item(self, line: int, offset: int, found: _Row) -> Item | Dead:
        cells, delimiter, end, _ = found
        try:
            row = row_of(self._columns, self._nested, cells, delimiter, end)
        except RecursionError:
            return Dead(line, offset, "too_deep")
        except ValueError:
            return Dead(line, offset, "not_json")
        return Item(line, offset, b"", row.text, row.write)


def names_in(cells: Iterable[str]) -> tuple[str, ...]:
    """Return the names in the cells of a header, quoted or not."""
    return tuple(cell.strip('"') for cell in cells)


class _End(NamedTuple):
    """How far a row can be read by one dialect."""

    at: int
    line_end: bytes | None
    """What ends it there; None where it breaks off."""
    unfinished: bool
    """More bytes could make it whole, or longer."""


class _Search:
    """Looks for the row that begins with the first byte that is held."""

    __slots__ = ("_columns", "_dialects", "_longest", "_reader", "told")

    def __init__(self, reader: Reader, columns: int, longest: int) -> None:
        self._reader = reader
        self._columns = columns
        self._longest = longest
        self._dialects = [*map(dialect, DELIMITERS)]
        """Those that the rows may have."""
        self.told = False
        """The place where the stream broke off was told of."""

    def row(self) -> _Row | str | None:
        """Take the row; return None for a blank line, and the reason of a dead row."""
        ends = self._ends()
        while any(end.unfinished for end in ends) and len(self._reader.held) <= self._longest:
            if not self._reader.more_of(len(self._reader.held)):
                ends = self._last(ends)
                break
            ends = self._ends()
        else:
            if max(len(self._reader.held) if end.unfinished else end.at for end in ends) > self._longest:
                return self._dead("line_too_long")
        return self._choose(ends)

    def _ends(self) -> list[_End]:
        return [_end(self._reader.held, each) for each in self._dialects]

    def _last(self, ends: list[_End]) -> list[_End]:
        """Tell how the last row of a stream ends: it may lack its line feed."""
        whole = not self._reader.error
        return [
            _End(end.at, b"", unfinished=False) if whole and end.at == len(self._reader.held) else end for end in ends
        ]

    def _choose(self, ends: list[_End]) -> _Row | str | None:
        whole = [(by, end.at, end.line_end) for by, end in zip(self._dialects, ends, strict=True)]
        for by, at, line_end in whole:
            if line_end is not None and at:
                cells = by.cells(bytes(self._reader.held[:at]))
                if len(cells) == self._columns:
                    self._dialects = [by]
                    return cells, by.delimiter, line_end.decode(), self._reader.take(at + len(line_end))
        for _, at, line_end in whole:
            if line_end is not None:
                self._reader.take(at + len(line_end))
                return "wrong_columns" if at else None
        self.told = bool(self._reader.error) and any(end.unfinished for end in ends)
        return self._dead(self._reader.error if self.told else "not_csv")

    def _dead(self, reason: str) -> str:
        self._reader.drop_line()
        return reason


def _end(held: bytearray, by: Dialect) -> _End:
    found = by.begun.match(held)
    at = found.end() if found else 0
    behind = bytes(held[at : at + 2])
    if behind[:1] == b"\n":
        return _End(at, b"\n", unfinished=False)
    if behind == b"\r\n":
        return _End(at, behind, unfinished=False)
    begins_cell = at == 0 or held.startswith(by.delimiter.encode(), at - 1)
    return _End(at, None, unfinished=behind in (b"", b"\r") or (behind[:1] == b'"' and begins_cell))
