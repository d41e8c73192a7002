"""A look at records of one list of field names, in the making: fields to read, raw or scrubbed, and code for columns.

Straight-line code, as in `redactors.straight`: at two dozen columns a record a loop would cost more than the detectors.
Each side that records can be of has code, and a shape of rows, of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.columns import COLUMNS, NOTHING, SCOPE, Later, Row, Shape
from detectors.facts import Facts
from redactors.base import Record
from redactors.datasets import Dataset

Before = Callable[[Record], Any]
"""Called before a record is scrubbed, for what must be seen raw; what it returns goes to `After` and nowhere else."""
After = Callable[[Record, Any], None]
"""Called with the scrubbed record; appends its rows. Neither ever raises."""
Code = str
Maker = Callable[["Look"], Code]
"""Writes the code of one column."""


@dataclass(slots=True)
class Surroundings:
    """What looking at a record needs beside the record."""

    facts: Facts
    hashed: Callable[[str], int]
    """A keyed hash of 64 bits."""
    clean: Callable[[str], str] = str
    """Marks what secret rules find in a text that the last look will not see."""
    identity: Callable[[str], str] = str
    """Makes the mark of an identity that the policy leaves unmarked."""
    met: set[str] | frozenset[str] = frozenset()
    """Fingerprints of marks that stood in the record as it came."""
    zone: str = ""
    account: str = ""
    """Of the batch, where records do not say."""
    redacted: bool = False
    """Marks in the records were put there by us."""
    faults: int = 0
    """Records that could not be looked at."""


PLACES: Final = "places"
"""Among the makers: the code of a list of places; each becomes a row of its own, with the place in `outbound`."""
_PLAIN = re.compile(r"(?:record\[)?k\d+\]?")
"""Code that needs no name."""


class Sheet:
    """What the code of all sides shares: constants, and what is read of the record as it came."""

    def __init__(self, dataset: Dataset, names: Sequence[str], around: Surroundings) -> None:
        """Take the names of the fields that the records have."""
        self.dataset = dataset
        self.around = around
        self.names = {name.lower(): name for name in names}
        self.scope: dict[str, Any] = {
            "Str": str,
            "Dict": dict,
            "Int": int,
            "Fault": Exception,
            "EMPTY": {},
            "typed": self._typed,
            "fault": self._fault,
        }
        self.raw: dict[Code, str] = {}
        self._constants: dict[tuple[type, object], str] = {}

    def constant(self, value: object) -> Code:
        """Give a value a name in the code."""
        known = (value.__class__, value if isinstance(value, str | tuple) else id(value))
        if known not in self._constants:
            self._constants[known] = f"k{len(self._constants)}"
            self.scope[self._constants[known]] = value
        return self._constants[known]

    def _typed(self, fingerprints: str) -> str:
        """Take away what a visitor typed, but for records that we redacted."""
        around = self.around
        parts = [fingerprints[start : start + 16] for start in range(0, len(fingerprints), 16)]
        return fingerprints if around.redacted else "".join(part for part in parts if part not in around.met)

    def _fault(self) -> None:
        self.around.faults += 1


class Look:
    """One look, at records of one side, in the making."""

    def __init__(self, sheet: Sheet, makers: Mapping[str, Maker], side: str, *, nested: bool = False) -> None:
        """Take the side; `nested` records stand in another."""
        self.dataset = sheet.dataset
        self.around = sheet.around
        self.side = side
        self.nested = nested
        self.constant = sheet.constant
        self._sheet = sheet
        self._makers = makers
        self._made: dict[str, str] = {}
        self._maps: dict[Code, str] = {}
        self._lines: list[str] = []

    def role(self, name: str) -> list[str]:
        """Return the fields of a role that the records have; `A.b` for one inside."""
        told = self.dataset.roles.get(name, ())
        told = told.get("field", ()) if isinstance(told, dict) else told
        return self.held([told] if isinstance(told, str) else told)

    def held(self, paths: Sequence[str]) -> list[str]:
        """Keep the fields that the records have."""
        return [path for path in paths if path.partition(".")[0].lower() in self._sheet.names]

    def call(self, act: Callable[..., Any], *codes: Code) -> Code:
        """Return the code that calls a function."""
        return f"{self.constant(act)}({', '.join(codes)})"

    def where(self, signs: Sequence[str], act: Callable[[Any], str], value: Code) -> Code:
        """Return the code that calls a function of a text only where one of these signs is in it; else it is empty."""
        telling = " or ".join(f"{sign!r} in {value}" for sign in signs)
        return f"({self.call(act, value)} if {value}.__class__ is Str and ({telling}) else '')"

    def safe(self, path: str) -> Code:
        """Return the code that reads a field of the scrubbed record."""
        field, *inside = path.split(".")
        if not inside:
            return self._top(field)
        first, *deeper = inside
        return self._inside(f"{self.map(field)}.get({self.constant(first)})", deeper)

    def raw(self, path: str, act: Callable[[Any], Any] | None = None) -> Code:
        """Return the code for a field as it came, or for what an act made of it then."""
        field, *inside = path.split(".")
        code = self._inside(self._top(field), inside)
        raw = self._sheet.raw
        return raw.setdefault(self.call(act, code) if act else code, f"r{len(raw)}")

    def _inside(self, code: Code, names: Sequence[str]) -> Code:
        for name in names:
            code = f"(v if (v := {code}).__class__ is Dict else EMPTY).get({self.constant(name)})"
        return code

    def map(self, field: str) -> Code:
        """Return the local name of a scrubbed map of headers or cookies: an empty one where there is something else."""
        code = self._top(field)
        if code not in self._maps:
            self._maps[code] = f"m{len(self._maps)}"
            self._lines.append(f"if ({self._maps[code]} := {code}).__class__ is not Dict: {self._maps[code]} = EMPTY")
        return self._maps[code]

    def column(self, name: str) -> Code:
        """Return the local name of a column; its code, if it needs one, is written at its first use."""
        if name not in self._made:
            code = self._makers[name](self) or self.constant(NOTHING[COLUMNS[name].type])
            self._made[name] = code if _PLAIN.fullmatch(code) else f"c_{name}"
            if code is not self._made[name]:
                self._lines.append(f"c_{name} = {code}")
        return self._made[name]

    def compile(self, columns: Mapping[str, frozenset[str]], later: Mapping[str, Later]) -> list[str]:
        """Write the code that appends rows of these columns; each is filled for the sides it is asked for."""
        asked = [name for name, sides in columns.items() if not sides or self.side in sides]
        local = {name: self.column(name) for name in asked}
        scope = self._sheet.scope
        same = {name: NOTHING[COLUMNS[name].type] for name in columns}
        same |= {name: scope[code] for name, code in local.items() if code in scope}
        told = {name: code for name, code in local.items() if name != "scope" and code not in scope}
        places = self._makers[PLACES](self) if "outbound" in asked else ""
        if places:
            told["outbound"] = local["outbound"]
        rows = [_row(self.constant(_shape(told, same, later, own=not self.nested)), local["scope"], told)]
        if places:
            shape = self.constant(_shape(told, same, later, own=False))
            rows.insert(0, f"for place in {places}: {_row(shape, local['scope'], told | {'outbound': 'place'})}")
        marked = [code for name, code in told.items() if COLUMNS[name].type == "marks"]
        typed = [f"if {self.constant(self.around)}.met: {'; '.join(f'{each} = typed({each})' for each in marked)}"]
        return [*self._lines, *(typed if marked else ()), *rows]

    def _top(self, field: str) -> Code:
        return f"record[{self.constant(self._sheet.names[field.lower()])}]"


def _row(shape: Code, scope: Code, told: Mapping[str, Code]) -> Code:
    return f"append(({shape}, {', '.join((scope, *told.values()))},))"


def _shape(told: Mapping[str, Code], same: Mapping[str, str | int], later: Mapping[str, Later], *, own: bool) -> Shape:
    places = {"scope": SCOPE, **{name: at for at, name in enumerate(told, SCOPE + 1)}}
    alike = {name: value for name, value in same.items() if name not in places}
    return Shape(own, alike, places, {name: later[name] for name in told if name in later})


def compile_look(
    sheet: Sheet,
    makers: Mapping[str, Maker],
    later: Mapping[str, Later],
    columns: Mapping[str, frozenset[str]],
    rows: list[Row],
    *,
    nested: bool = False,
) -> tuple[Before, After]:
    """Compile what appends rows of these columns, each with the sides it is asked for, to a list."""
    side, sides = _side(sheet)
    branches: list[str] = []
    for each in sides:
        branches.append(f"{'el' if branches else ''}if side == {sheet.constant(each)}:")
        branches += [f"    {line}" for line in Look(sheet, makers, each, nested=nested).compile(columns, later)]
    around = sheet.constant(sheet.around)
    # Each record has its own row, or lines and hits would be taken for those of others.
    blank = Shape(own=True, same={name: NOTHING[COLUMNS[name].type] for name in columns}, places={}, later={})
    sheet.scope |= {"append": rows.append, "blank": (blank, "")}
    unpack = f"{', '.join(sheet.raw.values())}, = raw" if sheet.raw else "pass"
    reset = "pass" if nested else f"if {around}.met: {around}.met.clear()"
    source = (
        f"def before(record):\n    try:\n        {reset}\n"
        f"        return ({''.join(f'{code}, ' for code in sheet.raw)})\n"
        f"    except Fault:\n        return None\n"
        f"def after(record, raw):\n    try:\n        {unpack}\n        side = {side}\n"
        f"{''.join(f'        {line}{chr(10)}' for line in branches)}"
        f"    except Fault:\n        fault()\n        {'pass' if nested else 'append(blank)'}\n"
    )
    # The source holds names of columns and numbers of constants: names and values of fields come in as globals.
    exec(compile(source, "<look>", "exec"), sheet.scope)  # noqa: S102
    return sheet.scope["before"], sheet.scope["after"]


def _side(sheet: Sheet) -> tuple[Code, list[str]]:
    """Return the code that tells a record's side, and all sides of the dataset, the usual one first."""
    told = sheet.dataset.roles.get("side", {})
    otherwise = told.get("else", "")
    known = {value: side for side, values in told.items() if isinstance(values, list) for value in values}
    field = sheet.names.get(told.get("field", "").lower())
    if field is None:
        return sheet.constant(otherwise), [otherwise]
    value = f"record[{sheet.constant(field)}]"
    code = f"{sheet.constant(known)}.get(w, {sheet.constant(otherwise)}) if (w := {value}).__class__ is Str"
    return f"{code} else {sheet.constant(otherwise)}", list(dict.fromkeys((otherwise, *known.values())))
